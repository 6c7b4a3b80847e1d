"""Sealed values and key rows, in memory."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from casetrack.crypto.datakeys import OFFER
from casetrack.crypto.fields import FieldLabel
from casetrack.crypto.keyring import SealedKeyset
from casetrack.crypto.wraps import Wrap
from casetrack.domain.actors import Role
from casetrack.domain.errors import NotPermitted
from casetrack.domain.holdings import Part
from casetrack.domain.ids import CaseId, HolderCode, TransferId
from casetrack.services.ports import CaseKey, KeyRows, SealedValue
from tests.memory.kept import Memory


class MemorySealedValues:
    """Sealed values: of the parts that the actor's holder has, and to be read, of those that it is taking over."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def current(self, case: CaseId, part: Part) -> tuple[SealedValue, ...]:
        return self.current_of([case], part)

    def current_of(self, cases: Sequence[CaseId], part: Part) -> tuple[SealedValue, ...]:
        return tuple(value for value in self._of(cases, part) if value.superseded is None)

    def all_of(self, case: CaseId, part: Part) -> tuple[SealedValue, ...]:
        return self._of([case], part)

    def cases_with(self, labels: Collection[FieldLabel], holder: HolderCode) -> tuple[CaseId, ...]:
        standing = (value for value in self._memory.kept.values.values() if value.superseded is None)
        found = {
            value.case
            for value in standing
            if value.label in labels
            and value.part in self._memory.parts_at_hand(value.case)
            and value.part in self._memory.holdings(value.case).parts_of(holder)
        }
        return tuple(sorted(found))

    def add(self, values: Iterable[SealedValue]) -> None:
        new = tuple(values)
        kept = self._memory.kept.values
        for value in new:
            if value.part not in self._memory.parts_held(value.case):
                raise NotPermitted
            about = (value.case, value.label, value.subject)
            for row, before in list(kept.items()):
                is_mine = before.part in self._memory.parts_held(before.case)
                if is_mine and before.superseded is None and (before.case, before.label, before.subject) == about:
                    kept[row] = replace(before, superseded=value.version)
        kept.update({value.id: value for value in new})

    def reseal(self, values: Iterable[SealedValue]) -> None:
        kept = self._memory.kept.values
        for value in values:
            before = kept.get(value.id)
            if before is not None and before.part in self._memory.parts_held(before.case):
                kept[value.id] = replace(before, stored=value.stored)

    def _of(self, cases: Sequence[CaseId], part: Part) -> tuple[SealedValue, ...]:
        open_to_me = {case for case in cases if part in self._memory.parts_at_hand(case)}
        found = (value for value in self._memory.kept.values.values() if value.part is part)
        return tuple(
            sorted((value for value in found if value.case in open_to_me), key=lambda value: (value.case, value.id))
        )


class MemoryKeys:
    """Key rows: wraps of data keys for whoever has the part, wraps of an offer's key for its two sides."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def keysets(self, holder: HolderCode) -> tuple[SealedKeyset, ...]:
        found = (keyset for keyset in self._memory.kept.keysets.values() if keyset.public.holder == holder)
        return tuple(sorted(found, key=lambda keyset: keyset.public.version))

    def hold_service(self) -> None:
        """Nobody else is there."""

    def rows(self) -> Mapping[tuple[str, int], KeyRows]:
        if self._memory.acting.role is not Role.ADMINISTRATOR:
            return {}
        counted: dict[tuple[str, int], KeyRows] = {}
        for wrap in self._memory.kept.wraps:
            place = (wrap.recipient, wrap.recipient_version)
            before, of_offer = counted.get(place, KeyRows()), wrap.number == OFFER
            counted[place] = KeyRows(before.data_keys + (not of_offer), before.offer_keys + of_offer)
        for _, _, tag in self._memory.kept.tags:
            place = (tag.holder, tag.keyset_version)
            before = counted.get(place, KeyRows())
            counted[place] = replace(before, tags=before.tags + 1)
        kept = self._memory.kept
        seals = [door.seal for door in kept.accounts.values()] + [door.seal for door in kept.tokens.values()]
        for seal in seals:
            place = (seal.holder, seal.keyset_version)
            before = counted.get(place, KeyRows())
            counted[place] = replace(before, doors=before.doors + 1)
        return counted

    def add_keyset(self, keyset: SealedKeyset) -> None:
        self._memory.kept.keysets[keyset.public.holder, keyset.public.version] = keyset

    def add(self, key: CaseKey) -> None:
        if key.part not in self._memory.parts_held(key.case):
            raise NotPermitted
        self._memory.kept.keys[key.case, key.number] = key

    def retire(self, case: CaseId, numbers: Iterable[int]) -> None:
        kept = self._memory.kept
        held = self._memory.parts_held(case)
        retired = {number for number in numbers if kept.keys[case, number].part in held}
        kept.wraps = tuple(wrap for wrap in kept.wraps if wrap.case != case or wrap.number not in retired)
        for number in retired:
            kept.keys[case, number] = replace(kept.keys[case, number], retired=True)

    def wraps(self, cases: Sequence[CaseId], holder: HolderCode) -> tuple[Wrap, ...]:
        found = (wrap for wrap in self._memory.kept.wraps if wrap.case in cases and wrap.number != OFFER)
        mine = (wrap for wrap in found if wrap.recipient == holder and self._part(wrap) in self._at_hand(wrap))
        return tuple(sorted(mine, key=lambda wrap: (wrap.case, wrap.number)))

    def offer_wrap(self, transfer: TransferId, holder: HolderCode) -> Wrap | None:
        if holder != self._memory.caseworker:
            return None
        offers = (wrap for wrap in self._memory.kept.wraps if wrap.number == OFFER and wrap.transfer == transfer)
        return next((wrap for wrap in offers if wrap.recipient == holder), None)

    def add_wraps(self, wraps: Iterable[Wrap]) -> None:
        new = tuple(wraps)
        for wrap in new:
            if wrap.sender != self._memory.caseworker or not self._may_add(wrap):
                raise NotPermitted
        self._memory.kept.wraps += new

    def _may_add(self, wrap: Wrap) -> bool:
        """A key is wrapped by whoever has its part, for whoever has it; an offer's key, by its sender for its sides."""
        part = self._part(wrap)
        if part is None:
            kept = self._memory.kept.transfers.get(TransferId(wrap.transfer)) if wrap.transfer else None
            offer = kept.transfer if kept else None
            return (
                offer is not None
                and (offer.case, offer.from_holder) == (wrap.case, wrap.sender)
                and (wrap.recipient in (offer.from_holder, offer.to_holder))
            )
        case = CaseId(wrap.case)
        is_held = part in self._memory.parts_held(case)
        return is_held and wrap.recipient in self._memory.holdings(case).holders_of(part)

    def _part(self, wrap: Wrap) -> Part | None:
        """The part whose data key it wraps; None of an offer's."""
        key = self._memory.kept.keys.get((CaseId(wrap.case), wrap.number))
        return key.part if key is not None and wrap.number != OFFER else None

    def _at_hand(self, wrap: Wrap) -> frozenset[Part]:
        return self._memory.parts_at_hand(CaseId(wrap.case))
