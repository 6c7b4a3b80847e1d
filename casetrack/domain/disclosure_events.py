"""What left casetrack by word of mouth or by letter, as somebody records it. A transfer tells itself what it gives."""

from dataclasses import dataclass, field
from datetime import date

from casetrack.domain.actions import Action
from casetrack.domain.events import Event, Operation
from casetrack.domain.ids import DisclosureId, HolderCode


@dataclass(frozen=True, kw_only=True)
class Disclosed(Event):
    """Some of what is known of the person was told to somebody outside casetrack, on that day (s.62(3)).

    To which kind of body and, if casetrack knows the organisation, to which; what for, under which regime of who gave
    it and of who was given it, and on what lawful basis where that regime asks for one. It lies with one strand.
    """

    operations = (Operation.DISCLOSURE,)
    changes_case = True
    action: Action = field(default=Action.DISCLOSURE_RECORD, init=False)
    disclosure: DisclosureId
    strand: str
    on: date
    kind: str
    recipient: HolderCode | None
    reason: str
    basis: str | None
    from_regime: str
    to_regime: str | None
    parts: frozenset[str]

    @property
    def touches(self) -> str:
        """The one disclosure: two people can record two at once."""
        return f"disclosure:{self.disclosure}"

    @property
    def recipients(self) -> frozenset[HolderCode]:
        """The organisation, if it is one that casetrack knows."""
        return frozenset({self.recipient} if self.recipient else ())
