"""The formats as another program would write them: from the published texts and `docs/formats/sealing.md` alone.

Nothing here is imported from the room under test, so that the two can disagree.
"""

import hashlib
import hmac
import struct
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB


def lp(part: str | bytes) -> bytes:
    """u16be(len(x)) || x."""
    encoded = part.encode() if isinstance(part, str) else part
    return struct.pack(">H", len(encoded)) + encoded


def hkdf_expand(key: bytes, info: bytes) -> bytes:
    """The first block of RFC 5869 section 2.3, which is all that 32 bytes need."""
    return hmac.digest(key, info + b"\x01", "sha256")


def hkdf(secret: bytes, info: bytes) -> bytes:
    """RFC 5869 section 2 without a salt."""
    return hkdf_expand(hmac.digest(bytes(32), secret, "sha256"), info)


def xaes(key: bytes, nonce: bytes, plain: bytes, aad: bytes) -> bytes:
    """Steps 1 to 6 of the C2SP specification, block by block."""
    block = Cipher(AES(key), ECB()).encryptor()  # noqa: S305 -- single blocks, as the specification is written
    left = int.from_bytes(block.update(bytes(16)), "big")
    k1 = (left << 1) % 2**128 ^ (0x87 if left >> 127 else 0)
    messages = (bytes([0, counter, 0x58, 0]) + nonce[:12] for counter in (1, 2))
    masked = ((int.from_bytes(message, "big") ^ k1).to_bytes(16, "big") for message in messages)
    derived = b"".join(block.update(message) for message in masked)
    return AESGCM(derived).encrypt(nonce[12:], plain, aad)


def certificate_message(deployment: str, digest: bytes, by_digest: bytes) -> bytes:
    """What a certificate signs: section 5."""
    return b"casetrack/v1/keyset-certificate\0" + lp(deployment) + digest + by_digest


def wrap_info(
    deployment: str,
    case: UUID,
    number: int,
    commitment: bytes,
    *,
    recipient: str,
    key_id: bytes,
    sender: str,
    transfer: UUID | None,
) -> bytes:
    """What a wrap is bound to: section 6."""
    place = lp(deployment) + case.bytes + struct.pack(">I", number) + commitment
    names = lp(recipient) + key_id + lp(sender) + (transfer.bytes if transfer else bytes(16))
    return b"casetrack/v1/hpke-dek-wrap\0" + place + names


def wrap_signed(info: bytes, recipient_version: int, sender_version: int, sealed: bytes) -> bytes:
    """What the sender of a wrap signs: section 6."""
    versions = struct.pack(">II", recipient_version, sender_version)
    return b"casetrack/v1/dek-wrap-signature\0" + versions + lp(info) + hashlib.sha256(sealed).digest()


def letter_info(header: bytes, deployment: str, holder: str, key_id: bytes, context: bytes) -> bytes:
    """What a letter is bound to: section 8."""
    return b"casetrack/v1/letter\0" + header + lp(deployment) + lp(holder) + key_id + lp(context)


def session_seal(token: str, nonce: bytes, packed: bytes) -> bytes:
    """A session's bytes as they are kept: section 10."""
    key = hkdf(token.encode(), b"casetrack/v1/session\0")
    aad = b"casetrack/v1/session-aad\0\xc7\x04" + hashlib.sha256(token.encode()).digest()
    return b"\xc7\x04" + nonce + xaes(key, nonce, packed, aad)


def x_wing_decapsulate(seed: bytes, ciphertext: bytes) -> bytes:
    """`Decapsulate` of draft-connolly-cfrg-xwing-kem."""
    expanded = hashlib.shake_256(seed).digest(96)
    x25519 = X25519PrivateKey.from_private_bytes(expanded[64:])
    secret_m = MLKEM768PrivateKey.from_seed_bytes(expanded[:64]).decapsulate(ciphertext[:1088])
    secret_x = x25519.exchange(X25519PublicKey.from_public_bytes(ciphertext[1088:]))
    public_x = x25519.public_key().public_bytes_raw()
    return hashlib.sha3_256(secret_m + secret_x + ciphertext[1088:] + public_x + rb"\.//^" + b"\\").digest()


def hpke_open(seed: bytes, sealed: bytes, info: bytes) -> bytes:
    """`OpenBase` of RFC 9180 with KEM 0x647a, HKDF-SHA256 and AES-256-GCM, no additional data."""
    suite = b"HPKE" + struct.pack(">HHH", 0x647A, 0x0001, 0x0002)
    shared = x_wing_decapsulate(seed, sealed[:1120])

    def extract(salt: bytes, label: bytes, secret: bytes) -> bytes:
        return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + secret, "sha256")

    def expand(secret: bytes, label: bytes, context: bytes, length: int) -> bytes:
        return hkdf_expand(secret, struct.pack(">H", length) + b"HPKE-v1" + suite + label + context)[:length]

    context = b"\x00" + extract(b"", b"psk_id_hash", b"") + extract(b"", b"info_hash", info)
    secret = extract(shared, b"secret", b"")
    key, nonce = expand(secret, b"key", context, 32), expand(secret, b"base_nonce", context, 12)
    return AESGCM(key).decrypt(nonce, sealed[1120:], b"")


def floe_kdf(key: bytes, begins: bytes, purpose: bytes, aad: bytes, size: int) -> bytes:
    """`FLOE_KDF`: HKDF-Expand with SHA-384, block after block."""
    made, block = b"", b""
    for number in range(1, -(-size // 48) + 1):
        block = hmac.digest(key, block + begins + purpose + aad + bytes([number]), "sha384")
        made += block
    return made[:size]


def floe_seal(
    key: bytes, plain: bytes, aad: bytes, segment: int, iv: bytes, nonces: list[bytes], *, key_lasts: int = 20
) -> list[bytes]:
    """The header and the segments of the FLOE specification, under an IV and nonces that are given."""
    begins = struct.pack(">BBII", 0, 0, segment, 32) + iv
    made = [begins + floe_kdf(key, begins, b"HEADER_TAG:", aad, 32)]
    message_key = floe_kdf(key, begins, b"MESSAGE_KEY:", aad, 48)
    parts = [plain[at : at + segment - 32] for at in range(0, len(plain), segment - 32)] or [b""]
    for number, (part, nonce) in enumerate(zip(parts, nonces, strict=True)):
        masked = struct.pack(">Q", number - number % 2**key_lasts)
        is_last = number == len(parts) - 1
        cipher = AESGCM(floe_kdf(message_key, begins, b"DEK:" + masked, aad, 32))
        sealed = nonce + cipher.encrypt(nonce, part, struct.pack(">QB", number, is_last))
        made.append((struct.pack(">I", len(sealed) + 4) if is_last else b"\xff" * 4) + sealed)
    return made


def file_chunks(
    key: bytes, deployment: str, case: UUID, file: UUID, plain: bytes, iv: bytes, nonces: list[bytes]
) -> list[bytes]:
    """A file as it is kept: files.md, sections 2 and 3. There are as many chunks as nonces."""
    aad = b"casetrack/v1/file\0" + lp(deployment) + case.bytes + file.bytes
    return floe_seal(key, plain.ljust(len(nonces) * 65_504, b"\0"), aad, 65_536, iv, nonces)


def file_digest(chunks: list[bytes]) -> bytes:
    """What the sealed field says of the chunks: files.md, section 4."""
    hashes = b"".join(hashlib.sha256(chunk).digest() for chunk in chunks)
    return hashlib.sha256(b"casetrack/v1/file-digest\0" + hashes).digest()
