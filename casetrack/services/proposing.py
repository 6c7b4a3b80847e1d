"""What proposals have in common: one for each thing at a time, with words for the second person; and whole holds."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from casetrack.crypto.letters import letter_version, seal_letter
from casetrack.domain.actions import Action
from casetrack.domain.case import Case
from casetrack.domain.erasures import second_holder
from casetrack.domain.errors import IntegrityBroken, ReasonNeeded
from casetrack.domain.holds import LegalHold
from casetrack.domain.ids import CaseId, HolderCode, ProposalId
from casetrack.domain.proposal_refusals import ProposalStands
from casetrack.domain.proposals import PROPOSED_BY, Proposal, ProposalKind
from casetrack.services.approvals import KeptHold, KeptProposal
from casetrack.services.seals import FIRST, canonical_hold, canonical_proposal
from casetrack.services.trust import opening
from casetrack.services.wording import check_words
from casetrack.services.work import UnitOfWork


@dataclass(frozen=True)
class What:
    """What is proposed: of which kind, about what, and the codes of its rule and its reason."""

    kind: ProposalKind
    subject: UUID
    rule: str
    reason: str


def propose(work: UnitOfWork, case: Case, what: What) -> Proposal:
    """It waits for a second person, who reads the words of this work's purpose. `ProposalStands` if it does already.

    The case is locked, so nobody else proposes the same meanwhile.
    """
    before = work.stores.proposals.of_case(case.id)
    return propose_to(work, what, case, to=second_holder(case, work.actor), before=before)


def propose_to(
    work: UnitOfWork, what: What, case: Case | None, *, to: HolderCode, before: Iterable[Proposal], letter: str = ""
) -> Proposal:
    """The same of anything that needs two people, a case or not; `before` is what was proposed about it so far.

    The second person reads the `letter`, if there is one, in the place of the words.
    """
    if not work.purpose.words.strip():
        raise ReasonNeeded
    if any((each.kind, each.subject) == (what.kind, what.subject) and each.waits(work.now) for each in before):
        raise ProposalStands
    check_words(work, case, PROPOSED_BY[what.kind])
    proposal = Proposal.propose(
        id=ProposalId(work.deployment.chance.uuid()),
        kind=what.kind,
        subject=what.subject,
        case=case.id if case is not None else None,
        case_version=case.version if case is not None else None,
        rule=what.rule,
        reason=what.reason,
        to_holder=to,
        by=work.actor,
        at=work.now,
    )
    words = _letter(work, proposal.to_holder, proposal.id, letter or work.purpose.words)
    return save_proposal(work, proposal, None, about=case, words=words)


def save_proposal(
    work: UnitOfWork,
    proposal: Proposal,
    before: KeptProposal | None,
    *,
    about: Case | None,
    words: bytes | None = None,
) -> Proposal:
    """The proposal is sealed by the actor's holder, kept, and each of its events journalled."""
    previous = before.seal.digest if before else FIRST
    digest = before.words_digest if before else hashlib.sha256(words or b"").digest()
    seal = work.seal(canonical_proposal(proposal, digest, previous), previous)
    current = replace(proposal, events=())
    kept = KeptProposal(proposal, seal, digest, before.words if before else words)
    (work.stores.proposals.put if before else work.stores.proposals.add)(kept)
    work.note_steps(proposal, seal, about=about, sides=proposal.sides)
    return current


def words_of(work: UnitOfWork, kept: KeptProposal) -> str:
    """What the proposer wrote to the second person; empty to everybody but that organisation, and once it is erased."""
    mine = work.actor.holder
    if kept.words is None or mine != kept.proposal.to_holder:
        return ""
    if hashlib.sha256(kept.words).digest() != kept.words_digest:
        raise IntegrityBroken
    letter, context = kept.words, kept.proposal.id.bytes
    keyset = work.trust.sealed(mine, opening(lambda: letter_version(letter)))
    return work.trust.asking(lambda: work.deployment.keyring.open_letter(keyset, letter, context))


def holds_on(work: UnitOfWork, case: CaseId) -> tuple[KeptHold, ...]:
    """Every legal hold of the case as it was sealed; `IntegrityBroken` if one that the journal has is gone."""
    kept = work.stores.holds.of_case(case)
    for each in kept:
        work.check(each, work.stores.journal.last_step(each.hold.id))
    if {each.hold.id for each in kept} != work.stores.journal.begun(case, Action.HOLD_SET):
        raise IntegrityBroken
    return kept


def save_hold(work: UnitOfWork, hold: LegalHold, before: KeptHold | None, *, about: Case) -> LegalHold:
    """The hold is sealed by the actor's holder, kept, and each of its events journalled."""
    previous = before.seal.digest if before else FIRST
    seal = work.seal(canonical_hold(hold, previous), previous)
    current = replace(hold, events=())
    (work.stores.holds.put if before else work.stores.holds.add)(KeptHold(hold, seal))
    work.note_steps(hold, seal, about=about)
    return current


def _letter(work: UnitOfWork, to: HolderCode, proposal: ProposalId, words: str) -> bytes:
    return seal_letter(words, to=work.trust.current(to), context=proposal.bytes, deployment=work.deployment.name)
