"""Passwords, kept as Argon2id hashes; a name nobody has costs the same work as one that somebody has."""

import contextlib
import unicodedata
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from casetrack.crypto.errors import WrongPassword

LONGEST: Final = 256
"""Characters that a password has at the most. To prepare a longer one is work that a stranger could ask for at will."""
NOBODY: Final = "$argon2id$v=19$m=65536,t=3,p=4$cDLbltSFuQKACTDn9qQmfA$81/gHVVavkTPkAOPIiaQLmW8KXDQI2rwlSwG0ctWrQg"
"""The hash of 32 random bytes that were kept nowhere, at today's cost: a test holds the two costs together."""


def hash_password(password: str) -> str:
    """The hash to keep, with its salt and its cost in it; `ValueError` for a password that is too long to be one."""
    if len(password) > LONGEST:
        raise ValueError(f"a password has {LONGEST} characters at the most")
    return _hasher().hash(_prepared(password))


def check_password(password: str, kept: str) -> None:
    """Returns when this is the password that was hashed; otherwise `WrongPassword`, also for a hash that is not one.

    A password that is too long to be one is refused before any work is done, whoever's it is said to be.
    """
    if len(password) > LONGEST:
        raise WrongPassword
    with contextlib.suppress(VerificationError, InvalidHashError):
        _hasher().verify(kept, _prepared(password))
        return
    raise WrongPassword


def burn(password: str) -> None:
    """The work of checking this password has been done, for a name that nobody has: its answer takes as long."""
    with contextlib.suppress(WrongPassword):
        check_password(password, NOBODY)


def needs_rehash(kept: str) -> bool:
    """True when the hash was made at another cost than today's: hash the next good password again."""
    return _hasher().check_needs_rehash(kept)


def _hasher() -> PasswordHasher:
    """Argon2id at the second recommended cost of RFC 9106 section 4: 64 MiB, 3 passes, 4 lanes."""
    return PasswordHasher(time_cost=3, memory_cost=65536, parallelism=4)


def _prepared(password: str) -> bytes:
    """The same bytes from any keyboard (NFC, as RFC 8265 section 4.2 prepares it); any text has some."""
    return unicodedata.normalize("NFC", password).encode(errors="surrogatepass")
