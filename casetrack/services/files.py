"""Files of a case: attached to a strand, listed, and given to whoever has the strand once that is on the journal.

What a file holds is never whole in memory, nor in a file of its own: it is sealed as it comes and opened as it goes, a
chunk at a time. Its name, its kind and its key are sealed fields of the strand's part, and go where the strand goes.
"""

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from uuid import UUID

from casetrack.crypto.errors import CannotOpen
from casetrack.crypto.fields import Value
from casetrack.crypto.files import FileKey, FilePlace, FileSeal, digest_of
from casetrack.domain.actions import Action
from casetrack.domain.case import Case
from casetrack.domain.errors import IntegrityBroken, NotFound
from casetrack.domain.events import FileOpened
from casetrack.domain.files import FileKind, checked, kind_of, tidy_name
from casetrack.domain.holdings import STRAND_PARTS, Strand
from casetrack.domain.ids import AccountId, FileId, Instant
from casetrack.domain.references import Reference
from casetrack.services.fields import FILE_KEYS, FILES, SealedField
from casetrack.services.milestones import strands_seen
from casetrack.services.sealing import open_fields, open_rows, rows_of, seal_fields
from casetrack.services.work import Attempt, UnitOfWork


@dataclass(frozen=True, kw_only=True)
class NewFile:
    """A file on its way: what the sender calls it, the media type that was declared, and its pieces as they come."""

    strand: Strand
    name: str = field(repr=False)
    declared: str
    pieces: Iterable[bytes] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class FileCard:
    """What is sealed of a file beside its key."""

    id: FileId
    strand: Strand
    name: str = field(repr=False)
    kind: FileKind
    seal: FileSeal
    attached_at: Instant
    attached_by: AccountId


@dataclass(frozen=True)
class Files:
    """The files of a case that the actor's holder can open, oldest first; what colleagues call who attached them."""

    case: Case
    cards: tuple[FileCard, ...]
    names: Mapping[AccountId, str]


@dataclass(frozen=True, kw_only=True)
class OpenedFile:
    """A file that may be read now: that it was opened is on the journal."""

    reference: Reference
    card: FileCard
    key: FileKey
    hashes: tuple[bytes, ...] = field(repr=False)
    """The SHA-256 of each chunk that was sealed."""


def attach_file(work: UnitOfWork, reference: Reference, new: NewFile, *, seen: int | None) -> tuple[Case, FileCard]:
    """The file lies with the strand, sealed as it came.

    While it is on its way, which may be minutes, nobody else waits: the case is opened to be changed only then.
    """
    case = work.open(reference, to=Action.FILE_ATTACH, seen=seen, lock=False)
    case.check_attaching(new.strand, work.actor)
    name = tidy_name(new.name)
    kind = kind_of(name, new.declared)
    file = FileId(work.deployment.chance.uuid())
    key = FileKey.generate(FilePlace(work.deployment.name, case.id, file))
    sealing = key.seal(checked(kind, new.pieces))
    work.stores.files.add(case.id, STRAND_PARTS[new.strand], file, sealing)
    case = work.open(reference, to=Action.FILE_ATTACH, seen=seen)
    card = FileCard(
        id=file,
        strand=new.strand,
        name=name,
        kind=kind,
        seal=sealing.seal(),
        attached_at=work.now,
        attached_by=work.actor.account,
    )
    values: dict[SealedField, Value] = {FILES[new.strand]: _about(card), FILE_KEYS[new.strand]: key.bare()}
    seal_fields(work, case, values, subject=file)
    return work.save(case.attach(file, new.strand, card.seal.digest, by=work.actor, at=work.now)), card


def list_files(work: UnitOfWork, reference: Reference) -> Files:
    """The files of the strands that the actor's holder has."""
    case = work.open(reference, to=Action.FILE_LIST)
    strands = {field.label: strand for strand, field in FILES.items()}
    rows = rows_of(work, case, FILES.values())
    work.look(case, Action.FILE_LIST, rows)
    cards = [
        _card(FileId(row.subject), strands[row.label], about)
        for row, about in zip(rows, open_rows(work, case, rows), strict=True)
    ]
    cards.sort(key=lambda card: (card.attached_at, card.id))
    return Files(case, tuple(cards), work.stores.accounts.names({card.attached_by for card in cards}))


def open_file(work: UnitOfWork, reference: Reference, file: FileId) -> OpenedFile:
    """The file may be read, in another unit of work: this one ends first, and the journal has it before a byte leaves.

    `NotFound` of a file whose strand the actor's holder does not have. `IntegrityBroken` if any of its chunks is not
    the one that was sealed.
    """
    case = work.open(reference, to=Action.FILE_OPEN, lock=False)
    work.note(FileOpened(at=work.now, by=work.actor.account, case=case.id, file=file), about=case)
    for strand in sorted(strands_seen(work, case)):
        found = open_fields(work, case, (FILES[strand], FILE_KEYS[strand]), subject=file)
        if found:
            card, bare = _card(file, strand, found.get("file")), found.get("key")
            hashes = work.stores.files.hashes(file)
            if not isinstance(bare, bytes) or digest_of(hashes) != card.seal.digest:
                raise IntegrityBroken
            key = FileKey(FilePlace(work.deployment.name, case.id, file), bare)
            return OpenedFile(reference=reference, card=card, key=key, hashes=hashes)
    raise NotFound


def read_file(work: UnitOfWork, opened: OpenedFile) -> Iterator[bytes]:
    """What the file holds, a piece at a time; nothing of a piece before its chunk was found to be the one sealed.

    `NotFound` if the actor's holder has ceased to have the case since it was opened.
    """
    work.attempted = Attempt(Action.FILE_OPEN, opened.reference)
    chunks = work.stores.files.chunks(opened.card.id)
    header = next(chunks, None)
    if header is None:
        raise NotFound
    try:
        yield from opened.key.open(chain((header,), chunks), opened.hashes, opened.card.seal)
    except CannotOpen:
        raise IntegrityBroken from None


def _about(card: FileCard) -> dict[str, Value]:
    return {
        "name": card.name,
        "kind": card.kind.value,
        "size": card.seal.size,
        "digest": card.seal.digest.hex(),
        "at": card.attached_at.isoformat(),
        "by": str(card.attached_by),
    }


def _card(file: FileId, strand: Strand, about: Value) -> FileCard:
    # Whoever has the keys may seal anything. An error of reading it would quote it: ours is raised outside its reach.
    if isinstance(about, dict):
        with contextlib.suppress(AttributeError, KeyError, TypeError, ValueError):
            return FileCard(
                id=file,
                strand=strand,
                name=str(about["name"]),
                kind=FileKind(about["kind"]),
                seal=FileSeal(int(about["size"]), bytes.fromhex(about["digest"])),
                attached_at=datetime.fromisoformat(about["at"]),
                attached_by=AccountId(UUID(about["by"])),
            )
    raise IntegrityBroken
