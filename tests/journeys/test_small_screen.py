"""What goes on beyond the edge of a small screen says so."""

import re

import pytest
from playwright.sync_api import BrowserContext

from tests.journeys.looks import WIDE, ZOOMED
from tests.journeys.site import Site

pytestmark = pytest.mark.browser


def test_a_journey_that_is_wider_than_the_screen_says_that_it_scrolls(context: BrowserContext, site: Site) -> None:
    visitor = site.visitor("worker")
    reference = re.search(r"/cases/(CT-[0-9A-Z]{4}-[0-9A-Z]{4})", visitor.get("/cases").text)
    assert reference is not None
    context.add_cookies(
        [{"name": name, "value": value, "url": site.address} for name, value in visitor.cookies.items()]
    )
    tab = context.new_page()
    tab.goto(f"/cases/{reference[1]}/journey")
    hint = tab.get_by_text("Scroll the picture sideways to see all of it")

    for size, is_seen in ((ZOOMED, True), (WIDE, False)):
        tab.set_viewport_size(size)  # type: ignore[arg-type]  # a dictionary of that form
        picture = tab.locator(".ct-figure__scroll")
        assert hint.is_visible() is is_seen
        assert picture.evaluate("each => each.scrollWidth > each.clientWidth") is is_seen
