"""The journey picture as a page has it: a figure, a sentence and a table."""

from datetime import UTC, datetime, timedelta

import pytest

from casetrack.domain.catalogue import Phase
from casetrack.domain.holdings import Strand
from casetrack.figures.journey import HandOff, JourneyFigure, Lane, Milestone, Span, draw_journey
from tests.web.bare import drawn, tags, words

START = datetime(2026, 3, 1, 9, tzinfo=UTC)
MOVED = START + timedelta(days=50)
NOW = START + timedelta(days=100)
NAMES = ("Eastmarch", "Northmarch", "Westmarch", "Southmarch", "Isles", "Fens", "Downs", "Dales", "Coast", "Moors")


def figure(lanes: int = 2, milestones: int = 6) -> JourneyFigure:
    areas = [
        Lane(
            code="0",
            name=NAMES[0],
            spans=(
                Span(strand=Strand.SUPPORT, holder="Harbour Trust", since=START, until=MOVED),
                Span(strand=Strand.INVESTIGATION, holder="Eastmarch Police", since=START),
            ),
        ),
        Lane(code="1", name=NAMES[1], spans=(Span(strand=Strand.SUPPORT, holder="Lantern House", since=MOVED),)),
    ]
    areas += [Lane(code=str(number), name=NAMES[number]) for number in range(2, lanes)]
    hand_off = HandOff(from_lane="0", to_lane="1", at=MOVED, strands=frozenset({Strand.SUPPORT}))
    within = HandOff(from_lane="1", to_lane="1", at=NOW, strands=frozenset({Strand.SUPPORT}))
    met = [
        Milestone(code=f"m{each}", label=f"Milestone <{each}>", phase=list(Phase)[each % 11], lane="0", at=START)
        for each in range(milestones)
    ]
    return draw_journey(areas, [hand_off, within], met, now=NOW)


def journey(shown: JourneyFigure | None = None) -> str:
    return drawn("journey", "journey(figure)", figure=shown or figure())


def test_the_figure_has_a_title_a_name_and_its_finding_in_one_sentence() -> None:
    html = journey()
    (around,) = tags(html, "figure")
    assert f'id="{around["aria-labelledby"]}"' in html
    picture = next(each for each in tags(html, "svg") if each.get("role") == "img")
    for part in picture["aria-labelledby"].split():
        assert f'id="{part}"' in html
    finding = (
        "2 force areas and 2 hand-offs in 100 days; Eastmarch Police is responsible for investigation now; "
        "Lantern House is responsible for support now."
    )
    assert words(html[html.index("<desc") : html.index("</desc>")]) == finding
    assert words(html).count(finding) == 2


def test_the_same_stands_in_a_table() -> None:
    html = journey()
    said = words(html[html.index("<details") :])
    assert "Show as a table" in said
    assert "Eastmarch Support Harbour Trust 1 Mar 2026 20 Apr 2026" in said
    assert "Northmarch Support Lantern House 20 Apr 2026 now" in said
    assert "20 Apr 2026 at 10:00 Support Eastmarch Northmarch" in said
    for each in range(6):
        assert f"Milestone <{each}>" in said


def test_the_key_names_every_shape_in_the_picture_and_no_other() -> None:
    html = journey(figure(milestones=2))
    key = words(html[html.index('class="ct-key"') : html.index("<details")])
    assert "Support Investigation Hand-off Identify Make safe" in key
    assert "Refer" not in key
    assert "Several" not in key
    assert "Several milestones close together" in words(journey(figure(milestones=9)))


@pytest.mark.parametrize("lanes", [2, 10])
def test_the_picture_scrolls_inside_itself_with_the_keyboard_too(lanes: int) -> None:
    region = next(each for each in tags(journey(figure(lanes)), "div") if "ct-figure__scroll" in each["class"])
    assert region["tabindex"] == "0"
    assert region["role"] == "region"
    assert region["aria-label"]


def test_the_picture_is_drawn_with_attributes_alone() -> None:
    html = journey(figure(10, 90))
    assert "style=" not in html
    assert "<script" not in html
    assert "None" not in html


def test_every_colour_in_the_picture_is_of_the_palette() -> None:
    shown = figure()
    palette = {shown.palette.ground, shown.palette.ink, shown.palette.support, "none"}
    drawn_in = {
        each[name]
        for tag in ("path", "text", "rect", "circle")
        for each in tags(journey(shown), tag)
        for name in ("fill", "stroke")
        if name in each
    }
    assert drawn_in <= palette


def test_a_journey_that_has_not_begun_says_so() -> None:
    html = journey(draw_journey((), (), (), now=NOW))
    assert "Nothing has happened on this journey yet." in words(html)
    assert "<svg" not in html
