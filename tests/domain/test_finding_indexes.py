"""An index that would give its rows away is refused where it is declared."""

from math import isclose

import pytest

from casetrack.domain.finding_indexes import INDEXES, MOST_COMMON, Commonest, Index, TooCommon, zipf_share

PEOPLE = 20_000
FEW = Commonest(0.0005, "somebody's word for it")


@pytest.mark.parametrize("bits", [1, 8, 256])
@pytest.mark.parametrize(
    "commonest", [None, Commonest(0.25, "Home Office, NRM statistics for 2023: a quarter are British"), FEW]
)
def test_an_index_on_nationality_is_refused_whatever_is_declared_of_it(bits: int, commonest: Commonest | None) -> None:
    with pytest.raises(TooCommon) as refused:
        Index("nationality", bits, PEOPLE, distinct=195, commonest=commonest)
    assert refused.value.name == "nationality"
    assert refused.value.share > 0.15


@pytest.mark.parametrize(("name", "distinct"), [("year-of-birth", 80), ("given-name", 6_000), ("birthday", 366)])
def test_what_repeats_is_refused_though_a_small_share_is_declared(name: str, distinct: int) -> None:
    with pytest.raises(TooCommon):
        Index(name, 16, PEOPLE, distinct, FEW)


def test_what_seldom_repeats_is_refused_where_one_value_is_common() -> None:
    with pytest.raises(TooCommon, match=r"family-name: its commonest value is expected in 2\.1% of rows"):
        Index("family-name", 16, PEOPLE, 12_000, Commonest(0.021, "Nguyễn, among those referred in 2023"))


def test_what_nobody_has_counted_is_refused() -> None:
    with pytest.raises(TooCommon):
        Index("anything", 16, PEOPLE, distinct=PEOPLE)


def test_one_row_in_a_hundred_is_the_most() -> None:
    Index("just", 16, PEOPLE, PEOPLE, Commonest(MOST_COMMON, "counted"))
    with pytest.raises(TooCommon):
        Index("over", 16, PEOPLE, PEOPLE, Commonest(MOST_COMMON + 0.0001, "counted"))


def test_no_share_is_below_that_of_even_values() -> None:
    with pytest.raises(TooCommon):
        Index("few-people", 16, 90, 90, FEW)
    assert Index("more", 16, 200, 200, FEW).expected_share == 1 / 200


@pytest.mark.parametrize("distinct", [10, 195, 20_000])
def test_zipfs_law_gives_one_over_the_harmonic_number(distinct: int) -> None:
    assert isclose(zipf_share(distinct), 1 / sum(1 / rank for rank in range(1, distinct + 1)), rel_tol=0.001)


@pytest.mark.parametrize(("bits", "population", "distinct"), [(0, 1, 1), (257, 1, 1), (16, 0, 1), (16, 1, 0)])
def test_an_index_has_bits_people_and_values(bits: int, population: int, distinct: int) -> None:
    with pytest.raises(ValueError, match="an index has"):
        Index("anything", bits, population, distinct, FEW)


@pytest.mark.parametrize(("share", "source"), [(0, "counted"), (1.1, "counted"), (0.001, "")])
def test_a_share_is_a_share_and_has_its_source(share: float, source: str) -> None:
    with pytest.raises(ValueError, match="source"):
        Commonest(share, source)


def test_the_indexes_that_are_shipped_have_names_of_their_own() -> None:
    assert len({index.name for index in INDEXES}) == len(INDEXES)
