"""Whether the log is what was signed, and each event what the log has of it.

What verifying says of anything else rests on what the journal says of it, so this comes first. It goes on after each
thing that is wrong, so that everything wrong is named.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from casetrack.audit.errors import LogRefused
from casetrack.audit.succession import LogKeys
from casetrack.audit.verify import Verified, verify_log
from casetrack.crypto.keysets import PublicKeyset
from casetrack.domain.ids import Instant
from casetrack.domain.words import N_
from casetrack.services.events_read import EventsRead
from casetrack.services.evidence import Evidence
from casetrack.services.findings import About, Finding

LATE: Final = timedelta(minutes=2)
"""How long an event may wait for its place in the log before that is a fault."""


@dataclass(frozen=True)
class Believed:
    """What verifying starts from: the deployment, its service's keysets, the log's keys, and what time it is."""

    deployment: str
    service: tuple[PublicKeyset, ...]
    """Every version that its root proved, oldest first."""
    log: LogKeys
    now: Instant


def verify_checkpoints(evidence: Evidence, believed: Believed) -> Verified:
    """Every entry of the log is as it was signed; `LogRefused` names the first that is not."""
    leaves = (leaf for _, _, leaf in evidence.leaves())
    return verify_log(leaves, evidence.checkpoints(), believed.log, origin=believed.log.origin)


def verify_journal(evidence: Evidence, believed: Believed, read: EventsRead) -> Iterator[Finding]:
    """What is wrong with the log and with the events, which are read into `read`."""
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
    for kept in evidence.events():
        yield from (Finding(About.EVENT, str(kept.id), wrong) for wrong in read.wrong_with(kept))
    # Step 7: nothing has waited long for its place in the log.
    if read.waits_since is not None and believed.now - read.waits_since > LATE:
        yield Finding(About.QUEUE, "", N_("Events wait for their place in the log. Is casetrack worker running?"))
