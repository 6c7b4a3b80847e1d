"""What may be attached to a case: by kind, by name, by size and by how it begins."""

import unicodedata
from collections.abc import Iterable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casetrack.domain import files
from casetrack.domain.errors import (
    FileEmpty,
    FileIsNotWhatItSays,
    FileKindNotAllowed,
    FileTooLarge,
    RuleBroken,
)
from casetrack.domain.files import FORMS, LONGEST_NAME, MOST_BYTES, FileKind, checked, kind_of, tidy_name

BEGINNINGS = {
    FileKind.PDF: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
    FileKind.JPEG: b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01",
    FileKind.PNG: b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
    FileKind.TEXT: b"12/10/2026, 21:04 - An invented message",
    FileKind.MP3: b"ID3\x04\x00\x00\x00\x00\x00\x00\x00\x00",
    FileKind.MP4: b"\x00\x00\x00\x1cftypisom\x00\x00\x02\x00",
    FileKind.OGG: b"OggS\x00\x02\x00\x00\x00\x00\x00\x00",
}
ALSO = {
    FileKind.MP3: [b"\xff\xfb\x90\x64" + bytes(12), b"\xff\xf3\x40\xc4" + bytes(12)],
    FileKind.MP4: [b"\x00\x00\x00\x18ftypM4A \x00\x00\x02\x00", b"\x00\x00\x00\x18ftyp3gp4\x00\x00\x00\x00"],
    FileKind.TEXT: ["Përshëndetje, Zoë".encode(), b"\xef\xbb\xbfa line\r\n\tanother", b"x"],
}
ELSE = {
    "a program of Windows": b"MZ\x90\x00" + bytes(60),
    "a program of Linux": b"\x7fELF\x02\x01\x01" + bytes(60),
    "a page": b"<!doctype html><script>fetch('https://example.org')</script>",
    "an archive or a document of an office suite": b"PK\x03\x04\x14\x00\x06\x00" + bytes(60),
    "an old document of an office suite": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(60),
    "a picture of a telephone": b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic",
    "another picture": b"GIF89a" + bytes(60),
    "a page with a picture's end": b"<svg xmlns='http://www.w3.org/2000/svg'/>\xff\xd8\xff",
    "text of another encoding": "Zoë says".encode("utf-16"),
}


def refused(kind: FileKind, pieces: Iterable[bytes]) -> type[RuleBroken]:
    with pytest.raises(RuleBroken) as error:
        list(checked(kind, pieces))
    return type(error.value)


@pytest.mark.parametrize(
    ("kind", "begin"), [*BEGINNINGS.items(), *((kind, begin) for kind, every in ALSO.items() for begin in every)]
)
@pytest.mark.parametrize("length", [1, 5, 1000])
def test_a_file_of_its_kind_passes_unchanged_in_pieces_of_any_length(kind: FileKind, begin: bytes, length: int) -> None:
    held = begin + b" and so on, and so on"
    pieces = [held[at : at + length] for at in range(0, len(held), length)]

    assert b"".join(checked(kind, pieces)) == held


@pytest.mark.parametrize("kind", FileKind)
def test_a_file_of_one_kind_is_none_of_another(kind: FileKind) -> None:
    for other, begin in BEGINNINGS.items():
        if other not in {kind, FileKind.TEXT} and kind is not FileKind.TEXT:
            assert refused(kind, [begin]) is FileIsNotWhatItSays
        if kind is FileKind.TEXT and b"\0" in begin:
            assert refused(kind, [begin]) is FileIsNotWhatItSays


@pytest.mark.parametrize("what", ELSE)
@pytest.mark.parametrize("kind", FileKind)
def test_what_runs_fetches_or_holds_other_files_is_none_of_them(kind: FileKind, what: str) -> None:
    if kind is FileKind.TEXT and what == "a page":
        assert b"".join(checked(kind, [ELSE[what]])) == ELSE[what], "as text a page does nothing"
    else:
        assert refused(kind, [ELSE[what]]) is FileIsNotWhatItSays


@pytest.mark.parametrize("piece", [b"\xc3", b"\xff", b"\0", b"\x1b[2J", b"bell \x07", b"\xed\xa0\x80"], ids=repr)
def test_text_is_read_to_its_end(piece: bytes) -> None:
    assert refused(FileKind.TEXT, [b"A harmless beginning, of some length.", piece]) is FileIsNotWhatItSays


def test_a_letter_may_lie_across_two_pieces() -> None:
    held = "A harmless beginning: Zoë".encode()

    assert b"".join(checked(FileKind.TEXT, [held[:-1], held[-1:]])) == held


def test_the_refusal_of_a_text_carries_nothing_of_it() -> None:
    with pytest.raises(FileIsNotWhatItSays) as error:
        list(checked(FileKind.TEXT, [b"Somebody's words", b"\xff"]))
    assert error.value.__context__ is None


@pytest.mark.parametrize("pieces", [[], [b""], [b"", b""]])
@pytest.mark.parametrize("kind", FileKind)
def test_an_empty_file_is_refused(kind: FileKind, pieces: list[bytes]) -> None:
    assert refused(kind, pieces) is FileEmpty


@pytest.mark.parametrize("kind", [kind for kind in FileKind if kind is not FileKind.TEXT])
def test_a_file_that_ends_before_it_tells_what_it_is_is_refused(kind: FileKind) -> None:
    assert refused(kind, [BEGINNINGS[kind][:2]]) is FileIsNotWhatItSays


def test_a_file_is_refused_as_soon_as_it_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_BYTES", 100)
    read: list[int] = []

    def pieces() -> Iterator[bytes]:
        for number in range(10):
            read.append(number)
            yield BEGINNINGS[FileKind.PDF].ljust(50)

    assert refused(FileKind.PDF, pieces()) is FileTooLarge
    assert read == [0, 1, 2]
    assert len(b"".join(checked(FileKind.PDF, [BEGINNINGS[FileKind.PDF].ljust(100)]))) == 100


def test_the_most_that_can_be_attached_is_what_its_refusal_says() -> None:
    assert f"{MOST_BYTES // 2**20} MB" in FileTooLarge.sentence


def test_nothing_is_given_before_the_file_has_shown_what_it_is() -> None:
    given = checked(FileKind.PDF, [b"%P", b"DF-", b"2.0\n%", b"not yet kept"])

    assert next(given) == b"%PDF-2.0\n%not yet kept"


@pytest.mark.parametrize(
    ("name", "declared", "kind"),
    [
        ("letter.pdf", "application/pdf", FileKind.PDF),
        ("LETTER.PDF", "Application/PDF; charset=binary", FileKind.PDF),
        ("letter.2.pdf", "", FileKind.PDF),
        ("photo.jpeg", "image/jpeg", FileKind.JPEG),
        ("photo.JPG", "application/octet-stream", FileKind.JPEG),
        ("screen.png", "image/png", FileKind.PNG),
        ("chat.txt", "text/plain; charset=utf-8", FileKind.TEXT),
        ("call.mp3", "audio/mpeg", FileKind.MP3),
        ("clip.mp4", "video/mp4", FileKind.MP4),
        ("voice.m4a", "audio/x-m4a", FileKind.MP4),
        ("PTT-20261012.opus", "audio/ogg", FileKind.OGG),
    ],
)
def test_a_kind_is_known_by_name_and_declaration(name: str, declared: str, kind: FileKind) -> None:
    assert kind_of(name, declared) is kind


@pytest.mark.parametrize(
    "name", ["", "pdf", "letter", "letter.docx", "page.html", "letter.pdf.exe", "letter.", "x.zip"]
)
def test_other_kinds_are_not_attached(name: str) -> None:
    with pytest.raises(FileKindNotAllowed):
        kind_of(name, "application/pdf")


@pytest.mark.parametrize("declared", ["text/html", "image/png", "application/x-msdownload", "pdf"])
def test_a_name_and_a_declaration_that_disagree_are_refused(declared: str) -> None:
    with pytest.raises(FileIsNotWhatItSays):
        kind_of("letter.pdf", declared)


def test_every_kind_has_its_form_and_no_two_share_an_ending_or_a_type() -> None:
    assert FORMS.keys() == set(FileKind)
    extensions = [each for form in FORMS.values() for each in form.extensions]
    types = [each for form in FORMS.values() for each in form.media_types]
    assert len(set(extensions)) == len(extensions)
    assert len(set(types)) == len(types)
    assert FileKind.JPEG.media_type == "image/jpeg"
    assert not [each for each in types if "html" in each or "xml" in each or "script" in each]


@pytest.mark.parametrize(
    ("given_name", "tidy"),
    [
        ("letter.pdf", "letter.pdf"),
        ("D:\\letters\\sent\\letter.pdf", "letter.pdf"),
        ("../../etc/letter.pdf", "letter.pdf"),
        ("letter\u202efdp.exe", "letterfdp.exe"),
        ("let\u200bter\ufeff.pdf\0", "letter.pdf"),
        ("a\tline\r\nor  two.pdf", "a line or two.pdf"),
        ("  .hidden.pdf. ", "hidden.pdf"),
        ('who? "me": <you>|*.pdf', "who_ _me__ _you___.pdf"),
        ("Zoe\u0308.pdf", "Zo\u00eb.pdf"),
        ("\u062a\u0642\u0631\u06cc\u0631.pdf", "\u062a\u0642\u0631\u06cc\u0631.pdf"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
        ("x" * 115 + ". tail.pdf", "x" * 115 + ".pdf"),
        ("letter", "letter"),
        ("/", ""),
        ("\ud800", ""),
    ],
)
def test_a_name_is_one_that_can_be_seen_and_kept(given_name: str, tidy: str) -> None:
    assert tidy_name(given_name) == tidy


@given(st.text(st.characters(), max_size=300))
def test_whatever_the_name_it_is_short_visible_and_stays_as_it_is(name: str) -> None:
    tidy = tidy_name(name)

    assert len(tidy) <= LONGEST_NAME
    assert not set(tidy) & set('/\\<>:"|?*')
    assert all(unicodedata.category(each)[0] != "C" for each in tidy)
    assert unicodedata.is_normalized("NFC", tidy)
    assert tidy_name(tidy) == tidy
