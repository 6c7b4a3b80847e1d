"""What can happen about the log's own entries: a surname is compared, and somebody says what came of an access."""

from dataclasses import dataclass, field

from casetrack.domain.actions import Action
from casetrack.domain.events import Event


@dataclass(frozen=True, kw_only=True)
class SurnamesCompared(Event):
    """The surname of each person whom that entry showed was compared with that of the account's display name.

    It is there for every such entry. What was found is for the audit desk alone, in the words that are sealed with it.
    """

    action: Action = field(default=Action.SURNAME_COMPARE, init=False)


@dataclass(frozen=True, kw_only=True)
class AccessReviewed(Event):
    """An auditor says what came of the unusual access that began with that entry, and why in words of their own.

    It names no case, so that no case's history has it. `of_day` is true of how much was opened on a whole day.
    """

    action: Action = field(default=Action.UNUSUAL_REVIEW, init=False)
    disposition: str
    of_day: bool
    entries: int
    """How many entries the access had then."""
