"""What a sealed field holds and how long it looks: one type byte, the value, zeros up to a step.

`pack` and `unpack` are the P and Q of `docs/formats/sealing.md`, section 4.
"""

import json
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from types import NoneType
from typing import Any, Final, TypeAlias

import rfc8785

from casetrack.crypto.encoding import lp, u32be
from casetrack.crypto.errors import CannotOpen, CannotSeal, Reason

Value: TypeAlias = str | int | date | bytes | list[Any] | dict[str, Any] | None

_LABEL: Final = re.compile(r"[a-z][a-z0-9._-]{0,62}")
_STEPS: Final = (32, 64, 128, 256, 512, 1024)
_STEP: Final = 1024
_INT_SIZE: Final = 8
_EXACT_IN_JSON: Final = 2**53 - 1


@dataclass(frozen=True)
class FieldLabel:
    """The frozen name of a sealed field, declared with it: a column that is renamed keeps its label for ever."""

    table: str
    column: str

    def __post_init__(self) -> None:
        if not (_LABEL.fullmatch(self.table) and _LABEL.fullmatch(self.column)):
            raise ValueError("a label is 1 to 63 of a-z, 0-9, dot, dash and underscore, and begins with a letter")

    @cached_property
    def written(self) -> bytes:
        """The label as keys and additional data have it."""
        return lp(self.table) + lp(self.column)


def pack(value: Value) -> bytes:
    """The value under its type byte, its length before it, zeros after it up to the next step."""
    return _padded(_encoded(value))


def unpack(packed: bytes) -> Value:
    """The value that was packed; any other length, padding or type is `CannotOpen`."""
    encoded = packed[4 : 4 + int.from_bytes(packed[:4], "big")]
    if _padded(encoded) != packed:
        raise CannotOpen(Reason.SHAPE)
    return _decoded(encoded)


def _padded(encoded: bytes) -> bytes:
    length = 4 + len(encoded)
    size = _STEPS[bisect_left(_STEPS, length)] if length <= _STEP else -(-length // _STEP) * _STEP
    return (u32be(len(encoded)) + encoded).ljust(size, b"\0")


def _encoded(value: Value) -> bytes:
    kind = _WRITERS.get(type(value))
    if kind is None:
        raise CannotSeal(f"a {type(value).__name__} has no form in a sealed field")
    byte, write = kind
    # The writer's own error would carry the value, so it is dropped and ours is raised outside its reach.
    try:
        return byte + write(value)
    except (ValueError, OverflowError, RecursionError):
        pass
    raise CannotSeal(f"this {type(value).__name__} has no form in a sealed field")


def _decoded(encoded: bytes) -> Value:
    read = _READERS.get(encoded[:1])
    if read is not None:
        # The reader's own error would carry what was sealed, so it is dropped and ours is raised outside its reach.
        try:
            return read(encoded[1:])
        except (ValueError, RecursionError):
            pass
    raise CannotOpen(Reason.SHAPE)


def _write_text(text: str) -> bytes:
    return unicodedata.normalize("NFC", text).encode()


def _write_int(number: int) -> bytes:
    return number.to_bytes(_INT_SIZE, "big", signed=True)


def _write_date(day: date) -> bytes:
    return day.isoformat().encode()


def _read_null(body: bytes) -> None:
    if body:
        raise ValueError("null has no body")


def _read_int(body: bytes) -> int:
    if len(body) != _INT_SIZE:
        raise ValueError("a number has eight bytes")
    return int.from_bytes(body, "big", signed=True)


def _read_date(body: bytes) -> date:
    day = date.fromisoformat(body.decode())
    if _write_date(day) != body:  # Python also reads 20240229 and 2024-W09-4, which nothing here writes.
        raise ValueError("a date is YYYY-MM-DD")
    return day


def _read_json(body: bytes) -> list[Any] | dict[str, Any]:
    held = json.loads(body, parse_int=_read_json_number)
    if not isinstance(held, list | dict):
        raise ValueError("JSON holds a list or an object")  # noqa: TRY004 -- `_decoded` turns it into `CannotOpen`
    return held


def _read_json_number(digits: str) -> int | float:
    """RFC 8785 writes a large float without a point; beyond 53 bits it can only have been one."""
    number = int(digits)
    return number if abs(number) <= _EXACT_IN_JSON else float(number)


# The exact type decides: a bool is not a number here, nor a datetime a date.
_WRITERS: Final[dict[type, tuple[bytes, Callable[[Any], bytes]]]] = {
    NoneType: (b"\x00", lambda _: b""),
    str: (b"\x01", _write_text),
    int: (b"\x02", _write_int),
    date: (b"\x03", _write_date),
    list: (b"\x04", rfc8785.dumps),
    dict: (b"\x04", rfc8785.dumps),
    bytes: (b"\x05", lambda held: held),
}
_READERS: Final[dict[bytes, Callable[[bytes], Value]]] = {
    b"\x00": _read_null,
    b"\x01": bytes.decode,
    b"\x02": _read_int,
    b"\x03": _read_date,
    b"\x04": _read_json,
    b"\x05": lambda body: body,
}
