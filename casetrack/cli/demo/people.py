"""Invented people. Nobody is called like this: names are made of invented pieces, and end in the word that says so."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from casetrack.cli.demo.acts import Desk
from casetrack.cli.demo.chance import Stream
from casetrack.crypto.fields import Value
from casetrack.domain.case import AgeGroup

MARK: Final = "-Invented"
"""What every invented family name ends in."""

_BEGINNINGS: Final = (
    "Bel",
    "Cor",
    "Dri",
    "Fal",
    "Gri",
    "Jov",
    "Kes",
    "Lum",
    "Mar",
    "Nol",
    "Pri",
    "Quo",
    "Rav",
    "Tov",
    "Vel",
    "Zan",
)
_MIDDLES: Final = ("", "a", "and", "e", "er", "i", "ill", "o", "or", "u")
_ENDINGS: Final = (
    "bex",
    "dun",
    "fyn",
    "gol",
    "kra",
    "lith",
    "mok",
    "nef",
    "pra",
    "quil",
    "rosk",
    "tavi",
    "vash",
    "wyx",
    "zori",
)
_BETWEEN: Final = ("", "", "", "", "ap ", "de ", "ní ", "van ")
_DAYS_IN_YEAR: Final = 365.25
_STREETS: Final = ("Invented Street", "Nowhere Lane", "Made-Up Road", "Imaginary Close")
_NOWHERE: Final = "Nowhere-on-Sea, ZZ99 9ZZ"
_TIMES: Final = ("Weekdays, 10 to 12", "Afternoons", "After 6 in the evening", "Never on a Friday")
_VOICEMAIL: Final = (
    "Leave no message",
    "Say that the library is calling",
    "A message is safe; the code word is lantern",
)
_UNSAFE: Final = ("The bus station at Nowhere-on-Sea", "Anywhere near the old workplace", "The market, and one cousin")
_NAME: Final = re.compile(r"[A-Z]\w+")
_AS_HEARD: Final = str.maketrans({"f": "ph", "k": "c", "v": "w", "x": "ks"})
_TO_DOUBLE: Final = re.compile(r"(?<=[a-z])([dglmnrt])")
_LIKES: Final = 0.3
_ESTIMATED: Final = 0.15
_DOUBLE: Final = 0.4


@dataclass(frozen=True)
class Person:
    """What somebody who does not exist would say of themselves."""

    names: Mapping[str, Value]
    contact: Mapping[str, Value]


def invented_name(stream: Stream) -> tuple[str, str]:
    """Given names and a family name, of several parts and marked as invented."""
    given = " ".join(_piece(stream) for _ in range(1 + stream.happens(_DOUBLE)))
    family = f"{stream.pick(_BETWEEN)}{_piece(stream)}{MARK}"
    return given, family


def colleague_name(seed: str, desk: Desk) -> tuple[str, str]:
    """What whoever sits at that desk is called."""
    return invented_name(Stream(seed, "colleague", desk.holder, desk.role, desk.number))


def as_heard(name: str) -> str:
    """The name, without the word that says it is invented, as somebody would spell it who has only heard it."""
    return _NAME.sub(lambda found: _heard(found[0]), name.removesuffix(MARK))


def invent_person(stream: Stream, *, age_group: AgeGroup, nationality: str, today: date) -> Person:
    """A person of that age group, with a way to be contacted that reaches nobody."""
    given, family = invented_name(stream)
    own = Stream("numbers", given, family, nationality)
    years = stream.between(13, 17) if age_group is AgeGroup.CHILD else stream.between(18, 58)
    days = round((years + stream.unit() * 0.9) * _DAYS_IN_YEAR)
    names: dict[str, Value] = {
        "given_names": given,
        "family_name": family,
        "birth_date": today - timedelta(days=days),
        "birth_date_is_estimate": "yes" if stream.happens(_ESTIMATED) else "no",
        "nationality": nationality,
        "nrm_reference": f"INVENTED-{stream.below(10**6):06}",
        **_numbers(own),
    }
    if stream.happens(_LIKES):
        names["other_names"] = f"Likes to be called {given.split()[0][:3]}"
    contact: dict[str, Value] = {
        "address": f"{stream.between(1, 99)} {stream.pick(_STREETS)}, {_NOWHERE}",
        "phone": f"07700 900{stream.below(1000):03}",
        "email": f"invented.{own.below(10**6):06}@example.org",
        "voicemail": stream.pick(_VOICEMAIL),
        "times": stream.pick(_TIMES),
        "unsafe_areas": stream.pick(_UNSAFE),
    }
    return Person(names, contact)


def _heard(name: str) -> str:
    """One name in letters that sound as its own do."""
    written = name.translate(_AS_HEARD)
    return written if written != name else _TO_DOUBLE.sub(r"\1\1", name, count=1)


def _numbers(stream: Stream) -> dict[str, Value]:
    """The numbers by which others know the person, which nobody has been given."""
    return {
        "crime_references": f"INVENTED/{stream.below(10**6):06}/26",
        "document_numbers": f"INVENTED{stream.below(10**8):08}",
    }


def _piece(stream: Stream) -> str:
    return stream.pick(_BEGINNINGS) + stream.pick(_MIDDLES) + stream.pick(_ENDINGS)
