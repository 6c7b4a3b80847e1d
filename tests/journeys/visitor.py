"""Somebody who comes to the site over HTTP with a browser that runs no script: follows links, fills in forms."""

import http.client
from dataclasses import dataclass, field
from functools import cached_property
from http.cookies import SimpleCookie
from typing import Final
from urllib.parse import urlencode, urljoin, urlsplit

from tests.journeys.pages import Answers, Form, Page

PATIENCE_S: Final = 60
MOST_REDIRECTS: Final = 6
FORM: Final = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Answer:
    """What the site answered to one request."""

    method: str
    path: str
    """With its query, if it has one."""
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        """The body."""
        return self.body.decode()

    @property
    def is_page(self) -> bool:
        """Whether it is HTML."""
        return self.headers.get_content_type() == "text/html"

    @property
    def leads_to(self) -> str:
        """Where a redirect leads; empty if it is none."""
        return self.headers.get("Location", "") if self.status in {301, 302, 303, 307, 308} else ""

    @cached_property
    def page(self) -> Page:
        """What a person has of it."""
        return Page.read(self.text)


@dataclass
class Visitor:
    """One browser: its cookies, the page that it shows, and every answer that it had."""

    host: str
    port: int
    headers: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    answers: list[Answer] = field(default_factory=list)

    @property
    def now(self) -> Answer:
        """The answer that the browser shows."""
        return self.answers[-1]

    @property
    def page(self) -> Page:
        """The page that the browser shows."""
        return self.now.page

    def get(self, address: str) -> Answer:
        """The page at that address, wherever it leads to."""
        return self._follow(self.request("GET", self._absolute(address)))

    @property
    def address(self) -> str:
        """The path of the page that it shows, with its query."""
        return self.now.path

    def go(self, address: str) -> None:
        """The page at that address is shown, or the one that it leads to."""
        self.get(address)

    def follow(self, words: str) -> None:
        """The page is shown that the first link with these words leads to."""
        self.get(self.page.link(words))

    def answer(self, answers: Answers, button: str = "") -> None:
        """The one form that asks for all of this is filled in and sent."""
        self.send(self.page.form(*answers, *([button] if button else [])), answers, button)

    def send(self, form: Form, answers: Answers | None = None, button: str = "") -> Answer:
        """The page that comes of sending the form with those answers."""
        return self._follow(self.post(form, answers, button))

    def post(self, form: Form, answers: Answers | None = None, button: str = "") -> Answer:
        """The answer itself to sending the form, though it may lead elsewhere."""
        sent = urlencode(form.filled(answers, button))
        action = self._absolute(form.action)
        if form.method == "get":
            return self.request("GET", f"{action.partition('?')[0]}?{sent}")
        return self.request("POST", action, sent.encode())

    def request(self, method: str, address: str, body: bytes | None = None, **headers: str) -> Answer:
        """One request and its answer, which leads nowhere. A header is named with `_` for each `-`."""
        named = {name.replace("_", "-").title(): value for name, value in headers.items()}
        connection = http.client.HTTPConnection(self.host, self.port, timeout=PATIENCE_S)
        try:
            connection.request(method, address, body, self._headers(body) | named)
            response = connection.getresponse()
            answer = Answer(method, address, response.status, response.headers, response.read())
        finally:
            connection.close()
        self._keep_cookies(answer)
        self.answers.append(answer)
        return answer

    def _headers(self, body: bytes | None) -> dict[str, str]:
        sent = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin", **self.headers}
        if body is not None:
            sent["Content-Type"] = FORM
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return sent

    def _keep_cookies(self, answer: Answer) -> None:
        for line in answer.headers.get_all("Set-Cookie") or ():
            for name, morsel in SimpleCookie(line).items():
                if morsel["max-age"] == "0" or "1970" in morsel["expires"]:
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value

    def _follow(self, answer: Answer) -> Answer:
        for _ in range(MOST_REDIRECTS):
            if not answer.leads_to:
                return answer
            leads_to = urlsplit(urljoin(f"http://{self.host}:{self.port}{answer.path}", answer.leads_to))
            if leads_to.port != self.port:
                return answer
            answer = self.request("GET", leads_to._replace(scheme="", netloc="", fragment="").geturl())
        raise RecursionError(f"{answer.path} leads on and on")

    def _absolute(self, address: str) -> str:
        """The path and query of an address that stands on the page shown now."""
        here = self.now.path if self.answers else "/"
        found = urlsplit(urljoin(f"http://{self.host}:{self.port}{here}", address or here))
        if (found.hostname, found.port) != (self.host, self.port):
            raise LookupError(f"{address} leads out of the site")
        return found._replace(scheme="", netloc="", fragment="").geturl()
