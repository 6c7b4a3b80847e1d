"""Which names the site answers to: a request for any other is refused before anything of it is looked at.

So a page of somebody else's, whose name was made to lead here, cannot talk to casetrack in a visitor's browser.
"""

import re
from collections.abc import Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from werkzeug.wrappers import Response

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

NAMED: Final = re.compile(r"(?:\[([0-9a-f:.]+)\]|([a-z0-9.-]+))(?::[0-9]{1,5})?")
"""A host as a request names it (RFC 9110, section 7.2), in small letters: a name or an address, and perhaps a port."""
SENTENCE: Final = "casetrack does not go by that name here. Check the address, and [server] hosts in the settings.\n"


class KnownHosts:
    """The application, for requests that name it as it is known."""

    def __init__(self, app: "WSGIApplication", names: Iterable[str]) -> None:
        """Answer to those names, with any port."""
        self._app = app
        self._names = frozenset(names)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """The application's own answer, or a plain refusal."""
        named = NAMED.fullmatch(environ.get("HTTP_HOST", "").lower())
        app = self._app if named and (named[1] or named[2]) in self._names else _refusal()
        return app(environ, start_response)


def _refusal() -> Response:
    return Response(SENTENCE, HTTPStatus.BAD_REQUEST, {"Cache-Control": "no-store"}, mimetype="text/plain")
