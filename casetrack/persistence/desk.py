"""What the auditors' desk asks of the journal: counted by the database, of the events that the auditor may read."""

from collections.abc import Collection, Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Subquery, and_, false, func, literal, or_, select, true, union_all
from sqlalchemy.engine import Row as Found
from sqlalchemy.orm import Session, aliased

from casetrack.domain.actions import Action
from casetrack.domain.events import Operation
from casetrack.domain.ids import AccountId, CaseId, EventId, HolderCode
from casetrack.domain.proposal_events import CaseErased
from casetrack.domain.references import Reference
from casetrack.persistence.accounts import AccountRow
from casetrack.persistence.journal import REFERENCES, EventRow, ShownRow, about_case, case_of, event_card, event_cards
from casetrack.persistence.log import CheckpointRow, QueueRow
from casetrack.persistence.pages import page_of
from casetrack.services.desk import (
    ABOUT_ENTERING,
    MOST_CASES,
    MOST_TOLD,
    REVEALING,
    CaseOfAccount,
    LogState,
    PersonAtCase,
    SignIns,
    Told,
    WrittenEntry,
)
from casetrack.services.journal import read_payload
from casetrack.services.lists import EventCard, Page

DONE: Final = EventRow.refusal.is_(None)
CHANGING: Final = or_(EventRow.case_version.is_not(None), EventRow.step.is_not(None))
RESPONSIBLE: Final = (Action.CASE_OPEN, Action.STRAND_BEGIN, Action.TRANSFER_ACCEPT)
"""By which actions an organisation becomes responsible for a case."""


class SqlDesk:
    """The desk's questions, of the journal's tables."""

    def __init__(self, session: Session) -> None:
        """Work in that session's transaction."""
        self._session = session

    def people_at(self, reference: Reference) -> tuple[PersonAtCase, ...]:
        """Everybody who was at the case, or was refused when they asked for it; whoever was there last comes first."""
        last = func.max(EventRow.at)
        people = (
            select(
                EventRow.account,
                EventRow.holder,
                AccountRow.display_name.label("name"),
                _count(DONE, consults()).label("looked"),
                _count(DONE, ~consults(), CHANGING).label("changed"),
                _count(~DONE).label("refused"),
                func.min(EventRow.at).label("first"),
                last.label("last"),
            )
            .join(AccountRow, AccountRow.id == EventRow.account, isouter=True)
            .where(EventRow.id.in_(about_case(reference)))
            .group_by(EventRow.account, EventRow.holder, AccountRow.display_name)
            .order_by(last.desc(), EventRow.account)
        )
        return tuple(
            PersonAtCase(
                account=AccountId(row.account) if row.account else None,
                name=row.name or "",
                holder=HolderCode(row.holder) if row.holder else None,
                looked=row.looked,
                changed=row.changed,
                refused=row.refused,
                first=row.first,
                last=row.last,
            )
            for row in self._session.execute(people)
        )

    def cases_of(self, account: AccountId) -> Page[CaseOfAccount]:
        """The cases that the account was at, the last first."""
        revealing = EventRow.action.in_(sorted(REVEALING))
        by_it = (EventRow.account == account, DONE)
        at_one = select(
            EventRow.case_id,
            EventRow.at,
            and_(consults(), ~revealing).label("opened"),
            and_(consults(), revealing).label("revealed"),
            and_(~consults(), CHANGING).label("changed"),
        ).where(*by_it, EventRow.case_id.is_not(None))
        named = (
            select(ShownRow.case_id, EventRow.at, false(), true(), false())
            .join(EventRow, EventRow.id == ShownRow.event)
            .where(*by_it, EventRow.action == Action.CASELOAD_NAME.value)
        )
        each = union_all(at_one, named).subquery("each")
        last = func.max(each.c.at).label("last")
        listed = (
            select(
                each.c.case_id,
                REFERENCES.c.reference,
                *(_count(each.c[name]).label(name) for name in ("opened", "revealed", "changed")),
                func.min(each.c.at).label("first"),
                last,
            )
            .join(REFERENCES, REFERENCES.c.id == each.c.case_id, isouter=True)
            .group_by(each.c.case_id, REFERENCES.c.reference)
            .order_by(last.desc(), each.c.case_id)
        )
        return page_of(self._session, listed, _case, number=1, size=MOST_CASES)

    def sign_ins(self, account: AccountId) -> SignIns:
        """How often it was signed in to, and how often somebody failed to."""
        entering = (EventRow.subject == account, EventRow.action == Action.SESSION_OPEN.value)
        entered = select(
            _count(DONE).label("opened"),
            _count(~DONE).label("failed"),
            func.min(EventRow.at).filter(DONE).label("first"),
            func.max(EventRow.at).filter(DONE).label("last"),
        ).where(*entering)
        refused = select(func.count()).where(EventRow.account == account, EventRow.refusal.is_not(None))
        row = self._session.execute(entered.add_columns(refused.scalar_subquery().label("refused"))).one()
        return SignIns(row.opened, row.failed, row.first, row.last, row.refused)

    def told_of(self, account: AccountId) -> tuple[EventCard, ...]:
        """What was done about the account, newest first."""
        about = event_cards().where(EventRow.subject == account, EventRow.action.not_in(sorted(ABOUT_ENTERING)))
        newest = about.order_by(EventRow.at.desc(), EventRow.id).limit(MOST_TOLD)
        return tuple(event_card(found) for found in self._session.execute(newest))

    def made_for(self, holders: Collection[HolderCode]) -> tuple[Told, ...]:
        """What the journal says of accounts that were made for those organisations."""
        of_them = func.payload_says(EventRow.payload, ["detail", "holder"]).in_(sorted(holders))
        made = select(EventRow.subject).where(EventRow.action == Action.ACCOUNT_CREATE.value, of_them)
        events = select(EventRow.at, EventRow.payload).where(
            EventRow.action.in_([Action.ACCOUNT_CREATE.value, Action.ACCOUNT_CLOSE.value]), EventRow.subject.in_(made)
        )
        return self._told(events.order_by(EventRow.at, EventRow.id))

    def became_responsible(self, reference: Reference) -> tuple[Told, ...]:
        """What the journal says of who became responsible for the case, in the order of its versions."""
        events = select(EventRow.at, EventRow.payload).where(
            EventRow.case_id == case_of(reference),
            EventRow.case_version.is_not(None),
            EventRow.action.in_([action.value for action in RESPONSIBLE]),
        )
        return self._told(events.order_by(EventRow.case_version))

    def erasures(self, *, page: int) -> Page[EventCard]:
        """One page of the events by which cases were erased, the newest first."""
        newest_first = (EventRow.at.desc(), EventRow.id)
        erased = select(EventRow.id).where(
            EventRow.action == Action.PROPOSAL_APPROVE.value,
            EventRow.case_version.is_not(None),
            func.payload_says(EventRow.payload, ["event"]) == CaseErased.__name__,
        )

        def cards(listed: Subquery) -> Select[*tuple[Any, ...]]:
            found = event_cards().join(listed, listed.c.id == EventRow.id)
            return found.add_columns(listed.c.total).order_by(*newest_first)

        return page_of(self._session, erased.order_by(*newest_first), event_card, number=page, cards=cards)

    def proposed(self, erasures: Collection[EventId]) -> Mapping[EventId, EventCard]:
        """The event by which each of those erasures was proposed."""
        erased = aliased(EventRow)
        first = (
            event_cards()
            .add_columns(erased.id.label("erasure"))
            .join(erased, erased.aggregate_id == EventRow.aggregate_id)
            .where(erased.id.in_(sorted(erasures)), EventRow.step == 1)
        )
        return {EventId(row.erasure): event_card(row) for row in self._session.execute(first)}

    def entry(self, entry: EventId) -> WrittenEntry | None:
        """That entry; None of one that is not in the auditor's scope."""
        wanted = event_cards().add_columns(EventRow.words).where(EventRow.id == entry)
        found = self._session.execute(wanted).one_or_none()
        return WrittenEntry(event_card(found), found.words) if found else None

    def case_of(self, reference: Reference) -> CaseId | None:
        """Which case goes by that reference; None of one that the auditor may not look for."""
        found = self._session.scalar(select(case_of(reference)))
        return CaseId(found) if found else None

    def references(self, cases: Collection[CaseId]) -> Mapping[CaseId, Reference]:
        """By which references those cases go, as far as the auditor may look for them."""
        known = select(REFERENCES.c.id, REFERENCES.c.reference).where(REFERENCES.c.id.in_(sorted(cases)))
        return {CaseId(row.id): Reference(row.reference) for row in self._session.execute(known)}

    def log_state(self) -> LogState:
        """How far the log is."""
        newest = select(CheckpointRow.size, CheckpointRow.at).order_by(CheckpointRow.size.desc()).limit(1).subquery()
        waiting = select(func.count().label("number"), func.min(QueueRow.queued_at).label("since")).subquery()
        found = self._session.execute(
            select(newest.c.size, newest.c.at, waiting.c.number, waiting.c.since).join_from(
                waiting, newest, literal(value=True), isouter=True
            )
        ).one()
        return LogState(found.size or 0, found.at, found.number, found.since)

    def _told(self, events: Select[Any, Any]) -> tuple[Told, ...]:
        return tuple(Told(row.at, read_payload(row.payload)) for row in self._session.execute(events))


def consults() -> ColumnElement[bool]:
    """The event says that it was a look: `operations` of its payload."""
    said = func.coalesce(func.payload_says(EventRow.payload, ["operations"]), "")
    return said.contains(f'"{Operation.CONSULTATION.value}"')


def _count(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(*conditions)


def _case(found: Found[Any]) -> CaseOfAccount:
    case: UUID = found.case_id
    return CaseOfAccount(
        case=CaseId(case),
        reference=Reference(found.reference) if found.reference else None,
        opened=found.opened,
        revealed=found.revealed,
        changed=found.changed,
        first=found.first,
        last=found.last,
    )
