"""Everything that a world in memory keeps and signs, as verifying reads it: for tests to tamper with."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from casetrack.audit.checkpoint import Checkpoint, sign_checkpoint
from casetrack.audit.entry import Entry
from casetrack.audit.tree import Frontier, leaf_hash
from casetrack.crypto.keysets import PublicKeyset
from casetrack.crypto.signing import LogKey
from casetrack.services.approvals import KeptHold, KeptProposal, KeptTombstone
from casetrack.services.checkpoints import CheckpointSigner, LogChain, origin_of
from casetrack.services.evidence import KeptAccount, KeptDestruction, KeptEvent, KeptFile
from casetrack.services.findings import Finding
from casetrack.services.people import Token
from casetrack.services.ports import JournalEntry, KeptCase, KeptHolding, KeptTransfer
from casetrack.services.verifying import verify_database
from casetrack.services.verifying_journal import Believed
from tests.services.acts import kept
from tests.world import NAME, World

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
BATCH: Final = 4
"""How many entries each checkpoint is after the one before."""


@cache
def log_key() -> LogKey:
    """The key of the log in these tests."""
    return LogKey.generate()


@dataclass
class Everything:
    """The rows. A test changes one, and asks what is found."""

    notes: list[str]
    rows: list[tuple[int, UUID, bytes]]
    journal: list[KeptEvent]
    files: list[KeptCase]
    held: list[KeptHolding]
    offers: list[KeptTransfer]
    proposed: list[KeptProposal]
    on_hold: list[KeptHold]
    stones: list[KeptTombstone]
    chunks: list[KeptFile]
    people: list[KeptAccount]
    programs: list[Token]
    public: dict[str, tuple[PublicKeyset, ...]]
    gone: list[KeptDestruction]

    @classmethod
    def of(cls, world: World) -> "Everything":
        """What the world keeps, with every event in the log and all of the log signed."""
        entries = (*kept(world).founding, *kept(world).entries)
        leaves = [Entry(_ms(each.at), each.id.bytes, each.commitment).leaf() for each in entries]
        journal = [_event(each, leaf, at) for at, (each, leaf) in enumerate(zip(entries, leaves, strict=True))]
        journal.sort(key=lambda event: (str(event.case or "~"), event.case_version or 10**6))
        cases, accounts = [*kept(world).cases.values()], kept(world).accounts.values()
        chains: dict[str, tuple[PublicKeyset, ...]] = {}
        for keyset in kept(world).keysets.values():
            chains[keyset.public.holder] = (*chains.get(keyset.public.holder, ()), keyset.public)
        return cls(
            notes=signed(leaves, CheckpointSigner(origin_of(NAME), log_key())),
            rows=[(number, entries[number].id, leaf) for number, leaf in enumerate(leaves)],
            journal=journal,
            files=cases,
            held=list(kept(world).holdings.values()),
            offers=list(kept(world).transfers.values()),
            proposed=list(kept(world).proposals.values()),
            on_hold=list(kept(world).holds.values()),
            stones=list(kept(world).tombstones.values()),
            chunks=[
                KeptFile(file, case, tuple(sha256(chunk).digest() for chunk in held))
                for file, (case, _, held) in kept(world).files.items()
            ],
            people=[KeptAccount(replace(each, password=""), each.password_digest) for each in accounts],
            programs=list(kept(world).tokens.values()),
            public=chains,
            gone=[KeptDestruction(*place, agreed) for place, agreed in kept(world).destroyed.items()],
        )

    def findings(self, world: World) -> list[str]:
        """What verifying finds wrong with it, in words."""
        return [str(finding) for finding in self.found(world)]

    def found(self, world: World) -> tuple[Finding, ...]:
        """What verifying finds wrong with it."""
        return tuple(verify_database(self, believed(world)))

    def event(self, kind: str) -> int:
        """The place of the first event of that kind."""
        return next(place for place, each in enumerate(self.journal) if f'"event":"{kind}"'.encode() in each.payload)

    def change_event(self, place: int, **changes: Any) -> None:  # noqa: ANN401 - the fields of an event
        """Somebody edited the row of that event."""
        self.journal[place] = replace(self.journal[place], **changes)

    def checkpoints(self) -> Iterator[str]:
        """The signed notes."""
        yield from self.notes

    def leaves(self) -> Iterator[tuple[int, UUID, bytes]]:
        """The leaves."""
        yield from self.rows

    def orphans(self) -> Iterator[UUID]:
        """The events that are gone."""
        there = {event.id for event in self.journal}
        yield from (event for _, event, _ in self.rows if event not in there)

    def events(self) -> Iterator[KeptEvent]:
        """The events."""
        yield from self.journal

    def cases(self) -> Iterator[KeptCase]:
        """The cases."""
        yield from self.files

    def holdings(self) -> Iterator[KeptHolding]:
        """The holdings."""
        yield from self.held

    def transfers(self) -> Iterator[KeptTransfer]:
        """The transfers."""
        yield from self.offers

    def proposals(self) -> Iterator[KeptProposal]:
        """The proposals."""
        yield from self.proposed

    def holds(self) -> Iterator[KeptHold]:
        """The legal holds."""
        yield from self.on_hold

    def tombstones(self) -> Iterator[KeptTombstone]:
        """The tombstones."""
        yield from self.stones

    def attached(self) -> Iterator[KeptFile]:
        """The files."""
        yield from self.chunks

    def accounts(self) -> Iterator[KeptAccount]:
        """The accounts."""
        yield from self.people

    def tokens(self) -> Iterator[Token]:
        """The tokens."""
        yield from self.programs

    def destructions(self) -> Iterator[KeptDestruction]:
        """The private halves that are gone."""
        yield from self.gone

    def keysets(self) -> Mapping[str, tuple[PublicKeyset, ...]]:
        """The public keysets."""
        return self.public


def believed(world: World) -> Believed:
    """What verifying starts from, in that world."""
    log = LogChain(log_key().public).believed(origin_of(NAME))
    return Believed(NAME, world.deployment.service, log, world.now)


def signed(leaves: list[bytes], signer: CheckpointSigner) -> list[str]:
    """A checkpoint after every few leaves, and after the last."""
    frontier, notes = Frontier(), []
    for start in range(0, len(leaves), BATCH):
        frontier = frontier.extend(leaf_hash(leaf) for leaf in leaves[start : start + BATCH])
        notes.append(sign_checkpoint(Checkpoint(signer.name, frontier.size, frontier.root()), signer))
    return notes


def _event(entry: JournalEntry, leaf: bytes, number: int) -> KeptEvent:
    return KeptEvent(
        id=entry.id,
        at=entry.at,
        time_ms=_ms(entry.at),
        action=entry.action.value,
        account=entry.account,
        holder=entry.holder,
        case=entry.case,
        aggregate=entry.aggregate,
        case_version=entry.case_version,
        step=entry.step,
        aspect=entry.aspect,
        refusal=entry.refusal,
        attempted=entry.attempted,
        holders_then=tuple(entry.holders_then),
        payload=entry.payload,
        salt=entry.salt,
        commitment=entry.commitment,
        words=entry.words,
        shown=tuple(entry.shown),
        leaf=leaf,
        number=number,
        queued_at=None,
    )


def _ms(at: datetime) -> int:
    return (at - EPOCH) // timedelta(milliseconds=1)
