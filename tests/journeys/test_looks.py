"""The watch over a browser notices what it is to notice: without this its silence would mean nothing."""

from collections.abc import Iterator
from threading import Thread
from typing import Final

import pytest
from playwright.sync_api import Browser
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from casetrack.http.headers import HEADERS
from tests.journeys.looks import WIDE, Watched

pytestmark = pytest.mark.browser

PAGE: Final = """<!doctype html><html lang="en"><head><title>A page</title><link rel="icon" href="/icon.svg"></head>
<body><main><h1>A page</h1>{}</main></body></html>"""
WRONG: Final = {
    "an image without words": '<img src="/icon.svg">',
    "words that cannot be read": '<p><a href="/" class="x"></a></p>',
    "targets that are too small": '<input type="checkbox" aria-label="a"><input type="checkbox" aria-label="b">',
    "something too wide for a small screen": "<pre>" + "wide " * 200 + "</pre>",
    "a script in the page": "<script>document.title = 'taken over'</script>",
    "a style in the page": '<p style="font-size: 3px">Small</p>',
    "a picture from elsewhere": '<img alt="" src="http://127.0.0.2:9/elsewhere.png">',
    "a second heading of the first level": "<h1>Another</h1><h3>Below</h3>",
}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Pages under the real policy, each with what its address says."""

    @Request.application
    def answer(request: Request) -> Response:
        body = PAGE.format(WRONG.get(request.args.get("with", ""), "<p>All is well.</p>"))
        if request.path == "/icon.svg":
            return Response('<svg xmlns="http://www.w3.org/2000/svg"/>', mimetype="image/svg+xml")
        return Response(body, mimetype="text/html", headers=dict(HEADERS))

    server = make_server("127.0.0.1", 0, answer, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def watched(chromium: Browser) -> Iterator[Watched]:
    """A tab of nobody's."""
    context = chromium.new_context(viewport=WIDE)  # type: ignore[arg-type]  # a dictionary of that form
    yield Watched.open(context)
    context.close()


def test_nothing_is_said_of_a_page_that_is_well(watched: Watched, address: str) -> None:
    watched.tab.goto(address)
    assert not list(watched.faults())


@pytest.mark.parametrize("wrong", WRONG)
def test_something_is_said_of_a_page_that_is_not(wrong: str, watched: Watched, address: str) -> None:
    watched.tab.goto(f"{address}/?with={wrong}")
    assert list(watched.faults())
