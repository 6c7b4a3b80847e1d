"""Root keys in a token of PKCS#11: an AES key that never leaves it seals a holder's keysets.

A token may be pulled out, restarted or slow at any moment. Each call finds its way to it again: by the session at hand,
by a new one, by the library begun anew. Then it refuses, and so do the next ones for a while, so that whoever waits for
another token of the same library does not wait for this one.
"""

import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar, cast

from pkcs11 import Attribute, GCMParams, KeyType, Mechanism, MechanismFlag, ObjectClass, Session, TokenFlag
from pkcs11 import exceptions as faults
from pkcs11.exceptions import PKCS11Error

from casetrack.crypto.errors import CannotOpen, KeysOutOfReach, Reason
from casetrack.crypto.held import HeldKey
from casetrack.crypto.remote import NONCE_SIZE, RemoteRoot
from casetrack.gateways.cryptoki import Late, Library, NotStarted, library_at

Given = TypeVar("Given")

REST_S: Final = 2.0
"""How long a holder's keys are not asked for after they could not be reached."""
KEY_BITS: Final = 256
KEY_ID_SIZE: Final = 16
TAG_BITS: Final = 128

PIN_REFUSED: Final = (
    *(faults.PinIncorrect, faults.PinInvalid, faults.PinLenRange),
    *(faults.PinExpired, faults.PinLocked, faults.UserPinNotInitialized),
)
SENTENCES: Final[tuple[tuple[tuple[type[PKCS11Error], ...], str], ...]] = (
    ((NotStarted,), "{library} cannot be loaded as a library of PKCS#11, or does not start."),
    ((faults.PinLocked,), "The PIN of the token {label} is locked, or has one try left, which is a person's to take."),
    (PIN_REFUSED, "The token {label} refuses its PIN. Correct it, then start this process again."),
    ((faults.NoSuchToken,), "{library} finds no token of the label {label}."),
    ((faults.MultipleTokensReturned,), "{library} finds several tokens of the label {label}."),
    ((faults.NoSuchKey,), "The token {label} has no AES key of the label that the settings name."),
    ((faults.MultipleObjectsReturned,), "The token {label} has several AES keys of one label or of one id."),
)
"""What a fault means, in words for whoever runs this."""
UNFIT: Final = "A key of the token {label} is not fit: it must have 256 bits and an id, be sensitive, not extractable."


class OutOfService(Exception):
    """The token cannot be used; the message says what is wrong with it to whoever runs this."""


class _Aes(Protocol):
    """What is asked of a key in a token."""

    def __getitem__(self, attribute: Attribute, /) -> Any: ...  # noqa: ANN401 - each attribute has a type of its own

    def encrypt(self, data: bytes, *, mechanism: Mechanism, mechanism_param: GCMParams) -> bytes: ...

    def decrypt(self, data: bytes, *, mechanism: Mechanism, mechanism_param: GCMParams) -> bytes: ...


class Token(HeldKey):
    """One token, logged in to when it is first needed, and again when it has been away."""

    __slots__ = ("_barred", "_epoch", "_keys", "_label", "_library", "_pin", "_session", "_timeout_s")

    def __init__(self, library: Path, label: str, pin: str, *, timeout_s: float) -> None:
        """The token of that label, as that library finds it; one call is given so many seconds."""
        self._library = library
        self._label = label
        self._pin = pin
        self._timeout_s = timeout_s
        self._barred = ""
        self._session: Session | None = None
        self._keys: dict[str | bytes, _Aes] = {}
        self._epoch: tuple[Library, int] | None = None
        super().__init__(label)

    def using(self, work: Callable[[Session], Given]) -> Given:
        """What is done in a session of the token, or `OutOfService`."""
        library = library_at(self._library)
        try:
            return library.call(lambda: self._done(library, work), self._timeout_s)
        except Late:
            told = f"The token {self._label} has not answered for {self._timeout_s:g} seconds."
            raise OutOfService(told) from None

    def key(self, session: Session, *, label: str | None = None, key_id: bytes | None = None) -> _Aes:
        """The AES-256 key of that label or of that id, if it can never leave the token."""
        named = label or key_id or b""
        if named not in self._keys:
            key = _found(session, {Attribute.LABEL: label} if label else {Attribute.ID: key_id})
            fit = key[Attribute.SENSITIVE] and not key[Attribute.EXTRACTABLE] and key[Attribute.ID]
            if not fit or key[Attribute.VALUE_LEN] * 8 != KEY_BITS:
                raise OutOfService(UNFIT.format(label=self._label))
            self._keys[named] = key
        return self._keys[named]

    def make_key(self, session: Session, label: str) -> None:
        """The token has an AES-256 key of that label that can never leave it; one that is there already stays."""
        with suppress(faults.NoSuchKey):
            self.key(session, label=label)
            return
        writing = session.token.open(rw=True)
        try:
            writing.generate_key(
                KeyType.AES,
                KEY_BITS,
                id=secrets.token_bytes(KEY_ID_SIZE),
                label=label,
                store=True,
                capabilities=MechanismFlag.ENCRYPT | MechanismFlag.DECRYPT,
                template={Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False, Attribute.MODIFIABLE: False},
            )
        finally:
            writing.close()

    def _done(self, library: Library, work: Callable[[Session], Given]) -> Given:
        fault: PKCS11Error = faults.NoSuchToken()
        for session in (self._session_at_hand, self._session_anew, self._session_from_the_start):
            if self._barred:
                break
            try:
                return work(session(library))
            except PIN_REFUSED as refused:
                self._barred = _told(refused, self._label, library.path)
            except PKCS11Error as failed:
                fault = failed
        raise OutOfService(self._barred or _told(fault, self._label, library.path)) from None

    def _session_at_hand(self, library: Library) -> Session:
        if self._session is None or self._epoch != (library, library.epoch):
            return self._session_anew(library)
        return self._session

    def _session_from_the_start(self, library: Library) -> Session:
        library.begin_again()
        return self._session_anew(library)

    def _session_anew(self, library: Library) -> Session:
        if self._session is not None and self._epoch == (library, library.epoch):
            with suppress(PKCS11Error):
                self._session.close()
        self._session = None
        self._keys.clear()
        self._session = self._logged_in(library)
        self._epoch = (library, library.epoch)
        return self._session

    def _logged_in(self, library: Library) -> Session:
        """A session that may use keys. The last try at a PIN is never taken: it is for a person."""
        token = library.token(self._label)
        if token.flags & (TokenFlag.USER_PIN_FINAL_TRY | TokenFlag.USER_PIN_LOCKED):
            raise faults.PinLocked
        try:
            return token.open(user_pin=self._pin)
        except faults.UserAlreadyLoggedIn:
            return token.open()


class TokenKeys:
    """The keys of one holder in a token: the one of the label given seals, and any of them opens what it sealed."""

    def __init__(self, holder: str, token: Token, label: str) -> None:
        """Nothing is asked of the token yet."""
        self._holder = holder
        self._token = token
        self._label = label
        self._refusal = ""
        self._resting_until = 0.0

    def current(self) -> bytes:
        """The id of the key that seals now."""
        return self._asked(lambda session: bytes(self._token.key(session, label=self._label)[Attribute.ID]))

    def add(self) -> None:
        """The holder has a key in the token."""
        self._asked(lambda session: self._token.make_key(session, self._label))

    def encrypt(self, key_id: bytes, nonce: bytes, plain: bytes, aad: bytes) -> bytes:
        """AES-256-GCM under the key of that id: the ciphertext and its tag of 16 bytes."""
        return self._asked(lambda session: _encrypted(self._token.key(session, key_id=key_id), nonce, plain, aad))

    def decrypt(self, key_id: bytes, nonce: bytes, sealed: bytes, aad: bytes) -> bytes:
        """What was encrypted so, or `CannotOpen`.

        Tokens refuse wrong bytes with faults of many kinds. One that still works refused them for what they are.
        """
        return self._asked(lambda session: self._decrypted(session, key_id, nonce, sealed, aad))

    def _decrypted(self, session: Session, key_id: bytes, nonce: bytes, sealed: bytes, aad: bytes) -> bytes:
        try:
            key = self._token.key(session, key_id=key_id)
        except faults.NoSuchKey:
            _check_works(self._token.key(session, label=self._label))
            raise CannotOpen(Reason.KEY) from None
        try:
            return _decrypted(key, nonce, sealed, aad)
        except PKCS11Error:
            _check_works(key)
            raise CannotOpen(Reason.SEAL) from None

    def _asked(self, work: Callable[[Session], Given]) -> Given:
        if time.monotonic() < self._resting_until:
            raise KeysOutOfReach(self._holder, self._refusal)
        try:
            return self._token.using(work)
        except OutOfService as refused:
            self._refusal = str(refused)
            self._resting_until = time.monotonic() + REST_S
            raise KeysOutOfReach(self._holder, self._refusal) from None


class TokenRoots:
    """The key provider of one holder whose root is in a token."""

    def __init__(self, holder: str, token: Token, label: str) -> None:
        """The holder's root is the key of that label in that token."""
        self._keys = TokenKeys(holder, token, label)
        self._root = RemoteRoot(holder, self._keys)

    def root(self, holder: str) -> RemoteRoot:
        """The holder's root; whether the token answers is seen when it is used."""
        if holder != self._root.holder:
            raise KeysOutOfReach(holder, f"No token was named for {holder}.")
        return self._root

    def add(self, holder: str) -> RemoteRoot:
        """The holder has a key in the token, made there if there was none."""
        root = self.root(holder)
        self._keys.add()
        return root


def _found(session: Session, named: dict[Attribute, Any]) -> _Aes:
    """The one AES key of that name. The search is read to its end: one that is left open ends in whichever thread."""
    found = list(
        session.get_objects({Attribute.CLASS: ObjectClass.SECRET_KEY, Attribute.KEY_TYPE: KeyType.AES, **named})
    )
    if not found:
        raise faults.NoSuchKey
    if len(found) > 1:
        raise faults.MultipleObjectsReturned
    return cast(_Aes, found[0])


def _encrypted(key: _Aes, nonce: bytes, plain: bytes, aad: bytes) -> bytes:
    return key.encrypt(plain, mechanism=Mechanism.AES_GCM, mechanism_param=GCMParams(nonce, aad, TAG_BITS))


def _decrypted(key: _Aes, nonce: bytes, sealed: bytes, aad: bytes) -> bytes:
    return key.decrypt(sealed, mechanism=Mechanism.AES_GCM, mechanism_param=GCMParams(nonce, aad, TAG_BITS))


def _check_works(key: _Aes) -> None:
    """The key answers; otherwise the token's own fault is raised."""
    nonce = secrets.token_bytes(NONCE_SIZE)
    _decrypted(key, nonce, _encrypted(key, nonce, b"", b""), b"")


def _told(fault: PKCS11Error, label: str, library: Path) -> str:
    """What is wrong, in a sentence for whoever runs this."""
    sentence = next(
        (said for kinds, said in SENTENCES if isinstance(fault, kinds)), "The token {label} failed: {fault}."
    )
    return sentence.format(label=label, library=library, fault=type(fault).__name__)
