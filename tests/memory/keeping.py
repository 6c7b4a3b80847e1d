"""The key rows of the memory stores, for the keeper of the keys."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from casetrack.crypto.datakeys import OFFER
from casetrack.crypto.keyring import SealedKeyset
from casetrack.crypto.wraps import Wrap
from casetrack.domain.errors import Stale
from casetrack.domain.holders import Holder
from casetrack.domain.holdings import Part
from casetrack.domain.ids import HolderCode
from casetrack.services.keysets import KeyedCase, KeyedOffer
from casetrack.services.ports import JournalEntry
from tests.memory.kept import Kept


class MemoryKeyRoom:
    """Every key row, in its dictionary."""

    def __init__(self, kept: Kept) -> None:
        self.kept = kept

    @contextmanager
    def enter(self) -> Iterator["MemoryKeyRoom"]:
        """The key rows, in one transaction: undone whole if it does not end well."""
        before = self.kept.copy()
        try:
            yield self
        except BaseException:
            vars(self.kept).update(vars(before))
            raise

    def holders(self) -> tuple[Holder, ...]:
        return tuple(sorted(self.kept.holders.values(), key=lambda holder: holder.code))

    def keysets(self, holder: HolderCode) -> tuple[SealedKeyset, ...]:
        found = (keyset for keyset in self.kept.keysets.values() if keyset.public.holder == holder)
        return tuple(sorted(found, key=lambda keyset: keyset.public.version))

    def add_keyset(self, keyset: SealedKeyset) -> None:
        place = (keyset.public.holder, keyset.public.version)
        if place in self.kept.keysets:
            raise Stale
        self.kept.keysets[place] = keyset

    def reseal(self, keyset: SealedKeyset) -> None:
        place = (keyset.public.holder, keyset.public.version)
        self.kept.keysets[place] = replace(self.kept.keysets[place], sealed=keyset.sealed)

    def older(self, holder: HolderCode, version: int, most: int) -> tuple[Wrap, ...]:
        return self._older(holder, version)[:most]

    def left(self, holder: HolderCode, version: int) -> int:
        return len(self._older(holder, version))

    def rewrap(self, wraps: Iterable[Wrap]) -> None:
        anew = {_place(wrap): wrap for wrap in wraps}
        self.kept.wraps = tuple(anew.get(_place(wrap), wrap) for wrap in self.kept.wraps)

    def size(self) -> int:
        return len(self.kept.cases) + len(self.kept.transfers)

    def cases(self) -> Iterator[KeyedCase]:
        for id_, kept in sorted(self.kept.cases.items()):
            holders = {part: kept.case.holdings.holders_of(part) for part in Part}
            wraps = tuple(wrap for wrap in self.kept.wraps if wrap.case == id_ and wrap.number != OFFER)
            keys = tuple(key for (case, _), key in sorted(self.kept.keys.items()) if case == id_)
            yield KeyedCase(id_, kept.case.reference, keys, holders, wraps)

    def offers(self) -> Iterator[KeyedOffer]:
        for id_, kept in sorted(self.kept.transfers.items()):
            sides = frozenset({kept.transfer.from_holder, kept.transfer.to_holder})
            wraps = tuple(wrap for wrap in self.kept.wraps if wrap.number == OFFER and wrap.transfer == id_)
            yield KeyedOffer(id_, kept.commitment, sides, wraps)

    def write(self, entry: JournalEntry) -> None:
        self.kept.entries += (entry,)

    def _older(self, holder: HolderCode, version: int) -> tuple[Wrap, ...]:
        return tuple(wrap for wrap in self.kept.wraps if wrap.recipient == holder and wrap.recipient_version < version)


def _place(wrap: Wrap) -> tuple[object, ...]:
    return (wrap.transfer, OFFER, wrap.recipient) if wrap.number == OFFER else (wrap.case, wrap.number, wrap.recipient)
