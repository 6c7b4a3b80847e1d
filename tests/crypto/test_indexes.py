"""A tag is what `docs/formats/indexes.md` says it is, and tells nothing to whoever has another key."""

import hmac
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casetrack.crypto.indexes import MOST_BITS, leftmost, search_marks, tags
from tests.crypto.by_the_book import hkdf_expand, lp
from tests.crypto.samples import HOLDERS, made, read

VECTORS = read("tag.json")
ROOT = bytes.fromhex(VECTORS["index_root"])
OTHER_ROOT = bytes(32)
ENTRY = ("document", 256, "AB123456")


def in_bits(tag: bytes) -> str:
    return "".join(f"{byte:08b}" for byte in tag)


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["what"])
def test_a_tag_is_made_again_for_ever(case: dict[str, Any]) -> None:
    assert [tag.hex() for tag in tags(ROOT, [(case["index"], case["bits"], case["value"])])] == [case["tag"]]


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["what"])
def test_a_tag_is_made_again_by_the_book(case: dict[str, Any]) -> None:
    key = hkdf_expand(ROOT, b"casetrack/v1/index\0" + lp(case["index"]))
    digest = hmac.digest(key, lp(case["value"]), "sha256")
    kept, spare = in_bits(bytes.fromhex(case["tag"])), -case["bits"] % 8
    assert (key.hex(), digest.hex()) == (case["key"], case["digest"])
    assert kept == in_bits(digest)[: case["bits"]] + "0" * spare


@pytest.mark.parametrize("case", VECTORS["marks"], ids=lambda case: case["index"])
def test_a_mark_is_made_again_by_the_book(case: dict[str, Any]) -> None:
    key = hkdf_expand(ROOT, b"casetrack/v1/search-mark\0" + lp(case["index"]))
    assert key.hex() == case["key"]
    assert hmac.digest(key, lp(case["value"]), "sha256").hex() == case["mark"]
    assert [mark.hex() for mark in search_marks(ROOT, [(case["index"], case["value"])])] == [case["mark"]]


@given(st.binary(min_size=32, max_size=32), st.integers(1, MOST_BITS))
def test_a_tag_has_the_first_bits_and_nothing_after_them(digest: bytes, bits: int) -> None:
    kept = in_bits(leftmost(digest, bits))
    assert kept[:bits] == in_bits(digest)[:bits]
    assert set(kept[bits:]) <= {"0"}
    assert len(kept) - bits < 8


@pytest.mark.parametrize("bits", [0, -1, 257])
def test_a_tag_has_from_1_to_256_bits(bits: int) -> None:
    with pytest.raises(ValueError, match="from 1 to 256 bits"):
        tags(ROOT, [("document", bits, "AB123456")])


@pytest.mark.parametrize("other", [("documents", 256, "AB123456"), ("document", 256, "AB12345")])
def test_another_index_or_value_has_another_tag(other: tuple[str, int, str]) -> None:
    one, two = tags(ROOT, [ENTRY, other])
    assert one != two


def test_another_holder_or_version_has_other_tags() -> None:
    keysets = (HOLDERS.kent, HOLDERS.refuge, made("kent", 2))
    assert len({keyset.tags([ENTRY])[0] for keyset in keysets}) == 3
    assert tags(ROOT, [ENTRY]) != tags(OTHER_ROOT, [ENTRY])


def test_a_mark_is_never_a_tag() -> None:
    index, _, value = ENTRY
    assert HOLDERS.kent.search_marks([(index, value)]) != HOLDERS.kent.tags([ENTRY])


@given(st.lists(st.tuples(st.sampled_from(["name", "phone"]), st.integers(1, MOST_BITS), st.text(max_size=9))))
def test_tags_come_in_the_order_of_their_entries(entries: list[tuple[str, int, str]]) -> None:
    assert tags(ROOT, entries) == [tag for entry in entries for tag in tags(ROOT, iter([entry]))]
