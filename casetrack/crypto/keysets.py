"""Keysets: the keys of one holder, in versions, and the certificates that make a public half believed.

A key row alone is not believed: the first version is certified by the newest of the service's keysets, every later one
by the version before it. The service's own are believed because its root opens the private half beside each.
"""

import base64
import hashlib
import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Self

from casetrack.crypto import hpke, indexes, signing
from casetrack.crypto.encoding import labelled, lp, u32be
from casetrack.crypto.errors import CannotOpen, Reason
from casetrack.crypto.held import HeldKey
from casetrack.crypto.providers import Root

LAST_VERSION: Final = 0xFFFF_FFFF
FINGERPRINT: Final = re.compile("[A-Z2-7]{4}( [A-Z2-7]{4}){7}")
"""What a fingerprint looks like."""
_INDEX_ROOT_SIZE: Final = 32
_SIGN_END: Final = hpke.SEED_SIZE + signing.SEED_SIZE
_FINGERPRINT_BYTES: Final = 20


@dataclass(frozen=True, repr=False)
class PublicKeyset:
    """The public half of one version of a holder's keyset, as a row holds it."""

    holder: str
    version: int
    kem_public: bytes
    """X-Wing: 1,216 bytes."""
    sign_public: bytes
    """Ed25519: 32 bytes."""
    certificate: bytes = field(default=b"")
    """Ed25519 by whoever vouches for it: 64 bytes, or none yet."""

    def __post_init__(self) -> None:
        sizes = (len(self.kem_public), len(self.sign_public))
        if not 1 <= self.version <= LAST_VERSION or sizes != (hpke.PUBLIC_SIZE, signing.PUBLIC_SIZE):
            raise CannotOpen(Reason.SHAPE)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.holder} {self.version}>"

    @property
    def key_id(self) -> bytes:
        """SHA-256 of the X-Wing key, 32 bytes: what a wrap names."""
        return hashlib.sha256(self.kem_public).digest()

    @property
    def digest(self) -> bytes:
        """SHA-256 of everything but the certificate, 32 bytes: what a certificate vouches for."""
        keys = (lp(self.kem_public), lp(self.sign_public))
        return hashlib.sha256(labelled("casetrack/v1/keyset", lp(self.holder), u32be(self.version), *keys)).digest()

    @property
    def fingerprint(self) -> str:
        """Eight groups of four letters and digits (160 bits), to be read aloud and compared over another channel."""
        letters = base64.b32encode(self.digest[:_FINGERPRINT_BYTES]).decode()
        return " ".join(letters[start : start + 4] for start in range(0, len(letters), 4))

    def verify(self, message: bytes, signature: bytes) -> None:
        """Returns when this keyset signed the message; otherwise `CannotOpen`."""
        signing.verify(self.sign_public, message, signature)

    def seal(self, plain: bytes, info: bytes) -> bytes:
        """`plain` for this keyset's holder alone, in that context."""
        return hpke.seal_to(self.kem_public, plain, info)


class HolderKeyset(HeldKey):
    """One version of a holder's own keys: what opens its wraps, what signs, and the root of its indexes."""

    __slots__ = ("_index_root", "_kem_seed", "_sign_seed", "public")

    def __init__(self, public: PublicKeyset, held: bytes) -> None:
        """Hold 96 bytes: the X-Wing seed, the Ed25519 seed, the index root."""
        self.public = public
        self._kem_seed = held[: hpke.SEED_SIZE]
        self._sign_seed = held[hpke.SEED_SIZE : _SIGN_END]
        self._index_root = held[_SIGN_END:]
        super().__init__(f"{public.holder} {public.version} {public.key_id[:4].hex()}")

    @classmethod
    def generate(cls, holder: str, version: int) -> Self:
        """New keys for that holder, drawn from the operating system; nobody has certified them yet."""
        held = secrets.token_bytes(_SIGN_END + _INDEX_ROOT_SIZE)
        kem_public = hpke.public_of(held[: hpke.SEED_SIZE])
        sign_public = signing.public_of(held[hpke.SEED_SIZE : _SIGN_END])
        return cls(PublicKeyset(holder, version, kem_public, sign_public), held)

    @classmethod
    def open(cls, sealed: bytes, root: Root, *, public: PublicKeyset) -> Self:
        """The keyset that was sealed under its holder's root beside exactly this public half, or `CannotOpen`."""
        return cls(public, root.open("keyset", public.digest, sealed))

    def sealed(self, root: Root) -> bytes:
        """This keyset, for keeping, under its own holder's root."""
        if root.holder != self.public.holder:
            raise ValueError("a keyset is sealed under its own holder's root")
        return root.seal("keyset", self.public.digest, self._kem_seed + self._sign_seed + self._index_root)

    def check(self) -> None:
        """Returns when the private half makes the public half; otherwise `CannotOpen`."""
        made = (hpke.public_of(self._kem_seed), signing.public_of(self._sign_seed))
        if made != (self.public.kem_public, self.public.sign_public):
            raise CannotOpen(Reason.KEY)

    def sign(self, message: bytes) -> bytes:
        """An Ed25519 signature, 64 bytes. The message begins with a label of its format, so none passes for another."""
        return signing.sign(self._sign_seed, message)

    def open_sealed(self, sealed: bytes, info: bytes) -> bytes:
        """What was sealed to this keyset in that context, or `CannotOpen`."""
        return hpke.open_from(self._kem_seed, sealed, info)

    def tags(self, entries: Iterable[indexes.Entry]) -> list[bytes]:
        """The tag of each entry in this holder's indexes, in that order."""
        return indexes.tags(self._index_root, entries)

    def search_marks(self, terms: Iterable[indexes.Term]) -> list[bytes]:
        """What the log keeps of each term that was looked for; this is the audit desk's keyset."""
        return indexes.search_marks(self._index_root, terms)


def certify(deployment: str, public: PublicKeyset, by: HolderKeyset) -> PublicKeyset:
    """The public half with a certificate by the version before it or, for a first version, by the service's keyset."""
    _may_certify(public, by.public)
    return replace(public, certificate=by.sign(_certificate_message(deployment, public, by.public)))


def check_certificate(deployment: str, public: PublicKeyset, by: PublicKeyset) -> None:
    """Returns when `by` may certify this public half and did, in this deployment; otherwise `CannotOpen`."""
    _may_certify(public, by)
    try:
        by.verify(_certificate_message(deployment, public, by), public.certificate)
    except CannotOpen:
        raise CannotOpen(Reason.CERTIFICATE) from None


def trust(chain: Sequence[PublicKeyset], service: PublicKeyset, deployment: str) -> PublicKeyset:
    """The newest keyset of a holder, believed because each version is certified, from the service's keyset on.

    `chain` holds every version from 1, in order; `service` must be believed already. That a newer version was not
    kept back cannot be seen here: the journal shows it.
    """
    certified = believed(chain, service, deployment)
    if not chain or len(certified) != len(chain):
        raise CannotOpen(Reason.CERTIFICATE)
    return certified[-1]


def believed(chain: Sequence[PublicKeyset], service: PublicKeyset, deployment: str) -> tuple[PublicKeyset, ...]:
    """The versions of a holder's keyset that are certified one by the other, from 1 on, as far as that goes.

    A row that somebody put after them changes nothing: what the holder seals and is wrapped goes on under the newest of
    these. `chain` and `service` are those of `trust`.
    """
    return _followed((), chain, service, deployment)


def continued(
    proved: Sequence[PublicKeyset], chain: Sequence[PublicKeyset], deployment: str
) -> tuple[PublicKeyset, ...]:
    """The versions of the service's own keyset that are believed: those that its root proved, and what they certify.

    `proved` has every version that there was when somebody asked the root, from 1 on, and at least that one; none is
    believed where one of them is not in the chain as it was.
    """
    known, since = tuple(chain[: len(proved)]), chain[len(proved) :]
    if [public.digest for public in known] != [public.digest for public in proved]:
        return ()
    return _followed(known, since, proved[-1], deployment)


def _followed(
    known: tuple[PublicKeyset, ...], chain: Sequence[PublicKeyset], by: PublicKeyset, deployment: str
) -> tuple[PublicKeyset, ...]:
    """Those that are known, and of the chain what `by` certified, and what that did, as far as it goes."""
    for version, public in enumerate(chain, start=len(known) + 1):
        try:
            if public.version != version:
                break
            check_certificate(deployment, public, by)
        except CannotOpen:
            break
        known, by = (*known, public), public
    return known


def _may_certify(public: PublicKeyset, by: PublicKeyset) -> None:
    """Any keyset that the caller believes may certify a first version; only the one before it, a later one."""
    if public.version > 1 and (by.holder, by.version) != (public.holder, public.version - 1):
        raise CannotOpen(Reason.CERTIFICATE)


def _certificate_message(deployment: str, public: PublicKeyset, by: PublicKeyset) -> bytes:
    return labelled("casetrack/v1/keyset-certificate", lp(deployment), public.digest, by.digest)
