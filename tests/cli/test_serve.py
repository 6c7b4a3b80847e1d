"""The server's worker processes end soon after the process that began them, and of who asks it says nothing."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path

import click
import pytest

from casetrack.cli.serve import check_free
from casetrack.config import Server
from tests.architecture.tree import ROOT
from tests.cli.installation import free_port, running_in

IN_A_PROCESS = """
import sys
from flask import Flask
from casetrack.cli.serve import PagesServer, settings
from casetrack.config import Config, Log, Server
config = Config(server=Server(port=int(sys.argv[1]), workers=1), log=Log(level="error"))
PagesServer(Flask("nothing"), settings(config)).run()
"""
"""One worker process, so that whoever is answered knows that all of them have begun: gunicorn tells one to end that has
not yet, and it hears nothing of it.
"""
PATIENCE_S = 20
SOON_S = 3
PAUSE_S = 0.05
PEER = "127.0.0.2"
"""From where somebody asks: another address of this machine than the one that the server says that it listens on."""
UNREADABLE = {
    b"GET /canary-" + b"x" * 5000 + b" HTTP/1.1\r\n\r\n": "LimitRequestLine",
    b"GET /canary one two HTTP/1.1\r\n\r\n": "InvalidHTTPVersion",
    b"canary\r\n\r\n": "InvalidRequestLine",
    b"c@nary / HTTP/1.1\r\n\r\n": "InvalidRequestMethod",
    b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Canary: " + b"x" * 10_000 + b"\r\n\r\n": "LimitRequestHeaders",
    b"GET / HTTP/1.1\r\ncanary canary: 1\r\n\r\n": "InvalidHeaderName",
}
"""What no server can answer, and as what kind of fault it is said."""
READABLE = [b"GET /canary?q=canary HTTP/1.1\r\nHost: localhost\r\n\r\n", b"GET /canary"]
"""What it answers, and what somebody began to ask who went away."""


def within(seconds: float, is_so: Callable[[], bool]) -> bool:
    """It is so before the time is over."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if is_so():
            return True
        time.sleep(PAUSE_S)
    return False


def answers(port: int) -> bool:
    with suppress(OSError):
        connection = HTTPConnection("127.0.0.1", port, timeout=1)
        connection.request("GET", "/")
        return connection.getresponse().status == 404
    return False


def is_free(port: int) -> bool:
    with suppress(click.ClickException):
        check_free(Server(port=port), "")
        return True
    return False


@pytest.mark.parametrize("ended", [signal.SIGKILL, signal.SIGTERM])
def test_the_port_is_free_soon_after_the_server_was_killed_or_told_to_end(ended: signal.Signals) -> None:
    port = free_port()
    server = subprocess.Popen([sys.executable, "-c", IN_A_PROCESS, str(port)])
    try:
        assert within(PATIENCE_S, lambda: answers(port))
        assert not is_free(port)
        server.send_signal(ended)
        server.wait(PATIENCE_S)
        assert within(SOON_S, lambda: is_free(port))
    finally:
        server.kill()


def asked(port: int, request: bytes) -> bytes:
    """What is answered to those bytes, sent from that other address."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S, source_address=(PEER, 0)) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(4096), b""))


@pytest.mark.parametrize("is_json", ["true", "false"])
def test_nothing_that_the_server_says_names_who_asked_or_repeats_what(tmp_path: Path, is_json: str) -> None:
    port, said = free_port(), tmp_path / "said"
    log = f'[log]\nlevel = "debug"\njson = {is_json}\n'
    (tmp_path / "config.toml").write_text(f"{log}[server]\nport = {port}\nworkers = 1\n[cookies]\nsecure = false\n")
    with running_in(tmp_path) as here:
        here.done("casetrack db upgrade")
        here.done("casetrack worker --once")
        environ = {"PATH": os.defpath, "PYTHONPATH": str(ROOT), **here.environ}
        with said.open("wb") as sink:
            server = subprocess.Popen(
                here.command("casetrack serve"), cwd=here.folder, env=environ, stdout=sink, stderr=sink
            )
        try:
            assert within(PATIENCE_S, lambda: not is_free(port)), said.read_text()
            answered = [asked(port, request) for request in (*UNREADABLE, *READABLE)]
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(PATIENCE_S)
    assert [answer[9:10] for answer in answered] == [b"4"] * (len(answered) - 1) + [b""]
    lines = said.read_text()
    for kind in UNREADABLE.values():
        assert kind in lines
    for hidden in (PEER, "canary", "Canary", "c@nary"):
        assert hidden not in lines, hidden
