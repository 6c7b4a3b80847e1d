"""History and journey over the API."""

from casetrack.domain.holdings import Strand
from casetrack.domain.references import Reference
from casetrack.services.files import attach_file
from casetrack.services.milestones import list_milestones
from casetrack.services.notes import write_note
from tests.api.door import Door, accept
from tests.services.deeds import a_file, a_note


def test_a_history_has_changes_and_steps_of_transfers_and_never_who_looked(door: Door) -> None:
    worker = door.caller("worker")
    reference = worker.open_case()
    worker.get(f"/cases/{reference}")
    worker.send_offer(reference)
    shown = worker.get(f"/cases/{reference}/history").json["items"]
    assert [event["event"] for event in shown] == [
        "TransferSent",
        "ContactRecorded",
        "IdentityRecorded",
        "CaseOpened",
    ]
    assert (shown[-1]["holder"], shown[-1]["role"], shown[-1]["version"]) == ("north", "support_worker", 1)
    assert shown[0]["detail"]["to_holder"] == "south"
    assert door.last_action() == "history:view"


def test_a_milestone_that_ones_own_strands_do_not_see_is_not_named_in_the_history(door: Door) -> None:
    lead = door.caller("lead")
    reference = lead.open_case()
    rules = door.world.deployment.facts.catalogue.rules
    with door.world.work("lead") as work:
        seen = list_milestones(work, Reference(reference)).rows
    code = next(row.rule.code for row in seen if row.rule.visible_to.value == "support" and not row.rule.outcomes)
    assert rules[code].visible_to.value == "support"
    lead.send("POST", f"/cases/{reference}/milestones", {"code": code, "happened": "2026-11-19"}, If_Match='"3"')
    accept(door, lead.send_offer(reference))
    assert door.caller("receiver").get(f"/cases/{reference}/history").data.count(code.encode()) == 1
    assert code.encode() not in lead.get(f"/cases/{reference}/history").data


def test_notes_and_files_of_a_strand_of_others_are_not_in_the_history(door: Door) -> None:
    lead = door.caller("lead")
    reference = lead.open_case()
    accept(door, lead.send_offer(reference))
    for name, strand in (("receiver", Strand.SUPPORT), ("lead", Strand.INVESTIGATION)):
        with door.world.work(name) as work:
            attach_file(work, Reference(reference), a_file(strand), seen=None)
        with door.world.work(name) as work:
            write_note(work, Reference(reference), a_note(strand), seen=None)
    for name, own in (("lead", "investigation"), ("receiver", "support")):
        shown = door.caller(name).get(f"/cases/{reference}/history").json["items"]
        lying = [event["detail"]["strand"] for event in shown if event["action"] in ("note:write", "file:attach")]
        assert lying == [own, own]


def test_a_journey_says_who_was_responsible_from_when_until_when(door: Door) -> None:
    lead = door.caller("lead")
    reference = lead.open_case()
    transfer = lead.send_offer(reference)
    accept(door, transfer)
    shown = lead.get(f"/cases/{reference}/journey").json
    legs = {(leg["strand"], leg["holder"]): leg for leg in shown["legs"]}
    assert set(legs) == {("support", "north"), ("support", "south"), ("investigation", "north")}
    assert legs["support", "north"]["until"] == legs["support", "south"]["since"]
    assert legs["support", "south"]["transfer"] == transfer
    assert [offer["state"] for offer in shown["transfers"]] == ["accepted"]
    assert door.last_action() == "journey:view"
