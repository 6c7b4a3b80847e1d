"""The log is given out: the whole tree in files, and the payloads of the entries that somebody may see.

The form is `docs/formats/audit-log.md`, section 12. The audit desk signs which files there are, so that none is left
out on the way. Whoever is given them needs neither this database nor casetrack.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Final, Protocol
from uuid import UUID

from casetrack.audit import export as form
from casetrack.audit.checkpoint import Checkpoint
from casetrack.audit.errors import LogRefused, NoCheckpoint
from casetrack.audit.export import Disclosure, Examined, Export, Manifest, sign_manifest, verify_export
from casetrack.audit.log_proof import LogProof
from casetrack.audit.note import Note, VerifierKey, key_id
from casetrack.audit.policy import Policy
from casetrack.audit.tiles import Read, tiled
from casetrack.audit.tree import HashedLeaves, consistency_proof, inclusion_proof, leaf_hash
from casetrack.audit.witness import Submission
from casetrack.crypto.keyring import SealedKeyset
from casetrack.domain.errors import NotFound
from casetrack.domain.holders import AUDIT_DESK
from casetrack.domain.ids import EventId
from casetrack.domain.log_events import CheckpointCosigned, LogExported
from casetrack.services.audit import Use
from casetrack.services.checkpoints import SignedNotes, require_promised, verifier_of
from casetrack.services.export_readme import readme
from casetrack.services.extracts import Extract
from casetrack.services.trust import Trust
from casetrack.services.verifying_journal import Believed
from casetrack.services.work import UnitOfWork

NO_WITNESSES: Final = Policy(())
"""What is asked of a checkpoint where no witness is named."""


class Source(Protocol):
    """What is given out, as of one instant."""

    def witnessed(self) -> Iterator[str]:
        """The signed notes with what witnesses said of each, the newest first."""

    def leaves(self) -> Iterator[tuple[int, UUID, bytes]]:
        """Each leaf with its number and the event that it is said to be of, in the order of the numbers."""

    def disclosed(self, extract: Extract, size: int) -> Iterator[Disclosure]:
        """The entries of that extract among the first so many, in their order."""


class Keep(Protocol):
    """Where the files go: each is kept whole, in the order in which they come, under a name that nobody reads yet."""

    def put(self, path: str, content: Iterable[bytes]) -> None:
        """The file has that content, part after part."""

    def read(self, path: str) -> bytes | None:
        """What a file has that was put, or was there; None if there is none."""

    def lines(self, path: str) -> Iterator[bytes]:
        """The lines of such a file, one after the other, each with its end."""


@dataclass(frozen=True)
class Maker:
    """The audit desk, as it signs what it gives out: with its newest keys, under the name of the deployment."""

    name: str
    trust: Trust
    keyset: SealedKeyset

    @classmethod
    def of(cls, work: UnitOfWork) -> "Maker":
        """The desk of this deployment."""
        return cls(f"{work.deployment.name}/evidence", work.trust, work.trust.mine(AUDIT_DESK))

    @property
    def key(self) -> VerifierKey:
        """By which others check what it signed."""
        return VerifierKey(self.name, self.keyset.public.sign_public)

    @property
    def key_id(self) -> bytes:
        """The four bytes by which a signature names the key."""
        return key_id(self.name, self.keyset.public.sign_public)

    def sign(self, text: bytes) -> bytes:
        """The signature over the text, 64 bytes; `KeysUnavailable` while the desk's keys cannot be reached."""
        return self.trust.sign(self.keyset, text)


def export_log(
    source: Source,
    believed: Believed,
    extract: Extract,
    keep: Keep,
    *,
    maker: Maker,
    witnesses: Policy = NO_WITNESSES,
    step: Callable[[int], None],
) -> Examined:
    """The log at its newest checkpoint that has the witnesses it should, put in files and found to be what was signed.

    The checkpoint is the last file of all. `step` is told of entries that were written. Raises a `LogRefused` if the
    log is not as it was signed, or has no such checkpoint; then no checkpoint was put.
    """
    note, checkpoint = newest_witnessed(source, believed, witnesses)
    policy = policy_of(believed, checkpoint, witnesses)
    leaves = (leaf for _, _, leaf in takewhile(lambda row: row[0] < checkpoint.size, source.leaves()))
    for place, content in tiled(leaves):
        keep.put(place.path(), (content,))
        step(place.width if place.level is None else 0)
    beside = {
        form.POLICY: policy.format(),
        **{form.STATEMENT.format(at): said.encode() for at, said in enumerate(believed.log.statements, start=1)},
    }
    digest = hashlib.sha256()
    keep.put(form.DISCLOSURES, _hashed(source.disclosed(extract, checkpoint.size), digest.update))
    beside[form.README] = readme(checkpoint, extract, policy, maker.key).encode()
    for path, content in beside.items():
        keep.put(path, (content,))
    digests = {path: hashlib.sha256(content).digest() for path, content in beside.items()}
    listed = dict(sorted({**digests, form.DISCLOSURES: digest.digest()}.items()))
    manifest = sign_manifest(Manifest(checkpoint, str(extract), listed), maker)
    keep.put(form.SIGNER, (f"{maker.key.format()}\n".encode(),))
    keep.put(form.MANIFEST_FILE, (manifest.encode(),))
    keep.put(form.CHECKPOINT, (note.encode(),))
    return verify_export(exported(keep), verifier_of, policy=policy, maker=maker.key)


def exported(keep: Keep) -> Export:
    """What was put, as whoever is given it reads it."""
    read: Read = keep.read
    return Export(read, lambda: keep.lines(form.DISCLOSURES))


def note_export(work: UnitOfWork, extract: Extract, examined: Examined, manifest: bytes, use: Use) -> None:
    """That it was given out, what, and what for, is on the log; `manifest` is the signed note that says what it is."""
    work.note(
        LogExported(
            at=work.now,
            by=work.actor.account,
            use=use.value,
            scope=extract.filters,
            size=examined.checkpoint.size,
            entries=examined.disclosed,
            manifest=hashlib.sha256(manifest).hexdigest(),
        )
    )


def cosign_checkpoint(work: UnitOfWork, size: int, witness: VerifierKey) -> None:
    """That a witness cosigned the checkpoint of that size, which is kept beside it, is on the log."""
    work.note(CheckpointCosigned(at=work.now, by=work.actor.account, size=size, witness=witness.format()))


def newest_witnessed(source: Source, believed: Believed, witnesses: Policy) -> tuple[str, Checkpoint]:
    """The newest checkpoint that as many witnesses cosigned as are asked for, its note with every cosignature there is.

    `NoCheckpoint` if there is none; if there are some, and none with the witnesses, what the newest of them lacks.
    `PromiseBroken` if the log does not go on from what others hold: what would be given out forks it.
    """
    require_promised(SignedNotes(source.witnessed), believed.log, believed.held)
    refused: LogRefused = NoCheckpoint()
    for note in source.witnessed():
        try:
            witnesses.require_witnessed(Note.parse(note), verifier_of)
        except LogRefused as because:
            refused = because if isinstance(refused, NoCheckpoint) else refused
        else:
            return note, believed.log.open(note)
    raise refused


def policy_of(believed: Believed, checkpoint: Checkpoint, witnesses: Policy) -> Policy:
    """Whom this deployment believes of its own log: its keys in force at that checkpoint, and its witnesses."""
    size = checkpoint.size
    in_force = (span for span in believed.log.spans if span.after < size and (span.until is None or size <= span.until))
    return replace(witnesses, logs=tuple(span.key for span in in_force))


def prove(source: Source, believed: Believed, which: EventId | int, witnesses: Policy) -> tuple[LogProof, Disclosure]:
    """That an event is in the log, to be carried away, and the payload and salt by which its entry is known.

    It is asked for by its id, or by the index of its entry. `NotFound` if there is no such event below the newest
    checkpoint that has the witnesses it should.
    """
    note, checkpoint = newest_witnessed(source, believed, witnesses)
    found, hashes = None, []
    for number, of, leaf in takewhile(lambda row: row[0] < checkpoint.size, source.leaves()):
        hashes.append(leaf_hash(leaf))
        found = number if which in (of, number) else found
    if found is None:
        raise NotFound
    (disclosure,) = source.disclosed(Extract(after=found), found + 1)
    return LogProof(found, inclusion_proof(HashedLeaves(hashes), found), note), disclosure


def submission(source: Source, believed: Believed, old_size: int) -> Submission:
    """What a witness is asked that has cosigned that many entries: the newest checkpoint, and that it goes on from it.

    `NoCheckpoint` before the first, and `SizeAbsent` if the log never had that size.
    """
    note, checkpoint = newest_witnessed(source, believed, NO_WITNESSES)
    leaves = takewhile(lambda row: row[0] < checkpoint.size, source.leaves())
    tree = HashedLeaves([leaf_hash(leaf) for _, _, leaf in leaves])
    return Submission(old_size, consistency_proof(tree, old_size) if old_size else (), note)


def _hashed(disclosed: Iterable[Disclosure], take: Callable[[bytes], None]) -> Iterator[bytes]:
    for each in disclosed:
        line = each.line()
        take(line)
        yield line
