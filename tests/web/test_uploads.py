"""A form with a file in it, read as it comes: what was answered before the file, and the file a piece at a time."""

import tempfile
from io import BytesIO
from typing import Any

import pytest
import werkzeug.formparser
from flask import Flask, abort, request
from flask.testing import FlaskClient
from flask.typing import ResponseReturnValue
from werkzeug.test import TestResponse

from casetrack.http import uploads
from casetrack.http.uploads import MOST_ANSWERS, PIECE, takes_file, uploaded

MOST = 10 * PIECE
HELD = bytes(range(256)) * 1024
BOUNDARY = "an-invented-boundary"


class Counted(BytesIO):
    """A body of which it is known how far it was read."""


@pytest.fixture
def client() -> FlaskClient:
    """An application that says what it was sent."""
    app = Flask("uploads")
    app.config["MAX_CONTENT_LENGTH"] = PIECE
    uploads.init_app(app)

    @app.post("/take")
    @takes_file(MOST)
    def take() -> ResponseReturnValue:
        answers, upload = request.form.to_dict(), uploaded()
        if upload is None:
            return {"answers": answers, "file": None}
        sizes = [len(piece) for piece in upload.pieces]
        return {"answers": answers, "file": [upload.name, upload.declared], "sizes": sizes, "files": len(request.files)}

    @app.post("/leave")
    @takes_file(MOST)
    def leave() -> ResponseReturnValue:
        abort(400 if uploaded() is None else 422)

    @app.post("/plain")
    def plain() -> ResponseReturnValue:
        return {"answers": request.form.to_dict(), "files": len(request.files)}

    return app.test_client()


def part(name: str, held: bytes, file: str | None = None) -> bytes:
    named = f'Content-Disposition: form-data; name="{name}"' + (f'; filename="{file}"' if file is not None else "")
    kind = "\r\nContent-Type: text/plain" if file is not None else ""
    return f"--{BOUNDARY}\r\n{named}{kind}\r\n\r\n".encode() + held + b"\r\n"


END = f"--{BOUNDARY}--\r\n".encode()


def sent(client: FlaskClient, *parts: bytes, to: str = "/take", end: bytes = END, **more: Any) -> TestResponse:  # noqa: ANN401 - whatever the client takes
    body = b"".join(parts) + end
    more.setdefault("content_type", f"multipart/form-data; boundary={BOUNDARY}")
    return client.post(to, input_stream=BytesIO(body), content_length=len(body), **more)


def test_what_was_answered_before_the_file_is_the_form_and_the_file_comes_in_pieces(client: FlaskClient) -> None:
    answer = sent(client, part("one", "Zoë".encode()), part("two", b""), part("file", HELD, "letter.pdf")).json
    assert answer is not None
    assert answer["answers"] == {"one": "Zoë", "two": ""}
    assert answer["file"] == ["letter.pdf", "text/plain"]
    assert sum(answer["sizes"]) == len(HELD)
    assert max(answer["sizes"]) <= 2 * PIECE
    assert answer["files"] == 0


def test_what_is_answered_after_the_file_is_not_read(client: FlaskClient) -> None:
    answer = sent(client, part("file", HELD, "x"), part("one", b"1"), part("file", HELD, "y")).json
    assert answer is not None
    assert (answer["answers"], answer["file"][0]) == ({}, "x")


@pytest.mark.parametrize(
    "parts", [[], [part("one", b"1")], [part("file", b"", "")]], ids=["none", "answers", "no name"]
)
def test_where_no_file_was_chosen_there_is_none(client: FlaskClient, parts: list[bytes]) -> None:
    answer = sent(client, *parts).json
    assert answer is not None
    assert answer["file"] is None


@pytest.mark.parametrize(
    "end", [b"", b"--", part("file", HELD, "x")[:-10], b"\r\n\r\n"], ids=["nothing", "half", "cut", "blank"]
)
def test_a_form_that_breaks_off_is_refused(client: FlaskClient, end: bytes) -> None:
    assert sent(client, part("one", b"1"), end=end).status_code == 400


def test_a_form_without_a_boundary_is_refused_and_one_without_a_file_is_read_as_ever(client: FlaskClient) -> None:
    assert sent(client, part("one", b"1"), content_type="multipart/form-data").status_code == 400
    answer = client.post("/take", data={"one": "1"}).json
    assert answer is not None
    assert answer["answers"] == {"one": "1"}


@pytest.mark.parametrize(
    "parts",
    [[part("one", bytes(MOST_ANSWERS + 1))], [part("one", bytes(MOST_ANSWERS // 2)), part("two", bytes(MOST_ANSWERS))]],
)
def test_answers_are_not_longer_than_answers_are(client: FlaskClient, parts: list[bytes]) -> None:
    assert sent(client, *parts).status_code == 413


def test_more_than_the_view_takes_is_refused_and_elsewhere_less_is_taken(client: FlaskClient) -> None:
    assert sent(client, part("file", bytes(MOST), "x")).status_code == 200
    assert sent(client, part("file", bytes(MOST + 2 * MOST_ANSWERS), "x")).status_code == 413
    assert sent(client, part("file", bytes(2 * PIECE), "x"), to="/plain").status_code == 413


def test_what_nobody_took_is_read_to_its_end_before_the_answer_goes_out(client: FlaskClient) -> None:
    body = part("file", HELD, "x") + END
    stream = Counted(body)
    kind = f"multipart/form-data; boundary={BOUNDARY}"
    answer = client.post("/leave", input_stream=stream, content_length=len(body), content_type=kind)
    assert answer.status_code == 422
    assert stream.tell() == len(body)


def test_a_sender_that_has_gone_away_is_not_waited_for(client: FlaskClient) -> None:
    body = part("file", HELD, "x")
    kind = f"multipart/form-data; boundary={BOUNDARY}"
    answer = client.post("/leave", input_stream=BytesIO(body), content_length=len(body) + 99, content_type=kind)
    assert answer.status_code == 422


@pytest.fixture
def no_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever makes a temporary file fails."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError

    for name in ("TemporaryFile", "NamedTemporaryFile", "SpooledTemporaryFile", "mkstemp"):
        monkeypatch.setattr(tempfile, name, refuse)
    monkeypatch.setattr(werkzeug.formparser, "default_stream_factory", refuse)


@pytest.mark.usefixtures("no_files")
@pytest.mark.parametrize("to", ["/take", "/leave", "/plain"])
def test_no_file_is_made_of_a_file(client: FlaskClient, to: str) -> None:
    size = 1000 if to == "/plain" else 9 * PIECE
    assert sent(client, part("one", b"1"), part("file", bytes(size), "x"), to=to).status_code in {200, 422}
