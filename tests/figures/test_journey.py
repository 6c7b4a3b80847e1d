"""The journey picture."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casetrack.domain.catalogue import Phase
from casetrack.domain.holdings import Strand
from casetrack.figures.journey import (
    APART,
    LEFT,
    MARK,
    MOST_MARKS,
    RIGHT,
    WIDTH,
    HandOff,
    JourneyFigure,
    Lane,
    Mark,
    Milestone,
    Span,
    draw_journey,
)
from casetrack.figures.shapes import Shape

START = datetime(2026, 3, 1, 9, tzinfo=UTC)
NOW = START + timedelta(days=100)
SUPPORT = frozenset({Strand.SUPPORT})


def after(days: float) -> datetime:
    return START + timedelta(days=days)


def span(strand: Strand, since: float, until: float | None = None, holder: str = "Trust") -> Span:
    return Span(strand=strand, holder=holder, since=after(since), until=None if until is None else after(until))


def met(at: float, lane: str = "a", code: str = "met", phase: Phase = Phase.SAFE) -> Milestone:
    return Milestone(code=code, label="A milestone", phase=phase, lane=lane, at=after(at))


def handed(at: float, from_lane: str = "a", to_lane: str = "b", strands: frozenset[Strand] = SUPPORT) -> HandOff:
    return HandOff(from_lane=from_lane, to_lane=to_lane, at=after(at), strands=strands)


TWO_LANES = (
    Lane(code="a", name="Eastmarch", spans=(span(Strand.SUPPORT, 0, 50), span(Strand.INVESTIGATION, 25))),
    Lane(code="b", name="Northmarch and the Outer Isles", spans=(span(Strand.SUPPORT, 50),)),
)


def two_lanes(*milestones: Milestone) -> JourneyFigure:
    return draw_journey(TWO_LANES, [handed(50)], milestones, now=NOW)


def test_a_bar_lasts_from_the_beginning_of_responsibility_to_its_end_or_to_now() -> None:
    first, second, third = two_lanes().bars
    assert (first.x, first.x + first.width) == (LEFT, (LEFT + RIGHT) / 2)
    assert (second.x, second.x + second.width) == (LEFT + (RIGHT - LEFT) / 4, RIGHT)
    assert (third.x, third.x + third.width) == ((LEFT + RIGHT) / 2, RIGHT)


def test_the_strands_of_a_lane_have_a_row_each() -> None:
    support, investigation, _ = two_lanes().bars
    assert support.y + support.height < investigation.y


def test_lanes_stand_in_the_order_given_with_their_names_broken_to_fit() -> None:
    bands = two_lanes().bands
    assert [band.code for band in bands] == ["a", "b"]
    assert bands[1].lines == ("Northmarch and", "the Outer Isles")
    assert bands[0].y + bands[0].height == bands[1].y


def test_a_hand_off_leads_from_the_givers_bar_to_the_takers_at_that_instant() -> None:
    figure = two_lanes()
    support, _, taken = figure.bars
    (arrow,) = figure.arrows
    assert arrow.x == (LEFT + RIGHT) / 2
    assert (arrow.y1, arrow.y2) == (support.y + support.height, taken.y)


def test_a_hand_off_back_leads_upward() -> None:
    (arrow,) = draw_journey(TWO_LANES, [handed(50, "b", "a")], (), now=NOW).arrows
    assert arrow.y1 > arrow.y2


def test_a_hand_off_within_a_lane_has_no_length() -> None:
    (arrow,) = draw_journey(TWO_LANES, [handed(50, "a", "a")], (), now=NOW).arrows
    assert arrow.y1 == arrow.y2


def test_information_alone_leads_between_lanes_too() -> None:
    (arrow,) = draw_journey(TWO_LANES, [handed(50, strands=frozenset())], (), now=NOW).arrows
    assert arrow.y1 < arrow.y2


def test_hand_offs_at_one_instant_stand_beside_each_other() -> None:
    arrows = draw_journey(
        TWO_LANES, [handed(50), handed(50, strands=frozenset({Strand.INVESTIGATION}))], (), now=NOW
    ).arrows
    assert arrows[0].x < arrows[1].x


def test_a_milestone_has_the_shape_of_its_phase_above_the_bars_of_its_lane() -> None:
    figure = two_lanes(met(75, "b", phase=Phase.FIRST_DECISION))
    (mark,) = figure.marks
    assert mark.shape is Shape.DIAMOND
    assert mark.lane == "b"
    assert mark.y < figure.bars[2].y


@pytest.mark.parametrize(("apart", "levels"), [(APART + 0.2, 1), (APART - 1, 2)])
def test_two_milestones_stand_on_one_level_only_with_room_for_both(apart: float, levels: int) -> None:
    marks = two_lanes(met(10), met(10 + apart / (RIGHT - LEFT) * 100, code="then")).marks
    assert len({mark.y for mark in marks}) == levels


def test_milestones_close_together_are_stacked_and_then_told_by_their_number() -> None:
    marks = two_lanes(*(met(1 + each / 1000, code=f"m{each}") for each in range(5))).marks
    assert [len(mark.milestones) for mark in marks] == [1, 1, 3]
    assert [mark.y - marks[0].y for mark in marks] == [0, -MARK, -2 * MARK]
    assert marks[2].shape is None


def test_a_name_stands_in_its_bar_or_after_it_or_before_it_or_nowhere() -> None:
    long = "A very long name of an organisation"
    lane = Lane(
        code="a",
        name="A",
        spans=(
            span(Strand.SUPPORT, 0, 5, long),
            span(Strand.SUPPORT, 50, 60, long),
            span(Strand.SUPPORT, 60, 98, long),
            span(Strand.SUPPORT, 98, None, long),
        ),
    )
    after_it, before_it, inside, nowhere = draw_journey([lane], (), (), now=NOW).bars
    assert after_it.text_x is not None
    assert after_it.text_x > after_it.x + after_it.width
    assert before_it.text_x is not None
    assert before_it.text_x < before_it.x
    assert inside.holds_text
    assert nowhere.text_x is None


def test_the_figure_says_how_long_it_lasted_and_who_is_responsible_now() -> None:
    figure = two_lanes(met(1), met(2, phase=Phase.IDENTIFY))
    assert figure.days == 100
    assert {(bar.lane, bar.span.strand) for bar in figure.current} == {
        ("a", Strand.INVESTIGATION),
        ("b", Strand.SUPPORT),
    }
    assert figure.strands == (Strand.SUPPORT, Strand.INVESTIGATION)
    assert figure.phases == (Phase.IDENTIFY, Phase.SAFE)
    assert figure.lane_name("b") == "Northmarch and the Outer Isles"


def test_a_journey_that_has_not_begun_has_no_lanes() -> None:
    figure = draw_journey((), (), (), now=NOW)
    assert (figure.bands, figure.bars, figure.arrows, figure.marks) == ((), (), (), ())


@pytest.mark.parametrize("code", ["z"])
def test_a_hand_off_to_a_lane_that_is_not_there_is_an_error(code: str) -> None:
    with pytest.raises(KeyError):
        draw_journey(TWO_LANES, [handed(50, "a", code)], (), now=NOW)


# --- Whatever the journey ---

CODES = ("a", "b", "c", "d", "e", "f", "g", "h", "i", "j")
DAYS = st.floats(0, 2000)
HOLDERS = st.sampled_from(["Trust", "A very long name of an organisation", ""])


@st.composite
def spans(draw: st.DrawFn) -> Span:
    one, other = sorted((draw(DAYS), draw(DAYS)))
    return span(draw(st.sampled_from(Strand)), one, draw(st.sampled_from([other, None])), draw(HOLDERS))


@st.composite
def journeys(draw: st.DrawFn) -> JourneyFigure:
    codes = CODES[: draw(st.integers(1, len(CODES)))]
    lanes = [Lane(code=code, name=f"Area {code}", spans=tuple(draw(st.lists(spans(), max_size=4)))) for code in codes]
    lane = st.sampled_from(codes)
    strands = st.frozensets(st.sampled_from(Strand))
    hand_offs = st.builds(handed, DAYS, lane, lane, strands)
    milestones = st.builds(met, DAYS, lane, st.sampled_from(["m", "n"]), st.sampled_from(Phase))
    return draw_journey(
        lanes, draw(st.lists(hand_offs, max_size=8)), draw(st.lists(milestones, max_size=120)), now=after(draw(DAYS))
    )


@given(journeys())
def test_every_bar_lies_inside_its_lane_and_the_line_of_time(figure: JourneyFigure) -> None:
    bands = {band.code: band for band in figure.bands}
    for bar in figure.bars:
        band = bands[bar.lane]
        assert band.y < bar.y
        assert bar.y + bar.height < band.y + band.height
        assert bar.width > 0
        assert bar.x >= LEFT
        assert bar.x + bar.width <= RIGHT + 0.1


@given(journeys())
def test_lanes_follow_each_other_without_a_gap_down_to_the_line_of_time(figure: JourneyFigure) -> None:
    down = 0.0
    for band in figure.bands:
        assert band.y == down
        down += band.height
    assert down == figure.axis


@given(journeys())
def test_no_mark_hides_another_or_leaves_its_lane(figure: JourneyFigure) -> None:
    bands = {band.code: band for band in figure.bands}
    places: dict[tuple[str, float], list[float]] = {}
    for mark in figure.marks:
        assert bands[mark.lane].y < mark.y - MARK / 2 < bands[mark.lane].y + bands[mark.lane].height
        places.setdefault((mark.lane, mark.y), []).append(mark.x)
    for level in places.values():
        assert all(then - before >= APART - 0.01 for before, then in pairwise(level))


@given(journeys())
def test_every_milestone_is_drawn_once_and_never_in_too_many_marks(figure: JourneyFigure) -> None:
    def key(milestone: Milestone) -> tuple[datetime, str, str, Phase]:
        return milestone.at, milestone.code, milestone.lane, milestone.phase

    drawn = [milestone for mark in figure.marks for milestone in mark.milestones]
    assert sorted(map(key, drawn)) == sorted(map(key, figure.milestones))
    assert len(figure.marks) <= MOST_MARKS


@given(journeys())
def test_arrows_stay_in_the_picture(figure: JourneyFigure) -> None:
    for arrow in figure.arrows:
        assert LEFT <= arrow.x <= WIDTH
        assert min(arrow.y1, arrow.y2) >= 0
        assert max(arrow.y1, arrow.y2) <= figure.axis


@given(st.permutations([met(day / 3, code=f"m{day}") for day in range(30)]))
def test_the_same_journey_is_drawn_the_same_in_whatever_order_it_is_told(told: list[Milestone]) -> None:
    assert two_lanes(*told) == two_lanes(*sorted(told, key=lambda each: each.at))


def test_a_mark_of_many_lanes_and_milestones_is_grouped_further() -> None:
    lanes = [Lane(code=code, name=code) for code in CODES]
    marks: tuple[Mark, ...] = draw_journey(
        lanes, (), [met(day, code, f"m{day}") for code in CODES for day in range(0, 100, 4)], now=NOW
    ).marks
    assert len(marks) <= MOST_MARKS
    assert sum(len(mark.milestones) for mark in marks) == 250
