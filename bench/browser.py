"""Somebody who asks for pages over HTTP, one connection a request, as a browser behind a plain server does."""

import http.client
import re
import time
from typing import Final
from urllib.parse import urlencode

from bench.timing import Timing

PATIENCE_S: Final = 60
WARMING_UP: Final = 60
"""Requests: by then each worker process has compiled what it shows, and the database has planned what it is asked."""
_PROOF: Final = re.compile(r'name="csrf_token" value="([^"]+)"')
_COOKIE: Final = re.compile(r"^[^=]+=[^;]*")


class Browser:
    """A browser with one cookie."""

    def __init__(self, host: str, port: int) -> None:
        """Nobody is signed in."""
        self._place = host, port
        self._cookie = ""
        self._body = b""

    def get(self, path: str) -> int:
        """The status of the answer."""
        return self._ask("GET", path)

    def sign_in(self, name: str, password: str) -> None:
        """That account is signed in."""
        self.get("/sign-in")
        proof = _PROOF.search(self._body.decode())
        answers = {"csrf_token": proof[1] if proof else "", "name": name, "password": password}
        if self._ask("POST", "/sign-in", urlencode(answers).encode()) != http.HTTPStatus.SEE_OTHER:
            raise RuntimeError(f"{name} could not sign in")

    def timed(self, what: str, path: str, times: int) -> Timing:
        """How long that page takes, from asking to the last byte, after a few that do not count."""
        taken = []
        for _ in range(times + WARMING_UP):
            start = time.perf_counter()
            status = self.get(path)
            taken.append(time.perf_counter() - start)
            if status != http.HTTPStatus.OK:
                raise RuntimeError(f"{path} was answered {status}")
        return Timing.of(what, taken[WARMING_UP:])

    def _ask(self, method: str, path: str, body: bytes | None = None) -> int:
        connection = http.client.HTTPConnection(*self._place, timeout=PATIENCE_S)
        headers = {"Cookie": self._cookie, "Content-Type": "application/x-www-form-urlencoded"}
        try:
            connection.request(method, path, body, {name: value for name, value in headers.items() if value})
            response = connection.getresponse()
            self._body = response.read()
        finally:
            connection.close()
        if (found := _COOKIE.match(response.getheader("Set-Cookie", ""))) is not None:
            self._cookie = found[0]
        return response.status
