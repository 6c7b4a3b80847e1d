"""Verifying: everything that somebody with the database alone could do to what is kept, and that it is named."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any
from uuid import UUID

import pytest

from casetrack.domain.actions import Action
from casetrack.domain.actors import Role
from casetrack.domain.case import AgeGroup
from casetrack.domain.events import Event
from casetrack.domain.holdings import Strand
from casetrack.domain.ids import HolderCode, TransferId
from casetrack.services.accounts import close_account, create_token, revoke_token
from casetrack.services.audit import verify_audit
from casetrack.services.caseload import everything as every_case
from casetrack.services.cases import list_cases
from casetrack.services.events_read import ASPECTS, OF_ONE
from casetrack.services.findings import About
from casetrack.services.identity import reveal_identity
from casetrack.services.notes import write_note
from casetrack.services.transfers import see_transfer, withdraw_transfer
from casetrack.services.verifying_journal import verify_checkpoints
from tests.services import acts
from tests.services.deeds import a_note
from tests.services.everything import BATCH, Everything, believed
from tests.world import ACCOUNTS, CHARITY, REASON, SOUTH, World, sealed_token

STRANGER = UUID(int=7)


@cache
def lived() -> World:
    """A world in which a good deal happened; no test changes it, only copies of its rows."""
    world = World.in_memory()
    case = acts.opened(world)
    acts.recorded(world, case, note="an invented note")
    acts.recorded(world, case, "risk-assessed", "high")
    with world.work("worker") as work:
        write_note(work, case.reference, a_note(Strand.SUPPORT), seen=None)
    other = acts.opened(world, strands=acts.SUPPORT)
    with world.work("worker", REASON) as work:
        reveal_identity(work, case.reference)
    with world.work("worker") as work:
        list_cases(work, every_case(work))
    taken_back = acts.offered(world, other, CHARITY, acts.SUPPORT)
    with world.work("charity-lead") as work:
        see_transfer(work, taken_back.id)
    with world.work("lead") as work:
        withdraw_transfer(work, taken_back.id, seen=None)
    acts.moved(world, case, SOUTH)
    with world.work("receiver") as work:
        create_token(work, acts.account("receiver"), "night shift", timedelta(days=30))
    with world.work("administrator") as work:
        revoke_token(work, acts.account("receiver"), next(iter(acts.kept(world).tokens)))
    with world.work("administrator") as work:
        close_account(work, acts.account("scottish-lead"))
    return world


def rows() -> Everything:
    return Everything.of(lived())


def found(everything: Everything) -> list[str]:
    return everything.findings(lived())


def test_nothing_is_wrong_with_what_nobody_touched() -> None:
    assert found(rows()) == []


def test_the_log_says_how_far_it_reaches() -> None:
    everything = rows()
    verified = verify_checkpoints(everything, believed(lived()))

    assert (verified.entries, verified.checkpoints) == (len(everything.rows), len(everything.notes))
    assert verified.unsigned == 0


def test_an_auditor_is_told_what_was_found_and_the_newest_checkpoint() -> None:
    everything = rows()
    inspection = verify_audit(everything, believed(lived()))

    assert (inspection.findings, inspection.checkpoint) == ((), everything.notes[-1])
    assert inspection.verified == verify_checkpoints(everything, believed(lived()))


def test_a_log_without_a_checkpoint_promised_nothing() -> None:
    everything = rows()
    everything.notes = []
    inspection = verify_audit(everything, believed(lived()))

    assert (inspection.verified, inspection.checkpoint) == (None, "")
    assert [str(finding) for finding in inspection.findings] == [
        "The log: The log has no checkpoint to verify against."
    ]


# The log


def test_a_leaf_that_was_changed_is_in_the_stretch_that_is_named() -> None:
    everything = rows()
    place = everything.event("Revealed")
    number, event, leaf = next(row for row in everything.rows if row[1] == everything.journal[place].id)
    changed = leaf[:-1] + bytes([leaf[-1] ^ 1])
    everything.rows[number] = (number, event, changed)
    everything.change_event(place, leaf=changed)

    first, *others = everything.found(lived())
    stretch = number // BATCH * BATCH
    assert first.about is About.LOG
    assert f"Entries {stretch} to {stretch + BATCH - 1}" in first.sentence
    assert {finding.name for finding in others} == {str(event)}


def test_a_leaf_that_was_taken_away_is_missed() -> None:
    everything = rows()
    _, event, _ = everything.rows.pop(6)
    place = next(place for place, each in enumerate(everything.journal) if each.id == event)
    everything.change_event(place, leaf=None)

    assert f"Event {event}: It is not in the log, and does not wait for its place there." in found(everything)
    assert any(each.endswith("It does not have the next place in the log.") for each in found(everything))


def test_an_event_that_was_taken_away_is_missed() -> None:
    everything = rows()
    gone = everything.journal.pop(everything.event("Revealed"))

    assert found(everything) == [f"Event {gone.id}: It is in the log, and its row is gone."]


def test_an_event_that_has_waited_long_says_that_no_worker_runs() -> None:
    everything = rows()
    last = everything.event("Revealed")
    waits = lived().now - timedelta(minutes=10)
    everything.change_event(last, leaf=None, queued_at=waits)

    assert "The queue of the log: Events wait for their place in the log. Is casetrack worker running?" in found(
        everything
    )


def test_an_event_that_has_just_been_queued_is_no_fault() -> None:
    everything = rows()
    _, event, _ = everything.rows.pop()
    everything.notes.pop()
    place = next(place for place, each in enumerate(everything.journal) if each.id == event)
    everything.change_event(place, leaf=None, queued_at=lived().now)

    assert found(everything) == []


# Events

CHANGES: dict[str, Callable[[Everything, int], dict[str, Any]]] = {
    "at": lambda rows, at: {"at": rows.journal[at].at + timedelta(hours=1)},
    "action": lambda *_: {"action": Action.CASE_VIEW.value},
    "account": lambda *_: {"account": STRANGER},
    "holder": lambda *_: {"holder": "south"},
    "case": lambda *_: {"case": STRANGER},
    "aggregate": lambda *_: {"aggregate": STRANGER},
    "aspect": lambda *_: {"aspect": "areas"},
    "holders_then": lambda *_: {"holders_then": ("south",)},
    "words": lambda *_: {"words": b"other words"},
    "shown": lambda *_: {"shown": ((STRANGER, bytes(16)),)},
}


@pytest.mark.parametrize("column", CHANGES)
def test_an_edited_column_of_an_event_is_named_with_its_event(column: str) -> None:
    everything = rows()
    place = everything.event("Revealed")
    everything.change_event(place, **CHANGES[column](everything, place))

    (finding,) = (each for each in everything.found(lived()) if "Not as recorded" in each.sentence)
    assert finding.name == str(everything.journal[place].id)
    assert column in finding.sentence


@pytest.mark.parametrize("column", ["payload", "salt"])
def test_a_payload_or_salt_that_was_changed_is_not_what_the_log_commits_to(column: str) -> None:
    everything = rows()
    place = everything.event("Revealed")
    event = everything.journal[place]
    changed = {"payload": event.payload.replace(b"contact-person", b"court"), "salt": bytes(32)}
    everything.change_event(place, **{column: changed[column]})

    assert any("is not the one that its entry in the log commits to" in each for each in found(everything))


@pytest.mark.parametrize("payload", [b"not json", b"[]"])
def test_a_payload_that_cannot_be_read_is_still_named(payload: bytes) -> None:
    everything = rows()
    place = everything.event("Revealed")
    everything.change_event(place, payload=payload)

    assert all(str(everything.journal[place].id) in each for each in found(everything))
    assert found(everything)


@pytest.mark.parametrize("changes", [{"time_ms": 1}, {"commitment": bytes(32)}])
def test_the_columns_that_a_leaf_is_made_of_are_held_against_it(changes: dict[str, Any]) -> None:
    everything = rows()
    everything.change_event(everything.event("Revealed"), **changes)

    assert any("Its id, time or commitment is not the one in the log." in each for each in found(everything))


def test_a_leaf_that_is_none_is_named_with_its_event() -> None:
    everything = rows()
    place = everything.event("Revealed")
    everything.change_event(place, leaf=b"no leaf")

    assert f"Event {everything.journal[place].id}: A leaf is 57 bytes and its first byte is 01." in found(everything)


def test_a_change_of_a_case_that_is_gone_is_noticed_by_the_one_after_it() -> None:
    everything = rows()
    place = everything.event("MilestoneRecorded")
    after = everything.journal[place + 1]
    everything.journal.pop(place)

    assert f"Event {after.id}: A change of its case before it is missing." in found(everything)


def test_every_kind_of_event_says_what_it_touches() -> None:
    kinds = {kind.__name__ for kind in Event.__subclasses__()}

    assert ASPECTS.keys() == kinds
    assert kinds >= OF_ONE.keys()


# Cases


@pytest.mark.parametrize("changes", [{"age_group": AgeGroup.CHILD}, {"nation": "Wales"}, {"records": ()}])
def test_an_edited_case_is_named(changes: dict[str, Any]) -> None:
    everything = rows()
    kept = everything.files[0]
    everything.files[0] = replace(kept, case=replace(kept.case, **changes))

    assert found(everything) == [
        f"Case {kept.case.reference}: It is not what was sealed: a row of it was changed, added or taken away."
    ]


def test_a_sealed_value_that_was_swapped_is_the_cases_own_fault() -> None:
    everything = rows()
    kept = everything.files[0]
    row, _, superseded = kept.values[0]
    everything.files[0] = replace(kept, values=((row, bytes(32), superseded), *kept.values[1:]))

    assert [finding.name for finding in everything.found(lived())] == [kept.case.reference]


def test_an_older_row_that_was_put_back_is_not_the_newest_that_the_journal_knows() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    older = acts.kept_case(world, case)
    acts.recorded(world, case)
    everything = Everything.of(world)
    everything.files = [older]

    assert everything.findings(world) == [
        f"Case {case.reference}: It is not what the journal's newest change of it says: an older row was put back."
    ]


def test_a_case_that_was_slipped_in_is_unknown_to_the_journal() -> None:
    everything = rows()
    case = everything.files[1].case
    everything.journal = [event for event in everything.journal if event.case != case.id]
    everything.rows = [row for row in everything.rows if row[1] in {event.id for event in everything.journal}]

    assert f"Case {case.reference}: The journal does not know of it." in found(everything)


def test_a_case_that_is_gone_is_missed() -> None:
    everything = rows()
    gone = everything.files.pop(1)

    assert found(everything) == [f"Case {gone.case.id}: It is in the journal, and its row is gone."]


def test_a_case_is_sealed_by_the_organisation_that_changed_it() -> None:
    everything = rows()
    place = max(
        place
        for place, event in enumerate(everything.journal)
        if event.case == everything.files[1].case.id and event.case_version
    )
    everything.change_event(place, holder="south")

    sentences = [finding.sentence for finding in everything.found(lived()) if finding.about is About.CASE]
    assert sentences == ["It was sealed by another organisation than the one that changed it."]


def test_a_keyset_that_nobody_certified_seals_nothing() -> None:
    everything = rows()
    (service,) = everything.public["service"]
    everything.public["south"] = tuple(
        replace(keyset, certificate=service.certificate) for keyset in everything.public["south"]
    )

    found = {finding.about for finding in everything.found(lived())}
    assert found == {About.CASE, About.HOLDING, About.TRANSFER, About.KEYS}


def test_a_newer_keyset_that_nobody_certified_is_named_and_what_was_sealed_before_still_holds() -> None:
    everything = rows()
    *_, newest = everything.public["south"]
    everything.public["south"] += (replace(newest, version=newest.version + 1),)

    assert found(everything) == [f"Keys south {newest.version + 1}: Nobody certified them who might."]


def test_a_seal_by_a_keyset_that_never_was_is_none() -> None:
    everything = rows()
    kept = everything.held[0]
    everything.held[0] = replace(kept, seal=replace(kept.seal, keyset_version=9))

    assert [finding.about for finding in everything.found(lived())] == [About.HOLDING]


# Holdings


def test_an_edited_holding_is_named_with_its_case_and_its_place() -> None:
    everything = rows()
    kept = everything.held[1]
    everything.held[1] = replace(kept, holding=replace(kept.holding, holder=HolderCode("east")))

    assert found(everything) == [
        f"Holding 1 of case {kept.reference} ({kept.holding.part.value}, east): It is not what was sealed."
    ]


def test_a_holding_of_one_case_is_no_holding_of_another() -> None:
    everything = rows()
    kept = everything.held[0]
    other = next(each for each in everything.held if each.case != kept.case)
    everything.held[0] = replace(kept, case=other.case)

    assert [finding.about for finding in everything.found(lived())] == [About.HOLDING]


# Transfers


def test_an_edited_transfer_is_named() -> None:
    everything = rows()
    kept = everything.offers[0]
    everything.offers[0] = replace(kept, transfer=replace(kept.transfer, reason="moved-home"))

    assert found(everything) == [
        f"Transfer {kept.transfer.id}: It is not what was sealed: a row of it was changed, added or taken away."
    ]


def test_an_offer_that_was_put_back_to_before_its_answer_is_noticed() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    offer = acts.offered(world, case, SOUTH)
    older = acts.kept(world).transfers[offer.id]
    acts.accepted(world, offer)
    everything = Everything.of(world)
    everything.offers = [older]

    assert everything.findings(world) == [
        f"Transfer {offer.id}: It is not what the journal's newest change of it says: an older row was put back."
    ]


def test_a_step_of_a_transfer_that_the_journal_lost_is_missed() -> None:
    world = World.in_memory()
    offer = acts.offered(world, acts.opened(world), SOUTH)
    acts.accepted(world, offer)
    everything = Everything.of(world)
    sent = next(event for event in everything.journal if event.step == 1)
    everything.journal.remove(sent)

    assert f"Transfer {offer.id}: The journal has lost a change of it." in everything.findings(world)


def test_a_transfer_that_was_slipped_in_is_unknown_to_the_journal() -> None:
    everything = rows()
    kept = everything.offers[0]
    slipped = replace(kept, transfer=replace(kept.transfer, id=TransferId(STRANGER)))
    everything.offers.append(slipped)

    assert f"Transfer {STRANGER}: The journal does not know of it." in found(everything)


def test_a_transfer_that_is_gone_is_missed() -> None:
    everything = rows()
    gone = everything.offers.pop(0)

    assert found(everything) == [f"Transfer {gone.transfer.id}: It is in the journal, and its row is gone."]


# Accounts and tokens


def place_of(everything: Everything, name: str) -> int:
    """The place of that account."""
    return next(place for place, each in enumerate(everything.people) if each.account.sign_in_name == name)


@pytest.mark.parametrize(
    "changes",
    [{"role": Role.LEAD}, {"holder": SOUTH.code}, {"national": True}, {"display_name": "Another"}, {"epoch": 9}],
    ids=["role", "holder", "national", "name", "epoch"],
)
def test_an_account_that_was_edited_is_named(changes: dict[str, Any]) -> None:
    everything = rows()
    place = place_of(everything, "worker")
    kept = everything.people[place]
    everything.people[place] = replace(kept, account=replace(kept.account, **changes))

    assert found(everything) == [f"Account {kept.account.id}: It is not what was sealed."]


def test_a_password_that_was_put_in_the_place_of_another_is_noticed() -> None:
    everything = rows()
    place = place_of(everything, "worker")
    everything.people[place] = replace(everything.people[place], password_digest=bytes(32))

    assert found(everything) == [f"Account {acts.account('worker')}: It is not what was sealed."]


def test_an_account_that_was_opened_again_by_its_older_row_is_noticed() -> None:
    everything = rows()
    place = place_of(everything, "scottish-lead")
    closed = everything.people[place]
    before = ACCOUNTS["scottish-lead"]
    everything.people[place] = replace(closed, account=before)

    assert found(everything) == [
        f"Account {before.id}: It is not what the journal's newest change of it says: an older row was put back."
    ]


def test_a_closed_account_whose_row_is_gone_is_missed() -> None:
    everything = rows()
    del everything.people[place_of(everything, "scottish-lead")]

    gone = acts.account("scottish-lead")
    assert found(everything) == [f"Account {gone}: It is in the journal, and its row is gone."]


def test_a_token_that_was_edited_is_named() -> None:
    everything = rows()
    (token,) = everything.programs
    everything.programs = [replace(token, until=token.until + timedelta(days=1))]

    assert found(everything) == [f"Token {token.id}: It is not what was sealed."]


def test_a_revoked_token_that_is_whole_again_is_noticed() -> None:
    everything = rows()
    (token,) = everything.programs
    everything.programs = [sealed_token(replace(token, revoked_at=None))]

    assert found(everything) == [
        f"Token {token.id}: It is not what the journal's newest change of it says: an older row was put back."
    ]


@pytest.mark.parametrize("account", ["not an id", None])
def test_a_change_of_an_account_that_names_none_is_named_and_is_no_word_for_any(account: str | None) -> None:
    everything = rows()
    place = everything.event("AccountClosed")
    payload = json.loads(everything.journal[place].payload)
    payload["detail"]["account"] = account
    everything.change_event(place, payload=json.dumps(payload).encode())

    event, unsaid = everything.found(lived())
    assert (event.about, event.name) == (About.EVENT, str(everything.journal[place].id))
    closed = acts.account("scottish-lead")
    assert str(unsaid) == f"Account {closed}: It is not what the journal says that was made."


def test_no_finding_says_anything_of_a_person() -> None:
    everything = rows()
    for place, event in enumerate(everything.journal):
        everything.change_event(place, payload=event.payload + b" ", holder="south")
    everything.files = [replace(kept, keys=()) for kept in everything.files]
    said = json.dumps(found(everything))

    assert len(found(everything)) > len(everything.journal)
    for name in ("Testa", "Maria", "01632", "invented note", "ring about tomorrow"):
        assert name not in said
