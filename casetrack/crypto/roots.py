"""The key file: one root key a holder, sealed by a passphrase, opened once at start-up. The usual key provider.

Whoever has the file and the passphrase opens every keyset of the deployment; whoever has only the database opens none.
"""

import contextlib
import fcntl
import json
import os
import secrets
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Self

import rfc8785
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from casetrack.crypto import xaes
from casetrack.crypto.derivation import KEY_SIZE, expand
from casetrack.crypto.encoding import labelled, lp
from casetrack.crypto.errors import CannotOpen, KeysOutOfReach, Reason
from casetrack.crypto.held import HeldKey

LOG: Final = "audit-log"
"""The root under which the log key is sealed: not a holder's, so that no holder's keys can sign a checkpoint."""

_HEADER: Final = b"\xc7\x02"
_FORMAT: Final = "casetrack/v1/root-file"
_SALT_SIZE: Final = 16
_PRIVATE: Final = 0o600
_MOST_WORK: Final = {"memory_kib": 2**21, "passes": 64, "lanes": 64}
"""A file that asks for more is not ours: the parameters are read before the passphrase can vouch for them."""


@dataclass(frozen=True)
class PassphraseWork:
    """What one guess at the passphrase costs: Argon2id, the second recommended choice of RFC 9106 section 4."""

    memory_kib: int = 65536
    passes: int = 3
    lanes: int = 4


class RootKey(HeldKey):
    """Thirty-two random bytes under which one holder's keysets, or the log key, are sealed for keeping."""

    __slots__ = ("_secret", "holder")

    def __init__(self, holder: str, secret: bytes) -> None:
        """Hold the root of that holder."""
        self.holder = holder
        self._secret = secret
        super().__init__(holder)

    def seal(self, use: str, context: bytes, plain: bytes) -> bytes:
        """`plain` for that use and in that context only."""
        return _HEADER + xaes.seal_bytes(self._key(use), plain, self._bound(use, context))

    def open(self, use: str, context: bytes, sealed: bytes) -> bytes:
        """What was sealed under this root for that use and in that context, or `CannotOpen`."""
        if not sealed.startswith(_HEADER):
            raise CannotOpen(Reason.HEADER)
        return xaes.open_bytes(self._key(use), sealed[len(_HEADER) :], self._bound(use, context))

    def _key(self, use: str) -> bytes:
        return expand(self._secret, labelled("casetrack/v1/root", lp(use)))

    def _bound(self, use: str, context: bytes) -> bytes:
        return labelled("casetrack/v1/root-aad", _HEADER, lp(self.holder), lp(use), lp(context))


class RootFile(HeldKey):
    """The key file, open. Another process's additions are seen by opening it again."""

    __slots__ = ("_head", "_key", "_path", "_roots")

    def __init__(self, path: Path, head: Mapping[str, Any], key: bytes) -> None:
        """Hold the key that the passphrase gave, and no root yet; `create` and `open` are the ways here."""
        self._path = path
        self._head = head
        self._key = key
        self._roots: Mapping[str, bytes] = {}
        super().__init__(head["salt"][:8])

    @classmethod
    def create(cls, path: Path, passphrase: str, work: PassphraseWork | None = None) -> Self:
        """There is a new key file at that path with no root in it; `FileExistsError` where anything stands there."""
        if not passphrase:
            raise ValueError("a key file needs a passphrase")
        salt = secrets.token_bytes(_SALT_SIZE)
        head = {"format": _FORMAT, "kdf": "argon2id", "salt": salt.hex(), **asdict(work or PassphraseWork())}
        created = cls(path, head, _from_passphrase(passphrase, head))
        with _alone_in(path.parent):
            if path.exists():
                raise FileExistsError(path.name)
            created._write({})
        return created

    @classmethod
    def open(cls, path: Path, passphrase: str) -> Self:
        """The key file, open until the process ends; a wrong passphrase is `CannotOpen`, in a sentence of its own."""
        head, sealed = _read(path)
        opened = cls(path, head, _from_passphrase(passphrase, head))
        opened._take(sealed)
        return opened

    def add(self, holder: str) -> RootKey:
        """That holder has a root, on the disk for good before this returns; one that is there already stays as it is.

        The file is read again under a lock, so two processes that add at once both keep theirs. One that has become
        another file meanwhile does not open with this one's key, and is left alone.
        """
        with _alone_in(self._path.parent):
            _, sealed = _read(self._path)
            self._take(sealed)
            if holder not in self._roots:
                self._write({**self._roots, holder: secrets.token_bytes(KEY_SIZE)})
        return self.root(holder)

    def root(self, holder: str) -> RootKey:
        """The root of that holder, or `KeysOutOfReach`."""
        if not self.has(holder):
            raise KeysOutOfReach(holder, f"The key file holds no root key for {holder}.")
        return RootKey(holder, self._roots[holder])

    def has(self, holder: str) -> bool:
        """Whether the file, as it was when this process read it, holds a root of that holder."""
        return holder in self._roots

    def _take(self, sealed: bytes) -> None:
        try:
            plain = xaes.open_bytes(self._key, sealed, _bound(self._head))
        except CannotOpen:
            raise CannotOpen(Reason.PASSPHRASE) from None
        self._roots = {holder: bytes.fromhex(root) for holder, root in json.loads(plain).items()}

    def _write(self, roots: Mapping[str, bytes]) -> None:
        plain = rfc8785.dumps({holder: root.hex() for holder, root in roots.items()})
        sealed = xaes.seal_bytes(self._key, plain, _bound(self._head))
        _replace(self._path, rfc8785.dumps({**self._head, "sealed": sealed.hex()}) + b"\n")
        self._roots = roots


def _bound(head: Mapping[str, Any]) -> bytes:
    return labelled(_FORMAT, rfc8785.dumps(dict(head)))


def _from_passphrase(passphrase: str, head: Mapping[str, Any]) -> bytes:
    """The key that the passphrase gives, typed on any keyboard (NFC, as RFC 8265 section 4.2 prepares it)."""
    argon2id = Argon2id(
        salt=bytes.fromhex(head["salt"]),
        length=KEY_SIZE,
        iterations=head["passes"],
        lanes=head["lanes"],
        memory_cost=head["memory_kib"],
    )
    return argon2id.derive(unicodedata.normalize("NFC", passphrase).encode(errors="surrogatepass"))


def _read(path: Path) -> tuple[dict[str, Any], bytes]:
    """The file's head and what it seals; anything that is not such a file is `CannotOpen`."""
    try:
        head = json.loads(path.read_bytes())
        sealed = bytes.fromhex(head.pop("sealed"))
        salt = bytes.fromhex(head["salt"])
        known = (head["format"], head["kdf"], len(salt)) == (_FORMAT, "argon2id", _SALT_SIZE)
        bounded = all(type(head[name]) is int and 1 <= head[name] <= most for name, most in _MOST_WORK.items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise CannotOpen(Reason.KEY_FILE) from None
    if not (known and bounded and head["memory_kib"] >= 8 * head["lanes"]):
        raise CannotOpen(Reason.KEY_FILE)
    return head, sealed


@contextlib.contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """No other process or thread is writing a key file in this folder until the block ends."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _replace(path: Path, content: bytes) -> None:
    """The file holds this content, whole and on the disk, or what it held before; nobody else may read it."""
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
