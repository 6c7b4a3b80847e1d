"""Where what is known of a person meets the keys: parts are opened, sealed, handed over. No key leaves this module."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from casetrack.crypto.datakeys import OFFER, DataKey, KeyPlace, stored_number
from casetrack.crypto.fields import Value
from casetrack.crypto.wraps import Wrap
from casetrack.domain.case import Case
from casetrack.domain.errors import IntegrityBroken, NotHeld
from casetrack.domain.holdings import Part
from casetrack.domain.ids import CaseId, HolderCode, TransferId
from casetrack.domain.transfer import Transfer
from casetrack.services.fields import ANSWER, PREVIEW, SealedField
from casetrack.services.ports import CaseKey, SealedValue
from casetrack.services.trust import opening
from casetrack.services.work import CaseInHand, UnitOfWork


def begin_parts(work: UnitOfWork, case: Case, parts: Iterable[Part]) -> None:
    """Each of the parts has a new data key of its own, wrapped for every holder of the part and for nobody else."""
    hand = work.in_hand(case.id)
    for part in sorted(parts):
        _begin_key(work, hand, part, case.holdings.holders_of(part))


def seal_fields(
    work: UnitOfWork, case: Case, values: Mapping[SealedField, Value], *, subject: UUID | None = None
) -> None:
    """The values are sealed for the next version of the case, each superseding the one before it."""
    hand = work.in_hand(case.id)
    about = subject or case.id
    next_version = case.version + 1
    for part in sorted({field.part for field in values}):
        key = _data_key(work, hand, part)
        replaced = {field.label for field in values if field.part is part}
        old = work.stores.values.current(case.id, part) if hand.kept else ()
        hand.superseded.update(
            {value.id: next_version for value in old if value.label in replaced and value.subject == about}
        )
        for field in (field for field in values if field.part is part):
            row = work.deployment.chance.uuid()
            stored = key.seal(field.label, row, values[field])
            hand.new_values.append(SealedValue(row, case.id, part, field.label, about, stored, next_version))


def open_fields(
    work: UnitOfWork, case: Case, fields: Iterable[SealedField], *, subject: UUID | None = None
) -> dict[str, Value]:
    """What is recorded in those fields, by name; what was never recorded is left out."""
    about = subject or case.id
    wanted = {field.label: field for field in fields}
    hand = work.in_hand(case.id)
    opened: dict[str, Value] = {}
    for part in sorted({field.part for field in wanted.values()}):
        rows = [
            row for row in work.stores.values.current(case.id, part) if row.label in wanted and row.subject == about
        ]
        if rows:
            key = _data_key(work, hand, part)
            opened.update({wanted[row.label].name: _open(key, row) for row in rows})
    return opened


def open_notes(work: UnitOfWork, case: Case, field: SealedField) -> dict[UUID, str]:
    """The notes that the actor's holder can open, by the record that each belongs to."""
    if field.part not in case.holdings.parts_of(work.actor.holder):
        return {}
    rows = [row for row in work.stores.values.current(case.id, field.part) if row.label == field.label]
    if not rows:
        return {}
    key = _data_key(work, work.in_hand(case.id), field.part)
    return {row.subject: str(_open(key, row)) for row in rows}


def open_across(
    work: UnitOfWork, cases: Sequence[CaseId], fields: Iterable[SealedField]
) -> dict[CaseId, dict[str, Value]]:
    """The same fields of many cases, in two statements whatever their number; a case without them is left out."""
    wanted = {field.label: field for field in fields}
    (part,) = {field.part for field in wanted.values()}
    wraps = {(wrap.case, wrap.number): wrap for wrap in work.stores.keys.wraps(cases, work.actor.holder)}
    opened: dict[CaseId, dict[str, Value]] = defaultdict(dict)
    keys: dict[tuple[UUID, int], DataKey] = {}
    for row in work.stores.values.current_of(cases, part):
        if row.label not in wanted:
            continue
        place = (row.case, _number(row))
        if place not in keys:
            if place not in wraps:
                raise NotHeld
            keys[place] = _unwrap(work, wraps[place], work.actor.holder)
        opened[row.case][wanted[row.label].name] = _open(keys[place], row)
    return opened


def hand_over_keys(work: UnitOfWork, before: Case, after: Case, transfer: Transfer) -> None:
    """Each part that moves is sealed anew under a key that only its holders after the hand-off can open.

    The sender's keys open the old data key and wrap it for the receiver, who checks the signature and
    the commitment, makes the next data key, and seals the part again with it. Every wrap of the old one goes.
    """
    hand = work.in_hand(before.id)
    hand.case = after
    for part in sorted(before.holdings.moved_parts(after.holdings)):
        old = next((key for key in hand.all_keys() if key.part is part and not key.retired), None)
        holders = after.holdings.holders_of(part)
        if old is None:
            _begin_key(work, hand, part, holders)
            continue
        old_key = _passed(work, old, transfer)
        new_key = _begin_key(work, hand, part, holders)
        hand.retired.append(old.number)
        for row in work.stores.values.all_of(before.id, part):
            hand.resealed.append(replace(row, stored=new_key.seal(row.label, row.id, _open(old_key, row))))


@dataclass(frozen=True)
class SealedOffer:
    """An offer's preview as it is kept, with the commitment to its key and the wraps for both sides."""

    commitment: bytes
    preview: bytes
    wraps: tuple[Wrap, ...]


def seal_offer(work: UnitOfWork, transfer: Transfer, preview: Mapping[str, Any]) -> SealedOffer:
    """The preview is sealed under a key that the two sides of the offer have, and that opens nothing else."""
    key = DataKey.generate(KeyPlace(work.deployment.name, transfer.case, OFFER))
    sides = (transfer.from_holder, transfer.to_holder)
    wraps = tuple(_wrap(work, key, transfer.from_holder, side, transfer.id) for side in sides)
    return SealedOffer(key.commitment(), key.seal(PREVIEW, transfer.id, dict(preview)), wraps)


def open_preview(work: UnitOfWork, transfer: Transfer) -> dict[str, Any]:
    """What the sender chose to share."""
    preview = opening(
        lambda: _offer_key(work, transfer).open(PREVIEW, transfer.id, work.kept_transfer(transfer.id).preview)
    )
    if not isinstance(preview, dict):
        raise IntegrityBroken
    return preview


def seal_answer(work: UnitOfWork, transfer: Transfer, words: str) -> bytes:
    """What the receiver wrote when it answered, for both sides to read."""
    return _offer_key(work, transfer).seal(ANSWER, transfer.id, words)


def open_answer(work: UnitOfWork, transfer: Transfer) -> str:
    """What the receiver wrote when it answered; empty if it wrote nothing."""
    answer = work.kept_transfer(transfer.id).answer
    return str(opening(lambda: _offer_key(work, transfer).open(ANSWER, transfer.id, answer))) if answer else ""


def _begin_key(work: UnitOfWork, hand: CaseInHand, part: Part, holders: Iterable[HolderCode]) -> DataKey:
    case = hand.case.id
    number = 1 + max((key.number for key in hand.all_keys()), default=0)
    key = DataKey.generate(KeyPlace(work.deployment.name, case, number))
    hand.new_keys.append(CaseKey(case, part, number, key.commitment()))
    hand.new_wraps.extend(_wrap(work, key, work.actor.holder, holder, None) for holder in sorted(holders))
    hand.data_keys[part] = key
    return key


def _data_key(work: UnitOfWork, hand: CaseInHand, part: Part) -> DataKey:
    """The part's data key, opened with the keys of the actor's holder."""
    if part not in hand.data_keys:
        known = next((key for key in hand.all_keys() if key.part is part and not key.retired), None)
        if known is None:
            raise NotHeld
        hand.data_keys[part] = _open_key(work, known, work.actor.holder)
    return hand.data_keys[part]


def _passed(work: UnitOfWork, old: CaseKey, transfer: Transfer) -> DataKey:
    """The sender's key provider opens the data key and wraps it for the receiver, who verifies what it was handed."""
    opened = _open_key(work, old, transfer.from_holder)
    return _unwrap(work, _wrap(work, opened, transfer.from_holder, transfer.to_holder, transfer.id), transfer.to_holder)


def _open_key(work: UnitOfWork, known: CaseKey, holder: HolderCode) -> DataKey:
    wraps = work.stores.keys.wraps([known.case], holder)
    wrap = next((wrap for wrap in wraps if wrap.number == known.number), None)
    if wrap is None:
        raise NotHeld
    key = _unwrap(work, wrap, holder)
    if key.commitment() != known.commitment:
        raise IntegrityBroken
    return key


def _offer_key(work: UnitOfWork, transfer: Transfer) -> DataKey:
    wrap = work.stores.keys.offer_wrap(transfer.id, work.actor.holder)
    if wrap is None:
        raise NotHeld
    key = _unwrap(work, wrap, work.actor.holder)
    if key.commitment() != work.kept_transfer(transfer.id).commitment:
        raise IntegrityBroken
    return key


def _wrap(
    work: UnitOfWork, key: DataKey, sender: HolderCode, recipient: HolderCode, transfer: TransferId | None
) -> Wrap:
    mine, to = work.trust.mine(sender), work.trust.current(recipient)
    return opening(lambda: work.deployment.keyring.wrap(key, mine, to, transfer))


def _unwrap(work: UnitOfWork, wrap: Wrap, holder: HolderCode) -> DataKey:
    mine = work.trust.sealed(holder, wrap.recipient_version)
    sender = work.trust.version(wrap.sender, wrap.sender_version)
    return opening(lambda: work.deployment.keyring.open_wrap(mine, wrap, sender))


def _number(row: SealedValue) -> int:
    return opening(lambda: stored_number(row.stored))


def _open(key: DataKey, row: SealedValue) -> Value:
    return opening(lambda: key.open(row.label, row.id, row.stored))
