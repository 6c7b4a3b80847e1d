"""Many acts of many actors in one transaction: for what nobody is waiting for, such as a demonstration or an import.

Nothing is acknowledged to anybody before a transaction ends. Nobody else may work with these cases meanwhile, so what
was kept here is remembered and not read again; and the events of one act are kept together.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from casetrack.crypto.keyring import SealedKeyset
from casetrack.crypto.seals import Seal
from casetrack.domain.holdings import Holding
from casetrack.domain.ids import AccountId, CaseId, HolderCode, Instant
from casetrack.persistence.cases import CaseRow, SqlCases
from casetrack.persistence.db import db
from casetrack.persistence.journal import EventRow, SqlJournal, event_columns, last_change_of
from casetrack.persistence.keys import SqlKeys
from casetrack.persistence.quotas import SqlQuotas
from casetrack.persistence.refusals import journalling
from casetrack.persistence.work import Transaction, transaction
from casetrack.services.limits import Spent
from casetrack.services.ports import JournalEntry, KeptCase, LastChange, Scope, Stores


@dataclass
class Known:
    """What was kept, or asked for, in these transactions."""

    keysets: dict[HolderCode, tuple[SealedKeyset, ...]] = field(default_factory=dict)
    cases: dict[CaseId, KeptCase] = field(default_factory=dict)
    changes: dict[UUID, LastChange] = field(default_factory=dict)


class Batches:
    """Transactions of many acts, one after another. After one that fails none of it is believed: make another."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._known = Known()

    @contextmanager
    def begin(self, first: Scope) -> Iterator["Batch"]:
        """A transaction, which is kept whole at the end of the block or not at all."""
        with transaction(first) as begun:
            yield Batch(begun, self._known)


class Batch:
    """One transaction of many acts."""

    def __init__(self, begun: Transaction, known: Known) -> None:
        """Go on with the transaction."""
        session = db.session()
        self._begun = begun
        self._journal = EventsTogether(session, known)
        cases, keys = KnownCases(session, known), KnownKeys(session, known)
        quotas = QuotasInNoTurn(session)
        self._stores = replace(begun.stores, cases=cases, keys=keys, journal=self._journal, quotas=quotas)

    @contextmanager
    def begin(self, scope: Scope) -> Iterator[Stores]:
        """The stores, for what one actor does; it is undone only with the whole transaction."""
        self._begun.act_as(scope)
        yield self._stores
        self._journal.keep()


class KnownKeys(SqlKeys):
    """Keys, with the keysets that were asked for before."""

    def __init__(self, session: Session, known: Known) -> None:
        """Remember there."""
        super().__init__(session)
        self._known = known

    def keysets(self, holder: HolderCode) -> tuple[SealedKeyset, ...]:
        """Every version of the holder's keyset, oldest first: those of the first time that it was asked for."""
        if holder not in self._known.keysets:
            self._known.keysets[holder] = super().keysets(holder)
        return self._known.keysets[holder]


class KnownCases(SqlCases):
    """Cases, with those that were kept before. Which an actor may know of is still the database's to say."""

    def __init__(self, session: Session, known: Known) -> None:
        """Remember there."""
        super().__init__(session)
        self._known = known

    def get(self, case: CaseId, *, lock: bool) -> KeptCase | None:
        """The case, if the actor's holder has any of it."""
        known = self._known.cases.get(case)
        if known is None:
            return super().get(case, lock=lock)
        return known if self._session.scalar(select(CaseRow.id).where(CaseRow.id == case)) is not None else None

    def add(self, kept: KeptCase, changed: Sequence[tuple[Holding, Seal]]) -> None:
        """A new case is kept."""
        super().add(kept, changed)
        self._remember(kept)

    def put(self, kept: KeptCase, changed: Sequence[tuple[Holding, Seal]]) -> None:
        """The case is kept as it stands."""
        super().put(kept, changed)
        self._remember(kept)

    def _remember(self, kept: KeptCase) -> None:
        self._known.cases[kept.case.id] = replace(kept, case=replace(kept.case, events=()))


class QuotasInNoTurn(SqlQuotas):
    """Quotas of accounts that are not held until the transaction ends: two that hold several wait for each other."""

    def spent(self, account: AccountId, *, since: Instant, now: Instant) -> Spent:
        """What the account was shown, in this transaction and in those that have ended."""
        return self.of_all((account,), since=since, now=now).get(account, Spent())


class EventsTogether(SqlJournal):
    """The journal, which keeps the events of an act at its end."""

    def __init__(self, session: Session, known: Known) -> None:
        """Remember there."""
        super().__init__(session)
        self._known = known
        self._waiting: list[JournalEntry] = []

    def write(self, entry: JournalEntry) -> None:
        """The event is kept at the end of the act. One that shows other cases is kept at once, with those."""
        if entry.shown:
            super().write(entry)
            return
        self._waiting.append(entry)
        if entry.case is not None and entry.case_version is not None:
            self._known.changes[entry.case] = last_change_of(entry.id, entry.case_version, entry.payload)
        if entry.aggregate is not None and entry.step is not None:
            self._known.changes[entry.aggregate] = last_change_of(entry.id, entry.step, entry.payload)

    def last_changes(self, cases: Sequence[CaseId]) -> Mapping[CaseId, LastChange]:
        """The newest change of each of the cases."""
        known = {case: self._known.changes[case] for case in cases if case in self._known.changes}
        asked = [case for case in cases if case not in known]
        return {**(super().last_changes(asked) if asked else {}), **known}

    def last_steps(self, aggregates: Sequence[UUID]) -> Mapping[UUID, LastChange]:
        """The newest step of each of them."""
        known = {each: self._known.changes[each] for each in aggregates if each in self._known.changes}
        asked = [each for each in aggregates if each not in known]
        return {**(super().last_steps(asked) if asked else {}), **known}

    def keep(self) -> None:
        """What waits is kept."""
        if self._waiting:
            with journalling():
                self._session.connection().execute(insert(EventRow), [event_columns(each) for each in self._waiting])
            self._waiting.clear()
