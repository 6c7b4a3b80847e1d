"""The site answers to its own names alone, and takes the word of its own proxies alone."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask, request
from werkzeug.test import TestResponse

from casetrack.app import behind_proxies
from casetrack.config import Server

SERVER = Server(hosts=("casetrack.example.org",))


def asked(host: str | None, server: Server = SERVER, headers: Mapping[str, str] | None = None) -> TestResponse:
    """The answer of a site that says whom it sees, to a request of that host."""
    app = Flask("casetrack-tests")
    app.add_url_rule("/", "whom", lambda: f"{request.remote_addr} {request.scheme}")
    behind_proxies(app, server)
    named = {"HTTP_HOST": host} if host is not None else {"HTTP_HOST": ""}
    environ: dict[str, Any] = {**named, "REMOTE_ADDR": "192.0.2.1"}
    return app.test_client().get("/", environ_overrides=environ, headers=headers)


@pytest.mark.parametrize(
    "host",
    [
        *("casetrack.example.org", "CaseTrack.Example.org", "casetrack.example.org:443"),
        *("localhost", "localhost:8000", "127.0.0.1:8000", "[::1]:8000", "[::1]"),
    ],
)
def test_the_names_of_the_settings_and_of_this_machine_are_answered(host: str) -> None:
    assert asked(host).text == "192.0.2.1 http"


@pytest.mark.parametrize(
    "host",
    [
        *(None, "", "elsewhere.example", "casetrack.example.org.elsewhere.example", "elsewhere.example:8000"),
        *("casetrack.example.org.", "a@localhost", "localhost:port", "localhost/", "::1", "[::1", "[::2]", "192.0.2.9"),
        *("localhost, elsewhere.example", "localhost:8000:1", "loc\tlhost"),
    ],
)
def test_any_other_is_refused_in_plain_words_before_anything_is_looked_at(host: str | None) -> None:
    answer = asked(host)
    assert (answer.status_code, answer.mimetype) == (400, "text/plain")
    assert "[server] hosts" in answer.text
    assert "192.0.2.1" not in answer.text


def test_without_a_proxy_in_the_settings_nobody_chooses_their_own_address() -> None:
    said = {"X-Forwarded-For": "203.0.113.5", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "elsewhere.example"}
    assert asked("localhost", headers=said).text == "192.0.2.1 http"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "seen"),
    [
        (1, "203.0.113.5", "203.0.113.5"),
        (1, "198.51.100.1, 203.0.113.5", "203.0.113.5"),
        (2, "198.51.100.1, 203.0.113.5, 192.0.2.7", "203.0.113.5"),
        (2, "203.0.113.5", "192.0.2.1"),
    ],
)
def test_with_some_the_caller_is_whom_the_outermost_of_them_saw(proxies: int, forwarded: str, seen: str) -> None:
    """What stands before that in the header, the caller wrote."""
    answer = asked("localhost", replace(SERVER, trusted_proxies=proxies), {"X-Forwarded-For": forwarded})
    assert answer.text == f"{seen} http"


def test_a_proxy_says_that_a_request_came_by_https() -> None:
    server = replace(SERVER, trusted_proxies=1)
    assert asked("localhost", server, {"X-Forwarded-Proto": "https"}).text == "192.0.2.1 https"
