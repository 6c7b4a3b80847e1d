"""How casetrack is, for the machines that watch it. No page asks for a session or speaks of a case."""

from http import HTTPStatus
from ipaddress import ip_address
from typing import Final

from flask import Blueprint, Flask, Response, abort, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from casetrack import __version__
from casetrack.http.house import house
from casetrack.http.identity import public

pages = Blueprint("health", __name__)

EXTENSION = "casetrack-metrics"
FORWARDED: Final = frozenset({"Forwarded", "X-Forwarded-For", "Via"})
"""What a request says that came through a proxy (RFC 7239; RFC 9110, section 7.6.3)."""
METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST"})
"""A browser can send any word as a method, and a count of its own for each would have no end."""


class Measured(Collector):
    """What is asked of the house each time that somebody measures."""

    def collect(self) -> list[GaugeMetricFamily]:
        """What keeps casetrack from serving and, unless that is the database, how much there is of what it counts."""
        troubles = house().troubles()
        trouble = GaugeMetricFamily("casetrack_trouble", "What keeps casetrack from serving", labels=["what"])
        for what in troubles:
            trouble.add_metric([what], 1)
        counts = house().counts() if "database" not in troubles else {}
        return [
            trouble,
            *(GaugeMetricFamily(f"casetrack_{name}", name.replace("_", " "), value=n) for name, n in counts.items()),
        ]


class Answers:
    """How many requests this process has answered, by page, method and status; never by whose."""

    def __init__(self) -> None:
        """Count in a registry of its own, so that two applications in one process do not count each other's."""
        self.registry = CollectorRegistry()
        self.registry.register(Measured())
        self.answered = Counter(
            "casetrack_answers", "Requests answered", ["endpoint", "method", "status"], registry=self.registry
        )

    def count(self, response: Response) -> Response:
        """One more was answered."""
        method = request.method if request.method in METHODS else "other"
        self.answered.labels(request.endpoint or "none", method, response.status_code).inc()
        return response


def init_app(app: Flask) -> None:
    """Every answer is counted."""
    answers = Answers()
    app.extensions[EXTENSION] = answers
    app.after_request(answers.count)


@pages.route("/healthz")
@public
def alive() -> ResponseReturnValue:
    """This process answers; nothing else is asked."""
    return Response("ok\n", mimetype="text/plain")


@pages.route("/readyz")
@public
def ready() -> ResponseReturnValue:
    """Whether casetrack can serve: 503, with a code for each thing that is wrong, if not."""
    troubles = house().troubles()
    status = HTTPStatus.SERVICE_UNAVAILABLE if troubles else HTTPStatus.OK
    return Response("\n".join(troubles or ("ok",)) + "\n", status, mimetype="text/plain")


@pages.route("/version")
@public
def version() -> ResponseReturnValue:
    """Which casetrack this is, and by which version of the field's facts it goes."""
    return jsonify(version=__version__, facts=house().deployment.facts.version)


@pages.route("/metrics")
@public
def metrics() -> ResponseReturnValue:
    """Counts, in the text format of Prometheus: for a program on this very machine, and for nobody through a proxy."""
    if not _is_from_here():
        abort(HTTPStatus.FORBIDDEN)
    answers: Answers = current_app.extensions[EXTENSION]
    return Response(generate_latest(answers.registry), mimetype=None, content_type=CONTENT_TYPE_LATEST)


def _is_from_here() -> bool:
    """True of a request that a program of this machine sent, and nobody passed on."""
    passed_on = any(name in request.headers for name in FORWARDED)
    return not passed_on and request.remote_addr is not None and ip_address(request.remote_addr).is_loopback
