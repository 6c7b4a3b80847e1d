"""The list of erasures, kept outside of the database, so that what was erased stays so when a copy is put back.

A line is on the disk before the erasure that it is of is committed. So the list has every erasure that happened; and it
may have one that did not, if everything stopped in between. Whoever looks next asks the database how that transaction
ended and, if it came to nothing, adds a line that says so. Until then, two people had agreed to it.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, Protocol

import rfc8785

from casetrack.crypto.errors import CannotOpen
from casetrack.crypto.keysets import PublicKeyset
from casetrack.crypto.seals import Seal, check_seal
from casetrack.domain.holders import SERVICE
from casetrack.domain.ids import CaseId
from casetrack.services.approvals import ErasureList, KeptTombstone, Place, Write
from casetrack.services.certificates import CertificateRefused, read_signed, signed
from casetrack.services.deployment import Deployment
from casetrack.services.trust import Trust

START: Final = hashlib.sha256(b"").digest()
"""What the first line follows on."""

Service = Sequence[PublicKeyset]
"""The versions of the service's keyset that are believed, from 1 on."""


class ErasureListBroken(Exception):
    """The list is not what was written; the message says at which line."""

    def __init__(self, number: int) -> None:
        """Name the line."""
        super().__init__(
            f"Line {number + 1} of the list of erasures is not what was written: bring back the whole list."
        )


class ErasureListAhead(ErasureListBroken):
    """The list was gone on with by newer keys than are known here; the message says what to bring back."""

    def __init__(self, number: int, version: int) -> None:
        """Name the line and the keys."""
        Exception.__init__(
            self,
            f"Line {number + 1} of the list of erasures was sealed by version {version} of the keys of casetrack "
            "itself, which neither the database nor the key folder has: bring back the newest copy of the key folder.",
        )


class ErasureContradicted(Exception):
    """The database says that an erasure came to nothing, and has what that erasure left; the message names the line."""

    def __init__(self, number: int) -> None:
        """Name the line."""
        super().__init__(
            f"The database contradicts itself about the erasure in line {number + 1} of the list of erasures: "
            "run casetrack audit verify --database"
        )


@dataclass(frozen=True)
class Listed:
    """An erasure of the list: its line, what is signed in it, and the transaction that it was to be part of."""

    number: int
    kept: KeptTombstone
    place: Place


class Ending(Enum):
    """How a transaction ended, as far as a database knows."""

    DONE = "done"
    UNDONE = "undone"
    GOING_ON = "going-on"
    UNKNOWN = "unknown"
    """This is not the database that it was in, or that is too long ago."""


class Trace(Enum):
    """What a database has of the erasing of a case."""

    NONE = "none"
    """Neither a tombstone nor a word of the journal."""
    ERASED = "erased"
    REPEATED = "repeated"
    """It was an older copy, and the case was erased from that too, in a transaction that is on no list."""


class Outcomes(Protocol):
    """What a database knows of the erasures of the list."""

    def ended(self, place: Place) -> Ending:
        """How the transaction ended."""

    def traced(self, case: CaseId) -> Trace:
        """What there is of the erasing of the case."""


def list_erasure(erasures: ErasureList, trust: Trust, deployment: Deployment, kept: KeptTombstone, at: Place) -> None:
    """The erasure is on the list, before it is committed."""
    body = {"kind": "erasure", **signed(kept), "place": [at.cluster, at.database, str(at.transaction)]}
    erasures.append(_writer(trust, deployment, body))


def settle(erasures: ErasureList, trust: Trust, deployment: Deployment, outcomes: Outcomes) -> tuple[Listed, ...]:
    """What the list has and the database undid is marked as not done; gives those that stand, and are over.

    `ErasureContradicted` if the database has the erasure that it says it undid; then nothing is marked. Whoever owns
    the database can have it say anything of a transaction, and an erasure that is marked is never done once more.
    """
    listed = standing_erasures(erasures.lines(), service_of(trust), deployment.name)
    endings = {each.number: outcomes.ended(each.place) for each in listed}
    repeated = _check_undone([each for each in listed if endings[each.number] is Ending.UNDONE], listed, outcomes)
    standing = []
    for each in listed:
        how = endings[each.number]
        if how is Ending.UNDONE and each.kept.stone.case not in repeated:
            body = {"kind": "void", "line": each.number}
            erasures.append(_writer(trust, deployment, body))
        elif how is not Ending.GOING_ON:
            standing.append(each)
    return tuple(standing)


def _check_undone(undone: Sequence[Listed], listed: Sequence[Listed], outcomes: Outcomes) -> frozenset[CaseId]:
    """Nothing is left of what was undone; gives the cases that were erased in another transaction all the same."""
    # Of a case that was tried again another line stands, and is what left a trace.
    numbers = {each.number for each in undone}
    stand = {each.kept.stone.case for each in listed if each.number not in numbers}
    alone = {each.kept.stone.case: each.number for each in undone if each.kept.stone.case not in stand}
    traces = {case: outcomes.traced(case) for case in alone}
    for case, number in alone.items():
        if traces[case] is Trace.ERASED:
            raise ErasureContradicted(number)
    return frozenset(case for case, trace in traces.items() if trace is Trace.REPEATED)


def standing_erasures(lines: Iterable[bytes], service: Service, deployment: str) -> tuple[Listed, ...]:
    """The erasures of the list, less those that were marked as not done; `ErasureListBroken` if a line is not so."""
    listed: dict[int, Listed] = {}
    for number, body in enumerate(_checked(lines, service, deployment)):
        try:
            if body["kind"] == "void":
                del listed[body["line"]]
            else:
                cluster, database, transaction = body["place"]
                place = Place(str(cluster), int(database), int(transaction))
                listed[number] = Listed(number, read_signed(body), place)
        except (KeyError, TypeError, ValueError, CertificateRefused):
            raise ErasureListBroken(number) from None
    return tuple(listed.values())


def _checked(lines: Iterable[bytes], service: Service, deployment: str) -> Iterator[Mapping[str, Any]]:
    """What each line says: it follows on the one before, and the service sealed it, with no older keys than that."""
    previous, newest = START, 1
    for number, line in enumerate(lines):
        try:
            said = json.loads(line)
            body, seal = said["line"], said["seal"]
            made = Seal(SERVICE, int(seal["keyset"]), bytes.fromhex(seal["signature"]))
            if (body["v"], body["number"], body["previous"]) != (1, number, previous.hex()):
                raise ErasureListBroken(number)
            if made.keyset_version < newest:
                raise ErasureListBroken(number)
            newest = made.keyset_version
            if newest > len(service):
                raise ErasureListAhead(number, newest)
            check_seal(made, deployment=deployment, canonical=rfc8785.dumps(body), by=service[newest - 1])
        except (LookupError, TypeError, ValueError, CannotOpen):
            raise ErasureListBroken(number) from None
        previous = hashlib.sha256(line).digest()
        yield body


def service_of(trust: Trust) -> Service:
    """The versions that are believed here."""
    return [keyset.public for keyset in trust.chain(SERVICE)]


def _writer(trust: Trust, deployment: Deployment, body: Mapping[str, Any]) -> Write:
    def write(number: int, previous: bytes) -> bytes:
        whole = {"v": 1, "number": number, "previous": previous.hex(), **body}
        # Whoever adds a line has the list to itself: one that is sealed by an older version than the line before it was
        # never written so.
        mine = trust.newest(SERVICE)
        seal = trust.asking(lambda: deployment.keyring.seal(mine, rfc8785.dumps(whole)))
        return rfc8785.dumps(
            {"line": whole, "seal": {"keyset": seal.keyset_version, "signature": seal.signature.hex()}}
        )

    return write
