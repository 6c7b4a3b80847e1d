"""An export of a large log: how long it takes to verify, beside the bare hashing of as much, and how much memory."""

import hashlib
import resource
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from casetrack.audit import export as form
from casetrack.audit.checkpoint import Checkpoint, sign_checkpoint
from casetrack.audit.entry import Entry, commit
from casetrack.audit.export import Export, Manifest, sign_manifest, verify_export
from casetrack.audit.note import VerifierKey
from casetrack.audit.policy import Policy
from casetrack.audit.tiles import tiled
from casetrack.audit.tree import leaf_hash, root_of
from casetrack.crypto.signing import LogKey
from casetrack.gateways.evidence_folder import EvidenceFolder, writing
from casetrack.services.checkpoints import CheckpointSigner, verifier_of

ENTRIES: Final = 1_000_000
MIB: Final = 1 << 20
ORIGIN: Final = "casetrack.bench/audit"
KEY: Final = LogKey(bytes(range(32)))


@dataclass(frozen=True)
class LargeExport:
    """What an export of so many entries took: to write, to verify, and to hash its leaves and nodes and no more."""

    entries: int
    written_s: float
    verified_s: float
    hashed_s: float
    most: int
    """The most memory, in bytes, of the process that verified it and did nothing else."""


def measure_export(entries: int = ENTRIES) -> LargeExport:
    """A log of so many entries is put in files and verified, by a process of its own."""
    with tempfile.TemporaryDirectory(prefix="casetrack-") as folder:
        start = time.monotonic()
        write_export(Path(folder), entries)
        written = time.monotonic() - start
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as apart:
            verified, hashed, most = apart.submit(_verified, folder).result()
    return LargeExport(entries, written, verified, hashed, most)


def write_export(folder: Path, entries: int) -> None:
    """The log of so many entries, of which none is disclosed, is in that folder."""
    signer = CheckpointSigner(ORIGIN, KEY)
    checkpoint = Checkpoint(ORIGIN, entries, root_of(map(leaf_hash, _leaves(entries))))
    policy = Policy((VerifierKey(ORIGIN, KEY.public),)).format()
    listed = {form.DISCLOSURES: hashlib.sha256(b"").digest(), form.POLICY: hashlib.sha256(policy).digest()}
    with writing(folder) as made:
        for place, content in tiled(_leaves(entries)):
            made.put(place.path(), (content,))
        made.put(form.DISCLOSURES, ())
        made.put(form.POLICY, (policy,))
        made.put(form.SIGNER, (f"{VerifierKey(ORIGIN, KEY.public).format()}\n".encode(),))
        made.put(form.MANIFEST_FILE, (sign_manifest(Manifest(checkpoint, "bench", listed), signer).encode(),))
        made.put(form.CHECKPOINT, (sign_checkpoint(checkpoint, signer).encode(),))
        made.finish()


def _leaves(count: int) -> Iterator[bytes]:
    committed = commit(b"{}", bytes(32))
    for number in range(count):
        yield Entry(1_767_225_600_000 + number, number.to_bytes(16), committed).leaf()


def _verified(folder: str) -> tuple[float, float, int]:
    """Seconds to verify the export, and to hash what it hashes, by turns and each the better of two; and the memory."""
    files = EvidenceFolder(Path(folder))
    export = Export(files.read, lambda: files.lines(form.DISCLOSURES))
    verified, hashed = [], []
    for _ in range(2):
        start = time.perf_counter()
        found = verify_export(export, verifier_of)
        verified.append(time.perf_counter() - start)
        start = time.perf_counter()
        _hash_as_much(found.checkpoint.size)
        hashed.append(time.perf_counter() - start)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return min(verified), min(hashed), most


def _hash_as_much(entries: int) -> None:
    """As many times SHA-256 as the tree has leaves and nodes, over as many bytes each."""
    leaf, node, sha256 = b"\x00" + bytes(57), b"\x01" + bytes(64), hashlib.sha256
    for _ in range(entries):
        sha256(leaf).digest()
    for _ in range(entries - 1):
        sha256(node).digest()
