"""What may be attached to a case: which kinds of file, how large, and by what name.

Few kinds, and none that runs, fetches something from afar or holds other files when it is opened: much of what is
attached came from somebody's phone, and may have been sent there by the people they fled from. A document of an
office suite can tell its maker where it was opened, so it is attached as a PDF; so is a mail. Recordings are the kinds
in which phones and their messengers keep voices and clips; plain text is what they export conversations as.

That a file is of its kind does not make it harmless. It is only ever given out as a download (docs/formats/files.md).
"""

import codecs
import contextlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import Final

from casetrack.domain.errors import FileEmpty, FileIsNotWhatItSays, FileKindNotAllowed, FileTooLarge

MOST_BYTES: Final = 100 * 2**20
"""The largest file: some minutes of video, or a few hundred scanned pages."""
LONGEST_NAME: Final = 120
"""In characters."""

_TELLING: Final = 12
"""How many of its first bytes tell what a file is."""
_UNDECLARED: Final = frozenset({"", "application/octet-stream"})
"""What a browser says that does not know the kind."""
_NOT_TEXT: Final = re.compile(r"[\0-\x08\x0b\x0c\x0e-\x1f\x7f]")
_NOT_IN_NAMES: Final = re.compile(r'[<>:"|?*]')
"""What some systems refuse in the name of a file."""


class FileKind(StrEnum):
    """The kinds of file that may be attached."""

    PDF = "pdf"
    JPEG = "jpeg"
    PNG = "png"
    TEXT = "text"
    MP3 = "mp3"
    MP4 = "mp4"
    OGG = "ogg"

    @property
    def media_type(self) -> str:
        """What a door says that the file is when it gives it out (RFC 6838)."""
        return FORMS[self].media_types[0]


@dataclass(frozen=True)
class Form:
    """By what a kind of file is known: what is declared of it, how its name ends, and how it begins."""

    media_types: tuple[str, ...]
    extensions: frozenset[str]
    begins: Callable[[bytes], bool]
    """Whether a file that begins with these bytes can be one."""


def _is_mp4(begin: bytes) -> bool:
    """A file type box of ISO/IEC 14496-12, section 4.3, of a brand that is sound or film: pictures have one too."""
    return begin[4:8] == b"ftyp" and begin[8:12] in _BRANDS


_MP3: Final = re.compile(rb"ID3|\xff[\xe2\xe3\xf2\xf3\xfa\xfb]")
_BRANDS: Final = frozenset({b"avc1", b"dash", b"M4A ", b"M4V ", b"mp41", b"mp42", b"MSNV", b"3gp4", b"3gp5"}) | {
    b"iso" + version for version in (b"m", b"2", b"3", b"4", b"5", b"6", b"7", b"8", b"9")
}

FORMS: Final[dict[FileKind, Form]] = {
    # ISO 32000-2, section 7.5.2
    FileKind.PDF: Form(("application/pdf",), frozenset({"pdf"}), lambda begin: begin.startswith(b"%PDF-")),
    # ISO/IEC 10918-1, annex B: the start of an image, then another marker
    FileKind.JPEG: Form(
        ("image/jpeg", "image/jpg"), frozenset({"jpg", "jpeg"}), lambda begin: begin.startswith(b"\xff\xd8\xff")
    ),
    # ISO/IEC 15948, section 5.2
    FileKind.PNG: Form(("image/png",), frozenset({"png"}), lambda begin: begin.startswith(b"\x89PNG\r\n\x1a\n")),
    # Text begins like nothing: all of it is read.
    FileKind.TEXT: Form(("text/plain",), frozenset({"txt"}), lambda _: True),
    # A tag of ID3v2; or a frame of MPEG audio: eleven bits that are set, a version, layer III, protected or not
    FileKind.MP3: Form(("audio/mpeg", "audio/mp3"), frozenset({"mp3"}), lambda begin: bool(_MP3.match(begin))),
    FileKind.MP4: Form(("video/mp4", "audio/mp4", "audio/x-m4a"), frozenset({"mp4", "m4a"}), _is_mp4),
    # RFC 3533, section 6
    FileKind.OGG: Form(
        ("audio/ogg", "audio/opus", "application/ogg"),
        frozenset({"ogg", "oga", "opus"}),
        lambda begin: begin.startswith(b"OggS"),
    ),
}
_BY_EXTENSION: Final = {extension: kind for kind, form in FORMS.items() for extension in form.extensions}


def kind_of(name: str, declared: str) -> FileKind:
    """The kind that the name ends in, if it may be attached and the media type that was declared agrees."""
    kind = _BY_EXTENSION.get(name.rpartition(".")[2].lower()) if "." in name else None
    if kind is None:
        raise FileKindNotAllowed
    if declared.partition(";")[0].strip().lower() not in {*_UNDECLARED, *FORMS[kind].media_types}:
        raise FileIsNotWhatItSays
    return kind


def checked(kind: FileKind, pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces as they come, none before the first bytes were found to be of that kind.

    `FileEmpty`, `FileIsNotWhatItSays`, or `FileTooLarge` as soon as it is. What was given until then is not to be kept.
    """
    coming = iter(pieces)
    begin = b""
    while len(begin) < _TELLING and (piece := next(coming, None)) is not None:
        begin += piece
    if not begin:
        raise FileEmpty
    if not FORMS[kind].begins(begin):
        raise FileIsNotWhatItSays
    whole = chain((begin,), coming)
    size = 0
    for piece in _read(whole) if kind is FileKind.TEXT else whole:
        size += len(piece)
        if size > MOST_BYTES:
            raise FileTooLarge
        yield piece


def tidy_name(given: str) -> str:
    """The name without a folder, or anything that cannot be seen or turns what follows it round; it may be left empty.

    At most `LONGEST_NAME` characters, and it still ends as it did.
    """
    last = re.split(r"[/\\]", given)[-1]
    seen = "".join(each for each in last if unicodedata.category(each)[0] != "C" or each.isspace())
    spaced = " ".join(_NOT_IN_NAMES.sub("_", unicodedata.normalize("NFC", seen)).split())
    stem, dot, extension = spaced.strip(" .").rpartition(".")
    kept = max(0, LONGEST_NAME - len(dot + extension))
    return f"{stem[:kept].rstrip(' .')}{dot}{extension}"[:LONGEST_NAME]


def _read(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces, as long as they are text: UTF-8, with no unseen character but those of a line and a tab."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    for piece in pieces:
        if not _is_text(decoder, piece):
            raise FileIsNotWhatItSays
        yield piece
    if not _is_text(decoder, b"", final=True):
        raise FileIsNotWhatItSays


def _is_text(decoder: codecs.IncrementalDecoder, piece: bytes, *, final: bool = False) -> bool:
    # The decoder's own error would carry the file, so the refusal is raised outside its reach.
    with contextlib.suppress(UnicodeDecodeError):
        return not _NOT_TEXT.search(decoder.decode(piece, final))
    return False
