"""What verifying reads, over the memory stores: everything on the journal sequenced, and the log signed."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from casetrack.audit.checkpoint import Checkpoint, sign_checkpoint
from casetrack.audit.entry import Entry
from casetrack.audit.export import Disclosure
from casetrack.audit.tree import Frontier, leaf_hash
from casetrack.crypto.keysets import PublicKeyset
from casetrack.crypto.signing import LogKey
from casetrack.domain.ids import CaseId, TransferId
from casetrack.services.approvals import KeptHold, KeptProposal, KeptTombstone
from casetrack.services.checkpoints import CheckpointSigner, LogChain, origin_of
from casetrack.services.evidence import Evidence, KeptAccount, KeptDestruction, KeptEvent, KeptFile
from casetrack.services.extracts import Extract
from casetrack.services.people import Token
from casetrack.services.ports import JournalEntry, KeptCase, KeptHolding, KeptTransfer, Scope
from casetrack.services.verifying_journal import Believed
from tests.memory.journal import MemoryJournal
from tests.memory.kept import Memory
from tests.services.acts import kept
from tests.world import World

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
LOG_KEY: Final = LogKey(secrets.token_bytes(32))


class MemoryEvidence:
    """Everything that the world keeps."""

    def __init__(self, world: World) -> None:
        """Sequence the journal, and sign what the log then is."""
        self._world = world
        self._entries = (*kept(world).founding, *kept(world).entries)
        self._leaves = {entry.id: _leaf(entry) for entry in self._entries}
        self._numbers = {event: number for number, event in enumerate(self._leaves)}

    def checkpoints(self) -> Iterator[str]:
        """One, over everything; none of an empty log."""
        frontier = Frontier().extend(map(leaf_hash, self._leaves.values()))
        if frontier.size:
            origin = origin_of(self._world.deployment.name)
            checkpoint = Checkpoint(origin, frontier.size, frontier.root())
            yield sign_checkpoint(checkpoint, CheckpointSigner(origin, LOG_KEY))

    def witnessed(self) -> Iterator[str]:
        """The same: no witness has seen it."""
        yield from self.checkpoints()

    def disclosed(self, extract: Extract, size: int) -> Iterator[Disclosure]:
        """Every entry that is of the extract; of an organisation, among those that its auditors may read."""
        seen = self._entries if extract.reader is None else self._seen_by(extract.reader)
        for entry in seen:
            number = self._numbers[entry.id]
            if extract.after <= number < size and self._is_of(entry, extract):
                yield Disclosure(number, entry.payload, entry.salt)

    def _seen_by(self, reader: Scope) -> list[JournalEntry]:
        memory = Memory()
        memory.kept, memory.scope = kept(self._world), reader
        return MemoryJournal(memory).known()

    def _is_of(self, entry: JournalEntry, extract: Extract) -> bool:
        return (
            (extract.case is None or extract.case in self._cases_of(entry, extract))
            and (extract.since is None or entry.at >= extract.since)
            and (extract.until is None or entry.at < extract.until)
        )

    def _cases_of(self, entry: JournalEntry, extract: Extract) -> set[CaseId | None]:
        """Those that the entry is about, showed in a list, or is of somebody who was refused."""
        offers = {id_: offer.transfer.case for id_, offer in kept(self._world).transfers.items()}
        attempted = extract.reference is not None and entry.attempted == extract.reference
        refused = offers.get(TransferId(entry.aggregate)) if entry.refusal and entry.aggregate else None
        return {entry.case, *(case for case, _ in entry.shown), refused, *([extract.case] if attempted else [])}

    def leaves(self) -> Iterator[tuple[int, UUID, bytes]]:
        """Each event's, in the order of the journal."""
        for number, (event, leaf) in enumerate(self._leaves.items()):
            yield number, event, leaf

    def orphans(self) -> Iterator[UUID]:
        """None: the leaves are made of the events."""
        yield from ()

    def events(self) -> Iterator[KeptEvent]:
        """Every event, the changes of each case in the order of their versions."""
        for entry in sorted(self._entries, key=lambda each: (str(each.case), each.case_version or 1_000_000)):
            yield _kept_event(entry, self._leaves[entry.id], self._numbers[entry.id])

    def cases(self) -> Iterator[KeptCase]:
        """Every case, with what its sealed values are now."""
        for case in kept(self._world).cases.values():
            values = [each for each in kept(self._world).values.values() if each.case == case.case.id]
            found = sorted((each.id, each.digest, each.superseded) for each in values)
            yield replace(case, values=tuple(found))

    def holdings(self) -> Iterator[KeptHolding]:
        """Every holding."""
        yield from kept(self._world).holdings.values()

    def transfers(self) -> Iterator[KeptTransfer]:
        """Every transfer."""
        yield from kept(self._world).transfers.values()

    def proposals(self) -> Iterator[KeptProposal]:
        """Every proposal."""
        yield from kept(self._world).proposals.values()

    def holds(self) -> Iterator[KeptHold]:
        """Every legal hold."""
        yield from kept(self._world).holds.values()

    def tombstones(self) -> Iterator[KeptTombstone]:
        """Every tombstone."""
        yield from kept(self._world).tombstones.values()

    def attached(self) -> Iterator[KeptFile]:
        """Every file."""
        for file, (case, _, chunks) in kept(self._world).files.items():
            yield KeptFile(file, case, tuple(sha256(chunk).digest() for chunk in chunks))

    def accounts(self) -> Iterator[KeptAccount]:
        """Every account, without its password."""
        for account in kept(self._world).accounts.values():
            yield KeptAccount(replace(account, password=""), account.password_digest)

    def tokens(self) -> Iterator[Token]:
        """Every token."""
        yield from kept(self._world).tokens.values()

    def destructions(self) -> Iterator[KeptDestruction]:
        """Every private half that is gone."""
        for (holder, version), agreed in kept(self._world).destroyed.items():
            yield KeptDestruction(holder, version, agreed)

    def keysets(self) -> Mapping[str, tuple[PublicKeyset, ...]]:
        """The public keysets of every holder."""
        chains: dict[str, tuple[PublicKeyset, ...]] = {}
        for (holder, _), keyset in sorted(kept(self._world).keysets.items()):
            chains[holder] = (*chains.get(holder, ()), keyset.public)
        return chains


def believed(world: World) -> Believed:
    """What verifying the world starts from."""
    name = world.deployment.name
    log = LogChain(LOG_KEY.public).believed(origin_of(name))
    return Believed(name, world.deployment.service, log, world.now)


@contextmanager
def inspecting(world: World) -> Iterator[tuple[Evidence, Believed]]:
    """Both, as a page is handed them."""
    yield MemoryEvidence(world), believed(world)


def _leaf(entry: JournalEntry) -> bytes:
    return Entry(_time_ms(entry.at), entry.id.bytes, entry.commitment).leaf()


def _time_ms(at: datetime) -> int:
    return (at - EPOCH) // timedelta(milliseconds=1)


def _kept_event(entry: JournalEntry, leaf: bytes, number: int) -> KeptEvent:
    return KeptEvent(
        id=entry.id,
        at=entry.at,
        time_ms=_time_ms(entry.at),
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
        shown=entry.shown,
        leaf=leaf,
        number=number,
        queued_at=None,
    )
