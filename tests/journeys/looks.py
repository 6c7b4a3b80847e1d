"""How a page is in a real browser: its contrast and names (axe), its reflow, and whether its own policy stops it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request

AXE: Final = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
TAGS: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
"""Named, because target size is otherwise off."""
WIDE: Final = {"width": 1280, "height": 900}
ZOOMED: Final = {"width": 320, "height": 256}
"""1280 by 1024 at 400 %, as WCAG 1.4.10 measures reflow."""

NOT_LOADED: Final = "Failed to load resource"
"""What Chromium also says of a page that is a refusal, which is no fault of the page."""
ASKED_BY_ITSELF: Final = "/favicon.ico"
"""What a browser asks for where a page names no icon, as one that must not give anybody away does."""

_RUN_AXE: Final = """
async (tags) => {
  const found = await axe.run(document, {runOnly: {type: "tag", values: tags}, resultTypes: ["violations"]});
  return found.violations.flatMap(rule => rule.nodes.map(node => `${rule.id}: ${node.html.slice(0, 160)}`));
}
"""
_SCROLLS: Final = """
() => {
  const width = document.documentElement.clientWidth, wide = [];
  if (document.documentElement.scrollWidth <= width) return [];
  for (const each of document.querySelectorAll("body *"))
    if (each.getBoundingClientRect().right > width + 1 && !each.closest(".ct-scroll"))
      wide.push(`${each.tagName.toLowerCase()}.${each.className}`);
  return [`${document.documentElement.scrollWidth} px wide: ${wide.slice(0, 4).join(", ")}`];
}
"""


@dataclass
class Watched:
    """A browser's tab, and everything that it complained about."""

    tab: Page
    complaints: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    """The hosts that it asked for anything."""

    @classmethod
    def open(cls, context: BrowserContext) -> "Watched":
        """A new tab, watched from its first request."""
        watched = cls(context.new_page())
        watched.tab.on("console", watched._heard)
        watched.tab.on("pageerror", lambda error: watched.complaints.append(f"a script failed: {error}"))
        watched.tab.on("request", watched._asked)
        return watched

    def faults(self) -> Iterator[str]:
        """What is the matter with the page that is shown, in sentences that name it."""
        here = urlsplit(self.tab.url).path
        yield from (f"{here}: {fault}" for fault in self._page_faults())

    def _page_faults(self) -> Iterator[str]:
        home = urlsplit(self.tab.url).netloc
        yield from (f"asked {host} for something" for host in dict.fromkeys(self.asked) if host != home)
        yield from (f"reflow: {wide}" for wide in self._reflow())
        yield from self._axe()
        yield from self.complaints
        self.complaints.clear()
        self.asked.clear()

    def _axe(self) -> list[str]:
        self.tab.evaluate(_script())
        found: list[str] = self.tab.evaluate(_RUN_AXE, list(TAGS))
        return found

    def _reflow(self) -> list[str]:
        self.tab.set_viewport_size(ZOOMED)  # type: ignore[arg-type]  # a dictionary of that form
        found: list[str] = self.tab.evaluate(_SCROLLS)
        self.tab.set_viewport_size(WIDE)  # type: ignore[arg-type]  # a dictionary of that form
        return found

    def _heard(self, message: ConsoleMessage) -> None:
        about = message.location.get("url", "")
        expected = about == self.tab.url or about.endswith(ASKED_BY_ITSELF)
        if message.type in {"error", "warning"} and not (expected and message.text.startswith(NOT_LOADED)):
            self.complaints.append(f"the browser says: {message.text}")

    def _asked(self, request: Request) -> None:
        if request.url.startswith(("http:", "https:", "ws:", "wss:")):
            self.asked.append(urlsplit(request.url).netloc)


def _script() -> Any:  # noqa: ANN401 - what a browser runs
    return AXE.read_text(encoding="utf-8")
