"""What a seal covers: every clear value of a case and an offer that a rule reads, and digests of what is sealed."""

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from casetrack.crypto.fields import FieldLabel
from casetrack.crypto.seals import Seal
from casetrack.domain.case import AgeGroup, Areas, Case, IdentityState, Status
from casetrack.domain.errors import IntegrityBroken, NotFound
from casetrack.domain.holdings import Holding, Holdings, Part, Strand
from casetrack.domain.ids import AccountId, CaseId, TransferId
from casetrack.domain.records import Recorded, RecordState
from casetrack.domain.references import Pseudonym, Reference
from casetrack.domain.transfer import Transfer, TransferState
from casetrack.services.cases import place_case, view_case
from casetrack.services.identity import record_identity
from casetrack.services.ports import CaseKey, KeptCase, KeptTransfer, Outlook, SealedValue
from casetrack.services.seals import (
    FIRST,
)
from casetrack.services.transfers import decline_transfer, view_transfer
from tests.domain import made
from tests.services import acts
from tests.services.acts import LEADS, SUPPORT, kept
from tests.world import EAST, SOUTH, World

LATER = timedelta(hours=1)
FAR_OFF = date(2099, 1, 1)
Edit = Callable[[Case], Case]


def a_long_life() -> tuple[World, Case]:
    """A case in which every kind of value is set, and of which each strand is with another force."""
    world = World.in_memory()
    case = acts.opened(world)
    acts.recorded(world, case, "risk-assessed", "high")
    acts.recorded(world, case, note="What support wrote.")
    with world.work("worker") as work:
        record_identity(work, case.reference, IdentityState.GIVEN, {"family_name": "Otherwise"}, seen=None)
    return world, acts.moved(world, case, SOUTH, SUPPORT)


def holding(**changes: Any) -> Edit:  # noqa: ANN401 - the fields of a holding, as `replace` takes them
    """The newest holding is edited."""
    return lambda case: replace(
        case, holdings=Holdings((*case.holdings.rows[:-1], replace(case.holdings.rows[-1], **changes)))
    )


def record(**changes: Any) -> Edit:  # noqa: ANN401 - the fields of a record, as `replace` takes them
    """The first record is edited."""
    return lambda case: replace(case, records=(replace(case.records[0], **changes), *case.records[1:]))


def extra_holding(case: Case) -> Holdings:
    """East has the identity too."""
    row = case.holdings.rows[-1]
    return Holdings((*case.holdings.rows, Holding(Part.IDENTITY, EAST.code, None, row.since)))


A_RECORD = Recorded(
    "encounter", RecordState.MET, None, datetime(2026, 1, 5, tzinfo=UTC), datetime(2026, 1, 5, tzinfo=UTC), uuid4()
)
CASE_EDITS: dict[str, Edit] = {
    "reference": lambda case: replace(case, reference=Reference("CT-0000-0000")),
    "pseudonym": lambda case: replace(case, pseudonym=Pseudonym("other words")),
    "version": lambda case: replace(case, version=case.version + 1),
    "status": lambda case: replace(case, status=Status.CLOSED),
    "close reason": lambda case: replace(case, close_reason="support-complete"),
    "opened at": lambda case: replace(case, opened_at=case.opened_at - LATER),
    "nation": lambda case: replace(case, nation="Scotland"),
    "age group": lambda case: replace(case, age_group=AgeGroup.CHILD),
    "identity": lambda case: replace(case, identity=IdentityState.WITHHELD),
    "area of exploitation": lambda case: replace(case, areas=replace(case.areas, exploitation=None)),
    "area of home": lambda case: replace(case, areas=replace(case.areas, home=EAST.code)),
    "area of encounter": lambda case: replace(case, areas=replace(case.areas, encounter=None)),
    "areas changed round": lambda case: replace(
        case, areas=Areas(case.areas.home, case.areas.exploitation, case.areas.encounter)
    ),
    "worker": lambda case: replace(case, workers={**case.workers, Strand.SUPPORT: acts.account("receiver")}),
    "no worker": lambda case: replace(case, workers={}),
    "holding's holder": holding(holder=EAST.code),
    "holding's part": holding(part=Part.INVESTIGATION),
    "holding's number": holding(number=9),
    "holding's beginning": holding(since=datetime(2026, 1, 5, tzinfo=UTC)),
    "holding's end": holding(until=datetime(2026, 12, 5, tzinfo=UTC)),
    "holding's transfer": holding(via=TransferId(uuid4())),
    "holding taken away": lambda case: replace(case, holdings=Holdings(case.holdings.rows[1:])),
    "holding added": lambda case: replace(case, holdings=extra_holding(case)),
    "record's code": record(code="lead-contact"),
    "record's state": record(state=RecordState.DECLINED),
    "record's outcome": record(outcome="standard"),
    "record's instant": record(at=datetime(2026, 1, 5, tzinfo=UTC)),
    "record's writing": record(recorded_at=datetime(2026, 1, 5, tzinfo=UTC)),
    "record's id": record(id=uuid4()),
    "record taken away": lambda case: replace(case, records=case.records[1:]),
    "record added": lambda case: replace(case, records=(*case.records, A_RECORD)),
}


def refused_to_everybody(world: World, case: Case) -> None:
    """Whoever may know of the case, as it now is, is told that it is not what was recorded; nobody else is told."""
    told = set()
    for name in LEADS.values():
        with pytest.raises((IntegrityBroken, NotFound)) as refused, world.work(name) as work:
            view_case(work, case.reference)
        told.add(refused.type)
    assert IntegrityBroken in told


@pytest.mark.parametrize("name", CASE_EDITS)
def test_a_case_of_which_one_clear_value_was_edited_is_not_shown(name: str) -> None:
    world, case = a_long_life()
    before = kept(world).cases[case.id]
    edited = CASE_EDITS[name](before.case)
    assert edited != before.case
    kept(world).cases[case.id] = replace(before, case=edited)

    refused_to_everybody(world, edited)


def test_every_field_of_a_case_is_edited_above() -> None:
    _, case = a_long_life()

    edited = set().union(*(made.differing(edit(case), case) for edit in CASE_EDITS.values()))

    assert {each.name for each in fields(Case)} - edited == {"id", "events"}


@pytest.mark.parametrize("name", [each.name for each in fields(Outlook)])
def test_a_case_of_which_a_list_would_show_something_else_is_not_shown(name: str) -> None:
    world, case = a_long_life()
    before = kept(world).cases[case.id]
    shown = getattr(before.outlook, name)
    otherwise = not shown if isinstance(shown, bool) else f"{shown}-moved" if isinstance(shown, str) else FAR_OFF
    edited: dict[str, Any] = {name: otherwise}
    kept(world).cases[case.id] = replace(before, outlook=replace(before.outlook, **edited))

    refused_to_everybody(world, case)


SEAL_EDITS: dict[str, Callable[[KeptCase], KeptCase]] = {
    "digest": lambda kept: replace(kept, seal=replace(kept.seal, digest=bytes(32))),
    "previous": lambda kept: replace(kept, seal=replace(kept.seal, previous=FIRST)),
    "signature": lambda kept: replace(kept, seal=replace(kept.seal, seal=replace(kept.seal.seal, signature=bytes(64)))),
    "sealer": lambda kept: replace(kept, seal=replace(kept.seal, seal=replace(kept.seal.seal, holder="north"))),
    "unknown sealer": lambda kept: replace(kept, seal=replace(kept.seal, seal=Seal("nobody", 1, bytes(64)))),
    "version of its keys": lambda kept: replace(
        kept, seal=replace(kept.seal, seal=replace(kept.seal.seal, keyset_version=2))
    ),
}


@pytest.mark.parametrize("name", SEAL_EDITS)
def test_a_case_whose_seal_was_edited_is_not_shown(name: str) -> None:
    world, case = a_long_life()
    before = kept(world).cases[case.id]
    edited = SEAL_EDITS[name](before)
    assert edited != before
    kept(world).cases[case.id] = edited

    refused_to_everybody(world, case)


KEY_EDITS: dict[str, Callable[[CaseKey], CaseKey]] = {
    "commitment": lambda key: replace(key, commitment=bytes(32)),
    "part": lambda key: replace(key, part=Part.SUPPORT),
    "retired": lambda key: replace(key, retired=not key.retired),
}


@pytest.mark.parametrize("name", [*KEY_EDITS, "taken away", "added"])
def test_a_case_of_whose_keys_one_was_edited_is_not_shown(name: str) -> None:
    world, case = a_long_life()
    keys = kept(world).keys
    place, first = next((place, key) for place, key in keys.items() if key.part is Part.IDENTITY)
    if name in KEY_EDITS:
        keys[place] = KEY_EDITS[name](first)
    elif name == "taken away":
        del keys[place]
    else:
        keys[case.id, 99] = replace(first, number=99)

    refused_to_everybody(world, case)


VALUE_EDITS: dict[str, Callable[[SealedValue], SealedValue]] = {
    "bytes": lambda value: replace(value, stored=bytes([*value.stored[:-1], value.stored[-1] ^ 1])),
    "superseded": lambda value: replace(value, superseded=1),
    "row": lambda value: replace(value, id=uuid4()),
    "subject": lambda value: replace(value, subject=uuid4()),
    "version": lambda value: replace(value, version=value.version + 1),
    "label": lambda value: replace(value, label=FieldLabel("identity", "birth-place")),
    "part": lambda value: replace(value, part=Part.SUPPORT),
}


@pytest.mark.parametrize("name", [*VALUE_EDITS, "made current again", "taken away", "added"])
def test_a_case_of_whose_sealed_values_one_was_edited_is_not_shown(name: str) -> None:
    world, case = a_long_life()
    values = kept(world).values
    current = next(value for value in acts.values_of(world, case, Part.IDENTITY) if value.superseded is None)
    if name == "made current again":
        old = next(value for value in acts.values_of(world, case) if value.superseded is not None)
        values[old.id] = replace(old, superseded=None)
    else:
        if name != "added":
            del values[current.id]
        if name != "taken away":
            edited = VALUE_EDITS[name](current) if name in VALUE_EDITS else replace(current, id=uuid4())
            values[edited.id] = edited

    refused_to_everybody(world, case)


def test_nothing_is_changed_of_a_case_that_was_edited() -> None:
    world, case = a_long_life()
    before = kept(world).cases[case.id]
    kept(world).cases[case.id] = replace(before, case=replace(before.case, nation="Wales"))
    entries = len(kept(world).entries)

    with pytest.raises(IntegrityBroken), world.work("worker") as work:
        place_case(work, case.reference, Areas(), seen=None)

    assert [(entry["event"], entry["refusal"]) for entry in acts.journalled(world, entries)] == [
        ("Refused", "IntegrityBroken")
    ]


TRANSFER_EDITS: dict[str, Callable[[Transfer], Transfer]] = {
    "case": lambda offer: replace(offer, case=CaseId(uuid4())),
    "version": lambda offer: replace(offer, version=9),
    "from": lambda offer: replace(offer, from_holder=EAST.code),
    "to": lambda offer: replace(offer, to_holder=EAST.code),
    "strands": lambda offer: replace(offer, strands=SUPPORT),
    "reason": lambda offer: replace(offer, reason="moved-home"),
    "state": lambda offer: replace(offer, state=TransferState.SENT),
    "case version": lambda offer: replace(offer, case_version=1),
    "already moved": lambda offer: replace(offer, already_moved=True),
    "high risk": lambda offer: replace(offer, high_risk=True),
    "sent by": lambda offer: replace(offer, sent_by=AccountId(uuid4())),
    "sent at": lambda offer: replace(offer, sent_at=offer.sent_at - LATER),
    "seen at": lambda offer: replace(offer, seen_at=None),
    "answered at": lambda offer: replace(offer, answered_at=offer.sent_at + LATER),
    "answered by": lambda offer: replace(offer, answered_by=None),
    "decline reason": lambda offer: replace(offer, decline_reason="duplicate"),
}
KEPT_TRANSFER_EDITS: dict[str, Callable[[KeptTransfer], KeptTransfer]] = {
    "commitment": lambda kept: replace(kept, commitment=bytes(32)),
    "preview": lambda kept: replace(kept, preview=kept.preview + b"\0"),
    "answer": lambda kept: replace(kept, answer=None),
    "digest": lambda kept: replace(kept, seal=replace(kept.seal, digest=bytes(32))),
    "signature": lambda kept: replace(kept, seal=replace(kept.seal, seal=replace(kept.seal.seal, signature=bytes(64)))),
}


def an_answered_offer() -> tuple[World, Transfer]:
    """An offer in which every kind of value is set."""
    world = World.in_memory()
    offer = acts.offered(world, acts.opened(world), SOUTH)
    with world.work("receiving-lead", acts.REVEALING) as work:
        decline_transfer(work, offer.id, "not-our-area", seen=None)
    return world, offer


@pytest.mark.parametrize("name", [*TRANSFER_EDITS, *KEPT_TRANSFER_EDITS])
def test_an_offer_of_which_one_value_was_edited_is_not_shown(name: str) -> None:
    world, offer = an_answered_offer()
    before = kept(world).transfers[offer.id]
    if name in TRANSFER_EDITS:
        edited = replace(before, transfer=TRANSFER_EDITS[name](before.transfer))
    else:
        edited = KEPT_TRANSFER_EDITS[name](before)
    assert edited != before
    kept(world).transfers[offer.id] = edited

    lead = LEADS[edited.transfer.from_holder]
    with pytest.raises(IntegrityBroken), world.work(lead) as work:
        view_transfer(work, offer.id)


def test_every_field_of_an_offer_is_edited_above() -> None:
    world, sent = an_answered_offer()
    offer = kept(world).transfers[sent.id].transfer

    edited = set().union(*(made.differing(edit(offer), offer) for edit in TRANSFER_EDITS.values()))

    assert {each.name for each in fields(Transfer)} - edited == {"id", "events"}
