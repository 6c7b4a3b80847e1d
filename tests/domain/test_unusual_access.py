"""Which accesses are unusual: the four rules, each by itself."""

from collections.abc import Sequence
from datetime import timedelta
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casetrack.domain import access
from casetrack.domain.actions import Action
from casetrack.domain.actors import CASEWORKERS
from casetrack.domain.unusual_access import (
    ASKING_NO_TIE,
    LEAST,
    LOOKS,
    MAKING_NO_TIE,
    NOT_TO_BE_OPENED,
    OF_MANY,
    OF_OFFERS,
    OPENINGS,
    TIMES,
    WORKED,
    Tie,
    days_in_volume,
    is_in_volume,
    is_tied,
    shares_surname,
    usual,
    was_tied,
)
from tests.domain.made import NINE, after

NUMBERS = st.lists(st.integers(0, 200), max_size=WORKED)


def test_a_look_is_what_caseworkers_do_and_changes_nothing() -> None:
    assert all(access.RULES[action].roles <= CASEWORKERS for action in LOOKS)
    assert {action.verb for action in LOOKS} == {"view", "list", "reveal", "open", "see", "name", "find", "copy"}
    assert OF_OFFERS | OF_MANY < LOOKS
    assert OPENINGS == LOOKS - OF_MANY
    assert {"NotFound", "NotPermitted", "PassedOn", "NotOurPart"} == NOT_TO_BE_OPENED


def test_every_look_at_a_case_is_known_as_one() -> None:
    """What else looks is at lists, or at what has two sides, and shows nothing that is sealed of a person."""
    verbs = {"view", "list", "reveal", "open", "see", "name", "find"}
    others = {action for action, rule in access.RULES.items() if rule.roles == CASEWORKERS and action.verb in verbs}
    assert others - LOOKS == {
        *(Action.CASELOAD_VIEW, Action.CASE_LIST, Action.CASE_FIND, Action.CASE_OPEN, Action.TRANSFER_LIST)
    }


# Ties


@pytest.mark.parametrize(
    ("ties", "expected"),
    [
        ([], False),
        ([Tie(NINE)], True),
        ([Tie(after(0.001))], False),
        ([Tie(after(-2), after(-1))], False),
        ([Tie(after(-2), NINE)], False),
        ([Tie(after(-2), after(0.001))], True),
        ([Tie(after(-3), after(-2)), Tie(after(-1))], True),
    ],
)
def test_a_tie_holds_from_its_beginning_and_not_at_its_end(ties: Sequence[Tie], *, expected: bool) -> None:
    assert is_tied(NINE, ties) is expected


@pytest.mark.parametrize(
    ("ties", "expected"),
    [
        ([], False),
        ([Tie(NINE)], False),
        ([Tie(after(-0.001))], True),
        ([Tie(after(-2), NINE)], True),
        ([Tie(after(-2), after(-0.001))], False),
        ([Tie(after(-2), after(1))], True),
        ([Tie(NINE, after(1)), Tie(after(-1))], True),
    ],
)
def test_a_tie_was_there_before_from_after_its_beginning_until_its_end(ties: Sequence[Tie], *, expected: bool) -> None:
    assert was_tied(NINE, ties) is expected


def test_what_asks_for_no_tie_is_no_look() -> None:
    assert not ASKING_NO_TIE & (LOOKS - OF_OFFERS)


def test_every_look_that_asks_for_no_tie_makes_none() -> None:
    """Otherwise nobody would be told how it came about."""
    assert ASKING_NO_TIE & LOOKS == MAKING_NO_TIE


@given(st.lists(st.integers(-9, 9), min_size=2, max_size=2, unique=True), st.integers(-9, 9))
def test_a_tie_that_never_ends_holds_whenever_one_that_does_would(spans: list[int], hour: int) -> None:
    since, until = (NINE + timedelta(hours=each) for each in sorted(spans))
    at = NINE + timedelta(hours=hour)
    assert is_tied(at, [Tie(since)]) >= is_tied(at, [Tie(since, until)])
    assert is_tied(at, [Tie(since, until)]) is (since <= at < until)


# Volume


@pytest.mark.parametrize(
    ("opened", "before", "expected"),
    [
        (19, [], False),
        (20, [], True),
        (20, [0] * 28, True),
        (20, [6] * 28, True),
        (21, [7] * 28, False),
        (22, [7] * 28, True),
        (40, [0] * 13 + [30] * 15, False),
        (40, [0] * 15 + [30] * 13, True),
        (46, [0] * 14 + [30] * 14, True),
        (45, [0] * 14 + [30] * 14, False),
    ],
)
def test_it_is_more_than_three_times_the_median_and_twenty_at_least(
    opened: int, before: list[int], *, expected: bool
) -> None:
    assert is_in_volume(opened, before) is expected


@given(st.integers(0, 500), NUMBERS)
def test_to_open_more_is_never_less_unusual(opened: int, before: list[int]) -> None:
    assert is_in_volume(opened + 1, before) >= is_in_volume(opened, before)
    assert not is_in_volume(min(opened, LEAST - 1), before)
    assert is_in_volume(opened, before) is (opened >= LEAST and opened > TIMES * (median(before) if before else 0))


@given(st.integers(0, 500), NUMBERS, st.integers(0, 200))
def test_to_have_opened_more_before_is_never_more_unusual(opened: int, before: list[int], more: int) -> None:
    assert is_in_volume(opened, [each + more for each in before]) <= is_in_volume(opened, before)


@given(st.dictionaries(st.integers(0, 40), st.integers(0, 80)), st.sets(st.integers(20, 40)))
def test_each_day_is_measured_by_the_days_before_it(opened: dict[int, int], days: set[int]) -> None:
    worked = {day: list(range(day - 1, day - 11, -1)) for day in days}
    found = days_in_volume(opened, worked)
    for day in days:
        before = [opened.get(each, 0) for each in worked[day]]
        assert (day in found) is is_in_volume(opened.get(day, 0), before)
        assert found.get(day, usual(before)) == usual(before)


# Surnames


@pytest.mark.parametrize(
    ("display_name", "family_name"),
    [
        ("Sam Okoro", "Okoro"),
        ("Sam Okoro", "OKORO"),
        ("Linh Nguyen", "Nguyễn"),
        ("Zoë Müller", "Muller"),
        ("Okoro, Sam", "Okoro"),
        ("Okoro", "okoro"),
        ("PC 1234 Okoro", "Okoro"),
        ("Ana Garcia Lopez", "Garcia"),
        ("Jo Smith-Jones", "Jones"),
        ("Ivan Ivanov", "Иванов"),
        ("Ana Garcia", "Garcia Lopez"),
        ("Omar al-Hassan", "Hassan"),
        ("Zoë Müller", "Mueller"),
        ("Zoë Mueller", "Muller"),
        ("Omar Al-Hassan", "Alhassan"),
        ("Omar Al-Hassan", "Al Hassan"),
        ("Omar Alhassan", "al-Hassan"),
        ("Sean O'Brien", "O\u2019Brien"),
        ("Sean O'Brien", "Obrien"),
        ("Jo Smith-Jones", "Smithjones"),
        ("Jo Smithjones", "Smith Jones"),
        ("Jo Smith", "Smythe"),
        ("Abebe Gebremariam", "Gebre Mariam"),
        ("Piet van der Berg", "Vanderberg"),
        ("Ana de la Cruz", "Delacruz"),
        ("Wang Xiaoming", "Wang"),
        ("\u738b\u5c0f\u660e", "Wang"),
        ("Nguyen Van An", "Nguyễn"),
        ("SMITH Jane", "Smith"),
        ("Smith J", "Smith"),
        ("Smith J.", "Smith"),
        ("PC Okoro Sam 1234", "Okoro"),
        ("Garcia Ana", "Garcia Lopez"),
        ("Wei Li", "Li Wong"),
        ("Li Wei", "Li"),
        ("O Min-ji", "O"),
        ("van der Berg Piet", "Vanderberg"),
        ("Gebre Mariam Abebe", "Gebremariam"),
        ("Ana de la O Garcia", "Delaogarcia"),
        ("Sam Okoro, DC", "Okoro"),
        ("Anna Popova", "Popov"),
        ("Ivan Popov", "Popova"),
        ("Popov Ivan", "Попова"),
        ("Olga Sergeeva", "Sergeev"),
        ("Pavel Pushkin", "Pushkina"),
        ("Jan Kowalski", "Kowalska"),
        ("Anna Kowalska", "Kowalsky"),
        ("Jan Nowicki", "Nowicka"),
        ("Fyodor Dostoevsky", "Dostoevskaya"),
        ("Anna Dostoevskaya", "Достоевский"),
    ],
)
def test_a_surname_is_shared_however_it_is_written(display_name: str, family_name: str) -> None:
    assert shares_surname(display_name, family_name)


@pytest.mark.parametrize(
    ("display_name", "family_name"),
    [
        ("Sam Okoro", ""),
        ("Sam Okoro", "Okorie"),
        ("", "Okoro"),
        ("Smith L", "Lee"),
        ("L Smith", "Li"),
        ("Ana da Silva", "da Costa"),
        ("Ana de la Vega", "de la Cruz"),
        ("Anna Popova", "Petrova"),
        ("Nina Smith", "Nin"),
        ("Jan Kowalski", "Kowal"),
        ("Samira Okoro", "Samir"),
        ("Omar al-Hassan", "al-Masri"),
        ("Jo Smith", "Smart"),
        ("Jo Smith-Jones", "Jones-Brown"),
        ("Samir Hassan", "Hussain"),
        ("Jo Martin", "Morton"),
        ("Sam 1234", "1234"),
        ("", ""),
    ],
)
def test_another_surname_is_another(display_name: str, family_name: str) -> None:
    assert not shares_surname(display_name, family_name)


@pytest.mark.parametrize(("display_name", "family_name"), [("Sam Okoro", "Sam"), ("Okoro, Sam", "Sam")])
def test_a_given_name_that_is_somebodys_surname_is_found_too(display_name: str, family_name: str) -> None:
    assert shares_surname(display_name, family_name)


@given(st.sampled_from(["Okoro", "Nguyễn", "Smith-Jones", "Иванов", "de la Cruz"]), st.sampled_from(["Sam", "Zoë"]))
def test_whoever_is_called_so_shares_it_in_any_order(family: str, given_name: str) -> None:
    assert shares_surname(f"{family} {given_name}", family)
    assert shares_surname(f"{given_name} {family}", family.upper())
    assert shares_surname(f"{family}, {given_name}", family.casefold())
