"""Cases over the API: listed, opened once, viewed, changed, and shown no further than their schema."""

import json
from typing import Any, Final

import pytest

from tests.api.door import NEW_CASE, Caller, Door, accept
from tests.world import ACCOUNTS


def change(caller: Caller, method: str, path: str, body: object, version: int) -> Any:  # noqa: ANN401 - an answer, whose JSON is anything
    return caller.send(method, path, body, If_Match=f'"{version}"')


class TestOpening:
    def test_a_new_case_has_an_address_and_a_version(self, door: Door) -> None:
        answer = door.caller("worker").send("POST", "/cases", NEW_CASE, Idempotency_Key="one")
        assert answer.status_code == 201
        assert answer.headers["Location"] == f"/api/v1/cases/{answer.json['reference']}"
        assert answer.headers["ETag"] == f'"{answer.json["version"]}"'
        assert answer.json["responsible"] == {"support": "north", "investigation": "north"}
        assert answer.json["areas"]["home"] == "north"

    def test_the_same_key_and_body_have_the_same_answer_and_open_one_case(self, door: Door) -> None:
        worker = door.caller("worker")
        first, second = (worker.send("POST", "/cases", NEW_CASE, Idempotency_Key="one") for _ in range(2))
        assert (first.status_code, first.json, first.headers["ETag"]) == (
            second.status_code,
            second.json,
            second.headers["ETag"],
        )
        assert worker.get("/cases").json["total"] == 1

    def test_an_answer_that_is_given_again_is_looked_at_again(self, door: Door) -> None:
        worker = door.caller("worker")
        for _ in range(2):
            worker.send("POST", "/cases", NEW_CASE, Idempotency_Key="one")
        assert door.last_action() == "case:view"

    def test_the_same_key_with_another_body_is_refused(self, door: Door) -> None:
        worker = door.caller("worker")
        worker.send("POST", "/cases", NEW_CASE, Idempotency_Key="one")
        answer = worker.send("POST", "/cases", {**NEW_CASE, "age_group": "child"}, Idempotency_Key="one")
        assert answer.status_code == 422
        assert answer.json["errors"][0]["parameter"] == "Idempotency-Key"
        assert worker.get("/cases").json["total"] == 1

    def test_one_accounts_key_is_not_anothers(self, door: Door) -> None:
        for name in ("worker", "lead"):
            assert door.caller(name).send("POST", "/cases", NEW_CASE, Idempotency_Key="one").status_code == 201
        assert door.caller("worker").get("/cases").json["total"] == 2

    @pytest.mark.parametrize("key", ["", "x" * 256], ids=["none", "too long"])
    def test_a_case_is_not_opened_without_a_key(self, door: Door, key: str) -> None:
        worker = door.caller("worker")
        answer = worker.send("POST", "/cases", NEW_CASE, Idempotency_Key=key)
        assert answer.status_code == 400
        assert answer.json["errors"][0]["parameter"] == "Idempotency-Key"
        assert worker.get("/cases").json["total"] == 0

    def test_what_is_remembered_of_an_answer_is_sealed(self, door: Door) -> None:
        reference = door.caller("worker").open_case()
        assert door.world.memory is not None
        (kept,) = door.world.memory.kept.answers.values()
        assert reference.encode() not in kept


class TestViewing:
    def test_nothing_sealed_leaves(self, door: Door) -> None:
        worker = door.caller("worker")
        reference = worker.open_case()
        paths = ("", "/milestones", "/history", "/journey", "/transfers")
        everything = b"".join(worker.get(f"/cases/{reference}{path}").data for path in paths)
        everything += worker.get("/cases").data + worker.get("/caseload").data
        for secret in (b"Testa", b'Invented"', b"1990", b"960001"):
            assert secret not in everything

    def test_looking_is_on_the_journal(self, door: Door) -> None:
        worker = door.caller("worker")
        reference = worker.open_case()
        worker.get(f"/cases/{reference}")
        assert door.last_action() == "case:view"
        assert door.entries()[-1].account == ACCOUNTS["worker"].id

    def test_who_has_the_newest_version_is_told_so_and_it_is_on_the_journal(self, door: Door) -> None:
        worker = door.caller("worker")
        reference = worker.open_case()
        tag = worker.get(f"/cases/{reference}").headers["ETag"]
        before = len(door.entries())
        answer = worker.get(f"/cases/{reference}", If_None_Match=tag)
        assert (answer.status_code, answer.data) == (304, b"")
        assert len(door.entries()) == before + 1

    def test_buttons_are_named_by_what_the_token_may_do(self, door: Door) -> None:
        reference = door.caller("worker").open_case()
        may = door.caller("lead").get(f"/cases/{reference}").json["may"]
        assert "case:assign" in may
        assert "identity:reveal" not in may

    def test_a_former_holder_is_shown_who_is_responsible_now_and_no_more(self, door: Door) -> None:
        lead = door.caller("lead")
        reference = lead.open_case(strands=["support"])
        offer = lead.send_offer(reference)
        accept(door, offer)
        answer = lead.get(f"/cases/{reference}")
        shown = answer.json
        assert set(shown) == {"reference", "pseudonym", "opened_at", "responsible", "responsible_since"}
        assert shown["responsible"] == {"support": "south"}
        assert shown["responsible_since"]["support"] > shown["opened_at"]
        assert "ETag" not in answer.headers
        history = lead.get(f"/cases/{reference}/history")
        assert (history.status_code, history.json["type"]) == (403, "/problems/passed-on")
        assert "passed this case on" in history.json["detail"]
        (card,) = lead.get("/cases?passed_on=true").json["items"]
        assert (card["held"], card["status"], card["worker"], card["phase"]) == (False, None, None, "")


class TestChanging:
    def test_a_change_says_which_version_it_was_made_from(self, door: Door) -> None:
        worker = door.caller("worker")
        reference = worker.open_case()
        answer = worker.send("PUT", f"/cases/{reference}/areas", {"home": "south"})
        assert answer.status_code == 428
        assert answer.json["type"] == "/problems/version-needed"

    def test_any_version_is_no_version(self, door: Door) -> None:
        worker = door.caller("worker")
        reference = worker.open_case()
        assert worker.send("PUT", f"/cases/{reference}/areas", {}, If_Match="*").status_code == 428

    @pytest.mark.parametrize("tag", ['"seventeen"', 'W/"3"', '"99"'], ids=["no number", "weak", "of the future"])
    def test_a_tag_that_was_never_given_matches_nothing(self, door: Door, tag: str) -> None:
        worker = door.caller("worker")
        reference = worker.open_case()
        assert worker.send("PUT", f"/cases/{reference}/areas", {}, If_Match=tag).status_code == 412

    def test_a_change_has_a_new_version(self, door: Door) -> None:
        worker = door.caller("worker")
        reference = worker.open_case()
        answer = change(worker, "PUT", f"/cases/{reference}/areas", {"exploitation": "south"}, 3)
        assert (answer.status_code, answer.headers["ETag"]) == (200, '"4"')
        assert answer.json["areas"] == {"exploitation": "south", "home": None, "encounter": None}
        assert door.last_action() == "case:place"

    def test_a_change_over_somebody_elses_is_refused_and_says_what_they_changed(self, door: Door) -> None:
        worker, lead = door.caller("worker"), door.caller("lead")
        reference = worker.open_case()
        change(lead, "PUT", f"/cases/{reference}/areas", {"home": "south"}, 3)
        answer = change(worker, "PUT", f"/cases/{reference}/areas", {"home": "east"}, 3)
        assert answer.status_code == 412
        assert answer.json["type"] == "/problems/stale"
        (made,) = answer.json["changes"]
        assert (made["version"], made["action"], made["part"]) == (4, "case:place", "areas")
        assert worker.get(f"/cases/{reference}").json["areas"]["home"] == "south"

    def test_a_change_beside_somebody_elses_succeeds_and_says_what_else_changed(self, door: Door) -> None:
        worker, lead = door.caller("worker"), door.caller("lead")
        reference = worker.open_case()
        change(lead, "PUT", f"/cases/{reference}/areas", {"home": "south"}, 3)
        answer = change(worker, "PUT", f"/cases/{reference}/contact", {"times": "Evenings"}, 3)
        assert (answer.status_code, answer.headers["ETag"]) == (200, '"5"')
        (made,) = answer.json["changed_meanwhile"]
        assert (made["version"], made["part"]) == (4, "areas")

    def test_nobody_carries_on_from_before_a_hand_off_and_its_changes_are_not_told(self, door: Door) -> None:
        lead = door.caller("lead")
        reference = lead.open_case(strands=["support"])
        accept(door, lead.send_offer(reference))
        answer = change(lead, "PUT", f"/cases/{reference}/areas", {"home": "east"}, 3)
        assert answer.status_code == 412
        assert answer.json["changes"] == []

    def test_a_lead_gives_a_strand_to_a_worker(self, door: Door) -> None:
        lead = door.caller("lead")
        reference = lead.open_case()
        supervisor = str(ACCOUNTS["supervisor"].id)
        answer = change(lead, "PUT", f"/cases/{reference}/workers/support", {"worker": supervisor}, 3)
        assert answer.json["workers"]["support"] == supervisor
        stranger = {"worker": str(ACCOUNTS["receiver"].id)}
        refused = change(lead, "PUT", f"/cases/{reference}/workers/support", stranger, 4)
        assert (refused.status_code, refused.json["type"]) == (422, "/problems/unknown-worker")

    def test_a_case_is_closed_for_a_reason_of_the_list_and_opened_again(self, door: Door) -> None:
        lead = door.caller("lead")
        reference = lead.open_case()
        wrong = change(lead, "POST", f"/cases/{reference}/closing", {"reason": "bored"}, 3)
        assert wrong.json["errors"][0]["pointer"] == "/reason"
        closed = change(lead, "POST", f"/cases/{reference}/closing", {"reason": "lost-contact"}, 3)
        assert (closed.json["status"], closed.json["close_reason"]) == ("closed", "lost-contact")
        refused = change(lead, "PUT", f"/cases/{reference}/areas", {}, 4)
        assert refused.json["type"] == "/problems/case-is-closed"
        again = change(lead, "POST", f"/cases/{reference}/reopening", {"words": "Contact was found again."}, 4)
        assert again.json["status"] == "open"

    def test_whoever_only_investigates_neither_closes_it_nor_opens_it_again(self, door: Door) -> None:
        lead, theirs = door.caller("lead"), door.caller("receiving-lead")
        reference = lead.open_case()
        accept(door, lead.send_offer(reference))
        version = lead.get(f"/cases/{reference}").json["version"]
        assert "case:close" not in lead.get(f"/cases/{reference}").json["may"]
        assert "case:close" in theirs.get(f"/cases/{reference}").json["may"]
        refused = change(lead, "POST", f"/cases/{reference}/closing", {"reason": "support-complete"}, version)
        assert (refused.status_code, refused.json["type"]) == (403, "/problems/not-ours-to-close")

        closed = change(theirs, "POST", f"/cases/{reference}/closing", {"reason": "support-complete"}, version)
        assert closed.json["status"] == "closed"
        assert "case:reopen" not in lead.get(f"/cases/{reference}").json["may"]
        words = {"words": "The trial goes on."}
        refused = change(lead, "POST", f"/cases/{reference}/reopening", words, version + 1)
        assert (refused.status_code, refused.json["type"]) == (403, "/problems/not-ours-to-close")

    def test_a_reason_of_a_strand_that_the_case_has_not_is_refused(self, door: Door) -> None:
        lead = door.caller("lead")
        reference = lead.open_case(strands=["investigation"])
        refused = change(lead, "POST", f"/cases/{reference}/closing", {"reason": "support-complete"}, 3)
        assert (refused.status_code, refused.json["type"]) == (422, "/problems/unknown-choice")

    def test_what_a_role_does_not_do_is_refused_as_such(self, door: Door) -> None:
        worker = door.caller("worker")
        reference = worker.open_case()
        body = {"worker": str(ACCOUNTS["worker"].id)}
        answer = change(worker, "PUT", f"/cases/{reference}/workers/support", body, 3)
        assert (answer.status_code, answer.json["type"]) == (403, "/problems/not-permitted")


class TestBeginning:
    INQUIRY: Final = {"strand": "investigation", "reason": "person-agreed"}

    def test_the_strand_that_a_case_lacks_is_begun_by_whoever_leads_the_other(self, door: Door) -> None:
        worker = door.caller("worker")
        reference = worker.open_case(strands=["support"])
        before = worker.get(f"/cases/{reference}").json
        assert ("strand:begin" in before["may"], before["responsible"]) == (True, {"support": "north"})

        answer = change(worker, "POST", f"/cases/{reference}/strands", self.INQUIRY, 3)
        assert (answer.status_code, answer.headers["ETag"]) == (201, '"4"')
        assert answer.json["responsible"] == {"support": "north", "investigation": "north"}
        assert answer.json["workers"]["investigation"] == str(ACCOUNTS["worker"].id)
        assert set(answer.json["parts"]) == {"identity", "safe-address", "support", "investigation"}
        assert "strand:begin" not in answer.json["may"]
        assert door.last_action() == "strand:begin"

    def test_its_ground_is_in_the_history_and_its_words_are_not(self, door: Door) -> None:
        worker = door.caller("worker")
        reference = worker.open_case(strands=["support"])
        body = {"strand": "investigation", "reason": "without-agreement", "words": "Others are held there."}
        change(worker, "POST", f"/cases/{reference}/strands", body, 3)
        told = worker.get(f"/cases/{reference}/history")
        assert told.json["items"][0]["detail"] == {
            "strand": "investigation",
            "holder": "north",
            "reason": "without-agreement",
        }
        assert "Others are held there." not in told.text

    def test_it_is_refused_where_it_cannot_begin(self, door: Door) -> None:
        worker, charity = door.caller("worker"), door.caller("charity-worker")
        both, theirs = worker.open_case(), charity.open_case(strands=["support"])
        assert "strand:begin" not in charity.get(f"/cases/{theirs}").json["may"]
        for caller, reference, problem in (
            (worker, both, "strand-exists"),
            (charity, theirs, "strand-needs-force"),
        ):
            answer = change(caller, "POST", f"/cases/{reference}/strands", self.INQUIRY, 3)
            assert (answer.status_code, answer.json["type"]) == (422, f"/problems/{problem}")
        assert change(charity, "POST", f"/cases/{both}/strands", self.INQUIRY, 3).status_code == 404

    def test_it_is_refused_while_an_offer_waits(self, door: Door) -> None:
        lead = door.caller("lead")
        reference = lead.open_case(strands=["support"])
        lead.send_offer(reference)
        answer = change(lead, "POST", f"/cases/{reference}/strands", self.INQUIRY, 3)
        assert (answer.status_code, answer.json["type"]) == (409, "/problems/offer-open")

    def test_what_was_left_out_is_asked_for(self, door: Door) -> None:
        worker = door.caller("worker")
        reference = worker.open_case(strands=["support"])
        answer = change(worker, "POST", f"/cases/{reference}/strands", {"strand": "investigation"}, 3)
        assert answer.status_code == 422
        assert answer.json["errors"][0]["pointer"] == "/reason"
        assert worker.send("POST", f"/cases/{reference}/strands", self.INQUIRY).status_code == 428


class TestListing:
    def test_a_list_leads_to_its_other_pages(self, door: Door) -> None:
        worker = door.caller("worker")
        for _ in range(51):
            worker.open_case()
        answer = worker.get("/cases?sort=opened&page=2")
        assert (answer.json["page"], answer.json["pages"], answer.json["total"]) == (2, 3, 51)
        assert len(answer.json["items"]) == 25
        assert answer.headers["Link"] == (
            '</api/v1/cases?sort=opened&page=1>; rel="first", </api/v1/cases?sort=opened&page=1>; rel="prev", '
            '</api/v1/cases?sort=opened&page=3>; rel="next", </api/v1/cases?sort=opened&page=3>; rel="last"'
        )

    def test_a_list_says_on_the_journal_whom_it_showed_and_by_what_it_was_narrowed(self, door: Door) -> None:
        worker = door.caller("worker")
        worker.open_case()
        worker.get("/cases?status=any&waiting=false")
        last = door.entries()[-1]
        assert (last.action.value, len(last.shown)) == ("case:list", 1)
        assert "status=open" not in json.loads(last.payload)["detail"]["filters"]

    def test_a_list_is_narrowed_by_codes(self, door: Door) -> None:
        lead = door.caller("lead")
        first, second = lead.open_case(), lead.open_case()
        worker = str(ACCOUNTS["worker"].id)
        change(lead, "PUT", f"/cases/{second}/workers/support", {"worker": worker}, 3)
        change(lead, "POST", f"/cases/{first}/closing", {"reason": "duplicate"}, 3)
        found = lead.get(f"/cases?worker={worker}").json["items"]
        assert [card["reference"] for card in found] == [second]
        assert [card["reference"] for card in lead.get("/cases?status=closed").json["items"]] == [first]

    def test_another_organisations_cases_are_not_listed(self, door: Door) -> None:
        door.caller("worker").open_case()
        assert door.caller("receiver").get("/cases").json["total"] == 0
