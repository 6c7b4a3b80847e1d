"""Proposals, legal holds, tombstones and the list of erasures, in memory."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID

from casetrack.domain.actors import Role
from casetrack.domain.errors import NotPermitted, Stale
from casetrack.domain.holders import AUDIT_DESK
from casetrack.domain.ids import CaseId, HolderCode, Instant, ProposalId
from casetrack.domain.proposal_refusals import HoldStands, SameHoldStands
from casetrack.domain.proposals import Proposal, ProposalKind, ProposalState
from casetrack.services.approvals import KeptHold, KeptProposal, KeptTombstone, Place, ProposalCard, Write
from casetrack.services.destructions import subject_of
from casetrack.services.lists import Page
from tests.memory.kept import Kept, Memory, page_of

DECIDERS = frozenset({Role.LEAD, Role.SUPERVISOR})
DECIDING = {
    ProposalKind.DESTRUCTION: frozenset({Role.ADMINISTRATOR}),
    ProposalKind.ENQUIRY: frozenset({Role.AUDITOR}),
}


@dataclass
class MemoryErasureList:
    """The list of erasures."""

    kept: list[bytes] = field(default_factory=list)

    def append(self, write: Write) -> None:
        previous = hashlib.sha256(self.kept[-1] if self.kept else b"").digest()
        self.kept.append(write(len(self.kept), previous))

    def lines(self) -> tuple[bytes, ...]:
        return tuple(self.kept)


class MemoryProposals:
    """Proposals, for the organisations of their two people."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def get(self, proposal: ProposalId, *, lock: bool) -> KeptProposal | None:  # noqa: ARG002 - nobody else is here
        kept = self._memory.kept.proposals.get(proposal)
        return kept if kept and self._memory.is_side(kept.proposal) else None

    def add(self, kept: KeptProposal) -> None:
        proposal = kept.proposal
        mine = (proposal.from_holder, proposal.proposed_by) == (self._memory.acting.holder, self._memory.acting.account)
        if proposal.kind is ProposalKind.ENQUIRY:
            held = proposal.case is None and proposal.to_holder == AUDIT_DESK
        else:
            held = self._is_old(proposal) if proposal.case is None else self._memory.is_held(proposal.case)
        if not mine or not held or not self._memory.is_side(proposal) or not self._decides(proposal):
            raise NotPermitted
        self._keep(kept)

    def put(self, kept: KeptProposal) -> None:
        proposal = kept.proposal
        before = self._memory.kept.proposals.get(proposal.id)
        if before is None or before.version != proposal.loaded_version or not self._memory.is_side(proposal):
            raise Stale
        if before.proposal.state is not ProposalState.PROPOSED:
            raise Stale
        withdrawn = proposal.state is ProposalState.WITHDRAWN
        decider = proposal.from_holder if withdrawn else proposal.to_holder
        mine = (decider, proposal.decided_by) == (self._memory.acting.holder, self._memory.acting.account)
        if not mine or not self._decides(proposal):
            raise NotPermitted
        self._keep(kept)

    def of_subject(self, subject: UUID) -> tuple[Proposal, ...]:
        known = [kept.proposal for kept in self._memory.kept.proposals.values() if kept.proposal.subject == subject]
        mine = (each for each in known if self._memory.is_side(each))
        return tuple(sorted(mine, key=lambda each: (each.proposed_at, each.id)))

    def of_case(self, case: CaseId) -> tuple[Proposal, ...]:
        known = [kept.proposal for kept in self._memory.kept.proposals.values() if kept.proposal.case == case]
        mine = (each for each in known if self._memory.is_side(each))
        return tuple(sorted(mine, key=lambda each: (each.proposed_at, each.id)))

    def waiting(self, holder: HolderCode, at: Instant, *, page: int) -> Page[ProposalCard]:
        found = [
            kept.proposal
            for kept in self._memory.kept.proposals.values()
            if kept.proposal.waits(at) and holder in kept.proposal.sides and self._memory.is_side(kept.proposal)
        ]
        found.sort(key=lambda each: (each.proposed_at, each.id))
        return page_of((self._card(each) for each in found), number=page)

    def enquiries(self, *, page: int) -> Page[ProposalCard]:
        every = [kept.proposal for kept in self._memory.kept.proposals.values()]
        found = [each for each in every if each.kind is ProposalKind.ENQUIRY and self._memory.is_side(each)]
        found.sort(key=lambda each: each.id)
        found.sort(key=lambda each: each.proposed_at, reverse=True)
        return page_of((self._card(each) for each in found), number=page)

    def _decides(self, proposal: Proposal) -> bool:
        return self._memory.acting.role in DECIDING.get(proposal.kind, DECIDERS)

    def _is_old(self, proposal: Proposal) -> bool:
        """It is about an older version of the keys of an organisation that the administrator reaches."""
        chain = [each.public for (of, _), each in self._memory.kept.keysets.items() if of == proposal.to_holder]
        reaches = self._memory.acting.national or self._memory.acting.holder == proposal.to_holder
        newest = max((public.version for public in chain), default=0)
        return reaches and any(subject_of(public) == proposal.subject and public.version < newest for public in chain)

    def _card(self, proposal: Proposal) -> ProposalCard:
        known = proposal.case is not None and self._memory.is_at_hand(proposal.case)
        kept = self._memory.kept.cases.get(proposal.case) if proposal.case and known else None
        proposer = self._memory.kept.accounts[proposal.proposed_by].display_name
        return ProposalCard(
            proposal, kept.case.reference if kept else None, kept.case.pseudonym if kept else None, proposer
        )

    def _keep(self, kept: KeptProposal) -> None:
        self._memory.kept.proposals[kept.proposal.id] = replace(kept, proposal=replace(kept.proposal, events=()))


class MemoryHolds:
    """Legal holds, for whoever has the case."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def of_case(self, case: CaseId) -> tuple[KeptHold, ...]:
        if not self._memory.is_held(case):
            return ()
        found = (kept for kept in self._memory.kept.holds.values() if kept.hold.case == case)
        return tuple(sorted(found, key=lambda kept: (kept.hold.set_at, kept.hold.id)))

    def add(self, kept: KeptHold) -> None:
        hold = kept.hold
        mine = (hold.holder, hold.set_by) == (self._memory.caseworker, self._memory.acting.account)
        if not mine or not self._memory.is_held(hold.case) or self._memory.acting.role not in DECIDERS:
            raise NotPermitted
        if any(each.hold.stands and each.hold.reason == hold.reason for each in self.of_case(hold.case)):
            raise SameHoldStands
        self._keep(kept)

    def put(self, kept: KeptHold) -> None:
        hold = kept.hold
        before = self._memory.kept.holds.get(hold.id)
        known = before is not None and before.hold.stands and self._memory.is_held(hold.case)
        if before is None or not known or before.version != hold.loaded_version:
            raise Stale
        agreed = (each.proposal for each in self._memory.kept.proposals.values())
        if not any(
            (each.kind, each.subject, each.state, each.decided_by)
            == (ProposalKind.LIFTING, hold.id, ProposalState.APPROVED, hold.lifted_by)
            for each in agreed
        ):
            raise NotPermitted
        self._keep(kept)

    def _keep(self, kept: KeptHold) -> None:
        self._memory.kept.holds[kept.hold.id] = replace(kept, hold=replace(kept.hold, events=()))


class MemoryTombstones:
    """Tombstones."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def erase(self, case: CaseId, proposal: ProposalId) -> Mapping[str, int]:
        kept = self._memory.kept
        if any(each.hold.case == case and each.hold.stands for each in kept.holds.values()):
            raise HoldStands
        agreed = kept.proposals.get(proposal)
        if agreed is None or not self._is_agreed(agreed.proposal, case):
            raise NotPermitted
        lost = {
            "wraps": sum(wrap.case == case for wrap in kept.wraps),
            "sealed_values": sum(value.case == case for value in kept.values.values()),
            "proposals": len(_others(kept, case, proposal)),
        }
        forget(kept, case, proposal)
        return lost

    def add(self, kept: KeptTombstone) -> None:
        agreed = self._memory.kept.proposals.get(kept.stone.proposal)
        scope = self._memory.acting
        is_there = kept.stone.case in self._memory.kept.cases
        if agreed is None or is_there or kept.stone.approved_by != scope.account or kept.repeated:
            raise NotPermitted
        self._memory.kept.tombstones[kept.stone.case] = kept

    def get(self, case: CaseId) -> KeptTombstone | None:
        kept = self._memory.kept.tombstones.get(case)
        return kept if kept and self._is_known(kept) else None

    def of_holder(self, holder: HolderCode, *, page: int) -> Page[KeptTombstone]:
        found = [
            kept
            for kept in self._memory.kept.tombstones.values()
            if holder in kept.stone.holders and self._is_known(kept)
        ]
        found.sort(key=lambda kept: kept.stone.case)
        found.sort(key=lambda kept: kept.stone.erased_at, reverse=True)
        return page_of(found, number=page)

    def place(self) -> Place:
        return Place("memory", 1, len(self._memory.kept.entries))

    def _is_agreed(self, agreed: Proposal, case: CaseId) -> bool:
        now = self._memory.kept.cases[case].case
        state = (agreed.kind, agreed.case, agreed.state, agreed.case_version, agreed.decided_by)
        account = self._memory.acting.account
        wanted = (ProposalKind.ERASURE, case, ProposalState.APPROVED, now.version, account)
        return state == wanted and agreed.sides == now.holdings.holders and agreed.proposed_by != account

    def _is_known(self, kept: KeptTombstone) -> bool:
        return self._memory.is_stone_known(kept)


class MemoryForgets:
    """Where cases are forgotten, as by a superuser, whom nothing binds."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    def holders(self, case: CaseId) -> frozenset[HolderCode]:
        kept = self._kept.cases.get(case)
        return kept.case.holdings.holders if kept else frozenset()

    def forget(self, case: CaseId, agreed: ProposalId) -> None:
        forget(self._kept, case, agreed)

    def add(self, kept: KeptTombstone) -> None:
        self._kept.tombstones[kept.stone.case] = kept


def forget(kept: Kept, case: CaseId, agreed: ProposalId) -> None:
    """Nothing is kept of the case but the proposal on which two people agreed, without its words."""
    kept.tags = frozenset(each for each in kept.tags if each[0] != case)
    kept.wraps = tuple(wrap for wrap in kept.wraps if wrap.case != case)
    kept.values = {id_: value for id_, value in kept.values.items() if value.case != case}
    kept.keys = {place: key for place, key in kept.keys.items() if key.case != case}
    kept.files = {file: held for file, held in kept.files.items() if held[0] != case}
    kept.holdings = {place: held for place, held in kept.holdings.items() if held.case != case}
    kept.transfers = {id_: of for id_, of in kept.transfers.items() if of.transfer.case != case}
    kept.holds = {id_: of for id_, of in kept.holds.items() if of.hold.case != case}
    others = _others(kept, case, agreed)
    kept.proposals = {
        id_: replace(of, words=None) if id_ == agreed else of for id_, of in kept.proposals.items() if id_ not in others
    }
    del kept.cases[case]


def _others(kept: Kept, case: CaseId, agreed: ProposalId) -> frozenset[ProposalId]:
    """What else was proposed about the case."""
    return frozenset(each for each, of in kept.proposals.items() if of.proposal.case == case and each != agreed)
