"""A file that is sent, read as it comes: no part of it is kept on its way, in memory or on a disk.

It comes in a form, or as the whole of a request to the API.

The framework's own reading of such a form puts the file into a temporary one. Here a form is what was answered before
its first file; the file is then read by whoever takes it, a piece at a time, or by nobody, and is gone.
"""

import contextlib
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from http import HTTPStatus
from typing import IO, Final, TypeVar, cast

from flask import Flask, Request, Response, abort, current_app, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Event, Field, File, MultipartDecoder, NeedData

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])

PIECE: Final = 64 * 1024
"""How many bytes are read of a request at a time."""
MOST_ANSWERS: Final = 64 * 1024
"""How many bytes there may be of answers before a file."""
_HELD: Final = 4 * PIECE
"""What the decoder may hold: a piece, and what is left of the one before."""


@dataclass(frozen=True)
class Upload:
    """A file on its way: what the sender calls it, what kind is declared, and its pieces, which are read once."""

    name: str = field(repr=False)
    declared: str
    pieces: Iterator[bytes] = field(repr=False)


class Fingerprinted:
    """The pieces of a file as they are read, and a digest of the whole: two that are the same are known by it."""

    def __init__(self, upload: Upload) -> None:
        """Nothing is read yet."""
        self._pieces = upload.pieces
        self._digest = sha256()

    def __iter__(self) -> Iterator[bytes]:
        """Each piece, once."""
        for piece in self._pieces:
            self._digest.update(piece)
            yield piece

    def digest(self) -> str:
        """SHA-256 of the whole, in hexadecimal; what nobody has read yet is read, and is gone."""
        deque(self, maxlen=0)
        return self._digest.hexdigest()


class UploadRequest(Request):
    """A request whose form is what was answered before its first file."""

    upload: Upload | None = None

    def chosen(self) -> Upload | None:
        """The file that came with the form; None if none was chosen."""
        self._load_form_data()
        return self.upload if self.upload is not None and self.upload.name else None

    def _load_form_data(self) -> None:
        """Werkzeug's place for reading a form otherwise than it does."""
        if "form" in self.__dict__ or self.mimetype != "multipart/form-data":
            super()._load_form_data()
            return
        # Whoever says why it could not be read must be able to ask what was answered, and be told nothing.
        self.__dict__.update(form=ImmutableMultiDict(), files=ImmutableMultiDict())
        view = current_app.view_functions.get(self.endpoint or "")
        self.max_content_length = getattr(view, "takes_bytes", self.max_content_length)
        answers, self.upload = _read(self._get_stream_for_parsing(), self.mimetype_params.get("boundary", ""))
        self.__dict__.update(form=ImmutableMultiDict(answers))


def takes_file(most: int) -> Callable[[View], View]:
    """Says that a view takes a file of at most so many bytes."""

    def declare(view: View) -> View:
        view.takes_bytes = most + MOST_ANSWERS  # type: ignore[attr-defined]  # a mark on the function itself
        return view

    return declare


def uploaded() -> Upload | None:
    """The file that came with the form of this request; None if none was chosen."""
    return cast(UploadRequest, request).chosen()


def streamed() -> Upload:
    """The body of this request as a file: what it is called is in Content-Disposition, and its kind in Content-Type.

    An address, which is written down on its way, is no place for a name.
    """
    view = current_app.view_functions.get(request.endpoint or "")
    request.max_content_length = getattr(view, "takes_bytes", request.max_content_length)
    _, said = parse_options_header(request.headers.get("Content-Disposition", ""))
    upload = Upload(said.get("filename", ""), request.mimetype, iter(lambda: request.stream.read(PIECE), b""))
    cast(UploadRequest, request).upload = upload
    return upload


def init_app(app: Flask) -> None:
    """The application reads forms so; and what nobody took of a file is read to its end before the answer goes out.

    A browser that is still sending would not listen to it.
    """

    def let_go(response: Response) -> Response:
        upload = getattr(request, "upload", None)
        if upload is not None:
            with contextlib.suppress(HTTPException):  # It has stopped sending: there is nothing left to read.
                deque(upload.pieces, maxlen=0)
        return response

    app.request_class = UploadRequest
    app.after_request(let_go)


def _read(stream: IO[bytes], boundary: str) -> tuple[MultiDict[str, str], Upload | None]:
    """What was answered before the first file, and the file."""
    if not boundary:
        abort(HTTPStatus.BAD_REQUEST)
    events = _events(stream, MultipartDecoder(boundary.encode("ascii", "replace"), _HELD))
    answers: MultiDict[str, str] = MultiDict()
    size = 0
    for event in events:
        if isinstance(event, File):
            declared = event.headers.get("Content-Type", "")
            return answers, Upload(event.filename, declared, _pieces(events))
        if isinstance(event, Field):
            answer = b"".join(_pieces(events))
            size += len(answer)
            if size > MOST_ANSWERS:
                abort(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            answers.add(event.name, answer.decode("utf-8", "replace"))
    return answers, None


def _events(stream: IO[bytes], decoder: MultipartDecoder) -> Iterator[Event]:
    """What comes, as it comes; a form that breaks off, or is none, is refused."""
    while True:
        piece = stream.read(PIECE)
        decoder.receive_data(piece or None)
        try:
            while not isinstance(event := decoder.next_event(), NeedData):
                yield event
                if isinstance(event, Epilogue):
                    return
        except ValueError:
            abort(HTTPStatus.BAD_REQUEST)


def _pieces(events: Iterator[Event]) -> Iterator[bytes]:
    """What is in the part that has just begun, to its end."""
    for event in events:
        if isinstance(event, Data):
            if event.data:
                yield event.data
            if not event.more_data:
                return
