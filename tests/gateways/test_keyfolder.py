"""The folder of key files: the log's keys in one file, which changes in one step and is believed by what was signed."""

import json
from pathlib import Path

import pytest

from casetrack.audit.checkpoint import Checkpoint
from casetrack.audit.errors import StatementRefused
from casetrack.audit.note import Note, VerifierKey
from casetrack.audit.succession import Says, Statement, sign_statement
from casetrack.audit.tree import EMPTY_ROOT
from casetrack.crypto.errors import CannotOpen, Reason
from casetrack.crypto.roots import LOG, RootFile
from casetrack.crypto.signing import LogKey
from casetrack.gateways.keyfolder import KeyFolder, LogSigning
from casetrack.services.checkpoints import CheckpointSigner, LogChain

NAME = "casetrack.test"
ORIGIN = f"{NAME}/audit"
PASSPHRASE = "only for tests"


def founded(folder: Path) -> KeyFolder:
    keys = KeyFolder(folder / "keys.json", PASSPHRASE)
    keys.found()
    return keys


def told(says: Says, old: LogKey, new: LogKey, size: int) -> str:
    statement = Statement(says, ORIGIN, VerifierKey(ORIGIN, old.public), VerifierKey(ORIGIN, new.public), size, 0)
    return sign_statement(statement, CheckpointSigner(ORIGIN, old), CheckpointSigner(ORIGIN, new))


def file_of(folder: Path) -> Path:
    return folder / "log-key.json"


def test_a_folder_begins_with_one_key_of_the_log_which_signs(tmp_path: Path) -> None:
    keys = founded(tmp_path)
    (key,) = keys.log_keys()
    assert keys.chain() == LogChain(key.public)
    note = keys.signing(NAME).signed(Checkpoint(ORIGIN, 0, EMPTY_ROOT))
    assert keys.chain().believed(ORIGIN).open(note).size == 0
    assert file_of(tmp_path).stat().st_mode & 0o777 == 0o600


def test_a_file_from_before_keys_were_renewed_still_opens(tmp_path: Path) -> None:
    keys = founded(tmp_path)
    (key,) = keys.log_keys()
    root = RootFile.open(tmp_path / "log-roots.json", PASSPHRASE).root(LOG)
    file_of(tmp_path).write_text(json.dumps({"public": key.public.hex(), "sealed": key.sealed(root).hex()}))

    assert keys.chain() == LogChain(key.public)
    assert [each.public for each in keys.log_keys()] == [key.public]
    keys.keep(keys.chain(), keys.log_keys())
    assert json.loads(file_of(tmp_path).read_bytes())["format"] == "casetrack/v1/log-keys"
    assert [each.public for each in keys.log_keys()] == [key.public]


def test_a_key_that_ended_is_gone_from_the_folder_and_its_public_half_stays(tmp_path: Path) -> None:
    keys = founded(tmp_path)
    ((old,), new) = keys.log_keys(), LogKey.generate()
    follows, ends = told(Says.FOLLOWS, old, new, 0), told(Says.ENDS, old, new, 1)
    keys.keep(LogChain(old.public, (follows,)), (old, new))
    assert [signer.key.public for signer in keys.signing(NAME).signers] == [old.public, new.public]
    keys.keep(LogChain(old.public, (follows, ends)), (new,))

    assert [signer.key.public for signer in keys.signing(NAME).signers] == [new.public]
    assert [span.key.public_key for span in keys.chain().believed(ORIGIN).spans] == [old.public, new.public]
    assert [key["public"] for key in json.loads(file_of(tmp_path).read_bytes())["keys"]] == [new.public.hex()]
    assert not list(tmp_path.glob("*.part"))


def test_the_keys_that_sign_are_opened_again_when_their_file_has_changed_and_not_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = founded(tmp_path)
    signing, opened = LogSigning(keys, NAME), 0
    unsealed = RootFile.open

    def counted(path: Path, passphrase: str) -> RootFile:
        nonlocal opened
        opened += 1
        return unsealed(path, passphrase)

    monkeypatch.setattr(RootFile, "open", counted)
    ((old,), new) = keys.log_keys(), LogKey.generate()
    opened = 0
    assert signing().signers is signing().signers
    assert (len(signing().signers), opened) == (1, 1)
    keys.keep(LogChain(old.public, (told(Says.FOLLOWS, old, new, 0),)), (old, new))
    note = signing().signed(Checkpoint(ORIGIN, 0, EMPTY_ROOT))
    assert len(Note.parse(note).signatures) == 2


def test_a_key_in_force_of_which_the_private_half_is_missing_stops_the_signing(tmp_path: Path) -> None:
    keys = founded(tmp_path)
    ((old,), new) = keys.log_keys(), LogKey.generate()
    keys.keep(LogChain(old.public, (told(Says.FOLLOWS, old, new, 0),)), (old,))
    with pytest.raises(CannotOpen) as refused:
        keys.signing(NAME)
    assert refused.value.reason is Reason.KEY_FILE


def test_a_key_that_somebody_put_in_the_file_is_not_believed(tmp_path: Path) -> None:
    keys = founded(tmp_path)
    ((old,), planted) = keys.log_keys(), LogKey.generate()
    keys.keep(LogChain(old.public, (told(Says.FOLLOWS, planted, LogKey.generate(), 0),)), (old, planted))
    with pytest.raises(StatementRefused):
        keys.signing(NAME)


@pytest.mark.parametrize(
    "content",
    ["", "{}", "[]", "null", '"format"', '{"format": "casetrack/v9/log-keys"}', '{"format": "casetrack/v1/log-keys"}'],
)
def test_a_file_that_is_none_is_refused_in_a_sentence(tmp_path: Path, content: str) -> None:
    keys = founded(tmp_path)
    file_of(tmp_path).write_text(content)
    with pytest.raises(CannotOpen, match="is not a casetrack key file"):
        keys.chain()


def test_a_folder_without_the_file_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CannotOpen, match="cannot be read"):
        KeyFolder(tmp_path / "keys.json", PASSPHRASE).log_keys()
