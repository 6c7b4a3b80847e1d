"""Whether every key is where it should be, opens, and is nowhere else. No sealed value is read.

It goes on after each thing that is wrong, so that everything wrong is named. Of the keys of a holder that cannot be
reached, who has them is still checked, and whether they open is not.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Final

from casetrack.crypto.errors import CannotOpen, KeysOutOfReach
from casetrack.crypto.keyring import SealedKeyset
from casetrack.crypto.keysets import PublicKeyset
from casetrack.crypto.wraps import Wrap
from casetrack.domain.errors import IntegrityBroken
from casetrack.domain.ids import HolderCode
from casetrack.domain.words import N_
from casetrack.services.deployment import Deployment
from casetrack.services.findings import visible
from casetrack.services.keysets import KeyedCase, KeyedOffer, KeyRoom
from casetrack.services.trust import Trust

AT_A_TIME: Final = 200


class Wrong(StrEnum):
    """What can be wrong with a key."""

    NO_KEYS = N_("The organisation has no keys.")
    NOT_CERTIFIED = N_("The keys are not certified by the service, or by the version before.")
    OUT_OF_REACH = N_("The key provider does not answer, so whether its keys open was not seen.")
    PRIVATE_HALF = N_("The private half does not open, or is not the one of the public half beside it.")
    MISSING = N_("An organisation that has a part has no wrap of its key.")
    TO_SPARE = N_("There is a wrap of a key for an organisation that does not have the part.")
    RETIRED = N_("There is a wrap of a key that opens nothing any more.")
    COMMITMENT = N_("A wrap is of another key than the one that was promised.")
    DESTROYED = N_("There is a wrap for keys that were destroyed, so nothing opens it.")
    SENDER = N_("The keys that signed a wrap are not known, or not certified.")
    DOES_NOT_OPEN = N_("A wrap does not open, or is not what its sender signed.")


@dataclass(frozen=True)
class KeyFinding:
    """One thing that is wrong, and with what: a code, a reference or an id."""

    wrong: Wrong
    name: str

    def __str__(self) -> str:
        return visible(f"{self.name}: {self.wrong.value}")


def verify_keys(room: KeyRoom, deployment: Deployment, step: Callable[[], None]) -> Iterator[KeyFinding]:
    """Everything that is wrong with the keys; nothing if nothing is. `step` is called for each case and offer."""
    opening = _Opening(room, deployment)
    # Step 1: each holder's keysets are certified, and the private half beside each public half is the one.
    for holder in room.holders():
        yield from opening.keysets_of(holder.code)
    # Step 2: each live key of a case is wrapped for the present holders of its part, and no other key for anybody.
    for case in room.cases():
        yield from _misplaced(case)
        yield from opening.take(case.reference, case.wraps)
        step()
    # Step 3: each offer's key is wrapped for its two sides.
    for offer in room.offers():
        yield from _misplaced_of_offer(offer)
        yield from opening.take(str(offer.transfer), offer.wraps)
        step()
    # Step 4: each wrap is signed by whom it names, opens, and holds the key that it promises.
    yield from opening.rest()


def _misplaced(case: KeyedCase) -> Iterator[KeyFinding]:
    keys = {key.number: key for key in case.keys}
    wrapped: dict[int, set[HolderCode]] = defaultdict(set)
    for wrap in case.wraps:
        wrapped[wrap.number].add(HolderCode(wrap.recipient))
        key = keys.get(wrap.number)
        if key is None or key.retired:
            yield KeyFinding(Wrong.RETIRED, case.reference)
        elif wrap.commitment != key.commitment:
            yield KeyFinding(Wrong.COMMITMENT, case.reference)
    for key in case.keys:
        wanted = case.holders.get(key.part, frozenset())
        if not key.retired and wanted - wrapped[key.number]:
            yield KeyFinding(Wrong.MISSING, case.reference)
        if not key.retired and wrapped[key.number] - wanted:
            yield KeyFinding(Wrong.TO_SPARE, case.reference)


def _misplaced_of_offer(offer: KeyedOffer) -> Iterator[KeyFinding]:
    name, wrapped = str(offer.transfer), {HolderCode(wrap.recipient) for wrap in offer.wraps}
    if offer.sides - wrapped:
        yield KeyFinding(Wrong.MISSING, name)
    if wrapped - offer.sides:
        yield KeyFinding(Wrong.TO_SPARE, name)
    if any(wrap.commitment != offer.commitment for wrap in offer.wraps):
        yield KeyFinding(Wrong.COMMITMENT, name)


class _Opening:
    """Opens wraps, many at a time for each version of each holder's keys, and keeps nothing of what comes out."""

    def __init__(self, room: KeyRoom, deployment: Deployment) -> None:
        self._room = room
        self._trust = Trust(room, deployment)
        self._keyring = deployment.keyring
        self._mine: dict[tuple[str, int], SealedKeyset] = {}
        """The keysets that open."""
        self._destroyed: set[tuple[str, int]] = set()
        """The older versions of which there is no private half any more."""
        self._waiting: dict[tuple[str, int], list[tuple[str, Wrap, PublicKeyset]]] = defaultdict(list)

    def keysets_of(self, holder: HolderCode) -> Iterator[KeyFinding]:
        chain = self._room.keysets(holder)
        if not chain:
            yield KeyFinding(Wrong.NO_KEYS, holder)
            return
        try:
            certified = self._trust.chain(holder)
        except IntegrityBroken:
            yield KeyFinding(Wrong.NOT_CERTIFIED, holder)
            return
        for keyset in chain[len(certified) :]:
            yield KeyFinding(Wrong.NOT_CERTIFIED, f"{holder} {keyset.public.version}")
        gone = {(holder, keyset.public.version) for keyset in certified[:-1] if keyset.is_destroyed}
        self._destroyed |= gone
        for keyset in [each for each in certified if (holder, each.public.version) not in gone]:
            version = keyset.public.version
            try:
                self._keyring.check(keyset)
            except KeysOutOfReach:
                yield KeyFinding(Wrong.OUT_OF_REACH, holder)
                return
            except CannotOpen:
                yield KeyFinding(Wrong.PRIVATE_HALF, f"{holder} {version}")
            else:
                self._mine[holder, version] = keyset

    def take(self, name: str, wraps: tuple[Wrap, ...]) -> Iterator[KeyFinding]:
        """The wraps are to be opened, at once or later."""
        for wrap in wraps:
            place = (wrap.recipient, wrap.recipient_version)
            if place in self._destroyed:
                yield KeyFinding(Wrong.DESTROYED, name)
            if place not in self._mine:
                continue
            try:
                sender = self._trust.version(wrap.sender, wrap.sender_version)
            except IntegrityBroken:
                yield KeyFinding(Wrong.SENDER, name)
                continue
            self._waiting[place].append((name, wrap, sender))
            if len(self._waiting[place]) >= AT_A_TIME:
                yield from self._open(place)

    def rest(self) -> Iterator[KeyFinding]:
        """What still waits is opened."""
        for place in list(self._waiting):
            yield from self._open(place)

    def _open(self, place: tuple[str, int]) -> Iterator[KeyFinding]:
        waiting, mine = self._waiting.pop(place), self._mine[place]
        attempt = partial(self._keyring.open_wraps, mine)
        try:
            attempt([(wrap, sender) for _, wrap, sender in waiting])
        except KeysOutOfReach:
            yield KeyFinding(Wrong.OUT_OF_REACH, place[0])
        except CannotOpen:
            for name, wrap, sender in waiting:
                try:
                    attempt([(wrap, sender)])
                except CannotOpen:
                    yield KeyFinding(Wrong.DOES_NOT_OPEN, name)
