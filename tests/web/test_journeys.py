"""The journey picture, from the case to its lanes."""

from casetrack.domain.holdings import Part, Strand
from casetrack.figures.journey import JourneyFigure
from casetrack.services.journeys import view_journey
from casetrack.web.journeys import figure_of
from tests.web.site import Place, headings
from tests.world import CHARITY, NORTH, SOUTH


def figure(place: Place, reader: str) -> JourneyFigure:
    with place.world.work(reader) as work:
        return figure_of(view_journey(work, place.case.reference), place.world.deployment.holders, place.world.now)


def test_a_lane_is_a_force_area_in_the_order_in_which_it_came_to_be_responsible() -> None:
    place = Place()
    place.hand_over(frozenset({Strand.SUPPORT}))
    drawn = figure(place, "lead")
    assert [band.code for band in drawn.bands] == [NORTH.code, SOUTH.code]
    assert [(bar.lane, bar.span.strand, bar.span.until is None) for bar in drawn.bars] == [
        (NORTH.code, Strand.INVESTIGATION, True),
        (NORTH.code, Strand.SUPPORT, False),
        (SOUTH.code, Strand.SUPPORT, True),
    ]


def test_a_charity_is_in_the_lane_of_its_area() -> None:
    place = Place()
    place.case = place.open_case("charity-worker", frozenset({Strand.SUPPORT}))
    drawn = figure(place, "charity-lead")
    assert [(band.code, band.name) for band in drawn.bands] == [(NORTH.code, NORTH.name)]
    assert drawn.bars[0].span.holder == CHARITY.name


def test_a_hand_off_is_one_arrow_with_all_that_it_moved() -> None:
    place = Place()
    place.hand_over()
    (arrow,) = figure(place, "receiver").arrows
    assert (arrow.hand_off.from_lane, arrow.hand_off.to_lane) == (NORTH.code, SOUTH.code)
    assert arrow.hand_off.strands == frozenset(Strand)


def test_an_investigation_that_begins_with_a_transfer_comes_from_whoever_offered_it() -> None:
    place = Place()
    place.case = place.open_case("worker", frozenset({Strand.SUPPORT}))
    place.hand_over(frozenset({Strand.INVESTIGATION}))
    for reader in ("worker", "receiver"):
        (arrow,) = figure(place, reader).arrows
        assert (arrow.hand_off.from_lane, arrow.hand_off.to_lane) == (NORTH.code, SOUTH.code)


def test_a_strand_that_began_later_is_drawn_from_the_instant_that_it_began_and_without_an_arrow() -> None:
    place = Place()
    place.case = place.open_case("worker", frozenset({Strand.SUPPORT}))
    opened_at = place.case.opened_at
    place.later(days=10)
    case = place.begin("investigation")
    place.later(days=10)
    drawn = figure(place, "lead")
    (row,) = [row for row in case.holdings.rows if row.part is Part.INVESTIGATION]
    assert [(bar.lane, bar.span.strand, bar.span.since, bar.span.until) for bar in drawn.bars] == [
        (NORTH.code, Strand.SUPPORT, opened_at, None),
        (NORTH.code, Strand.INVESTIGATION, row.since, None),
    ]
    support, investigation = drawn.bars
    assert support.x < investigation.x
    assert (support.x + support.width, drawn.arrows) == (investigation.x + investigation.width, ())


def test_a_milestone_is_in_the_lane_of_whoever_was_responsible_then() -> None:
    place = Place()
    place.record("encounter")
    place.later(days=1)
    place.hand_over()
    place.later(days=1)
    place.record("language-needs", "no_interpreter", by="receiver")
    assert [(each.code, each.lane) for each in figure(place, "receiver").milestones] == [
        ("encounter", NORTH.code),
        ("language-needs", SOUTH.code),
    ]


def test_what_happened_before_anybody_was_responsible_is_in_the_first_lane() -> None:
    place = Place()
    place.record_past("encounter", days=3)
    assert [each.lane for each in figure(place, "worker").milestones] == [NORTH.code]


def test_what_gives_a_birthday_away_is_not_in_the_picture() -> None:
    place = Place()
    place.record("consents-renewed-18", "asked")
    assert figure(place, "worker").milestones == ()


def test_the_page_has_the_picture_and_the_table() -> None:
    place = Place()
    place.record("encounter")
    shown = place.browser("worker").get(f"{place.at}/journey").text
    assert headings(shown) == ["Journey"]
    assert "1 force area and 0 hand-offs in 0 days" in shown
    assert "Show as a table" in shown
