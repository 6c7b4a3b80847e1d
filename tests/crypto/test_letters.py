"""A letter is read by the one it was sealed to, where it was meant to be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casetrack.crypto.errors import CannotOpen, Reason
from casetrack.crypto.fields import pack
from casetrack.crypto.keysets import HolderKeyset
from casetrack.crypto.letters import letter_version, open_letter, seal_letter
from tests.crypto import by_the_book
from tests.crypto.samples import DEPLOYMENT, HOLDERS, flipped

MINE = HOLDERS.refuge
LETTER = seal_letter("Worried.", to=MINE.public, context=b"reason", deployment=DEPLOYMENT)


@given(st.text(st.characters(exclude_categories=["Cs"], codec="utf-8"), max_size=200).map(str), st.binary(max_size=40))
def test_a_letter_is_read_by_its_reader(text: str, context: bytes) -> None:
    sealed = seal_letter(text, to=MINE.public, context=context, deployment=DEPLOYMENT)
    again = open_letter(sealed, mine=MINE, context=context, deployment=DEPLOYMENT)
    assert pack(again) == pack(text)


def test_letters_of_one_step_have_one_length() -> None:
    short, long = (seal_letter(text, to=MINE.public, context=b"", deployment=DEPLOYMENT) for text in ("", "x" * 27))
    assert len(short) == len(long) == 6 + 1136 + 32


def test_a_letter_names_the_version_that_reads_it() -> None:
    assert letter_version(LETTER) == 1


@pytest.mark.parametrize("sealed", [b"", b"\xc7\x03\0\0\0", b"\xc7\x01\0\0\0\x01" + bytes(80)])
def test_what_is_not_a_letter_is_refused(sealed: bytes) -> None:
    with pytest.raises(CannotOpen) as refused:
        open_letter(sealed, mine=MINE, context=b"reason", deployment=DEPLOYMENT)
    assert refused.value.reason is Reason.HEADER


@pytest.mark.parametrize("at", [0, 1, 5, 6, 1125, 1126, -1])
def test_a_changed_bit_anywhere_is_refused(at: int) -> None:
    with pytest.raises(CannotOpen):
        open_letter(flipped(LETTER, at), mine=MINE, context=b"reason", deployment=DEPLOYMENT)


@pytest.mark.parametrize(
    ("mine", "context", "deployment"),
    [
        (HOLDERS.kent, b"reason", DEPLOYMENT),
        (HolderKeyset.generate("refuge", 1), b"reason", DEPLOYMENT),
        (HolderKeyset.generate("refuge", 2), b"reason", DEPLOYMENT),
        (MINE, b"reasons", DEPLOYMENT),
        (MINE, b"reason", "casetrack.exampl"),
    ],
)
def test_another_reader_context_or_deployment_is_refused(mine: HolderKeyset, context: bytes, deployment: str) -> None:
    with pytest.raises(CannotOpen):
        open_letter(LETTER, mine=mine, context=context, deployment=deployment)


def test_a_letter_of_another_version_is_refused_even_by_its_own_keys() -> None:
    moved = LETTER[:2] + (2).to_bytes(4, "big") + LETTER[6:]
    with pytest.raises(CannotOpen) as refused:
        open_letter(moved, mine=MINE, context=b"reason", deployment=DEPLOYMENT)
    assert refused.value.reason is Reason.KEY


def test_a_letter_that_holds_no_text_is_refused() -> None:
    header = LETTER[:6]
    info = by_the_book.letter_info(header, DEPLOYMENT, "refuge", MINE.public.key_id, b"reason")
    sealed = header + MINE.public.seal(pack(7), info)
    with pytest.raises(CannotOpen) as refused:
        open_letter(sealed, mine=MINE, context=b"reason", deployment=DEPLOYMENT)
    assert refused.value.reason is Reason.SHAPE
