"""The format document and the room say the same."""

import re
from pathlib import Path

import pytest

from casetrack.audit import checkpoint, errors, export, succession, verify
from casetrack.audit.checkpoint import open_checkpoint
from casetrack.audit.entry import Entry, commit
from casetrack.audit.note import VerifierKey
from casetrack.audit.tree import Frontier
from tests.audit.frozen import VECTORS
from tests.audit.keys import VerifyingKey

DOCUMENT = (Path(__file__).parents[2] / "docs" / "formats" / "audit-log.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (\d+)\. .*\n((?:(?!## ).*\n)*)", DOCUMENT, re.MULTILINE))
EXAMPLES = re.findall(r"^```\n(.*?)^```", SECTIONS["11"], re.MULTILINE | re.DOTALL)


def source(module: object) -> str:
    return Path(str(getattr(module, "__file__", ""))).read_text(encoding="utf-8")


def test_every_step_of_the_document_is_in_the_code_once_and_no_other() -> None:
    written = [int(number) for number in re.findall(r"\*\*Step (\d+)\.\*\*", SECTIONS["9"])]
    built = [
        int(number)
        for module in (checkpoint, export, succession, verify)
        for number in re.findall(r"# Step (\d+):", source(module))
    ]
    assert written == list(range(1, 30))
    assert sorted(built) == written


@pytest.mark.parametrize("path", sorted(Path(str(errors.__file__)).parent.glob("*.py")), ids=lambda path: path.name)
def test_the_code_cites_only_sections_that_the_document_has(path: Path) -> None:
    cited = re.findall(r"(?:format|audit-log\.md`), section (\d+)", path.read_text(encoding="utf-8"))
    assert set(cited) <= SECTIONS.keys()


def test_the_document_lists_every_file_of_vectors() -> None:
    listed = set(re.findall(r"^\| `([^`]+)`", SECTIONS["11"], re.MULTILINE))
    assert listed == {file.name for file in VECTORS.glob("*.json")} | {"merkle/testdata/"}
    readme = (VECTORS / "README.md").read_text(encoding="utf-8")
    assert {name for name in listed if f"`{name}`" not in readme} == set()


def test_the_examples_in_the_document_hold() -> None:
    salt, leaf, key, note, frontier, statement = EXAMPLES
    entry = Entry.parse(bytes.fromhex(leaf))
    assert entry.commitment == commit(b'{"n":0,"v":1}', bytes.fromhex(salt))
    first = VerifierKey.parse(key.rstrip("\n"))
    opened = open_checkpoint(note, VerifyingKey(first))
    verify.verify_frontier(Frontier.parse(bytes.fromhex(frontier)), opened)
    assert opened.size == 3
    assert succession.LogKeys.believed(first, [statement], VerifyingKey).in_force[0] == first
