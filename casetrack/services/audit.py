"""The auditor's looking: the log is opened for one of four lawful uses, and the looking is on it too."""

from enum import StrEnum

from casetrack.domain.actions import Action
from casetrack.domain.events import LogOpened
from casetrack.domain.words import N_
from casetrack.services.lists import EventCard, LogQuery, Page
from casetrack.services.work import UnitOfWork


class Use(StrEnum):
    """What the log may be opened for (Data Protection Act 2018 s.62(4)), and nothing else."""

    LAWFULNESS = "lawfulness"
    SELF_MONITORING = "self-monitoring"
    INTEGRITY = "integrity"
    CRIMINAL_PROCEEDINGS = "criminal-proceedings"


USES = {
    Use.LAWFULNESS: N_("To check that people's data was handled lawfully"),
    Use.SELF_MONITORING: N_("To monitor ourselves, which includes internal disciplinary proceedings"),
    Use.INTEGRITY: N_("To keep people's data whole and secure"),
    Use.CRIMINAL_PROCEEDINGS: N_("For criminal proceedings"),
}


def search_audit(work: UnitOfWork, query: LogQuery, use: Use) -> Page[EventCard]:
    """The entries that match within the auditor's scope; that they were looked at, and what for, is on the log."""
    work.require(Action.AUDIT_SEARCH)
    found = work.stores.journal.search(query)
    work.note(
        LogOpened(
            action=Action.AUDIT_SEARCH,
            at=work.now,
            by=work.actor.account,
            use=use,
            filters=query.filters,
            entries=len(found.items),
        )
    )
    return found


def begin_verifying(work: UnitOfWork, use: Use) -> None:
    """The auditor is about to have the whole log checked."""
    work.require(Action.AUDIT_VERIFY)
    work.note(LogOpened(action=Action.AUDIT_VERIFY, at=work.now, by=work.actor.account, use=use))
