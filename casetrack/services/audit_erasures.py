"""What was erased, by whom and under which rule: as the log has it, since nothing else is left of such a case."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from casetrack.domain.actions import Action
from casetrack.domain.ids import HolderCode
from casetrack.services.audit import Use, note_look
from casetrack.services.journal import read_detail
from casetrack.services.lists import EventCard, Page
from casetrack.services.work import UnitOfWork


@dataclass(frozen=True)
class ErasureTold:
    """An erasure, as the log tells it."""

    erased: EventCard
    """By whoever agreed to it, which was the last that happened to the case."""
    proposed: EventCard | None
    """By whoever proposed it; None where that is not in the auditor's scope."""

    @property
    def rule(self) -> str:
        """The code of the rule under which it was erased; empty of an entry that is not as casetrack writes them."""
        return _text(read_detail(self.erased.payload), "rule")

    @property
    def reason(self) -> str:
        """The code of the reason; empty of an entry that is not as casetrack writes them."""
        return _text(read_detail(self.erased.payload), "reason")

    @property
    def repeated(self) -> bool:
        """It was erased once more, from a copy of the database that was put back."""
        return read_detail(self.erased.payload).get("repeated") is True

    @property
    def holders(self) -> tuple[HolderCode, ...]:
        """The organisations that were responsible then, or that were asked to agree."""
        then = self.erased.payload.get("holders_then")
        return tuple(HolderCode(each) for each in then if isinstance(each, str)) if isinstance(then, list) else ()


def look_at_erasures(work: UnitOfWork, use: Use, *, page: int) -> Page[ErasureTold]:
    """One page of what was erased within the auditor's scope, the newest first; that they looked is on the log."""
    work.require(Action.AUDIT_SEARCH)
    found = work.stores.desk.erasures(page=page)
    proposed = work.stores.desk.proposed([erased.id for erased in found.items])
    note_look(work, Action.AUDIT_SEARCH, use, "erasures", entries=len(found.items))
    told = tuple(ErasureTold(erased, proposed.get(erased.id)) for erased in found.items)
    return Page(told, found.number, found.total, found.size)


def _text(detail: Mapping[str, Any], name: str) -> str:
    said = detail.get(name)
    return said if isinstance(said, str) else ""
