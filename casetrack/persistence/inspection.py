"""Reads everything that is kept and signed, for verifying: as the role that may read all of that, and change nothing.

One transaction, so that what is read is one instant; nothing is held in memory but the rows of one case.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from psycopg.errors import QueryCanceled
from sqlalchemy import Engine, LargeBinary, ScalarSelect, Select, func, literal_column, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.engine import Row as Found
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import InstrumentedAttribute, Session

from casetrack.crypto.keysets import PublicKeyset
from casetrack.domain.actions import Action
from casetrack.domain.errors import Unavailable
from casetrack.persistence.accounts import ACCOUNT_SIGNED, AccountRow, TokenRow, signed_account_from, token_from
from casetrack.persistence.cases import (
    GONE,
    CaseRow,
    HoldingRow,
    RecordRow,
    case_from,
    holding_from,
    kept_holding_from,
    key_from,
    outlook_from,
    record_from,
)
from casetrack.persistence.db import Row
from casetrack.persistence.files import FileChunkRow
from casetrack.persistence.holds import HoldRow, hold_from
from casetrack.persistence.journal import EventRow, ShownRow
from casetrack.persistence.keys import CaseKeyRow, KeysetRow
from casetrack.persistence.log import CheckpointRow, LeafRow, QueueRow
from casetrack.persistence.proposals import ProposalRow, proposal_from
from casetrack.persistence.refusals import refusing
from casetrack.persistence.tombstones import TombstoneRow, tombstone_from
from casetrack.persistence.transfers import TransferRow, kept_from
from casetrack.persistence.values import DIGEST, SealedValueRow
from casetrack.services.approvals import KeptHold, KeptProposal, KeptTombstone
from casetrack.services.evidence import KeptAccount, KeptDestruction, KeptEvent, KeptFile, OutOfTime
from casetrack.services.people import Token
from casetrack.services.ports import KeptCase, KeptHolding, KeptTransfer

AT_A_TIME: Final = 500


def _shown(column: InstrumentedAttribute[Any]) -> ScalarSelect[Any]:
    """What an event's list showed, in its order."""
    in_order = func.array_agg(aggregate_order_by(column, ShownRow.position))
    return select(in_order).where(ShownRow.event == EventRow.id).scalar_subquery()


EVENTS: Final = (
    select(
        EventRow,
        _shown(ShownRow.case_id).label("shown_cases"),
        _shown(ShownRow.salt).label("shown_salts"),
        LeafRow.leaf,
        LeafRow.number,
        QueueRow.queued_at,
    )
    .join(LeafRow, LeafRow.event == EventRow.id, isouter=True)
    .join(QueueRow, QueueRow.event == EventRow.id, isouter=True)
)
"""Events with all that belongs to each."""


@contextmanager
def inspecting(engine: Engine) -> Iterator["SqlEvidence"]:
    """Everything that is kept, as it is at this instant, over an engine of the role `casetrack_auditor`."""
    one_instant = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    with refusing(), Session(one_instant, autoflush=False) as session:
        try:
            yield SqlEvidence(session)
        except OutOfTime:
            raise Unavailable from None


class SqlEvidence:
    """Everything that is kept and signed, from its tables."""

    def __init__(self, session: Session) -> None:
        """Read in that session's transaction."""
        self._session = session

    def checkpoints(self) -> Iterator[str]:
        """The signed notes, the oldest first."""
        for row in self.lined(select(CheckpointRow.note).order_by(CheckpointRow.size)):
            yield row.note

    def leaves(self) -> Iterator[tuple[int, UUID, bytes]]:
        """Each leaf with its number and the event that it is said to be of, in the order of the numbers."""
        for row in self.lined(select(LeafRow.number, LeafRow.event, LeafRow.leaf).order_by(LeafRow.number)):
            yield row.number, row.event, row.leaf

    def orphans(self) -> Iterator[UUID]:
        """The events that a leaf is said to be of, and that are not there."""
        gone = ~select(EventRow.id).where(EventRow.id == LeafRow.event).exists()
        for row in self.lined(select(LeafRow.event).where(gone).order_by(LeafRow.number)):
            yield row.event

    def events(self) -> Iterator[KeptEvent]:
        """Every event: by case, and of each case its changes first, in the order of their versions."""
        in_order = (EventRow.case_id.nulls_last(), EventRow.case_version.nulls_last(), EventRow.id)
        for row in self.lined(EVENTS.order_by(*in_order)):
            yield _event(row)

    def events_of(self, actions: Collection[Action]) -> Iterator[KeptEvent]:
        """The events of those actions, in no order."""
        for row in self.lined(EVENTS.where(EventRow.action.in_([action.value for action in actions]))):
            yield _event(row)

    def cases(self) -> Iterator[KeptCase]:
        """Every case, with the digest of each sealed value made of its row as it is now, not when it was kept."""
        digest = literal_column(DIGEST, LargeBinary).label("digest")
        values = select(SealedValueRow.id, SealedValueRow.case_id, digest, SealedValueRow.superseded)
        holdings = self._by_case(HoldingRow, HoldingRow.position)
        records = self._by_case(RecordRow, RecordRow.position)
        keys = self._by_case(CaseKeyRow, CaseKeyRow.number)
        digests = _ByCase(self.lined(values.order_by(SealedValueRow.case_id, SealedValueRow.id)))
        for found in self.lined(select(CaseRow).order_by(CaseRow.id)):
            row: CaseRow = found.CaseRow
            held = [holding_from(each.HoldingRow) for each in holdings.of(row.id)]
            recorded = [record_from(each.RecordRow) for each in records.of(row.id)]
            yield KeptCase(
                case_from(row, held, recorded),
                row.seal(),
                tuple(key_from(each.CaseKeyRow) for each in keys.of(row.id)),
                tuple((each.id, each.digest or GONE, each.superseded) for each in digests.of(row.id)),
                outlook_from(row),
            )

    def holdings(self) -> Iterator[KeptHolding]:
        """Every holding, of each case in the order in which they began."""
        listed = (
            select(HoldingRow, CaseRow.reference, CaseRow.opened_at)
            .join(CaseRow, CaseRow.id == HoldingRow.case_id)
            .order_by(HoldingRow.case_id, HoldingRow.position)
        )
        for found in self.lined(listed):
            yield kept_holding_from(found.HoldingRow, found.reference, found.opened_at)

    def transfers(self) -> Iterator[KeptTransfer]:
        """Every transfer."""
        for found in self.lined(select(TransferRow).order_by(TransferRow.id)):
            yield kept_from(found.TransferRow)

    def proposals(self) -> Iterator[KeptProposal]:
        """Every proposal."""
        for found in self.lined(select(ProposalRow).order_by(ProposalRow.id)):
            yield proposal_from(found.ProposalRow)

    def holds(self) -> Iterator[KeptHold]:
        """Every legal hold."""
        for found in self.lined(select(HoldRow).order_by(HoldRow.id)):
            yield hold_from(found.HoldRow)

    def tombstones(self) -> Iterator[KeptTombstone]:
        """What is left of every case that was erased."""
        for found in self.lined(select(TombstoneRow).order_by(TombstoneRow.case_id)):
            yield tombstone_from(found.TombstoneRow)

    def attached(self) -> Iterator[KeptFile]:
        """Every file, with the SHA-256 of each chunk made of its row as it is now, not when it was kept."""
        hashed = func.sha256(FileChunkRow.sealed).label("hash")
        listed = select(FileChunkRow.file_id, FileChunkRow.case_id, hashed).order_by(
            FileChunkRow.file_id, FileChunkRow.case_id, FileChunkRow.number
        )
        for (file, case), chunks in groupby(self.lined(listed), key=lambda row: (row.file_id, row.case_id)):
            yield KeptFile(file, case, tuple(chunk.hash for chunk in chunks))

    def accounts(self) -> Iterator[KeptAccount]:
        """Every account, of whose password this role reads a digest of the hash alone."""
        for row in self.lined(select(*ACCOUNT_SIGNED).order_by(AccountRow.id)):
            yield signed_account_from(row)

    def tokens(self) -> Iterator[Token]:
        """Every token."""
        for found in self.lined(select(TokenRow).order_by(TokenRow.id)):
            yield token_from(found.TokenRow)

    def destructions(self) -> Iterator[KeptDestruction]:
        """Every version of a holder's keys whose private half is gone. This role reads no more of it."""
        gone = select(KeysetRow.holder, KeysetRow.version, KeysetRow.agreed).where(KeysetRow.destroyed)
        for row in self.lined(gone.order_by(KeysetRow.holder, KeysetRow.version)):
            yield KeptDestruction(row.holder, row.version, row.agreed)

    def keysets(self) -> Mapping[str, tuple[PublicKeyset, ...]]:
        """The public keysets of every holder, each in the order of their versions."""
        public = select(
            KeysetRow.holder, KeysetRow.version, KeysetRow.kem_public, KeysetRow.sign_public, KeysetRow.certificate
        )
        rows = self.lined(public.order_by(KeysetRow.holder, KeysetRow.version))
        return {
            holder: tuple(
                PublicKeyset(row.holder, row.version, row.kem_public, row.sign_public, row.certificate) for row in chain
            )
            for holder, chain in groupby(rows, key=lambda row: str(row.holder))
        }

    def _by_case(self, kind: type[Row], place: InstrumentedAttribute[int]) -> "_ByCase":
        of_case = kind.__table__.c.case_id
        return _ByCase(self.lined(select(kind, of_case).order_by(of_case, place)))

    def lined(self, listed: Select[*tuple[Any, ...]]) -> Iterator[Found[*tuple[Any, ...]]]:
        """The rows as they are asked for, a few at a time; `OutOfTime` where a statement takes longer than it may."""
        try:
            with self._session.execute(listed.execution_options(yield_per=AT_A_TIME)) as rows:
                yield from rows
        except OperationalError as error:
            if isinstance(error.orig, QueryCanceled):
                raise OutOfTime from None
            raise


class _ByCase:
    """Rows in the order of their cases, handed out case by case."""

    def __init__(self, rows: Iterator[Found[*tuple[Any, ...]]]) -> None:
        self._groups = groupby(rows, key=lambda row: row.case_id)
        self._next = next(self._groups, None)

    def of(self, case: UUID) -> list[Found[*tuple[Any, ...]]]:
        """The rows of that case, which comes after every case that was asked for before."""
        while self._next is not None and self._next[0] < case:
            self._next = next(self._groups, None)
        if self._next is None or self._next[0] != case:
            return []
        rows = list(self._next[1])
        self._next = next(self._groups, None)
        return rows


def _event(found: Found[*tuple[Any, ...]]) -> KeptEvent:
    row: EventRow = found.EventRow
    return KeptEvent(
        id=row.id,
        at=row.at,
        time_ms=row.time_ms,
        action=row.action,
        account=row.account,
        holder=row.holder,
        case=row.case_id,
        aggregate=row.aggregate_id,
        case_version=row.case_version,
        step=row.step,
        aspect=row.aspect,
        refusal=row.refusal,
        attempted=row.attempted,
        holders_then=tuple(row.holders_then),
        payload=row.payload,
        salt=row.salt,
        commitment=row.commitment,
        words=row.words,
        shown=tuple(zip(found.shown_cases or (), found.shown_salts or (), strict=True)),
        leaf=found.leaf,
        number=found.number,
        queued_at=found.queued_at,
    )
