"""What changed on a case, and by whom."""

import re
from html import unescape

import pytest

from casetrack.domain import events
from casetrack.domain.actions import Action
from casetrack.domain.events import Event
from casetrack.domain.finding_indexes import INDEXES
from casetrack.domain.holdings import Strand
from casetrack.services.finding import CASE_NAME
from casetrack.services.notes import write_note
from casetrack.web import words
from tests.services.deeds import a_note
from tests.web.site import Place
from tests.world import ACCOUNTS


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


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"reason": "person-agreed"}, "; the person has agreed"),
        ({"reason": "without-agreement", "words": "Others are there."}, ", without the agreement of the person"),
    ],
)
def test_an_investigation_that_began_later_says_on_what_ground(typed: dict[str, str], said: str) -> None:
    place = Place()
    place.case = place.open_case("worker", frozenset({Strand.SUPPORT}))
    browser = place.browser("worker")
    browser.post(f"{place.at}/begin", {"strand": "investigation", **typed})
    shown = browser.get(f"{place.at}/history").text
    sentence = f"North Invented Police became responsible for investigation too{said}"
    assert entries(shown)[0] == (sentence, "Support worker, North Invented Police")
    assert "Others are there." not in shown


def test_support_that_began_later_says_so() -> None:
    place = Place()
    place.case = place.open_case("worker", frozenset({Strand.INVESTIGATION}))
    browser = place.browser("lead")
    browser.post(f"{place.at}/begin", {"strand": "support"})
    said = [what for what, _ in entries(browser.get(f"{place.at}/history").text)]
    assert said[0] == "North Invented Police became responsible for support too"


def test_what_others_wrote_in_their_strand_is_not_in_the_history() -> None:
    place = Place()
    place.hand_over(frozenset({Strand.SUPPORT}))
    for name, strand in (("receiver", Strand.SUPPORT), ("worker", Strand.INVESTIGATION)):
        with place.world.work(name) as work:
            write_note(work, place.case.reference, a_note(strand), seen=None)
    ours, theirs = (
        [by for what, by in entries(place.browser(name).get(f"{place.at}/history").text) if "note" in what.lower()]
        for name in ("worker", "receiver")
    )
    assert ours == ["Support worker, North Invented Police"]
    assert theirs == ["Support worker, South Invented Police"]


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
    assert words.INDEXES.keys() == {*(index.name for index in INDEXES), CASE_NAME}


def test_a_search_says_by_what_and_how_many_were_opened_and_shown_and_never_whom() -> None:
    place = Place()
    look = {"purpose": "court", "words": "Hearing.", "name": "Testa Invented", "phone": "01632 960001"}
    place.browser("worker").post("/find", look)
    place.browser("supervisor").post(
        "/quotas", {"worker": str(ACCOUNTS["worker"].id), "how_long": "hour", "words": "There is much to do."}
    )
    with place.app.test_request_context():
        said = [words.event_words(event, place.world.deployment) for event in place.events()]
    assert "A search for a person was begun, by name and telephone" in said
    assert "A person was looked for by name and telephone: 1 person was opened, 1 was shown" in said
    (raised,) = [each for each in said if each.startswith("A colleague was allowed to be shown more")]
    assert re.search(r"until 20 Nov 2026, \d\d:\d\d$", raised)


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
