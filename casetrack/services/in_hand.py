"""A case that is in hand: as it was kept, and what is to be kept of it; or many, of which some may be broken."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from uuid import UUID

from casetrack.crypto.datakeys import DataKey
from casetrack.crypto.fields import Value
from casetrack.crypto.wraps import Wrap
from casetrack.domain.case import Case
from casetrack.domain.errors import CasetrackError, IntegrityBroken, Stale
from casetrack.domain.events import Event
from casetrack.domain.holdings import Part
from casetrack.domain.ids import CaseId
from casetrack.domain.references import Reference
from casetrack.services.ports import CaseKey, Change, IndexTag, KeptCase, LastChange, SealedValue


@dataclass
class CaseInHand:
    """A case that is being worked on, and what will be kept with it when it is saved."""

    case: Case
    kept: KeptCase | None
    """None of a case that is being opened for the first time."""
    last_change: LastChange | None
    since_seen: tuple[Change, ...] = ()
    data_keys: dict[Part, DataKey] = field(default_factory=dict)
    new_keys: list[CaseKey] = field(default_factory=list)
    retired: list[int] = field(default_factory=list)
    new_wraps: list[Wrap] = field(default_factory=list)
    new_values: list[SealedValue] = field(default_factory=list)
    resealed: list[SealedValue] = field(default_factory=list)
    superseded: dict[UUID, int] = field(default_factory=dict)
    indexed: dict[Part, dict[str, Value]] = field(default_factory=dict, repr=False)
    """What will stand in the fields by which a person is found, where one of them is sealed anew."""
    new_tags: dict[Part, list[IndexTag]] = field(default_factory=dict)

    def check_first(self, events: Iterable[Event]) -> None:
        """Nobody has changed what these events touch since the page was opened; `Stale` otherwise."""
        touched = {event.touches for event in events}
        if any(change.aspect in touched for change in self.since_seen):
            raise Stale

    def check_value(self, value: SealedValue) -> None:
        """The row is one that the seal of the case covers, as it stands; `IntegrityBroken` otherwise."""
        if (value.id, value.digest, value.superseded) not in self._covered:
            raise IntegrityBroken

    @cached_property
    def _covered(self) -> frozenset[tuple[UUID, bytes, int | None]]:
        return frozenset(self.kept.values if self.kept else ())

    def live_key(self, part: Part) -> CaseKey | None:
        """The data key that the part is sealed under now; None of a part that was never begun."""
        return next((key for key in self.all_keys() if key.part is part and not key.retired), None)

    def all_keys(self) -> tuple[CaseKey, ...]:
        """Every data key that the case has had, the new ones and the newly retired ones too."""
        known = (*(self.kept.keys if self.kept else ()), *self.new_keys)
        return tuple(replace(key, retired=key.retired or key.number in self.retired) for key in known)

    def all_values(self) -> tuple[tuple[UUID, bytes, int | None], ...]:
        """What the seal covers of every sealed value, as it will be kept."""
        known = {row: (found, superseded) for row, found, superseded in (self.kept.values if self.kept else ())}
        for value in (*self.new_values, *self.resealed):
            known[value.id] = (value.digest, value.superseded)
        for row, version in self.superseded.items():
            known[row] = (known[row][0], version)
        return tuple((row, found, superseded) for row, (found, superseded) in sorted(known.items()))


@dataclass(frozen=True)
class Broken:
    """A case that is not as it was sealed: what its row says that it goes by, and what refuses it."""

    reference: Reference
    refusal: type[CasetrackError]


@dataclass(frozen=True)
class Taken:
    """Many cases: those that are as they were sealed, and those that are not, which are in nobody's hand."""

    hands: Mapping[CaseId, CaseInHand]
    broken: Mapping[CaseId, Broken]

    def whole(self) -> tuple[CaseInHand, ...]:
        """Every one of them; refused if any is not as it was sealed."""
        refuse_any(self.broken)
        return tuple(self.hands.values())


def refuse_any(broken: Mapping[CaseId, Broken]) -> None:
    """All or nothing: refused by what refuses the first of them, if there is any."""
    for each in broken.values():
        raise each.refusal
