"""The keyring: everything that is done with a holder's own keys, in verbs.

Callers hold sealed keysets and never an open one, so that a key holder in a process of its own can take this class's
place. Keysets are opened for one call; where the root that opens them is, its provider knows.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from casetrack.crypto import letters, seals, wraps
from casetrack.crypto.datakeys import DataKey
from casetrack.crypto.errors import CannotOpen, Reason
from casetrack.crypto.held import HeldKey
from casetrack.crypto.indexes import Entry, Term
from casetrack.crypto.keysets import HolderKeyset, PublicKeyset, certify
from casetrack.crypto.providers import Roots
from casetrack.crypto.seals import Seal
from casetrack.crypto.wraps import Wrap


@dataclass(frozen=True)
class SealedKeyset:
    """One version of a holder's keyset as a row holds it: its public half, and its private half under the root."""

    public: PublicKeyset
    sealed: bytes | None = field(repr=False)
    """None of a version that was destroyed: what only that opened stays shut."""

    @property
    def is_destroyed(self) -> bool:
        """True once the private half is gone."""
        return self.sealed is None


class Keyring(HeldKey):
    """The keys of one deployment's holders, as far as this process reaches their roots.

    Each verb may raise `KeysOutOfReach`, which names the holder: nothing was done, and other holders' keys work on.
    """

    __slots__ = ("_roots", "deployment")

    def __init__(self, deployment: str, roots: Roots) -> None:
        """Serve the holders whose roots the provider has."""
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

    def recertify(self, firsts: Iterable[PublicKeyset], by: SealedKeyset) -> list[PublicKeyset]:
        """First versions certified again, after the service's own keyset was renewed; the caller believes each."""
        keyset = self._open(by)
        return [certify(self.deployment, public, keyset) for public in firsts]

    def proved(self, mine: SealedKeyset) -> PublicKeyset:
        """The public half, believed because the holder's root opens the private half sealed beside it.

        How the service's keyset, from which all trust starts, is itself believed. Its certificate is not looked at.
        """
        return self._open(mine).public

    def all_proved(self, chain: Iterable[SealedKeyset]) -> tuple[PublicKeyset, ...]:
        """The same of every version, from 1 on: `CannotOpen` where one is missing, so that no older takes its place."""
        proved = tuple(map(self.proved, chain))
        if [public.version for public in proved] != list(range(1, len(proved) + 1)):
            raise CannotOpen(Reason.CERTIFICATE)
        return proved

    def check(self, mine: SealedKeyset) -> None:
        """Returns when the private half is the one of the public half that stands beside it; otherwise `CannotOpen`."""
        self._open(mine).check()

    def rewrap(self, mine: SealedKeyset, wrapped: Iterable[tuple[Wrap, PublicKeyset]], to: SealedKeyset) -> list[Wrap]:
        """What those senders wrapped for one version of a holder's keys, wrapped by the holder for another of its own.

        No data key leaves, and the provider is asked once for each version; `CannotOpen` if one does not open.
        """
        if mine.public.holder != to.public.holder:
            raise ValueError("a key is wrapped again for its own holder")
        keyset, newer = self._open(mine), self._open(to)
        return [
            wraps.wrap(
                wraps.unwrap(wrap, recipient=keyset, sender=sender, deployment=self.deployment),
                sender=newer,
                recipient=newer.public,
                transfer=wrap.transfer,
            )
            for wrap, sender in wrapped
        ]

    def reseal(self, mine: SealedKeyset) -> SealedKeyset:
        """The same keyset sealed again, under the root that its holder has now: another than the one that opened it.

        The holder's provider makes that root if there is none yet.
        """
        return SealedKeyset(mine.public, self._open(mine).sealed(self._roots.add(mine.public.holder)))

    def sign(self, mine: SealedKeyset, message: bytes) -> bytes:
        """A signature by that holder, 64 bytes."""
        return self._open(mine).sign(message)

    def seal(self, mine: SealedKeyset, canonical: bytes) -> Seal:
        """That holder's seal over the canonical form of what it changed."""
        (sealed,) = self.seal_all(mine, [canonical])
        return sealed

    def seal_all(self, mine: SealedKeyset, canonical: Iterable[bytes]) -> list[Seal]:
        """That holder's seal over each of the canonical forms, in that order; the provider is asked once."""
        keyset, public = self._open(mine), mine.public
        return [
            Seal(public.holder, public.version, keyset.sign(seals.seal_message(self.deployment, form)))
            for form in canonical
        ]

    def wrap(self, data_key: DataKey, mine: SealedKeyset, recipient: PublicKeyset, transfer: UUID | None) -> Wrap:
        """The data key for that recipient, signed by the holder whose keyset this is."""
        if data_key.place.deployment != self.deployment:
            raise ValueError("the data key belongs to another deployment")
        return wraps.wrap(data_key, sender=self._open(mine), recipient=recipient, transfer=transfer)

    def open_wrap(self, mine: SealedKeyset, wrap: Wrap, sender: PublicKeyset) -> DataKey:
        """The data key that the sender wrapped for this holder, or `CannotOpen`."""
        (opened,) = self.open_wraps(mine, [(wrap, sender)])
        return opened

    def open_wraps(self, mine: SealedKeyset, wrapped: Iterable[tuple[Wrap, PublicKeyset]]) -> list[DataKey]:
        """The data keys that those senders wrapped for this holder, in that order; `CannotOpen` if one does not open.

        The provider is asked once, however many they are.
        """
        keyset = self._open(mine)
        return [
            wraps.unwrap(wrap, recipient=keyset, sender=sender, deployment=self.deployment) for wrap, sender in wrapped
        ]

    def open_letter(self, mine: SealedKeyset, letter: bytes, context: bytes) -> str:
        """The text that was sealed to this holder in that context, or `CannotOpen`."""
        (text,) = self.open_letters(mine, [(letter, context)])
        return text

    def open_letters(self, mine: SealedKeyset, sealed: Iterable[tuple[bytes, bytes]]) -> list[str]:
        """The text of each letter in its context, in that order; `CannotOpen` if one does not open.

        The provider is asked once, however many they are.
        """
        keyset = self._open(mine)
        return [
            letters.open_letter(letter, mine=keyset, context=context, deployment=self.deployment)
            for letter, context in sealed
        ]

    def tags(self, mine: SealedKeyset, entries: Iterable[Entry]) -> list[bytes]:
        """The tag of each entry in that holder's indexes, in that order; the key of an index never leaves."""
        return self._open(mine).tags(entries)

    def search_marks(self, audit_desk: SealedKeyset, terms: Iterable[Term]) -> list[bytes]:
        """What the log keeps of each term that was looked for: only the audit desk's keys can make it again."""
        return self._open(audit_desk).search_marks(terms)

    def _open(self, mine: SealedKeyset) -> HolderKeyset:
        if mine.sealed is None:
            raise CannotOpen(Reason.DESTROYED)
        return HolderKeyset.open(mine.sealed, self._roots.root(mine.public.holder), public=mine.public)

    def _certified(self, keyset: HolderKeyset, *, by: HolderKeyset) -> SealedKeyset:
        public = certify(self.deployment, keyset.public, by)
        return SealedKeyset(public, keyset.sealed(self._roots.root(public.holder)))
