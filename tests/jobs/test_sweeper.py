"""The sweeper, over PostgreSQL: what is past its life is gone, what is not stays, and it reads nothing on the way."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from threading import Event, Thread
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text

from casetrack.config import settings
from casetrack.domain.errors import NotPermitted, Unavailable
from casetrack.domain.ids import Instant, SessionId
from casetrack.jobs import sweeper as sweeper_room
from casetrack.jobs.sweeper import Leftovers, keep_sweeping, sweep
from casetrack.persistence import work
from casetrack.persistence.embedded import SUPERUSER
from casetrack.persistence.installing import engine_for
from casetrack.persistence.roles import JOBS, SEQUENCER
from casetrack.persistence.work import begin_sweep
from casetrack.services.lifetimes import ANSWERS_REPEAT, DRAFTS_WAIT, FAILURES_COUNT, SESSIONS_WAIT
from casetrack.services.limits import COUNTED_FOR, Raise, Spent
from casetrack.services.people import Link, LinkUse, Session
from casetrack.services.ports import Stores
from casetrack.services.sessions import is_live
from casetrack.services.unsent import Draft
from tests.builders import NINE, NOBODY
from tests.persistence.databases import Database
from tests.persistence.worlds import World

MOMENT = timedelta(seconds=1)
NOTHING = dict.fromkeys(("sessions", "links", "failures", "drafts", "answers", "quota_uses", "quota_raises"), 0)
LATE = NINE + timedelta(days=400)


@pytest.fixture
def world(request: pytest.FixtureRequest) -> World:
    """A small world over PostgreSQL."""
    founding = request.getfixturevalue("app_engine").founding
    return World.made(work.begin, work.transaction, founding)


@pytest.fixture
def engine(database: Database) -> Iterator[Engine]:
    """An engine of the sweeper's role."""
    engine = engine_for(database.url(JOBS), statement_timeout_ms=20_000)
    yield engine
    engine.dispose()


def begun(engine: Engine) -> AbstractContextManager[Leftovers]:
    return begin_sweep(engine)


def session(world: World, token: bytes, since: Instant = NINE, seen: Instant = NINE) -> Session:
    return Session(SessionId(uuid4()), token, world.sender.id, "password", 0, since, seen, b"sealed")


def link(world: World, digest: bytes, until: Instant = NINE) -> Link:
    return Link(digest, world.sender.id, LinkUse.SET_UP, 0, until)


def keep_all(stores: Stores, world: World) -> None:
    """One of each, at nine."""
    me = world.sender.id
    stores.doors.add_session(session(world, b"session"))
    stores.doors.keep_link(link(world, b"link"))
    stores.doors.add_failure(b"throttle", NINE)
    stores.drafts.keep(Draft(me, "case", b"sealed", NINE))
    stores.doors.remember(b"key", me, b"sealed", NINE)
    stores.quotas.spend(me, Spent(1), NINE)
    stores.quotas.allow(Raise(uuid4(), me, world.receiver.id, NINE, NINE + MOMENT))


def counts(database: Database) -> dict[str, int]:
    with database.engine(SUPERUSER).connect() as connection:
        return {table: connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0 for table in NOTHING}  # noqa: S608 - a table of ours


@pytest.mark.parametrize(
    ("kind", "life", "last"),
    [
        ("sessions", SESSIONS_WAIT.idle, True),
        ("links", timedelta(), False),
        ("failures", FAILURES_COUNT, False),
        ("drafts", DRAFTS_WAIT, True),
        ("answers", ANSWERS_REPEAT, True),
        ("quota_uses", COUNTED_FOR, False),
        ("quota_raises", MOMENT, False),
    ],
)
def test_each_thing_is_kept_for_its_life_and_no_longer(
    world: World, engine: Engine, kind: str, life: timedelta, *, last: bool
) -> None:
    with world.begin(NOBODY) as stores:
        keep_all(stores, world)
    end = NINE + life

    assert sweep(partial(begun, engine), end if last else end - MOMENT)[kind] == 0
    assert sweep(partial(begun, engine), end + MOMENT if last else end)[kind] == 1
    assert sweep(partial(begun, engine), LATE)[kind] == 0


def test_a_session_that_is_used_all_the_time_ends_too(world: World, engine: Engine) -> None:
    now = NINE + SESSIONS_WAIT.absolute + MOMENT
    old, young = session(world, b"old", seen=now), session(world, b"young", since=NINE + MOMENT, seen=now)
    with world.begin(NOBODY) as stores:
        stores.doors.add_session(old)
        stores.doors.add_session(young)

    assert sweep(partial(begun, engine), now) == NOTHING | {"sessions": 1}
    with world.begin(NOBODY) as stores:
        assert (stores.doors.session(b"old"), stores.doors.session(b"young")) == (None, young)


@pytest.mark.parametrize("later", [SESSIONS_WAIT.idle, SESSIONS_WAIT.idle + MOMENT])
def test_no_session_is_swept_from_which_anything_is_still_taken_up(
    world: World, engine: Engine, later: timedelta
) -> None:
    kept = session(world, b"session")
    with world.begin(NOBODY) as stores:
        stores.doors.add_session(kept)

    waits = is_live(kept, SESSIONS_WAIT, NINE + later)
    assert sweep(partial(begun, engine), NINE + later)["sessions"] == (0 if waits else 1)


def test_a_link_that_was_used_goes_before_its_time(world: World, engine: Engine) -> None:
    with world.begin(NOBODY) as stores:
        for digest in (b"used", b"not used"):
            stores.doors.keep_link(link(world, digest, NINE + MOMENT))
        stores.doors.use_link(b"used", LinkUse.SET_UP, NINE)

    assert sweep(partial(begun, engine), NINE) == NOTHING | {"links": 1}
    with world.begin(NOBODY) as stores:
        assert stores.doors.use_link(b"used", LinkUse.SET_UP, NINE) is None
        assert stores.doors.use_link(b"not used", LinkUse.SET_UP, NINE) == link(world, b"not used", NINE + MOMENT)


def test_nobody_is_signed_out_by_it_before_the_settings_say() -> None:
    most = {setting.key: setting.check for setting in settings() if setting.table == "sessions"}
    with pytest.raises(ValueError, match="between"):
        most["absolute_hours"](SESSIONS_WAIT.absolute / timedelta(hours=1))
    with pytest.raises(ValueError, match="between"):
        most["idle_minutes"](int(SESSIONS_WAIT.idle / timedelta(minutes=1)))


def test_it_is_all_swept_or_nothing_is(world: World, engine: Engine, database: Database) -> None:
    with world.begin(NOBODY) as stores:
        keep_all(stores, world)
    before = counts(database)
    with database.engine(SUPERUSER).begin() as connection:
        connection.execute(text(f"REVOKE DELETE ON answers FROM {JOBS}"))
    try:
        with pytest.raises(NotPermitted):
            sweep(partial(begun, engine), LATE)
    finally:
        with database.engine(SUPERUSER).begin() as connection:
            connection.execute(text(f"GRANT DELETE ON answers TO {JOBS}"))

    assert counts(database) == before == dict.fromkeys(NOTHING, 1)
    assert sweep(partial(begun, engine), LATE) == before


def test_the_sequencers_role_sweeps_nothing(database: Database) -> None:
    engine = engine_for(database.url(SEQUENCER), statement_timeout_ms=20_000)
    with pytest.raises(NotPermitted):
        sweep(partial(begun, engine), LATE)
    engine.dispose()


def test_one_sweeps_at_a_time(world: World, engine: Engine, database: Database) -> None:
    with world.begin(NOBODY) as stores:
        keep_all(stores, world)
    other = engine_for(database.url(JOBS), statement_timeout_ms=20_000)
    found: list[int] = []
    with begin_sweep(other) as left:
        left.hold()
        second = Thread(target=lambda: found.append(sum(sweep(partial(begun, engine), LATE).values())))
        second.start()
        second.join(0.2)
        assert second.is_alive()
        left.end_drafts(before=LATE)
    second.join(10)
    other.dispose()

    assert found == [len(NOTHING) - 1]


def test_it_goes_on_until_it_is_stopped_whatever_is_refused(
    world: World, engine: Engine, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeper_room, "SWEPT_EVERY", timedelta(milliseconds=10))
    with world.begin(NOBODY) as stores:
        keep_all(stores, world)
    stop, tries = Event(), iter([True, True, False])

    def now_and_then() -> AbstractContextManager[Leftovers]:
        if next(tries, False):
            raise Unavailable
        if not sum(counts(database).values()):
            stop.set()
        return begin_sweep(engine)

    keep_sweeping(now_and_then, stop, clock=lambda: LATE)

    assert counts(database) == NOTHING


def test_a_draft_that_is_taken_up_again_begins_its_life_again(world: World, engine: Engine) -> None:
    draft = Draft(world.sender.id, "case", b"sealed", NINE)
    with world.begin(NOBODY) as stores:
        stores.drafts.keep(draft)
        stores.drafts.keep(replace(draft, at=NINE + DRAFTS_WAIT))

    assert sweep(partial(begun, engine), NINE + DRAFTS_WAIT + MOMENT) == NOTHING
