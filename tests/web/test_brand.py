"""The colours and the size of the style sheet's own part."""

import re

import pytest

from casetrack import resources
from tests.figures.contrast import contrast

SASS = resources.PACKAGE / "web" / "sass"
COLOURS = dict(re.findall(r"^\$([\w-]+): (#[0-9a-f]{6});", (SASS / "_brand.scss").read_text(), re.MULTILINE))
WHITE = "#ffffff"
GOVUK_BLUE = "#1d70b8"


@pytest.mark.parametrize("text", ["ink", "brand", "action", "action-dark"])
@pytest.mark.parametrize("behind", [WHITE, COLOURS["paper"]])
def test_text_on_white_and_on_paper_has_a_contrast_of_seven_to_one(text: str, behind: str) -> None:
    assert contrast(COLOURS[text], behind) >= 7


@pytest.mark.parametrize(
    ("text", "behind"), [("mist", "brand"), ("mist", "action-dark"), ("action-dark", "tint"), ("ink", "paper-deep")]
)
def test_text_on_a_colour_can_be_read(text: str, behind: str) -> None:
    assert contrast(COLOURS[text], COLOURS[behind]) >= 4.5


@pytest.mark.parametrize("behind", [WHITE, COLOURS["paper"], COLOURS["paper-deep"]])
def test_the_border_of_what_can_be_used_is_seen(behind: str) -> None:
    assert contrast(COLOURS["edge"], behind) >= 3


def test_nothing_is_govuks_blue_and_nothing_is_fetched_from_elsewhere() -> None:
    own = "".join(path.read_text() for path in SASS.glob("*.scss"))
    assert GOVUK_BLUE not in own
    assert "url(" not in own
    assert "position: sticky" in own.split(".ct-figure__names")[1][:80]
    assert own.count("position: sticky") == 1


def test_the_script_makes_no_markup_and_asks_nobody() -> None:
    script = (resources.PACKAGE / "web" / "static" / "casetrack.js").read_text()
    for forbidden in (
        "innerHTML",
        "insertAdjacentHTML",
        "document.write",
        "fetch(",
        "XMLHttpRequest",
        "http:",
        "https:",
        "eval(",
    ):
        assert forbidden not in script
