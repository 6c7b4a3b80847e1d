"""What happens to a subject access request. Each step is a change of its case; what was typed is sealed with it."""

from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar, Final

from casetrack.domain.actions import Action
from casetrack.domain.events import Event, Operation
from casetrack.domain.ids import SarId


@dataclass(frozen=True, kw_only=True)
class OfSar:
    """What is told of every step of a request: which request it is, and with which strand that lies."""

    changes_case: ClassVar[bool] = True
    sar: SarId
    strand: str

    @property
    def touches(self) -> str:
        """The one request."""
        return f"sar:{self.sar}"


@dataclass(frozen=True, kw_only=True)
class SarRecorded(OfSar, Event):
    """A request came on that day, and is to be answered by the other."""

    operations = (Operation.COLLECTION,)
    action: Action = field(default=Action.SAR_RECORD, init=False)
    asker: str
    received: date
    due: date
    regime: str


@dataclass(frozen=True, kw_only=True)
class SarChecked(OfSar, Event):
    """It was found out with the person alone that whoever asks may have it."""

    operations = (Operation.COLLECTION,)
    action: Action = field(default=Action.SAR_CHECK, init=False)
    way: str
    interpreter: str


@dataclass(frozen=True, kw_only=True)
class SarExtended(OfSar, Event):
    """The request is due later, for a reason of the list."""

    operations = (Operation.ALTERATION,)
    action: Action = field(default=Action.SAR_EXTEND, init=False)
    reason: str
    due: date


@dataclass(frozen=True, kw_only=True)
class SarRestricted(OfSar, Event):
    """Something is left out of the answer, for a ground of the list; without one, it is not left out any more."""

    operations = (Operation.ALTERATION,)
    action: Action = field(default=Action.SAR_RESTRICT, init=False)
    item: str
    ground: str | None


@dataclass(frozen=True, kw_only=True)
class SarDecided(OfSar, Event):
    """It is decided what is given, and what is left out for which ground."""

    operations = (Operation.ALTERATION,)
    action: Action = field(default=Action.SAR_DECIDE, init=False)
    decision: str
    items: frozenset[str]
    grounds: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class SarDelivered(OfSar, Event):
    """The person has the answer since that day: what was not restricted, or that all of it is refused."""

    operations = (Operation.DISCLOSURE,)
    action: Action = field(default=Action.SAR_DELIVER, init=False)
    on: date
    way: str
    decision: str
    items: frozenset[str]
    regime: str


@dataclass(frozen=True, kw_only=True)
class SarWithdrawn(OfSar, Event):
    """The person does not ask any more."""

    operations = (Operation.ALTERATION,)
    action: Action = field(default=Action.SAR_WITHDRAW, init=False)


@dataclass(frozen=True, kw_only=True)
class SarCopied(Event):
    """The copy for the person was shown, to be printed: the kinds of thing in it, and how many notes."""

    operations = (Operation.CONSULTATION,)
    action: Action = field(default=Action.SAR_COPY, init=False)
    sar: SarId
    items: frozenset[str]
    notes: int


SAR_STEPS: Final = (SarRecorded, SarChecked, SarExtended, SarRestricted, SarDecided, SarDelivered, SarWithdrawn)
"""What changes the case."""
