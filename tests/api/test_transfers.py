"""Transfers over the API: sent, declined, withdrawn; never opened or accepted by a token."""

from typing import Any
from uuid import UUID

import pytest

from casetrack.domain.ids import TransferId
from casetrack.services.transfers import see_transfer
from tests.api.door import NEW_OFFER, Door
from tests.world import ACCOUNTS


@pytest.fixture
def reference(door: Door) -> str:
    """The reference of a case of the north's."""
    return door.caller("worker").open_case()


def problem(answer: Any) -> tuple[int, str]:  # noqa: ANN401 - an answer, whose JSON is anything
    return answer.status_code, answer.json["type"].removeprefix("/problems/")


class TestSending:
    def test_an_offer_has_an_address_and_a_version(self, door: Door, reference: str) -> None:
        worker = door.caller("worker")
        answer = worker.send("POST", f"/cases/{reference}/transfers", NEW_OFFER, If_Match='"3"')
        assert (answer.status_code, answer.headers["ETag"]) == (201, '"1"')
        assert answer.headers["Location"] == f"/api/v1/transfers/{answer.json['id']}"
        assert (answer.json["state"], answer.json["kind"]) == ("sent", "support")
        assert door.last_action() == "transfer:send"

    @pytest.mark.parametrize(
        ("said", "pointer"),
        [
            ({"checklist": {}}, "/checklist/safe-contact"),
            ({"checklist": {"hat": {"answer": "told"}}}, "/checklist/hat"),
            ({"checklist": {"paper": {"answer": "maybe"}}}, "/checklist/paper/answer"),
            ({"checklist": ["paper"]}, "/checklist"),
            ({"accurate": False}, "/accurate"),
            ({"outstanding": ["moon-landing"]}, "/outstanding"),
            ({"needs": ["a-hat"]}, "/needs/0"),
            ({"to": "nowhere"}, "/to"),
            ({"given_names": "Canary"}, "/given_names"),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_what_is_missing_is_pointed_at(
        self, door: Door, reference: str, said: dict[str, Any], pointer: str
    ) -> None:
        body = {**NEW_OFFER, **said}
        answer = door.caller("worker").send("POST", f"/cases/{reference}/transfers", body, If_Match='"3"')
        assert answer.status_code == 422
        assert pointer in {error["pointer"] for error in answer.json["errors"]}

    def test_an_investigation_is_handed_over_with_two_points_more(self, door: Door, reference: str) -> None:
        body = {**NEW_OFFER, "kind": "full"}
        answer = door.caller("worker").send("POST", f"/cases/{reference}/transfers", body, If_Match='"3"')
        pointers = {error["pointer"] for error in answer.json["errors"]}
        assert pointers == {"/checklist/crime-references", "/checklist/investigator"}

    def test_information_alone_has_no_handover_to_check(self, door: Door, reference: str) -> None:
        body = {**NEW_OFFER, "kind": "information_only", "checklist": {}}
        answer = door.caller("worker").send("POST", f"/cases/{reference}/transfers", body, If_Match='"3"')
        assert (answer.status_code, answer.json["strands"]) == (201, [])

    def test_one_offer_of_a_case_is_open_at_a_time(self, door: Door, reference: str) -> None:
        worker = door.caller("worker")
        worker.send_offer(reference)
        answer = worker.send("POST", f"/cases/{reference}/transfers", NEW_OFFER, If_Match='"3"')
        assert problem(answer) == (409, "offer-open")

    def test_the_offers_of_a_case_are_listed_with_it(self, door: Door, reference: str) -> None:
        worker = door.caller("worker")
        offer = worker.send_offer(reference)
        (shown,) = worker.get(f"/cases/{reference}/transfers").json["items"]
        assert (shown["id"], shown["to_holder"]) == (offer, "south")


class TestTheReceiver:
    def test_an_inbox_has_what_waits_and_its_sender_what_was_sent(self, door: Door, reference: str) -> None:
        offer = door.caller("worker").send_offer(reference)
        inbox = door.caller("receiver").get("/transfers")
        assert [card["id"] for card in inbox.json["items"]] == [offer]
        assert door.last_action() == "transfer:list"
        assert door.caller("receiver").get("/transfers?box=sent").json["total"] == 0
        assert door.caller("worker").get("/transfers?box=sent").json["total"] == 1
        assert 'rel="first"' in inbox.headers["Link"]

    def test_a_token_of_the_receiver_is_shown_no_preview(self, door: Door, reference: str) -> None:
        """It says what endangers the person and where they must not be met: it is read by somebody who signed in."""
        offer = door.caller("worker").send_offer(reference)
        receiver = door.caller("receiver")
        unseen = receiver.get(f"/transfers/{offer}")
        assert (unseen.status_code, unseen.json["preview"], unseen.json["seen_at"]) == (200, None, None)
        assert problem(receiver.send("POST", f"/transfers/{offer}/seen")) == (403, "needs-step-up")
        assert door.last_action() == "transfer:see"

        with door.world.work("receiver") as work:
            see_transfer(work, TransferId(UUID(offer)))
        seen = receiver.get(f"/transfers/{offer}")
        assert (seen.json["state"], seen.json["preview"], seen.headers["ETag"]) == ("seen", None, '"2"')
        assert NEW_OFFER["risks"] not in seen.text

    def test_the_case_itself_is_not_there_before_it_is_accepted(self, door: Door, reference: str) -> None:
        door.caller("worker").send_offer(reference)
        assert door.caller("receiving-lead").get(f"/cases/{reference}").status_code == 404

    def test_a_token_accepts_nothing_and_is_told_why(self, door: Door, reference: str) -> None:
        offer = door.caller("worker").send_offer(reference)
        lead = door.caller("receiving-lead")
        answer = lead.send(
            "POST", f"/transfers/{offer}/accept", {"worker": str(ACCOUNTS["receiver"].id)}, If_Match='"1"'
        )
        assert problem(answer) == (403, "needs-step-up")
        assert door.last_action() == "transfer:accept"
        assert b'"outcome":"refused"' in door.entries()[-1].payload
        assert lead.get(f"/transfers/{offer}").json["state"] == "sent"

    def test_a_lead_declines_for_a_reason_and_the_sender_reads_the_words(self, door: Door, reference: str) -> None:
        offer = door.caller("worker").send_offer(reference)
        body = {"reason": "not-our-area", "words": "It is the east's."}
        answer = door.caller("receiving-lead").send("POST", f"/transfers/{offer}/decline", body, If_Match='"1"')
        assert (answer.status_code, answer.json["state"]) == (200, "declined")
        assert door.caller("worker").get(f"/transfers/{offer}").json["answer"] == "It is the east's."
        assert b"It is the east" not in door.entries()[-2].payload

    def test_a_worker_declines_nothing(self, door: Door, reference: str) -> None:
        offer = door.caller("worker").send_offer(reference)
        body = {"reason": "not-our-area"}
        answer = door.caller("receiver").send("POST", f"/transfers/{offer}/decline", body, If_Match='"1"')
        assert problem(answer) == (403, "not-permitted")


class TestTheSender:
    def test_an_offer_is_taken_back_once(self, door: Door, reference: str) -> None:
        worker = door.caller("worker")
        offer = worker.send_offer(reference)
        answer = worker.send("POST", f"/transfers/{offer}/withdraw", If_Match='"1"')
        assert (answer.status_code, answer.json["state"]) == (200, "withdrawn")
        assert problem(worker.send("POST", f"/transfers/{offer}/withdraw", If_Match='"2"')) == (
            409,
            "no-pending-transfer",
        )

    def test_an_offer_is_taken_back_from_whichever_version_while_it_is_open(self, door: Door, reference: str) -> None:
        worker = door.caller("worker")
        offer = worker.send_offer(reference)
        door.caller("receiver").send("POST", f"/transfers/{offer}/seen")
        assert worker.send("POST", f"/transfers/{offer}/withdraw", If_Match='"1"').status_code == 200

    def test_what_was_answered_meanwhile_is_no_longer_open(self, door: Door, reference: str) -> None:
        worker = door.caller("worker")
        offer = worker.send_offer(reference)
        door.caller("receiving-lead").send(
            "POST", f"/transfers/{offer}/decline", {"reason": "duplicate"}, If_Match='"1"'
        )
        assert problem(worker.send("POST", f"/transfers/{offer}/withdraw", If_Match='"1"')) == (
            409,
            "no-pending-transfer",
        )

    def test_nobody_answers_their_own_offer(self, door: Door, reference: str) -> None:
        offer = door.caller("worker").send_offer(reference)
        answer = door.caller("lead").send(
            "POST", f"/transfers/{offer}/decline", {"reason": "duplicate"}, If_Match='"1"'
        )
        assert problem(answer) == (422, "own-offer")

    def test_the_sender_reads_what_it_shared(self, door: Door, reference: str) -> None:
        worker = door.caller("worker")
        offer = worker.send_offer(reference)
        shown = worker.get(f"/transfers/{offer}").json
        assert shown["preview"]["tonight"] == NEW_OFFER["tonight"]
        assert (shown["reference"], shown["case_changed"]) == (reference, False)
        assert door.last_action() == "transfer:view"


def test_what_is_still_to_be_done_is_told_as_it_stood_when_the_offer_was_sent(door: Door, reference: str) -> None:
    worker = door.caller("worker")
    met = {"code": "encounter", "state": "met", "happened": door.world.now.isoformat()}
    worker.send("POST", f"/cases/{reference}/milestones", met, If_Match='"3"')
    body = {**NEW_OFFER, "outstanding": ["language-needs"]}
    offer = worker.send("POST", f"/cases/{reference}/transfers", body, If_Match='"4"').json["id"]
    open_ = worker.get(f"/transfers/{offer}").json
    (stood,) = open_["preview"]["standings"]
    assert (stood["code"], stood["status"], open_["case_changed"]) == ("language-needs", "do_now", False)
    worker.send("POST", f"/transfers/{offer}/withdraw", If_Match='"1"')
    over = worker.get(f"/transfers/{offer}").json
    assert (over["preview"]["outstanding"], over["preview"]["standings"]) == (["language-needs"], [])
    assert over["case_changed"] is None


def test_an_offer_is_nobody_elses_business(door: Door, reference: str) -> None:
    offer = door.caller("worker").send_offer(reference)
    stranger = door.caller("scottish-lead")
    absent = "00000000-0000-0000-0000-000000000000"
    for method, path, body in (
        ("GET", "", None),
        ("POST", "/seen", None),
        ("POST", "/decline", {"reason": "duplicate"}),
        ("POST", "/withdraw", None),
        ("POST", "/accept", {"worker": absent}),
    ):
        answers = [stranger.send(method, f"/transfers/{each}{path}", body, If_Match='"1"') for each in (offer, absent)]
        assert {answer.status_code for answer in answers} == {404}
        assert answers[0].data == answers[1].data


def test_an_answer_needs_the_version_that_it_answers(door: Door, reference: str) -> None:
    offer = door.caller("worker").send_offer(reference)
    answer = door.caller("receiving-lead").send("POST", f"/transfers/{offer}/decline", {"reason": "duplicate"})
    assert answer.status_code == 428
