"""Whether somebody who was found is who was looked for, how surely, and why, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final

from casetrack.domain.finding import Birth, Known, Question, plain_values, terms_of
from casetrack.domain.finding_indexes import CRIME, DOCUMENT, EMAIL, NAME, NRM, PHONE, Index
from casetrack.domain.finding_names import alike, joined
from casetrack.domain.finding_numbers import same_phone
from casetrack.domain.words import N_


class Grade(IntEnum):
    """How sure a match is; more is surer."""

    POSSIBLE = 1
    LIKELY = 2
    STRONG = 3


class Naming(StrEnum):
    """How the names of two people agree."""

    SAME = "same"
    ALIKE = "alike"
    PARTLY = "partly"


class Dating(StrEnum):
    """How two dates of birth agree."""

    SAME = "same"
    TURNED = "turned"
    YEAR = "year"
    NEAR = "near"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Reason:
    """One thing by which a person matched, and what is said of it; it names no name."""

    index: Index
    grade: Grade
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Match:
    """Somebody who may be who was looked for, for at least one reason, the surest first."""

    reasons: tuple[Reason, ...]

    @property
    def grade(self) -> Grade:
        """As sure as its surest reason."""
        return self.reasons[0].grade


_SAME: Final[Mapping[Index, str]] = {
    NRM: N_("The NRM reference is the same."),
    CRIME: N_("The crime reference is the same."),
    DOCUMENT: N_("The document number is the same."),
    EMAIL: N_("The e-mail address is the same."),
}
_PHONE_SAME: Final = N_("The telephone number is the same.")
_PHONE_ENDS: Final = N_("The telephone number ends the same: one of the two may be without its country code.")
_NAMING: Final = {
    Naming.SAME: N_("The names are the same, as far as both are known."),
    Naming.ALIKE: N_("The names sound alike, or are written in another way."),
    Naming.PARTLY: N_("One of the names is the same or sounds alike, and another begins alike."),
}
_DATING: Final = {
    Dating.SAME: N_("The date of birth is the same."),
    Dating.TURNED: N_("The day and the month of birth are the other way round."),
    Dating.YEAR: N_("The year of birth is the same, and the day is not known of both."),
    Dating.NEAR: N_("The years of birth are close, and one of them may be an estimate."),
    Dating.UNKNOWN: N_("There is no date of birth to compare."),
}
_BOTH: Final = 2
"""Names that must agree, beside the date of birth, for a match to be strong."""


def compare(question: Question, known: Known) -> Match | None:
    """How the person on record matches the question; None if a tag, or a part of a name, only seemed to."""
    shared = {index for index, terms in terms_of(known).items() if terms & question.terms.get(index, frozenset())}
    asked, recorded = plain_values(question.asked), plain_values(known)
    reasons = [Reason(index, Grade.STRONG, (_SAME[index],)) for index in _SAME if index in shared]
    if PHONE in shared:
        reasons += _phone_reasons(asked[PHONE], recorded[PHONE])
    if NAME in shared:
        reasons += _name_reasons(question.asked, known)
    reasons.sort(key=lambda reason: -reason.grade)
    return Match(tuple(reasons)) if reasons else None


def _phone_reasons(asked: frozenset[str], recorded: frozenset[str]) -> list[Reason]:
    if asked & recorded:
        return [Reason(PHONE, Grade.STRONG, (_PHONE_SAME,))]
    if any(same_phone(one, other) for one in asked for other in recorded):
        return [Reason(PHONE, Grade.LIKELY, (_PHONE_ENDS,))]
    return []


def _name_reasons(asked: Known, known: Known) -> list[Reason]:
    naming, dating = _naming(asked.words, known.words), _dating(asked.birth, known.birth)
    if not naming or not dating or (naming is Naming.PARTLY and dating is not Dating.SAME):
        return []
    agreed = min(len(asked.words), len(known.words))
    return [Reason(NAME, _grade(naming, dating, agreed), (_NAMING[naming], _DATING[dating]))]


def _grade(naming: Naming, dating: Dating, agreed: int) -> Grade:
    if naming is Naming.PARTLY or dating in {Dating.NEAR, Dating.UNKNOWN}:
        return Grade.POSSIBLE
    return Grade.STRONG if dating is Dating.SAME and agreed >= _BOTH else Grade.LIKELY


def _naming(asked: frozenset[str], known: frozenset[str]) -> Naming | None:
    """How the names agree, as far as both are known: a name that only one side has says nothing."""
    if asked <= known or known <= asked:
        return Naming.SAME
    if _all_among(asked, known) or _all_among(known, asked):
        return Naming.ALIKE
    return Naming.PARTLY if any(alike(one, other) for one in asked for other in known) else None


def _all_among(some: frozenset[str], others: frozenset[str]) -> bool:
    """Whether each of some words is alike to one of the others, or to two of them written as one."""
    forms = others | {whole for whole, _, _ in joined(others)}
    return all(any(alike(word, form) for form in forms) for word in some)


def _dating(asked: Birth | None, known: Birth | None) -> Dating | None:
    """How the dates of two who share a term agree; None if they are of two people."""
    if asked is None or known is None:
        return Dating.UNKNOWN
    if asked.day and known.day:
        if asked.day == known.day:
            return Dating.SAME
        turned = (asked.year, asked.day.month, asked.day.day) == (known.year, known.day.day, known.day.month)
        return Dating.TURNED if turned else None
    return Dating.YEAR if asked.year == known.year else Dating.NEAR
