"""Several organisations at work through the one door, in any order: over PostgreSQL stays true what does in memory."""

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from casetrack.persistence.refusals import refusing
from tests.persistence.databases import Database
from tests.persistence.kept import OpenSqlStores
from tests.services.test_machine import Casework
from tests.world import World

A_LITTLE = settings(max_examples=12, stateful_step_count=30, deadline=None)
AT_LENGTH = settings(max_examples=100, stateful_step_count=60, deadline=None)


@pytest.mark.parametrize(
    "often", [pytest.param(A_LITTLE, id="a-little"), pytest.param(AT_LENGTH, id="at-length", marks=pytest.mark.proof)]
)
def test_casework_is_the_same_over_postgresql_and_the_rules_refuse_before_the_database_has_to(
    app_engine: Database, caplog: pytest.LogCaptureFixture, often: settings
) -> None:
    class CaseworkOverPostgresql(Casework):
        def __init__(self) -> None:
            super().__init__(World.in_the_open(OpenSqlStores(app_engine)))

    # What came before may have left it out of reach, which is not what is asked here.
    with refusing():
        pass
    caplog.clear()

    run_state_machine_as_test(CaseworkOverPostgresql, settings=often)

    assert not caplog.messages
