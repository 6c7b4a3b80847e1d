"""Key providers: where the root key of a holder is kept, behind one interface of two verbs. Each holder has one."""

from collections.abc import Mapping
from typing import Protocol

from casetrack.crypto.errors import CannotOpen, KeysOutOfReach
from casetrack.crypto.roots import RootFile, RootKey


class Root(Protocol):
    """What one holder's keysets are sealed under for keeping, wherever it is."""

    @property
    def holder(self) -> str:
        """Whose it is."""
        ...

    def seal(self, use: str, context: bytes, plain: bytes) -> bytes:
        """`plain` for that use and in that context only; `KeysOutOfReach` if the provider does not answer."""
        ...

    def open(self, use: str, context: bytes, sealed: bytes) -> bytes:
        """What was sealed for that use and in that context: `CannotOpen` if it was not, or `KeysOutOfReach`."""
        ...


class Roots(Protocol):
    """A key provider: the roots of the holders that it serves."""

    def root(self, holder: str) -> Root:
        """The root of that holder, or `KeysOutOfReach`."""
        ...

    def add(self, holder: str) -> Root:
        """That holder has a root, kept for good before this returns; one that is there already stays as it is."""
        ...


class GivenRoot:
    """The provider of one holder whose root key was handed to this process when it started."""

    def __init__(self, root: RootKey) -> None:
        """Serve that root's holder."""
        self._root = root

    def root(self, holder: str) -> RootKey:
        """The root that was given, or `KeysOutOfReach` for another holder."""
        if holder != self._root.holder:
            raise KeysOutOfReach(holder, f"No root key was given to this process for {holder}.")
        return self._root

    def add(self, holder: str) -> RootKey:
        """The same: whoever gave the root keeps it."""
        return self.root(holder)


class Providers:
    """Which provider each holder has: one of its own, or else the key file."""

    def __init__(self, usual: RootFile, apart: Mapping[str, Roots]) -> None:
        """Serve the holders in `apart` by the provider that stands beside each, and every other by `usual`."""
        self._usual = usual
        self._apart = apart

    def root(self, holder: str) -> Root:
        """The holder's root; one that has a provider of its own and a root in the key file too has been moved."""
        if holder not in self._apart:
            return self._usual.root(holder)
        now = self._apart[holder].root(holder)
        return MovedRoot(now, self._usual.root(holder)) if self._usual.has(holder) else now

    def add(self, holder: str) -> Root:
        """The holder has a root with its own provider."""
        return self._apart.get(holder, self._usual).add(holder)


class MovedRoot:
    """A holder's root with the provider that it has now, and the one that it had before.

    The one that it has now seals. What the one before it sealed still opens, until it is sealed again.
    """

    def __init__(self, now: Root, before: Root) -> None:
        """Hold both, which are one holder's."""
        self._now = now
        self._before = before

    @property
    def holder(self) -> str:
        """Whose both are."""
        return self._now.holder

    def seal(self, use: str, context: bytes, plain: bytes) -> bytes:
        """As the provider of now seals it."""
        return self._now.seal(use, context, plain)

    def open(self, use: str, context: bytes, sealed: bytes) -> bytes:
        """What either of them sealed; `KeysOutOfReach` if the provider of now would be needed and does not answer."""
        try:
            return self._now.open(use, context, sealed)
        except CannotOpen:
            return self._before.open(use, context, sealed)
