"""What a witness keeps: its key, sealed by a passphrase, and of each log the last checkpoint that it cosigned.

The state is changed before a cosignature leaves, durably, and by one at a time: whatever happens, a witness has
cosigned nothing that its state does not know of.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from casetrack.audit.checkpoint import Checkpoint
from casetrack.audit.cosignature import Cosigner
from casetrack.audit.errors import LogRefused, OriginDiffers
from casetrack.audit.note import KeyKind, Note, VerifierKey
from casetrack.audit.policy import Policy
from casetrack.audit.witness import Submission, advance
from casetrack.crypto.roots import LOG, RootFile
from casetrack.crypto.signing import LogKey
from casetrack.gateways.durable import alone_in, write_whole
from casetrack.services.checkpoints import verifier_of

FORMAT: Final = "casetrack/v1/witness"


class StateBroken(Exception):
    """The file is not what was written; the message names it."""

    def __init__(self, path: Path) -> None:
        """Name the file."""
        super().__init__(f"{path} is not the state of a witness. Bring back a copy, and cosign nothing until then.")


@dataclass(frozen=True)
class WitnessSigner:
    """Makes the raw signatures of a witness."""

    key: VerifierKey
    private: LogKey

    @property
    def name(self) -> str:
        """The witness's name."""
        return self.key.name

    @property
    def key_id(self) -> bytes:
        """The four bytes by which a cosignature names the key."""
        return self.key.key_id

    def sign(self, text: bytes) -> bytes:
        """The signature over these bytes, 64 bytes."""
        return self.private.sign(text)


@dataclass(frozen=True)
class State:
    """A witness: its key, the sealed private half, and the bodies of the checkpoints that it cosigned last, by log."""

    key: VerifierKey
    sealed: bytes
    cosigned: Mapping[str, str]

    def last(self, origin: str) -> Checkpoint | None:
        """The checkpoint of that log that was cosigned last; None before the first."""
        body = self.cosigned.get(origin)
        return None if body is None else Checkpoint.parse(body)


@dataclass(frozen=True)
class WitnessFiles:
    """A witness's state in a file, and what opens its key in another beside it."""

    path: Path

    def new(self, name: str, passphrase: str) -> VerifierKey:
        """There is a witness of that name with a key of its own; `FileExistsError` where one is."""
        if self.path.exists():
            raise FileExistsError(self.path)
        RootFile.create(self._root_file, passphrase).add(LOG)
        root, private = RootFile.open(self._root_file, passphrase).root(LOG), LogKey.generate()
        key = VerifierKey(name, private.public, KeyKind.COSIGNS)
        self._keep(State(key, private.sealed(root), {}))
        return key

    def cosign(self, request: str, believed: Policy, passphrase: str, time_s: int) -> str:
        """The checkpoint of the request with this witness's cosignature, once its state has it.

        Raises a `LogRefused` that says why it is not cosigned; then the state is as it was.
        """
        submission = Submission.parse(request)
        note = Note.parse(submission.checkpoint)
        note.verify([verifier_of(log) for log in believed.logs])
        asked = Checkpoint.parse(note.text)
        signed = {(each.name, each.key_id) for each in note.signatures}
        if not any(log.name == asked.origin and (log.name, log.key_id) in signed for log in believed.logs):
            raise OriginDiffers(origin=believed.logs[0].name)
        with alone_in(self.path.parent):
            state = self._read()
            root = RootFile.open(self._root_file, passphrase).root(LOG)
            signer = WitnessSigner(state.key, LogKey.open(state.sealed, root, public=state.key.public_key))
            cosigned = advance(state.last(asked.origin), submission, asked)
            self._keep(replace(state, cosigned={**state.cosigned, cosigned.origin: cosigned.body()}))
        made = Note.signed(note.text, Cosigner(signer, time_s)).signatures
        return Note(note.text, (*note.signatures, *made)).format()

    def _read(self) -> State:
        try:
            said: Any = json.loads(self.path.read_bytes())
            if said["format"] != FORMAT:
                raise StateBroken(self.path)
            key = VerifierKey.parse(said["key"], KeyKind.COSIGNS)
            for origin, body in said["cosigned"].items():
                if Checkpoint.parse(body).origin != origin:
                    raise StateBroken(self.path)
            return State(key, bytes.fromhex(said["sealed"]), said["cosigned"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError, LogRefused):
            raise StateBroken(self.path) from None

    def _keep(self, state: State) -> None:
        said = {
            "format": FORMAT,
            "key": state.key.format(),
            "sealed": state.sealed.hex(),
            "cosigned": dict(state.cosigned),
        }
        write_whole(self.path, json.dumps(said, indent=1).encode())

    @property
    def _root_file(self) -> Path:
        return self.path.with_name(f"{self.path.name}.key")
