"""The server's worker processes end soon after the process that began them, however that ended."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPConnection

import click
import pytest

from casetrack.cli.serve import check_free
from casetrack.config import Server
from tests.cli.installation import free_port

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
