"""The bytes that every format here is made of: fixed-width numbers, length-prefixed parts and labels."""

_LONGEST_PART = 0xFFFF


def u32be(number: int) -> bytes:
    """Four bytes, most significant first."""
    return number.to_bytes(4, "big")


def lp(part: str | bytes) -> bytes:
    """The part after its length in two bytes, most significant first; text as UTF-8. At most 65,535 bytes."""
    encoded = part.encode() if isinstance(part, str) else part
    if len(encoded) > _LONGEST_PART:
        raise ValueError("a length-prefixed part holds at most 65,535 bytes")
    return len(encoded).to_bytes(2, "big") + encoded


def labelled(label: str, *parts: bytes) -> bytes:
    """The label, a zero byte, and the parts: no two uses of a key or a hash can share an input."""
    return b"".join((label.encode("ascii"), b"\0", *parts))
