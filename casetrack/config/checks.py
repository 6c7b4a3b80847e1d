"""What a setting may be: each check gives the value of what a file says, or a sentence that says what is allowed."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time
from difflib import get_close_matches
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from casetrack import resources

_LONGEST_SHOWN: Final = 60


@dataclass(frozen=True)
class Whole:
    """A whole number from `least` to `most`."""

    least: int
    most: int

    def __call__(self, given: object) -> int:
        """The number."""
        if isinstance(given, int) and not isinstance(given, bool) and self.least <= given <= self.most:
            return given
        kind = "" if type(given) is int else "a whole number "
        raise ValueError(f"{shown(given)} is not {kind}between {self.least} and {self.most}")


@dataclass(frozen=True)
class OneOf:
    """One of some words."""

    words: tuple[str, ...]

    def __call__(self, given: object) -> str:
        """The word."""
        if isinstance(given, str) and given in self.words:
            return given
        raise ValueError(f"{shown(given)} is not one of {', '.join(map(shown, self.words))}")


@dataclass(frozen=True)
class Text:
    """A text of one form; `allowed` says which in words."""

    form: str
    allowed: str

    def __call__(self, given: object) -> str:
        """The text."""
        if isinstance(given, str) and re.fullmatch(self.form, given):
            return given
        raise ValueError(f"{shown(given)} is not {self.allowed}")


@dataclass(frozen=True)
class Several:
    """Some texts, each as another check allows it; perhaps none."""

    each: Text

    def __call__(self, given: object) -> tuple[str, ...]:
        """The texts."""
        if isinstance(given, list):
            return tuple(self.each(one) for one in given)
        raise ValueError(f"{shown(given)} is not a list of texts, each {self.each.allowed}")


def yes_or_no(given: object) -> bool:
    """A TOML truth value."""
    if isinstance(given, bool):
        return given
    raise ValueError(f"{shown(given)} is not true or false")


def place(given: object) -> Path:
    """A path; `read_config` takes it from the folder of the file that named it."""
    if isinstance(given, str) and given and "\0" not in given:
        return Path(given)
    raise ValueError(f"{shown(given)} is not a path")


def place_or_none(given: object) -> Path | None:
    """A path, or an empty text for none."""
    return None if given == "" else place(given)


def address(given: object) -> str:
    """A PostgreSQL address with its role, or an empty text. A refusal never repeats it: it may hold a password."""
    if given == "":
        return ""
    try:
        parts = urlsplit(given) if isinstance(given, str) else None
        told = parts is not None and parts.username and parts.path.strip("/") and (parts.port is None or parts.port > 0)
    except ValueError:
        parts, told = None, False
    if parts is None or not told or parts.scheme not in {"postgresql", "postgresql+psycopg"}:
        raise ValueError("this is not an address of PostgreSQL with a role, such as postgresql://role@host/database")
    return parts._replace(scheme="postgresql+psycopg").geturl()


def facts_version(given: object) -> str:
    """A version of the field's facts that travels with the code."""
    return OneOf(tuple(sorted(folder.name for folder in resources.facts().glob("*-*-*"))))(given)


def instead(name: str, known: Iterable[str]) -> str:
    """What is said in place of a name that there is not."""
    near = get_close_matches(name, known, n=1)
    return f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"


def shown(given: object) -> str:
    """The value as the file has it, or nearly, cut where it is long."""
    shown = str(given) if isinstance(given, date | time) else json.dumps(given, ensure_ascii=False, default=str)
    return shown if len(shown) <= _LONGEST_SHOWN else f"{shown[:_LONGEST_SHOWN]}…"
