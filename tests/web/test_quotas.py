"""The supervisor's page of hourly limits."""

from dataclasses import replace

from casetrack.services.limits import Limits
from tests.web.site import Place, errors, headings, links, notice
from tests.world import ACCOUNTS

WHY = {"purpose": "contact-person", "words": "To ring about tomorrow."}
MORE = {"worker": str(ACCOUNTS["worker"].id), "how_long": "hour", "words": "Forty people have to be rung."}


def limited(reveals: int = 1) -> Place:
    place = Place()
    place.world.deployment = replace(place.world.deployment, limits=Limits(reveals=reveals))
    place.open_deployment()
    return place


def test_a_supervisor_sees_what_colleagues_were_shown_and_lets_one_see_more() -> None:
    place = limited()
    worker, supervisor = place.browser("worker"), place.browser("supervisor")
    assert worker.post(f"{place.at}/identity", WHY).status_code == 200
    assert worker.get(f"{place.at}/identity").status_code == 403

    shown = supervisor.get("/quotas").text
    assert headings(shown) == ["Hourly limits"]
    assert "Worker Invented" in shown
    answer = supervisor.post("/quotas", MORE)
    assert notice(answer.text).startswith("Your colleague may be shown as much again.")
    assert "1 time" in answer.text
    assert worker.get(f"{place.at}/identity").status_code == 200
    raised = next(event for event in place.events() if event["event"] == "QuotaRaised")
    assert raised["words"] is not None


def test_for_a_shift_it_lasts_as_long_as_a_shift() -> None:
    place = limited()
    place.browser("supervisor").post("/quotas", MORE | {"how_long": "shift"})
    place.later(hours=11)
    worker = place.browser("worker")
    worker.post(f"{place.at}/identity", WHY)
    assert worker.get(f"{place.at}/identity").status_code == 200
    assert worker.get(f"{place.at}/identity").status_code == 403


def test_who_for_how_long_and_why_are_each_asked() -> None:
    answer = Place().browser("supervisor").post("/quotas", {})
    assert answer.status_code == 422
    assert errors(answer.text) == [
        "Choose a colleague.",
        "Choose for how long.",
        "Say why your colleague needs to see more.",
    ]


def test_somebody_of_another_organisation_is_no_colleague() -> None:
    place = Place()
    answer = place.browser("supervisor").post("/quotas", MORE | {"worker": str(ACCOUNTS["receiver"].id)})
    assert errors(answer.text) == ["Choose a worker of your organisation who can hold cases."]
    assert "QuotaRaised" not in {event["event"] for event in place.events()}


def test_it_is_the_supervisors_alone() -> None:
    place = Place()
    assert "/quotas" in links(place.browser("supervisor").get("/work").text)
    for name in ("worker", "lead", "auditor", "administrator"):
        browser = place.browser(name)
        assert "/quotas" not in links(browser.get("/help").text)
        assert browser.client.get("/quotas").status_code == 403
