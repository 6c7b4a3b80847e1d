"""How casetrack is, for the machines that watch it. No page asks for a session or speaks of a case."""

from functools import cached_property
from http import HTTPStatus
from ipaddress import ip_address
from itertools import product
from multiprocessing import Array
from typing import Final

from flask import Blueprint, Flask, Response, abort, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from casetrack import __version__
from casetrack.http.house import house
from casetrack.http.identity import public

pages = Blueprint("health", __name__)

EXTENSION = "casetrack-metrics"
FORWARDED: Final = frozenset({"Forwarded", "X-Forwarded-For", "Via"})
"""What a request says that came through a proxy (RFC 7239; RFC 9110, section 7.6.3)."""
OTHER: Final = "other"
METHODS: Final = ("GET", "HEAD", "OPTIONS", "POST", "PUT", OTHER)
"""A browser can send any word as a method, and a count of its own for each would have no end."""
STATUSES: Final = tuple(status.value for status in HTTPStatus)
MOST_ENDPOINTS: Final = 512
"""More than there are pages and calls."""


RISING: Final = {"integrity_failures": "Refusals because what is stored is not what was sealed, since the log began"}
"""The counts of the house that never fall, so that an alarm can ask by how much they rose."""
UNASKED: Final = frozenset({"database", "migrations"})
"""Troubles with which a database may not know what it is asked."""


class Measured(Collector):
    """What is asked of the house each time that somebody measures."""

    def collect(self) -> list[Metric]:
        """What keeps casetrack from serving and, unless that is the database, how much there is of what it counts."""
        troubles = house().troubles()
        trouble = GaugeMetricFamily("casetrack_trouble", "What keeps casetrack from serving", labels=["what"])
        for what in troubles:
            trouble.add_metric([what], 1)
        counts = house().counts() if UNASKED.isdisjoint(troubles) else {}
        return [trouble, *(_measured(name, n) for name, n in counts.items())]


def _measured(name: str, n: int) -> Metric:
    """The count: a gauge, which may fall, unless it is among those that only rise."""
    if name in RISING:
        return CounterMetricFamily(f"casetrack_{name}", RISING[name], value=n)
    return GaugeMetricFamily(f"casetrack_{name}", name.replace("_", " "), value=n)


class Answers(Collector):
    """How many requests were answered, by page, method and status; never by whose.

    The numbers are in memory that a server's worker processes share, since they are copies of the process that made
    this: whichever of them is asked, it tells what all have answered.
    """

    def __init__(self, app: Flask) -> None:
        """Count in a registry of its own, so that two applications in one process do not count each other's."""
        self._app = app
        self._answered = Array("Q", MOST_ENDPOINTS * len(METHODS) * len(STATUSES))
        self.registry = CollectorRegistry()
        self.registry.register(Measured())
        self.registry.register(self)

    def count(self, response: Response) -> Response:
        """One more was answered."""
        method = request.method if request.method in METHODS else OTHER
        endpoint = self._endpoints.index(request.endpoint or "")
        status = STATUSES.index(response.status_code)
        place = (endpoint * len(METHODS) + METHODS.index(method)) * len(STATUSES) + status
        with self._answered.get_lock():
            self._answered[place] += 1
        return response

    def collect(self) -> list[CounterMetricFamily]:
        """The counts of what was answered at least once."""
        labels = ["endpoint", "method", "status"]
        answered = CounterMetricFamily("casetrack_answers", "Requests answered", labels=labels)
        counts = iter(self._answered[:])
        for endpoint, method, status in product(self._endpoints, METHODS, STATUSES):
            if n := next(counts):
                answered.add_metric([endpoint or "none", method, str(status)], n)
        return [answered]

    @cached_property
    def _endpoints(self) -> list[str]:
        """Every page, in one order in all processes; first, what is none."""
        return ["", *sorted(self._app.view_functions)]


def init_app(app: Flask) -> None:
    """Every answer is counted."""
    answers = Answers(app)
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
