"""The keys of an installation from its command line: seen, verified, renewed, and what is refused."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from casetrack.domain.errors import LogKeysRefused, Unavailable
from tests.cli.installation import Installation, running_in


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation that these tests share."""
    folder: Path = tmp_path_factory.mktemp("keys")
    with running_in(folder) as installation:
        installation.done("casetrack db upgrade")
        yield installation


def of(here: Installation, code: str) -> dict[str, Any]:
    """What the inventory says of that organisation."""
    held = json.loads(here.done("casetrack keys status --json"))["organisations"]
    found: dict[str, Any] = next(each for each in held if each["organisation"] == code)
    return found


def test_the_inventory_has_every_organisation_and_the_logs_key(here: Installation) -> None:
    shown = here.done("casetrack keys status")
    surrey = of(here, "surrey")["keysets"][0]

    assert surrey["fingerprint"] in shown
    assert len(surrey["fingerprint"].split()) == 8
    assert surrey["made"].startswith("20")
    assert "The log's key: casetrack.example/audit+" in shown
    assert of(here, "audit-desk")["works"]


def test_a_renewal_is_planned_done_and_verified(here: Installation) -> None:
    assert "Nothing was done" in here.done("casetrack keys rotate holder kent --dry-run")
    assert len(of(here, "kent")["keysets"]) == 1
    renewed = here.done("casetrack keys rotate holder kent").splitlines()
    assert (renewed[0], renewed[-1]) == ("Version 2 is new.", "Every key of kent is wrapped for version 2.")
    assert [each["version"] for each in of(here, "kent")["keysets"]] == [2, 1]
    assert "Every key is where it should be" in here.done("casetrack keys verify")


def test_the_keys_of_casetrack_itself_are_renewed_and_everything_still_verifies(here: Installation) -> None:
    here.done("casetrack account create a.worker --name 'A Invented' --role support_worker --holder kent")
    doors = of(here, "service")["keysets"][0]["doors"]
    here.done("casetrack worker --once")
    planned = here.done("casetrack keys rotate service --dry-run")
    assert f"{doors} accounts and tokens would be sealed by it. Nothing was done." in planned
    renewed = here.done("casetrack keys rotate service").splitlines()

    assert renewed[0] == "Version 2 is new."
    assert renewed[-3] == "Every account and token is sealed by version 2 of the keys of casetrack itself."
    assert renewed[-2] == "Copy the key folder again, and restart casetrack when you can."
    assert [(each["version"], each["doors"]) for each in of(here, "service")["keysets"]] == [(2, doors), (1, 0)]
    assert of(here, "surrey")["works"]
    assert "Every key is where it should be" in here.done("casetrack keys verify")
    here.done("casetrack worker --once")
    assert "as it was recorded" in here.done("casetrack audit verify --database")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("casetrack keys rotate holder service", "Run: casetrack keys rotate service"),
        ("casetrack keys rotate holder nowhere", "No organisation has that code"),
        ("casetrack keys rotate holder nowhere --dry-run", "No organisation has that code"),
        ("casetrack keys rotate root kent", "has its root in the key file"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(here: Installation, line: str, said: str) -> None:
    assert said in here.refused(line)


def test_a_root_moves_from_the_key_file_to_the_environment_and_is_needed_from_then_on(here: Installation) -> None:
    settings = here.folder / "config.toml"
    settings.write_text('[keys.holders.devon-and-cornwall]\nprovider = "environment"\nroot = "variable:DEVON_ROOT"\n')
    here.environ["DEVON_ROOT"] = bytes(range(32)).hex()
    moved = here.done("casetrack keys rotate root devon-and-cornwall")
    assert moved.splitlines()[-1] == (
        "The keys of devon-and-cornwall are sealed under its root of: environment. Versions: 1."
    )
    assert of(here, "devon-and-cornwall")["provider"] == "environment"
    kept = settings.read_text()
    settings.write_text("")

    assert "devon-and-cornwall" in here.refused("casetrack keys verify")
    assert "The keys of 1 do not work." in here.refused("casetrack keys status")
    settings.write_text(kept)
    assert "Every key is where it should be" in here.done("casetrack keys verify")


def log_keys(here: Installation) -> list[dict[str, Any]]:
    """What the inventory says of the log's own keys, the oldest first."""
    found: list[dict[str, Any]] = json.loads(here.done("casetrack keys status --json"))["log_keys"]
    return found


@contextmanager
def saying(here: Installation, say: Callable[[list[str]], list[str]]) -> Iterator[None]:
    """Somebody has made other statements of those in the key folder, inside the block."""
    (file,) = here.folder.rglob("log-key.json")
    whole = file.read_bytes()
    kept = json.loads(whole)
    file.write_text(json.dumps({**kept, "statements": say(kept["statements"])}))
    yield
    file.write_bytes(whole)


def test_the_logs_key_is_renewed_with_an_overlap_and_everything_still_verifies(here: Installation) -> None:
    here.done("casetrack worker --once")
    (old,) = log_keys(here)
    assert (old["signs"], old["since"]) == (True, None)
    assert "A new key would sign beside it. Nothing was done." in here.done("casetrack keys rotate log --dry-run")
    assert len(log_keys(here)) == 1

    begun = here.done("casetrack keys rotate log").splitlines()
    old, new = log_keys(here)
    assert begun[:3] == ["Both keys sign from now on:", old["key"], new["key"]]
    assert new["since"].startswith("20")
    assert "begun before" in here.done("casetrack keys rotate log")
    assert "The new key has signed no checkpoint yet" in here.refused("casetrack keys rotate log --finish")

    here.done("casetrack worker --once")
    checkpoint = here.done("casetrack audit checkpoint")
    assert checkpoint.count("\u2014 casetrack.example/audit ") == 2
    assert f"{old['key']} would sign no more" in here.done("casetrack keys rotate log --finish --dry-run")
    ended = here.done("casetrack keys rotate log --finish").splitlines()
    assert ended[0] == f"The key of the log is: {new['key']}"
    assert [each["signs"] for each in log_keys(here)] == [False, True]
    assert "ended when the log had" in here.done("casetrack keys status")

    here.done("casetrack worker --once")
    assert here.done("casetrack audit checkpoint").count("\u2014 casetrack.example/audit ") == 1
    assert "as it was recorded" in here.done("casetrack audit verify --database")
    shown = here.done("casetrack audit keys")
    assert shown.startswith(f"{old['key']}\n\ncasetrack/v1/log-key-follows\n")
    assert shown.count("casetrack/v1/log-key-ends") == 1
    for line in ("casetrack keys rotate log --finish", "casetrack keys rotate log --finish --dry-run"):
        assert "The log has one key, and nothing to end" in here.refused(line)
    with saying(here, lambda _: []):
        found = here.refused("casetrack audit verify --database")
    assert "speaks of a key of the log that the key folder does not have. It is not believed." in found
    assert "is refused. The note is not signed by any key that is trusted here." in found
    with saying(here, lambda said: [said[0].replace("A", "B"), *said[1:]]):
        spoiled = here.refused("casetrack audit verify --database")
    assert "is not believed, so nothing was checked: " in spoiled
    (file,) = here.folder.rglob("log-key.json")
    whole = file.read_bytes()
    file.write_text("no keys")
    try:
        assert "is not believed, so nothing was checked: " in here.refused("casetrack audit verify --database")
    finally:
        file.write_bytes(whole)
    assert issubclass(LogKeysRefused, Unavailable), (
        "whoever asks for nothing else is told so as of what is out of reach"
    )
