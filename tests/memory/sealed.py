"""Sealed values and key rows, in memory."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from casetrack.crypto.datakeys import OFFER
from casetrack.crypto.keyring import SealedKeyset
from casetrack.crypto.wraps import Wrap
from casetrack.domain.errors import NotPermitted
from casetrack.domain.holdings import Part
from casetrack.domain.ids import CaseId, HolderCode, TransferId
from casetrack.services.ports import CaseKey, SealedValue
from tests.memory.kept import Memory


class MemorySealedValues:
    """Sealed values: for present holders, and for the holder that is being offered the case."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def current(self, case: CaseId, part: Part) -> tuple[SealedValue, ...]:
        return self.current_of([case], part)

    def current_of(self, cases: Sequence[CaseId], part: Part) -> tuple[SealedValue, ...]:
        return tuple(value for value in self._of(cases, part) if value.superseded is None)

    def all_of(self, case: CaseId, part: Part) -> tuple[SealedValue, ...]:
        return self._of([case], part)

    def add(self, values: Iterable[SealedValue]) -> None:
        new = tuple(values)
        kept = self._memory.kept.values
        for value in new:
            if not self._memory.is_held(value.case):
                raise NotPermitted
            about = (value.case, value.label, value.subject)
            for row, before in list(kept.items()):
                if before.superseded is None and (before.case, before.label, before.subject) == about:
                    kept[row] = replace(before, superseded=value.version)
        kept.update({value.id: value for value in new})

    def reseal(self, values: Iterable[SealedValue]) -> None:
        kept = self._memory.kept.values
        for value in values:
            if value.id in kept and self._memory.is_held(kept[value.id].case):
                kept[value.id] = replace(kept[value.id], stored=value.stored)

    def _of(self, cases: Sequence[CaseId], part: Part) -> tuple[SealedValue, ...]:
        open_to_me = {case for case in cases if self._memory.is_at_hand(case)}
        found = (value for value in self._memory.kept.values.values() if value.part is part)
        return tuple(
            sorted((value for value in found if value.case in open_to_me), key=lambda value: (value.case, value.id))
        )


class MemoryKeys:
    """Key rows: wraps of data keys for whoever has the case, wraps of an offer's key for its two sides."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def keysets(self, holder: HolderCode) -> tuple[SealedKeyset, ...]:
        found = (keyset for keyset in self._memory.kept.keysets.values() if keyset.public.holder == holder)
        return tuple(sorted(found, key=lambda keyset: keyset.public.version))

    def add_keyset(self, keyset: SealedKeyset) -> None:
        self._memory.kept.keysets[keyset.public.holder, keyset.public.version] = keyset

    def add(self, key: CaseKey) -> None:
        self._require_held(key.case)
        self._memory.kept.keys[key.case, key.number] = key

    def retire(self, case: CaseId, numbers: Iterable[int]) -> None:
        retired = set(numbers)
        if not retired or not self._memory.is_held(case):
            return
        kept = self._memory.kept
        kept.wraps = tuple(wrap for wrap in kept.wraps if wrap.case != case or wrap.number not in retired)
        for number in retired:
            kept.keys[case, number] = replace(kept.keys[case, number], retired=True)

    def wraps(self, cases: Sequence[CaseId], holder: HolderCode) -> tuple[Wrap, ...]:
        open_to_me = {case for case in cases if self._memory.is_at_hand(case)}
        found = (wrap for wrap in self._memory.kept.wraps if wrap.case in open_to_me and wrap.number != OFFER)
        mine = (wrap for wrap in found if wrap.recipient == holder)
        return tuple(sorted(mine, key=lambda wrap: (wrap.case, wrap.number)))

    def offer_wrap(self, transfer: TransferId, holder: HolderCode) -> Wrap | None:
        if holder != self._memory.caseworker:
            return None
        offers = (wrap for wrap in self._memory.kept.wraps if wrap.number == OFFER and wrap.transfer == transfer)
        return next((wrap for wrap in offers if wrap.recipient == holder), None)

    def add_wraps(self, wraps: Iterable[Wrap]) -> None:
        new = tuple(wraps)
        for wrap in new:
            self._require_held(CaseId(wrap.case))
            if wrap.sender != self._memory.caseworker:
                raise NotPermitted
        self._memory.kept.wraps += new

    def _require_held(self, case: CaseId) -> None:
        if not self._memory.is_held(case):
            raise NotPermitted
