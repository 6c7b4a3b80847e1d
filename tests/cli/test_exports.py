"""The log for others: given out, cosigned and proved at the command line, and found to hold by those who got it."""

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from errno import ENOSPC
from pathlib import Path
from typing import Any

import pytest

from casetrack.app import key_folder
from casetrack.audit.checkpoint import Checkpoint
from casetrack.audit.entry import Entry
from casetrack.audit.log_proof import LogProof
from casetrack.audit.note import Note
from casetrack.audit.tiles import places, tiled
from casetrack.config import read_config
from casetrack.services.checkpoints import origin_of
from tests.cli.installation import Installation, edited, running_in
from tests.cli.peopled import WORKER, open_cases

EXPORT = "casetrack audit export --out {} --use integrity"


class Begun(Installation):
    """Two cases of one organisation, everything sequenced."""

    references: tuple[str, ...] = ()


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Begun]:
    with running_in(tmp_path_factory.mktemp("exports")) as there:
        here = Begun(there.folder)
        here.done("casetrack db upgrade")
        here.done(WORKER)
        here.references = tuple(case.reference for case in open_cases(here, 2))
        here.done("casetrack worker --once")
        (here.folder / "secret").write_text("of a witness", encoding="utf-8")
        yield here


@pytest.fixture(autouse=True)
def inside(begun: Begun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(begun.folder)


def files(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def disclosed(folder: Path) -> list[dict[str, Any]]:
    """The payloads in an export, each with the index of its entry."""
    lines = (folder / "disclosures.jsonl").read_text(encoding="utf-8").splitlines()
    said = [json.loads(line) for line in lines]
    return [{"index": each["index"], **json.loads(base64.b64decode(each["payload"]))} for each in said]


def times_given_out(here: Installation) -> int:
    """How often the log says that it was given out, before it is for this."""
    here.done("casetrack worker --once")
    here.done(EXPORT.format("counted"))
    return [each["event"] for each in disclosed(here.folder / "counted")].count("LogExported")


def size_of(here: Installation) -> int:
    return Checkpoint.parse(Note.parse(here.done("casetrack audit checkpoint")).text).size


def test_an_export_holds_for_whoever_has_the_folder_and_nothing_else(
    begun: Begun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = size_of(begun)
    said = begun.done(EXPORT.format("whole"))
    assert f"whole: {entries} entries of casetrack.example/audit, {entries} disclosed (everything); no witness." in said

    shutil.copytree(begun.folder / "whole", tmp_path / "evidence")
    monkeypatch.chdir(tmp_path)
    outsider = Installation(tmp_path, environ={})
    maker = said.split("Signed by ")[1].strip()
    found = outsider.done(f"casetrack audit verify evidence --policy evidence/policy --maker {maker}")
    assert found.startswith(f"The export holds: {entries} entries")
    assert "so compare" not in found
    assert outsider.done("casetrack audit verify evidence").count("so compare") == 2
    assert not (tmp_path / "var").exists()


def test_what_sha256sum_says_is_what_the_readme_says(begun: Begun) -> None:
    begun.done(EXPORT.format("summed"))
    readme = (begun.folder / "summed" / "README.txt").read_text(encoding="utf-8")
    (command,) = [line.strip() for line in readme.splitlines() if "sha256sum --check" in line]
    done = subprocess.run(
        ["bash", "-c", command], cwd=begun.folder / "summed", capture_output=True, text=True, check=True
    )
    assert done.stdout == "README.txt: OK\ndisclosures.jsonl: OK\npolicy: OK\n"


def test_a_case_is_disclosed_with_whoever_looked_for_it_and_nothing_of_another(begun: Begun) -> None:
    begun.done(f"{EXPORT.format('of-case')} --case {begun.references[0]}")
    of_case = disclosed(begun.folder / "of-case")
    cases = {each["case"] for each in of_case}
    assert [each["event"] for each in of_case][:1] == ["CaseOpened"]
    assert len(cases) == 1
    manifest = (begun.folder / "of-case" / "manifest").read_text(encoding="utf-8")
    assert f"\ncase={cases.pop()}\n" in manifest
    everything = b"".join(files(begun.folder / "of-case").values())
    assert not [each for each in begun.references if each.encode() in everything]


def test_an_extract_is_of_all_that_was_asked(begun: Begun) -> None:
    begun.done(f"{EXPORT.format('of-kent')} --holder kent --from 2020-01-01 --to 2099-12-31")
    found = disclosed(begun.folder / "of-kent")
    assert {each["event"] for each in found if each["holder"] != "kent"} == {"AccountCreated"}
    assert {"CaseOpened", "AccountCreated"} <= {each["event"] for each in found}
    begun.done(f"{EXPORT.format('of-then')} --to 2020-01-01")
    assert disclosed(begun.folder / "of-then") == []
    assert " 0 disclosed" in begun.done("casetrack audit verify of-then")


def test_what_was_given_out_before_is_left_out_with_its_checkpoint(begun: Begun) -> None:
    (begun.folder / "before").write_text(begun.done("casetrack audit checkpoint"), encoding="utf-8")
    size = size_of(begun)
    begun.done(EXPORT.format("grown"))
    kept = files(begun.folder / "grown" / "tile")
    begun.done("casetrack worker --once")
    said = begun.done(f"{EXPORT.format('grown')} --since before")
    found = disclosed(begun.folder / "grown")
    assert min(each["index"] for each in found) == size
    assert f"after={size}" in said
    assert files(begun.folder / "grown" / "tile").items() >= kept.items()
    begun.done("casetrack audit verify grown --held before")


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_checkpoint_is_read_however_a_program_saved_it(begun: Begun, mark: bytes, end: bytes) -> None:
    note = begun.done("casetrack audit checkpoint").encode()
    (begun.folder / "saved").write_bytes(mark + note.replace(b"\n", end))
    begun.done(EXPORT.format("compared"))
    begun.done("casetrack audit verify compared --held saved")
    begun.done("casetrack audit verify --held saved")
    begun.done(f"{EXPORT.format('compared')} --since saved")
    (begun.folder / "saved").write_bytes(mark + note.replace(b"\n", end).replace(b"casetrack", b"casetruck", 1))
    begun.refused("casetrack audit verify --held saved")


BESIDE = "Not part of what was signed: "


def beside(here: Begun, folder: str) -> list[str]:
    """What verifying names that lies in an export which holds."""
    said = here.done(f"casetrack audit verify {folder}").splitlines()
    assert said[0].startswith("The export holds: ")
    return [line.removeprefix(BESIDE) for line in said if line.startswith(BESIDE)]


def test_what_lies_in_an_export_and_is_not_part_of_it_is_named_and_what_was_signed_holds(begun: Begun) -> None:
    begun.done(EXPORT.format("joined"))
    folder = begun.folder / "joined"
    assert beside(begun, "joined") == []
    for name in ("SUMMARY.txt", "tile/0/999", "tile/entries/x001/000", "checkpoint.part", "\x1b[2Jcleared", "a\nb"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    (folder / os.fsdecode(b"\xff")).touch()
    assert beside(begun, "joined") == [
        *("\\x1b[2Jcleared", "SUMMARY.txt", "a\\nb", "checkpoint.part", "tile/0/999", "tile/entries/x001/000"),
        "\\udcff",
    ]


def test_no_more_than_twenty_are_named_and_the_others_are_counted(begun: Begun) -> None:
    begun.done(EXPORT.format("heaped"))
    for number in range(20):
        (begun.folder / "heaped" / f"more-{number:02}").touch()
    assert beside(begun, "heaped") == [f"more-{number:02}" for number in range(20)]
    (begun.folder / "heaped" / "more-20").touch()
    (begun.folder / "heaped" / "more-21").touch()
    assert beside(begun, "heaped") == [*(f"more-{number:02}" for number in range(20)), "2 more."]


def test_what_an_earlier_export_left_of_its_smaller_tree_is_named_too(begun: Begun) -> None:
    begun.done(EXPORT.format("twice"))
    before = {place.path() for place in places(size_of(begun))}
    begun.done("casetrack worker --once")
    begun.done(EXPORT.format("twice"))
    left = before - {place.path() for place in places(size_of(begun))}
    assert beside(begun, "twice") == sorted(left)
    assert left


def test_days_in_the_wrong_order_give_nothing_out_and_one_day_does(begun: Begun) -> None:
    before = times_given_out(begun)
    assert "not before the first" in begun.refused(f"{EXPORT.format('no-day')} --from 2026-11-02 --to 2026-11-01")
    assert not (begun.folder / "no-day").exists()
    begun.done(f"{EXPORT.format('one-day')} --from 2026-11-01 --to 2026-11-01")
    assert times_given_out(begun) == before + 2, "that of the one day, and what was asked to count them"


def test_that_it_was_given_out_and_what_for_is_on_the_log(begun: Begun) -> None:
    begun.done(f"{EXPORT.format('noted')} --case {begun.references[0]}")
    begun.done("casetrack worker --once")
    begun.done("casetrack audit export --out later --use criminal-proceedings")
    exported = [each for each in disclosed(begun.folder / "later") if each["event"] == "LogExported"][-1]
    assert (exported["detail"]["use"], exported["detail"]["scope"][0][:5]) == ("integrity", "case=")
    assert exported["operations"] == ["consultation"]
    assert begun.references[0] not in json.dumps(exported)
    begun.done("casetrack audit verify --database")


def test_a_folder_of_another_log_is_left_alone(begun: Begun) -> None:
    begun.done(EXPORT.format("taken"))
    for place, content in tiled([bytes(57)] * size_of(begun)):
        (begun.folder / "taken" / place.path()).write_bytes(content)
    before = files(begun.folder / "taken")
    assert "has the export of another log" in begun.refused(EXPORT.format("taken"))
    assert files(begun.folder / "taken") == before


def test_nothing_is_left_of_an_export_that_could_not_be_noted(begun: Begun) -> None:
    edited(begun, "REVOKE INSERT ON events FROM casetrack_app")
    try:
        begun.refused(EXPORT.format("unnoted"))
    finally:
        edited(begun, "GRANT INSERT ON events TO casetrack_app")
    assert {path.split("/")[0] for path in files(begun.folder / "unnoted")} == {"tile"}
    assert "The file policy of the log is missing" in begun.refused("casetrack audit verify unnoted")


def test_nothing_is_given_out_that_cannot_be_kept_in_mind_and_the_log_does_not_say_that_it_was(
    begun: Begun, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, content: bytes) -> None:
        raise OSError(ENOSPC, f"{len(content)} bytes do not fit", str(path))

    before = times_given_out(begun)
    with monkeypatch.context() as disk:
        disk.setattr("casetrack.gateways.held_checkpoint.write_whole", full)
        for line in (EXPORT.format("unkept"), "casetrack audit checkpoint", "casetrack audit prove --entry 0"):
            result = begun.run(line)
            assert (result.exit_code, result.stdout.strip()) == (1, ""), line
            assert "casetrack cannot write held-checkpoint in its key folder" in result.stderr
    assert {path.split("/")[0] for path in files(begun.folder / "unkept")} == {"tile"}
    assert times_given_out(begun) == before + 1, "only what was asked to count them"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("casetrack audit export --out x --use curiosity", "Invalid value for '--use'"),
        ("casetrack audit export --out x", "Missing option '--use'"),
        (f"{EXPORT.format('x')} --case CT-AAAA-AAAA", "reference"),
        (f"{EXPORT.format('x')} --holder nobody", "no organisation with the code 'nobody'"),
        (f"{EXPORT.format('x')} --from yesterday", "Invalid value for '--from'"),
        (f"{EXPORT.format('x')} --since secret", "A signed note is a text"),
        ("casetrack audit verify . --database", "--database is about the log that is here"),
        ("casetrack audit verify --policy secret", "FOLDER is an export"),
        ("casetrack audit verify . --policy secret", "Line 1 of the policy is wrong"),
        ("casetrack audit verify . --maker nonsense", "A verifier key is"),
        ("casetrack audit verify .", "The file policy of the log is missing"),
        ("casetrack audit verify --held secret", "A signed note is a text"),
        ("casetrack audit prove --event 00000000-0000-4000-8000-00000000dead", "There is no such event in the log"),
        ("casetrack audit prove --entry 99999", "There is no such event in the log"),
        ("casetrack audit prove", "Name the event: by --event, or by --entry."),
        ("casetrack audit checkpoint --since 99999", "There is no proof from a tree of 99999 entries"),
        ("casetrack audit witnessed secret", "A signed note is a text"),
    ],
)
def test_what_cannot_be_done_is_said(begun: Begun, asked: str, said: str) -> None:
    assert said in begun.refused(asked)
    assert not (begun.folder / "x").exists() or not files(begun.folder / "x")


def test_an_event_is_proved_to_whoever_has_its_payload(begun: Begun) -> None:
    begun.done(EXPORT.format("proved"))
    folder = begun.folder / "proved"
    index = disclosed(folder)[-1]["index"]
    bundle = b"".join(files(folder / "tile" / "entries").values())
    leaf = bundle[index * 59 + 2 : index * 59 + 59]
    event = Entry.parse(leaf).event.hex()
    proof = LogProof.parse(begun.done(f"casetrack audit prove --event {event}"))
    note = Note.parse(proof.checkpoint)
    assert proof.index == index
    proof.verify(leaf, Checkpoint.parse(note.text))


def test_the_checkpoint_of_a_proof_is_kept_in_mind(begun: Begun) -> None:
    held = read_config(begun.folder / "config.toml", begun.environ).key_file.with_name("held-checkpoint")
    begun.done("casetrack worker --once")
    begun.done("casetrack audit checkpoint")
    held.unlink()
    proof = LogProof.parse(begun.done("casetrack audit prove --entry 0"))
    assert held.read_text(encoding="utf-8") == proof.checkpoint


def test_a_witness_cosigns_what_goes_on_and_the_log_keeps_what_it_says(begun: Begun) -> None:
    witness = "--state watch --passphrase-file secret"
    key = begun.done(f"casetrack witness new other-force.example/witness {witness}").strip()
    begun.refused(f"casetrack witness new other-force.example/witness {witness}")
    secret = begun.folder / "watch.key"
    begun_with = secret.read_bytes()
    secret.unlink()
    begun.refused(f"casetrack witness new other-force.example/witness {witness}")
    secret.write_bytes(begun_with)
    log = begun.done("casetrack audit keys").strip()
    (begun.folder / "believed").write_text(f"log {log}\nquorum none\n", encoding="utf-8")
    (begun.folder / "config.toml").write_text('[audit]\npolicy = "witnesses"\n', encoding="utf-8")
    (begun.folder / "witnesses").write_text(f"witness other {key}\nquorum other\n", encoding="utf-8")
    assert "not cosigned by as many witnesses" in begun.refused(EXPORT.format("early"))

    def asked(old: int) -> str:
        (begun.folder / "request").write_text(begun.done(f"casetrack audit checkpoint --since {old}"), encoding="utf-8")
        return f"casetrack witness cosign request --policy believed {witness}"

    first = size_of(begun)
    (begun.folder / "cosigned").write_text(begun.done(asked(0)), encoding="utf-8")
    assert f"Cosigned by other: the first {first} entries." in begun.done("casetrack audit witnessed cosigned")
    assert "Cosigned by other" in begun.done("casetrack audit witnessed cosigned")
    said = begun.done(EXPORT.format("cosigned-export"))
    assert f"{first} entries" in said
    assert "cosigned by other." in said
    assert key in (begun.folder / "cosigned-export" / "policy").read_text(encoding="utf-8")
    begun.done("casetrack audit verify cosigned-export --held cosigned")

    begun.done("casetrack worker --once")
    assert f"the last checkpoint that this witness cosigned has {first}" in begun.refused(asked(0))
    (begun.folder / "cosigned").write_text(begun.done(asked(first)), encoding="utf-8")
    assert f"the first {size_of(begun)} entries" in begun.done("casetrack audit witnessed cosigned")
    begun.done("casetrack worker --once")
    begun.done("casetrack audit verify --database --held cosigned")
    begun.done(EXPORT.format("cosigned-export"))
    (begun.folder / "config.toml").write_text("", encoding="utf-8")


def test_a_checkpoint_that_no_witness_of_the_policy_cosigned_is_not_kept(begun: Begun) -> None:
    (begun.folder / "plain").write_text(begun.done("casetrack audit checkpoint"), encoding="utf-8")
    assert "No witness of the policy has cosigned this" in begun.refused("casetrack audit witnessed plain")


def test_a_witness_believes_only_the_logs_of_its_policy(begun: Begun) -> None:
    state = "--state strict --passphrase-file secret"
    begun.done(f"casetrack witness new strict.example/witness {state}")
    (begun.folder / "request").write_text(begun.done("casetrack audit checkpoint --since 0"), encoding="utf-8")
    (begun.folder / "nobody").write_text("quorum none\n", encoding="utf-8")
    before = (begun.folder / "strict").read_bytes()
    assert "not signed by any key" in begun.refused(f"casetrack witness cosign request --policy nobody {state}")
    (begun.folder / "wrong").write_text("another passphrase", encoding="utf-8")
    log = begun.done("casetrack audit keys").strip()
    (begun.folder / "one-log").write_text(f"log {log}\nquorum none\n", encoding="utf-8")
    cosign = "casetrack witness cosign request --policy one-log --state strict --passphrase-file"
    begun.refused(f"{cosign} wrong")
    assert (begun.folder / "strict").read_bytes() == before
    (begun.folder / "strict").write_bytes(before[:-9])
    assert "is not the state of a witness" in begun.refused(f"{cosign} secret")


@pytest.mark.parametrize("content", [b"", b"nonsense", b"\xff"])
def test_where_what_others_hold_cannot_be_read_that_is_said_and_it_stays(begun: Begun, content: bytes) -> None:
    config = read_config(begun.folder / "config.toml", begun.environ)
    held = config.key_file.with_name("held-checkpoint")
    begun.done("casetrack audit checkpoint")
    before = held.read_bytes()
    held.write_bytes(content)
    try:
        for command in ("worker --once", "serve", "audit checkpoint", "audit verify", "audit verify --database"):
            assert "The file held-checkpoint in the key folder cannot be read" in begun.refused(f"casetrack {command}")
        assert held.read_bytes() == content
    finally:
        held.write_bytes(before)


def test_casetrack_goes_on_with_no_database_that_is_older_than_what_others_hold(begun: Begun) -> None:
    config = read_config(begun.folder / "config.toml", begun.environ)
    held = config.key_file.with_name("held-checkpoint")
    begun.done("casetrack audit checkpoint")
    before = held.read_bytes()
    keys = key_folder(config).signing(config.service.name)
    held.write_text(keys.signed(Checkpoint(origin_of(config.service.name), size_of(begun) + 7, bytes(32))))
    newer = held.read_bytes()
    try:
        for command in ("casetrack worker --once", "casetrack serve"):
            said = begun.refused(command)
            assert "older than a checkpoint of the log that others hold" in said
            assert "Put back a newer copy" in said
        # What left now would take the place of what shows it.
        for command in ("casetrack audit checkpoint", EXPORT.format("older"), "casetrack audit prove --entry 0"):
            assert "older than a checkpoint of the log that others hold" in begun.refused(command)
        for command in ("casetrack audit verify", "casetrack audit verify --database"):
            assert "older than a checkpoint of the log that others hold" in begun.refused(command)
        assert held.read_bytes() == newer
    finally:
        held.write_bytes(before)
    begun.done("casetrack worker --once")
