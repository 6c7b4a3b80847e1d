"""What changed on a case, and by whom."""

import re
from html import unescape

import pytest

from casetrack.domain import events
from casetrack.domain.actions import Action
from casetrack.domain.events import Event
from casetrack.web import words
from tests.web.site import Place


def entries(html: str) -> list[tuple[str, str]]:
    """What each entry says, and who did it."""
    what = re.findall(r'ct-timeline__what">(.*?)</p>', html, re.DOTALL)
    when = re.findall(r'ct-timeline__when">(.*?)</p>', html, re.DOTALL)
    who = [" ".join(re.sub(r"<[^>]+>", " ", each).split()).partition(" , ")[2] for each in when]
    return [(unescape(each), unescape(by)) for each, by in zip(what, who, strict=True)]


def test_history_says_what_changed_the_newest_first_and_by_which_role() -> None:
    place = Place()
    place.record("language-needs", "no_interpreter", by="lead")
    place.browser("worker").post(f"{place.at}/close", {"reason": "duplicate"})
    shown = place.browser("worker").get(f"{place.at}/history").text
    assert entries(shown) == [
        ("The case was closed: The same person already has a case here", "Support worker, North Invented Police"),
        (
            "Language and communication needs asked about: met (no interpreter), 20 Nov 2026",
            "Lead, North Invented Police",
        ),
        ("How to contact the person safely was recorded", "Support worker, North Invented Police"),
        ("The identity was recorded: a name was given", "Support worker, North Invented Police"),
        (
            "The case was opened by North Invented Police, for investigation and support",
            "Support worker, North Invented Police",
        ),
    ]


def test_a_hand_off_and_what_led_to_it_are_there() -> None:
    place = Place()
    place.hand_over()
    said = [what for what, _ in entries(place.browser("receiver").get(f"{place.at}/history").text)]
    assert said[:2] == [
        "South Invented Police became responsible for investigation and support, instead of North Invented Police",
        "Offered to South Invented Police: investigation and support. The person has moved for their safety",
    ]


def test_who_looked_is_not_in_the_history() -> None:
    place = Place()
    before = len(entries(place.browser("worker").get(f"{place.at}/history").text))
    place.browser("lead").get(place.at)
    assert len(entries(place.browser("worker").get(f"{place.at}/history").text)) == before


def test_a_long_history_has_pages() -> None:
    place = Place()
    for _ in range(25):
        place.record("encounter")
    browser = place.browser("worker")
    assert len(entries(browser.get(f"{place.at}/history").text)) == 25
    assert len(entries(browser.get(f"{place.at}/history?page=2").text)) == 3
    assert len(entries(browser.get(f"{place.at}/history?page=x").text)) == 25


def every_event() -> list[type[Event]]:
    return [
        each
        for each in vars(events).values()
        if isinstance(each, type) and issubclass(each, Event) and each is not Event
    ]


@pytest.mark.parametrize("event", every_event(), ids=lambda each: each.__name__)
def test_every_event_has_its_sentence(event: type[Event]) -> None:
    assert event.__name__ in words.EVENTS


@pytest.mark.parametrize("event", [each for each in every_event() if each.changes_case], ids=lambda each: each.__name__)
def test_every_change_has_its_sentence(event: type[Event]) -> None:
    action = event.__dataclass_fields__["action"].default
    assert action in words.CHANGES


def test_every_action_and_every_code_has_its_words() -> None:
    assert words.ACTIONS.keys() == set(Action)


def test_every_payload_that_there_is_can_be_said() -> None:
    place = Place()
    place.record("encounter")
    place.browser("lead").post(f"{place.at}/place", {"home": "east"})
    place.browser("worker").post(f"{place.at}/identity", {"purpose": "court", "words": "Hearing."})
    place.browser("worker").client.get(f"{place.at}/assign")
    place.hand_over()
    with place.app.test_request_context():
        said = [words.event_words(event, place.world.deployment) for event in place.events()]
        by = [words.account_words(event | {"role": None}, place.world.deployment) for event in place.events()]
    assert (
        "The areas were recorded: exploitation not recorded; home East Invented Police; encounter not recorded" in said
    )
    assert "Shown: the identity" in said
    assert "Refused: the worker" in said
    assert not [sentence for sentence in said if "%" in sentence or "None" in sentence]
    assert set(by) == {"casetrack itself"}
