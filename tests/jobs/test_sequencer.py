"""The sequencer, over PostgreSQL: whatever happens, every event has one place, and what is signed is committed."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from threading import Event, Thread
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, text

from casetrack.audit.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from casetrack.audit.entry import Entry, commit
from casetrack.audit.errors import (
    CheckpointRefused,
    FrontierDiffers,
    KeyEnded,
    LogForked,
    LogRefused,
    LogRolledBack,
    OriginDiffers,
    PromiseBroken,
    SignatureMissing,
)
from casetrack.audit.note import Note, VerifierKey
from casetrack.audit.succession import Says, Statement, sign_statement
from casetrack.audit.tree import Frontier, leaf_hash, root_of
from casetrack.audit.verify import verify_log
from casetrack.crypto.signing import LogKey
from casetrack.domain.errors import Unavailable
from casetrack.jobs import sequencer as sequencer_room
from casetrack.jobs.sequencer import Log, Sequencer
from casetrack.persistence.embedded import SUPERUSER
from casetrack.persistence.installing import engine_for, require_durability
from casetrack.persistence.ready import NotDurable
from casetrack.persistence.roles import SEQUENCER
from casetrack.persistence.work import begin_log
from casetrack.services.checkpoints import CheckpointSigner, CheckpointVerifier, LogChain, SigningKeys, origin_of
from tests.persistence.databases import Database

SEED = bytes(range(32))
KEY = LogKey(SEED)
ORIGIN = origin_of("casetrack.test")
SIGNER = CheckpointSigner(ORIGIN, KEY)


def signing(first: LogKey = KEY, statements: tuple[str, ...] = (), *keys: LogKey) -> SigningKeys:
    """What a sequencer signs with: these keys, or the first alone."""
    signers = tuple(CheckpointSigner(ORIGIN, key) for key in keys or (first,))
    return SigningKeys(LogChain(first.public, statements).believed(ORIGIN), signers)


KEYS = signing
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)

IN_A_PROCESS = """
import sys
from functools import partial
from tests.jobs.test_sequencer import KEYS, NOW, engine_for, begin_log, Sequencer
engine = engine_for(sys.argv[1], statement_timeout_ms=20_000)
sequencer = Sequencer(partial(begin_log, engine), KEYS, batch=5, clock=lambda: NOW)
while sequencer.step():
    print("stepped", flush=True)
"""
"""A worker that can be killed."""


def queue(database: Database, count: int) -> set[UUID]:
    """So many events have happened, and wait."""
    ids = {uuid4() for _ in range(count)}
    with database.engine(SUPERUSER).begin() as connection:
        connection.execute(
            text(
                "INSERT INTO events (id, at, time_ms, action, aspect, holders_then, payload, salt, commitment)"
                " VALUES (:id, :at, 1, 'session:open', '', '{}', '{}', :salt, :commitment)"
            ),
            [{"id": each, "at": NOW, "salt": bytes(32), "commitment": commit(b"{}", bytes(32))} for each in ids],
        )
    return ids


@pytest.fixture
def engine(database: Database) -> Iterator[Engine]:
    """An engine of the sequencer's role."""
    engine = engine_for(database.url(SEQUENCER), statement_timeout_ms=20_000)
    yield engine
    engine.dispose()


def sequencer_over(engine: Engine, *, batch: int = 10, keys: Callable[[], SigningKeys] = KEYS) -> Sequencer:
    return Sequencer(partial(begin_log, engine), keys, batch=batch, clock=lambda: NOW)


def check_log(database: Database, events: set[UUID], keys: Callable[[], SigningKeys] = KEYS) -> None:
    """Every event has one leaf, the leaves have every number, and the whole log is signed and verifies."""
    with database.engine(SUPERUSER).connect() as connection:
        leaves = connection.execute(text("SELECT number, event, leaf FROM leaves ORDER BY number")).all()
        notes = connection.scalars(text("SELECT note FROM checkpoints ORDER BY size")).all()
        waiting = connection.scalar(text("SELECT count(*) FROM log_queue"))
    verified = verify_log([row.leaf for row in leaves], notes, keys().believed, origin=ORIGIN)

    assert [row.number for row in leaves] == list(range(len(events)))
    assert {row.event for row in leaves} == events
    assert (verified.entries, verified.unsigned, waiting) == (len(events), 0, 0)


def test_what_waits_is_taken_in_and_signed(database: Database, engine: Engine) -> None:
    events = queue(database, 25)
    sequencer = sequencer_over(engine)

    assert [sequencer.step() for _ in range(4)] == [10, 10, 5, 0]
    check_log(database, events)


def test_without_events_nothing_is_signed(database: Database, engine: Engine) -> None:
    assert sequencer_over(engine).step() == 0
    with database.engine(SUPERUSER).connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM checkpoints")) == 0


def test_the_log_grows_from_where_it_was(database: Database, engine: Engine) -> None:
    before = queue(database, 7)
    sequencer_over(engine).step()
    after = queue(database, 9)
    sequencer_over(engine).step()

    check_log(database, before | after)


def test_a_leaf_is_committed_before_it_is_signed(database: Database, engine: Engine) -> None:
    queue(database, 3)
    seen: list[int] = []

    class Watched(Sequencer):
        def _sign(self, log: Log, keys: SigningKeys) -> None:
            with database.engine(SUPERUSER).connect() as another:
                seen.append(another.scalar(text("SELECT count(*) FROM leaves")) or 0)
            super()._sign(log, keys)

    Watched(partial(begin_log, engine), KEYS, batch=10, clock=lambda: NOW).step()

    assert seen == [3]


def test_many_sequencers_at_once_give_every_event_one_place(database: Database) -> None:
    events = queue(database, 200)
    engines = [engine_for(database.url(SEQUENCER), statement_timeout_ms=20_000) for _ in range(4)]

    def drain(engine: Engine) -> None:
        sequencer = sequencer_over(engine, batch=7)
        while sequencer.step():
            pass

    with ThreadPoolExecutor(len(engines)) as pool:
        list(pool.map(drain, engines))
    for engine in engines:
        engine.dispose()

    check_log(database, events)


def test_while_one_has_the_log_another_waits(database: Database, engine: Engine) -> None:
    queue(database, 3)
    other = engine_for(database.url(SEQUENCER), statement_timeout_ms=20_000)
    done = Event()

    def step() -> None:
        sequencer_over(other).step()
        done.set()

    with begin_log(engine) as log:
        log.hold()
        waiting = Thread(target=step)
        waiting.start()
        assert not done.wait(0.5)
    assert done.wait(10)
    waiting.join()
    other.dispose()


def test_a_worker_that_is_killed_loses_nothing(database: Database, engine: Engine) -> None:
    events = queue(database, 120)
    for _ in range(3):
        command = [sys.executable, "-c", IN_A_PROCESS, database.url(SEQUENCER)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as worker:
            assert worker.stdout is not None
            assert worker.stdout.readline() == b"stepped\n"
            worker.send_signal(signal.SIGKILL)
        events |= queue(database, 5)
    sequencer = sequencer_over(engine)
    while sequencer.step():
        pass

    check_log(database, events)


def test_leaves_that_were_never_signed_are_signed_by_whoever_comes_next(database: Database, engine: Engine) -> None:
    events = queue(database, 6)
    with begin_log(engine) as log:
        log.drain(4)

    sequencer_over(engine).step()

    check_log(database, events)


def edit(database: Database, *statements: str) -> None:
    """Somebody who can write to the database has done this."""
    with database.engine(SUPERUSER).begin() as connection:
        connection.execute(text("SET session_replication_role = replica"))
        for table in ("leaves", "checkpoints"):
            connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER {table}_are_for_ever"))
        for statement in statements:
            connection.execute(text(statement))
        for table in ("leaves", "checkpoints"):
            connection.execute(text(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_are_for_ever"))


@pytest.mark.parametrize(
    ("edited", "refusal"),
    [
        ("UPDATE checkpoints SET frontier = decode(repeat('00', octet_length(frontier)), 'hex')", FrontierDiffers),
        ("DELETE FROM leaves WHERE number = 2", LogRolledBack),
    ],
    ids=["frontier", "leaf"],
)
def test_a_log_that_is_not_what_was_signed_is_not_grown(
    database: Database, engine: Engine, edited: str, refusal: type[Exception]
) -> None:
    queue(database, 3)
    sequencer_over(engine).step()
    edit(database, edited)
    queue(database, 2)

    with pytest.raises(refusal):
        sequencer_over(engine).step()
    with database.engine(SUPERUSER).connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM log_queue")) == 2


def test_a_log_under_another_key_is_not_grown(database: Database, engine: Engine) -> None:
    queue(database, 3)
    sequencer_over(engine).step()

    with pytest.raises(SignatureMissing):
        sequencer_over(engine, keys=partial(signing, LogKey.generate())).step()


def test_a_checkpoint_that_speaks_of_another_log_is_not_gone_on_from(database: Database, engine: Engine) -> None:
    queue(database, 1)
    leaf = Entry(1, bytes(16), bytes(32)).leaf()
    frontier = Frontier().append(leaf_hash(leaf))
    note = Note.signed(Checkpoint("another/audit", 1, frontier.root()).body(), SIGNER).format()
    with begin_log(engine) as log:
        log.drain(1)
        log.add_checkpoint(note, frontier, NOW)

    with pytest.raises(OriginDiffers):
        sequencer_over(engine).step()


def test_it_stops_when_it_is_told_to(database: Database, engine: Engine) -> None:
    events, stop = queue(database, 30), Event()
    running = Thread(target=sequencer_over(engine, batch=5).run, args=(stop,), kwargs={"interval_s": 0.01})
    running.start()
    with database.engine(SUPERUSER).connect() as connection:
        for _ in range(500):
            if connection.scalar(text("SELECT coalesce(max(size), 0) FROM checkpoints")) == len(events):
                break
            connection.rollback()
            stop.wait(0.01)
    stop.set()
    running.join(10)

    assert not running.is_alive()
    check_log(database, events)


def test_a_database_that_does_not_answer_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sequencer_room, "PAUSE_S", 0.01)
    stop, asked = Event(), 0

    @contextmanager
    def begin() -> Iterator[Log]:
        nonlocal asked
        asked += 1
        if asked == 3:
            stop.set()
        raise Unavailable
        yield

    Sequencer(begin, KEYS, batch=5, clock=lambda: NOW).run(stop, interval_s=0.01)

    assert asked == 3


@pytest.mark.parametrize("setting", ["synchronous_commit"])
def test_it_does_not_start_where_a_crash_could_lose_what_is_acknowledged(database: Database, setting: str) -> None:
    with database.engine(SUPERUSER).begin() as connection:
        connection.execute(text(f"ALTER ROLE {SEQUENCER} SET {setting} = off"))
    engine = engine_for(database.url(SEQUENCER), statement_timeout_ms=20_000)
    try:
        with pytest.raises(NotDurable, match=setting):
            require_durability(engine)
    finally:
        engine.dispose()
        with database.engine(SUPERUSER).begin() as connection:
            connection.execute(text(f"ALTER ROLE {SEQUENCER} RESET {setting}"))


def test_the_newest_checkpoint_is_the_logs_own(database: Database, engine: Engine) -> None:
    queue(database, 3)
    sequencer_over(engine).step()
    with begin_log(engine) as log:
        note = log.newest_checkpoint()

    assert note is not None
    assert open_checkpoint(note, CheckpointVerifier(ORIGIN, KEY.public)).size == 3


class Renewing:
    """The log's keys as a worker finds them, which somebody renews meanwhile."""

    def __init__(self) -> None:
        self.keys: tuple[LogKey, ...] = (KEY,)
        self.statements: tuple[str, ...] = ()

    def __call__(self) -> SigningKeys:
        return signing(KEY, self.statements, *self.keys)

    def tell(self, engine: Engine, says: Says, new: LogKey) -> None:
        """Both keys say it, of the log as it is, while nobody else has it."""
        with begin_log(engine) as log:
            log.hold()
            size = self().believed.open(log.newest_checkpoint() or "").size
            old, fresh = VerifierKey(ORIGIN, KEY.public), VerifierKey(ORIGIN, new.public)
            note = sign_statement(Statement(says, ORIGIN, old, fresh, size, 0), SIGNER, CheckpointSigner(ORIGIN, new))
            self.statements += (note,)
            self.keys = (KEY, new) if says is Says.FOLLOWS else (new,)


def notes_of(database: Database) -> list[str]:
    """The signed checkpoints, the oldest first."""
    with database.engine(SUPERUSER).connect() as connection:
        return list(connection.scalars(text("SELECT note FROM checkpoints ORDER BY size")))


def test_entries_before_during_and_after_a_renewal_are_in_the_log_once_and_verify(
    database: Database, engine: Engine
) -> None:
    keys, new = Renewing(), LogKey.generate()
    sequencer = sequencer_over(engine, keys=keys)
    events = queue(database, 7)
    sequencer.step()
    keys.tell(engine, Says.FOLLOWS, new)
    events |= queue(database, 5)
    sequencer.step()
    keys.tell(engine, Says.ENDS, new)
    events |= queue(database, 4)
    sequencer.step()

    check_log(database, events, keys)
    assert [len(Note.parse(note).signatures) for note in notes_of(database)] == [1, 2, 1]


def test_a_worker_that_runs_meanwhile_takes_the_new_key_up(database: Database, engine: Engine) -> None:
    keys, new, stop = Renewing(), LogKey.generate(), Event()
    events = queue(database, 1)
    sequencer_over(engine, keys=keys).step()
    running = Thread(target=sequencer_over(engine, batch=3, keys=keys).run, args=(stop,), kwargs={"interval_s": 0.01})
    running.start()
    other = engine_for(database.url(SEQUENCER), statement_timeout_ms=20_000)
    for says in (None, Says.FOLLOWS, Says.ENDS):
        if says is not None:
            keys.tell(other, says, new)
        events |= queue(database, 8)
        for _ in range(500):
            if keys().believed.open(notes_of(database)[-1]).size == len(events):
                break
            stop.wait(0.01)
    stop.set()
    running.join(10)
    other.dispose()

    assert not running.is_alive()
    check_log(database, events, keys)
    assert [each.key_id for each in Note.parse(notes_of(database)[-1]).signatures] == [keys().signers[0].key_id]


def test_a_history_rewritten_with_the_key_that_ended_is_refused(database: Database, engine: Engine) -> None:
    keys, new = Renewing(), LogKey.generate()
    sequencer = sequencer_over(engine, keys=keys)
    queue(database, 4)
    sequencer.step()
    keys.tell(engine, Says.FOLLOWS, new)
    queue(database, 3)
    sequencer.step()
    keys.tell(engine, Says.ENDS, new)
    queue(database, 3)
    sequencer.step()
    rewritten = [Entry(1, number.to_bytes(16), bytes(32)).leaf() for number in range(10)]
    frontier = Frontier().extend(map(leaf_hash, rewritten))
    forged = sign_checkpoint(Checkpoint(ORIGIN, 10, frontier.root()), SIGNER)

    with pytest.raises(CheckpointRefused) as refused:
        verify_log(rewritten, [forged], keys().believed, origin=ORIGIN)
    assert isinstance(refused.value.because, KeyEnded)
    edit(database, "DELETE FROM checkpoints WHERE size = 10")
    with begin_log(engine) as log:
        log.add_checkpoint(forged, frontier, NOW)
    queue(database, 1)
    with pytest.raises(KeyEnded):
        sequencer.step()


def promising(database: Database, size: int, root: bytes | None = None) -> Callable[[], SigningKeys]:
    """Keys beside which it is kept that others hold a checkpoint of that size: a true one, or with that root."""
    with database.engine(SUPERUSER).connect() as connection:
        leaves = connection.scalars(text("SELECT leaf FROM leaves ORDER BY number LIMIT :size"), {"size": size}).all()
    true = root_of(leaf_hash(leaf) for leaf in leaves)
    note = sign_checkpoint(Checkpoint(ORIGIN, size, root or true), SIGNER)
    return lambda: replace(KEYS(), promised=note)


def test_a_log_goes_on_from_what_others_hold(database: Database, engine: Engine) -> None:
    queue(database, 5)
    sequencer_over(engine).step()
    more = queue(database, 3)
    sequencer_over(engine, keys=promising(database, 5)).step()
    with database.engine(SUPERUSER).connect() as connection:
        assert connection.scalar(text("SELECT max(size) FROM checkpoints")) == 5 + len(more)


@pytest.mark.parametrize(
    ("size", "root", "because"),
    [(6, bytes(32), LogRolledBack), (5, bytes(31) + b"1", LogForked), (4, None, LogForked)],
    ids=["older", "another", "never signed"],
)
def test_a_log_that_is_older_than_what_others_hold_does_not_grow(
    database: Database, engine: Engine, size: int, root: bytes | None, because: type[LogRefused]
) -> None:
    queue(database, 5)
    sequencer_over(engine).step()
    queue(database, 3)
    with pytest.raises(PromiseBroken) as refused:
        sequencer_over(engine, keys=promising(database, size, root)).step()
    assert isinstance(refused.value.because, because)
    with database.engine(SUPERUSER).connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM leaves")) == 5
        assert connection.scalar(text("SELECT count(*) FROM log_queue")) == 3


def test_what_others_hold_of_another_log_is_believed_by_nobody(database: Database, engine: Engine) -> None:
    queue(database, 5)
    forged = sign_checkpoint(Checkpoint(ORIGIN, 1, bytes(32)), CheckpointSigner(ORIGIN, LogKey(bytes(32))))
    with pytest.raises(SignatureMissing):
        sequencer_over(engine, keys=lambda: replace(KEYS(), promised=forged)).step()
