"""An export: the whole log in files, and what of it is disclosed, for whoever has no database (format, section 12).

The tree is always whole, and says nothing of anybody. What is disclosed is the payload and the salt of some entries. A
manifest that the maker signed says which those are meant to be, so that none can be left out on the way.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, dropwhile, takewhile
from typing import Final

from casetrack.audit.checkpoint import LARGEST_SIZE, Checkpoint
from casetrack.audit.entry import SALT_BYTES, Entry, is_leaf
from casetrack.audit.errors import (
    CheckpointMalformed,
    EntryMalformed,
    LogForked,
    LogRefused,
    LogRolledBack,
    NoteMalformed,
    OriginDiffers,
)
from casetrack.audit.export_errors import (
    DisclosureMalformed,
    FileChanged,
    FileMissing,
    HeldRefused,
    ManifestMalformed,
    ManifestOfAnother,
    PolicyWithoutLog,
)
from casetrack.audit.note import Note, Signer, VerifierKey, VerifierOf, from_base64, in_base64
from casetrack.audit.policy import Policy
from casetrack.audit.succession import LogKeys, Statement
from casetrack.audit.tiles import WIDTH, Read, TiledTree, places, verified_bundles
from casetrack.audit.tree import HASH_BYTES
from casetrack.audit.verify import verify_payload

MANIFEST: Final = "casetrack/v1/evidence"
"""What the manifest of an export says first."""
EVERYTHING: Final = "everything"
"""The scope of an export in which every entry is disclosed."""

CHECKPOINT: Final = "checkpoint"
POLICY: Final = "policy"
SIGNER: Final = "signer"
MANIFEST_FILE: Final = "manifest"
DISCLOSURES: Final = "disclosures.jsonl"
README: Final = "README.txt"
STATEMENT: Final = "statements/{:d}"
"""The files of an export beside the tree, by their paths; the statements about the log's keys count from 1."""

_SCOPE, _FILES = 5, 6
_SCOPE_FORM: Final = re.compile("[!-~]+( [!-~]+)*")
_PATH_FORM: Final = re.compile("[A-Za-z0-9]+([./][A-Za-z0-9]+)*")
_FILE_FORM: Final = re.compile("([0-9a-f]{64})  ([A-Za-z0-9./]+)")


@dataclass(frozen=True)
class Disclosure:
    """The payload and the salt of the entry at that index; whether they are is for the log to say."""

    index: int
    payload: bytes
    salt: bytes

    def line(self) -> bytes:
        """The line that stands for it, in one form alone."""
        said = {"index": self.index, "payload": in_base64(self.payload), "salt": in_base64(self.salt)}
        return json.dumps(said, separators=(",", ":")).encode() + b"\n"

    @classmethod
    def parse(cls, line: bytes, *, number: int) -> "Disclosure":
        """The disclosure in a line; `DisclosureMalformed` names the line."""
        try:
            said = json.loads(line)
            found = cls(said["index"], from_base64(said["payload"]), from_base64(said["salt"]))
            exact = type(found.index) is int and 0 <= found.index < LARGEST_SIZE and found.line() == line
        except (ValueError, LookupError, TypeError, RecursionError) as malformed:
            raise DisclosureMalformed(line=number) from malformed
        if not exact or len(found.salt) != SALT_BYTES:
            raise DisclosureMalformed(line=number)
        return found


@dataclass(frozen=True)
class Manifest:
    """What the maker of an export says that it is: of which tree, of what scope, and which files are beside the tree.

    `files` has the SHA-256 of each, 32 bytes, by path. Raises `ManifestMalformed`, with the line that is wrong.
    """

    checkpoint: Checkpoint
    scope: str
    files: Mapping[str, bytes]

    def __post_init__(self) -> None:
        """No manifest exists that would not read back as itself."""
        if not _SCOPE_FORM.fullmatch(self.scope):
            raise ManifestMalformed(line=_SCOPE)
        for line, (path, digest) in enumerate(self.files.items(), start=_FILES):
            if not _PATH_FORM.fullmatch(path) or len(digest) != HASH_BYTES:
                raise ManifestMalformed(line=line)

    def body(self) -> str:
        """The lines that are signed; of the files, each is as `sha256sum` writes it."""
        files = "".join(f"{digest.hex()}  {path}\n" for path, digest in self.files.items())
        return f"{MANIFEST}\n{self.checkpoint.body()}{self.scope}\n{files}"

    def paths(self) -> frozenset[str]:
        """Every file of the export that it is about: the tree, those that it lists, and those that it cannot list."""
        tree = (place.path() for place in places(self.checkpoint.size))
        return frozenset((CHECKPOINT, MANIFEST_FILE, SIGNER, *self.files, *tree))

    @classmethod
    def parse(cls, body: str) -> "Manifest":
        """The manifest in the text of a note; `ManifestMalformed` names the line."""
        lines = body.removesuffix("\n").split("\n")
        if lines[0] != MANIFEST:
            raise ManifestMalformed(line=1)
        if len(lines) < _SCOPE:
            raise ManifestMalformed(line=len(lines) + 1)
        try:
            checkpoint = Checkpoint.parse("".join(f"{line}\n" for line in lines[1 : _SCOPE - 1]))
        except CheckpointMalformed as malformed:
            raise ManifestMalformed(line=malformed.line + 1) from malformed
        files = dict[str, bytes]()
        for number, line in enumerate(lines[_SCOPE:], start=_FILES):
            found = _FILE_FORM.fullmatch(line)
            if found is None or found[2] in files:
                raise ManifestMalformed(line=number)
            files[found[2]] = bytes.fromhex(found[1])
        return cls(checkpoint, lines[_SCOPE - 1], files)


def sign_manifest(manifest: Manifest, by: Signer) -> str:
    """The signed note of a manifest, by whoever made the export."""
    return Note.signed(manifest.body(), by).format()


@dataclass(frozen=True)
class Export:
    """What somebody was given: `read` for a file by its path, and the lines of what is disclosed, each with its end."""

    read: Read
    disclosed: Callable[[], Iterator[bytes]]

    def content(self, path: str) -> bytes:
        """What that file has; `FileMissing` if there is no such file."""
        found = self.read(path)
        if found is None:
            raise FileMissing(path=path)
        return found

    def text(self, path: str) -> str:
        """The signed note, or the verifier key, that a file has; `FileMissing`, or `NoteMalformed` if it is no text."""
        try:
            return self.content(path).decode()
        except UnicodeDecodeError as malformed:
            raise NoteMalformed from malformed

    def statements(self) -> tuple[str, ...]:
        """The statements about the log's keys, the oldest first."""
        paths = takewhile(lambda path: self.read(path) is not None, map(STATEMENT.format, count(1)))
        return tuple(map(self.text, paths))


@dataclass(frozen=True)
class Examined:
    """What an export was found to be: everything in it is as the log, and whoever made it, signed it."""

    checkpoint: Checkpoint
    log: VerifierKey
    """By which of the log's keys it is believed: the one of the policy."""
    witnesses: tuple[str, ...]
    """Whose cosignatures hold, by the names that the policy has for them."""
    signer: VerifierKey
    manifest: Manifest
    disclosed: int
    """How many entries are disclosed."""


def verify_export(
    export: Export,
    verifier_of: VerifierOf,
    *,
    policy: Policy | None = None,
    maker: VerifierKey | None = None,
    held: Iterable[str] = (),
) -> Examined:
    """Every file of the export is as the log and its maker signed it; a `LogRefused` names the first that is not.

    Believed are the logs and witnesses of `policy`, and the manifest of `maker`, or without them those that the export
    itself names: whoever relies on that compares them. `held` are signed checkpoints that somebody kept, from which the
    log must have gone on.
    """
    # Step 23: there is a policy, and a log of it signed the checkpoint with a key in force (steps 1 to 4, 16 to 22).
    believed = policy or Policy.parse(export.content(POLICY))
    note = export.text(CHECKPOINT)
    keys, checkpoint = _opened(note, export.statements(), believed, verifier_of)
    # Step 24: as many witnesses as the policy asks for cosigned the checkpoint.
    witnesses = believed.require_witnessed(Note.parse(note), verifier_of)
    # Step 25: the manifest is signed by its maker, and is of this checkpoint and of the files beside the tree.
    signer = maker or VerifierKey.parse(export.text(SIGNER).removesuffix("\n"))
    manifest = _opened_manifest(export, verifier_of, signer, checkpoint)
    disclosed = _verify_entries(export, checkpoint, manifest)
    # Step 29: the log goes on from every checkpoint that somebody held (steps 12 to 14, by the tiles).
    tree = TiledTree(checkpoint.size, export.read)
    for number, text in enumerate(held, start=1):
        try:
            _require_held(keys.open(text), tree, origin=checkpoint.origin)
        except LogRefused as because:
            raise HeldRefused(number=number, because=because) from because
    return Examined(checkpoint, keys.spans[0].key, witnesses, signer, manifest, disclosed)


def keys_from(first: VerifierKey, statements: Iterable[str], verifier_of: VerifierOf) -> LogKeys:
    """The keys of a log that are believed by whoever began with that one: by the statements that go on from it."""

    def before(statement: str) -> bool:
        try:
            return Statement.parse(Note.parse(statement).text).old != first
        except LogRefused:
            return False

    return LogKeys.believed(first, dropwhile(before, statements), verifier_of)


def _opened(
    note: str, statements: Sequence[str], policy: Policy, verifier_of: VerifierOf
) -> tuple[LogKeys, Checkpoint]:
    """The keys of the first log of the policy that signed the checkpoint, and the checkpoint."""
    refused: LogRefused = PolicyWithoutLog()
    for log in policy.logs:
        try:
            keys = keys_from(log, statements, verifier_of)
            checkpoint = keys.open(note)
        except LogRefused as because:
            refused = because
            continue
        if checkpoint.origin == log.name:
            return keys, checkpoint
        refused = OriginDiffers(origin=log.name)
    raise refused


def _opened_manifest(export: Export, verifier_of: VerifierOf, signer: VerifierKey, checkpoint: Checkpoint) -> Manifest:
    note = Note.parse(export.text(MANIFEST_FILE))
    note.verify((verifier_of(signer),))
    manifest = Manifest.parse(note.text)
    if manifest.checkpoint != checkpoint:
        raise ManifestOfAnother
    for path, digest in manifest.files.items():
        if path != DISCLOSURES and hashlib.sha256(export.content(path)).digest() != digest:
            raise FileChanged(path=path)
    return manifest


def _verify_entries(export: Export, checkpoint: Checkpoint, manifest: Manifest) -> int:
    """The tree, each entry, and each disclosure with its entry, all read once; how many were disclosed."""
    lines = _Lines(export.disclosed())
    awaited = lines.disclosures(checkpoint.size)
    disclosed = next(awaited, None)
    # Step 26: every tile and bundle is as the checkpoint says (section 5.1).
    for number, bundle in enumerate(verified_bundles(checkpoint, export.read)):
        for index, leaf in enumerate(bundle, start=number * WIDTH):
            # Step 27: each entry is a leaf; and what is disclosed of it is what it commits to (step 11).
            if not is_leaf(leaf):
                raise EntryMalformed(index=index)
            if disclosed is not None and disclosed.index == index:
                verify_payload(Entry.parse(leaf), disclosed.payload, disclosed.salt)
                disclosed = next(awaited, None)
    if lines.digest.digest() != manifest.files.get(DISCLOSURES):
        raise FileChanged(path=DISCLOSURES)
    return lines.count


class _Lines:
    """The lines of what is disclosed, counted and hashed as they are read."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self._lines = lines
        self.digest = hashlib.sha256()
        self.count = 0

    def disclosures(self, size: int) -> Iterator[Disclosure]:
        before = -1
        for line in self._lines:
            self.digest.update(line)
            self.count += 1
            found = Disclosure.parse(line, number=self.count)
            # Step 28: the disclosures are in the order of their entries, each of which the log has.
            if not before < found.index < size:
                raise DisclosureMalformed(line=self.count)
            before = found.index
            yield found


def _require_held(older: Checkpoint, tree: TiledTree, *, origin: str) -> None:
    if older.origin != origin:
        raise OriginDiffers(origin=origin)
    if older.size > tree.size:
        raise LogRolledBack(size=older.size, found=tree.size)
    if older.root != tree.root(0, older.size):
        raise LogForked(size=older.size)
