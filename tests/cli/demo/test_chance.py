"""Chance that comes out the same every time."""

from collections import Counter
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casetrack.cli.demo.chance import Stream


def test_the_same_words_give_the_same_numbers_for_ever() -> None:
    stream = Stream("casetrack", "life", 7)

    assert [stream.below(1000) for _ in range(5)] == [803, 528, 71, 210, 765]
    assert str(stream.uuid()) == "ebff14d9-1244-496b-a058-f1fea6a1ad08"


@pytest.mark.parametrize("words", [("casetrack", "life", 8), ("casetrack", "lif", "e7"), ("x", "life", 7)])
def test_other_words_give_other_numbers(words: tuple[object, ...]) -> None:
    assert Stream(*words).bytes(32) != Stream("casetrack", "life", 7).bytes(32)


@given(st.lists(st.integers(1, 200), max_size=8))
def test_it_does_not_matter_how_the_bytes_are_asked_for(sizes: list[int]) -> None:
    stream = Stream("a")

    assert b"".join(stream.bytes(size) for size in sizes) == Stream("a").bytes(sum(sizes))


@given(st.integers(1, 10**6), st.integers())
def test_a_number_below_a_limit_is(limit: int, word: int) -> None:
    assert 0 <= Stream(word).below(limit) < limit


def test_every_choice_is_as_likely_as_its_weight() -> None:
    stream = Stream("weights")
    counted = Counter(stream.weigh({"often": 3, "never": 0, "seldom": 1}) for _ in range(4000))

    assert counted["never"] == 0
    assert 2.6 < counted["often"] / counted["seldom"] < 3.4


def test_half_of_all_lags_are_under_the_median() -> None:
    stream = Stream("lags")
    days = [stream.days(20, 2.2, least=2) for _ in range(2000)]

    assert 18 <= median(days) <= 22
    assert min(days) == 2


def test_between_gives_both_ends_and_never_less_than_the_least() -> None:
    stream = Stream("between")

    assert {stream.between(1, 3) for _ in range(100)} == {1, 2, 3}
    assert stream.between(5, 2) == 5


def test_a_deployment_can_draw_from_it() -> None:
    chance, same = Stream("a").chance(), Stream("a")

    assert (chance.below(10), chance.uuid(), chance.bytes(3)) == (same.below(10), same.uuid(), same.bytes(3))
