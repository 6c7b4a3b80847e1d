"""What the log tells of somebody who was asked about: searches and showings, by account and day. And where it is asked.

Neither says of a case which it is, how many there are, or whose: only who did what, on which day.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from casetrack.domain.ids import AccountId, HolderCode, Instant, ProposalId

MOST_TRACES: Final = 500
"""How many of either are told, the newest: whoever wants older ones asks about fewer days."""


class Showing(StrEnum):
    """How somebody was shown that there is a record of a person."""

    LISTED = "listed"
    """In a list, or among what a search found: by reference and pseudonym."""
    OPENED = "opened"
    """A page of it was looked at."""
    REVEALED = "revealed"
    """Something sealed was shown: a name, how to reach the person, a file, a note."""


@dataclass(frozen=True)
class Doer:
    """Who did it, on which of the days that were asked about."""

    day: int
    """Which of the days, from 0."""
    account: AccountId
    name: str
    holder: HolderCode
    """Whose account it was then."""


@dataclass(frozen=True)
class Searched:
    """Somebody looked on that day for a person who may be the one."""

    doer: Doer
    indexes: frozenset[str]
    """By which indexes what they looked for is the same."""


@dataclass(frozen=True)
class Shown:
    """Somebody was shown on that day, in those ways, a person who may be the one."""

    doer: Doer
    how: frozenset[Showing]
    indexes: frozenset[str]
    """By which indexes they may be the one."""


@dataclass(frozen=True)
class SoughtTag:
    """One tag that a record of the person may have."""

    index: str
    holder: HolderCode
    keyset_version: int
    tag: bytes
    term: int
    """Which term it is of: a term has a tag with each organisation."""
    enough: int
    """How many terms of its index a record must have, to be counted as that person's."""


class Traces(Protocol):
    """Where it is asked, within the auditor's scope: each in one statement, whatever there is."""

    def searches(self, marks: Mapping[str, str], days: Sequence[Instant]) -> tuple[Searched, ...]:
        """Who looked for any of the terms of those marks, the newest day first, `MOST_TRACES` and one more at the most.

        `marks` are each mark, as the log keeps it, with its index; `days` when each begins and the last is over.
        """

    def showings(self, enquiry: ProposalId, sought: Sequence[SoughtTag], days: Sequence[Instant]) -> tuple[Shown, ...]:
        """Who was shown a record that has enough of those tags, likewise.

        `NotPermitted` unless two people have agreed to exactly that enquiry, lately, and the actor is one of them.
        """
