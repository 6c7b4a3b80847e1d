"""What invented people said of themselves, looked for where it has no business to be."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from casetrack.cli.demo.acts import Journey, Open

SHORTEST: Final = 5
"""Letters or digits; anything shorter stands on pages by chance."""
IN_PARTS: Final = frozenset({"given_names", "family_name", "nrm_reference", "document_numbers"})
"""The fields of which each word tells who it is."""
WHOLE: Final = frozenset({"phone", "address", "email", "voicemail", "unsafe_areas", "crime_references"})
"""The fields whose words are anybody's, and that tell something only as they stand, with their spaces or without.

The last six digits of a telephone number are also some moment's microseconds, sooner or later.
"""
_WORD: Final = re.compile(r"\w[\w'-]*\w")
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


class Seeded:
    """Everything that invented people said, and that is nobody else's."""

    def __init__(self, lives: Iterable[Journey], others: Iterable[str]) -> None:
        """Look for what was said in those lives, except for the words that `others`, such as workers, are called by."""
        known = {word for text in others for word in _WORD.findall(text)}
        self._words: dict[str, str] = {}
        self._whole: dict[str, str] = {}
        for life in lives:
            opening = next(act for act in life.acts if isinstance(act, Open))
            for name, value in (*opening.names.items(), *opening.contact.items()):
                self._add(f"{name} of life {life.number}", name, value)
        for word in known & self._words.keys():
            del self._words[word]

    def __len__(self) -> int:
        return len(self._words) + len(self._whole)

    def in_text(self, text: str) -> Iterator[str]:
        """Whose it is, for each that stands there; never what."""
        for word in self._words.keys() & set(_WORD.findall(text)):
            yield self._words[word]
        for whole, whose in self._whole.items():
            if whole in text:
                yield whose

    def _add(self, whose: str, name: str, value: object) -> None:
        if isinstance(value, date):
            month = _MONTHS[value.month - 1]
            for written in (
                value.isoformat(),
                f"{value.day} {month} {value.year}",
                f"{value.day} {month[:3]} {value.year}",
            ):
                self._whole[written] = whose
        elif name in WHOLE:
            self._whole.update(dict.fromkeys((str(value), str(value).replace(" ", "")), whose))
        elif name in IN_PARTS:
            self._words.update((word, whose) for word in _WORD.findall(str(value)) if len(word) >= SHORTEST)
