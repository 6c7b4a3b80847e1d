"""The inbox, an offer as its two sides see it, and its answers."""

import re
from collections.abc import Mapping
from typing import Any, Final

import pytest

from casetrack.domain.holdings import Strand
from casetrack.domain.ids import TransferId
from casetrack.domain.transfer import TransferState
from casetrack.schemas.transfers import SAID_ELSEWHERE, Handed
from casetrack.services.transfers import NewOffer, send_transfer, view_transfer
from casetrack.web.handover import HANDED
from tests.web.site import Browser, Place, errors, headings, notice, title
from tests.world import ACCOUNTS, NORTH, SOUTH

PREVIEW: Final[Mapping[str, Any]] = {
    "risks": "Canary: looked for by a former employer.",
    "needs": ["money"],
    "language": "sq",
    "unsafe_areas": "The market.",
    "outstanding": ["language-needs"],
    "tonight": "A foster carer",
    "phone": "01632 960123",
    "checklist": {"paper": {"answer": "told", "words": "Nothing on paper."}},
    "accurate": True,
}
ACCEPTED: Final = {
    "worker": str(ACCOUNTS["receiver"].id),
    "contact_on-day": "23",
    "contact_on-month": "11",
    "contact_on-year": "2026",
}


@pytest.fixture
def place() -> Place:
    """A case of the north's, with an encounter on its record."""
    place = Place()
    place.record("encounter")
    return place


def offer(place: Place, strands: frozenset[Strand] = frozenset({Strand.SUPPORT}), **preview: Any) -> TransferId:  # noqa: ANN401 - JSON is of any type
    new = NewOffer(
        to=SOUTH.code,
        strands=strands,
        reason="relocated-for-safety",
        already_moved=True,
        preview={**PREVIEW, **preview},
    )
    with place.world.work("worker") as work:
        return send_transfer(work, place.case.reference, new, seen=None).id


def state(place: Place, transfer: TransferId) -> TransferState:
    memory = place.world.memory
    assert memory is not None
    return memory.kept.transfers[transfer].transfer.state


def reading(place: Place, transfer: TransferId) -> Browser:
    """The receiving lead, who has opened the offer."""
    lead = place.browser("receiving-lead")
    lead.post(f"/inbox/{transfer}", {})
    return lead


def points(html: str) -> list[str]:
    return re.findall(r'name="confirmed"[^>]*value="([^"]+)"', html)


class TestTheInbox:
    def test_an_empty_inbox_says_so_and_what_will_be_here(self, place: Place) -> None:
        shown = place.browser("receiver").get("/inbox").text
        assert "No offer waits for your organisation." in shown
        assert "offered nothing" in place.browser("receiver").get("/inbox?box=sent").text

    def test_what_waits_says_from_whom_how_long_and_by_when_to_answer(self, place: Place) -> None:
        offer(place)
        place.later(hours=30)
        shown = place.browser("receiver").get("/inbox").text
        rule = place.world.deployment.facts.catalogue.rules["transfer-decision"]
        assert rule.limit is not None
        assert rule.limit.value == 2
        for told in (place.case.reference, str(place.case.pseudonym), NORTH.name, "30 hours ago", "24 Nov 2026"):
            assert told in shown
        assert "Has moved already" in shown
        assert "Testa" not in shown

    def test_an_answer_that_is_late_is_overdue_and_a_high_risk_is_sooner(self, place: Place) -> None:
        place.record("risk-assessed", "high")
        transfer = offer(place)
        place.later(hours=25)
        shown = place.browser("receiver").get("/inbox").text
        assert "High risk" in shown
        assert "Overdue" in shown
        rule = place.world.deployment.facts.catalogue.rules["transfer-decision"]
        assert rule.high_risk_limit_hours == 24
        assert state(place, transfer) is TransferState.SENT

    def test_the_sender_finds_what_it_sent(self, place: Place) -> None:
        transfer = offer(place)
        shown = place.browser("lead").get("/inbox?box=sent").text
        assert f"/transfers/{transfer}" in shown
        assert SOUTH.name in shown

    def test_whom_the_list_showed_is_on_the_log(self, place: Place) -> None:
        offer(place)
        before = len(place.events())
        place.browser("receiver").get("/inbox")
        (listed,) = [event for event in place.events(since=before) if event["action"] == "transfer:list"]
        assert len(listed["shown"]) == 1


class TestSeeing:
    def test_an_offer_that_nobody_opened_shows_no_preview(self, place: Place) -> None:
        transfer = offer(place)
        receiver = place.browser("receiver")
        for page in (f"/inbox/{transfer}", f"/transfers/{transfer}"):
            shown = receiver.get(page).text
            assert "Canary" not in shown
            assert "Open the offer" in shown
        assert state(place, transfer) is TransferState.SENT

    def test_opening_it_shows_the_preview_and_tells_the_sender(self, place: Place) -> None:
        transfer = offer(place)
        opened = place.browser("receiver").post(f"/inbox/{transfer}", {})
        for told in ("Canary", "A foster carer", "01632 960123", "Albanian", "Money", "The market."):
            assert told in opened.text
        assert "Language and communication needs asked about" in opened.text
        assert state(place, transfer) is TransferState.SEEN
        assert "Seen by South Invented Police" in place.browser("worker").get(f"/transfers/{transfer}").text

    def test_a_worker_is_told_who_answers_and_a_lead_has_the_buttons(self, place: Place) -> None:
        transfer = offer(place)
        worker = place.browser("receiver").post(f"/inbox/{transfer}", {}).text
        assert "A lead or a supervisor of your organisation answers" in worker
        assert f"/transfers/{transfer}/accept" not in worker
        lead = place.browser("receiving-lead").get(f"/inbox/{transfer}").text
        assert f"/transfers/{transfer}/accept" in lead
        assert f"/transfers/{transfer}/decline" in lead

    @pytest.mark.parametrize(
        ("strands", "said", "unsaid"),
        [
            ({Strand.SUPPORT}, "keys open the name, the safe contact and the notes", "stay so"),
            ({Strand.INVESTIGATION}, "The safe contact stays with whoever supports the person", "stay so"),
            (set(), "are sealed, and stay so when a lead accepts", "keys open"),
        ],
        ids=["support", "investigation", "information"],
    )
    def test_what_acceptance_will_open_is_said_of_each_kind(
        self, place: Place, strands: set[Strand], said: str, unsaid: str
    ) -> None:
        transfer = offer(place, frozenset(strands))
        shown = place.browser("receiver").post(f"/inbox/{transfer}", {}).text
        assert said in shown
        assert unsaid not in shown

    def test_no_name_is_in_any_page_of_it(self, place: Place) -> None:
        transfer = offer(place)
        lead = place.browser("receiving-lead")
        lead.post(f"/inbox/{transfer}", {})
        for page in (f"/inbox/{transfer}", f"/transfers/{transfer}", f"/transfers/{transfer}/accept"):
            assert "Testa" not in lead.get(page).text

    def test_looking_again_changes_nothing_and_is_on_the_log(self, place: Place) -> None:
        transfer = offer(place)
        receiver = place.browser("receiver")
        receiver.post(f"/inbox/{transfer}", {})
        before = len(place.events())
        receiver.get(f"/inbox/{transfer}")
        assert [event["action"] for event in place.events(since=before)] == ["transfer:view"]

    def test_the_sender_is_led_to_where_its_offer_stands(self, place: Place) -> None:
        transfer = offer(place)
        assert headings(place.browser("worker").get(f"/inbox/{transfer}").text) == ["Offer to South Invented Police"]

    def test_a_preview_from_before_a_question_was_asked_can_be_read(self, place: Place) -> None:
        transfer = place.offer(frozenset({Strand.SUPPORT}))
        lead = place.browser("receiving-lead")
        assert lead.post(f"/inbox/{transfer}", {}).status_code == 200
        assert "Not answered" in lead.get(f"/transfers/{transfer}/accept").text


class TestAccepting:
    def test_every_point_is_read_and_confirmed_with_what_the_sender_answered(self, place: Place) -> None:
        transfer = offer(place)
        lead = reading(place, transfer)
        page = lead.get(f"/transfers/{transfer}/accept").text
        assert set(SAID_ELSEWHERE) < set(points(page))
        assert "It is told by telephone, or in person. Nothing on paper." in page
        answer = lead.post(f"/transfers/{transfer}/accept", {**ACCEPTED, "confirmed": points(page)[1:]})
        assert (answer.status_code, errors(answer.text)) == (422, ["Read and confirm each point."])
        assert state(place, transfer) is TransferState.SEEN

    def test_from_that_moment_the_organisation_is_responsible(self, place: Place) -> None:
        transfer = offer(place)
        lead = reading(place, transfer)
        page = lead.get(f"/transfers/{transfer}/accept").text
        assert f"{place.case.reference}, {place.case.pseudonym}" in page
        answer = lead.post(f"/transfers/{transfer}/accept", {**ACCEPTED, "confirmed": points(page)})
        assert notice(answer.text).startswith("Your organisation is responsible from now.")
        assert place.kept().holdings.lead(Strand.SUPPORT) == SOUTH.code
        assert place.kept().workers[Strand.SUPPORT] == ACCOUNTS["receiver"].id

    def test_the_sender_is_told_when_first_contact_is_planned(self, place: Place) -> None:
        transfer = offer(place)
        lead = reading(place, transfer)
        page = lead.get(f"/transfers/{transfer}/accept").text
        lead.post(f"/transfers/{transfer}/accept", {**ACCEPTED, "confirmed": points(page), "words": "Thank you."})
        with place.world.work("worker") as work:
            answered = view_transfer(work, transfer).answer
        assert answered == "First contact is planned for Monday 23 November 2026. Thank you."
        assert "Monday 23 November 2026" in place.browser("worker").get(f"/transfers/{transfer}").text

    def test_everything_that_is_missing_is_said_at_once(self, place: Place) -> None:
        transfer = offer(place)
        answer = place.browser("receiving-lead").post(f"/transfers/{transfer}/accept", {"contact_on-day": "1"})
        assert set(errors(answer.text)) == {
            "Read and confirm each point.",
            "Choose who will work with the person.",
            "Enter a day, a month and a year.",
        }
        assert title(answer.text).startswith("Error: ")

    def test_first_contact_is_still_to_come(self, place: Place) -> None:
        transfer = offer(place)
        typed = {**ACCEPTED, "contact_on-day": "1"}
        answer = place.browser("receiving-lead").post(f"/transfers/{transfer}/accept", typed)
        assert "Enter today or a later date." in errors(answer.text)

    def test_information_alone_has_nothing_to_confirm_and_hands_nothing_over(self, place: Place) -> None:
        transfer = offer(place, frozenset())
        lead = reading(place, transfer)
        assert not points(lead.get(f"/transfers/{transfer}/accept").text)
        answer = lead.post(f"/transfers/{transfer}/accept", {})
        assert notice(answer.text).startswith("The information is accepted.")
        assert state(place, transfer) is TransferState.ACCEPTED
        assert place.kept().holdings.lead(Strand.SUPPORT) == NORTH.code

    def test_a_worker_does_not_accept(self, place: Place) -> None:
        transfer = offer(place)
        assert place.browser("receiver").get(f"/transfers/{transfer}/accept").status_code == 403

    def test_the_sender_does_not_accept_its_own_offer(self, place: Place) -> None:
        transfer = offer(place)
        page = reading(place, transfer).get(f"/transfers/{transfer}/accept").text
        lead = place.browser("lead")
        proof = re.search(r'name="csrf_token" value="([^"]+)"', lead.get(f"/transfers/{transfer}/withdraw").text)
        assert proof is not None
        typed = {
            **ACCEPTED,
            "worker": str(ACCOUNTS["worker"].id),
            "confirmed": points(page),
            "seen": "2",
            "csrf_token": proof[1],
        }
        answer = lead.client.post(f"/transfers/{transfer}/accept", data=typed, follow_redirects=True)
        assert "cannot answer its own offer" in answer.text
        assert state(place, transfer) is TransferState.SEEN

    def test_the_page_is_there_for_whoever_has_opened_an_offer_to_them_and_while_it_waits(self, place: Place) -> None:
        transfer = offer(place)
        accept, inbox, view = f"/transfers/{transfer}/accept", f"/inbox/{transfer}", f"/transfers/{transfer}"
        unread = place.browser("receiving-lead").client.get(accept)
        assert (unread.status_code, unread.headers["Location"]) == (303, inbox)
        assert state(place, transfer) is TransferState.SENT
        own = place.browser("lead").get(accept)
        assert own.request.path == view
        lead = reading(place, transfer)
        assert lead.client.get(accept).status_code == 200
        place.browser("worker").post(f"{view}/withdraw", {})
        assert lead.get(accept).request.path == view

    def test_what_of_an_offer_a_look_has_shown_is_on_the_log(self, place: Place) -> None:
        transfer = offer(place)
        lead = place.browser("receiving-lead")
        lead.get(f"/transfers/{transfer}")
        assert place.events()[-1]["detail"]["labels"] == []
        lead.post(f"/inbox/{transfer}", {})
        lead.get(f"/transfers/{transfer}")
        assert (place.events()[-1]["action"], place.events()[-1]["detail"]["labels"]) == ("transfer:view", ["preview"])


class TestDeclining:
    def test_a_reason_of_the_list_is_needed_and_the_sender_reads_the_words(self, place: Place) -> None:
        transfer = offer(place)
        lead = place.browser("receiving-lead")
        assert errors(lead.post(f"/transfers/{transfer}/decline", {}).text) == ["Choose why you decline."]
        answer = lead.post(f"/transfers/{transfer}/decline", {"reason": "not-our-area", "words": "Ask the east."})
        assert notice(answer.text).startswith("The offer is declined.")
        assert headings(answer.text) == ["Inbox"]
        shown = place.browser("worker").get(f"/transfers/{transfer}").text
        assert "Ask the east." in shown
        assert "It does not belong to our area" in shown
        assert "North Invented Police stays responsible" in shown
        assert "Ask the east." not in str(place.events())

    def test_what_was_withdrawn_meanwhile_cannot_be_declined(self, place: Place) -> None:
        transfer = offer(place)
        lead = place.browser("receiving-lead")
        page = lead.get(f"/transfers/{transfer}/decline").text
        proof = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert proof is not None
        place.browser("worker").post(f"/transfers/{transfer}/withdraw", {})
        typed = {"csrf_token": proof[1], "seen": "1", "reason": "duplicate"}
        assert lead.client.post(f"/transfers/{transfer}/decline", data=typed).status_code == 409


class TestWithdrawing:
    def test_a_page_asks_first_and_then_the_offer_is_taken_back(self, place: Place) -> None:
        transfer = offer(place)
        worker = place.browser("worker")
        assert headings(worker.get(f"/transfers/{transfer}/withdraw").text) == [
            "Withdraw the offer to South Invented Police"
        ]
        assert state(place, transfer) is TransferState.SENT
        answer = worker.post(f"/transfers/{transfer}/withdraw", {})
        assert notice(answer.text).startswith("The offer is withdrawn.")
        assert state(place, transfer) is TransferState.WITHDRAWN
        assert f"/transfers/{transfer}/withdraw" not in answer.text


def test_a_change_of_the_case_since_then_is_said_while_the_offer_is_open(place: Place) -> None:
    transfer = offer(place)
    assert "has changed since the offer was sent" not in place.browser("worker").get(f"/transfers/{transfer}").text
    place.record("indicators-noted")
    assert "has changed since the offer was sent" in place.browser("worker").get(f"/transfers/{transfer}").text


def test_a_former_holder_reads_what_it_sent_and_nothing_of_what_came_after(place: Place) -> None:
    transfer = offer(place, frozenset(Strand), outstanding=["language-needs", "rg-decision"])
    page = f"/transfers/{transfer}"
    assert "Do now" in place.browser("worker").get(page).text
    lead = reading(place, transfer)
    accept = lead.get(f"{page}/accept").text
    lead.post(f"{page}/accept", {**ACCEPTED, "confirmed": points(accept)})
    before = without_proof(place.browser("worker").get(page).text)

    place.record("language-needs", "no_interpreter", by="receiver")
    place.record("rg-decision", "positive", by="receiver")

    after = without_proof(place.browser("worker").get(page).text)
    assert after == before
    assert "Language and communication needs asked about" in after
    assert not re.search(r"Do now|Met|Due|Overdue", after)


def test_the_receiver_reads_how_things_stood_when_the_offer_was_sent(place: Place) -> None:
    transfer = offer(place, outstanding=["language-needs", "urgent-medical", "rg-shared"])
    receiver = place.browser("receiver")
    receiver.post(f"/inbox/{transfer}", {})
    before = without_proof(receiver.get(f"/inbox/{transfer}").text)
    place.record("language-needs", "no_interpreter")
    place.later(hours=40)

    after = without_proof(place.browser("receiver").get(f"/inbox/{transfer}").text)
    assert after == before
    assert re.findall(r"ct-milestones__due..(?:<strong[^>]*>)?([^<]+?) ?<", after)[:2] == ["Do now", "Due by"]


@pytest.mark.parametrize("page", ["/transfers/{}", "/inbox/{}", "/transfers/{}/withdraw", "/transfers/{}/accept"])
def test_an_offer_is_nobody_elses_business(place: Place, page: str) -> None:
    transfer = offer(place)
    stranger = place.browser("scottish-lead")
    absent = "00000000-0000-0000-0000-000000000000"
    foreign, none = (stranger.get(page.format(each)) for each in (transfer, absent))
    assert (foreign.status_code, none.status_code) == (404, 404)
    assert without_proof(foreign.text) == without_proof(none.text)


def without_proof(html: str) -> str:
    return re.sub(r'name="csrf_token" value="[^"]+"', "", html)


def test_every_way_for_a_point_to_stand_has_its_words() -> None:
    assert set(HANDED) == set(Handed)


def test_time_is_counted_from_when_the_offer_was_sent(place: Place) -> None:
    offer(place)
    place.later(days=3)
    assert "3 days ago" in place.browser("receiver").get("/inbox").text
