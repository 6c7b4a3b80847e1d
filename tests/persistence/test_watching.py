"""What machines that watch are told of the log: how much waits, for how long, and from when on that is a trouble."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from casetrack.app import utc_now
from casetrack.persistence import watching
from casetrack.persistence.embedded import SUPERUSER
from casetrack.services.verifying_journal import LATE
from tests.persistence.walls import Walled


def test_the_merge_delay_is_counted_in_seconds_and_nothing_waits_in_an_empty_queue(walled: Walled) -> None:
    world, database = walled
    with database.engine(SUPERUSER).begin() as connection:
        connection.execute(text("DELETE FROM log_queue"))
    assert (watching.counts(utc_now())["log_queue"], watching.counts(utc_now())["log_delay_seconds"]) == (0, 0)

    world.case()
    told = watching.counts(utc_now() + timedelta(seconds=90))
    assert (told["log_queue"], told["log_delay_seconds"] // 10) == (1, 9)


@pytest.mark.parametrize(("more", "told"), [(timedelta(seconds=-5), ()), (timedelta(seconds=5), ("sequencer",))])
def test_casetrack_is_not_ready_once_something_has_waited_longer_than_it_may(
    walled: Walled, more: timedelta, told: tuple[str, ...]
) -> None:
    world, _ = walled
    world.case()
    assert watching.troubles(utc_now() + LATE + more) == told
