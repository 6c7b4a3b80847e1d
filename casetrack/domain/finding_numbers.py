"""How references, numbers and addresses are made alike, and which of them are too short to find a person by."""

import re
import unicodedata
from typing import Final

from anyascii import anyascii

LEAST_CHARACTERS: Final = 5
"""Letters and figures that a reference or a document number must have to be looked for."""
LEAST_FIGURES: Final = 3
"""How many of them must be figures: words such as `unknown` are no number."""
PHONE_DIGITS: Final = 7
"""The last figures of a telephone number, which are its term: no country has shorter numbers for people."""

_MISREAD: Final = str.maketrans("IO", "10")
_LONGEST_PHONE: Final = 15
"""ITU-T E.164: a number has at most fifteen figures."""
_COUNTED: Final = 9
"""The last figures by which two numbers are compared, where both have as many: they hold no country or trunk code."""
_EXTENSION: Final = re.compile(r"(?:ext(?:ension)?|x|#)\.?\s*\d+")
_NUMBERS: Final = re.compile(r"[\d\s+()./\-]+")
_BETWEEN: Final = re.compile(r"[\s/]+")
_WHOLE: Final = 9
"""Figures of the shortest whole number: after them another zero or plus, in a run too long for one, begins the next."""
_DIALLED: Final = re.compile(r"\(?[+0][0-9 ()-]*")
"""From the first code on: the trunk's or the country's. A number without either reaches nobody from elsewhere."""
_ADDRESS: Final = re.compile(r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+")


def plain_number(text: str) -> str | None:
    """A reference or document number in capitals and figures alone; None if it is too short to be one.

    Blanks, dashes and slashes are left out, and the letters O and I read as 0 and 1.
    """
    kept = re.sub(r"[^A-Z0-9]", "", anyascii(unicodedata.normalize("NFKC", text)).upper()).translate(_MISREAD)
    figures = sum(character.isdigit() for character in kept)
    return kept if len(kept) >= LEAST_CHARACTERS and figures >= LEAST_FIGURES else None


def plain_nrm(text: str) -> str | None:
    """An NRM reference, with or without those letters in front of it."""
    return plain_number(re.sub(r"^\W*nrm\b|^\W*nrm(?=\d)", "", unicodedata.normalize("NFKC", text).casefold()))


def plain_email(text: str) -> str | None:
    """An e-mail address without blanks around it, case folded; None if it is not whole.

    Nothing else is made alike: that two addresses reach one box is for the one who runs it to know.
    """
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).strip().casefold())
    return folded if _ADDRESS.fullmatch(folded) else None


def phones_in(text: str) -> tuple[str, ...]:
    """The telephone numbers in a text, in figures alone and without the zeros in front, in their order.

    `+44 (0)7700 900123`, `0044 7700 900123` and `07700 900123` give numbers whose ends are the same.
    """
    latin = _EXTENSION.sub(" , ", anyascii(text).casefold()).replace("(0)", "")
    found = [number for run in _NUMBERS.findall(latin) for number in _split(run)]
    return tuple(number for number in found if len(number) >= PHONE_DIGITS)


def is_whole_phone(text: str) -> bool:
    """True of one number and nothing besides, as it is dialled from elsewhere: `01632 960001` or `+44 1632 960001`."""
    return _DIALLED.fullmatch(text) is not None and _WHOLE <= len(re.sub(r"\D", "", text)) <= _LONGEST_PHONE


def same_phone(one: str, other: str) -> bool:
    """Whether two numbers, each as `phones_in` gives them, are one, with or without codes of country and trunk."""
    counted = min(len(one), len(other), _COUNTED)
    return one[-counted:] == other[-counted:]


def plain_pseudonym(text: str) -> str:
    """The words of a pseudonym, as cases keep them, however they were typed."""
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold()))


def _split(run: str) -> list[str]:
    """The number that a run of figures is; of a run too long for one number, each of its numbers."""
    if len(_figures(run)) <= _LONGEST_PHONE:
        return [_figures(run)]
    numbers = [""]
    for group in _BETWEEN.split(run):
        if group.startswith(("0", "+")) and len(re.sub(r"\D", "", numbers[-1])) >= _WHOLE:
            numbers.append("")
        numbers[-1] += group
    return [figures for number in numbers if len(figures := _figures(number)) <= _LONGEST_PHONE]


def _figures(text: str) -> str:
    return re.sub(r"\D", "", text).lstrip("0")
