"""Proposals: what waits for a second person, and what came of it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, Select, insert, or_, select, text, update
from sqlalchemy.engine import Row as Found
from sqlalchemy.orm import Mapped, Session, mapped_column

from casetrack.domain.errors import Stale
from casetrack.domain.ids import AccountId, CaseId, HolderCode, Instant, ProposalId
from casetrack.domain.proposals import LIFE, Proposal, ProposalKind, ProposalState
from casetrack.domain.references import Pseudonym, Reference
from casetrack.persistence.accounts import AccountRow
from casetrack.persistence.cases import CaseRow
from casetrack.persistence.db import Row, Sealed, changed_rows, seal_columns
from casetrack.persistence.pages import page_of
from casetrack.persistence.refusals import refusing
from casetrack.services.approvals import KeptProposal, ProposalCard
from casetrack.services.lists import Page


class ProposalRow(Sealed, Row):
    """A proposal as it stands. The case that it is about may be erased by now."""

    __tablename__ = "proposals"
    __table_args__ = (
        ForeignKeyConstraint(["seal_holder", "seal_keyset"], ["keysets.holder", "keysets.version"]),
        Index("ix_proposals_to_holder", "to_holder", "state"),
        Index("ix_proposals_from_holder", "from_holder", "state"),
        Index("ix_proposals_subject", "subject"),
        Index("ix_proposals_enquiry", "proposed_at", postgresql_where=text("kind = 'enquiry'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[ProposalKind]
    subject: Mapped[UUID]
    case_id: Mapped[UUID | None] = mapped_column(index=True)
    version: Mapped[int]
    state: Mapped[ProposalState]
    rule: Mapped[str]
    reason: Mapped[str]
    case_version: Mapped[int | None]
    from_holder: Mapped[str] = mapped_column(ForeignKey("holders.code"))
    to_holder: Mapped[str] = mapped_column(ForeignKey("holders.code"))
    proposed_by: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    proposed_at: Mapped[datetime]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"))
    decided_at: Mapped[datetime | None]
    words: Mapped[bytes | None]
    words_digest: Mapped[bytes]


class SqlProposals:
    """Proposals, in their table."""

    def __init__(self, session: Session) -> None:
        """Work in that session's transaction."""
        self._session = session

    def get(self, proposal: ProposalId, *, lock: bool) -> KeptProposal | None:
        """The proposal; locked until the end of the transaction if it is to be changed."""
        if lock:
            self._session.execute(select(ProposalRow.id).where(ProposalRow.id == proposal).with_for_update())
        row = self._session.scalar(select(ProposalRow).where(ProposalRow.id == proposal))
        return proposal_from(row) if row else None

    def add(self, kept: KeptProposal) -> None:
        """A new proposal is kept."""
        proposal = kept.proposal
        with refusing():
            self._session.execute(
                insert(ProposalRow).values(
                    id=proposal.id,
                    kind=proposal.kind,
                    subject=proposal.subject,
                    case_id=proposal.case,
                    rule=proposal.rule,
                    reason=proposal.reason,
                    case_version=proposal.case_version,
                    from_holder=proposal.from_holder,
                    to_holder=proposal.to_holder,
                    proposed_by=proposal.proposed_by,
                    proposed_at=proposal.proposed_at,
                    words=kept.words,
                    words_digest=kept.words_digest,
                    **_changing(kept),
                )
            )

    def put(self, kept: KeptProposal) -> None:
        """The proposal is kept as it stands; `Stale` if its kept version is not the one that was loaded."""
        proposal = kept.proposal
        loaded = (ProposalRow.id == proposal.id, ProposalRow.version == proposal.loaded_version)
        with refusing():
            if changed_rows(self._session, update(ProposalRow).where(*loaded).values(**_changing(kept))) != 1:
                raise Stale

    def of_case(self, case: CaseId) -> tuple[Proposal, ...]:
        """Every proposal about the case, oldest first."""
        rows = self._session.scalars(
            select(ProposalRow).where(ProposalRow.case_id == case).order_by(ProposalRow.proposed_at, ProposalRow.id)
        )
        return tuple(proposal_from(row).proposal for row in rows)

    def of_subject(self, subject: UUID) -> tuple[Proposal, ...]:
        """Every proposal about that, oldest first."""
        rows = self._session.scalars(
            select(ProposalRow).where(ProposalRow.subject == subject).order_by(ProposalRow.proposed_at, ProposalRow.id)
        )
        return tuple(proposal_from(row).proposal for row in rows)

    def waiting(self, holder: HolderCode, at: Instant, *, page: int) -> Page[ProposalCard]:
        """What waits at that instant for a person of that holder, or was proposed by one: what expires first, first."""
        listed = _cards().where(
            ProposalRow.state == ProposalState.PROPOSED,
            ProposalRow.proposed_at > at - LIFE,
            or_(ProposalRow.to_holder == holder, ProposalRow.from_holder == holder),
        )
        in_order = listed.order_by(ProposalRow.proposed_at, ProposalRow.id)
        return page_of(self._session, in_order, _card, number=page)

    def enquiries(self, *, page: int) -> Page[ProposalCard]:
        """What the auditors of the actor's holder asked about named people, the newest first, however it stands."""
        listed = _cards().where(ProposalRow.kind == ProposalKind.ENQUIRY)
        newest_first = listed.order_by(ProposalRow.proposed_at.desc(), ProposalRow.id)
        return page_of(self._session, newest_first, _card, number=page)


def _changing(kept: KeptProposal) -> Mapping[str, Any]:
    """The columns that change when a proposal is decided on, and the seal over all of them."""
    proposal = kept.proposal
    return {
        "version": proposal.version,
        "state": proposal.state,
        "decided_by": proposal.decided_by,
        "decided_at": proposal.decided_at,
        **seal_columns(kept.seal),
    }


def proposal_from(row: ProposalRow) -> KeptProposal:
    """The proposal that the row keeps, with its seal and the letter to the second person."""
    return replace(wordless_from(row), words=row.words)


def wordless_from(row: ProposalRow) -> KeptProposal:
    """The same for a role that reads no letter."""
    proposal = Proposal(
        id=ProposalId(row.id),
        kind=row.kind,
        subject=row.subject,
        case=CaseId(row.case_id) if row.case_id else None,
        version=row.version,
        state=row.state,
        rule=row.rule,
        reason=row.reason,
        case_version=row.case_version,
        from_holder=HolderCode(row.from_holder),
        to_holder=HolderCode(row.to_holder),
        proposed_by=AccountId(row.proposed_by),
        proposed_at=row.proposed_at,
        decided_by=AccountId(row.decided_by) if row.decided_by else None,
        decided_at=row.decided_at,
    )
    return KeptProposal(proposal, row.seal(), row.words_digest)


def _cards() -> Select[*tuple[Any, ...]]:
    """Proposals, each with what its case goes by and who proposed it."""
    return (
        select(ProposalRow, CaseRow.reference, CaseRow.pseudonym, AccountRow.display_name)
        .join(CaseRow, CaseRow.id == ProposalRow.case_id, isouter=True)
        .join(AccountRow, AccountRow.id == ProposalRow.proposed_by)
    )


def _card(found: Found[Any]) -> ProposalCard:
    row: ProposalRow = found.ProposalRow
    return ProposalCard(
        proposal_from(row).proposal,
        Reference(found.reference) if found.reference else None,
        Pseudonym(found.pseudonym) if found.pseudonym else None,
        found.display_name,
    )
