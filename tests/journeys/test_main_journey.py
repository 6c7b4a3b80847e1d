"""The job itself, in a real browser: once as people have it, and once by somebody whose browser runs no script."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Final

import pytest
from playwright.sync_api import Browser

from casetrack.domain.calendars import london_date
from tests.journeys import story
from tests.journeys.looks import WIDE
from tests.journeys.pages import Answers
from tests.journeys.person import Person
from tests.journeys.site import PASSWORD, PERSONAS, Site

pytestmark = pytest.mark.browser

NAME: Final = "Zoribeth Anouk"
MANCHESTER: Final = "greater-manchester"
NOTHING_HERE: Final = "There is nothing here that you can open"

Seat = Callable[[str], Person]


@pytest.fixture(scope="module")
def looked() -> set[frozenset[str]]:
    """The shapes of the pages that somebody has come to: each is checked once, whoever comes to it."""
    return set()


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def seat(request: pytest.FixtureRequest, chromium: Browser, site: Site, looked: set[frozenset[str]]) -> Iterator[Seat]:
    """Seats each persona at a browser of their own, signed in; what was wrong with a page on the way is a failure."""
    people: list[Person] = []
    contexts = []

    def sit(persona: str) -> Person:
        context = chromium.new_context(
            base_url=site.address,
            viewport=WIDE,  # type: ignore[arg-type]  # a dictionary of that form
            java_script_enabled=request.param,
        )
        contexts.append(context)
        person = Person(context, looked if request.param else None)
        people.append(person)
        person.sign_in(site.names[site.accounts[PERSONAS[persona]]])
        return person

    yield sit
    for context in contexts:
        context.close()
    assert not [fault for person in people for fault in person.faults]


def test_a_case_is_opened_recorded_revealed_offered_accepted_and_audited(seat: Seat, site: Site) -> None:
    worker = seat("worker")
    reference = story.open_case(worker)
    assert "The case is open" in worker.page.text
    assert NAME not in worker.page.text

    story.record(worker, reference, "risk-assessed", {"state": "met", "outcome": "high", **day(site, "happened")})
    assert "It is recorded" in worker.page.text
    worker.go(f"/cases/{reference}")
    assert "High risk" in worker.page.text

    story.reveal(worker, reference, "To ring about tomorrow.")
    assert NAME in worker.page.text
    worker.answer({})
    worker.go(f"/cases/{reference}/identity")
    assert NAME not in worker.page.text

    transfer = story.offer(worker, reference, MANCHESTER)
    assert "your organisation stays responsible" in worker.page.text

    lead = seat("receiving lead")
    lead.go("/inbox")
    assert reference in lead.page.text
    story.see(lead, transfer)
    assert "The old harbour." in lead.page.text
    for hidden in (NAME, "Quillan", "1991", "07700 900456", "Harbour Wall"):
        assert hidden not in lead.page.text
    lead.go(f"/cases/{reference}")
    assert lead.page.headings == [NOTHING_HERE]

    story.accept(lead, transfer, day(site, "contact_on"))
    assert "Your organisation is responsible from now" in lead.page.text
    story.reveal(lead, reference, "First contact.")
    assert NAME in lead.page.text

    worker.go(f"/cases/{reference}")
    assert "Greater Manchester" in worker.page.text
    assert not [href for href, _ in worker.page.links if href.endswith(("/identity", "/milestones"))], "it is a stub"
    worker.go(f"/cases/{reference}/identity")
    assert NAME not in worker.page.text

    the_auditor_sees_all_of_it(seat("auditor"), reference)


def the_auditor_sees_all_of_it(auditor: Person, reference: str) -> None:
    auditor.go("/audit/search")
    auditor.answer({"use": "lawfulness"})
    auditor.answer({"reference": reference, "action": "identity:reveal"})
    entries = auditor.page.text.split("The entry as the log has it")[:-1]
    assert sum("Shown: the identity" in each for each in entries) == 2, "once in Leeds, once in Manchester"
    assert "West Yorkshire Police" in auditor.page.text
    assert "Greater Manchester Police" in auditor.page.text
    for action, said in (
        ("case:open", "The case was opened by West Yorkshire Police"),
        ("transfer:send", "Offered to Greater Manchester Police"),
        ("transfer:accept", "Greater Manchester Police became responsible"),
        ("case:view", "Looked at: the case"),
    ):
        auditor.answer({"reference": reference, "action": action})
        assert said in auditor.page.text
        assert NAME not in auditor.page.text
    auditor.go("/audit/verify")
    auditor.answer({}, button="now")
    assert "Everything is as it was recorded" in auditor.page.text


def test_a_person_is_found_in_another_spelling_where_one_may_open_the_case_and_nowhere_else(seat: Seat) -> None:
    worker, lead = seat("worker"), seat("receiving lead")
    reference = story.open_case(worker)
    story.find(worker, {"name": "Anuk, Soribeth", "birth-year": "1991"})
    assert worker.page.headings == ["People who may match"]
    assert reference in worker.page.text
    assert "sound alike" in worker.page.text
    assert NAME not in worker.page.text

    story.find(lead, {"name": "Anuk, Soribeth", "birth-year": "1991"})
    assert reference not in lead.page.text
    story.find(lead, {"name": "Qwzx Vbnmq", "birth-year": "1931"})
    assert "Nobody in the cases that you may open matches" in lead.page.text
    assert "does not mean that nobody knows the person" in lead.page.text


def test_an_offer_is_declined_with_words_that_the_sender_reads(seat: Seat) -> None:
    worker, lead = seat("worker"), seat("receiving lead")
    reference = story.open_case(worker)
    transfer = story.offer(worker, reference, MANCHESTER, kind="support")
    story.see(lead, transfer)
    lead.go(f"/transfers/{transfer}/decline")
    lead.answer({"reason": "not-our-area", "words": "Please ask Merseyside."})
    assert "The other organisation stays responsible" in lead.page.text
    worker.go(f"/transfers/{transfer}")
    assert "Please ask Merseyside." in worker.page.text
    worker.go(f"/cases/{reference}/milestones")
    assert "Milestones" in worker.page.title


def test_an_offer_is_withdrawn_and_can_be_answered_no_more(seat: Seat, site: Site) -> None:
    worker, lead = seat("worker"), seat("receiving lead")
    reference = story.open_case(worker)
    transfer = story.offer(worker, reference, MANCHESTER, kind="support")
    story.see(lead, transfer)
    lead.go(f"/transfers/{transfer}/accept")
    worker.go(f"/transfers/{transfer}/withdraw")
    worker.answer({})
    assert "The offer is withdrawn" in worker.page.text
    story.answer_acceptance(lead, day(site, "contact_on"))
    assert "Your organisation is responsible from now" not in lead.page.text
    lead.go(f"/cases/{reference}")
    assert reference not in lead.page.text


def test_a_sender_has_no_form_to_accept_its_own_offer_and_who_may_not_accept_is_on_the_log(seat: Seat) -> None:
    worker, lead = seat("worker"), seat("lead")
    reference = story.open_case(worker)
    transfer = story.offer(worker, reference, MANCHESTER)
    lead.go(f"/transfers/{transfer}/accept")
    assert lead.address == f"/transfers/{transfer}"
    worker.go(f"/transfers/{transfer}/accept")
    assert "Your role does not allow this" in worker.page.text
    worker.go(f"/transfers/{transfer}")
    assert "Withdraw the offer" in worker.page.text, "it still waits for an answer"
    auditor = seat("auditor")
    auditor.go("/audit/search")
    auditor.answer({"use": "lawfulness"})
    auditor.answer({"action": "transfer:accept"})
    assert "Refused: accepting an offer" in auditor.page.text


def test_a_sitting_that_runs_out_in_the_middle_of_a_form_goes_on_where_it_was(seat: Seat, site: Site) -> None:
    worker = seat("worker")
    story.begin_case(worker)
    worker.answer({"strands": ["support"]})
    worker.answer({"age_group": "child"})
    with site.clock.ahead(timedelta(minutes=site.config.sessions.idle_minutes + 1)):
        worker.answer({"encounter": "west-yorkshire"})
        assert worker.address == "/sign-in"
        worker.answer({"name": site.names[site.accounts[PERSONAS["worker"]]], "password": PASSWORD})
        assert worker.address == "/cases/new/areas"
        form = worker.page.form("encounter")
        assert [control.value for control in form.controls if control.name == "encounter"] == ["west-yorkshire"]
        worker.go("/cases/new/age")
        ages = {control.value: control.is_chosen for control in worker.page.form("age_group").controls}
        assert ages["child"]


def test_a_page_that_is_out_of_date_says_what_was_changed_meanwhile(seat: Seat, site: Site) -> None:
    worker, lead = seat("worker"), seat("lead")
    reference = story.open_case(worker)
    happened: Answers = {"state": "met", "outcome": "standard", **day(site, "happened")}
    worker.go(f"/cases/{reference}/milestones/risk-assessed")
    story.record(lead, reference, "risk-assessed", {**happened, "outcome": "high"})
    worker.answer(happened)
    assert "A milestone was recorded" in worker.page.text
    worker.go(f"/cases/{reference}")
    assert "High risk" in worker.page.text, "what was first is what holds"


def day(site: Site, name: str) -> Answers:
    """Today, as a form's three fields have it."""
    today = london_date(site.clock())
    return {f"{name}-day": str(today.day), f"{name}-month": str(today.month), f"{name}-year": str(today.year)}
