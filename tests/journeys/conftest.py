"""What the outermost tests stand on: one site with invented people, and one browser, for each process of tests."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from casetrack.persistence.embedded import EmbeddedCluster
from tests.journeys.looks import AXE, WIDE
from tests.journeys.site import Site

FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


@pytest.fixture(scope="session")
def site(cluster: EmbeddedCluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with a caseload. Tests share it: each takes cases of its own, or only looks."""
    with Site.of(cluster, tmp_path_factory.mktemp("site"), "journeys") as site:
        yield site


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium. Without one, what needs it is skipped; under `CI=true` that is a failure."""
    program = shutil.which("chromium")
    if program is None or not AXE.is_file():
        missing = f"there is no {'chromium' if program is None else AXE.name} on this machine"
        in_ci = os.environ.get("CI") == "true"  # noqa: TID251 - whether this is CI is said there and nowhere else
        (pytest.fail if in_ci else pytest.skip)(missing)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Browser, site: Site) -> Iterator[BrowserContext]:
    """A browser in which nobody was here before."""
    context = chromium.new_context(base_url=site.address, viewport=WIDE, locale="en-GB")  # type: ignore[arg-type]  # a dictionary of that form
    yield context
    context.close()
