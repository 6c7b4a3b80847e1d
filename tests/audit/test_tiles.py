"""A log as files: where each lies, what is in it, and that whatever is done to one is named."""

from collections.abc import Callable
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casetrack.audit.checkpoint import Checkpoint
from casetrack.audit.export_errors import (
    BundleMalformed,
    EntryChanged,
    FileMissing,
    LeafTooLong,
    TileChanged,
    TileMalformed,
    TilePathMalformed,
    TilesDiffer,
)
from casetrack.audit.tiles import WIDTH, Place, places, tiled, verified_bundles
from casetrack.audit.tree import leaf_hash, root_of
from tests.audit.logs import ORIGIN, leaves

SIZES = (0, 1, 2, 255, 256, 257, 511, 512, 700)
LARGE = 65_536 + 256 + 3


def files(count: int) -> dict[str, bytes]:
    """A log of so many entries, in files."""
    return {place.path(): content for place, content in tiled(leaves(count))}


def checkpoint(count: int) -> Checkpoint:
    return Checkpoint(ORIGIN, count, root_of(map(leaf_hash, leaves(count))))


@pytest.mark.parametrize(
    ("place", "path"),
    [
        (Place(0, 0), "tile/0/000"),
        (Place(0, 1_234_067), "tile/0/x001/x234/067"),
        (Place(3, 999), "tile/3/999"),
        (Place(1, 1000, 17), "tile/1/x001/000.p/17"),
        (Place(None, 5, 255), "tile/entries/005.p/255"),
    ],
)
def test_a_file_lies_where_the_format_says(place: Place, path: str) -> None:
    assert place.path() == path
    assert Place.parse(path) == place


@pytest.mark.parametrize(
    "path",
    [
        *("", "tile/0/0", "tile/0/00", "tile/0/0000", "tile/00/000", "tile/8/000", "tile/-1/000", "tile/0/x000/001"),
        *("tile/0/001/000", "tile/0/x01/000", "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01", "tile/0/000.p/"),
        *(
            "/tile/0/000",
            "tile/0/000/",
            "tile/entries/00x",
            "tile/Entries/000",
            "tile/0/\u0660\u0660\u0660",
            "checkpoint",
        ),
    ],
)
def test_any_other_path_is_of_no_file(path: str) -> None:
    with pytest.raises(TilePathMalformed):
        Place.parse(path)


@given(st.one_of(st.none(), st.integers(0, 7)), st.integers(0, 2**56), st.integers(1, WIDTH))
def test_a_place_has_a_path_of_its_own(level: int | None, index: int, width: int) -> None:
    place = Place(level, index, width)
    assert Place.parse(place.path()) == place


def test_the_example_of_the_format_has_its_files() -> None:
    found = list(places(70_000))
    tiles = [(place.level, place.width) for place in found if place.level is not None]
    assert tiles.count((0, WIDTH)) == 273
    assert [tile for tile in tiles if tile[0] or tile[1] < WIDTH] == [(0, 112), (1, WIDTH), (1, 17), (2, 1)]
    assert [place.width for place in found if place.level is None] == [WIDTH] * 273 + [112]


@pytest.mark.parametrize("count", SIZES)
def test_a_log_has_exactly_the_files_of_its_size_and_they_are_as_its_checkpoint_says(count: int) -> None:
    made = files(count)
    assert set(made) == {place.path() for place in places(count)}
    assert [*chain.from_iterable(verified_bundles(checkpoint(count), made.get))] == leaves(count)


def test_a_longer_log_changes_no_file_of_a_shorter_one() -> None:
    shorter, longer = files(600), files(700)
    assert all(longer.get(path, content) == content for path, content in shorter.items())


def test_a_level_more_begins_where_the_one_below_is_full() -> None:
    made = files(LARGE)
    assert {path for path in made if path.startswith("tile/2/")} == {"tile/2/000.p/1"}
    assert sum(map(len, verified_bundles(checkpoint(LARGE), made.get))) == LARGE


def test_a_leaf_that_no_bundle_can_hold_is_named() -> None:
    assert list(tiled([bytes(65_535)]))
    with pytest.raises(LeafTooLong, match="Entry 1 "):
        list(tiled([b"", bytes(65_536)]))


def flipped(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


def refused(made: dict[str, bytes], count: int) -> Exception:
    with pytest.raises(Exception, match=r"\.$") as found:
        list(verified_bundles(checkpoint(count), made.get))
    return found.value


@pytest.mark.parametrize("count", [3, 700])
def test_every_file_that_is_missing_is_named(count: int) -> None:
    whole = files(count)
    for path in whole:
        found = refused({name: content for name, content in whole.items() if name != path}, count)
        assert (type(found), path in str(found)) == (FileMissing, True)


@pytest.mark.parametrize(
    "cut",
    [lambda content: content[:-1], lambda content: content + b"\0", lambda _: b""],
    ids=["short", "long", "empty"],
)
def test_every_file_that_is_too_long_or_too_short_is_named(cut: Callable[[bytes], bytes]) -> None:
    whole = files(700)
    for path, content in whole.items():
        found = refused({**whole, path: cut(content)}, 700)
        assert isinstance(found, TileMalformed | BundleMalformed)
        assert path in str(found)


def test_every_bit_of_every_hash_is_that_of_the_log() -> None:
    whole = files(700)
    kinds = {"tile/1/000.p/2": TilesDiffer, "tile/0/002.p/188": TilesDiffer}
    for path in (path for path in whole if "entries" not in path):
        for at in range(0, len(whole[path]), 997):
            found = refused({**whole, path: flipped(whole[path], at)}, 700)
            assert isinstance(found, kinds.get(path, TileChanged))


@pytest.mark.parametrize("index", [0, 255, 256, 699])
def test_an_entry_that_was_changed_is_named(index: int) -> None:
    whole, entries = files(700), leaves(700)
    entries[index] = flipped(entries[index], 20)
    forged = whole | {place.path(): content for place, content in tiled(entries) if place.level is None}
    found = refused(forged, 700)
    assert (type(found), str(found).startswith(f"Entry {index} ")) == (EntryChanged, True)


def test_entries_that_changed_places_are_named_by_the_first() -> None:
    whole, entries = files(700), leaves(700)
    entries[300], entries[301] = entries[301], entries[300]
    forged = whole | {place.path(): content for place, content in tiled(entries) if place.level is None}
    assert str(refused(forged, 700)).startswith("Entry 300 ")


@pytest.mark.parametrize("other", [699, 701])
def test_the_files_of_another_size_are_not_those_of_the_checkpoint(other: int) -> None:
    assert isinstance(refused(files(other), 700), FileMissing)
