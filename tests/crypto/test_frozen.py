"""Our own vectors: what was sealed then opens now, and is made again byte for byte from `docs/formats/sealing.md`."""

import base64
import hashlib
import hmac
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from casetrack.crypto.datakeys import DataKey, KeyPlace
from casetrack.crypto.fields import FieldLabel, Value, pack
from casetrack.crypto.keysets import HolderKeyset, check_certificate
from casetrack.crypto.letters import open_letter
from casetrack.crypto.remote import RemoteRoot
from casetrack.crypto.roots import RootFile, RootKey
from casetrack.crypto.seals import Seal, check_seal, digest, seal_message
from casetrack.crypto.signing import LogKey
from casetrack.crypto.tokens import SessionBox, token_digest
from casetrack.crypto.wraps import Wrap, unwrap
from tests.crypto import by_the_book
from tests.crypto.by_the_book import lp
from tests.crypto.samples import cases, frozen, keyset, public, read

FIELD = read("field.json")
WRAP = read("wrap.json")


def unhex(case: dict[str, Any], *names: str) -> tuple[bytes, ...]:
    return tuple(bytes.fromhex(case[name]) for name in names)


def meant(case: dict[str, Any]) -> Value:
    """The value that a case of `field.json` spells out in JSON."""
    value: Value = case["value"]
    match case["kind"]:
        case "date":
            return date.fromisoformat(str(value))
        case "bytes":
            return bytes.fromhex(str(value))
        case _:
            return value


@pytest.mark.parametrize("case", FIELD["cases"])
def test_a_field_opens(case: dict[str, Any]) -> None:
    key = DataKey(KeyPlace(FIELD["deployment"], UUID(FIELD["case"]), FIELD["number"]), bytes.fromhex(FIELD["data_key"]))
    label = FieldLabel(FIELD["table"], FIELD["column"])
    assert key.commitment().hex() == FIELD["commitment"]
    assert key.open(label, UUID(FIELD["row"]), bytes.fromhex(case["stored"])) == meant(case)
    assert pack(meant(case)).hex() == case["packed"]


@pytest.mark.parametrize("case", FIELD["cases"])
def test_a_field_is_made_again_by_the_book(case: dict[str, Any]) -> None:
    data_key, nonce, packed = bytes.fromhex(FIELD["data_key"]), *unhex(case, "nonce", "packed")
    header = b"\xc7\x01" + FIELD["number"].to_bytes(4, "big")
    label = lp(FIELD["table"]) + lp(FIELD["column"])
    where = header + lp(FIELD["deployment"]) + UUID(FIELD["case"]).bytes + label + UUID(FIELD["row"]).bytes
    key = by_the_book.hkdf_expand(data_key, b"casetrack/v1/field\0" + label)
    aad = b"casetrack/v1/aad\0" + where
    assert (key.hex(), aad.hex()) == (FIELD["field_key"], FIELD["aad"])
    assert (header + nonce + by_the_book.xaes(key, nonce, packed, aad)).hex() == case["stored"]


@pytest.mark.parametrize("case", cases("certificate.json"))
def test_a_certificate_is_made_again_by_the_book(case: dict[str, Any]) -> None:
    deployment = read("certificate.json")["deployment"]
    by = frozen(*case["certified_by"])
    kem, sign, message = unhex(case, "kem_public", "sign_public", "message")
    about = lp(case["holder"]) + case["version"].to_bytes(4, "big") + lp(kem) + lp(sign)
    subject = hashlib.sha256(b"casetrack/v1/keyset\0" + about).digest()
    assert (subject.hex(), hashlib.sha256(kem).hexdigest()) == (case["digest"], case["key_id"])
    assert case["fingerprint"].replace(" ", "") == base64.b32encode(subject[:20]).decode()
    assert message == by_the_book.certificate_message(deployment, subject, by.public.digest)
    assert by.sign(message).hex() == case["certificate"]


@pytest.mark.parametrize("case", cases("certificate.json"))
def test_a_certificate_is_believed(case: dict[str, Any]) -> None:
    shown = public(case)
    assert (shown.digest.hex(), shown.key_id.hex(), shown.fingerprint) == (
        case["digest"],
        case["key_id"],
        case["fingerprint"],
    )
    check_certificate(read("certificate.json")["deployment"], shown, frozen(*case["certified_by"]).public)


def test_a_seal_is_made_again_and_accepted() -> None:
    case = read("seal.json")
    canonical, message, signature = unhex(case, "canonical", "message", "signature")
    signer = frozen(case["holder"], case["keyset_version"])
    assert message == b"casetrack/v1/seal\0" + lp(case["deployment"]) + canonical
    assert message == seal_message(case["deployment"], canonical)
    assert digest(canonical).hex() == case["digest"]
    assert hashlib.sha256(b"casetrack/v1/seal-digest\0" + canonical).hexdigest() == case["digest"]
    assert signer.sign(message) == signature
    seal = Seal(case["holder"], case["keyset_version"], signature)
    check_seal(seal, deployment=case["deployment"], canonical=canonical, by=signer.public)


def row(case: dict[str, Any]) -> Wrap:
    return Wrap(
        case=UUID(case["case"]),
        number=case["number"],
        commitment=bytes.fromhex(case["commitment"]),
        recipient=WRAP["recipient"],
        recipient_version=WRAP["recipient_version"],
        sender=WRAP["sender"],
        sender_version=WRAP["sender_version"],
        transfer=UUID(case["transfer"]) if case["transfer"] else None,
        sealed=bytes.fromhex(case["sealed"]),
        signature=bytes.fromhex(case["signature"]),
    )


@pytest.mark.parametrize("case", WRAP["cases"])
def test_a_wrap_opens(case: dict[str, Any]) -> None:
    recipient, sender = frozen("refuge", 1), frozen("kent", 1)
    key = unwrap(row(case), recipient=recipient, sender=sender.public, deployment=WRAP["deployment"])
    assert key.bare().hex() == case["data_key"]


@pytest.mark.parametrize("case", WRAP["cases"])
def test_a_wrap_is_read_by_the_book(case: dict[str, Any]) -> None:
    recipient, sender = frozen("refuge", 1), frozen("kent", 1)
    data_key, commitment, sealed, signed, signature = unhex(
        case, "data_key", "commitment", "sealed", "signed", "signature"
    )
    place = UUID(case["case"]).bytes + case["number"].to_bytes(4, "big")
    assert hmac.digest(data_key, b"casetrack/v1/dek-commit\0" + place, "sha256") == commitment
    info = by_the_book.wrap_info(
        WRAP["deployment"],
        UUID(case["case"]),
        case["number"],
        commitment,
        recipient="refuge",
        key_id=recipient.public.key_id,
        sender="kent",
        transfer=UUID(case["transfer"]) if case["transfer"] else None,
    )
    assert info.hex() == case["info"]
    assert by_the_book.hpke_open(bytes.fromhex(WRAP["recipient_held"])[:32], sealed, info) == data_key
    assert signed == by_the_book.wrap_signed(info, 1, 1, sealed)
    assert sender.sign(signed) == signature


def test_a_letter_is_read() -> None:
    case = read("letter.json")
    context, sealed = unhex(case, "context", "sealed")
    mine = frozen(case["holder"], case["version"])
    assert open_letter(sealed, mine=mine, context=context, deployment=case["deployment"]) == case["text"]
    info = by_the_book.letter_info(sealed[:6], case["deployment"], case["holder"], mine.public.key_id, context)
    assert info.hex() == case["info"]
    assert by_the_book.hpke_open(bytes.fromhex(case["held"])[:32], sealed[6:], info) == pack(case["text"])


def under_root(root: bytes, holder: str, use: str, context: bytes, sealed: bytes, plain: bytes) -> bool:
    """True when the plain bytes, sealed by the book under the same nonce, are the sealed ones."""
    key = by_the_book.hkdf_expand(root, b"casetrack/v1/root\0" + lp(use))
    aad = b"casetrack/v1/root-aad\0\xc7\x02" + lp(holder) + lp(use) + lp(context)
    return sealed == b"\xc7\x02" + sealed[2:26] + by_the_book.xaes(key, sealed[2:26], plain, aad)


def test_a_kept_keyset_opens() -> None:
    case = read("root.json")["keyset"]
    root, held, sealed = unhex(case, "root", "held", "sealed")
    expected = frozen(case["holder"], case["version"])
    opened = HolderKeyset.open(sealed, RootKey(case["holder"], root), public=expected.public)
    assert opened.sign(b"message") == expected.sign(b"message")
    assert under_root(root, case["holder"], "keyset", expected.public.digest, sealed, held)


class FrozenService:
    """A service of keys that has the one of the vector."""

    def __init__(self, case: dict[str, Any]) -> None:
        self.key, self.key_id, self.aad = unhex(case, "key", "key_id", "aad")

    def current(self) -> bytes:
        return self.key_id

    def encrypt(self, key_id: bytes, nonce: bytes, plain: bytes, aad: bytes) -> bytes:
        assert (key_id, aad) == (self.key_id, self.aad)
        return AESGCM(self.key).encrypt(nonce, plain, aad)

    def decrypt(self, key_id: bytes, nonce: bytes, sealed: bytes, aad: bytes) -> bytes:
        assert (key_id, aad) == (self.key_id, self.aad)
        return AESGCM(self.key).decrypt(nonce, sealed, aad)


def test_a_keyset_under_a_root_elsewhere_opens_and_is_made_again() -> None:
    case = read("remote-root.json")
    nonce, held, sealed = unhex(case, "nonce", "held", "sealed")
    service, expected = FrozenService(case), frozen(case["holder"], case["version"])
    root = RemoteRoot(case["holder"], service)

    opened = HolderKeyset.open(sealed, root, public=expected.public)
    assert opened.sign(b"message") == expected.sign(b"message")
    header = b"\xc7\x07" + lp(service.key_id)
    aad = header + lp(case["holder"]) + lp("keyset") + lp(expected.public.digest)
    assert service.aad == b"casetrack/v1/remote-root-aad\0" + aad
    assert sealed == header + nonce + service.encrypt(service.key_id, nonce, held, service.aad)


def test_a_kept_log_key_opens() -> None:
    case = read("root.json")["log_key"]
    root, seed, public_half, sealed = unhex(case, "root", "seed", "public", "sealed")
    opened = LogKey.open(sealed, RootKey("audit-log", root), public=public_half)
    assert opened.sign(b"message") == LogKey(seed).sign(b"message")
    assert under_root(root, "audit-log", "log-key", public_half, sealed, seed)


def test_a_key_file_opens(tmp_path: Path) -> None:
    case = read("root.json")["file"]
    (tmp_path / "roots").write_text(case["content"], encoding="utf-8")
    opened = RootFile.open(tmp_path / "roots", case["passphrase"])
    for holder, root in case["roots"].items():
        kept = RootKey(holder, bytes.fromhex(root)).seal("use", b"", b"plain")
        assert opened.root(holder).open("use", b"", kept) == b"plain"


def test_a_session_opens() -> None:
    case = read("session.json")
    held, sealed = unhex(case, "held", "sealed")
    assert token_digest(case["token"]).hex() == case["digest"]
    assert SessionBox(case["token"]).open(sealed) == held
    assert by_the_book.session_seal(case["token"], sealed[2:26], pack(held)) == sealed


def test_the_frozen_private_halves_have_the_frozen_public_ones() -> None:
    for case in cases("certificate.json"):
        private = keyset(case)
        private.public.verify(b"message", private.sign(b"message"))
        assert private.open_sealed(private.public.seal(b"plain", b""), b"") == b"plain"
