"""Milestones over the API: listed without notes and without what gives a birthday away, recorded, reopened."""

from typing import Any

from casetrack.domain.references import Reference
from casetrack.services.milestones import list_milestones
from tests.api.door import Caller, Door


def rows(caller: Caller, reference: str) -> dict[str, Any]:
    answer = caller.get(f"/cases/{reference}/milestones")
    return {row["code"]: row for row in answer.json["items"]}


def record(caller: Caller, reference: str, version: int, **said: str) -> Any:  # noqa: ANN401 - JSON is of any type
    return caller.send("POST", f"/cases/{reference}/milestones", said, If_Match=f'"{version}"')


def test_a_milestone_is_recorded_and_then_met(door: Door) -> None:
    worker = door.caller("worker")
    reference = worker.open_case()
    answer = record(worker, reference, 3, code="encounter", happened="2026-11-19T10:00:00Z", note="Canary")
    assert (answer.status_code, answer.headers["ETag"]) == (201, '"4"')
    assert door.last_action() == "milestone:record"
    row = rows(worker, reference)["encounter"]
    assert (row["status"], row["met_at"]) == ("met", "2026-11-19T10:00:00+00:00")


def test_notes_stay_where_they_are_sealed(door: Door) -> None:
    worker = door.caller("worker")
    reference = worker.open_case()
    record(worker, reference, 3, code="encounter", happened="2026-11-19", note="Canary")
    with door.world.work("worker") as work:
        assert "Canary" in list_milestones(work, Reference(reference)).notes.values()
    for path in ("milestones", "history", "journey"):
        assert b"Canary" not in worker.get(f"/cases/{reference}/{path}").data


def test_no_date_that_gives_a_birthday_away_leaves(door: Door) -> None:
    worker = door.caller("worker")
    reference = worker.open_case(age_group="child")
    record(worker, reference, 3, code="turning-18", outcome="stay_in", happened="2026-11-18")
    with door.world.work("worker") as work:
        kept = {row.rule.code: row for row in list_milestones(work, Reference(reference)).rows}
    assert kept["turning-18"].sealed
    assert kept["turning-18"].met_at is not None
    row = rows(worker, reference)["turning-18"]
    assert (row["sealed"], row["status"], row["outcome"]) == (True, "met", "stay_in")
    assert {row[name] for name in ("started_at", "due_on", "due_at", "not_before", "days_left", "met_at")} == {None}


def test_what_was_recorded_is_opened_again_with_a_reason(door: Door) -> None:
    worker = door.caller("worker")
    reference = worker.open_case()
    record(worker, reference, 3, code="encounter", happened="2026-11-19")
    path = f"/cases/{reference}/milestones/encounter/reopening"
    silent = worker.send("POST", path, {}, If_Match='"4"')
    assert (silent.status_code, silent.json["errors"][0]["pointer"]) == (422, "/words")
    assert worker.send("POST", path, {"words": "The wrong case."}, If_Match='"4"').status_code == 200
    assert rows(worker, reference)["encounter"]["status"] != "met"
    nothing = worker.send("POST", path, {"words": "Again."}, If_Match='"5"')
    assert nothing.json["type"] == "/problems/nothing-to-reopen"


def test_what_no_catalogue_knows_is_refused(door: Door) -> None:
    worker = door.caller("worker")
    answer = record(worker, worker.open_case(), 3, code="moon-landing", happened="2026-11-19")
    assert (answer.status_code, answer.json["type"]) == (422, "/problems/unknown-milestone")


def test_two_people_record_different_milestones_of_one_version(door: Door) -> None:
    worker, lead = door.caller("worker"), door.caller("lead")
    reference = worker.open_case()
    assert record(worker, reference, 3, code="encounter", happened="2026-11-19").status_code == 201
    answer = record(lead, reference, 3, code="indicators-noted", happened="2026-11-19")
    assert answer.status_code == 201
    assert [change["part"] for change in answer.json["changed_meanwhile"]] == ["milestone:encounter"]
    assert record(lead, reference, 3, code="encounter", happened="2026-11-19").status_code == 412


def test_looking_at_milestones_is_on_the_journal(door: Door) -> None:
    worker = door.caller("worker")
    rows(worker, worker.open_case())
    assert door.last_action() == "milestone:list"


def test_in_a_closed_case_nothing_is_due_and_what_was_open_is_not_done_until_it_is_opened_again(door: Door) -> None:
    lead = door.caller("lead")
    reference = lead.open_case()
    record(lead, reference, 3, code="encounter", happened="2026-11-01")
    before = rows(lead, reference)
    (listed,) = lead.get("/cases").json["items"]
    assert {"overdue", "do_now", "not_started"} <= {row["status"] for row in before.values()}
    assert (listed["due"] < "2026-11-20", listed["milestone"] is None, listed["do_now"]) == (True, False, True)

    lead.send("POST", f"/cases/{reference}/closing", {"reason": "duplicate"}, If_Match='"4"')
    closed = rows(lead, reference)
    assert {row["status"] for row in closed.values()} == {"met", "not_started", "not_done"}
    for code, row in closed.items():
        was_open = before[code]["status"] not in {"met", "not_started"}
        assert (row["status"] == "not_done") == was_open
        told = (row["due_on"], row["due_at"], row["not_before"], row["days_left"], row["limit_passed"])
        assert told == (None, None, None, None, False) or not was_open
    (listed,) = lead.get("/cases?status=closed").json["items"]
    assert [listed[name] for name in ("due", "milestone", "do_now", "waiting")] == [None, None, False, False]
    assert lead.get("/cases?status=any&due=overdue").json["items"] == []

    lead.send("POST", f"/cases/{reference}/reopening", {"words": "It is not the same person."}, If_Match='"5"')
    assert rows(lead, reference) == before
