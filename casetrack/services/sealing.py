"""Where what is known of a person meets the keys: parts are opened, sealed, handed over. No data key leaves here."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final, Generic, TypeAlias, TypeVar
from uuid import UUID

from casetrack.crypto.datakeys import OFFER, DataKey, KeyPlace
from casetrack.crypto.fields import FieldLabel, Value
from casetrack.crypto.indexes import Entry
from casetrack.crypto.keyring import SealedKeyset
from casetrack.crypto.wraps import Wrap
from casetrack.domain.case import Case
from casetrack.domain.errors import CasetrackError, IntegrityBroken, NotHeld
from casetrack.domain.holdings import Part
from casetrack.domain.ids import CaseId, HolderCode, TransferId
from casetrack.domain.transfer import Transfer
from casetrack.services.fields import ANSWER, PREVIEW, SealedField
from casetrack.services.in_hand import Broken, CaseInHand, Taken, refuse_any
from casetrack.services.indexed import INDEXED, entries_of, known_of
from casetrack.services.ports import CaseKey, IndexTag, SealedValue
from casetrack.services.trust import opening
from casetrack.services.work import UnitOfWork

OfCase = TypeVar("OfCase", Wrap, SealedValue)
Known = TypeVar("Known")
Said: TypeAlias = tuple[SealedValue, Value]
"""A value as it is sealed, and what it says."""
Unfit: TypeAlias = dict[CaseId, type[CasetrackError]]
"""The cases of which something does not fit what is in hand, with what refuses each."""
UNFIT: Final = (IntegrityBroken, NotHeld)
"""What refuses a data key that the case's own seal promises to the actor's holder."""


def begin_parts(work: UnitOfWork, case: Case, parts: Iterable[Part]) -> None:
    """Each of the parts has a new data key of its own, wrapped for every holder of the part and for nobody else."""
    hand = work.in_hand(case.id)
    for part in sorted(parts):
        _begin_key(work, hand, part, case.holdings.holders_of(part))


def seal_fields(
    work: UnitOfWork, case: Case, values: Mapping[SealedField, Value], *, subject: UUID | None = None
) -> None:
    """The values are sealed for the next version of the case, each superseding the one before it.

    A value of None clears: it is sealed too, and ends at the version that brought it, so that nothing stands there.
    Where a person may be found by one of them, the part has other tags from then on.
    """
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
            ended = next_version if values[field] is None else None
            hand.new_values.append(SealedValue(row, case.id, part, field.label, about, stored, next_version, ended))
        changed = {field.name: values[field] for field in INDEXED.get(part, ()) if field in values}
        if changed and about == case.id:
            before = hand.indexed[part] if part in hand.indexed else _indexed(hand, part, key, old)
            _tag_part(work, case, part, {**before, **changed})


def open_fields(
    work: UnitOfWork, case: Case, fields: Iterable[SealedField], *, subject: UUID | None = None
) -> dict[str, Value]:
    """What is recorded in those fields, by name; what was never recorded, or was cleared, is left out.

    `NotHeld` where any of them lies in a part that the actor's holder does not have.
    """
    about = subject or case.id
    wanted = {field.label: field for field in fields}
    hand = work.in_hand(case.id)
    opened: dict[str, Value] = {}
    for part in sorted({field.part for field in wanted.values()}):
        if part not in case.holdings.parts_of(work.actor.holder):
            raise NotHeld
        rows = [
            row for row in work.stores.values.current(case.id, part) if row.label in wanted and row.subject == about
        ]
        if rows:
            key = _data_key(work, hand, part)
            opened.update({wanted[row.label].name: _open(hand, key, row) for row in rows})
    return opened


def rows_of(
    work: UnitOfWork, case: Case, fields: Iterable[SealedField], *, past: bool = False
) -> tuple[SealedValue, ...]:
    """What the actor's holder can open of those fields, sealed as it is; with `past`, what was superseded too."""
    wanted = {field.label: field.part for field in fields}
    parts = sorted(set(wanted.values()) & case.holdings.parts_of(work.actor.holder))
    read = work.stores.values.all_of if past else work.stores.values.current
    return tuple(row for part in parts for row in read(case.id, part) if row.label in wanted)


def open_rows(work: UnitOfWork, case: Case, rows: Iterable[SealedValue]) -> list[Value]:
    """Each of those values, in their order; the key of a part is asked for once, however many lie in it."""
    hand = work.in_hand(case.id)
    return [_open(hand, _data_key(work, hand, row.part), row) for row in rows]


@dataclass(frozen=True, repr=False)
class Opened(Generic[Known]):
    """What was opened of many cases, and those that are not as they were sealed, of which nothing is given."""

    cases: Mapping[CaseId, Case]
    """Every one that is as it was sealed."""
    values: Mapping[CaseId, Known]
    """Without the cases in which nothing of it is recorded."""
    broken: Mapping[CaseId, Broken]

    def whole(self) -> Mapping[CaseId, Known]:
        """What was opened of every one of them; refused if any is not as it was sealed."""
        refuse_any(self.broken)
        return self.values


def open_across(work: UnitOfWork, taken: Taken, fields: Collection[SealedField]) -> Opened[dict[str, Value]]:
    """The same fields of many cases, by their names, in as many statements as of one: `open_rows_across`."""
    names = {field.label: field.name for field in fields}
    opened = open_rows_across(work, taken, fields)
    values = {case: {names[row.label]: value for row, value in said} for case, said in opened.values.items()}
    return Opened(opened.cases, values, opened.broken)


def open_rows_across(work: UnitOfWork, taken: Taken, fields: Iterable[SealedField]) -> Opened[list[Said]]:
    """Each value of the same fields of many cases, in the parts that the actor's holder has, whatever it is about.

    It is as many statements as of one. A case of which something does not fit is opened again if somebody has changed
    it meanwhile; otherwise it is broken.
    """
    wanted = {field.label: field for field in fields}
    cases: dict[CaseId, Case] = {}
    values: dict[CaseId, list[Said]] = {}
    broken = dict(taken.broken)
    while True:
        opened, unfit = _open_each(work, taken.hands, wanted)
        values.update(opened)
        cases.update({case: hand.case for case, hand in taken.hands.items() if case not in unfit})
        if not unfit:
            return Opened(cases, values, broken)
        taken = work.take_again(unfit)
        broken.update(taken.broken)


def _open_each(
    work: UnitOfWork, hands: Mapping[CaseId, CaseInHand], wanted: Mapping[FieldLabel, SealedField]
) -> tuple[dict[CaseId, list[Said]], Unfit]:
    """What is recorded of it in each case; and the cases of which something does not fit, with what refuses that."""
    holder, cases = work.actor.holder, list(hands)
    wraps = _by_case(work.stores.keys.wraps(cases, holder))
    opened: dict[CaseId, list[Said]] = defaultdict(list)
    unfit: Unfit = {}
    for part in sorted({field.part for field in wanted.values()}):
        rows = _by_case(row for row in work.stores.values.current_of(cases, part) if row.label in wanted)
        held = [hand for case, hand in hands.items() if part in hand.case.holdings.parts_of(holder) and case in rows]
        unfit.update(_open_keys_of_each(work, part, [hand for hand in held if hand.case.id not in unfit], wraps))
        for hand in (hand for hand in held if hand.case.id not in unfit):
            key = hand.data_keys[part]
            try:
                found = [(row, _open(hand, key, row)) for row in rows[hand.case.id]]
            except IntegrityBroken:
                unfit[hand.case.id] = IntegrityBroken
            else:
                opened[hand.case.id].extend(found)
    return {case: found for case, found in opened.items() if case not in unfit}, unfit


def _by_case(rows: Iterable[OfCase]) -> Mapping[UUID, list[OfCase]]:
    of_case: dict[UUID, list[OfCase]] = defaultdict(list)
    for row in rows:
        of_case[row.case].append(row)
    return of_case


def _open_keys_of_each(
    work: UnitOfWork, part: Part, hands: Sequence[CaseInHand], wraps: Mapping[UUID, list[Wrap]]
) -> Unfit:
    """The part's data key of each case is in hand, but of those that are given, with what refuses it.

    All are asked for at once. Only where that is refused each is asked for alone, to know of which it is.
    """
    try:
        _open_keys(work, part, hands, [wrap for hand in hands for wrap in wraps[hand.case.id]])
    except UNFIT:
        unfit: Unfit = {}
        for hand in hands:
            try:
                _open_keys(work, part, [hand], wraps[hand.case.id])
            except UNFIT as refusal:
                unfit[hand.case.id] = type(refusal)
        return unfit
    return {}


def hand_over_keys(work: UnitOfWork, before: Case, after: Case, transfer: Transfer) -> None:
    """Each part that moves is sealed anew under a key that only its holders after the hand-off can open.

    The sender's keys open the old data key and wrap it for the receiver, who checks the signature and
    the commitment, makes the next data key, and seals the part again with it. Every wrap of the old one goes, and every
    tag of the part: those who hold it then have tags of their own.
    """
    hand = work.in_hand(before.id)
    hand.case = after
    for part in sorted(before.holdings.moved_parts(after.holdings)):
        old = hand.live_key(part)
        holders = after.holdings.holders_of(part)
        if old is None:
            _begin_key(work, hand, part, holders)
            continue
        old_key = _passed(work, old, transfer)
        rows = _seal_anew(work, hand, old, old_key, holders)
        if part in INDEXED:
            _tag_part(work, after, part, _indexed(hand, part, old_key, rows))


def renew_keys(work: UnitOfWork, case: Case) -> None:
    """Each part of the case that the actor's holder has is sealed anew, under a key that nobody had before.

    It is wrapped for every holder of the part, and every wrap of the old one goes, as in a hand-off. The tags of the
    part stay as they are: no data key is in them.
    """
    hand = work.in_hand(case.id)
    old = [_live_key(hand, part) for part in sorted(case.holdings.parts_of(work.actor.holder))]
    wraps = work.stores.keys.wraps([case.id], work.actor.holder)
    for key, opened in zip(old, _opened(work, old, wraps, work.actor.holder), strict=True):
        _seal_anew(work, hand, key, opened, case.holdings.holders_of(key.part))


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


def tags_by(work: UnitOfWork, keyset: SealedKeyset, entries: Sequence[Entry]) -> list[IndexTag]:
    """The tags of the entries by that version of a holder's keyset, each once."""
    made = work.trust.asking(lambda: work.deployment.keyring.tags(keyset, entries))
    named = zip((index for index, _, _ in entries), made, strict=True)
    holder, version = HolderCode(keyset.public.holder), keyset.public.version
    return [IndexTag(index, holder, version, tag) for index, tag in dict.fromkeys(named)]


def _indexed(hand: CaseInHand, part: Part, key: DataKey, rows: Iterable[SealedValue]) -> dict[str, Value]:
    """What stands in the fields by which a person is found, opened from those rows of the part."""
    names = {field.label: field.name for field in INDEXED[part]}
    current = (row for row in rows if row.label in names and row.subject == row.case and row.superseded is None)
    return {names[row.label]: _open(hand, key, row) for row in current}


def _tag_part(work: UnitOfWork, case: Case, part: Part, values: Mapping[str, Value]) -> None:
    """The tags of the part will be those of these values, for each of its holders under its own index root."""
    hand = work.in_hand(case.id)
    entries = entries_of(known_of(values))
    hand.indexed[part] = dict(values)
    hand.new_tags[part] = [
        tag
        for holder in sorted(case.holdings.holders_of(part))
        for tag in tags_by(work, work.trust.mine(holder), entries)
    ]


def _begin_key(work: UnitOfWork, hand: CaseInHand, part: Part, holders: Iterable[HolderCode]) -> DataKey:
    case = hand.case.id
    number = 1 + max((key.number for key in hand.all_keys()), default=0)
    key = DataKey.generate(KeyPlace(work.deployment.name, case, number))
    hand.new_keys.append(CaseKey(case, part, number, key.commitment()))
    hand.new_wraps.extend(_wrap(work, key, work.actor.holder, holder, None) for holder in sorted(holders))
    hand.data_keys[part] = key
    return key


def _seal_anew(
    work: UnitOfWork, hand: CaseInHand, old: CaseKey, opened: DataKey, holders: Iterable[HolderCode]
) -> tuple[SealedValue, ...]:
    """Every value that the old key opens, superseded ones too, is under the next one; gives them as they were."""
    new = _begin_key(work, hand, old.part, holders)
    hand.retired.append(old.number)
    rows = work.stores.values.all_of(old.case, old.part)
    hand.resealed.extend(replace(row, stored=new.seal(row.label, row.id, _open(hand, opened, row))) for row in rows)
    return rows


def _data_key(work: UnitOfWork, hand: CaseInHand, part: Part) -> DataKey:
    """The part's data key, opened with the keys of the actor's holder."""
    if part not in hand.data_keys:
        _open_keys(work, part, [hand], work.stores.keys.wraps([hand.case.id], work.actor.holder))
    return hand.data_keys[part]


def _open_keys(work: UnitOfWork, part: Part, hands: Iterable[CaseInHand], wraps: Iterable[Wrap]) -> None:
    """The part's data key of each case is in hand; the keys of the actor's holder are asked for all of them at once."""
    lacking = [hand for hand in hands if part not in hand.data_keys]
    opened = _opened(work, [_live_key(hand, part) for hand in lacking], wraps, work.actor.holder)
    for hand, key in zip(lacking, opened, strict=True):
        hand.data_keys[part] = key


def _live_key(hand: CaseInHand, part: Part) -> CaseKey:
    known = hand.live_key(part)
    if known is None:
        raise NotHeld
    return known


def _passed(work: UnitOfWork, old: CaseKey, transfer: Transfer) -> DataKey:
    """The sender's key provider opens the data key and wraps it for the receiver, who verifies what it was handed."""
    (opened,) = _opened(work, [old], work.stores.keys.wraps([old.case], transfer.from_holder), transfer.from_holder)
    return _unwrap(work, _wrap(work, opened, transfer.from_holder, transfer.to_holder, transfer.id), transfer.to_holder)


def _opened(work: UnitOfWork, promised: Sequence[CaseKey], wraps: Iterable[Wrap], holder: HolderCode) -> list[DataKey]:
    """The data keys, in that order, each the one that was promised; `NotHeld` if the holder has no wrap of one."""
    found = {(wrap.case, wrap.number): wrap for wrap in wraps}
    if any((key.case, key.number) not in found for key in promised):
        raise NotHeld
    opened = _unwrap_all(work, [found[key.case, key.number] for key in promised], holder)
    if [key.commitment() for key in opened] != [key.commitment for key in promised]:
        raise IntegrityBroken
    return opened


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
    return work.trust.asking(lambda: work.deployment.keyring.wrap(key, mine, to, transfer))


def _unwrap(work: UnitOfWork, wrap: Wrap, holder: HolderCode) -> DataKey:
    (opened,) = _unwrap_all(work, [wrap], holder)
    return opened


def _unwrap_all(work: UnitOfWork, wraps: Sequence[Wrap], holder: HolderCode) -> list[DataKey]:
    """What was wrapped for the holder, in that order; its keys are asked once for each version of them."""
    opened: dict[Wrap, DataKey] = {}
    for version in sorted({wrap.recipient_version for wrap in wraps}):
        mine = work.trust.sealed(holder, version)
        asked = [
            (wrap, work.trust.version(wrap.sender, wrap.sender_version))
            for wrap in wraps
            if wrap.recipient_version == version
        ]
        keys = work.trust.asking(partial(work.deployment.keyring.open_wraps, mine, asked))
        opened.update(zip((wrap for wrap, _ in asked), keys, strict=True))
    return [opened[wrap] for wrap in wraps]


def _open(hand: CaseInHand, key: DataKey, row: SealedValue) -> Value:
    """What was sealed, if the case's own seal covers this row, as it is and for what it is said to be."""
    hand.check_value(row)
    return opening(lambda: key.open(row.label, row.id, row.stored))
