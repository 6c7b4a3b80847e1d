"""An export of a million entries: the same bytes each time, and checked in little memory."""

import hashlib
from pathlib import Path
from typing import Final

import pytest

from bench.exports import ENTRIES, MIB, measure_export, write_export
from casetrack.audit.export import CHECKPOINT, DISCLOSURES, Export, verify_export
from casetrack.audit.export_errors import EntryChanged
from casetrack.gateways.evidence_folder import EvidenceFolder
from casetrack.services.checkpoints import verifier_of

pytestmark = pytest.mark.proof

MOST_MIB: Final = 500
"""What verifying one may take. It takes far less; this is what was promised."""


def digests(folder: Path) -> dict[str, bytes]:
    files = (file for file in folder.rglob("*") if file.is_file())
    return {str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).digest() for file in files}


def test_an_export_of_a_million_entries_is_verified_in_little_memory() -> None:
    large = measure_export()
    assert large.entries == ENTRIES == 1_000_000
    assert large.most < MOST_MIB * MIB


def test_the_same_million_entries_give_the_same_bytes_and_one_that_changed_is_named(tmp_path: Path) -> None:
    for name in ("once", "twice"):
        write_export(tmp_path / name, ENTRIES)
    once = digests(tmp_path / "once")
    assert once == digests(tmp_path / "twice")
    assert len(once) == 2 * 3907 + 16 + 1 + 5
    assert CHECKPOINT in once
    bundle = tmp_path / "once" / "tile" / "entries" / "x003" / "000"
    content = bytearray(bundle.read_bytes())
    content[59 * 7 + 30] ^= 1
    bundle.write_bytes(content)
    files = EvidenceFolder(tmp_path / "once")
    with pytest.raises(EntryChanged, match=f"^Entry {3000 * 256 + 7} is not"):
        verify_export(Export(files.read, lambda: files.lines(DISCLOSURES)), verifier_of)
