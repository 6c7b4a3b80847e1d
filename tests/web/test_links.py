"""Each link says by itself where it leads: read out one after another, they have nothing around them."""

from collections import defaultdict
from html.parser import HTMLParser

import pytest

from casetrack.services.transfers import withdraw_transfer
from tests.services import agreed
from tests.web.site import Browser, Place
from tests.web.test_files import attach
from tests.world import ACCOUNTS

WORK = ("/work", "/work?whose=all", "/cases", "/cases?status=any", "/cases?passed_on=yes")
OF_A_CASE = ("", "/milestones", "/notes", "/files", "/journey", "/history")


class Links(HTMLParser):
    """The links of a page: what each is called, to whoever hears it, and where it leads."""

    def __init__(self, html: str) -> None:
        """Read the page."""
        super().__init__()
        self.found: dict[str, set[str]] = defaultdict(set)
        self._href: str | None = None
        self._said = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._href, self._said = dict(attrs).get("href"), dict(attrs).get("aria-label") or ""

    def handle_data(self, data: str) -> None:
        self._said += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._href is not None:
            self.found[" ".join(self._said.split())].add(self._href)
            self._href = None


def alike(html: str) -> dict[str, set[str]]:
    """The names that several links have which lead to different places."""
    return {name: led for name, led in Links(html).found.items() if len(led) > 1 or not name}


@pytest.fixture(scope="module")
def place() -> Place:
    """Cases with something to do now, overdue and closed; offered twice in a day, and with two of each thing."""
    place = Place()
    place.record_past("encounter", days=20)
    agreed.closed(place.world, place.open_case())
    for _ in range(2):
        offer = place.offer()
        with place.world.work("worker") as work:
            withdraw_transfer(work, offer, seen=None)
    holds = [agreed.held(place.world, place.case, reason) for reason in ("investigation", "civil-claim")]
    for hold in holds:
        agreed.lifting(place.world, place.case, hold)
    for _ in range(2):
        place.later(minutes=1)
        attach(place, place.browser("worker"))
    place.open_case()
    return place


def browser(place: Place, name: str) -> Browser:
    browser = Browser(place.app, ACCOUNTS[name])
    if name == "auditor":
        browser.post("/audit/search", {"use": "lawfulness"})
    return browser


@pytest.mark.parametrize("name", ["worker", "lead"])
@pytest.mark.parametrize("path", WORK)
def test_every_row_of_ones_work_has_a_link_of_its_own(place: Place, name: str, path: str) -> None:
    shown = browser(place, name).get(path).text
    assert alike(shown) == {}


@pytest.mark.parametrize("path", OF_A_CASE)
def test_so_has_everything_on_the_pages_of_a_case(place: Place, path: str) -> None:
    shown = browser(place, "lead").get(f"{place.at}{path}").text
    assert alike(shown) == {}


@pytest.mark.parametrize(
    ("name", "path"),
    [
        *(("lead", path) for path in ("/inbox", "/inbox?box=sent", "/proposals")),
        *(("auditor", path) for path in ("/audit/search", "/audit/search?outcome=refused")),
        *(("administrator", path) for path in ("/admin/accounts", "/admin/keys")),
        ("supervisor", "/proposals"),
    ],
)
def test_and_everything_in_the_lists_of_each_role(place: Place, name: str, path: str) -> None:
    answer = browser(place, name).get(path)
    assert answer.status_code == 200
    assert alike(answer.text) == {}
