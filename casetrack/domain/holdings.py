"""Who is responsible for what, from when until when: at once whose keys open what, and who may see it.

A case has up to two strands. Each that exists has one lead holder at every instant, and the line of
its holdings has no gap and no overlap. What is sealed lies in parts: the two strands' own, the
identity (opened by whoever leads a strand) and the safe address (opened by whoever looks after the
person: the lead of the support strand, or of the only strand there is).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from casetrack.domain.ids import HolderCode, TransferId


class Strand(StrEnum):
    """What a holder leads."""

    SUPPORT = "support"
    INVESTIGATION = "investigation"


class Part(StrEnum):
    """What lies under a data key of its own."""

    IDENTITY = "identity"
    SAFE_ADDRESS = "safe-address"
    SUPPORT = "support"
    INVESTIGATION = "investigation"


STRAND_PARTS = {Strand.SUPPORT: Part.SUPPORT, Strand.INVESTIGATION: Part.INVESTIGATION}
FOLLOWING_PARTS = frozenset({Part.IDENTITY, Part.SAFE_ADDRESS})


@dataclass(frozen=True)
class Holding:
    """One holder's time with one part; `number` counts the leads of a strand and is None for what follows a strand."""

    part: Part
    holder: HolderCode
    number: int | None
    since: datetime
    until: datetime | None = None
    via: TransferId | None = None

    @property
    def is_open(self) -> bool:
        """True while the holder still has the part."""
        return self.until is None


@dataclass(frozen=True)
class Holdings:
    """Every holding of one case, past and present, in the order in which they began."""

    rows: tuple[Holding, ...]

    @classmethod
    def begun(cls, strands: Iterable[Strand], by: HolderCode, at: datetime) -> "Holdings":
        """The holder that opens a case leads its strands from that instant."""
        return cls(()).passed(strands, to=by, at=at, via=None)

    @property
    def strands(self) -> frozenset[Strand]:
        """The strands that the case has."""
        return frozenset(strand for strand in Strand if self.lead(strand))

    @property
    def lacking(self) -> frozenset[Strand]:
        """The strands that the case has not."""
        return frozenset(Strand) - self.strands

    def lead(self, strand: Strand) -> HolderCode | None:
        """The holder responsible for the strand now; None if the case has no such strand."""
        return next(
            (row.holder for row in self.rows if row.part is STRAND_PARTS[strand] and row.is_open and row.number), None
        )

    @property
    def leads(self) -> Mapping[Strand, HolderCode]:
        """The responsible holder of each strand that the case has."""
        return {strand: holder for strand in Strand if (holder := self.lead(strand))}

    @property
    def led_since(self) -> Mapping[Strand, datetime]:
        """Since when each strand that the case has is led by whoever leads it now."""
        since = {row.part: row.since for row in self.rows if row.is_open and row.number}
        return {strand: since[part] for strand, part in STRAND_PARTS.items() if part in since}

    def led_by(self, holder: HolderCode) -> frozenset[Strand]:
        """The strands that this holder is responsible for."""
        return frozenset(strand for strand, lead in self.leads.items() if lead == holder)

    @property
    def looks_after(self) -> HolderCode | None:
        """The holder that looks after the person: the lead of the support strand, or of the only strand there is."""
        return self.lead(Strand.SUPPORT) or self.lead(Strand.INVESTIGATION)

    def holders_of(self, part: Part) -> frozenset[HolderCode]:
        """The holders whose keys open the part now."""
        return frozenset(row.holder for row in self.rows if row.part is part and row.is_open)

    def parts_of(self, holder: HolderCode) -> frozenset[Part]:
        """The parts that the holder's keys open now."""
        return frozenset(row.part for row in self.rows if row.holder == holder and row.is_open)

    @property
    def holders(self) -> frozenset[HolderCode]:
        """Every holder of any part, now."""
        return frozenset(row.holder for row in self.rows if row.is_open)

    def ever_held_by(self, holder: HolderCode) -> bool:
        """True if the holder has, or had, any part."""
        return any(row.holder == holder for row in self.rows)

    def came_by(self, transfer: TransferId) -> bool:
        """True if that transfer has made its hand-off already."""
        return any(row.via == transfer for row in self.rows)

    def passed(self, strands: Iterable[Strand], *, to: HolderCode, at: datetime, via: TransferId | None) -> "Holdings":
        """The new lead has the strands from this instant, the old one until it, and the other parts follow."""
        rows = list(self.rows)
        for strand in sorted(strands):
            part = STRAND_PARTS[strand]
            rows = [_ended(row, at) if row.part is part else row for row in rows]
            number = 1 + sum(row.part is part and row.number is not None for row in rows)
            rows.append(Holding(part, to, number, at, via=via))
        return _followed(Holdings(tuple(rows)), at, via)

    def as_at(self, at: datetime) -> "Holdings":
        """The same as they stood at that instant: what had begun by then, and open if it had not ended yet."""
        return Holdings(tuple(_open_still(row, at) for row in self.rows if row.since <= at))

    def moved_parts(self, after: "Holdings") -> frozenset[Part]:
        """The parts whose holders differ between these holdings and those: the ones that need new keys."""
        return frozenset(part for part in Part if self.holders_of(part) != after.holders_of(part))


def _followed(holdings: Holdings, at: datetime, via: TransferId | None) -> Holdings:
    """The identity is with every lead, and the safe address with the one who looks after the person."""
    address_lead = holdings.looks_after
    wanted = {(Part.IDENTITY, holder) for holder in holdings.leads.values()} | (
        {(Part.SAFE_ADDRESS, address_lead)} if address_lead else set()
    )
    rows = [
        _ended(row, at) if row.part in FOLLOWING_PARTS and (row.part, row.holder) not in wanted else row
        for row in holdings.rows
    ]
    held = {(row.part, row.holder) for row in rows if row.is_open}
    begun = (Holding(part, holder, None, at, via=via) for part, holder in sorted(wanted - held))
    return Holdings((*rows, *begun))


def _ended(row: Holding, at: datetime) -> Holding:
    return replace(row, until=at) if row.is_open else row


def _open_still(row: Holding, at: datetime) -> Holding:
    return row if row.until is not None and row.until <= at else replace(row, until=None)
