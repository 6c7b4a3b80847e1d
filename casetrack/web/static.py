"""The files that pages ask for: ready compressed, and kept by browsers for as long as their content is the same."""

import hashlib
from collections.abc import MutableMapping
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from flask import Flask, Response, abort, request
from werkzeug.security import safe_join

from casetrack import resources

FOLDER: Final = resources.PACKAGE / "web" / "static"
ENDPOINT: Final = "static"
A_YEAR: Final = 31_536_000
LETTERS_OF_DIGEST: Final = 16
KINDS: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
BYTES: Final = "application/octet-stream"


def init_app(app: Flask) -> None:
    """`url_for("static", filename=…)` is an address with the digest of the file's content in it."""
    app.add_url_rule("/static/<path:filename>", ENDPOINT, view_func=serve)
    app.url_defaults(_say_content)


def serve(filename: str) -> Response:
    """The file, compressed if there is such a copy of it and the browser takes it."""
    path = Path(safe_join(str(FOLDER), filename) or FOLDER)
    digest = digest_of(path)
    if digest is None:
        abort(HTTPStatus.NOT_FOUND)
    packed = path.with_name(f"{path.name}.gz")
    is_packed = request.accept_encodings["gzip"] > 0 and packed.is_file()
    response = Response((packed if is_packed else path).read_bytes(), mimetype=KINDS.get(path.suffix, BYTES))
    if is_packed:
        response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    response.set_etag(f"{digest}-gzip" if is_packed else digest)
    same = request.args.get("v") == digest
    response.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable" if same else "no-cache"
    response.make_conditional(request)
    return response


@cache
def digest_of(path: Path) -> str | None:
    """The beginning of the SHA-256 of the file, in hexadecimal; None if there is no such file.

    What is served does not change while a process runs, so each file is read once.
    """
    return hashlib.sha256(path.read_bytes()).hexdigest()[:LETTERS_OF_DIGEST] if path.is_file() else None


def _say_content(endpoint: str, values: MutableMapping[str, Any]) -> None:
    if endpoint == ENDPOINT and (digest := digest_of(FOLDER / values["filename"])):
        values["v"] = digest
