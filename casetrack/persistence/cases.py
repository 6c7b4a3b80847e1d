"""Cases: the case, its holdings and what was recorded of its milestones."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    Computed,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Text,
    UniqueConstraint,
    Uuid,
    column,
    func,
    insert,
    select,
    table,
    text,
    update,
)
from sqlalchemy.engine import Row as Found
from sqlalchemy.orm import Mapped, Session, mapped_column

from casetrack.crypto.seals import Seal
from casetrack.domain.case import AgeGroup, Areas, Case, IdentityState, Status
from casetrack.domain.errors import Stale
from casetrack.domain.holdings import Holding, Holdings, Part, Strand
from casetrack.domain.ids import AccountId, CaseId, HolderCode, TransferId
from casetrack.domain.records import Recorded, RecordState
from casetrack.domain.references import Pseudonym, Reference
from casetrack.persistence.db import Row, Sealed, changed_rows, seal_columns, signature_columns
from casetrack.persistence.keys import CaseKeyRow
from casetrack.persistence.refusals import refusing
from casetrack.persistence.types import InstantType
from casetrack.services.ports import CaseKey, KeptCase, KeptHolding, NamedCase, Outlook


class CaseRow(Sealed, Row):
    """A case as it stands, with what lists show of it."""

    __tablename__ = "cases"
    __table_args__ = (
        ForeignKeyConstraint(["seal_holder", "seal_keyset"], ["keysets.holder", "keysets.version"]),
        Index("uq_cases_open_pseudonym", "pseudonym", unique=True, postgresql_where=text("status = 'open'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    pseudonym: Mapped[str]
    version: Mapped[int]
    status: Mapped[Status]
    close_reason: Mapped[str | None]
    opened_at: Mapped[datetime]
    nation: Mapped[str]
    age_group: Mapped[AgeGroup]
    identity: Mapped[IdentityState]
    exploitation: Mapped[str | None] = mapped_column(ForeignKey("holders.code"))
    home: Mapped[str | None] = mapped_column(ForeignKey("holders.code"))
    encounter: Mapped[str | None] = mapped_column(ForeignKey("holders.code"))
    support_worker: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"))
    investigation_worker: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"))
    phase: Mapped[str]
    due_support: Mapped[date | None]
    due_investigation: Mapped[date | None]
    milestone_support: Mapped[str | None]
    milestone_investigation: Mapped[str | None]
    do_now_support: Mapped[bool]
    do_now_investigation: Mapped[bool]
    waiting: Mapped[bool]
    high_risk: Mapped[bool]


class HoldingRow(Row):
    """One holder's time with one part of a case."""

    __tablename__ = "holdings"
    __table_args__ = (
        UniqueConstraint("case_id", "part", "number", name="uq_holdings_number"),
        UniqueConstraint("case_id", "part", "number", "since", name="uq_holdings_begun"),
        UniqueConstraint("case_id", "part", "number", "until", name="uq_holdings_ended"),
        ForeignKeyConstraint(
            ["case_id", "part", "before", "since"],
            ["holdings.case_id", "holdings.part", "holdings.number", "holdings.until"],
            name="fk_holdings_before",
            deferrable=True,
            initially="DEFERRED",
        ),
        ForeignKeyConstraint(
            ["case_id", "part", "after", "until"],
            ["holdings.case_id", "holdings.part", "holdings.number", "holdings.since"],
            name="fk_holdings_after",
            deferrable=True,
            initially="DEFERRED",
        ),
        ForeignKeyConstraint(
            ["via", "case_id", "holder", "accepted"],
            ["transfers.id", "transfers.case_id", "transfers.to_holder", "transfers.state"],
            name="fk_holdings_via",
            deferrable=True,
            initially="DEFERRED",
        ),
        ForeignKeyConstraint(["seal_holder", "seal_keyset"], ["keysets.holder", "keysets.version"]),
        Index(
            "uq_holdings_open_lead",
            *("case_id", "part"),
            unique=True,
            postgresql_where=text("until IS NULL AND number IS NOT NULL"),
        ),
        Index("uq_holdings_open", "case_id", "part", "holder", unique=True, postgresql_where=text("until IS NULL")),
        Index("ix_holdings_holder", "holder", "case_id"),
    )

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    part: Mapped[Part]
    holder: Mapped[str] = mapped_column(ForeignKey("holders.code"))
    number: Mapped[int | None]
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    via: Mapped[UUID | None]
    pseudonym: Mapped[str | None]
    before: Mapped[int | None] = mapped_column(
        Computed("CASE WHEN number > 1 THEN number - 1 ELSE NULL::integer END", persisted=True)
    )
    after: Mapped[int | None] = mapped_column(
        Computed("CASE WHEN until IS NOT NULL THEN number + 1 ELSE NULL::integer END", persisted=True)
    )
    accepted: Mapped[str | None] = mapped_column(Computed("'accepted'::text", persisted=True))
    seal_holder: Mapped[str]
    seal_keyset: Mapped[int]
    seal_signature: Mapped[bytes]


class RecordRow(Row):
    """One record of a milestone or a dated fact."""

    __tablename__ = "milestone_records"
    __table_args__ = (UniqueConstraint("case_id", "position", name="uq_milestone_records_position"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    position: Mapped[int]
    code: Mapped[str]
    state: Mapped[RecordState]
    outcome: Mapped[str | None]
    at: Mapped[datetime]
    recorded_at: Mapped[datetime]


DIGESTS = table("value_digests", column("id"), column("case_id"), column("digest"), column("superseded"))
"""What the seal covers of the sealed values, for everybody who has any part of the case."""
GONE: Final = b""
"""The digest of a value of which the database says none, which it does only if somebody changed the table."""

STUBS: Final = table(
    "stubs",
    column("case_id", Uuid()),
    column("reference", Text()),
    column("opened_at", InstantType()),
    column("pseudonym", Text()),
)
"""What the cases went by that the actor's holder passed on."""

AUDITED: Final = table(
    "holdings_audited",
    *(column(name, of.type) for name, of in HoldingRow.__table__.c.items() if of.computed is None),
    column("reference", Text()),
    column("opened_at", InstantType()),
)
"""The holdings that an auditor may know of, with what a seal of theirs covers of their case."""

NAMES: Final = table("case_names", column("id", Uuid()), column("reference", Text()), column("pseudonym", Text()))
"""What the cases go by that the actor's holder has, is being offered or had."""


class SqlCases:
    """Cases, in their tables."""

    def __init__(self, session: Session) -> None:
        """Work in that session's transaction."""
        self._session = session

    def find(self, reference: Reference) -> CaseId | None:
        """The case of that reference, if the actor's holder has any of it."""
        found = self._session.scalar(select(CaseRow.id).where(CaseRow.reference == reference))
        return CaseId(found) if found else None

    def get(self, case: CaseId, *, lock: bool) -> KeptCase | None:
        """The case; locked until the end of the transaction if it is to be changed.

        The lock is taken first and the case read after, so that whoever had to wait reads what came of it.
        """
        if lock:
            self._session.execute(select(CaseRow.id).where(CaseRow.id == case).with_for_update())
        return next(iter(self.all_of([case])), None)

    def all_of(self, cases: Sequence[CaseId]) -> tuple[KeptCase, ...]:
        """Those of the cases that the actor's holder has any of, in the same number of statements whatever theirs."""
        rows = self._session.scalars(select(CaseRow).where(CaseRow.id.in_(cases)).order_by(CaseRow.id)).all()
        holdings, records, keys = (
            _by_case(self._session.scalars(select(kind).where(kind.case_id.in_(cases)).order_by(place)))
            for kind, place in (
                (HoldingRow, HoldingRow.position),
                (RecordRow, RecordRow.position),
                (CaseKeyRow, CaseKeyRow.number),
            )
        )
        sealed = select(DIGESTS).where(DIGESTS.c.case_id.in_(cases)).order_by(DIGESTS.c.id)
        values = _by_case(self._session.execute(sealed))
        return tuple(
            KeptCase(
                case_from(row, map(holding_from, holdings[row.id]), map(record_from, records[row.id])),
                row.seal(),
                tuple(map(key_from, keys[row.id])),
                tuple((value.id, value.digest or GONE, value.superseded) for value in values[row.id]),
                outlook_from(row),
            )
            for row in rows
        )

    def stub(self, reference: Reference) -> tuple[KeptHolding, ...]:
        """What the actor's holder still knows of a case that it passed on; nothing of any other."""
        known = (
            select(HoldingRow, STUBS.c.reference, STUBS.c.opened_at)
            .join(STUBS, STUBS.c.case_id == HoldingRow.case_id)
            .where(STUBS.c.reference == reference)
            .order_by(HoldingRow.position)
        )
        return tuple(
            kept_holding_from(found.HoldingRow, found.reference, found.opened_at)
            for found in self._session.execute(known)
        )

    def audited(self, reference: Reference) -> tuple[KeptHolding, ...]:
        """Who was responsible for the case, each holding as it was sealed, for an auditor."""
        known = select(AUDITED).where(AUDITED.c.reference == reference).order_by(AUDITED.c.position)
        return tuple(
            kept_holding_from(found, found.reference, found.opened_at) for found in self._session.execute(known)
        )

    def add(self, kept: KeptCase, changed: Sequence[tuple[Holding, Seal]]) -> None:
        """A new case is kept."""
        case = kept.case
        with refusing():
            self._session.execute(
                insert(CaseRow).values(
                    id=case.id,
                    reference=case.reference,
                    opened_at=case.opened_at,
                    **_changing(kept),
                )
            )
            self._keep_holdings(case, changed)
            self._add_records(case, 0)

    def put(self, kept: KeptCase, changed: Sequence[tuple[Holding, Seal]]) -> None:
        """The case is kept as it stands; `Stale` if its kept version is not the one that was loaded."""
        case = kept.case
        loaded = (CaseRow.id == case.id, CaseRow.version == case.loaded_version)
        with refusing():
            # The holdings first: only who has the case now changes it, and by a hand-off that is who is taking it.
            self._keep_holdings(case, changed)
            if changed_rows(self._session, update(CaseRow).where(*loaded).values(**_changing(kept))) != 1:
                raise Stale
            kept_before = self._session.scalar(select(func.count()).where(RecordRow.case_id == case.id))
            self._add_records(case, kept_before or 0)

    def lock_if_free(self, case: CaseId) -> bool:
        """The case is nobody else's to change until the end; False if somebody is changing it already."""
        free = select(CaseRow.id).where(CaseRow.id == case).with_for_update(skip_locked=True)
        return self._session.scalar(free) is not None

    def begun_under(self, holder: HolderCode, before: int, *, of: CaseId | None = None) -> tuple[NamedCase, ...]:
        """The cases of which the holder came by a part that it has under a version of its keyset before that one."""
        older = (HoldingRow.holder == holder, HoldingRow.until.is_(None), HoldingRow.seal_keyset < before)
        held = select(HoldingRow.case_id).where(*older)
        named = select(CaseRow.id, CaseRow.reference).where(CaseRow.id.in_(held)).order_by(CaseRow.id)
        found = self._session.execute(named if of is None else named.where(CaseRow.id == of))
        return tuple(NamedCase(CaseId(row.id), Reference(row.reference)) for row in found)

    def pseudonym_is_taken(self, pseudonym: Pseudonym) -> bool:
        """True if an open case, anywhere, goes by that name."""
        return bool(self._session.scalar(select(func.pseudonym_is_taken(pseudonym))))

    def _keep_holdings(self, case: Case, changed: Sequence[tuple[Holding, Seal]]) -> None:
        """First what has ended, then what has begun, so that no strand has two leads in between."""
        places = {holding: place for place, holding in enumerate(case.holdings.rows)}
        for holding, seal in changed:
            if holding.until is not None:
                ended = update(HoldingRow).where(
                    HoldingRow.case_id == case.id,
                    HoldingRow.position == places[holding],
                    HoldingRow.until.is_(None),
                )
                now = {"until": holding.until, "pseudonym": case.pseudonym, **signature_columns(seal)}
                if changed_rows(self._session, ended.values(**now)) != 1:
                    raise Stale
        begun = [
            _holding_columns(case.id, places[holding], holding, seal)
            for holding, seal in changed
            if holding.until is None
        ]
        if begun:
            self._session.execute(insert(HoldingRow), begun)

    def _add_records(self, case: Case, kept_before: int) -> None:
        """Records are only ever added, at the end."""
        new = [
            {
                "id": record.id,
                "case_id": case.id,
                "position": place,
                "code": record.code,
                "state": record.state,
                "outcome": record.outcome,
                "at": record.at,
                "recorded_at": record.recorded_at,
            }
            for place, record in enumerate(case.records)
            if place >= kept_before
        ]
        if new:
            self._session.execute(insert(RecordRow), new)


def _changing(kept: KeptCase) -> dict[str, Any]:
    """The columns that change from version to version, and the seal over all of them."""
    case = kept.case
    return {
        "pseudonym": case.pseudonym,
        "version": case.version,
        "status": case.status,
        "close_reason": case.close_reason,
        "nation": case.nation,
        "age_group": case.age_group,
        "identity": case.identity,
        "exploitation": case.areas.exploitation,
        "home": case.areas.home,
        "encounter": case.areas.encounter,
        "support_worker": case.workers.get(Strand.SUPPORT),
        "investigation_worker": case.workers.get(Strand.INVESTIGATION),
        **asdict(kept.outlook),
        **seal_columns(kept.seal),
    }


def _holding_columns(case: CaseId, place: int, holding: Holding, seal: Seal) -> dict[str, Any]:
    return {
        "case_id": case,
        "position": place,
        "part": holding.part,
        "holder": holding.holder,
        "number": holding.number,
        "since": holding.since,
        "until": None,
        "via": holding.via,
        **signature_columns(seal),
    }


def _by_case(rows: Iterable[Any]) -> Mapping[UUID, list[Any]]:
    of_case: dict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        of_case[row.case_id].append(row)
    return of_case


def case_from(row: CaseRow, holdings: Iterable[Holding], records: Iterable[Recorded]) -> Case:
    """The case that those rows keep."""
    workers = {Strand.SUPPORT: row.support_worker, Strand.INVESTIGATION: row.investigation_worker}
    return Case(
        id=CaseId(row.id),
        reference=Reference(row.reference),
        pseudonym=Pseudonym(row.pseudonym),
        version=row.version,
        status=row.status,
        close_reason=row.close_reason,
        opened_at=row.opened_at,
        nation=row.nation,
        age_group=row.age_group,
        identity=row.identity,
        areas=Areas(_code(row.exploitation), _code(row.home), _code(row.encounter)),
        holdings=Holdings(tuple(holdings)),
        workers={strand: AccountId(worker) for strand, worker in workers.items() if worker},
        records=tuple(records),
    )


def outlook_from(row: CaseRow) -> Outlook:
    """What lists show of the case that the row keeps."""
    return Outlook(**{each.name: getattr(row, each.name) for each in fields(Outlook)})


def _code(code: str | None) -> HolderCode | None:
    return HolderCode(code) if code else None


def holding_from(row: HoldingRow | Found[Any]) -> Holding:
    """The holding that the row keeps."""
    via = TransferId(row.via) if row.via else None
    return Holding(row.part, HolderCode(row.holder), row.number, row.since, row.until, via)


def kept_holding_from(row: HoldingRow | Found[Any], reference: str, opened_at: datetime) -> KeptHolding:
    """The holding that the row keeps, of the case that goes by that reference, with its own seal."""
    return KeptHolding(
        case=CaseId(row.case_id),
        reference=Reference(reference),
        opened_at=opened_at,
        position=row.position,
        holding=holding_from(row),
        pseudonym=Pseudonym(row.pseudonym) if row.pseudonym is not None else None,
        seal=Seal(row.seal_holder, row.seal_keyset, row.seal_signature),
    )


def record_from(row: RecordRow) -> Recorded:
    """The record that the row keeps."""
    return Recorded(row.code, row.state, row.outcome, row.at, row.recorded_at, row.id)


def key_from(row: CaseKeyRow) -> CaseKey:
    """What the row keeps of a data key."""
    return CaseKey(CaseId(row.case_id), row.part, row.number, row.commitment, row.retired)
