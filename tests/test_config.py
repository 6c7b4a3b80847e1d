"""The settings, and what is said of those that are wrong."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casetrack.config import Config, ConfigRefused, Server, Setting, find_config, read_config, settings
from casetrack.config.checks import Whole

EXAMPLE = Path(__file__).parent.parent / "config.example.toml"
OURS = "postgresql://app:canary-password@db.example/casetrack"
OWNER = "postgresql://owner@db.example/casetrack"
SEQUENCER = "postgresql://sequencer@db.example/casetrack"
JOBS = "postgresql://jobs@db.example/casetrack"
AUDITOR = "postgresql://auditor@db.example/casetrack"
KEEPER = "postgresql://keeper@db.example/casetrack"
ADDRESSES = (
    f'[database]\nurl = "{OURS}"\nowner_url = "{OWNER}"\nsequencer_url = "{SEQUENCER}"\n'
    f'jobs_url = "{JOBS}"\nauditor_url = "{AUDITOR}"\nkeeper_url = "{KEEPER}"\n'
)


def written(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def faults(folder: Path, text: str, **environ: str) -> tuple[str, ...]:
    with pytest.raises(ConfigRefused) as refused:
        read_config(written(folder, text), environ)
    return refused.value.faults


def sentence(setting: Setting, anything: object) -> str | None:
    try:
        setting.check(anything)
    except ValueError as fault:
        return str(fault)
    return None


def test_nothing_at_all_is_a_configuration(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)

    config = read_config(None, {})

    assert config.database.is_embedded
    assert config.embedded_folder == tmp_path / "var" / "postgres"
    assert config.key_file == tmp_path / "var" / "keys.json"


def test_the_example_has_every_setting_and_no_other() -> None:
    example = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))

    assert [(table, key) for table, keys in example.items() for key in keys] == [(s.table, s.key) for s in settings()]


def test_the_example_says_what_holds_where_a_line_is_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(EXAMPLE.parent)

    assert read_config(EXAMPLE, {}) == read_config(None, {})


def test_every_setting_of_the_example_has_a_comment_above_it_and_names_its_variable() -> None:
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    for setting in settings():
        line = next(n for n, text in enumerate(lines) if text.startswith(f"{setting.key} ="))
        above = "" if lines[line - 1].startswith("[") else lines[line - 1]
        assert above.startswith("#") or setting.key == "port"
        assert (setting.variable or "") in above


def test_every_field_of_every_table_says_what_is_allowed_but_for_what_has_a_reader_of_its_own() -> None:
    said = {(setting.table, setting.key) for setting in settings()}
    config = Config()
    there = {(name, key) for name, table in vars(config).items() for key in vars(table)}

    assert there - said == {("keys", "passphrase"), ("keys", "tokens"), ("keys", "holders"), ("hours", "holders")}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[server]\nport = 70000", "[server] port: 70000 is not between 1 and 65535"),
        ('[server]\nport = "80"', '[server] port: "80" is not a whole number between 1 and 65535'),
        ("[server]\nport = true", "[server] port: true is not a whole number between 1 and 65535"),
        ("[server]\nprot = 80", "[server] prot: there is no such setting; did you mean port?"),
        (
            "[cookies]\ncolour = 1",
            "[cookies] colour: there is no such setting; there are secure",
        ),
        ("[sever]\nport = 80", "[sever]: there is no such table; did you mean server?"),
        ("[log]\njson = 1", "[log] json: 1 is not true or false"),
        ('[log]\nlevel = "loud"', '[log] level: "loud" is not one of "debug", "info", "warning", "error"'),
        ("[facts]\nversion = 2026-11-21", '[facts] version: 2026-11-21 is not one of "2026-11-21"'),
        ('[service]\nname = "A b"', '[service] name: "A b" is not small letters, digits, dots, hyphens'),
        ('[folder]\ndata = ""', '[folder] data: "" is not a path'),
        (
            "[sessions]\nidle_minutes = 90\nabsolute_hours = 1",
            "[sessions] idle_minutes: this is longer than absolute_hours",
        ),
        (
            "[server]\ntimeout_s = 10",
            "[database] statement_timeout_ms: this is longer than [server] timeout_s",
        ),
        (
            '[server]\nhost = "0.0.0.0"\n[cookies]\nsecure = false',
            "[cookies] secure: false needs [server] host to be one of 127.0.0.1, ::1, localhost",
        ),
        (
            '[keys]\npassphrase_file = "absent"',
            "[keys] passphrase_file: this is not a file that can be read and has a passphrase in it",
        ),
        (
            f'[database]\nurl = "{OURS}"\nsequencer_url = "{SEQUENCER}"',
            "[database] owner_url: this is missing: give all six addresses, or none for the embedded PostgreSQL",
        ),
        (
            f'[database]\nowner_url = "{OWNER}"',
            "[database] url: this is missing: give all six addresses, or none for the embedded PostgreSQL",
        ),
        (
            (
                f'[database]\nurl = "{OURS}"\nowner_url = "{OURS}"\n'
                f'sequencer_url = "{SEQUENCER}"\njobs_url = "{JOBS}"\n'
                f'auditor_url = "{AUDITOR}"\nkeeper_url = "{KEEPER}"'
            ),
            "[database] url: this and the five beside it each need a role of their own",
        ),
    ],
)
def test_a_fault_names_the_setting_and_what_is_allowed(tmp_path: Path, text: str, fault: str) -> None:
    assert faults(tmp_path, text) == (fault,)


def test_a_setting_outside_a_table_is_refused(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, "port = 80")

    assert fault.startswith("port: a setting stands in a table; the tables are service, folder, database")


def test_every_fault_is_found_at_once_and_none_follows_from_another(tmp_path: Path) -> None:
    found = faults(tmp_path, "[server]\nport = 0\ntimeout_s = 1\nhots = 1\n[sessions]\nidle_minutes = 0\n[loog]\n")

    assert [fault.split(":")[0] for fault in found] == [
        "[server] hots",
        "[loog]",
        "[server] port",
        "[server] timeout_s",
        "[sessions] idle_minutes",
    ]


def test_the_names_of_the_site_are_host_names_beside_this_machines_own(tmp_path: Path) -> None:
    server = read_config(written(tmp_path, '[server]\nhosts = ["casetrack.example.org"]\n'), {}).server
    assert server.names == ("casetrack.example.org", "127.0.0.1", "::1", "localhost")
    for wrong in ('"one"', "[1]", '["https://one"]', '["One.example"]', '["one:443"]', '[""]'):
        (fault,) = faults(tmp_path, f"[server]\nhosts = {wrong}\n")
        assert fault.startswith("[server] hosts: ")
        assert "a host name in small letters" in fault


@pytest.mark.parametrize(
    "wrong",
    [
        "mysql://app:canary-password@db.example/casetrack",
        "app:canary-password@db.example/casetrack",
        "postgresql://db.example/canary-password",
        "postgresql://app:canary-password@db.example",
        "postgresql://app:canary-password@db.example:port/casetrack",
        "postgresql://app:canary-password@[db.example/casetrack",
    ],
)
def test_an_address_that_is_refused_is_not_repeated(tmp_path: Path, wrong: str) -> None:
    (fault,) = faults(tmp_path, "", CASETRACK_DATABASE_URL=wrong)

    assert fault.startswith("CASETRACK_DATABASE_URL: this is not an address of PostgreSQL with a role")
    assert "canary" not in fault


def test_no_password_and_no_passphrase_is_in_the_repr(tmp_path: Path) -> None:
    config = read_config(written(tmp_path, ADDRESSES), {"CASETRACK_PASSPHRASE": "canary-passphrase"})

    assert config.keys.passphrase == "canary-passphrase"
    assert "canary" in config.database.url
    assert "canary" not in repr(config)


def test_what_is_not_toml_is_refused_with_its_place_and_without_its_words(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, '[database]\nurl = "canary-password\n')

    assert fault == f"{tmp_path / 'config.toml'}: this is not TOML at line 2, column 23"


def test_a_file_that_is_not_there_or_not_a_file_or_not_text_is_refused(tmp_path: Path) -> None:
    for path, fault in {
        tmp_path / "absent.toml": "this file cannot be read: No such file or directory",
        tmp_path: "this file cannot be read: Is a directory",
    }.items():
        with pytest.raises(ConfigRefused) as refused:
            read_config(path, {})
        assert refused.value.faults == (f"{path}: {fault}",)
    (tmp_path / "config.toml").write_bytes(b"\xff")
    with pytest.raises(ConfigRefused, match="this is not TOML"):
        read_config(tmp_path / "config.toml", {})


def test_a_variable_outranks_the_file_and_an_empty_one_does_not(tmp_path: Path) -> None:
    other = "postgresql+psycopg://other@/casetrack?host=%2Frun%2Fpostgresql"
    path = written(tmp_path, ADDRESSES)

    assert read_config(path, {"CASETRACK_DATABASE_URL": other}).database.url == other
    assert read_config(path, {"CASETRACK_DATABASE_URL": ""}).database.url == OURS.replace(":", "+psycopg:", 1)


def test_a_variable_that_is_nearly_one_of_ours_is_refused_and_a_strangers_is_not(tmp_path: Path) -> None:
    strangers = {"CASETRACK_SERVICE_HOST": "10.0.0.1", "CASETRACK_PORT": "tcp://10.0.0.1:80", "PATH": "/bin"}

    assert faults(tmp_path, "", CASETRACK_DATABSE_URL=OURS, **strangers) == (
        "CASETRACK_DATABSE_URL: there is no such variable; did you mean CASETRACK_DATABASE_URL?",
    )


def test_a_path_is_taken_from_the_folder_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "passphrase").write_text("four words, and a space \n", encoding="utf-8")
    text = '[folder]\ndata = "kept"\n[keys]\nfile = "/elsewhere/keys"\npassphrase_file = "passphrase"'

    config = read_config(written(tmp_path, text), {})

    assert config.folder.data == tmp_path / "kept"
    assert config.key_file == Path("/elsewhere/keys")
    assert config.keys.passphrase == "four words, and a space "


def test_the_file_is_the_one_named_or_the_one_here_or_none(tmp_path: Path) -> None:
    assert find_config({}, tmp_path) is None
    usual = written(tmp_path, "")

    assert find_config({}, tmp_path) == usual
    assert find_config({"CASETRACK_CONFIG": "other.toml"}, tmp_path) == tmp_path / "other.toml"


def test_no_number_of_workers_means_two_a_core_and_one() -> None:
    assert Server().workers_on(2) == 5
    assert Server(workers=3).workers_on(2) == 3


@given(
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.dates()),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=3,
    )
)
def test_whatever_is_given_is_allowed_or_refused_in_a_sentence(anything: object) -> None:
    said = [sentence(setting, anything) for setting in settings()]

    assert all(" not " in fault and len(fault) < 200 for fault in said if fault is not None)


@given(st.integers(), st.integers(), st.integers())
def test_a_whole_number_is_allowed_just_between_its_bounds(least: int, most: int, number: int) -> None:
    try:
        assert Whole(least, most)(number) == number
    except ValueError:
        assert not least <= number <= most
    else:
        assert least <= number <= most
