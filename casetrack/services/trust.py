"""Whose keys are believed: a holder's keyset is one that the service, or the version before it, certified."""

from casetrack.crypto.errors import CannotOpen
from casetrack.crypto.keyring import SealedKeyset
from casetrack.crypto.keysets import PublicKeyset, trust
from casetrack.domain.errors import IntegrityBroken, KeysUnavailable
from casetrack.domain.ids import HolderCode
from casetrack.services.deployment import Deployment
from casetrack.services.ports import KeptCase, Keys, LastChange


class Trust:
    """The keysets that one unit of work has asked for, each checked once against the chain of certificates."""

    def __init__(self, keys: Keys, deployment: Deployment) -> None:
        """Believe what this deployment's service has certified."""
        self._keys = keys
        self._deployment = deployment
        self._chains: dict[str, tuple[SealedKeyset, ...]] = {}

    def mine(self, holder: HolderCode) -> SealedKeyset:
        """The newest keyset of the holder, with its sealed private half."""
        return self._chain(holder)[-1]

    def current(self, holder: HolderCode) -> PublicKeyset:
        """The newest public keyset of the holder."""
        return self._chain(holder)[-1].public

    def version(self, holder: str, version: int) -> PublicKeyset:
        """The public keyset of the holder with that number, newest or not."""
        return self.sealed(holder, version).public

    def sealed(self, holder: str, version: int) -> SealedKeyset:
        """The keyset of the holder with that number; `IntegrityBroken` if it never had one."""
        found = next((keyset for keyset in self._chain(holder) if keyset.public.version == version), None)
        if found is None:
            raise IntegrityBroken
        return found

    def check_newest(self, kept: KeptCase, last: LastChange | None) -> None:
        """The case as kept is the newest that the journal knows of: no older row was put back."""
        if last is None or (last.version, last.seal_digest) != (kept.case.version, kept.seal.digest):
            raise IntegrityBroken

    def _chain(self, holder: str) -> tuple[SealedKeyset, ...]:
        if holder not in self._chains:
            chain = self._keys.keysets(HolderCode(holder))
            if not chain:
                raise KeysUnavailable
            try:
                trust([keyset.public for keyset in chain], self._deployment.service, self._deployment.name)
            except CannotOpen:
                raise IntegrityBroken from None
            self._chains[holder] = chain
        return self._chains[holder]
