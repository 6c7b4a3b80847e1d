"""Lists of plain words that travel with the code: for pseudonyms, and of passwords that everybody tries first."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class WordLists:
    """The words of pseudonyms, first and second, and the passwords that are refused, in lower case."""

    first: tuple[str, ...]
    second: tuple[str, ...]
    common_passwords: frozenset[str]


def read_wordlists(folder: Path) -> WordLists:
    """The lists as the folder has them, one word a line."""
    return WordLists(
        first=_lines(folder / "first.txt"),
        second=_lines(folder / "second.txt"),
        common_passwords=frozenset(_lines(folder / "common_passwords.txt")),
    )


def _lines(path: Path) -> tuple[str, ...]:
    return tuple(line for line in path.read_text(encoding="utf-8").splitlines() if line)
