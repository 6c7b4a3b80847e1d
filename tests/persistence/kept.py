"""PostgreSQL in the open: its stores, and beside them all that is kept, row by row, as the memory stores show it."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import Field, fields
from typing import Any, ClassVar, Protocol, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from casetrack.crypto.datakeys import OFFER
from casetrack.crypto.fields import FieldLabel
from casetrack.crypto.keyring import SealedKeyset
from casetrack.crypto.keysets import PublicKeyset
from casetrack.crypto.wraps import Wrap
from casetrack.domain.actions import Action
from casetrack.domain.holders import Holder
from casetrack.domain.holdings import Part
from casetrack.domain.ids import CaseId
from casetrack.persistence import work
from casetrack.persistence.accounts import AccountRow, account_from
from casetrack.persistence.embedded import SUPERUSER
from casetrack.persistence.holders import HolderRow
from casetrack.persistence.inspection import SqlEvidence
from casetrack.persistence.keys import KeysetRow, WrapRow
from casetrack.persistence.tags import IndexTagRow
from casetrack.persistence.values import SealedValueRow
from casetrack.services.ports import IndexTag, JournalEntry, Scope, SealedValue, Stores
from tests.memory.kept import Kept
from tests.persistence.databases import Database


class Dataclass(Protocol):
    """What every dataclass has."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


Made = TypeVar("Made", bound=Dataclass)


class OpenSqlStores:
    """The stores over a database, which is emptied first: in the application's role, under row-level security."""

    def __init__(self, database: Database) -> None:
        database.empty()
        self._database = database
        self._kept: Kept | None = None
        """What has been read since the newest transaction, if anybody looked."""

    @contextmanager
    def begin(self, scope: Scope) -> Iterator[Stores]:
        """The stores, in one transaction of that actor's."""
        self._kept = None
        with work.begin(scope) as stores:
            yield stores

    def founding(self, scope: Scope) -> AbstractContextManager[Stores]:
        """The stores, in one transaction of the role that keeps organisations and their keys."""
        return self._database.founding(scope)

    @property
    def kept(self) -> Kept:
        """Cases with all that is about them, accounts and keys: read as a superuser, whom no policy binds."""
        if self._kept is None:
            with Session(self._database.engine(SUPERUSER)) as session:
                self._kept = _kept(session)
        return self._kept


def _kept(session: Session) -> Kept:
    evidence = SqlEvidence(session)
    cases = {kept.case.id: kept for kept in evidence.cases()}
    holders = [_made(Holder, row) for row in session.scalars(select(HolderRow))]
    accounts = [account_from(row) for row in session.scalars(select(AccountRow))]
    keysets = [SealedKeyset(_made(PublicKeyset, row), row.sealed) for row in session.scalars(select(KeysetRow))]
    values = [_value(row) for row in session.scalars(select(SealedValueRow))]
    entries = [_made(JournalEntry, event, action=Action(event.action)) for event in evidence.events()]
    return Kept(
        holders={holder.code: holder for holder in holders},
        accounts={account.id: account for account in accounts},
        keysets={(keyset.public.holder, keyset.public.version): keyset for keyset in keysets},
        cases=cases,
        holdings={(kept.case, kept.position): kept for kept in evidence.holdings()},
        transfers={kept.transfer.id: kept for kept in evidence.transfers()},
        keys={(key.case, key.number): key for kept in cases.values() for key in kept.keys},
        wraps=tuple(_wrap(row) for row in session.scalars(select(WrapRow).order_by(WrapRow.id))),
        values={value.id: value for value in values},
        tags=frozenset(_tag(row) for row in session.scalars(select(IndexTagRow))),
        proposals={kept.proposal.id: kept for kept in evidence.proposals()},
        holds={kept.hold.id: kept for kept in evidence.holds()},
        tombstones={kept.stone.case: kept for kept in evidence.tombstones()},
        entries=tuple(sorted(entries, key=lambda entry: (entry.at, entry.case_version or 0))),
    )


def _value(row: SealedValueRow) -> SealedValue:
    return _made(SealedValue, row, case=row.case_id, label=FieldLabel(row.label_table, row.label_column))


def _tag(row: IndexTagRow) -> tuple[CaseId, Part, IndexTag]:
    return CaseId(row.case_id), row.part, _made(IndexTag, row, index=row.index_name)


def _wrap(row: WrapRow) -> Wrap:
    return _made(Wrap, row, case=row.case_id, transfer=row.transfer_id, number=row.number or OFFER)


def _made(kind: type[Made], row: object, **otherwise: Any) -> Made:  # noqa: ANN401 - the fields of any dataclass
    """What the row keeps: each field as the column of its name, unless it is given otherwise."""
    named = {each.name: getattr(row, each.name) for each in fields(kind) if each.name not in otherwise}
    return kind(**named, **otherwise)
