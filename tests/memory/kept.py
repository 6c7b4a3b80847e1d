"""What is kept in memory, and who may know of it."""

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field, fields
from typing import TypeVar
from uuid import UUID

from casetrack.crypto.keyring import SealedKeyset
from casetrack.crypto.wraps import Wrap
from casetrack.domain.actors import Role
from casetrack.domain.case import Case
from casetrack.domain.holders import AUDIT_DESK, Holder
from casetrack.domain.holdings import STRAND_PARTS, Holdings, Part, Strand
from casetrack.domain.ids import (
    AccountId,
    CaseId,
    FileId,
    HolderCode,
    HoldId,
    Instant,
    ProposalId,
    SessionId,
    TransferId,
)
from casetrack.domain.proposals import Proposal, ProposalKind
from casetrack.domain.references import Pseudonym
from casetrack.domain.transfer import Transfer
from casetrack.services.approvals import KeptHold, KeptProposal, KeptTombstone
from casetrack.services.limits import Raise, Spent
from casetrack.services.lists import PAGE_SIZE, Page
from casetrack.services.people import Account, Link, Session, Token
from casetrack.services.ports import (
    CaseKey,
    IndexTag,
    JournalEntry,
    KeptCase,
    KeptHolding,
    KeptTransfer,
    Scope,
    SealedValue,
)
from casetrack.services.unsent import Draft

Card = TypeVar("Card")


@dataclass
class Kept:
    """Everything that is kept. What is in a table never changes: a change is a new thing in its place."""

    holders: dict[HolderCode, Holder] = field(default_factory=dict)
    keysets: dict[tuple[str, int], SealedKeyset] = field(default_factory=dict)
    destroyed: dict[tuple[str, int], ProposalId] = field(default_factory=dict)
    """On which proposal each version of keys was destroyed."""
    accounts: dict[AccountId, Account] = field(default_factory=dict)
    tokens: dict[UUID, Token] = field(default_factory=dict)
    sessions: dict[SessionId, Session] = field(default_factory=dict)
    signed_in: dict[AccountId, Instant] = field(default_factory=dict)
    """When each account was last signed in to."""
    failures: dict[UUID, tuple[bytes, Instant]] = field(default_factory=dict)
    refused: frozenset[tuple[bytes, Instant]] = frozenset()
    """The failures after which a try was refused for coming too soon."""
    links: dict[bytes, Link] = field(default_factory=dict)
    shifts: dict[AccountId, tuple[str, Instant]] = field(default_factory=dict)
    answers: dict[tuple[bytes, AccountId], bytes] = field(default_factory=dict)
    drafts: dict[tuple[AccountId, str], Draft] = field(default_factory=dict)
    cases: dict[CaseId, KeptCase] = field(default_factory=dict)
    holdings: dict[tuple[CaseId, int], KeptHolding] = field(default_factory=dict)
    transfers: dict[TransferId, KeptTransfer] = field(default_factory=dict)
    keys: dict[tuple[CaseId, int], CaseKey] = field(default_factory=dict)
    wraps: tuple[Wrap, ...] = ()
    values: dict[UUID, SealedValue] = field(default_factory=dict)
    tags: frozenset[tuple[CaseId, Part, IndexTag]] = frozenset()
    uses: dict[UUID, tuple[AccountId, Spent, Instant]] = field(default_factory=dict)
    """What each account was shown, and when."""
    raises: dict[UUID, Raise] = field(default_factory=dict)
    files: dict[FileId, tuple[CaseId, Part, tuple[bytes, ...]]] = field(default_factory=dict)
    """The case of each file, the part that it lies with, and its chunks."""
    proposals: dict[ProposalId, KeptProposal] = field(default_factory=dict)
    holds: dict[HoldId, KeptHold] = field(default_factory=dict)
    tombstones: dict[CaseId, KeptTombstone] = field(default_factory=dict)
    founding: tuple[JournalEntry, ...] = ()
    """What the journal says of how the deployment began."""
    entries: tuple[JournalEntry, ...] = ()
    """What it says of everything since."""
    leaves: tuple[bytes, ...] = ()
    signed: tuple[int, Instant | None] = (0, None)
    """How many of the leaves the newest checkpoint has signed, and when."""

    def copy(self) -> "Kept":
        """The same things in tables of their own."""
        return Kept(**{each.name: copy(getattr(self, each.name)) for each in fields(self)})


class Memory:
    """What is kept, and the scope of whoever acts now."""

    def __init__(self) -> None:
        """Nothing is kept yet, and nobody acts."""
        self.kept = Kept()
        self.scope: Scope | None = None
        self.accepted: set[TransferId] = set()
        """The offers that this transaction has accepted."""

    @property
    def acting(self) -> Scope:
        """Who acts."""
        if self.scope is None:
            raise RuntimeError("nobody said who is acting")
        return self.scope

    def goes_on(self, scope: Scope) -> bool:
        """What the actor comes by still lets them in; whoever comes by nothing needs no leave."""
        if scope.session is None:
            return True
        account = self.kept.accounts.get(scope.account) if scope.account else None
        session = self.kept.sessions.get(SessionId(scope.session))
        token = self.kept.tokens.get(scope.session)
        by = session or (token if token and token.revoked_at is None else None)
        if account is None or by is None or account.closed_at is not None:
            return False
        return (by.account, by.epoch) == (account.id, account.epoch)

    @property
    def caseworker(self) -> HolderCode | None:
        """The holder whose cases the actor works with; None of the roles that work with none."""
        scope = self.acting
        if scope.holder is None:
            raise RuntimeError("nobody is known yet")
        return scope.holder if scope.role is not None and scope.role.is_caseworker else None

    def holdings(self, case: CaseId) -> Holdings:
        """The holdings of a case that is kept; none of one that is not."""
        kept = self.kept.cases.get(case)
        return kept.case.holdings if kept else Holdings(())

    def parts_held(self, case: CaseId) -> frozenset[Part]:
        """The parts of the case that the actor's holder has now."""
        holder = self.caseworker
        return self.holdings(case).parts_of(holder) if holder is not None else frozenset()

    def parts_taken(self, case: CaseId) -> Mapping[Part, Transfer]:
        """The parts that an offer to the actor's holder moves which this transaction has accepted, and which offer.

        With any strand moves the identity; the safe address, with support or with the only strand that there is.
        """
        has_support = any(row.part is Part.SUPPORT for row in self.holdings(case).rows)
        taken: dict[Part, Transfer] = {}
        for offer in (kept.transfer for kept in self.kept.transfers.values()):
            if offer.case == case and offer.id in self.accepted and offer.to_holder == self.caseworker:
                taken |= dict.fromkeys((STRAND_PARTS[strand] for strand in offer.strands), offer)
                taken |= {Part.IDENTITY: offer} if offer.strands else {}
                moves_address = Strand.SUPPORT in offer.strands or (offer.strands and not has_support)
                taken |= {Part.SAFE_ADDRESS: offer} if moves_address else {}
        return taken

    def parts_at_hand(self, case: CaseId) -> frozenset[Part]:
        """The parts that it opens: those that it has, and those that it is taking over."""
        return self.parts_held(case) | frozenset(self.parts_taken(case))

    def is_held(self, case: CaseId) -> bool:
        """The actor's holder has any of the case now."""
        return bool(self.parts_held(case))

    def is_at_hand(self, case: CaseId) -> bool:
        """Or is taking it over."""
        return bool(self.parts_at_hand(case))

    def left_at(self, case: CaseId) -> Instant | None:
        """When the last of what the actor's holder had of the case went; None if it has any yet, or never had."""
        own = [row for row in self.holdings(case).rows if row.holder == self.caseworker]
        ended = [row.until for row in own if row.until is not None]
        return max(ended) if ended and len(ended) == len(own) else None

    def stub(self, case: CaseId) -> tuple[KeptHolding, ...]:
        """What the actor's holder still knows of a case that it passed on: its own holdings, and who leads now."""
        if self.left_at(case) is None:
            return ()
        kept = (each for (of, _), each in sorted(self.kept.holdings.items()) if of == case)
        return tuple(
            each
            for each in kept
            if each.holding.holder == self.caseworker or (each.holding.is_open and each.holding.number)
        )

    def goes_by(self, case: Case) -> Pseudonym:
        """What the actor's holder calls a case that it has, is being offered or had: of a stub, what it was then."""
        offers = (kept.transfer for kept in self.kept.transfers.values() if kept.transfer.case == case.id)
        is_offered = any(offer.to_holder == self.caseworker and offer.state.is_open for offer in offers)
        last = self.left_at(case.id)
        if last is None or is_offered or self.is_at_hand(case.id):
            return case.pseudonym
        return next(each.pseudonym for each in self.stub(case.id) if each.pseudonym and each.holding.until == last)

    def is_transfer_known(self, transfer: Transfer) -> bool:
        """The actor's holder is a side of the transfer, or has its case now."""
        sides = (transfer.from_holder, transfer.to_holder)
        return self.caseworker is not None and (self.caseworker in sides or self.is_held(transfer.case))

    def is_side(self, proposal: Proposal) -> bool:
        """The actor's holder is that of one of the two people; of what is about keys, to an administrator.

        An enquiry, to the auditors of the audit desk.
        """
        if proposal.kind is ProposalKind.DESTRUCTION:
            return self.acting.role is Role.ADMINISTRATOR and self.acting.holder in proposal.sides
        if proposal.kind is ProposalKind.ENQUIRY:
            return self.acting.role is Role.AUDITOR and self.acting.holder == AUDIT_DESK
        return self.caseworker is not None and self.caseworker in proposal.sides

    def is_stone_known(self, kept: KeptTombstone) -> bool:
        """The actor is a supervisor of who was responsible last, or was one of the two people."""
        two = (kept.stone.proposed_by, kept.stone.approved_by)
        in_role = self.acting.role is Role.SUPERVISOR or self.acting.account in two
        return in_role and self.caseworker is not None and self.caseworker in kept.stone.holders


def page_of(items: Iterable[Card], *, number: int, size: int = PAGE_SIZE) -> Page[Card]:
    """That page of the items."""
    every = tuple(items)
    number = max(1, number)
    return Page(every[(number - 1) * size : number * size], number, len(every), size)
