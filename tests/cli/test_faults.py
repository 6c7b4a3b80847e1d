"""What is wrong is said in a line each, which names it and what to do; never in a traceback."""

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from casetrack.cli.commands import Faults, Surroundings
from casetrack.cli.demo.folder import MARK
from tests.cli.installation import PASSPHRASE, Installation, running_in

NOWHERE = {
    f"CASETRACK_DATABASE_{role}URL": f"postgresql://{role.lower()}role@127.0.0.1:1/casetrack"
    for role in ("", "OWNER_", "SEQUENCER_", "JOBS_", "AUDITOR_")
}
DATABASE_COMMANDS = (
    "casetrack db status",
    "casetrack db upgrade",
    "casetrack db downgrade base --yes",
    "casetrack audit verify",
    "casetrack audit checkpoint",
    "casetrack account list",
    "casetrack worker --once",
    "casetrack serve",
)


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation that has begun."""
    with running_in(tmp_path_factory.mktemp("begun")) as here:
        here.done("casetrack db upgrade")
        yield here


def test_each_wrong_setting_has_a_line_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[server]\nport = "x"\nwrokers = 3\n[sesions]\n')

    said = Installation(tmp_path).refused("casetrack serve").splitlines()

    assert said == [
        "Error: [server] wrokers: there is no such setting; did you mean workers?",
        "Error: [sesions]: there is no such table; did you mean sessions?",
        'Error: [server] port: "x" is not a whole number between 1 and 65535',
    ]


@pytest.mark.parametrize("where", ["--config other.toml", ""])
def test_the_settings_are_those_that_were_named_or_else_those_of_the_folder(tmp_path: Path, where: str) -> None:
    name = "other.toml" if where else "config.toml"
    (tmp_path / name).write_text("[log]\nlevel = 3\n")

    assert "[log] level" in Installation(tmp_path).refused(f"casetrack {where} db status")


def test_a_file_of_settings_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    assert "cannot be read" in Installation(tmp_path).refused("casetrack --config none.toml db status")


def test_help_asks_for_no_settings(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("[nothing]\n")

    assert Installation(tmp_path).done("casetrack serve --help")


def test_without_a_passphrase_it_is_said_where_to_put_one(tmp_path: Path) -> None:
    assert Installation(tmp_path, {}).refused("casetrack db upgrade") == (
        "Error: The key files need their passphrase. Set CASETRACK_PASSPHRASE, or [keys] passphrase_file.\n"
    )


@pytest.mark.parametrize("line", DATABASE_COMMANDS)
def test_a_database_that_does_not_answer_is_said_so(tmp_path: Path, line: str) -> None:
    here = Installation(tmp_path, {"CASETRACK_PASSPHRASE": PASSPHRASE, **NOWHERE})

    said = here.refused(line)

    *logged, sentence = said.splitlines()
    assert "127.0.0.1:1" not in said
    assert sentence.startswith("Error: ")
    assert all(each.startswith("{") for each in logged)


def test_before_it_has_begun_every_command_says_how_to_begin(tmp_path: Path) -> None:
    with running_in(tmp_path) as here:
        for line in ("casetrack db status", "casetrack account list", "casetrack audit verify", "casetrack serve"):
            assert here.refused(line) == "Error: This installation has not begun. Run: casetrack db upgrade\n"


def test_a_wrong_passphrase_opens_no_keys(begun: Installation) -> None:
    wrong = Installation(begun.folder, {"CASETRACK_PASSPHRASE": "another"})
    for line in ("casetrack account list", "casetrack audit verify", "casetrack serve", "casetrack worker --once"):
        assert "the passphrase is wrong" in wrong.refused(line)


def test_hours_of_an_organisation_that_there_is_not_are_refused(begun: Installation) -> None:
    settings = begun.folder / "config.toml"
    before = settings.read_text(encoding="utf-8")
    settings.write_text(f"{before}\n[hours.holders.nowhere]\nround_the_clock = true\n", encoding="utf-8")
    try:
        for line in ("casetrack account list", "casetrack keys status"):
            said = begun.refused(line)
            assert said == "Error: [hours.holders.nowhere]: there is no organisation of that code\n"
    finally:
        settings.write_text(before, encoding="utf-8")


def test_a_port_that_somebody_listens_on_is_said_so_before_anything_starts(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        (tmp_path / "config.toml").write_text(f"[server]\nport = {port}\n")
        here = Installation(tmp_path)

        assert here.refused("casetrack serve") == (
            f"Error: 127.0.0.1:{port} cannot be listened on (Address already in use): "
            "choose another port with [server] port in the settings.\n"
        )
        assert here.refused(f"casetrack demo --port {port}") == (
            f"Error: 127.0.0.1:{port} cannot be listened on (Address already in use): choose another port with PORT=.\n"
        )
        assert [path.name for path in tmp_path.iterdir()] == ["config.toml"]


def test_what_is_wrong_with_an_account_is_said_in_the_rules_own_words(begun: Installation) -> None:
    new = "casetrack account create a.worker --name 'A Worker' --role lead --holder"

    assert "from the list" in begun.refused(f"{new} nowhere")
    assert "has no cases" in begun.refused(f"{new} audit-desk")
    assert "is not one of" in begun.refused("casetrack account create x --name X --role king --holder kent")
    begun.done(f"{new} kent")
    assert "That name is taken" in begun.refused(f"{new} kent")
    for command in ("close", "password"):
        assert begun.refused(f"casetrack account {command} nobody") == "Error: Nobody signs in as nobody.\n"
    assert begun.refused("casetrack token revoke a.worker none") == "Error: a.worker has no token called none.\n"


def test_whoever_makes_an_account_or_resets_it_is_shown_a_link_and_no_password(begun: Installation) -> None:
    new = "casetrack account create an.auditor --name 'An Auditor' --role auditor --holder audit-desk --national"
    made, reset = begun.done(new), begun.done("casetrack account password an.auditor")

    assert "is made, as auditor of audit-desk" in made
    links = [re.findall(r"http://127\.0\.0\.1:8000/set-up/([\w-]{43})", said) for said in (made, reset)]
    assert [len(each) for each in links] == [1, 1]
    assert links[0] != links[1]


def test_beginning_again_changes_nothing_and_taking_the_database_down_asks_first(tmp_path: Path) -> None:
    with running_in(tmp_path) as here:
        assert "New organisations with keys: 51." in here.done("casetrack db upgrade")
        keys = (tmp_path / "var" / "keys.json").read_bytes()
        assert "New organisations with keys: 0." in here.done("casetrack db upgrade")

        assert here.run("casetrack db downgrade base", "n\n").exit_code == 1
        assert here.done("casetrack db status")
        here.done("casetrack db downgrade base", "y\n")
        assert "casetrack db upgrade" in here.refused("casetrack db status")

    assert (tmp_path / "var" / "keys.json").read_bytes() == keys


def test_a_log_without_a_checkpoint_says_that_no_worker_has_run(begun: Installation) -> None:
    assert "Is casetrack worker running?" in begun.refused("casetrack audit checkpoint")
    assert "no checkpoint to verify against" in begun.refused("casetrack audit verify")
    assert "no checkpoint to verify against" in begun.refused("casetrack audit verify --database")


@pytest.mark.parametrize("port", ["0", "70000", "x"])
def test_a_demonstration_on_no_port_is_refused(tmp_path: Path, port: str) -> None:
    assert "--port" in Installation(tmp_path).refused(f"casetrack demo --port {port}")


def test_a_folder_that_is_not_a_demonstrations_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("Dear")

    assert "Choose another DEMO_DIR" in Installation(tmp_path).refused("casetrack demo --folder mine")
    assert (tmp_path / "mine" / "letter.txt").read_text() == "Dear"


def test_only_a_demonstration_is_tampered_with(tmp_path: Path) -> None:
    (tmp_path / "started").mkdir()
    (tmp_path / "started" / MARK).touch()
    here = Installation(tmp_path)

    for folder in ("none", "started"):
        assert "There is no demonstration" in here.refused(f"casetrack demo tamper --folder {folder}")


def test_faults_are_shown_one_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    Faults(("one", "two")).show()

    assert capsys.readouterr().err == "Error: one\nError: two\n"


def test_surroundings_say_nothing_of_a_secret(tmp_path: Path) -> None:
    around = Surroundings({"CASETRACK_PASSPHRASE": PASSPHRASE}, tmp_path)
    assert around.config.keys.passphrase == PASSPHRASE
    assert PASSPHRASE not in repr(around.config)


def test_a_list_is_whole_where_no_terminal_is_and_shows_names_as_they_are(tmp_path: Path) -> None:
    name = "a.worker.whose.name.to.sign.in.by.is.as.long.as.an.address.of.mail@constabulary.police.invalid"
    with running_in(tmp_path) as here:
        here.done("casetrack db upgrade")
        here.done(f'casetrack account create {name} --name "[red]Somebody[/] who has a name" --role lead --holder kent')
        listed = here.done("casetrack account list")
    assert name in listed
    assert "[red]Somebody[/] who has a name" in listed
