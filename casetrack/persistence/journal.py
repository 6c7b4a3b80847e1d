"""The journal: events, and the cases that lists showed. What is written is never changed."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeGuard
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Computed,
    ForeignKey,
    Index,
    Insert,
    LargeBinary,
    ScalarSelect,
    Select,
    SQLColumnExpression,
    Subquery,
    Text,
    Uuid,
    and_,
    bindparam,
    column,
    func,
    insert,
    literal,
    not_,
    or_,
    select,
    table,
    text,
    union,
)
from sqlalchemy.dialects.postgresql import JSONB, distinct_on
from sqlalchemy.engine import Row as Found
from sqlalchemy.orm import Mapped, Session, mapped_column

from casetrack.domain.actions import Action
from casetrack.domain.calendars import ONE_DAY, end_of
from casetrack.domain.events import TransferAccepted, TransferDeclined, TransferSeen, TransferSent, TransferWithdrawn
from casetrack.domain.holdings import Strand
from casetrack.domain.ids import AccountId, CaseId, EventId, HolderCode, Instant
from casetrack.domain.proposal_events import (
    HoldLifted,
    HoldSet,
    ProposalApproved,
    ProposalRefused,
    ProposalWithdrawn,
    Proposed,
)
from casetrack.domain.references import Reference
from casetrack.persistence.accounts import AccountRow
from casetrack.persistence.db import Row
from casetrack.persistence.log import LeafRow
from casetrack.persistence.pages import page_of
from casetrack.persistence.refusals import journalling
from casetrack.services.journal import read_detail, read_keyset, read_payload, read_version
from casetrack.services.lists import LYING, MOST_FOUND, PAGE_SIZE, EventCard, LogQuery, Outcome, Page, Unseen
from casetrack.services.ports import Change, JournalEntry, LastChange

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND: Final = timedelta(milliseconds=1)
DIGEST: Final = re.compile("[0-9a-f]{64}")
NAMES_A_WORKER: Final = (
    "case_version IS NOT NULL AND action IN ('case:open', 'case:assign', 'strand:begin', 'transfer:accept')"
)


class EventRow(Row):
    """An event as the log keeps it, with the columns by which it is found."""

    __tablename__ = "events"
    __table_args__ = (
        Index(
            "uq_events_change",
            *("case_id", "case_version"),
            unique=True,
            postgresql_where=text("case_version IS NOT NULL"),
        ),
        Index(
            "uq_events_step",
            *("aggregate_id", "step"),
            unique=True,
            postgresql_where=text("step IS NOT NULL"),
        ),
        Index("ix_events_case_id", "case_id", "at"),
        Index("ix_events_account", "account", "at"),
        Index("ix_events_holder", "holder", "at"),
        Index("ix_events_attempted", "attempted", "at", postgresql_where=text("attempted IS NOT NULL")),
        Index("ix_events_refused", "at", postgresql_where=text("refusal IS NOT NULL")),
        Index("ix_events_integrity", "at", postgresql_where=text("refusal = 'IntegrityBroken'")),
        Index("ix_events_action", "action", "at"),
        Index("ix_events_purpose", "purpose", "at"),
        Index("ix_events_subject", "subject", "at", postgresql_where=text("subject IS NOT NULL")),
        Index(
            "ix_events_refused_on",
            "aggregate_id",
            postgresql_where=text("refusal IS NOT NULL AND aggregate_id IS NOT NULL"),
        ),
        Index("ix_events_holders_then", "holders_then", postgresql_using="gin"),
        Index(
            "ix_events_tie",
            *("case_id", "account", "at"),
            postgresql_where=text("case_version IS NOT NULL OR step IS NOT NULL"),
        ),
        Index("ix_events_worker", "case_id", "case_version", postgresql_where=text(NAMES_A_WORKER)),
        Index("ix_events_review", "aggregate_id", "at", postgresql_where=text("action = 'unusual:review'")),
        Index("ix_events_compared", "at", postgresql_where=text("action = 'surname:compare'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    time_ms: Mapped[int] = mapped_column(BigInteger)
    action: Mapped[str]
    account: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"))
    holder: Mapped[str | None] = mapped_column(ForeignKey("holders.code"))
    case_id: Mapped[UUID | None]
    aggregate_id: Mapped[UUID | None]
    case_version: Mapped[int | None]
    step: Mapped[int | None]
    aspect: Mapped[str]
    refusal: Mapped[str | None]
    attempted: Mapped[str | None]
    holders_then: Mapped[list[str]]
    payload: Mapped[bytes]
    salt: Mapped[bytes]
    commitment: Mapped[bytes]
    words: Mapped[bytes | None]
    purpose: Mapped[str | None] = mapped_column(
        Computed("payload_says(payload, '{purpose}'::text[])", persisted=True), deferred=True
    )
    """What it was for: made by the database of the payload, as is whose account it is about."""
    subject: Mapped[UUID | None] = mapped_column(
        Computed("payload_names(payload, '{detail,account}'::text[])", persisted=True), deferred=True
    )


class ShownRow(Row):
    """A case that a list showed, with the salt of its place in the payload."""

    __tablename__ = "event_shown"

    event: Mapped[UUID] = mapped_column(ForeignKey("events.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(index=True)
    salt: Mapped[bytes]


REFERENCES: Final = table("case_references", column("id"), column("reference", Text()))
"""The references that the actor may read beside an event."""
TRANSFERS: Final = table("transfer_cases", column("id"), column("case_id"))
"""Of which of those cases each transfer is."""

ACTIONS: Final = {action.value: action for action in Action}
STEPS: Final = (
    *(TransferSent, TransferDeclined, TransferWithdrawn),
    *(Proposed, ProposalApproved, ProposalRefused, ProposalWithdrawn, HoldSet, HoldLifted),
)
STEP_ACTIONS: Final = (
    *(Action.TRANSFER_SEND, Action.TRANSFER_SEE, Action.TRANSFER_ACCEPT),
    *(Action.TRANSFER_DECLINE, Action.TRANSFER_WITHDRAW),
    *(Action.ERASURE_PROPOSE, Action.HOLD_SET, Action.HOLD_LIFT, Action.DESTRUCTION_PROPOSE),
    Action.ENQUIRY_PROPOSE,
    *(Action.PROPOSAL_APPROVE, Action.PROPOSAL_REFUSE, Action.PROPOSAL_WITHDRAW),
)


WRITE: Final = insert(EventRow.metadata.tables[EventRow.__tablename__])
"""A row of its own table: nobody in the session looks at it again."""


class SqlJournal:
    """The journal, in its tables."""

    def __init__(self, session: Session) -> None:
        """Work in that session's transaction."""
        self._session = session

    def write(self, entry: JournalEntry) -> None:
        """The event is kept, in this transaction, and queued for the log by the database itself.

        `NotJournalled` if the database does not take it.
        """
        with journalling():
            self._session.connection().execute(WRITE, event_columns(entry))
            if entry.shown:
                self._session.execute(_showing(entry))

    def last_changes(self, cases: Sequence[CaseId]) -> Mapping[CaseId, LastChange]:
        """The newest change of each of the cases."""
        newest = (
            select(EventRow.case_id, EventRow.id, EventRow.case_version, EventRow.payload)
            .ext(distinct_on(EventRow.case_id))
            .where(EventRow.case_id.in_(cases), EventRow.case_version.is_not(None))
            .order_by(EventRow.case_id, EventRow.case_version.desc())
        )
        found = self._session.execute(newest)
        return {
            CaseId(row.case_id): last_change_of(row.id, row.case_version or 0, row.payload)
            for row in found
            if row.case_id is not None
        }

    def last_step(self, aggregate: UUID) -> LastChange | None:
        """The newest step of the transfer, the proposal or the hold."""
        return self.last_steps([aggregate]).get(aggregate)

    def last_steps(self, aggregates: Sequence[UUID]) -> Mapping[UUID, LastChange]:
        """The newest step of each of them, in one statement; those without any are left out."""
        if not aggregates:
            return {}
        newest = (
            select(EventRow.aggregate_id, EventRow.id, EventRow.step, EventRow.payload)
            .ext(distinct_on(EventRow.aggregate_id))
            .where(EventRow.aggregate_id.in_(aggregates), EventRow.step.is_not(None))
            .order_by(EventRow.aggregate_id, EventRow.step.desc())
        )
        return {
            row.aggregate_id: last_change_of(row.id, row.step or 0, row.payload)
            for row in self._session.execute(newest)
            if row.aggregate_id is not None
        }

    def changes(self, case: CaseId, since: int) -> tuple[Change, ...]:
        """The changes of the case after that version, oldest first."""
        found = self._session.execute(
            select(
                *(EventRow.case_version, EventRow.action, EventRow.aspect),
                *(EventRow.account, EventRow.at, EventRow.holder),
            )
            .where(EventRow.case_id == case, EventRow.case_version > since)
            .order_by(EventRow.case_version)
        )
        return tuple(
            Change(
                row.case_version,
                Action(row.action),
                row.aspect,
                _account(row.account),
                row.at,
                HolderCode(row.holder) if row.holder else None,
            )
            for row in found
        )

    def begun(self, case: CaseId, by: Action) -> frozenset[UUID]:
        """What began by that action beside the case: of each, its first step was journalled."""
        first = select(EventRow.aggregate_id).where(
            EventRow.case_id == case, EventRow.step == 1, EventRow.action == by.value
        )
        return frozenset(each for each in self._session.scalars(first) if each is not None)

    def place_of(self, event: EventId) -> int | None:
        """The place of the event in the log; None until it is sequenced."""
        return self._session.scalar(select(LeafRow.number).where(LeafRow.event == event))

    def history(self, case: CaseId, *, page: int, unseen: Unseen) -> Page[EventCard]:
        """What changed on the case and what has steps beside it, newest first; never who looked, nor what is unseen."""
        of_case = (
            EventRow.case_id == case,
            or_(EventRow.case_version.is_not(None), _is_step()),
            EventRow.aspect.not_in(sorted(unseen.aspects)),
            *(not_(lies_with(strand)) for strand in sorted(unseen.strands)),
        )
        newest_first = (EventRow.at.desc(), EventRow.case_version.desc().nulls_last(), EventRow.id)
        listed = select(EventRow.id).where(*of_case).order_by(*newest_first)
        return self._page(listed, newest_first, page, PAGE_SIZE)

    def case_keys_renewed(self, holder: HolderCode, *, of: CaseId | None = None) -> Mapping[CaseId, int]:
        """The cases of which the holder has renewed the data keys, each with the newest version by which it did."""
        done = select(EventRow.case_id, EventRow.payload).where(
            EventRow.holder == holder,
            EventRow.action == Action.DATAKEY_RENEW.value,
            EventRow.case_version.is_not(None),
        )
        newest: dict[CaseId, int] = {}
        for row in self._session.execute(done if of is None else done.where(EventRow.case_id == of)):
            version = read_version(read_detail(read_payload(row.payload)).get("keyset"))
            if row.case_id is not None and version is not None:
                newest[CaseId(row.case_id)] = max(version, newest.get(CaseId(row.case_id), 0))
        return newest

    def keysets_made(self) -> Mapping[tuple[str, int], Instant]:
        """When each version of each holder's keyset was made, as administrators are told."""
        made = self._session.execute(text("SELECT at, payload FROM keysets_made ORDER BY at DESC"))
        places = ((read_keyset(read_detail(read_payload(row.payload))), row.at) for row in made)
        return {place: at for place, at in places if place is not None}

    def search(self, query: LogQuery) -> Page[EventCard]:
        """The newest `MOST_FOUND` entries that match, newest first, in the auditor's scope.

        A list is about each case that it showed. They are taken from an index and counted afterwards: to count all of
        a log would be to read all of it.
        """
        newest_first = (EventRow.at.desc(), EventRow.id)
        matching = select(EventRow.id, EventRow.at).where(*_conditions(query)).order_by(*newest_first)
        newest = matching.limit(MOST_FOUND).subquery("newest")
        listed = select(newest.c.id).order_by(newest.c.at.desc(), newest.c.id)
        return self._page(listed, newest_first, query.page, query.size)

    def _page(
        self, listed: Select[UUID], order: Sequence[SQLColumnExpression[Any]], number: int, size: int
    ) -> Page[EventCard]:
        """That page of the events that are listed: counted and put in order by themselves, and the few then joined."""

        def cards(page: Subquery) -> Select[*tuple[Any, ...]]:
            return event_cards().join(page, page.c.id == EventRow.id).add_columns(page.c.total).order_by(*order)

        return page_of(self._session, listed, event_card, number=number, size=size, cards=cards)


def last_change_of(event: UUID, version: int, payload: bytes) -> LastChange:
    """What an event says of the aggregate that it changed; no digest where another event of the same act has it."""
    digest = read_payload(payload).get("seal_digest")
    return LastChange(EventId(event), version, bytes.fromhex(digest) if _is_digest(digest) else b"")


def _showing(entry: JournalEntry) -> Insert:
    """Everything that a list showed, kept by one statement: the database asks at each whose the event is."""
    shown = func.unnest(
        bindparam("cases", [case for case, _ in entry.shown], ARRAY(Uuid)),
        bindparam("salts", [salt for _, salt in entry.shown], ARRAY(LargeBinary)),
    ).table_valued("case_id", "salt", with_ordinality="number", name="shown")
    places = shown.render_derived().c
    each = select(literal(entry.id, Uuid), places.number - 1, places.case_id, places.salt)
    return insert(ShownRow).from_select(["event", "position", "case_id", "salt"], each)


def lies_with(strand: Strand) -> ColumnElement[bool]:
    """What lies with that strand, as its payload says in canonical JSON; one that cannot be read says nothing."""
    said = f'%"strand":"{strand.value}"%'.encode()
    return and_(EventRow.action.in_(sorted(LYING)), EventRow.payload.bool_op("LIKE")(said))


def _is_digest(said: object) -> TypeGuard[str]:
    return isinstance(said, str) and DIGEST.fullmatch(said) is not None


def event_columns(entry: JournalEntry) -> dict[str, Any]:
    """The event as the columns of its row."""
    return {
        "id": entry.id,
        "at": entry.at,
        "time_ms": (entry.at - EPOCH) // MILLISECOND,
        "action": entry.action.value,
        "account": entry.account,
        "holder": entry.holder,
        "case_id": entry.case,
        "aggregate_id": entry.aggregate,
        "case_version": entry.case_version,
        "step": entry.step,
        "aspect": entry.aspect,
        "refusal": entry.refusal,
        "attempted": entry.attempted,
        "holders_then": list(entry.holders_then),
        "payload": entry.payload,
        "salt": entry.salt,
        "commitment": entry.commitment,
        "words": entry.words,
    }


def event_cards() -> Select[*tuple[Any, ...]]:
    """Events as cards: with the account's name, the reference and the place in the log, in one statement."""
    return (
        select(
            EventRow.id,
            EventRow.at,
            EventRow.action,
            EventRow.account,
            EventRow.holder,
            EventRow.case_id,
            EventRow.case_version,
            EventRow.payload,
            EventRow.words.is_not(None).label("has_words"),
            AccountRow.display_name.label("account_name"),
            REFERENCES.c.reference,
            LeafRow.number.label("leaf"),
        )
        .select_from(EventRow)
        .join(AccountRow, AccountRow.id == EventRow.account, isouter=True)
        .join(REFERENCES, REFERENCES.c.id == EventRow.case_id, isouter=True)
        .join(LeafRow, LeafRow.event == EventRow.id, isouter=True)
    )


def _is_step() -> ColumnElement[bool]:
    """The event took a transfer, a proposal or a hold a step further, and no change of the case tells it already."""
    payload = func.convert_from(EventRow.payload, "UTF8").cast(JSONB)
    kind, detail = payload["event"].astext, payload["detail"]
    seen_first = (kind == TransferSeen.__name__) & (detail["first"].astext == "true")
    information_taken = (kind == TransferAccepted.__name__) & (detail["strands"].astext == "[]")
    step = or_(kind.in_([each.__name__ for each in STEPS]), seen_first, information_taken)
    return EventRow.step.is_not(None) & EventRow.action.in_([action.value for action in STEP_ACTIONS]) & step


def _conditions(query: LogQuery) -> list[ColumnElement[bool]]:
    is_one = (
        (EventRow.account, query.account),
        (EventRow.holder, query.holder),
        (EventRow.action, query.action and query.action.value),
        (EventRow.purpose, query.purpose),
    )
    conditions = [column == wanted for column, wanted in is_one if wanted is not None]
    if query.reference is not None:
        conditions.append(EventRow.id.in_(about_case(query.reference)))
    if query.outcome is not None:
        refused = EventRow.refusal.is_not(None)
        conditions.append(refused if query.outcome is Outcome.REFUSED else ~refused)
    if query.since is not None:
        conditions.append(EventRow.at >= end_of(query.since - ONE_DAY))
    if query.until is not None:
        conditions.append(EventRow.at < end_of(query.until))
    return conditions


def about_case(reference: Reference) -> CompoundSelect[UUID]:
    """The events about the case of that reference, as far as the actor may look for it."""
    case = case_of(reference)
    return about(case, reference, select(TRANSFERS.c.id).where(TRANSFERS.c.case_id == case))


def about(
    case: CaseId | ScalarSelect[Any], reference: Reference | None, offers: Select[*tuple[Any, ...]]
) -> CompoundSelect[UUID]:
    """The events that are about the case, that showed it in a list, or by which somebody was refused who asked for it.

    An attempt that was refused names no case: what was asked for is a reference, or an offer of the case. Each of the
    four is found by an index of its own, so none of them is a reason to read all that there is.
    """
    return union(
        select(EventRow.id).where(EventRow.case_id == case),
        select(ShownRow.event).where(ShownRow.case_id == case),
        select(EventRow.id).where(EventRow.attempted.is_not(None), EventRow.attempted == reference),
        select(EventRow.id).where(EventRow.refusal.is_not(None), EventRow.aggregate_id.in_(offers)),
    )


def case_of(reference: Reference) -> ScalarSelect[Any]:
    """The id of the case of that reference, if the actor may read it beside an event."""
    return select(REFERENCES.c.id).where(REFERENCES.c.reference == reference).scalar_subquery()


def _account(account: UUID | None) -> AccountId | None:
    return AccountId(account) if account else None


def event_card(found: Found[Any]) -> EventCard:
    """The event of such a row, as a card."""
    at: Instant = found.at
    return EventCard(
        id=EventId(found.id),
        at=at,
        action=ACTIONS.get(found.action),
        account=_account(found.account),
        account_name=found.account_name or "",
        holder=HolderCode(found.holder) if found.holder else None,
        case=CaseId(found.case_id) if found.case_id else None,
        reference=Reference(found.reference) if found.reference else None,
        case_version=found.case_version,
        payload=read_payload(found.payload),
        has_words=found.has_words,
        leaf=found.leaf,
    )
