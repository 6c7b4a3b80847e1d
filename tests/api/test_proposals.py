"""What needs two people, over the API: looked at by a token, and never proposed or decided on by one."""

from casetrack.services.certificates import verify_certificate
from tests.api.door import V1, Door
from tests.services import agreed
from tests.world import ACCOUNTS, NORTH

WORDS = agreed.WHY.words


def test_what_waits_is_listed_and_viewed_without_what_was_written(door: Door) -> None:
    case = agreed.closed(door.world)
    proposal = agreed.proposed(door.world, case)
    second = door.caller("supervisor")
    (item,) = second.get("/proposals").json["items"]
    assert item["reference"] == case.reference
    answer = second.get(f"/proposals/{proposal.id}")
    assert answer.headers["ETag"] == '"1"'
    assert answer.json == item["proposal"]
    assert (answer.json["kind"], answer.json["state"], answer.json["rule"]) == ("erasure", "proposed", agreed.RULE)
    assert WORDS not in answer.text
    assert door.last_action() == "proposal:view"


def test_no_token_proposes_or_decides(door: Door) -> None:
    changes = [rule for method, rule in door.rules() if method != "GET"]
    assert changes
    assert not [rule for rule in changes if "proposal" in rule or "hold" in rule or "erasure" in rule]


def test_the_holds_that_stand_on_a_case_are_shown_to_whoever_has_it(door: Door) -> None:
    case = agreed.closed(door.world)
    hold = agreed.held(door.world, case)
    answer = door.caller("worker").get(f"/cases/{case.reference}/holds")
    (item,) = answer.json["items"]
    assert (item["id"], item["reason"]) == (str(hold.id), "investigation")
    assert door.caller("receiver").get(f"/cases/{case.reference}/holds").status_code == 404


def test_an_erased_case_is_not_there_and_its_certificate_can_be_checked_by_anybody(door: Door) -> None:
    case, _ = agreed.erased(door.world)
    supervisor = door.caller("supervisor")
    assert supervisor.get(f"/cases/{case.reference}").status_code == 404
    (item,) = supervisor.get("/erasures").json["items"]
    assert item["case"] == str(case.id)
    answer = supervisor.get(f"/erasures/{case.id}")
    assert case.reference not in answer.text
    assert verify_certificate(answer.data).stone.case == case.id


def test_who_may_not_know_of_them_is_shown_neither(door: Door) -> None:
    case, proposal = agreed.erased(door.world)
    for path in ("/proposals", "/erasures"):
        assert door.caller("worker").get(path).status_code == 403
    other = door.caller("receiving-lead")
    for path in (f"/proposals/{proposal.id}", f"/erasures/{case.id}"):
        assert other.get(path).status_code == 404


def test_the_pages_of_a_list_lead_to_one_another(door: Door) -> None:
    agreed.erased(door.world)
    link = door.caller("supervisor").get("/erasures").headers["Link"]
    assert f"<{V1}/erasures?page=1>" in link


def test_an_auditors_program_is_told_what_was_erased_by_which_two_people_and_under_which_rule(door: Door) -> None:
    case, _ = agreed.erased(door.world)
    (item,) = door.caller("auditor").get("/audit/erasures?use=integrity").json["items"]
    assert (item["case"], item["rule"], item["reason"]) == (str(case.id), agreed.RULE, agreed.REASON)
    assert (item["proposed_by"], item["approved_by"]) == (str(ACCOUNTS["lead"].id), str(ACCOUNTS["supervisor"].id))
    assert item["holders"] == [NORTH.code]
    assert door.last_action() == "audit:search"
