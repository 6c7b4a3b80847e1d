"""What the database refuses, and what is said of it in the program's own log."""

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError

from casetrack.domain.errors import NotJournalled, Stale, Unavailable
from casetrack.persistence.refusals import journalling, refusing


def refused() -> None:
    with refusing():
        raise DBAPIError("SELECT 'Canary'", None, psycopg.OperationalError("connection refused: Canary"))


@pytest.fixture(autouse=True)
def _in_reach() -> None:
    """The database answers, before anything is said."""
    with refusing():
        pass


def test_that_the_database_is_away_is_said_once_and_once_that_it_is_back(caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(3):
        with pytest.raises(Unavailable):
            refused()
    with refusing():
        pass
    with refusing():
        pass
    assert caplog.messages == [
        "the database cannot be reached; nothing is served until it answers again",
        "the database answers again",
    ]


def test_each_time_that_it_goes_away_is_said(caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(2):
        with pytest.raises(Unavailable):
            refused()
        with refusing():
            pass
    assert len(caplog.messages) == 4


def kept_off(error: psycopg.Error) -> None:
    with journalling():
        raise DBAPIError("INSERT INTO events", None, error)


@pytest.mark.parametrize("error", [psycopg.errors.InsufficientPrivilege, psycopg.errors.UndefinedTable])
def test_whatever_keeps_an_event_off_the_journal_is_that_it_cannot_be_journalled(
    error: type[psycopg.Error], caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(NotJournalled):
        kept_off(error("Canary"))
    said = f"the database refused: condition {error.sqlstate}, constraint none"
    assert caplog.messages == [said, "an event could not be put on the journal, and nothing was done without it"]


def test_whoever_comes_second_and_a_database_that_is_away_are_what_they_are_everywhere() -> None:
    with pytest.raises(Stale):
        kept_off(psycopg.errors.SerializationFailure())
    with pytest.raises(Unavailable) as refused:
        kept_off(psycopg.OperationalError("connection refused"))
    assert not isinstance(refused.value, NotJournalled)
