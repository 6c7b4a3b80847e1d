"""Whose keys are believed: a holder's keyset is one that the service, or the version before it, certified."""

from collections.abc import Callable
from typing import TypeVar

from casetrack.crypto.errors import CannotOpen, Reason
from casetrack.crypto.keyring import SealedKeyset
from casetrack.crypto.keysets import PublicKeyset, trust
from casetrack.domain.errors import IntegrityBroken, KeysUnavailable
from casetrack.domain.ids import HolderCode
from casetrack.services.deployment import Deployment
from casetrack.services.ports import KeptCase, Keys, LastChange

Opened = TypeVar("Opened")

OUT_OF_REACH = frozenset({Reason.NO_ROOT, Reason.KEY_FILE, Reason.PASSPHRASE})
"""Why something does not open when nothing is wrong with what is stored."""


class Trust:
    """The keysets that one unit of work has asked for, each checked once against the chain of certificates."""

    def __init__(self, keys: Keys, deployment: Deployment) -> None:
        """Believe what this deployment's service has certified."""
        self._keys = keys
        self._deployment = deployment
        self._chains: dict[str, tuple[SealedKeyset, ...]] = {}

    def mine(self, holder: HolderCode) -> SealedKeyset:
        """The newest keyset of the holder, with its sealed private half; `KeysUnavailable` if it has none."""
        chain = self._chain(holder)
        if not chain:
            raise KeysUnavailable
        return chain[-1]

    def current(self, holder: HolderCode) -> PublicKeyset:
        """The newest public keyset of the holder."""
        return self.mine(holder).public

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
            public = [keyset.public for keyset in chain]
            if chain:
                opening(lambda: trust(public, self._deployment.service, self._deployment.name))
            self._chains[holder] = chain
        return self._chains[holder]


def opening(attempt: Callable[[], Opened]) -> Opened:
    """What opens; or the refusal that says if the keys are out of reach, or what is stored is not what was sealed."""
    try:
        return attempt()
    except CannotOpen as failure:
        raise (KeysUnavailable if failure.reason in OUT_OF_REACH else IntegrityBroken) from None
