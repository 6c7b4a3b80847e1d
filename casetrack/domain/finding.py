"""What a person is found by: the terms that a record gives, the terms that a question gives, and whether it is a match.

A question finds a record if and only if they share a term. What a question leaves open, such as the year of birth, it
asks for in every way that it may have been recorded, so that a record's own terms can stay nearly unique: a term of the
name index is a name's sound, the initial of another name, and the month of birth. Whoever looked then opens what was
found, and `finding_matches.compare` leaves out what only seemed to match.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Self, TypeAlias

from casetrack.domain.errors import RuleBroken
from casetrack.domain.finding_indexes import CRIME, DOCUMENT, EMAIL, NAME, NRM, PHONE, Index
from casetrack.domain.finding_names import INITIALS, joined, sound, words_of
from casetrack.domain.finding_numbers import PHONE_DIGITS, phones_in, plain_email, plain_nrm, plain_number
from casetrack.domain.finding_refusals import (
    BirthAlone,
    EmailNotWhole,
    NameTooShort,
    NothingToFindBy,
    NumberTooShort,
    PhoneTooShort,
)

Terms: TypeAlias = Mapping[Index, frozenset[str]]
"""The values of each index, made alike; an index without any is left out."""

MOST_APART: Final = 2
"""Years by which an estimate of the year of birth may be wrong."""
_EARLIEST: Final = 1900
_MONTHS: Final = range(1, 13)
_UNKNOWN: Final = "-"
_LEAST_LETTERS: Final = 2
_MOST_SOUNDS: Final = 4
"""Of a question with more names, the longest are looked for by their sound, and the others by their initial."""
_MOST_JOINED: Final = {True: 3, False: 2}
"""Names that a question may have, with a date of birth or without, for two of them to be looked for written as one."""


@dataclass(frozen=True, repr=False)
class Birth:
    """When somebody was born, as far as it counts: on a day, or in a year."""

    year: int
    day: date | None = None

    @classmethod
    def on(cls, day: date, *, estimated: bool = False) -> Self:
        """Of an estimate, and of 1 January, which is written for "some time that year", only the year counts."""
        counts = not estimated and (day.month, day.day) != (1, 1)
        return cls(day.year, day if counts else None)


@dataclass(frozen=True, repr=False)
class Known:
    """What is known of a person that one may be found by: of somebody on record, or of somebody looked for."""

    names: tuple[str, ...] = ()
    """Given, family and other names: each text may hold several, and their order does not matter."""
    birth: Birth | None = None
    nrm_references: tuple[str, ...] = ()
    crime_references: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()

    @property
    def words(self) -> frozenset[str]:
        """The words of the names, in plain Latin letters."""
        return words_of(self.names)


@dataclass(frozen=True, repr=False)
class Question:
    """Somebody looked for: what was asked, and every term that may have been recorded of them."""

    asked: Known
    terms: Terms


def terms_of(known: Known) -> Terms:
    """The terms that a record gives. What is too short to find anybody by gives none."""
    return _filled({NAME: _name_terms(known), **_others(known)})


def ask(asked: Known, *, today: date) -> Question:
    """A question that finds whoever may be the person; refused if it says too little.

    The log keeps the marks of `terms_of(asked)`. Whether a person was looked for is answered by the marks of the terms
    of a question about that person.
    """
    check_enough(asked)
    return Question(asked, _filled({NAME: _name_terms_sought(asked, today.year), **_others(asked)}))


def plain_values(known: Known) -> Mapping[Index, frozenset[str]]:
    """What is known beside the names, made alike; a telephone number is still whole."""
    return {
        NRM: _kept(plain_nrm, known.nrm_references),
        CRIME: _kept(plain_number, known.crime_references),
        DOCUMENT: _kept(plain_number, known.documents),
        PHONE: frozenset(number for text in known.phones for number in phones_in(text)),
        EMAIL: _kept(plain_email, known.emails),
    }


def _others(known: Known) -> Mapping[Index, frozenset[str]]:
    """The terms of every index but that of names."""
    values = plain_values(known)
    return {**values, PHONE: frozenset(number[-PHONE_DIGITS:] for number in values[PHONE])}


def _name_terms(known: Known) -> frozenset[str]:
    """Each name's sound with the initial of each other name and the month of birth, as far as they are known."""
    sounds = {sound(word) for word in known.words}
    return frozenset(
        _term(each, initial, _period(known.birth))
        for each in sounds
        for initial in ({other[0] for other in sounds - {each}} or {_UNKNOWN})
    )


def _name_terms_sought(asked: Known, this_year: int) -> frozenset[str]:
    """As a record may have them: with one name only, without a date of birth, with an estimate.

    A name alone, without a date of birth, looks only for people of whom one name is all that is known.
    """
    words = sorted(asked.words, key=lambda word: (-len(word), word))
    sounds = {sound(word) for word in words}
    any_other = set(INITIALS) if len(sounds) == 1 and asked.birth else set[str]()
    initials = {each: any_other | {other[0] for other in sounds - {each}} for each in map(sound, words[:_MOST_SOUNDS])}
    if len(words) <= _MOST_JOINED[asked.birth is not None]:
        for whole, *parts in joined(words):
            rest = {sound(word)[0] for word in set(words).difference(parts)}
            initials.setdefault(sound(whole), set()).update(rest)
    periods = _periods_sought(asked.birth, this_year)
    return frozenset(
        _term(each, initial, period)
        for each, others in initials.items()
        for initial in {_UNKNOWN, *others}
        for period in periods
    )


def _period(birth: Birth | None) -> str:
    """The month of birth where the day counts, the year where it does not."""
    if birth is None:
        return _UNKNOWN
    return _month(birth.year, birth.day.month) if birth.day else str(birth.year)


def _periods_sought(birth: Birth | None, this_year: int) -> set[str]:
    """The months and years that the same birth may be recorded with, and none."""
    if birth is None:
        years = range(_EARLIEST, this_year + 1)
    else:
        years = range(birth.year - MOST_APART, birth.year + MOST_APART + 1)
    if birth and birth.day:
        turned = birth.day.day if birth.day.day in _MONTHS else birth.day.month
        months = {_month(birth.year, birth.day.month), _month(birth.year, turned)}
    else:
        months = {_month(year, month) for year in years for month in _MONTHS}
    return {_UNKNOWN, *map(str, years), *months}


def _month(year: int, month: int) -> str:
    return f"{year}-{month:02}"


def _term(name_sound: str, initial: str, period: str) -> str:
    return f"{name_sound} {initial} {period}"


def check_enough(asked: Known) -> None:
    """A question that could be answered by too many people is refused."""
    numbers = (*asked.nrm_references, *asked.crime_references, *asked.documents)
    if not _said((*asked.names, *numbers, *asked.phones, *asked.emails)):
        raise BirthAlone if asked.birth else NothingToFindBy
    if _said(asked.names) and max(map(len, asked.words), default=0) < _LEAST_LETTERS:
        raise NameTooShort
    if asked.birth and not asked.words:
        raise BirthAlone
    checks: tuple[tuple[tuple[str, ...], Callable[[str], object], type[RuleBroken]], ...] = (
        (asked.nrm_references, plain_nrm, NumberTooShort),
        (asked.crime_references, plain_number, NumberTooShort),
        (asked.documents, plain_number, NumberTooShort),
        (asked.phones, phones_in, PhoneTooShort),
        (asked.emails, plain_email, EmailNotWhole),
    )
    for given, enough, refusal in checks:
        if not all(map(enough, _said(given))):
            raise refusal


def _said(texts: Iterable[str]) -> list[str]:
    """Those of the texts in which there is anything."""
    return [text for text in texts if text.strip()]


def _kept(plain: Callable[[str], str | None], texts: Iterable[str]) -> frozenset[str]:
    return frozenset(value for text in texts if (value := plain(text)))


def _filled(terms: Mapping[Index, frozenset[str]]) -> Terms:
    return {index: values for index, values in terms.items() if values}
