"""Exports for tests: a log with payloads, some of them disclosed, in a dictionary of files."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import pytest

from casetrack.audit import export
from casetrack.audit.checkpoint import sign_checkpoint
from casetrack.audit.cosignature import Cosigner
from casetrack.audit.entry import Entry, commit
from casetrack.audit.errors import LogRefused
from casetrack.audit.export import EVERYTHING, Disclosure, Examined, Export, Manifest, sign_manifest, verify_export
from casetrack.audit.note import Note, VerifierKey
from casetrack.audit.policy import Policy
from casetrack.audit.tiles import tiled
from tests.audit.keys import SigningKey, WitnessKey, verifier_of
from tests.audit.logs import KEY, ORIGIN, checkpoint

DESK = SigningKey("casetrack.example/evidence", b"\x05" * 32)
WITNESS = WitnessKey("witness.example/w1", b"\x07" * 32)


def payload(number: int) -> bytes:
    return f'{{"n":{number}}}'.encode()


def salt(number: int) -> bytes:
    return number.to_bytes(32)


def entry(number: int, said: bytes | None = None) -> Entry:
    committed = commit(payload(number) if said is None else said, salt(number))
    return Entry(time_ms=1_767_225_600_000 + number, event=number.to_bytes(16), commitment=committed)


@dataclass(frozen=True)
class Made:
    """An export as somebody makes it, true or not: each part may be replaced before it is given."""

    leaves: Sequence[bytes]
    size: int
    disclosed: tuple[Disclosure, ...]
    scope: str = EVERYTHING
    log: SigningKey = KEY
    desk: SigningKey = DESK
    witnesses: tuple[WitnessKey, ...] = (WITNESS,)
    policy: Policy = field(default_factory=lambda: Policy((KEY.verifying().key,), {"w1": WITNESS.key}, quorum="w1"))
    statements: tuple[str, ...] = ()
    origin: str = ORIGIN

    def note(self, size: int | None = None) -> str:
        """The signed checkpoint, cosigned."""
        of = checkpoint(self.leaves, self.size if size is None else size, self.origin)
        plain = Note.parse(sign_checkpoint(of, self.log))
        by = [Cosigner(witness, 5) for witness in self.witnesses]
        return Note(plain.text, plain.signatures + (Note.signed(plain.text, *by).signatures if by else ())).format()

    def export(self) -> "Given":
        beside = {
            export.DISCLOSURES: b"".join(each.line() for each in self.disclosed),
            export.POLICY: self.policy.format(),
            export.README: b"What this is, and how to check it.\n",
            **{export.STATEMENT.format(at): each.encode() for at, each in enumerate(self.statements, start=1)},
        }
        digests = {path: hashlib.sha256(content).digest() for path, content in beside.items()}
        manifest = Manifest(checkpoint(self.leaves, self.size, self.origin), self.scope, digests)
        return Given(
            {place.path(): content for place, content in tiled(self.leaves[: self.size])}
            | beside
            | {
                export.CHECKPOINT: self.note().encode(),
                export.SIGNER: f"{self.desk.verifying().key.format()}\n".encode(),
                export.MANIFEST_FILE: sign_manifest(manifest, self.desk).encode(),
            }
        )


class Given(dict[str, bytes]):
    """An export as somebody is given it: each file by its path."""

    def opened(self) -> Export:
        return Export(self.get, lambda: iter(self[export.DISCLOSURES].splitlines(keepends=True)))

    def changed(self, path: str, change: Callable[[bytes], bytes]) -> "Given":
        return Given({**self, path: change(self[path])})

    def without(self, path: str) -> "Given":
        return Given({name: content for name, content in self.items() if name != path})


def made(number: int, disclosed: Iterable[int] | None = None) -> Made:
    """An export of so many entries, of which those are disclosed, or else all."""
    given = tuple(Disclosure(index, payload(index), salt(index)) for index in (disclosed or range(number)))
    return Made([entry(index).leaf() for index in range(number)], number, given)


COUNT = 700
SOME = (0, 1, 255, 256, 300, 699)
MADE = made(COUNT, SOME)
WHOLE = MADE.export()
POLICY = MADE.policy
MAKER = DESK.verifying().key


def examined(given: Given, *held: str, policy: Policy | None = POLICY, maker: VerifierKey | None = MAKER) -> Examined:
    return verify_export(given.opened(), verifier_of, policy=policy, maker=maker, held=held)


def refused(given: Given, *held: str, policy: Policy | None = POLICY) -> LogRefused:
    with pytest.raises(LogRefused) as found:
        examined(given, *held, policy=policy)
    return found.value
