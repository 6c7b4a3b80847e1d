"""Whose keys are believed: a holder's keyset is one that the service, or the version before it, certified.

The service's own are those that its root proved when this process began, and what they certified since.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from casetrack.crypto.errors import CannotOpen, KeysOutOfReach
from casetrack.crypto.keyring import SealedKeyset
from casetrack.crypto.keysets import PublicKeyset, believed, continued
from casetrack.domain.errors import IntegrityBroken, KeysUnavailable
from casetrack.domain.holders import SERVICE
from casetrack.domain.ids import HolderCode
from casetrack.services.deployment import Deployment
from casetrack.services.ports import Keysets

Opened = TypeVar("Opened")


class Trust:
    """The keysets that one unit of work has asked for, each checked once against the chain of certificates."""

    def __init__(self, keys: Keysets, deployment: Deployment) -> None:
        """Believe what this deployment's service has certified."""
        self._keys = keys
        self._deployment = deployment
        self._chains: dict[str, tuple[SealedKeyset, ...]] = {}

    def mine(self, holder: HolderCode) -> SealedKeyset:
        """The newest keyset of the holder, with its sealed private half; `KeysUnavailable` if it has none."""
        chain = self.chain(holder)
        if not chain:
            raise KeysUnavailable(holder=self._name(holder))
        return chain[-1]

    def newest(self, holder: HolderCode) -> SealedKeyset:
        """The same as it is at this moment, whatever this unit of work has seen before."""
        self._chains.pop(holder, None)
        return self.mine(holder)

    def chain(self, holder: str) -> tuple[SealedKeyset, ...]:
        """Every version of the holder's keyset that is believed, oldest first; `IntegrityBroken` if not even one is.

        A row put after them that nobody certified is as if it were not there.
        """
        if holder not in self._chains:
            self._chains[holder] = self._of_service() if holder == SERVICE else self._of(holder)
        return self._chains[holder]

    def asking(self, attempt: Callable[[], Opened]) -> Opened:
        """What the keys of a holder do; or the refusal: they cannot be reached, or what is stored was not so sealed."""
        return opening(lambda: self.reaching(attempt))

    def sign(self, mine: SealedKeyset, message: bytes) -> bytes:
        """A signature by that holder, 64 bytes."""
        return self.asking(lambda: self._deployment.keyring.sign(mine, message))

    def reaching(self, attempt: Callable[[], Opened]) -> Opened:
        """What the keys of a holder do; `KeysUnavailable` names the holder whose provider does not answer."""
        try:
            return attempt()
        except KeysOutOfReach as missed:
            raise KeysUnavailable(holder=self._name(HolderCode(missed.holder))) from None

    def current(self, holder: HolderCode) -> PublicKeyset:
        """The newest public keyset of the holder."""
        return self.mine(holder).public

    def version(self, holder: str, version: int) -> PublicKeyset:
        """The public keyset of the holder with that number, newest or not."""
        return self.sealed(holder, version).public

    def sealed(self, holder: str, version: int) -> SealedKeyset:
        """The keyset of the holder with that number; `IntegrityBroken` if it never had one.

        One that is not among those known is looked for again: it may have been made since this unit of work began.
        """
        if all(keyset.public.version != version for keyset in self.chain(holder)):
            del self._chains[holder]
        found = next((keyset for keyset in self.chain(holder) if keyset.public.version == version), None)
        if found is None:
            raise IntegrityBroken
        return found

    def _name(self, holder: HolderCode) -> str:
        """What the holder is called; its code if it joined after this process began."""
        known = self._deployment.holders.by_code.get(holder)
        return known.name if known else holder

    def certified(self, holder: str) -> tuple[PublicKeyset, list[PublicKeyset]]:
        """The service's newest public keyset, and the holder's versions that are certified from exactly that one on."""
        # The service first: if it is renewed in between, the holder's certificates do not fit, and both are read again.
        for _ in range(2):
            service, chain = self.newest(SERVICE).public, _public(self._read(holder))
            if certified := believed(chain, service, self._deployment.name):
                return service, list(certified)
        raise IntegrityBroken

    def _of_service(self) -> tuple[SealedKeyset, ...]:
        chain = self._read(SERVICE)
        return _as_far(chain, continued(self._deployment.service, _public(chain), self._deployment.name))

    def _of(self, holder: str) -> tuple[SealedKeyset, ...]:
        name, chain = self._deployment.name, self._read(holder)
        certified = believed(_public(chain), self._deployment.service[-1], name)
        if chain and not certified:
            # The service may have been renewed since this process began, or since this unit of work looked. The holder
            # is read after it: certificates of now may be newer than those that were read before.
            service, chain = self.newest(SERVICE).public, self._read(holder)
            certified = believed(_public(chain), service, name)
        return _as_far(chain, certified)

    def _read(self, holder: str) -> tuple[SealedKeyset, ...]:
        return opening(lambda: self._keys.keysets(HolderCode(holder)))


def _public(chain: Iterable[SealedKeyset]) -> list[PublicKeyset]:
    return [keyset.public for keyset in chain]


def _as_far(chain: tuple[SealedKeyset, ...], certified: Sequence[PublicKeyset]) -> tuple[SealedKeyset, ...]:
    """As much of the chain as is certified; `IntegrityBroken` if that is nothing of something."""
    if chain and not certified:
        raise IntegrityBroken
    return chain[: len(certified)]


def opening(attempt: Callable[[], Opened]) -> Opened:
    """What opens; or the refusal that says that what is stored is not what was sealed."""
    try:
        return attempt()
    except CannotOpen:
        raise IntegrityBroken from None
