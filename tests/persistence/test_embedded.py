"""The embedded PostgreSQL, for real: each test starts, shares, kills or takes over a server."""

import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import NullPool, create_engine, text

from casetrack.persistence import programs
from casetrack.persistence.embedded import SUPERUSER, EmbeddedCluster
from casetrack.persistence.programs import EmbeddedRefused, account_for, programs_for

ROOT = Path(__file__).parent.parent.parent
CANARY = "canary-of-an-invented-person"

START = """
import sys
from pathlib import Path
from casetrack.persistence.embedded import EmbeddedCluster
cluster = EmbeddedCluster(Path(sys.argv[1]))
cluster.start()
print(("starter" if cluster.is_starter else "sharer") if cluster.is_running() else "stranger", flush=True)
sys.stdin.read()
cluster.stop()
"""

AS_NOBODY = """
import os, pwd
nobody = pwd.getpwnam("nobody")
import casetrack.persistence.embedded
os.setgroups([])
os.setgid(nobody.pw_gid)
os.setuid(nobody.pw_uid)
"""

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another account")


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedCluster]:
    with EmbeddedCluster(tmp_path_factory.mktemp("one") / "postgres") as cluster:
        yield cluster


@pytest.fixture
def shared(one: EmbeddedCluster) -> EmbeddedCluster:
    """The one server of these tests, up again whatever the test before did to it."""
    one.start()
    return one


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every account may enter, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="casetrack-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def answer(cluster: EmbeddedCluster, statement: str) -> object:
    engine = create_engine(cluster.url(SUPERUSER, SUPERUSER), poolclass=NullPool)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        found = connection.execute(text(statement))
        return found.scalar_one() if found.returns_rows else None


def command(folder: Path, script: str = START) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, str(folder)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def first_word(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def kill_server(cluster: EmbeddedCluster) -> None:
    os.kill(int((cluster.folder / "cluster" / "postmaster.pid").read_text().splitlines()[0]), signal.SIGKILL)
    while cluster.is_running():
        time.sleep(0.02)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("listen_addresses", ""),
        ("server_encoding", "UTF8"),
        ("data_checksums", "on"),
        ("fsync", "on"),
        ("full_page_writes", "on"),
        ("synchronous_commit", "on"),
        ("log_parameter_max_length", "0"),
        ("log_min_error_statement", "panic"),
    ],
)
def test_a_new_server_is_private_and_durable(shared: EmbeddedCluster, setting: str, value: str) -> None:
    assert answer(shared, f"SHOW {setting}") == value


def test_texts_sort_by_code_point(shared: EmbeddedCluster) -> None:
    assert answer(shared, "SELECT string_agg(t, '' ORDER BY t) FROM unnest(ARRAY['é', 'b', 'B', 'a']) t") == "Babé"


def test_only_the_servers_account_may_enter_its_folders(shared: EmbeddedCluster) -> None:
    assert [mode(shared.folder / name) for name in ("cluster", "socket")] == [0o700, 0o700]
    assert (shared.folder / "cluster").stat().st_uid != 0


def test_an_address_has_the_role_and_the_database_and_no_host_but_the_socket(shared: EmbeddedCluster) -> None:
    shared.create_database("named")
    shared.create_database("named")
    engine = create_engine(shared.url(SUPERUSER, "named"), poolclass=NullPool)
    with engine.connect() as connection:
        found = connection.execute(text("SELECT current_user, current_database(), inet_server_addr()")).one()

    assert tuple(found) == (SUPERUSER, "named", None)


def test_a_failed_statement_leaves_nothing_of_its_values_in_the_log(shared: EmbeddedCluster) -> None:
    with psycopg.connect(shared.url(SUPERUSER, SUPERUSER).replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("CREATE TABLE once (name text UNIQUE)")
        connection.execute("INSERT INTO once VALUES (%s)", [CANARY])
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO once VALUES (%s)", [CANARY])
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute(sql.SQL("INSERT INTO once VALUES ({})").format(CANARY))
    log = (shared.folder / "cluster" / "server.log").read_text()

    assert "duplicate key" in log
    assert CANARY not in log


def test_a_second_command_shares_the_server_and_does_not_stop_it(shared: EmbeddedCluster) -> None:
    other = command(shared.folder)
    assert first_word(other) == "sharer"
    _, errors = other.communicate("")

    assert (other.returncode, errors) == (0, "")
    assert shared.is_running()


def test_of_two_commands_at_once_one_starts_the_server_and_both_have_it(tmp_path: Path) -> None:
    both = [command(tmp_path / "postgres") for _ in range(2)]
    words = {first_word(process): process for process in both}
    assert set(words) == {"starter", "sharer"}
    words["sharer"].communicate("")
    cluster = EmbeddedCluster(tmp_path / "postgres")
    assert cluster.is_running()
    words["starter"].communicate("")

    assert not cluster.is_running()
    assert [process.returncode for process in both] == [0, 0]


def test_the_server_starts_again_after_kill_9_with_all_that_it_acknowledged(shared: EmbeddedCluster) -> None:
    answer(shared, "CREATE TABLE kept AS SELECT 7 AS seven")
    kill_server(shared)
    shared.start()

    assert answer(shared, "SELECT seven FROM kept") == 7


def test_the_number_of_a_killed_server_may_be_some_other_programs_by_now(shared: EmbeddedCluster) -> None:
    kill_server(shared)
    pid_file = shared.folder / "cluster" / "postmaster.pid"
    with subprocess.Popen(["/bin/sleep", "60"], user=pid_file.stat().st_uid) as stranger:
        _, *rest = pid_file.read_text().splitlines()
        pid_file.write_text("\n".join([str(stranger.pid), *rest]))
        shared.start()
        stranger.kill()

    assert shared.is_running()


def test_no_file_outranks_the_settings(shared: EmbeddedCluster) -> None:
    answer(shared, "ALTER SYSTEM SET fsync = off")
    shared.stop()
    shared.start()

    assert answer(shared, "SHOW fsync") == "on"


def test_when_the_starter_is_killed_the_server_stays_and_the_next_command_takes_over(
    shared: EmbeddedCluster,
) -> None:
    shared.stop()
    starter = command(shared.folder)
    assert first_word(starter) == "starter"
    starter.kill()
    starter.communicate()
    assert shared.is_running()
    assert not shared.is_starter

    with shared:
        assert shared.is_starter
    assert not shared.is_running()


def test_a_server_that_cannot_start_says_why_in_its_own_words(shared: EmbeddedCluster) -> None:
    file = shared.folder / "cluster" / "postgresql.conf"
    good = file.read_text()
    shared.stop()
    file.write_text(f"{good}nonsense = 1\n")

    with pytest.raises(EmbeddedRefused, match=r"did not start in .*: .*FATAL:.*contains errors"):
        shared.start()
    assert not shared.is_starter
    file.write_text(good)


def test_what_an_interrupted_beginning_left_is_cleared_away(tmp_path: Path) -> None:
    (tmp_path / "cluster.making" / "base").mkdir(parents=True)
    with EmbeddedCluster(tmp_path) as cluster:
        assert cluster.is_running()

    assert not (tmp_path / "cluster.making").exists()


def test_a_path_too_long_for_a_socket_has_a_short_one_that_goes_with_the_server(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 25)
    with EmbeddedCluster(folder) as cluster:
        short = (folder / "socket").readlink()
        assert answer(EmbeddedCluster(folder), "SELECT 1") == 1
        assert mode(short) == 0o700
        kill_server(cluster)
        cluster.start()
        assert not short.exists()
        short = (folder / "socket").readlink()

    assert not short.exists()


def test_a_cluster_of_another_release_is_refused(tmp_path: Path) -> None:
    cluster = EmbeddedCluster(tmp_path)
    (tmp_path / "cluster").mkdir()
    (tmp_path / "cluster" / "PG_VERSION").write_text("17\n")

    with pytest.raises(EmbeddedRefused, match="was made by PostgreSQL 17 and this is 18"):
        cluster.start()
    assert not cluster.is_starter


@needs_root
def test_an_account_that_is_not_root_starts_a_server_of_its_own(open_folder: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    os.chown(open_folder, nobody.pw_uid, nobody.pw_gid)
    other = command(open_folder / "postgres", AS_NOBODY + START)
    assert (first_word(other), other.poll()) == ("starter", None)
    root = EmbeddedCluster(open_folder / "postgres")
    assert answer(root, "SELECT 1") == 1
    _, errors = other.communicate("")

    assert (other.returncode, errors) == (0, "")
    with root:
        assert (root.folder / "cluster").stat().st_uid == nobody.pw_uid
    assert account_for(root.folder / "cluster").name == "nobody"
    again = command(open_folder / "postgres", AS_NOBODY + START)
    assert first_word(again) == "starter"
    again.communicate("")


@needs_root
def test_another_account_is_refused_in_a_sentence(shared: EmbeddedCluster) -> None:
    _, errors = command(shared.folder, AS_NOBODY + START).communicate("")

    assert "Run casetrack as the account that the folder belongs to." in errors.splitlines()[-1]


@needs_root
def test_programs_that_only_root_may_read_are_copied_to_where_the_server_may_read_them(
    open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    private = open_folder / "private"
    private.mkdir(mode=0o700)
    package = programs_for(account_for(private)).parents[1]
    for folder in (package, package.with_suffix(".libs")):
        shutil.copytree(folder, private / folder.name)
    monkeypatch.syspath_prepend(private)
    monkeypatch.setattr(programs, "_COPIES", open_folder / "copies")

    with EmbeddedCluster(private / "postgres") as cluster:
        assert answer(cluster, "SELECT 1") == 1
    assert programs_for(account_for(private)).is_relative_to(open_folder / "copies")
    assert mode(private) == 0o700
