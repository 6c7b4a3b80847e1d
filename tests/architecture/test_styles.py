"""The one style sheet: ours, light, and asking nobody for anything."""

import gzip
import re

import pytest

from tests.architecture.tree import ROOT

BUILT = ROOT / "casetrack" / "web" / "static" / "build"
GOVUK_BLUES = {"#1d70b8", "#003078", "#1a65a6"}
STYLES_KB = 20
SCRIPTS_KB = 15


def styles() -> str:
    return (BUILT / "casetrack.css").read_text(encoding="utf-8")


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
