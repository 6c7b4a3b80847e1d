"""How casetrack is, for the machines that watch it."""

from dataclasses import replace
from multiprocessing import get_context

import pytest

from casetrack import __version__
from casetrack.http.house import EXTENSION, House
from tests.web.site import COOKIE, Place


@pytest.fixture(scope="module")
def place() -> Place:
    return Place()


def test_a_process_that_answers_is_alive_whatever_else_is_wrong() -> None:
    place = Place(troubles=("database",))
    place.close_stores()
    answer = place.app.test_client().get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok\n")


def test_it_is_ready_when_nothing_is_wrong(place: Place) -> None:
    assert place.app.test_client().get("/readyz").status_code == 200


def test_it_is_not_ready_and_says_why() -> None:
    place = Place(troubles=("migrations", "sequencer"))
    answer = place.app.test_client().get("/readyz")
    assert (answer.status_code, answer.text) == (503, "migrations\nsequencer\n")


def test_the_version_is_of_the_code_and_of_the_facts(place: Place) -> None:
    assert place.app.test_client().get("/version").json == {"version": __version__, "facts": "2026-11-21"}


def test_answers_are_counted_by_page_and_never_by_case(place: Place) -> None:
    place.browser("worker").get(place.at)
    text = place.app.test_client().get("/metrics").text
    assert 'casetrack_answers_total{endpoint="cases.view",method="GET",status="200"} 1.0' in text
    assert "casetrack_events_waiting 3.0" in text
    assert place.case.reference not in text


def test_what_one_worker_process_of_a_server_answered_another_tells() -> None:
    client = Place().app.test_client()
    other = get_context("fork").Process(target=client.get, args=("/healthz",))
    other.start()
    other.join()
    told = client.get("/metrics").text
    assert 'casetrack_answers_total{endpoint="health.alive",method="GET",status="200"} 1.0' in told


def test_failures_of_integrity_are_a_count_that_only_rises() -> None:
    place = Place()
    here: House = place.app.extensions[EXTENSION]
    place.app.extensions[EXTENSION] = replace(here, counts=lambda: {"integrity_failures": 7, "log_queue": 3})
    text = place.app.test_client().get("/metrics").text
    assert "# TYPE casetrack_integrity_failures_total counter" in text
    assert "# HELP casetrack_integrity_failures_total Refusals because what is stored is not what was sealed" in text
    assert "casetrack_integrity_failures_total 7.0" in text
    assert "# TYPE casetrack_log_queue gauge" in text


def test_a_made_up_method_is_no_count_of_its_own(place: Place) -> None:
    client = place.app.test_client()
    for number in range(3):
        client.open("/help", method=f"MADE{number}")
    assert "MADE" not in client.get("/metrics").text


@pytest.mark.parametrize("what", ["database", "migrations"])
def test_what_is_wrong_is_measured_and_a_database_that_cannot_answer_is_asked_nothing(what: str) -> None:
    text = Place(troubles=(what,)).app.test_client().get("/metrics").text
    assert f'casetrack_trouble{{what="{what}"}} 1.0' in text
    assert "events_waiting" not in text


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/version", "/metrics"])
def test_none_of_them_opens_a_session(place: Place, path: str) -> None:
    client = place.app.test_client()
    client.set_cookie(COOKIE, "anything")
    assert "Set-Cookie" not in client.get(path).headers


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "Via"])
def test_counts_are_for_programs_of_this_machine_and_not_for_whoever_comes_through_a_proxy(
    place: Place, header: str
) -> None:
    client = place.app.test_client()
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", headers={header: "127.0.0.1"}).status_code == 403
    for address, status in (("192.0.2.1", 403), ("::1", 200), ("::2", 403), (None, 403)):
        environ = {"REMOTE_ADDR": address}
        assert client.get("/metrics", environ_overrides=environ).status_code == status
