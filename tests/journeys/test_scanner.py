"""The scanner for canaries finds what it is to find: without this a clean scan would mean nothing."""

import base64
from pathlib import Path

import pytest

from tests.journeys.scanner import BLOCK, Scanner

WORD = "Kanarie7Qx3Vogel"
WRITTEN = {
    "plain": WORD.encode(),
    "casefolded": WORD.casefold().encode(),
    "in capitals": WORD.upper().encode(),
    "UTF-16-LE": WORD.encode("utf-16-le"),
    "UTF-16-BE": WORD.encode("utf-16-be"),
    "hexadecimal": WORD.encode().hex().encode(),
    "hexadecimal in capitals": WORD.encode().hex().upper().encode(),
    "casefolded hexadecimal": WORD.casefold().encode().hex().encode(),
    "UTF-16-LE in hexadecimal": WORD.encode("utf-16-le").hex().encode(),
    "base64": base64.b64encode(WORD.encode()),
    "base64, one byte on": base64.b64encode(b"x" + WORD.encode()),
    "base64, two bytes on": base64.b64encode(b"xy" + WORD.encode() + b"z"),
    "base64 for addresses": base64.urlsafe_b64encode(b"xy" + WORD.encode()),
    "casefolded base64": base64.b64encode(b"x" + WORD.casefold().encode()),
}


@pytest.mark.parametrize("content", WRITTEN.values(), ids=WRITTEN)
def test_a_word_is_found_however_it_is_written(content: bytes) -> None:
    assert list(Scanner(WORD).in_bytes(b"before " + content + b" after", "here"))


def test_nothing_is_found_where_the_word_is_not() -> None:
    assert not list(Scanner(WORD).in_bytes(b"Kanarie7Qx3" * 1000, "here"))


def test_a_word_is_found_where_two_blocks_of_a_file_meet(tmp_path: Path) -> None:
    path = tmp_path / "large"
    path.write_bytes(b"\0" * (BLOCK - 5) + WORD.encode() + b"\0" * 100)
    (found,) = Scanner(WORD).in_folder(tmp_path)
    assert found.place == str(path)
    assert found.encoding == "UTF-8"
