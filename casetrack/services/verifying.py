"""Whether everything that is kept is what was recorded: the log, each event, each case, holding and transfer.

It reads what is signed, with public keys alone, and opens nothing. It goes on after each thing that is wrong, so that
everything wrong is named. The steps of `audit.verify` are about the log by itself; these are about the database
beneath it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final
from uuid import UUID

from casetrack.crypto.files import digest_of
from casetrack.crypto.keysets import PublicKeyset
from casetrack.domain.errors import IntegrityBroken
from casetrack.domain.words import N_
from casetrack.services.events_read import EventsRead, Newest
from casetrack.services.evidence import Evidence, KeptFile
from casetrack.services.findings import About, Finding
from casetrack.services.ports import KeptHolding
from casetrack.services.seals import Kept, check_holding, check_kept
from casetrack.services.verifying_destructions import wrong_with_destructions
from casetrack.services.verifying_erasures import Erasures
from casetrack.services.verifying_journal import Believed, verify_journal
from casetrack.services.verifying_trust import NOT_SEALED_SO, PUT_BACK, UNKNOWN, Vouched


def verify_database(evidence: Evidence, believed: Believed) -> Iterator[Finding]:
    """Everything that is not as it was recorded; nothing at all if it is."""
    # Steps 1 to 7, about the log and the events, are numbered in `verifying_journal` and in `events_read`.
    read = EventsRead()
    yield from verify_journal(evidence, believed, read)
    yield from _Seals(evidence.keysets(), believed, read, Erasures.of(evidence)).findings(evidence)
    # Step 16: the journal speaks of the log's keys as they are believed, and of no others.
    for wrong in _wrong_with_log_keys(believed.statements, read.statements):
        yield Finding(About.KEYS, believed.log.origin, wrong)


class _Seals:
    """Holds what is sealed against its seal, and against what the journal says of its newest change."""

    def __init__(
        self, keysets: Mapping[str, tuple[PublicKeyset, ...]], believed: Believed, read: EventsRead, erasures: Erasures
    ) -> None:
        self._vouched = Vouched(keysets, read, believed)
        self._deployment = believed.deployment
        self._read = read
        self._erasures = erasures

    def findings(self, evidence: Evidence) -> Iterator[Finding]:
        there: set[UUID] = set()
        yield from self._of_the_kept(evidence, there)
        yield from self._of_the_doors(evidence, there)
        yield from self._of_the_erased(there)
        # Step 14: whatever the journal speaks of as kept is there, unless its case was erased.
        for about, known in self._spoken_of().items():
            for gone in sorted(set(known) - there):
                yield Finding(about, str(gone), N_("It is in the journal, and its row is gone."))
        # Step 15: each version of each organisation's keys is certified, and the one that the journal says was made.
        for holder, version, wrong in self._vouched.wrong_with_keys():
            yield Finding(About.KEYS, f"{holder} {version}", wrong)
        # To every private half that is gone two people had agreed, and what was destroyed has not come back.
        for keys, wrong in wrong_with_destructions(evidence, self._read):
            yield Finding(About.KEYS, keys, wrong)

    def _of_the_kept(self, evidence: Evidence, there: set[UUID]) -> Iterator[Finding]:
        # Step 8: each case is as its newest change sealed it, by the organisation that made the change.
        for case in evidence.cases():
            there.add(case.case.id)
            newest = self._read.newest.get(case.case.id)
            yield from (Finding(About.CASE, case.case.reference, wrong) for wrong in self._wrong_with(case, newest))
        # Step 9: each holding is as it was sealed.
        for holding in evidence.holdings():
            yield from (Finding(About.HOLDING, _place(holding), wrong) for wrong in self._wrong_with_holding(holding))
        # Step 10: whatever has steps beside a case is as the newest of them sealed it, by whoever took that step.
        for about, id_, stepped in _stepped(evidence):
            there.add(id_)
            newest = self._read.newest_steps[STEPS_OF[about]].get(id_)
            yield from (Finding(about, str(id_), wrong) for wrong in self._wrong_with(stepped, newest))
        # Step 11: each file has the chunks that it was attached with, and lies with the case that it was attached to.
        for file in evidence.attached():
            there.add(file.id)
            yield from (Finding(About.FILE, str(file.id), wrong) for wrong in self._wrong_with_file(file))

    def _spoken_of(self) -> Mapping[About, Iterable[UUID]]:
        """What the journal speaks of as kept."""
        read, is_erased = self._read, self._erasures.is_erased
        steps = {
            about: [id_ for id_, newest in read.newest_steps[kind].items() if not is_erased(newest.case)]
            for about, kind in STEPS_OF.items()
        }
        return {
            About.CASE: [case for case in read.newest if not is_erased(case)],
            **steps,
            About.FILE: [file for file, attached in read.attached.items() if not is_erased(attached.case)],
            About.ACCOUNT: read.accounts | set(read.epochs),
            About.TOKEN: read.tokens | read.revoked,
        }

    def _of_the_erased(self, there: set[UUID]) -> Iterator[Finding]:
        """Step 13: each tombstone is the last change of its case, two people agreed to it, and nothing else is left."""
        for case, kept in self._erasures.stones.items():
            wrong = [
                *self._wrong_with(kept, self._read.newest.get(case), of_holder=False),
                *self._erasures.wrong_with(kept, self._read),
                *([N_("It was erased, and a row of it is there.")] if case in there else []),
            ]
            yield from (Finding(About.ERASURE, str(case), each) for each in wrong)

    def _of_the_doors(self, evidence: Evidence, there: set[UUID]) -> Iterator[Finding]:
        """Step 12: each account, and each token of one, is as the service sealed it when it was last changed."""
        for account in evidence.accounts():
            there.add(account.account.id)
            name = str(account.account.id)
            yield from (Finding(About.ACCOUNT, name, wrong) for wrong in self._vouched.wrong_with_account(account))
        for token in evidence.tokens():
            there.add(token.id)
            yield from (Finding(About.TOKEN, str(token.id), wrong) for wrong in self._vouched.wrong_with_token(token))

    def _wrong_with(self, kept: Kept, newest: Newest | None, *, of_holder: bool = True) -> Iterator[str]:
        try:
            seal = kept.seal.seal
            check_kept(kept, self._deployment, self._vouched.sealer(seal.holder, seal.keyset_version))
        except IntegrityBroken:
            yield N_("It is not what was sealed: a row of it was changed, added or taken away.")
        if newest is None:
            yield UNKNOWN
        elif (newest.version, newest.seal_digest) != (kept.version, kept.seal.digest.hex()):
            yield PUT_BACK
        elif newest.count != newest.version:
            yield N_("The journal has lost a change of it.")
        elif of_holder and newest.holder != kept.seal.seal.holder:
            yield N_("It was sealed by another organisation than the one that changed it.")

    def _wrong_with_holding(self, kept: KeptHolding) -> Iterator[str]:
        try:
            sealer = self._vouched.sealer(kept.seal.holder, kept.seal.keyset_version)
            check_holding(kept, self._deployment, sealer)
        except IntegrityBroken:
            yield NOT_SEALED_SO

    def _wrong_with_file(self, kept: KeptFile) -> Iterator[str]:
        attached = self._read.attached.get(kept.id)
        if attached is None:
            yield UNKNOWN
        elif (attached.case, attached.digest) != (kept.case, digest_of(kept.hashes).hex()):
            yield N_("It is not what was sealed: a row of it was changed, added or taken away.")


def _wrong_with_log_keys(believed: Collection[str], spoken: Collection[str]) -> Iterator[str]:
    if set(believed) - set(spoken):
        yield N_("The key of the log was renewed, and the journal does not say so. Run: casetrack keys rotate log")
    if set(spoken) - set(believed):
        yield N_("The journal speaks of a key of the log that the key folder does not have. It is not believed.")
    if len(spoken) != len(set(spoken)):
        yield N_("The journal speaks twice of one renewal of the log's key.")


STEPS_OF: Final[Mapping[About, str]] = {
    About.TRANSFER: "transfer",
    About.PROPOSAL: "proposal",
    About.HOLD: "hold",
}
"""What has steps beside a case, and the member of a payload that names it."""


def _stepped(evidence: Evidence) -> Iterator[tuple[About, UUID, Kept]]:
    """Everything that has steps beside a case."""
    for transfer in evidence.transfers():
        yield About.TRANSFER, transfer.transfer.id, transfer
    for proposal in evidence.proposals():
        yield About.PROPOSAL, proposal.proposal.id, proposal
    for hold in evidence.holds():
        yield About.HOLD, hold.hold.id, hold


def _place(kept: KeptHolding) -> str:
    return f"{kept.position} of case {kept.reference} ({kept.holding.part.value}, {kept.holding.holder})"
