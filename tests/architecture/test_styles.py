"""The one style sheet: ours, light, and asking nobody for anything."""

import gzip
import re

import pytest

from tests.architecture.tree import ROOT

BUILT = ROOT / "casetrack" / "web" / "static" / "build"
BRAND = (ROOT / "casetrack" / "web" / "sass" / "_brand.scss").read_text(encoding="utf-8")
COLOURS = dict(re.findall(r"^\$([a-z-]+): (#[0-9a-f]{6});", BRAND, flags=re.MULTILINE))

GOVUK_BLUES = {"#1d70b8", "#003078", "#1a65a6"}
STYLES_KB = 20
SCRIPTS_KB = 15


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio, WCAG 2.2."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def styles() -> str:
    return (BUILT / "casetrack.css").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["brand", "link", "link-hover"])
@pytest.mark.parametrize("behind", ["#ffffff", COLOURS["surface"]])
def test_coloured_text_is_easy_to_read(name: str, behind: str) -> None:
    assert contrast(COLOURS[name], behind) >= 7


def test_a_border_can_be_seen() -> None:
    assert contrast(COLOURS["surface-border"], "#ffffff") >= 3


def test_the_brand_is_not_the_governments() -> None:
    assert not GOVUK_BLUES & set(re.findall(r"#[0-9a-f]{6}", styles()))
    assert "GDS Transport" not in styles()
    assert "crest" not in styles()


def test_the_style_sheet_fetches_nothing() -> None:
    assert not re.findall(r"url\([^)]*\)|@import|@font-face", styles())


@pytest.mark.parametrize(("name", "most"), [("casetrack.css", STYLES_KB), ("govuk-frontend.min.js", SCRIPTS_KB)])
def test_what_a_page_needs_is_small_and_ready_compressed(name: str, most: int) -> None:
    compressed = (BUILT / f"{name}.gz").read_bytes()

    assert gzip.decompress(compressed) == (BUILT / name).read_bytes()
    assert len(compressed) <= most * 1024
