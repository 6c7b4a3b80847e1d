"""Legal holds: set by one person, lifted by two. While one stands nothing of the case is erased."""

from casetrack.domain.actions import Action
from casetrack.domain.case import Case
from casetrack.domain.erasures import check_agreed
from casetrack.domain.errors import NotFound, ReasonNeeded
from casetrack.domain.holds import LegalHold
from casetrack.domain.ids import HoldId
from casetrack.domain.proposal_refusals import SameHoldStands
from casetrack.domain.proposals import Proposal, ProposalKind
from casetrack.domain.references import Reference
from casetrack.services.approvals import KeptHold
from casetrack.services.cases import Overview, overview_of
from casetrack.services.proposing import What, holds_on, propose, save_hold
from casetrack.services.wording import check_words
from casetrack.services.work import UnitOfWork


def set_hold(work: UnitOfWork, reference: Reference, reason: str) -> LegalHold:
    """Nothing of the case may be erased from this instant; why is this work's purpose."""
    case = work.open(reference, to=Action.HOLD_SET)
    work.deployment.check_code("hold_reasons", reason)
    if not work.purpose.words.strip():
        raise ReasonNeeded
    if any(kept.hold.stands and kept.hold.reason == reason for kept in holds_on(work, case.id)):
        raise SameHoldStands
    check_words(work, case, Action.HOLD_SET)
    id_ = HoldId(work.deployment.chance.uuid())
    hold = LegalHold.set(id=id_, case=case.id, reason=reason, by=work.actor, at=work.now)
    return save_hold(work, hold, None, about=case)


def lift_hold(work: UnitOfWork, reference: Reference, hold_id: HoldId, reason: str) -> Proposal:
    """That the hold be lifted waits for a second person; it stands meanwhile."""
    case = work.open(reference, to=Action.HOLD_LIFT)
    work.deployment.check_code("lifting_reasons", reason)
    hold = hold_of(work, case, hold_id).hold
    hold.check_standing()
    return propose(work, case, What(ProposalKind.LIFTING, hold_id, hold.reason, reason))


def prepare_lifting(work: UnitOfWork, reference: Reference, hold_id: HoldId) -> tuple[Overview, LegalHold]:
    """The case and its hold, for the page that proposes to lift that; what would be refused anyway is refused now."""
    case = work.open(reference, to=Action.HOLD_LIFT, lock=False)
    work.look(case, Action.CASE_VIEW)
    hold = hold_of(work, case, hold_id).hold
    hold.check_standing()
    return overview_of(work, case), hold


def hold_of(work: UnitOfWork, case: Case, hold_id: HoldId) -> KeptHold:
    """The hold of the case; `NotFound` if that has none of this id."""
    found = next((kept for kept in holds_on(work, case.id) if kept.hold.id == hold_id), None)
    if found is None:
        raise NotFound
    return found


def lift_agreed(work: UnitOfWork, approved: Proposal, case: Case) -> None:
    """The hold that two people have agreed about does not stand any more."""
    check_agreed(case, approved)
    kept = hold_of(work, case, HoldId(approved.subject))
    save_hold(work, kept.hold.lift(approved, by=work.actor, at=work.now), kept, about=case)
