"""The keyring: everything that is done with a holder's own keys, in verbs.

Callers hold sealed keysets and never an open one, so that a key holder in a process of its own can take this class's
place. Keysets are opened for one call; roots are opened once, at start-up.
"""

from dataclasses import dataclass, field
from uuid import UUID

from casetrack.crypto import letters, seals, wraps
from casetrack.crypto.datakeys import DataKey
from casetrack.crypto.held import HeldKey
from casetrack.crypto.keysets import HolderKeyset, PublicKeyset, certify
from casetrack.crypto.roots import RootFile
from casetrack.crypto.seals import Seal
from casetrack.crypto.wraps import Wrap


@dataclass(frozen=True)
class SealedKeyset:
    """One version of a holder's keyset as a row holds it: its public half, and its private half under the root."""

    public: PublicKeyset
    sealed: bytes = field(repr=False)


class Keyring(HeldKey):
    """The keys of one deployment's holders, as far as this process's key file has their roots."""

    __slots__ = ("_roots", "deployment")

    def __init__(self, deployment: str, roots: RootFile) -> None:
        """Serve the holders whose roots the open key file has."""
        self.deployment = deployment
        self._roots = roots
        super().__init__(deployment)

    def generate(self, holder: str, *, by: SealedKeyset | None = None) -> SealedKeyset:
        """A first keyset for a holder that has a root, certified by the service's keyset.

        Without `by` it certifies itself: that is the service's own first keyset, and no other is believed so.
        """
        keyset = HolderKeyset.generate(holder, 1)
        return self._certified(keyset, by=keyset if by is None else self._open(by))

    def renew(self, mine: SealedKeyset) -> SealedKeyset:
        """The next version of a holder's keyset, certified by this one."""
        keyset = HolderKeyset.generate(mine.public.holder, mine.public.version + 1)
        return self._certified(keyset, by=self._open(mine))

    def recertify(self, public: PublicKeyset, by: SealedKeyset) -> PublicKeyset:
        """A first version certified again, after the service's own keyset was renewed; the caller believes `public`."""
        return certify(self.deployment, public, self._open(by))

    def proved(self, mine: SealedKeyset) -> PublicKeyset:
        """The public half, believed because this key file's root opens the private half sealed beside it.

        How the service's keyset, from which all trust starts, is itself believed. Its certificate is not looked at.
        """
        return self._open(mine).public

    def sign(self, mine: SealedKeyset, message: bytes) -> bytes:
        """A signature by that holder, 64 bytes."""
        return self._open(mine).sign(message)

    def seal(self, mine: SealedKeyset, canonical: bytes) -> Seal:
        """That holder's seal over the canonical form of what it changed."""
        signature = self.sign(mine, seals.seal_message(self.deployment, canonical))
        return Seal(mine.public.holder, mine.public.version, signature)

    def wrap(self, data_key: DataKey, mine: SealedKeyset, recipient: PublicKeyset, transfer: UUID | None) -> Wrap:
        """The data key for that recipient, signed by the holder whose keyset this is."""
        if data_key.place.deployment != self.deployment:
            raise ValueError("the data key belongs to another deployment")
        return wraps.wrap(data_key, sender=self._open(mine), recipient=recipient, transfer=transfer)

    def open_wrap(self, mine: SealedKeyset, wrap: Wrap, sender: PublicKeyset) -> DataKey:
        """The data key that the sender wrapped for this holder, or `CannotOpen`."""
        return wraps.unwrap(wrap, recipient=self._open(mine), sender=sender, deployment=self.deployment)

    def open_letter(self, mine: SealedKeyset, letter: bytes, context: bytes) -> str:
        """The text that was sealed to this holder in that context, or `CannotOpen`."""
        return letters.open_letter(letter, mine=self._open(mine), context=context, deployment=self.deployment)

    def _open(self, mine: SealedKeyset) -> HolderKeyset:
        return HolderKeyset.open(mine.sealed, self._roots.root(mine.public.holder), public=mine.public)

    def _certified(self, keyset: HolderKeyset, *, by: HolderKeyset) -> SealedKeyset:
        public = certify(self.deployment, keyset.public, by)
        return SealedKeyset(public, keyset.sealed(self._roots.root(public.holder)))
