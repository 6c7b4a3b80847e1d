"""The auditors' desk: the log is opened for one of four lawful uses, and all looking in it is on it too.

That somebody looked is never an event of a case: it says what was asked for, and whoever has the case does not see it.
"""

from collections import deque
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, TypeAlias

from casetrack.audit.note import VerifierKey
from casetrack.audit.verify import Verified
from casetrack.domain.actions import Action
from casetrack.domain.errors import LogKeysRefused, NotPromised
from casetrack.domain.events import LogOpened
from casetrack.domain.factfiles import Facts
from casetrack.domain.ids import AccountId, Instant
from casetrack.domain.words import N_
from casetrack.services.desk import LogState
from casetrack.services.evidence import Evidence, OutOfTime
from casetrack.services.findings import About, Finding
from casetrack.services.founding import FOUNDING
from casetrack.services.journal import CASEWORK
from casetrack.services.lists import EventCard, LogQuery, Page
from casetrack.services.sessions import SIGNING_IN
from casetrack.services.verifying import verify_database
from casetrack.services.verifying_journal import LATE, Believed, verify_checkpoints
from casetrack.services.work import UnitOfWork

Inspect: TypeAlias = Callable[[], AbstractContextManager[tuple[Evidence, Believed]]]
"""Everything that is kept and signed, as of one instant, and what verifying it starts from."""


class Use(StrEnum):
    """What the log may be opened for (Data Protection Act 2018 s.62(4)), and nothing else."""

    LAWFULNESS = "lawfulness"
    SELF_MONITORING = "self-monitoring"
    INTEGRITY = "integrity"
    CRIMINAL_PROCEEDINGS = "criminal-proceedings"


USES: Final[Mapping[str, str]] = {
    Use.LAWFULNESS: N_("To check that people's data was handled lawfully"),
    Use.SELF_MONITORING: N_("To monitor ourselves, which includes internal disciplinary proceedings"),
    Use.INTEGRITY: N_("To keep people's data whole and secure"),
    Use.CRIMINAL_PROCEEDINGS: N_("For criminal proceedings"),
}
UNKNOWN_NAME: Final = "account=unknown"
"""Which filter is on the log of a sign-in name that nobody goes by whom the auditor may look for."""
AT_THE_COMMAND_LINE: Final = "command-line"
UNASKED: Final[Mapping[str, str]] = {
    CASEWORK.code: N_("The work of the day: nobody was asked for more"),
    SIGNING_IN.code: N_("Signing in"),
    AT_THE_COMMAND_LINE: N_("Keeping the installation in order, at the command line"),
    FOUNDING.code: N_("Founding the installation"),
}
"""What things are done for without anybody choosing it from a list."""


def purposes(facts: Facts) -> Mapping[str, str]:
    """Everything that an event may say it was for, past or present, and its words."""
    chosen = {code: each.label for code, each in facts.codes["reveal_purposes"].codes.items()}
    return {**UNASKED, **chosen, **USES}


def open_audit(work: UnitOfWork, use: Use) -> None:
    """The auditor has said what the log is opened for, from now on and until they say something else.

    What they typed is the purpose of the work: it is sealed to the audit desk.
    """
    _open(work, Action.AUDIT_VIEW, use)


def view_audit(work: UnitOfWork, use: Use) -> LogState:
    """How far the log is."""
    _open(work, Action.AUDIT_VIEW, use)
    return work.stores.desk.log_state()


def is_late(state: LogState, now: Instant) -> bool:
    """Something has waited longer for its place in the log than it may: nobody sequences it."""
    return state.waited(now) > LATE


def search_audit(work: UnitOfWork, query: LogQuery, use: Use) -> Page[EventCard]:
    """The entries that match within the auditor's scope; that they were looked at, and what for, is on the log."""
    work.require(Action.AUDIT_SEARCH)
    found = work.stores.journal.search(query)
    note_look(work, Action.AUDIT_SEARCH, use, *query.filters, entries=len(found.items))
    return found


def note_look(work: UnitOfWork, action: Action, use: Use, *filters: str, entries: int = 0) -> None:
    """That the auditor looked, at what and what for, is on the log before it is shown; in the history of no case."""
    work.note(LogOpened(action=action, at=work.now, by=work.actor.account, use=use, filters=filters, entries=entries))


@dataclass(frozen=True)
class Inspection:
    """What checking everything has found."""

    findings: tuple[Finding, ...]
    verified: Verified | None
    """None where the log itself is not as it was signed."""
    checkpoint: str
    """The newest signed note, which others hold now; empty before the first, and of a log that does not verify."""
    is_whole: bool = True
    """False where there was no time for everything: what is named was found by then, and nothing else is said."""
    keys: tuple[VerifierKey, ...] = ()
    """The log's own that sign it now; none where no key of it is believed, by which nothing could be checked."""
    withheld: str = ""
    """Why there is no checkpoint to keep, where there would be one."""


def account_named(work: UnitOfWork, sign_in_name: str, use: Use) -> AccountId | None:
    """The account that signs in by that name, if it is in the auditor's scope; what was found is on the log."""
    work.require(Action.AUDIT_SEARCH)
    account = work.stores.accounts.named(sign_in_name.strip().casefold())
    if account is None or not (work.actor.national or account.holder == work.actor.holder):
        note_look(work, Action.AUDIT_SEARCH, use, UNKNOWN_NAME)
        return None
    note_look(work, Action.AUDIT_SEARCH, use, *LogQuery(account=account.id).filters)
    return account.id


def begin_verifying(work: UnitOfWork, use: Use) -> LogState:
    """The auditor is about to have the whole log checked, which is so far."""
    _open(work, Action.AUDIT_VERIFY, use)
    return work.stores.desk.log_state()


def inspect_audit(
    inspect: Inspect, within: Callable[[Evidence], Evidence], promise: Callable[[str], None]
) -> Inspection:
    """Everything is checked, after the looking has been journalled, as far as the evidence may be read `within` it.

    The checkpoint that is shown is one that others hold from then on, as every `promise` is; one that cannot be
    promised is withheld. Where the keys of the log are not believed that is what is wrong, and nothing else is said.
    """
    try:
        with inspect() as (evidence, believed):
            inspection = verify_audit(within(evidence), believed)
    except LogKeysRefused as refused:
        return Inspection((Finding(About.LOG, "", refused.said),), None, "", is_whole=False)
    if inspection.checkpoint:
        try:
            promise(inspection.checkpoint)
        except NotPromised as refused:
            return replace(inspection, checkpoint="", withheld=refused.sentence)
    return inspection


def verify_audit(evidence: Evidence, believed: Believed) -> Inspection:
    """Everything is checked; what is wrong is named and nothing is opened.

    Of evidence that can be read for a while only, as much as there was time for: see `evidence.InTime`.
    """
    findings: deque[Finding] = deque()
    keys = believed.log.in_force
    try:
        findings.extend(verify_database(evidence, believed))
        newest = deque(evidence.checkpoints(), maxlen=1)
        broken = any(finding.about is About.LOG for finding in findings)
        verified = None if broken else verify_checkpoints(evidence, believed)
    except OutOfTime:
        return Inspection(tuple(findings), None, "", is_whole=False, keys=keys)
    return Inspection(tuple(findings), verified, newest[0] if verified and newest else "", keys=keys)


def _open(work: UnitOfWork, action: Action, use: Use) -> None:
    work.require(action)
    note_look(work, action, use)
