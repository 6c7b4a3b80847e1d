"""The auditor's looking: the log is opened for one of four lawful uses, and the looking is on it too."""

from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from casetrack.audit.verify import Verified
from casetrack.domain.actions import Action
from casetrack.domain.events import LogOpened
from casetrack.domain.ids import AccountId
from casetrack.domain.words import N_
from casetrack.services.evidence import Evidence, OutOfTime
from casetrack.services.findings import About, Finding
from casetrack.services.lists import EventCard, LogQuery, Page
from casetrack.services.verifying import verify_database
from casetrack.services.verifying_journal import Believed, verify_checkpoints
from casetrack.services.work import UnitOfWork

Inspect: TypeAlias = Callable[[], AbstractContextManager[tuple[Evidence, Believed]]]
"""Everything that is kept and signed, as of one instant, and what verifying it starts from."""


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


@dataclass(frozen=True)
class Inspection:
    """What checking everything has found."""

    findings: tuple[Finding, ...]
    verified: Verified | None
    """None where the log itself is not as it was signed."""
    checkpoint: str
    """The newest signed note; empty before the first."""
    is_whole: bool = True
    """False where there was no time for everything: what is named was found by then, and nothing else is said."""


def account_named(work: UnitOfWork, sign_in_name: str, use: Use) -> AccountId | None:
    """The account that signs in by that name, if it is in the auditor's scope; which was found is on the log."""
    work.require(Action.AUDIT_SEARCH)
    account = work.stores.accounts.named(sign_in_name.strip().casefold())
    if account is None or not (work.actor.national or account.holder == work.actor.holder):
        return None
    filters = LogQuery(account=account.id).filters
    work.note(LogOpened(action=Action.AUDIT_SEARCH, at=work.now, by=work.actor.account, use=use, filters=filters))
    return account.id


def begin_verifying(work: UnitOfWork, use: Use) -> None:
    """The auditor is about to have the whole log checked."""
    work.require(Action.AUDIT_VERIFY)
    work.note(LogOpened(action=Action.AUDIT_VERIFY, at=work.now, by=work.actor.account, use=use))


def verify_audit(evidence: Evidence, believed: Believed) -> Inspection:
    """Everything is checked, after the looking has been journalled; what is wrong is named and nothing is opened.

    Of evidence that can be read for a while only, as much as there was time for: see `evidence.InTime`.
    """
    findings: deque[Finding] = deque()
    try:
        findings.extend(verify_database(evidence, believed))
        newest = deque(evidence.checkpoints(), maxlen=1)
        broken = any(finding.about is About.LOG for finding in findings)
        verified = None if broken else verify_checkpoints(evidence, believed)
    except OutOfTime:
        return Inspection(tuple(findings), None, "", is_whole=False)
    return Inspection(tuple(findings), verified, newest[0] if newest else "")
