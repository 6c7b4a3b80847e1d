"""Transactions: the one place that begins, commits or rolls back.

A block that ends well is committed; otherwise nothing happened. Who is acting is told to row-level security inside the
transaction alone, so that the next one on the same connection begins without a scope, and reads nothing before it has
one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Engine, TextClause, text
from sqlalchemy.orm import Session

from casetrack.domain.errors import SessionEnded
from casetrack.persistence.accounts import SqlAccounts
from casetrack.persistence.cards import SqlCaseCards
from casetrack.persistence.cases import SqlCases
from casetrack.persistence.db import db
from casetrack.persistence.desk import SqlDesk
from casetrack.persistence.doors import SqlDoors
from casetrack.persistence.drafts import SqlDrafts
from casetrack.persistence.files import SqlFiles
from casetrack.persistence.holders import SqlHolders
from casetrack.persistence.holds import SqlHolds
from casetrack.persistence.journal import SqlJournal
from casetrack.persistence.keys import SqlKeys
from casetrack.persistence.leftovers import SqlLeftovers
from casetrack.persistence.log import SqlLog
from casetrack.persistence.proposals import SqlProposals
from casetrack.persistence.quotas import SqlQuotas
from casetrack.persistence.refusals import refusing
from casetrack.persistence.register import SqlRegister
from casetrack.persistence.tags import SqlIndexTags
from casetrack.persistence.tombstones import SqlTombstones
from casetrack.persistence.traces import SqlTraces
from casetrack.persistence.transfers import SqlTransfers
from casetrack.persistence.unusual import SqlUnusual
from casetrack.persistence.values import SqlSealedValues
from casetrack.services.ports import Scope, Stores

ACT_AS: Final[TextClause] = text(
    """
    SELECT set_config('casetrack.scope', 'set', true),
           set_config('casetrack.account', :account, true),
           set_config('casetrack.role', :role, true),
           set_config('casetrack.holder', :holder, true),
           set_config('casetrack.national', :national, true),
           :session = '' OR EXISTS (
               SELECT FROM accounts a
               WHERE a.id = CAST(nullif(:account, '') AS uuid) AND a.closed_at IS NULL AND a.epoch IN (
                   SELECT s.epoch FROM sessions s
                   WHERE s.account = a.id AND s.id = CAST(nullif(:session, '') AS uuid)
                   UNION ALL
                   SELECT t.epoch FROM tokens t
                   WHERE t.account = a.id AND t.id = CAST(nullif(:session, '') AS uuid) AND t.revoked_at IS NULL
               )
           ) AS goes_on
    """
)
"""Who is acting; and whether what they came by still lets them in, asked again in the transaction that acts."""


@dataclass(frozen=True)
class Transaction:
    """A transaction that has begun: its stores, and who acts in it."""

    stores: Stores
    _session: Session

    def act_as(self, scope: Scope) -> None:
        """From here on, and until the transaction ends, the database answers this actor.

        `SessionEnded` if the session or token that they come by has ended, or their account has.
        """
        self._session.expunge_all()
        began = self._session.execute(
            ACT_AS,
            {
                "account": str(scope.account or ""),
                "role": scope.role.value if scope.role else "",
                "holder": scope.holder or "",
                "national": "yes" if scope.national else "",
                "session": str(scope.session or ""),
            },
        )
        if not began.one().goes_on:
            raise SessionEnded


@contextmanager
def begin(scope: Scope) -> Iterator[Stores]:
    """The stores, in one transaction of that actor's, on the session of the Flask app context.

    Raises the refusal that a constraint stands for, `Stale` to whoever came second, `SessionEnded` when the actor has
    been signed out, `Unavailable` when there is no database to ask.
    """
    with transaction(scope) as begun:
        yield begun.stores


@contextmanager
def transaction(scope: Scope) -> Iterator[Transaction]:
    """The same, for whoever acts for several actors in one transaction."""
    session = db.session()
    if session.in_transaction():
        raise RuntimeError("a transaction has begun already: one actor does one thing at a time")
    try:
        with refusing(), session.begin():
            begun = Transaction(stores_on(session), session)
            begun.act_as(scope)
            yield begun
    finally:
        db.session.remove()


@contextmanager
def begin_walled(engine: Engine, scope: Scope) -> Iterator[Session]:
    """What that actor may read, in one transaction of an engine of its own, of the application's role."""
    with refusing(), Session(engine, autoflush=False) as session, session.begin():
        Transaction(stores_on(session), session).act_as(scope)
        yield session


@contextmanager
def begin_log(engine: Engine) -> Iterator[SqlLog]:
    """The log, in one transaction of the sequencer's or the verifier's own engine."""
    with refusing(), Session(engine, autoflush=False) as session, session.begin():
        yield SqlLog(session)


@contextmanager
def begin_sweep(engine: Engine) -> Iterator[SqlLeftovers]:
    """What is past its life, in one transaction of the sweeper's own engine."""
    with refusing(), Session(engine, autoflush=False) as session, session.begin():
        yield SqlLeftovers(session)


def stores_on(session: Session) -> Stores:
    """Every store, working in that session's transaction."""
    return Stores(
        cases=SqlCases(session),
        cards=SqlCaseCards(session),
        transfers=SqlTransfers(session),
        values=SqlSealedValues(session),
        tags=SqlIndexTags(session),
        files=SqlFiles(session),
        keys=SqlKeys(session),
        journal=SqlJournal(session),
        unusual=SqlUnusual(session),
        desk=SqlDesk(session),
        traces=SqlTraces(session),
        register=SqlRegister(session),
        accounts=SqlAccounts(session),
        doors=SqlDoors(session),
        quotas=SqlQuotas(session),
        drafts=SqlDrafts(session),
        holders=SqlHolders(session),
        proposals=SqlProposals(session),
        holds=SqlHolds(session),
        tombstones=SqlTombstones(session),
    )
