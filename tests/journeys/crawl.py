"""A crawl: every page that somebody can come to by links and by forms that only ask, and what is wrong with each."""

import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from tests.journeys.pages import Form
from tests.journeys.visitor import Answer, Visitor

LEAVES: Final = frozenset({"pages.exit", "files.open"})
"""What ends the visit of whoever goes there, and what is no page."""
OF_EACH: Final[Mapping[str, str]] = {"milestones.record": "code", "milestones.reopen": "code"}
"""The pages that each case has many of, and what tells them apart, beside whether the case is closed."""
HEAVIEST_BYTES: Final = 150_000
ONE_AT_A_TIME: Final = 1
"""Of the filters of a list each is tried by itself: together they have more values than anybody has time for."""
MOST_CHOICES: Final = 8
"""Of a long list of organisations the first few are tried."""
POLICY: Final = (
    *("default-src 'none'", "style-src 'self'", "script-src 'self'", "img-src 'self'", "form-action 'self'"),
    *("base-uri 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'", "trusted-types 'none'"),
)
SAID_ALWAYS: Final[Mapping[str, str]] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex",
}
NEVER_SAID: Final = frozenset({"Server-Timing", "X-Powered-By", "Access-Control-Allow-Origin"})
_ASSET: Final = re.compile(r'<(?:link|script|img|source|iframe|use)\b[^>]*?\s(?:href|src)="([^"#]+)')
_BAR_TAGS: Final = re.compile(r'ct-identity__tags">(.*?)</p>', re.DOTALL)
_INLINE: Final = re.compile(r'<[a-z][^<>]*?\s(?:style|on[a-z]+)="|<style\b|<script(?![^>]*\ssrc=)|href="javascript:')


@dataclass
class Crawl:
    """What one visitor came to."""

    reached: dict[str, list[Answer]] = field(default_factory=dict)
    """Every answer, by the endpoint that gave it."""
    offered: set[str] = field(default_factory=set)
    """The endpoints that a form which changes something leads to; a crawl sends none of those."""
    faults: list[str] = field(default_factory=list)

    @property
    def answers(self) -> Iterator[tuple[str, Answer]]:
        """Every answer, with its endpoint."""
        for endpoint, answers in self.reached.items():
            for answer in answers:
                yield endpoint, answer

    def shapes(self, seen: dict[str, set[str]]) -> Iterator[Answer]:
        """One page of each endpoint, and each that has something on it which those before had not.

        `seen` is what has been on the pages of each endpoint so far, in this crawl and in those before it. The page
        that has most on it is the first.
        """
        for endpoint, answers in self.reached.items():
            before = seen.setdefault(endpoint, set())
            for answer in sorted((each for each in answers if each.is_page), key=lambda each: -len(each.page.shape)):
                if not answer.leads_to and not answer.page.shape <= before:
                    before |= answer.page.shape
                    yield answer


class Crawler:
    """Goes wherever links lead within one site, once to each page.

    It does not go to `LEAVES`; and of the pages that every case has one of for each milestone, it looks at each
    milestone's on the first open case that leads there, and on the first that is closed: there are a hundred to a case,
    and they are drawn alike.
    """

    def __init__(self, app: Flask) -> None:
        """Know the site's addresses."""
        self._urls = app.url_map.bind("")

    def crawl(self, visitor: Visitor, start: Iterable[str]) -> Crawl:
        """Everything that can be come to from there."""
        crawl = Crawl()
        waiting = deque(start)
        known: set[str] = set()
        closed: set[str] = set()
        while waiting:
            address = _in_order(waiting.popleft())
            endpoint, arguments = self._at(address, "GET")
            is_of_closed = arguments.get("reference") in closed
            page = f"{endpoint} {arguments[OF_EACH[endpoint]]} {is_of_closed}" if endpoint in OF_EACH else address
            if page in known or endpoint in LEAVES:
                continue
            known.add(page)
            if not endpoint:
                crawl.faults.append(f"{address} is linked to, and is no address of the site")
                continue
            answer = visitor.request("GET", address)
            crawl.reached.setdefault(endpoint, []).append(answer)
            if "reference" in arguments and _is_closed(answer):
                closed.add(arguments["reference"])
            waiting.extend(self._next(answer, crawl))
        return crawl

    def _at(self, address: str, method: str) -> tuple[str, Mapping[str, Any]]:
        """Which endpoint answers there, and with what; an empty name if there is no such address."""
        try:
            endpoint, arguments = self._urls.match(urlsplit(address).path, method)
        except (HTTPException, RequestRedirect):
            return "", {}
        return str(endpoint), arguments

    def _next(self, answer: Answer, crawl: Crawl) -> Iterator[str]:
        if answer.leads_to:
            yield from self._within(answer, [answer.leads_to], crawl)
        if not answer.is_page:
            return
        page = answer.page
        yield from self._within(answer, [href for href, _ in page.links], crawl)
        for form in page.forms:
            if form.method == "get":
                yield from self._within(answer, _asked(form), crawl)
                continue
            address = urljoin(answer.path, form.action or answer.path)
            endpoint, _ = self._at(address, "POST")
            if not endpoint:
                crawl.faults.append(f"{answer.path} has a form to {address}, which takes none")
            else:
                crawl.offered.add(endpoint)

    def _within(self, answer: Answer, hrefs: Iterable[str], crawl: Crawl) -> Iterator[str]:
        for href in hrefs:
            found = urlsplit(urljoin(answer.path, href))
            if found.scheme in {"tel", "mailto"}:
                continue
            if found.netloc:
                if not answer.leads_to:
                    crawl.faults.append(f"{answer.path} links out of the site, to {found.netloc}")
                continue
            if len(parse_qsl(found.query)) <= ONE_AT_A_TIME:
                yield found._replace(fragment="").geturl()


def _is_closed(answer: Answer) -> bool:
    """What the bar of a case says of it."""
    tags = _BAR_TAGS.search(answer.text) if answer.is_page else None
    return tags is not None and ">Closed<" in tags[1]


def faults_of(answer: Answer) -> Iterator[str]:
    """What is the matter with an answer, whatever page it is, in sentences that name it."""
    here = f"{answer.path} ({answer.status})"
    yield from (f"{here}: {fault}" for fault in _header_faults(answer))
    if answer.is_page and not answer.leads_to:
        yield from (f"{here}: {fault}" for fault in _page_faults(answer))


def _header_faults(answer: Answer) -> Iterator[str]:
    headers = answer.headers
    policy = {part.strip() for part in headers.get("Content-Security-Policy", "").split(";")}
    if policy != set(POLICY):
        yield f"its content security policy differs in {sorted(policy ^ set(POLICY))}"
    for name, value in SAID_ALWAYS.items():
        if headers.get(name) != value:
            yield f"{name} is {headers.get(name)!r}, not {value!r}"
    if headers.get("Cache-Control") != "no-store" and not answer.path.startswith("/static/"):
        yield f"Cache-Control is {headers.get('Cache-Control')!r}"
    for name in NEVER_SAID & set(headers.keys()):
        yield f"it says {name}"
    for cookie in headers.get_all("Set-Cookie") or ():
        if not {"httponly", "samesite=lax", "path=/"} <= {part.strip().lower() for part in cookie.split(";")}:
            yield "a cookie of it is open to scripts or to other sites"


def _page_faults(answer: Answer) -> Iterator[str]:
    page = answer.page
    if len(page.headings) != 1 or not all(page.headings):
        yield f"it has {len(page.headings)} h1: {page.headings}"
    if not page.title:
        yield "it has no title"
    if inline := _INLINE.search(answer.text):
        yield f"it has a style or a script in it: {inline[0][:80]}"
    for asset in _ASSET.findall(answer.text):
        if urlsplit(asset).netloc:
            yield f"it asks {urlsplit(asset).netloc} for something"


def weight(answer: Answer, visitor: Visitor, known: dict[str, int]) -> int:
    """How many bytes come over the wire for the page and all that it asks for, by somebody who was never here."""
    total = len(answer.body)
    for asset in dict.fromkeys(_ASSET.findall(answer.text)):
        if asset not in known:
            known[asset] = len(visitor.request("GET", asset, accept_encoding="gzip").body)
        total += known[asset]
    return total


def shared_titles(crawl: Crawl) -> list[str]:
    """The titles that stand on pages of two endpoints: who has both open cannot tell one tab from the other."""
    by_title: dict[str, set[str]] = {}
    for endpoint, answer in crawl.answers:
        if answer.is_page and not answer.leads_to:
            by_title.setdefault(answer.page.title, set()).add(endpoint)
    return [f"{title!r} is the title of {sorted(ends)}" for title, ends in by_title.items() if len(ends) > 1]


def _asked(form: Form) -> Iterator[str]:
    """The addresses that a form which only asks leads to: as it stands, and with each choice of each list in turn."""
    action = form.action.partition("?")[0]
    yield action
    for name in dict.fromkeys(control.name for control in form.controls if control.name):
        for value in [choice for choice in form.choices(name) if choice][:MOST_CHOICES]:
            yield f"{action}?{urlencode({name: value})}"


def _in_order(address: str) -> str:
    """The same address for the same query, whatever its order; empty answers ask for nothing."""
    found = urlsplit(address)
    return found._replace(query=urlencode(sorted(parse_qsl(found.query))), fragment="").geturl()
