"""A page is read as a browser reads it: what its forms would send is what a browser would send."""

from http.client import HTTPMessage
from typing import Final

import pytest

from tests.journeys.crawl import faults_of
from tests.journeys.pages import Page
from tests.journeys.visitor import Answer

HTML: Final = """<!doctype html>
<html lang="en"><head><title>Record &amp; save</title></head><body>
<form method="post" action="/sign-out"><button type="submit">Sign out</button></form>
<main class="ct-main"><h1>Record <span>what</span> happened</h1>
<a href="/cases?page=2">Next <b>page</b></a>
<form method="POST" action="/here"><input type="hidden" name="seen" value="4">
<input type="radio" name="state" value="met"><input type="radio" name="state" value="declined" checked>
<input type="checkbox" name="needs" value="a"><input type="checkbox" name="needs" value="b" checked>
<select name="worker"><option value="">Choose</option><option value="w2" selected>Two</option></select>
<textarea name="note">
Two
lines</textarea><input name="line" value="x"><input name="off" value="y" disabled>
<button type="submit">Save</button><button type="submit" name="again" value="yes">Save and go on</button></form>
</main><script src="/a.js">var title = "<title>";</script></body></html>"""
FORM: Final = Page.read(HTML).form("note")


def test_what_is_said_is_read_and_what_is_not_said_is_not() -> None:
    page = Page.read(HTML)
    assert (page.title, page.headings) == ("Record & save", ["Record what happened"])
    assert page.link("next page") == "/cases?page=2"
    assert "Two lines" in page.text
    assert "var title" not in page.text


def test_a_form_sends_what_stands_in_it() -> None:
    sent = FORM.filled()
    assert sent == [
        ("seen", "4"),
        ("state", "declined"),
        ("needs", "b"),
        ("worker", "w2"),
        ("note", "Two\nlines"),
        ("line", "x"),
    ]


def test_an_answer_takes_the_place_of_what_stood_there() -> None:
    sent = FORM.filled({"needs": ["a", "b"], "state": "met"}, button="again")
    assert [value for name, value in sent if name == "needs"] == ["a", "b"]
    assert [value for name, value in sent if name == "state"] == ["met"]
    assert ("again", "yes") in sent


def test_a_form_that_does_not_ask_for_something_takes_no_answer_to_it() -> None:
    with pytest.raises(LookupError):
        FORM.filled({"name": "Belbex"})
    with pytest.raises(LookupError):
        Page.read(HTML).form("name")


def test_the_form_that_changes_something_is_not_the_one_for_signing_out() -> None:
    assert Page.read(HTML).form().action == "/here"


@pytest.mark.parametrize(
    "body",
    [
        "<title>No heading</title>",
        "<title>Two</title><h1>One</h1><h1>Two</h1>",
        "<h1>No title</h1>",
        "<title>Inline</title><h1>One</h1><p style='x' onclick=\"x()\">",
        "<title>Inline</title><h1>One</h1><script>1</script>",
        '<title>Elsewhere</title><h1>One</h1><script src="https://elsewhere.example/a.js"></script>',
    ],
)
def test_what_is_wrong_with_a_page_is_said(body: str) -> None:
    faults = list(faults_of(_answer(body)))
    assert [fault for fault in faults if "Cache-Control" not in fault and "is None" not in fault][1:]


def test_every_header_that_is_missing_is_said() -> None:
    faults = list(faults_of(_answer("<title>A page</title><h1>A page</h1>")))
    assert len(faults) == 7, "the policy, the five that are always the same, and that nothing is kept"


def _answer(body: str) -> Answer:
    answer = Answer("GET", "/", 200, _headers(), body.encode())
    assert answer.is_page
    return answer


def _headers() -> HTTPMessage:
    message = HTTPMessage()
    message["Content-Type"] = "text/html; charset=utf-8"
    return message
