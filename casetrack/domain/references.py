"""How a case is named: a reference with a check character, and a pseudonym of two plain words.

`CT-XXXX-XXXC`: seven characters of Crockford's base32 and one check character. The check is Luhn's
algorithm over 32 letters, so any one wrong character and nearly every swap of neighbours is noticed.
"""

from collections.abc import Callable, Sequence
from typing import NewType

from casetrack.domain.errors import MistypedReference

Reference = NewType("Reference", str)
Pseudonym = NewType("Pseudonym", str)

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
PREFIX = "CT"
LENGTH = 7
MISREAD = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V", "-": ""})


def new_reference(choose: Callable[[int], int]) -> Reference:
    """A reference that nobody can guess the next of; `choose(n)` gives a random number below n."""
    body = "".join(ALPHABET[choose(len(ALPHABET))] for _ in range(LENGTH))
    return _written(body + _check_character(body))


def read_reference(text: str) -> Reference:
    """The reference that somebody typed, however spaced; a mistyped one is refused by its check character.

    The CT in front may be left out, and is told from a reference that begins with those letters by the length.
    """
    letters = "".join(text.upper().split()).translate(MISREAD)
    if len(letters) == len(PREFIX) + LENGTH + 1:
        letters = letters.removeprefix(PREFIX)
    if len(letters) != LENGTH + 1 or not set(letters) <= set(ALPHABET) or _check_character(letters[:-1]) != letters[-1]:
        raise MistypedReference
    return _written(letters)


def new_pseudonym(words: tuple[Sequence[str], Sequence[str]], choose: Callable[[int], int]) -> Pseudonym:
    """Two plain words by which people can tell cases apart aloud; they say nothing of the person."""
    first, second = words
    return Pseudonym(f"{first[choose(len(first))]} {second[choose(len(second))]}")


def _written(letters: str) -> Reference:
    return Reference(f"{PREFIX}-{letters[:4]}-{letters[4:]}")


def _check_character(body: str) -> str:
    base = len(ALPHABET)
    total = 0
    for place, letter in enumerate(reversed(body)):
        product = ALPHABET.index(letter) * (2 if place % 2 == 0 else 1)
        total += product // base + product % base
    return ALPHABET[-total % base]
