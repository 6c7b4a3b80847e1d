"""The key file: opened by its passphrase, whole after every addition, unreadable to anyone else."""

import json
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from casetrack.crypto import roots
from casetrack.crypto.errors import CannotOpen, KeysOutOfReach, Reason
from casetrack.crypto.roots import LOG, PassphraseWork, RootFile, RootKey
from tests.crypto.samples import LEAST_WORK, flipped

PASSPHRASE = "grün leaf river"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "roots"


def test_a_root_is_the_same_after_the_file_is_opened_again(path: Path) -> None:
    kept = RootFile.create(path, PASSPHRASE, LEAST_WORK).add("kent").seal("use", b"context", b"plain")
    again = RootFile.open(path, PASSPHRASE).root("kent")
    assert again.open("use", b"context", kept) == b"plain"


def test_each_holder_and_the_log_have_roots_of_their_own(path: Path) -> None:
    roots = RootFile.create(path, PASSPHRASE, LEAST_WORK)
    kept = roots.add("kent").seal("use", b"", b"plain")
    for holder in ("refuge", LOG):
        with pytest.raises(CannotOpen):
            roots.add(holder).open("use", b"", kept)


def test_adding_a_holder_again_keeps_its_root(path: Path) -> None:
    roots = RootFile.create(path, PASSPHRASE, LEAST_WORK)
    kept = roots.add("kent").seal("use", b"", b"plain")
    assert roots.add("kent").open("use", b"", kept) == b"plain"


def test_two_processes_that_add_at_once_both_keep_theirs(path: Path) -> None:
    RootFile.create(path, PASSPHRASE, LEAST_WORK)
    holders = [f"holder-{number}" for number in range(12)]
    opened = [RootFile.open(path, PASSPHRASE) for _ in holders]
    with ThreadPoolExecutor(max_workers=6) as pool:
        list(pool.map(RootFile.add, opened, holders))
    again = RootFile.open(path, PASSPHRASE)
    assert [again.root(holder).holder for holder in holders] == holders


def test_a_holder_without_a_root_is_refused_in_words(path: Path) -> None:
    with pytest.raises(KeysOutOfReach, match="holds no root key for kent") as refused:
        RootFile.create(path, PASSPHRASE, LEAST_WORK).root("kent")
    assert refused.value.holder == "kent"


def test_a_wrong_passphrase_is_refused_in_words(path: Path) -> None:
    RootFile.create(path, PASSPHRASE, LEAST_WORK)
    with pytest.raises(CannotOpen, match="the passphrase is wrong") as refused:
        RootFile.open(path, "green leaf river")
    assert refused.value.reason is Reason.PASSPHRASE


def test_a_passphrase_is_the_same_from_any_keyboard(path: Path) -> None:
    RootFile.create(path, unicodedata.normalize("NFD", PASSPHRASE), LEAST_WORK)
    opened = RootFile.open(path, unicodedata.normalize("NFC", PASSPHRASE))
    assert opened.add("kent").holder == "kent"


def test_a_file_needs_a_passphrase(path: Path) -> None:
    with pytest.raises(ValueError, match="needs a passphrase"):
        RootFile.create(path, "")
    assert not path.exists()


def test_creating_never_writes_over_a_file(path: Path) -> None:
    path.write_bytes(b"something else")
    with pytest.raises(FileExistsError):
        RootFile.create(path, PASSPHRASE, LEAST_WORK)
    assert path.read_bytes() == b"something else"


def test_nobody_else_may_read_it_and_nothing_is_left_beside_it(path: Path) -> None:
    RootFile.create(path, PASSPHRASE, LEAST_WORK).add("kent")
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_the_file_shows_no_holder_and_its_cost_is_rfc_9106s(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roots, "PassphraseWork", PassphraseWork)  # as it is where no test is in a hurry
    RootFile.create(path, PASSPHRASE).add("kent")
    text = path.read_text()
    head = json.loads(text)
    assert "kent" not in text
    assert (head["kdf"], head["memory_kib"], head["passes"], head["lanes"]) == ("argon2id", 65536, 3, 4)
    assert PassphraseWork() == PassphraseWork(65536, 3, 4)


def changed(path: Path, **changes: Any) -> None:  # noqa: ANN401 -- any JSON may stand in a file that was changed
    head = {**json.loads(path.read_text()), **changes}
    path.write_text(json.dumps({name: value for name, value in head.items() if value != "absent"}))


@pytest.mark.parametrize(
    "changes",
    [
        {"format": "casetrack/v2/root-file"},
        {"kdf": "argon2d"},
        {"salt": "00"},
        {"salt": "not hexadecimal"},
        {"salt": 7},
        {"sealed": "not hexadecimal"},
        {"sealed": "absent"},
        {"passes": "absent"},
        {"passes": 0},
        {"passes": "3"},
        {"passes": True},
        {"passes": 65},
        {"lanes": 0},
        {"lanes": 9},
        {"lanes": 65},
        {"memory_kib": 2**21 + 1},
        {"memory_kib": 7},
    ],
)
def test_what_is_not_such_a_file_is_refused_before_any_work(path: Path, changes: dict[str, Any]) -> None:
    RootFile.create(path, PASSPHRASE, LEAST_WORK)
    changed(path, **changes)
    with pytest.raises(CannotOpen, match="not a casetrack key file") as refused:
        RootFile.open(path, PASSPHRASE)
    assert refused.value.reason is Reason.KEY_FILE


@pytest.mark.parametrize("content", [b"", b"\xff", b"[]", b"7", b"{}"])
def test_other_content_is_refused(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(CannotOpen) as refused:
        RootFile.open(path, PASSPHRASE)
    assert refused.value.reason is Reason.KEY_FILE


def test_a_missing_file_is_refused(path: Path) -> None:
    with pytest.raises(CannotOpen) as refused:
        RootFile.open(path, PASSPHRASE)
    assert refused.value.reason is Reason.KEY_FILE


@pytest.mark.parametrize(
    "changes", [{"salt": "00" * 16}, {"passes": 2}, {"memory_kib": 65}, {"lanes": 2}, {"note": "extra"}, {"sealed": ""}]
)
def test_a_file_changed_in_one_place_does_not_open(path: Path, changes: dict[str, Any]) -> None:
    RootFile.create(path, PASSPHRASE, LEAST_WORK)
    changed(path, **changes)
    with pytest.raises(CannotOpen) as refused:
        RootFile.open(path, PASSPHRASE)
    assert refused.value.reason is Reason.PASSPHRASE


def test_a_file_that_became_another_is_not_added_to(path: Path) -> None:
    roots = RootFile.create(path, PASSPHRASE, LEAST_WORK)
    path.unlink()
    RootFile.create(path, PASSPHRASE, LEAST_WORK)
    before = path.read_bytes()
    with pytest.raises(CannotOpen):
        roots.add("kent")
    assert path.read_bytes() == before


def test_what_is_under_a_root_is_of_one_holder_use_and_context() -> None:
    root = RootKey("kent", bytes(32))
    kept = root.seal("keyset", b"context", b"plain")
    assert root.open("keyset", b"context", kept) == b"plain"
    for other, use, context, tried in (
        (RootKey("kent", b"\1" * 32), "keyset", b"context", kept),
        (RootKey("refuge", bytes(32)), "keyset", b"context", kept),
        (root, "log-key", b"context", kept),
        (root, "keyset", b"contexts", kept),
        (root, "keyset", b"context", flipped(kept, 0)),
        (root, "keyset", b"context", flipped(kept, 2)),
        (root, "keyset", b"context", flipped(kept, -1)),
        (root, "keyset", b"context", b""),
    ):
        with pytest.raises(CannotOpen):
            other.open(use, context, tried)
