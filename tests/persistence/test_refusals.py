"""What the database refuses, and what is said of it in the program's own log."""

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError

from casetrack.domain.errors import Unavailable
from casetrack.persistence.refusals import refusing


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
