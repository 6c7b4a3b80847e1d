"""`casetrack audit ship`: each entry that is signed is one line, once, however often it was stopped."""

import base64
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.tree import ROOT
from tests.cli.installation import Installation, edited, running_in
from tests.cli.peopled import WORKER, open_cases

SHIP = "casetrack audit ship --out shipped.ndjson"


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with running_in(tmp_path_factory.mktemp("shipping")) as here:
        here.done("casetrack db upgrade")
        here.done(WORKER)
        open_cases(here, 2)
        here.done("casetrack worker --once")
        yield here


@pytest.fixture
def shipped(begun: Installation) -> Iterator[Path]:
    """Where the lines go; nothing is there yet."""
    file = begun.folder / "shipped.ndjson"
    yield file
    file.unlink(missing_ok=True)


def lines_of(written: str | bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.splitlines()]


def signed(here: Installation) -> int:
    """How many entries the newest checkpoint counts."""
    return int(here.done("casetrack audit checkpoint").splitlines()[1])


def is_whole(lines: list[dict[str, Any]]) -> bool:
    """Each entry is there once, in its place."""
    return [line["event.sequence"] for line in lines] == list(range(len(lines))) and len(
        {line["event.id"] for line in lines}
    ) == len(lines)


def test_every_signed_entry_is_printed_once_and_nothing_that_is_not_signed(begun: Installation) -> None:
    here = begun
    here.done("casetrack worker --once")
    before = signed(here)
    result = here.run("casetrack audit ship")
    assert result.exit_code == 0
    lines = lines_of(result.stdout)
    assert len(lines) == before
    assert is_whole(lines)
    assert {"KeysetMade", "AccountCreated", "CaseOpened"} <= {line["casetrack.event"] for line in lines}
    assert f"{before} entries of casetrack.example/audit." in result.stderr
    here.done("casetrack worker --once")
    told = result.stdout.count("LogShipped")
    assert here.done("casetrack audit ship").count("LogShipped") == told + 1, "that it was given out is signed since"


def test_nothing_of_a_person_and_no_name_of_a_case_is_in_a_line(begun: Installation) -> None:
    (case,) = open_cases(begun, 1)
    begun.done("casetrack worker --once")
    said = begun.done("casetrack audit ship")
    assert str(case.id) in said
    for hidden in (case.reference, case.pseudonym, "Testa", "01632", "A Worker", "a.worker"):
        assert hidden not in said


def test_a_file_goes_on_where_it_ends(begun: Installation, shipped: Path) -> None:
    begun.done(SHIP)
    first = shipped.read_bytes()
    open_cases(begun, 1)
    begun.done("casetrack worker --once")
    begun.done(SHIP)
    begun.done(SHIP)
    lines = lines_of(shipped.read_bytes())
    assert shipped.read_bytes().startswith(first)
    assert is_whole(lines)
    assert len(lines) == signed(begun)


def starts(here: Installation) -> list[int]:
    """After how many entries somebody has begun to give the log to a shipper, each time that they did."""
    here.done("casetrack worker --once")
    here.done("casetrack audit export --out starts --use integrity")
    given_out = (json.loads(line) for line in (here.folder / "starts" / "disclosures.jsonl").read_text().splitlines())
    said = (json.loads(base64.b64decode(each["payload"])) for each in given_out)
    return [each["detail"]["after"] for each in said if each["event"] == "LogShipped"]


def test_each_start_is_on_the_log_once_wherever_the_lines_go_and_however_many_there_are(
    begun: Installation, shipped: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("casetrack.services.shipping.AT_A_TIME", 2)
    before = starts(begun)
    begun.done(SHIP)
    had = len(lines_of(shipped.read_bytes()))
    assert starts(begun) == [*before, 0]
    begun.done(SHIP)
    assert starts(begun) == [*before, 0, had], "somebody else may have gone on with it"
    begun.done("casetrack audit ship --out another.ndjson")
    begun.done("casetrack audit ship")
    assert starts(begun) == [*before, 0, had, 0, 0]


def test_nothing_is_given_to_a_shipper_while_that_cannot_be_put_on_the_log(begun: Installation, shipped: Path) -> None:
    edited(begun, "REVOKE INSERT ON events FROM casetrack_app")
    try:
        begun.refused(SHIP)
        assert "ecs.version" not in begun.run("casetrack audit ship").stdout
    finally:
        edited(begun, "GRANT INSERT ON events TO casetrack_app")
    assert shipped.read_bytes() == b""


@pytest.mark.parametrize("left", [0, 1, 100, -1])
def test_a_line_that_was_torn_is_written_again_whole(begun: Installation, shipped: Path, left: int) -> None:
    begun.done(SHIP)
    whole = shipped.read_bytes()
    *_, last = whole.splitlines(keepends=True)
    shipped.write_bytes(whole[: -len(last)] + (last[:left] if left >= 0 else last[:-1]))
    begun.done(SHIP)
    assert shipped.read_bytes() == whole


@pytest.mark.parametrize("ours", [True, False])
@pytest.mark.parametrize("ends", ["Notes of a person", "Notes of a person\n", "{}\n", "["])
def test_a_last_line_of_somebody_else_is_named_and_left_as_it_is(
    begun: Installation, shipped: Path, ends: str, *, ours: bool
) -> None:
    if ours:
        begun.done(SHIP)
    found = (shipped.read_text(encoding="utf-8") if ours else "") + ends
    shipped.write_text(found, encoding="utf-8")
    began = starts(begun)
    number = len(found.splitlines())
    assert f"Line {number} of {shipped} is not one that casetrack writes there." in begun.refused(SHIP)
    assert shipped.read_text(encoding="utf-8") == found
    assert starts(begun) == began, "nothing was given to anybody"


def test_a_dash_is_standard_output_and_no_file(begun: Installation) -> None:
    began = starts(begun)
    said = begun.run("casetrack audit ship --out -")
    assert said.exit_code == 0
    assert is_whole(lines_of(said.stdout))
    assert not (begun.folder / "-").exists()
    assert starts(begun) == [*began, 0]


def test_a_file_whose_name_is_a_dash_is_asked_for_by_its_path(begun: Installation) -> None:
    file = begun.folder / "-"
    assert begun.run("casetrack audit ship --out ./-").stdout == ""
    assert is_whole(lines_of(file.read_bytes()))
    file.unlink()


def told_by(here: Installation, stdout: int) -> tuple[int, str]:
    """How a process that prints the log there ended, and what it said of it."""
    environ = {"PATH": os.defpath, "PYTHONPATH": str(ROOT), **here.environ}
    process = subprocess.run(
        here.command("casetrack audit ship"),
        cwd=here.folder,
        env=environ,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    return process.returncode, process.stderr


def test_where_nothing_can_be_printed_any_more_it_is_said_in_a_sentence(begun: Installation) -> None:
    with Path("/dev/full").open("wb") as full:
        assert told_by(begun, full.fileno()) == (
            1,
            "Error: Standard output takes no more lines (No space left on device). Mend that, and run this again.\n",
        )


def test_whoever_stops_reading_what_is_printed_is_told_nothing(begun: Installation) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        assert told_by(begun, writer) == (1, "")
    finally:
        os.close(writer)


def test_more_entries_than_one_statement_reads_are_shipped(
    begun: Installation, shipped: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("casetrack.services.shipping.AT_A_TIME", 4)
    begun.done(SHIP)
    assert is_whole(lines_of(shipped.read_bytes()))
    assert len(lines_of(shipped.read_bytes())) == signed(begun) > 8


@pytest.mark.parametrize(
    ("found", "instead", "said"),
    [
        ("casetrack.example", "elsewhere.example", "is not of this log"),
        ("-4", "-5", "is not of this log"),
        ('"event.id": "', '"event.id": "0', "is not one that casetrack writes there"),
        ("{", "[", "Line"),
    ],
)
def test_a_file_of_another_log_is_not_gone_on_with(
    begun: Installation, shipped: Path, found: str, instead: str, said: str
) -> None:
    begun.done(SHIP)
    whole = shipped.read_text(encoding="utf-8")
    foreign = whole.replace(found, instead)
    shipped.write_text(foreign, encoding="utf-8")
    assert foreign != whole
    assert said in begun.refused(SHIP)
    assert shipped.read_text(encoding="utf-8") == foreign


def test_a_file_that_has_more_than_the_log_says_that_the_database_is_older(begun: Installation, shipped: Path) -> None:
    begun.done(SHIP)
    line = lines_of(shipped.read_bytes())[-1]
    with shipped.open("a", encoding="utf-8") as file:
        file.write(json.dumps({**line, "event.sequence": line["event.sequence"] + 1}) + "\n")
    assert "the database is older" in begun.refused(SHIP)


def test_an_entry_that_is_not_as_it_was_logged_is_named_and_no_line(begun: Installation, shipped: Path) -> None:
    begun.done(SHIP)
    *_, last = lines_of(shipped.read_bytes())
    whole = shipped.read_bytes()
    here, event = begun, last["event.id"]
    tampering = "ALTER TABLE events {} TRIGGER events_are_for_ever"
    change = f"UPDATE events SET salt = decode(translate(encode(salt, 'hex'), '01', '10'), 'hex') WHERE id = '{event}'"  # noqa: S608 - an id of ours
    shipped.unlink()
    unchecked = "ALTER TABLE events DROP CONSTRAINT IF EXISTS ck_events_commitment"
    edited(here, unchecked, tampering.format("DISABLE"), change)
    try:
        assert event.replace("-", "") in here.refused(SHIP)
        assert not any(event in line for line in shipped.read_text(encoding="utf-8").splitlines())
    finally:
        edited(here, change, tampering.format("ENABLE ALWAYS"))
    here.done(SHIP)
    assert shipped.read_bytes().startswith(whole)
