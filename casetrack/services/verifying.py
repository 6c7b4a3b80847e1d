"""Whether everything that is kept is what was recorded: the log, each event, each case, holding and transfer.

It reads what is signed, with public keys alone, and opens nothing. It goes on after each thing that is wrong, so that
everything wrong is named. The steps of `audit.verify` are about the log by itself; these are about the database
beneath it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from casetrack.audit.errors import LogRefused
from casetrack.audit.verify import Verified, verify_log
from casetrack.crypto.errors import CannotOpen
from casetrack.crypto.keysets import PublicKeyset, trust
from casetrack.domain.errors import IntegrityBroken
from casetrack.domain.ids import Instant
from casetrack.domain.words import N_
from casetrack.services.checkpoints import CheckpointVerifier
from casetrack.services.events_read import EventsRead
from casetrack.services.evidence import Evidence, KeptHolding
from casetrack.services.ports import KeptCase, KeptTransfer
from casetrack.services.seals import canonical_holding, check_kept, check_signature

LATE: Final = timedelta(minutes=2)
"""How long an event may wait for its place in the log before that is a fault."""


class About(StrEnum):
    """What kind of thing is wrong."""

    LOG = N_("The log")
    QUEUE = N_("The queue of the log")
    EVENT = N_("Event")
    CASE = N_("Case")
    HOLDING = N_("Holding")
    TRANSFER = N_("Transfer")


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it was recorded: which, and in what way."""

    about: About
    name: str
    """An id, a reference or a place: never anything of a person."""
    sentence: str

    def __str__(self) -> str:
        return f"{' '.join(filter(None, (self.about.value, self.name)))}: {self.sentence}"


@dataclass(frozen=True)
class Believed:
    """What verifying starts from: the deployment, its service's keyset, the log's key, and what time it is."""

    deployment: str
    service: PublicKeyset
    log: CheckpointVerifier
    now: Instant


def verify_checkpoints(evidence: Evidence, believed: Believed) -> Verified:
    """Every entry of the log is as it was signed; `LogRefused` names the first that is not."""
    leaves = (leaf for _, _, leaf in evidence.leaves())
    return verify_log(leaves, evidence.checkpoints(), believed.log, origin=believed.log.name)


def verify_database(evidence: Evidence, believed: Believed) -> Iterator[Finding]:
    """Everything that is not as it was recorded; nothing at all if it is."""
    # Step 1: the entries of the log are as its checkpoints signed them.
    try:
        verify_checkpoints(evidence, believed)
    except LogRefused as refused:
        yield Finding(About.LOG, "", str(refused))
    # Step 2: the leaves have every number from 0, and each has its event.
    for index, (number, event, _) in enumerate(evidence.leaves()):
        if number != index:
            yield Finding(About.EVENT, str(event), N_("It does not have the next place in the log."))
            break
    for event in evidence.orphans():
        yield Finding(About.EVENT, str(event), N_("It is in the log, and its row is gone."))
    # Steps 3 to 6, about each event, are numbered in `events_read`.
    read = EventsRead()
    for kept in evidence.events():
        yield from (Finding(About.EVENT, str(kept.id), wrong) for wrong in read.wrong_with(kept))
    # Step 7: nothing has waited long for its place in the log.
    if read.waits_since is not None and believed.now - read.waits_since > LATE:
        yield Finding(About.QUEUE, "", N_("Events wait for their place in the log. Is casetrack worker running?"))
    yield from _Seals(evidence.keysets(), believed, read).findings(evidence)


class _Seals:
    """Holds what is sealed against its seal, and against what the journal says of its newest change."""

    def __init__(self, keysets: Mapping[str, tuple[PublicKeyset, ...]], believed: Believed, read: EventsRead) -> None:
        self._keysets = keysets
        self._believed = believed
        self._read = read
        self._trusted: dict[str, tuple[PublicKeyset, ...]] = {}

    def findings(self, evidence: Evidence) -> Iterator[Finding]:
        there: set[UUID] = set()
        # Step 8: each case is as its newest change sealed it, by the organisation that made the change.
        for case in evidence.cases():
            there.add(case.case.id)
            yield from (Finding(About.CASE, case.case.reference, wrong) for wrong in self._wrong_with_case(case))
        # Step 9: each holding is as it was sealed.
        for holding in evidence.holdings():
            yield from (Finding(About.HOLDING, _place(holding), wrong) for wrong in self._wrong_with_holding(holding))
        # Step 10: each transfer is as its newest step sealed it.
        for transfer in evidence.transfers():
            there.add(transfer.transfer.id)
            name = str(transfer.transfer.id)
            yield from (Finding(About.TRANSFER, name, wrong) for wrong in self._wrong_with_transfer(transfer))
        # Step 11: whatever the journal speaks of as kept is there.
        for about, known in ((About.CASE, self._read.newest), (About.TRANSFER, self._read.steps)):
            for gone in sorted(known.keys() - there):
                yield Finding(about, str(gone), N_("It is in the journal, and its row is gone."))

    def _wrong_with_case(self, kept: KeptCase) -> Iterator[str]:
        try:
            check_kept(
                kept, self._believed.deployment, self._sealer(kept.seal.seal.holder, kept.seal.seal.keyset_version)
            )
        except IntegrityBroken:
            yield N_("It is not what was sealed: a row of it was changed, added or taken away.")
        newest = self._read.newest.get(kept.case.id)
        if newest is None:
            yield N_("The journal does not know of it.")
        elif (newest.version, newest.seal_digest) != (kept.case.version, kept.seal.digest.hex()):
            yield N_("It is not what the journal's newest change of it says: an older row was put back.")
        elif newest.holder != kept.seal.seal.holder:
            yield N_("It was sealed by another organisation than the one that changed it.")

    def _wrong_with_holding(self, kept: KeptHolding) -> Iterator[str]:
        try:
            sealer = self._sealer(kept.seal.holder, kept.seal.keyset_version)
            check_signature(canonical_holding(kept.case, kept.holding), kept.seal, self._believed.deployment, sealer)
        except IntegrityBroken:
            yield N_("It is not what was sealed.")

    def _wrong_with_transfer(self, kept: KeptTransfer) -> Iterator[str]:
        try:
            check_kept(
                kept, self._believed.deployment, self._sealer(kept.seal.seal.holder, kept.seal.seal.keyset_version)
            )
        except IntegrityBroken:
            yield N_("It is not what was sealed.")
        steps = self._read.steps.get(kept.transfer.id)
        if steps is None:
            yield N_("The journal does not know of it.")
        elif (steps.count, steps.state) != (kept.transfer.version, kept.transfer.state):
            yield N_("It is not where the journal says that it stands: an older row was put back.")

    def _sealer(self, holder: str, version: int) -> PublicKeyset:
        """The keyset that is said to have sealed, if it was certified; `IntegrityBroken` otherwise."""
        if holder not in self._trusted:
            chain = self._keysets.get(holder, ())
            try:
                trust(chain, self._believed.service, self._believed.deployment)
            except CannotOpen:
                chain = ()
            self._trusted[holder] = chain
        if not 1 <= version <= len(self._trusted[holder]):
            raise IntegrityBroken
        return self._trusted[holder][version - 1]


def _place(kept: KeptHolding) -> str:
    return f"{kept.position} of case {kept.reference} ({kept.holding.part.value}, {kept.holding.holder})"
