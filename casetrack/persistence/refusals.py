"""What the database refuses, in the words of the rules: one table from its constraints, one from its conditions."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psycopg
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from casetrack.domain.errors import (
    CasetrackError,
    NameTaken,
    NotJournalled,
    NotPermitted,
    OfferOpen,
    Stale,
    Unavailable,
)
from casetrack.domain.proposal_refusals import HoldStands, SameHoldStands

BY_CONSTRAINT: Final[dict[str, type[CasetrackError]]] = {
    "uq_transfers_open": OfferOpen,
    "uq_legal_holds_standing": SameHoldStands,
    # It was set while the case was being erased.
    "fk_legal_holds_case_id_cases": HoldStands,
    "uq_accounts_sign_in_name": NameTaken,
    # Drawn by chance: to try again is to draw again.
    "uq_cases_reference": Unavailable,
    "uq_cases_open_pseudonym": Unavailable,
    # Two did the same thing at once, and the other was first.
    "uq_events_change": Stale,
    "uq_events_step": Stale,
    "uq_sealed_values_current": Stale,
    "uq_milestone_records_position": Stale,
    "pk_holdings": Stale,
    "uq_holdings_number": Stale,
    "uq_holdings_open_lead": Stale,
    "uq_holdings_open": Stale,
    "pk_case_keys": Stale,
    "pk_answers": Stale,
    "pk_keysets": Stale,
}

BY_CONDITION: Final[dict[str, type[CasetrackError]]] = {
    "42501": NotPermitted,  # insufficient_privilege: a policy or a grant says no, where the rules ought to have
    "CT002": NotPermitted,  # what is written once is never changed
    "CT003": NotPermitted,  # two people have not agreed to erase this
    "CT004": HoldStands,
    "CT005": NotJournalled,  # what changed has no event
    "40001": Stale,  # serialization_failure
    "40P01": Stale,  # deadlock_detected
    "55P03": Unavailable,  # lock_not_available
    "57014": Unavailable,  # query_canceled, by the time limit
}
"""By SQLSTATE (PostgreSQL, appendix A); those that begin with CT are the migrations' own."""

OUT_OF_REACH: Final = ("08", "53", "57P")
"""The first letters of the conditions under which there is no server to ask: connection, resources, operator."""

_log = logging.getLogger(__name__)


class Reach:
    """Whether this process can reach the database: said when that changes, and not with every request in between."""

    def __init__(self) -> None:
        """It can, until it is found that it cannot."""
        self._is_lost = False

    def lost(self, condition: str) -> None:
        """Nothing answered, or only that it will not; a server that said why gave a condition."""
        if not self._is_lost:
            self._is_lost = True
            why = f" (condition {condition})" if condition else ""
            _log.error("the database cannot be reached%s; nothing is served until it answers again", why)

    def found(self) -> None:
        """The database did what it was asked."""
        if self._is_lost:
            self._is_lost = False
            _log.warning("the database answers again")


_reach = Reach()


class DatabaseRefused(Exception):
    """The database refused what no rule foresaw: a fault of casetrack's own.

    It names the condition and the constraint, never the statement or a value.
    """

    def __init__(self, condition: str, constraint: str) -> None:
        """Keep what is safe to log."""
        super().__init__(f"the database refused: condition {condition or 'unknown'}, constraint {constraint or 'none'}")
        self.condition = condition
        self.constraint = constraint


@contextmanager
def refusing() -> Iterator[None]:
    """What the database refuses inside the block is raised as the rules' refusal, without SQL, values or a cause."""
    try:
        yield
        _reach.found()
    except SQLAlchemyError as error:
        refusal = _refusal(error)
        try:
            raise refusal from None
        finally:
            # The error may quote a row, so it is no part of what travels on, not even out of sight.
            refusal.__context__ = None


@contextmanager
def journalling() -> Iterator[None]:
    """The same where an event is written: whatever keeps it off the journal, but for who was first, is that it did.

    Whoever is acting may do the thing, or has been refused it by then: they are told that nothing came of it, and never
    that their role is too small.
    """
    try:
        with refusing():
            yield
    except (NotPermitted, DatabaseRefused):
        _log.error("an event could not be put on the journal, and nothing was done without it")
        raise NotJournalled from None


def _refusal(error: SQLAlchemyError) -> Exception:
    if isinstance(error, PoolTimeout):
        return Unavailable()
    cause = error.orig if isinstance(error, DBAPIError) else None
    if not isinstance(cause, psycopg.Error):
        return DatabaseRefused(type(error).__name__, "")
    condition, constraint = cause.sqlstate or "", cause.diag.constraint_name or ""
    if condition.startswith(OUT_OF_REACH) or (not condition and isinstance(cause, psycopg.OperationalError)):
        _reach.lost(condition)
        return Unavailable()
    _log.warning("the database refused: condition %s, constraint %s", condition, constraint or "none")
    by_name = BY_CONSTRAINT.get(constraint) or BY_CONDITION.get(condition)
    if by_name is not None:
        return by_name()
    if isinstance(cause, psycopg.OperationalError):
        return Unavailable()
    return DatabaseRefused(condition, constraint)
