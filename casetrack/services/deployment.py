"""What every unit of work stands on: the keys of this deployment, the facts of the field, the calendar, and chance."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from casetrack.crypto.keyring import Keyring
from casetrack.crypto.keysets import PublicKeyset
from casetrack.crypto.rows import RowKey
from casetrack.domain.calendars import WorkingDays
from casetrack.domain.errors import UnknownChoice
from casetrack.domain.factfiles import Facts
from casetrack.domain.holders import Holders
from casetrack.domain.wordlists import WordLists
from casetrack.domain.working_hours import Hours
from casetrack.services.approvals import ErasureList
from casetrack.services.limits import Limits


@dataclass(frozen=True)
class Chance:
    """Where ids, salts and references come from: the operating system in life, a seed in the demonstration."""

    below: Callable[[int], int]
    uuid: Callable[[], UUID]
    bytes: Callable[[int], bytes]


@dataclass(frozen=True)
class Deployment:
    """One installation: its name is part of every seal, so that nothing sealed in one opens in another."""

    name: str
    keyring: Keyring
    service: tuple[PublicKeyset, ...]
    """Every version of the service's keyset as its own root proved it when this process began, oldest first.

    All trust in other keysets starts from the newest, or from a newer one that this certified since.
    """
    rows: RowKey
    """By which this installation knows the sessions and links that it made."""
    facts: Facts
    words: WordLists
    holders: Holders
    working_days: WorkingDays
    chance: Chance
    erasures: ErasureList
    """What was erased, kept apart from the database."""
    providers: Mapping[str, str] = field(default_factory=dict)
    """What the key provider is of each holder that has one of its own; of every other it is the key file."""
    limits: Limits = field(default_factory=Limits)
    """How much one account is shown in an hour."""
    hours: Hours = field(default_factory=Hours)
    """When each organisation works."""

    def check_code(self, of: str, code: str) -> None:
        """The code is one of that list, of today or of before; `UnknownChoice` otherwise."""
        if code not in self.facts.codes[of].codes:
            raise UnknownChoice
