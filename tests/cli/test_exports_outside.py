"""What `casetrack audit export` writes is verified by Go: before the log's key is renewed, with two keys, and after."""

import json
from collections.abc import Callable, Iterator

import pytest

from tests.audit.test_outside import built_in, told
from tests.cli.installation import Installation, running_in
from tests.cli.peopled import WORKER, open_cases

Asked = Callable[[str, tuple[str, ...]], str]
"""What the program says of an export to whoever believes those keys of the log."""


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with running_in(tmp_path_factory.mktemp("given-out")) as here:
        here.done("casetrack db upgrade")
        here.done(WORKER)
        yield here


@pytest.fixture(scope="module")
def asked(begun: Installation, tmp_path_factory: pytest.TempPathFactory) -> Asked:
    program, policy = built_in(tmp_path_factory.mktemp("outside")), begun.folder / "believed"

    def ask(export: str, keys: tuple[str, ...]) -> str:
        policy.write_text("".join(f"log {key}\n" for key in keys) + "quorum none\n", encoding="utf-8")
        return told(program, begun.folder / export, policy)

    return ask


def keys_of(here: Installation) -> list[str]:
    """The verifier keys of the log, the oldest first, as somebody is told them another way."""
    return [each["key"] for each in json.loads(here.done("casetrack keys status --json"))["log_keys"]]


def given_out(here: Installation, folder: str, asking: str = "") -> str:
    """The log, after one more case, is given out into the folder; gives what is said of it when it holds."""
    open_cases(here, 1)
    here.done("casetrack worker --once")
    said = here.done(f"casetrack audit export --out {folder} --use integrity {asking}")
    entries, disclosed = (int(word) for word in said.replace(f"{folder}:", "").split() if word.isdigit())
    return f"holds: {entries} entries of casetrack.example/audit, {disclosed} disclosed\n"


def test_go_verifies_what_the_command_writes_with_the_old_key_with_both_and_with_the_new_one(
    begun: Installation, asked: Asked
) -> None:
    before = given_out(begun, "before")
    (old,) = keys_of(begun)
    assert asked("before", (old,)) == before

    begun.done("casetrack keys rotate log")
    _, new = keys_of(begun)
    both = given_out(begun, "both", "--holder kent")
    for believed in ((old,), (new,), (old, new)):
        assert asked("both", believed) == both
    assert asked("before", (new,)).startswith("refused: ")

    begun.done("casetrack keys rotate log --finish")
    after = given_out(begun, "after")
    assert asked("after", (new,)) == after
    assert asked("after", (old,)).startswith("refused: ")
    assert len({before, both, after}) == 3

    lines = begun.folder / "both" / "disclosures.jsonl"
    lines.write_bytes(lines.read_bytes().replace(b'"index":', b'"index":1', 1))
    assert asked("both", (old, new)).startswith("refused: ")
