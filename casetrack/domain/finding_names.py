"""How a name is made alike however it was written: in which script, with which marks, by whose ear, in which order.

A name is a set of words in plain Latin letters. Each word has a *sound*, which is kept as a term of the name index:
its consonants, those that people confuse made one, and one letter for a vowel in front. Vowels are left out of the
sound because transliterations differ in them, and some scripts do not write them; where both names show their vowels,
`alike` looks at them too.
"""

import re
import unicodedata
from collections.abc import Iterable
from itertools import permutations
from typing import Final

from anyascii import anyascii

INITIALS: Final = "abdfghjklmnprstv"
"""What a sound can begin with; `a` stands for every vowel."""
MOST_WORDS: Final = 8
"""Of longer names, the longest words are taken."""

WEAK: Final = frozenset(
    {
        "abd",
        "abdal",
        "abdel",
        "abdul",
        "al",
        "bin",
        "bint",
        "binti",
        "bn",
        "de",
        "der",
        "dos",
        "el",
        "ibn",
        "thi",
        "ul",
        "van",
        "von",
    }
)
"""Words that stand in many names, and are left out of as many: they count only where a name has no other."""

SAME: Final = {
    "akhmad": "ahmad",
    "akhmed": "ahmad",
    "cabdi": "abdi",
    "cali": "ali",
    "chaudhry": "chaudhary",
    "choudhury": "chaudhary",
    "chowdhury": "chaudhary",
    "gamal": "jamal",
    "khasan": "hasan",
    "maxamed": "muhammad",
    "md": "muhammad",
    "mohd": "muhammad",
    "muhd": "muhammad",
    "mukhamed": "muhammad",
    "mukhammad": "muhammad",
    "othman": "osman",
    "tewodros": "teodros",
    "uthman": "osman",
    "xasan": "hasan",
    "xuseen": "husen",
}
"""Spellings and abbreviations that no rule of sound brings together, most of them of Arabic names elsewhere."""

_ABJAD: Final = str.maketrans(
    dict.fromkeys("اأآىةع", "a") | {"إ": "i", "و": "u", "ؤ": "u", "ي": "i", "ی": "i", "ئ": "i", "ء": ""}
)
"""Arabic letters that stand for a vowel more often than not: the tables of `anyascii` leave them out."""

_PHRASES: Final = re.compile(r"\b(?:(?:likes|prefers|wants) to be called|(?:also )?known as|aka|formerly|nicknamed?)\b")
_INNER_YEH: Final = re.compile(r"(?<=\w)[يی]")
"""Inside a name the letter is heard as in Ali or as in Husain: as an `e`, which may be either."""
_ARTICLE: Final = re.compile(r"\bال(?!له\b)(?=\w{2})")  # noqa: RUF001 -- these are Arabic letters
"""The Arabic article, which Latin letters write apart; but not in the name of God, which Abdullah is made of."""
_SYLLABLE: Final = re.compile(r"([\u3400-\u9fff\uac00-\ud7a3])")
"""Characters of Chinese and Korean, each a syllable that stands apart in Latin letters."""
_JOINED: Final = re.compile(r"\b(?:(o|mc|mac) (?=[a-z]{3})|(abd) (?=all))")

_GOD: Final = re.compile(r"abd[aeiou]?(?:ll?ah?i?|llh)")
_FRONT: Final = re.compile(
    r"^(?:abd(?:[aeiou]{1,2}(?:l(?!l)|([dnrstz])(?=\1))?)?(?=[a-z]{4,}$)|[ae]l(?=[^aeiouyl][a-z]{4,}$))"
)
"""What stands in front of an Arabic name, joined to it: Abdul-, Abdur-, Al-, El-."""
RULES: Final = (
    (r"shch|sch|sz", "s"),
    (r"tsch|tch", "k"),
    (r"dzh|dz|dj|gj|xh", "j"),
    (r"ph", "f"),
    (r"^x", "s"),
    (r"x", "ks"),
    (r"cz|[ckq]h?", "k"),
    (r"^ou(?=[aei])|w", "v"),
    (r"t[sz]", "t"),
    (r"z", "s"),
    (r"([bdfgklmnprstv])\1+", r"\1"),
    (r"^y(?=e)", ""),
    (r"j", "y"),
    (r"^[iy](?=[aeou])", "j"),
    (r"(?<!^)h", ""),
)
"""What is heard alike, one after another: each pattern, and the letters that take its place."""
_RULES: Final = tuple((re.compile(pattern), letters) for pattern, letters in RULES)
_CONSONANT: Final = re.compile(r"[^aeiouy]")
_VOWELS: Final = {"a": "a", "e": "aiu", "i": "i", "y": "i", "o": "u", "u": "u"}
"""What each vowel may be heard as."""
_MANY_VOWELS: Final = 3
"""A name with so many vowels between consonants may differ in one of them."""


def words_of(texts: Iterable[str]) -> frozenset[str]:
    """The words of a name in plain Latin letters: those that tell people apart, or all if none does."""
    found = {word for text in texts for word in _plain(text).split()}
    strong = {word for word in found if len(word) > 1 and word not in WEAK} or found
    return frozenset(sorted(strong, key=lambda word: (-len(word), word))[:MOST_WORDS])


def as_one_word(text: str) -> str:
    """The whole name in plain Latin letters, with nothing between its words: `vanderberg` for van der Berg."""
    return _plain(text).replace(" ", "")


def sound(word: str) -> str:
    """How a plain word is kept: `ngn` for Nguyễn, `mmt` for Mohamed, `amt` for Ahmed."""
    heard = _heard(word)
    consonants = "".join(_CONSONANT.findall(heard))
    front = "" if _CONSONANT.match(heard) else "a"
    return front + (consonants[:-1] + "t" if consonants.endswith("d") else consonants)


def alike(one: str, other: str) -> bool:
    """Whether two plain words can be one name: the same sound, and vowels that do not say otherwise.

    The vowel in front is not looked at: Omar, Umar and عمر. The one at the end is: Samir is not Samira.
    """
    if sound(one) != sound(other):
        return False
    first, second = (_CONSONANT.split(_heard(word))[1:] for word in (one, other))
    if not first:
        return one == other
    voiced = [pair for pair in zip(first, second, strict=True) if all(pair)]
    apart = sum(not _heard_as(before[0], after[0]) for before, after in voiced)
    return apart <= len(voiced) // _MANY_VOWELS and _ends_alike(first[-1], second[-1])


def joined(words: Iterable[str]) -> frozenset[tuple[str, str, str]]:
    """Every two of the words written as one, with the two: Gebre Mariam may be kept as Gebremariam."""
    return frozenset((first + second, first, second) for first, second in permutations(sorted(words), 2))


def _plain(text: str) -> str:
    """Small Latin letters, with one space between words."""
    spaced = _SYLLABLE.sub(r" \1 ", unicodedata.normalize("NFKC", text))
    spaced = _INNER_YEH.sub("e", _ARTICLE.sub("", spaced)).translate(_ABJAD)
    latin = re.sub(r"['`]", "", anyascii(spaced).casefold())
    return _JOINED.sub(r"\1\2", " ".join(re.sub(r"[^a-z]+", " ", _PHRASES.sub(" ", latin)).split()))


def _heard(word: str) -> str:
    """The word by its sound, vowels and all."""
    heard = SAME.get(word, word)
    heard = "abdala" if _GOD.fullmatch(heard) else _FRONT.sub("", heard, count=1)
    for pattern, letters in _RULES:
        heard = pattern.sub(letters, heard)
    return heard


def _ends_alike(one: str, other: str) -> bool:
    """Whether what follows the last consonant may be the same; an `a` there makes another name, and an `e` does not."""
    if one and other:
        return _heard_as(one[-1], other[-1])
    return not (one + other).endswith("a")


def _heard_as(one: str, other: str) -> bool:
    """Whether two vowels may be heard as the same."""
    return not set(_VOWELS[one]).isdisjoint(_VOWELS[other])
