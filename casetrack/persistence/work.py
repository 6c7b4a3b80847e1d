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

from casetrack.persistence.accounts import SqlAccounts
from casetrack.persistence.cards import SqlCaseCards
from casetrack.persistence.cases import SqlCases
from casetrack.persistence.db import db
from casetrack.persistence.doors import SqlDoors
from casetrack.persistence.drafts import SqlDrafts
from casetrack.persistence.holders import SqlHolders
from casetrack.persistence.journal import SqlJournal
from casetrack.persistence.keys import SqlKeys
from casetrack.persistence.log import SqlLog
from casetrack.persistence.refusals import refusing
from casetrack.persistence.transfers import SqlTransfers
from casetrack.persistence.values import SqlSealedValues
from casetrack.services.ports import Scope, Stores

ACT_AS: Final[TextClause] = text(
    """
    SELECT set_config('casetrack.scope', 'set', true),
           set_config('casetrack.account', :account, true),
           set_config('casetrack.role', :role, true),
           set_config('casetrack.holder', :holder, true),
           set_config('casetrack.national', :national, true)
    """
)


@dataclass(frozen=True)
class Transaction:
    """A transaction that has begun: its stores, and who acts in it."""

    stores: Stores
    _session: Session

    def act_as(self, scope: Scope) -> None:
        """From here on, and until the transaction ends, the database answers this actor."""
        self._session.expunge_all()
        self._session.execute(
            ACT_AS,
            {
                "account": str(scope.account or ""),
                "role": scope.role.value if scope.role else "",
                "holder": scope.holder or "",
                "national": "yes" if scope.national else "",
            },
        )


@contextmanager
def begin(scope: Scope) -> Iterator[Stores]:
    """The stores, in one transaction of that actor's, on the session of the Flask app context.

    Raises the refusal that a constraint stands for, `Stale` to whoever came second, `Unavailable` when there is no
    database to ask.
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
def begin_log(engine: Engine) -> Iterator[SqlLog]:
    """The log, in one transaction of the sequencer's or the verifier's own engine."""
    with refusing(), Session(engine, autoflush=False) as session, session.begin():
        yield SqlLog(session)


def stores_on(session: Session) -> Stores:
    """Every store, working in that session's transaction."""
    return Stores(
        cases=SqlCases(session),
        cards=SqlCaseCards(session),
        transfers=SqlTransfers(session),
        values=SqlSealedValues(session),
        keys=SqlKeys(session),
        journal=SqlJournal(session),
        accounts=SqlAccounts(session),
        doors=SqlDoors(session),
        drafts=SqlDrafts(session),
        holders=SqlHolders(session),
    )
