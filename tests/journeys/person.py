"""Somebody at a real browser, who reads pages, clicks and types."""

from collections.abc import Sequence
from typing import Final

from playwright.sync_api import BrowserContext, Locator

from tests.journeys.looks import Watched
from tests.journeys.pages import Answers, Page
from tests.journeys.site import PASSWORD

PATIENCE_MS: Final = 15_000


class Person:
    """A tab of Chromium and whoever sits before it; each page that they come to is looked at as they come."""

    def __init__(self, context: BrowserContext, looked: set[frozenset[str]] | None) -> None:
        """Sit down. Each page on the way is checked that has another shape than those `looked` at so far.

        That needs scripts to run; without, it is None.
        """
        context.set_default_timeout(PATIENCE_MS)
        self._watched = Watched.open(context)
        self._looked = looked
        self.faults: list[str] = []
        """What was the matter with the pages on the way."""

    @property
    def page(self) -> Page:
        """What the tab shows."""
        return Page.read(self._watched.tab.content())

    @property
    def address(self) -> str:
        """The path of the page that it shows, with its query."""
        return "/" + self._watched.tab.url.split("/", 3)[3]

    def sign_in(self, name: str) -> None:
        """Signed in, by name and password."""
        self.go("/sign-in")
        self.answer({"name": name, "password": PASSWORD})

    def go(self, address: str) -> None:
        """The page at that address is shown."""
        self._watched.tab.goto(address)
        self._look()

    def follow(self, words: str) -> None:
        """The page is shown that the first link with these words leads to."""
        self._watched.tab.get_by_role("link", name=words).first.click()
        self._look()

    def answer(self, answers: Answers, button: str = "") -> None:
        """The one form that asks for all of this is filled in and sent."""
        page = self.page
        wanted = page.form(*answers, *([button] if button else []))
        form = self._watched.tab.locator("form").nth(page.forms.index(wanted))
        for name, value in answers.items():
            self._give(form.locator(f'[name="{name}"]'), [value] if isinstance(value, str) else value)
        pressed = f'button[name="{button}"]' if button else 'button:not([name]):not([type="button"])'
        with self._watched.tab.expect_navigation():
            form.locator(pressed).first.click()
        self._look()

    def _give(self, control: Locator, values: Sequence[str]) -> None:
        """The answer is there as fingers would give it."""
        kind = control.first.evaluate("each => each.type")
        if kind == "select-one":
            control.select_option(values[0])
        elif kind in {"radio", "checkbox"}:
            for value in values:
                control.and_(self._watched.tab.locator(f'[value="{value}"]')).check()
        else:
            control.fill(values[0])

    def _look(self) -> None:
        if self._looked is None:
            return
        shape = self.page.shape
        if shape not in self._looked:
            self._looked.add(shape)
            self.faults += self._watched.faults()
