"""What is left of a case to an organisation that passed it on: what it goes by, and who is responsible now."""

from dataclasses import dataclass

from casetrack.domain.holdings import Holdings
from casetrack.domain.ids import CaseId, HolderCode, Instant
from casetrack.domain.references import Pseudonym, Reference


@dataclass(frozen=True, kw_only=True)
class Stub:
    """A case to a former holder. Of what became of it since, it says who is responsible and no more."""

    id: CaseId
    reference: Reference
    pseudonym: Pseudonym
    """What the case was called when the holder passed it on."""
    opened_at: Instant
    holder: HolderCode
    """Whose stub it is."""
    holdings: Holdings
    """That holder's own, each of which has ended, and those of whoever leads a strand now."""

    @property
    def had(self) -> tuple[Instant, Instant]:
        """From when until when the holder had any of the case."""
        own = [row for row in self.holdings.rows if row.holder == self.holder]
        return min(row.since for row in own), max(row.until for row in own if row.until)
