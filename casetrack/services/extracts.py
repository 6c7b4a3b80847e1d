"""Which entries of the log somebody is given the payloads of, and how that is said."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC
from typing import Any
from uuid import UUID

from casetrack.audit.export import EVERYTHING
from casetrack.domain.actors import Role
from casetrack.domain.ids import CaseId, HolderCode, Instant
from casetrack.domain.references import Reference
from casetrack.services.journal import read_detail
from casetrack.services.ports import Scope


@dataclass(frozen=True, kw_only=True)
class Extract:
    """The entries that are of all of these; without any, every entry."""

    case: CaseId | None = None
    reference: Reference | None = None
    """Of the case: what was refused names no case, and is found by the reference that was asked for."""
    holder: HolderCode | None = None
    """What the desk's search shows its auditors: what its accounts did or others did about them, what was done while it
    was responsible, and what somebody was then refused of its cases and offers."""
    national_of: HolderCode | None = None
    """What that search shows its national auditors: everything but what the audit desk keeps to itself."""
    since: Instant | None = None
    until: Instant | None = None
    """Before that instant."""
    after: int = 0
    """Not those of the first so many entries."""

    @property
    def reader(self) -> Scope | None:
        """As whom the entries are read; None for the audit desk, which may read every one."""
        whose = self.holder or self.national_of
        return Scope(None, Role.AUDITOR, whose, national=self.holder is None) if whose else None

    @property
    def filters(self) -> tuple[str, ...]:
        """What it is narrowed by, in codes, as the journal keeps it: a case by its id, never by its reference."""
        said = {
            "case": self.case,
            "holder": self.holder,
            "national": self.national_of,
            "since": self.since and _written(self.since),
            "until": self.until and _written(self.until),
            "after": self.after,
        }
        return tuple(f"{name}={value}" for name, value in said.items() if value)

    def __str__(self) -> str:
        """The scope, as the manifest of an export has it."""
        return " ".join(self.filters) or EVERYTHING


def case_in(payload: Mapping[str, Any]) -> CaseId | None:
    """Which case an export was narrowed to, as the journal says; None if to none, or if that cannot be read."""
    scope = read_detail(payload).get("scope")
    for each in scope if isinstance(scope, list) else ():
        with suppress(ValueError):
            if str(each).startswith("case="):
                return CaseId(UUID(str(each).removeprefix("case=")))
    return None


def _written(at: Instant) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
