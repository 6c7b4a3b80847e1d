"""A case is named so that it can be read aloud, copied by hand and looked for without finding somebody else's."""

from collections.abc import Callable
from itertools import cycle

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from casetrack.domain.errors import MistypedReference
from casetrack.domain.references import ALPHABET, MISREAD, Reference, new_pseudonym, new_reference, read_reference

NUMBERS = st.lists(st.integers(0, 31), min_size=7, max_size=7)
REFERENCES = NUMBERS.map(lambda numbers: new_reference(choosing(*numbers)))
WRITTEN = "CT-7K3M-92Q2"
"""The example that the refusal shows."""
PLACES = [0, 1, 3, 4, 5, 6, 8, 9, 10, 11]
"""Where the letters of a reference stand; a hyphen stands between."""


def choosing(*numbers: int) -> Callable[[int], int]:
    """Chance that gives these numbers, one after another."""
    given_in_turn = cycle(numbers)
    return lambda below: next(given_in_turn) % below


def replaced(reference: str, place: int, letter: str) -> str:
    return reference[:place] + letter + reference[place + 1 :]


@given(REFERENCES)
def test_a_new_reference_is_written_in_one_way(reference: Reference) -> None:
    assert len(reference) == len(WRITTEN)
    assert (reference[:3], reference[7]) == ("CT-", "-")
    assert set(reference[3:].replace("-", "")) <= set(ALPHABET)


def test_the_check_character_is_luhns_over_thirty_two_letters() -> None:
    """By hand, from the right: 1 doubled is 2; 2; 3 doubled is 6; 4; 5 doubled is 10; 6; 7 doubled is 14: 44 in all."""
    assert new_reference(choosing(7, 6, 5, 4, 3, 2, 1)) == f"CT-7654-321{ALPHABET[64 - 44]}"


def test_a_doubled_letter_of_more_than_one_place_counts_by_its_digits() -> None:
    """31 doubled is 62, written 1 and 30 in base 32: 31, and 1 more makes a whole 32."""
    assert new_reference(choosing(0, 0, 0, 0, 0, 0, 31)) == f"CT-0000-00Z{ALPHABET[1]}"


@given(REFERENCES)
def test_a_reference_is_read_as_it_was_written(reference: Reference) -> None:
    assert read_reference(reference) == reference


@given(REFERENCES)
@pytest.mark.parametrize(
    "typed",
    [
        pytest.param(str.lower, id="in small letters"),
        pytest.param(lambda text: text.removeprefix("CT-"), id="without CT"),
        pytest.param(lambda text: text.removeprefix("CT"), id="without CT, with its hyphen"),
        pytest.param(lambda text: text.replace("-", ""), id="without hyphens"),
        pytest.param(lambda text: text.replace("-", " "), id="with spaces"),
        pytest.param(lambda text: f"  {text}\t\n", id="with spaces around it"),
        pytest.param(" ".join, id="spelled out"),
        pytest.param(lambda text: text[3:].replace("-", "").lower(), id="without anything that can go"),
    ],
)
def test_a_reference_is_read_however_it_is_spaced(typed: Callable[[str], str], reference: Reference) -> None:
    assert read_reference(typed(reference)) == reference


@given(NUMBERS)
def test_a_reference_that_begins_with_the_same_letters_needs_no_prefix_either(numbers: list[int]) -> None:
    c, t = ALPHABET.index("C"), ALPHABET.index("T")
    reference = new_reference(choosing(c, t, *numbers[2:]))

    assert reference.startswith("CT-CT")
    assert read_reference(reference.removeprefix("CT-")) == reference


@given(REFERENCES, st.sampled_from([("1", "I"), ("1", "L"), ("0", "O"), ("V", "U")]))
def test_a_letter_that_looks_like_another_is_read_as_that_one(reference: Reference, misread: tuple[str, str]) -> None:
    right, wrong = misread

    assert read_reference(reference[3:].replace(right, wrong)) == reference
    assert read_reference(reference[3:].replace(right, wrong.lower())) == reference


@settings(max_examples=20)
@given(REFERENCES)
@pytest.mark.parametrize("place", PLACES)
def test_every_single_wrong_character_is_noticed(place: int, reference: Reference) -> None:
    for letter in [*ALPHABET, "I", "L", "O", "U", "!", "é", "٣"]:
        if letter.translate(MISREAD) != reference[place]:
            with pytest.raises(MistypedReference):
                read_reference(replaced(reference, place, letter))


@given(REFERENCES, st.integers(0, 6))
def test_neighbours_the_wrong_way_round_are_noticed_unless_they_are_nought_and_z(
    reference: Reference, place: int
) -> None:
    letters = reference[3:].replace("-", "")
    left, right = letters[place], letters[place + 1]
    assume(left != right)
    swapped = letters[:place] + right + left + letters[place + 2 :]

    if {left, right} == {"0", "Z"}:
        assert read_reference(swapped) != reference
    else:
        with pytest.raises(MistypedReference):
            read_reference(swapped)


@given(REFERENCES, st.sampled_from(PLACES))
def test_a_character_that_was_left_out_is_noticed(reference: Reference, place: int) -> None:
    with pytest.raises(MistypedReference):
        read_reference(replaced(reference, place, ""))


@given(REFERENCES, st.sampled_from(PLACES), st.sampled_from(ALPHABET))
def test_a_character_too_many_is_noticed(reference: Reference, place: int, letter: str) -> None:
    with pytest.raises(MistypedReference):
        read_reference(reference[:place] + letter + reference[place:])


@given(st.text())
def test_whatever_is_typed_is_a_reference_in_its_one_form_or_is_refused(text: str) -> None:
    try:
        reference = read_reference(text)
    except MistypedReference:
        return
    assert read_reference(reference) == reference


@pytest.mark.parametrize("text", ["", " ", "-", "CT", "CT-", "CTCT-7K3M-92Q2", "CT-CT-7K3M-92Q2", "7K3M"])
def test_what_is_no_reference_at_all_is_refused(text: str) -> None:
    with pytest.raises(MistypedReference):
        read_reference(text)


def test_the_reference_that_the_refusal_shows_is_a_good_one() -> None:
    assert WRITTEN in MistypedReference.sentence
    assert read_reference(WRITTEN) == WRITTEN


def test_a_pseudonym_is_two_words_each_of_its_own_list() -> None:
    words = (["bright", "calm", "gold"], ["bell", "kite"])

    assert new_pseudonym(words, choosing(0, 1)) == "bright kite"
    assert new_pseudonym(words, choosing(2, 0)) == "gold bell"


def test_chance_is_asked_for_no_word_that_is_not_on_its_list() -> None:
    asked: list[int] = []

    def last(below: int) -> int:
        asked.append(below)
        return below - 1

    assert new_pseudonym((["bright", "calm", "gold"], ["bell", "kite"]), last) == "gold kite"
    assert asked == [3, 2]
