"""Holders: the organisations with keys. A force, a partner, an audit desk, or the service itself."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from casetrack.domain.actors import Role
from casetrack.domain.errors import HolderNotInForce, RoleDoesNotFit, UnknownHolder
from casetrack.domain.ids import HolderCode


class HolderKind(StrEnum):
    """What kind of organisation a holder is."""

    TERRITORIAL = "territorial"
    SPECIAL = "special"
    AGENCY = "agency"
    PARTNER = "partner"
    AUDIT_DESK = "audit-desk"
    SERVICE = "service"

    @property
    def is_police(self) -> bool:
        """True of the bodies that can lead an investigation."""
        return self in POLICE

    @property
    def holds_cases(self) -> bool:
        """True of the organisations that can be responsible for a person."""
        return self in POLICE or self is HolderKind.PARTNER


POLICE = frozenset({HolderKind.TERRITORIAL, HolderKind.SPECIAL, HolderKind.AGENCY})

SERVICE = HolderCode("service")
"""The service itself: it signs for jobs and certifies the first keys of every other holder."""
AUDIT_DESK = HolderCode("audit-desk")
"""The desk whose keys alone open the words that people typed as reasons."""


@dataclass(frozen=True)
class Holder:
    """An organisation with keys, in force between two dates."""

    code: HolderCode
    name: str
    kind: HolderKind
    nation: str
    region: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    successor: HolderCode | None = None
    seat: HolderCode | None = None
    """The force area that a partner works from; a police body is its own."""
    phone: str = ""
    """The number that is answered at any hour."""

    @property
    def area(self) -> HolderCode:
        """The force area that the organisation is of."""
        return self.seat or self.code

    def in_force(self, on: date) -> bool:
        """True from `valid_from` to `valid_to`, both included."""
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True)
class Holders:
    """Every holder there is, by code."""

    by_code: Mapping[HolderCode, Holder]

    @classmethod
    def of(cls, holders: Iterable[Holder]) -> "Holders":
        """The holders, each found by its code."""
        return cls({holder.code: holder for holder in holders})

    def __getitem__(self, code: HolderCode) -> Holder:
        """The holder of that code; refuses one that nobody has."""
        try:
            return self.by_code[code]
        except KeyError:
            raise UnknownHolder from None

    def receiving(self, code: HolderCode, on: date) -> Holder:
        """The holder, if a case can be offered to it on that day."""
        holder = self[code]
        if not holder.kind.holds_cases:
            raise UnknownHolder
        if not holder.in_force(on):
            raise HolderNotInForce
        return holder

    def employing(self, code: HolderCode, role: Role, on: date) -> Holder:
        """The holder, if somebody can begin to work there in that role on that day.

        Who works with cases is of an organisation that has some; the service itself has nothing to be audited for, and
        those who run it administer accounts alone.
        """
        holder = self[code]
        if not holder.in_force(on):
            raise HolderNotInForce
        has_some = holder.kind.holds_cases or (role is Role.AUDITOR and holder.kind is HolderKind.AUDIT_DESK)
        if role is not Role.ADMINISTRATOR and not has_some:
            raise RoleDoesNotFit
        return holder

    def area(self, code: HolderCode) -> Holder:
        """The police body whose area that is."""
        holder = self[code]
        if not holder.kind.is_police:
            raise UnknownHolder
        return holder

    def that_hold_cases(self, on: date) -> tuple[Holder, ...]:
        """The organisations that can be responsible for a person on that day, by name."""
        holders = (holder for holder in self.by_code.values() if holder.kind.holds_cases and holder.in_force(on))
        return tuple(sorted(holders, key=lambda holder: holder.name))
