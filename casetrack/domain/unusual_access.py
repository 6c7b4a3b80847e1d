"""Which accesses are unusual, why, and what may come of one.

An access is a look at what is known of a person, by an account: a page of their case, a reveal, a file or a note that
was opened, an offer, the names of a caseload, a search. An attempt to open what one may not open is one too. A change
is none by itself, but where it makes a tie. A list that shows pseudonyms alone is none either.

An access is unusual for any of four reasons:

- `HOURS`: at that instant the account's organisation was closed, by its own hours.
- `RELATIONSHIP`: it was of a case that the account had no tie to. A tie is to be the worker of one of its strands, from
  being named until another is; or to have changed it, or taken a step of an offer, a proposal or a hold of it, no
  longer than `LASTS` before. A look at an offer is a step of a transfer: it asks for no tie, and it makes none, since
  nobody is told of it. A search and the names of one's own caseload are of no
  one case. An attempt that was refused asks for a tie as a look does, also where there is no such case. A change, or
  such a step, asks for a tie from before it: otherwise it makes one for whoever does it, and nothing after it would be
  told. It asks for none where it opens the case, or answers what others asked.
- `VOLUME`: on that day the account opened at least `LEAST` cases, and more than `TIMES` its own median of the last
  `WORKED` days on which its organisation worked; a day on which it opened none counts as none. A name among those of a
  caseload and a person whom a search showed are counted by themselves, from `LEAST_NAMED` people on, and against what
  is usual of those: a caseload that is named each morning does not make it usual to open as many cases.
- `SURNAME`: it was shown who somebody is, and their surname is in the account's own display name.

What one account did with one case on one day in London is an *occasion*: it is listed, and dealt with, as one.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from statistics import median
from typing import Final

from casetrack.domain.actions import Action
from casetrack.domain.errors import NotFound, NotOurPart, NotPermitted, PassedOn
from casetrack.domain.finding_names import alike, as_one_word, words_of
from casetrack.domain.ids import Instant

LEAST: Final = 20
"""Cases on a day, below which no number is unusual."""
LEAST_NAMED: Final = 50
"""People whom a day's names and searches showed, below which no number is unusual: more than a caseload."""
TIMES: Final = 3
WORKED: Final = 28
"""Days of work that an account is measured by."""
LASTS: Final = timedelta(days=28)
"""How long a change, or a step, has to do with a case; another begins anew. The view `case_ties` has it too."""
LONGEST_PARTICLE: Final = 2
"""Letters of a word that may only stand in front of a surname, as in da Silva and de la Cruz."""
MOST_JOINED: Final = 4
"""Words of a display name that may be one word of a surname elsewhere, as van der Berg is Vanderberg."""

_OF_A_WOMAN: Final = re.compile(r"(?<=\w\w)(ov|ev|in)a$|(?<=\w)(sk|ck)a(?:[yij]a)?$")
"""How surnames end that a woman has in another form than a man, in Slavonic languages."""


class Reason(StrEnum):
    """Why an access is unusual."""

    HOURS = "hours"
    RELATIONSHIP = "relationship"
    VOLUME = "volume"
    SURNAME = "surname"


class Disposition(StrEnum):
    """What came of an unusual access, as an auditor records it; a newer one takes the place of the one before."""

    EXPECTED = "expected"
    """It is explained."""
    SPOKEN_TO = "spoken-to"
    """Somebody has spoken to the person."""
    PROFESSIONAL_STANDARDS = "professional-standards"
    """It was referred to those who look into conduct."""
    NO_FURTHER_ACTION = "no-further-action"
    STILL_LOOKING = "still-looking"


OF_OFFERS: Final = frozenset({Action.TRANSFER_VIEW, Action.TRANSFER_SEE})
"""Looks that are steps of a transfer."""
OF_MANY: Final = frozenset({Action.CASELOAD_NAME, Action.PERSON_FIND})
"""Looks that show several people at once."""
LOOKS: Final = (
    OF_OFFERS
    | OF_MANY
    | {
        *(Action.CASE_VIEW, Action.MILESTONE_LIST, Action.JOURNEY_VIEW, Action.HISTORY_VIEW),
        *(Action.IDENTITY_REVEAL, Action.CONTACT_REVEAL),
        *(Action.FILE_LIST, Action.FILE_OPEN, Action.NOTE_LIST, Action.NOTE_OPEN, Action.DISCLOSURE_LIST),
        *(Action.SAR_LIST, Action.SAR_COPY),
    }
)
"""What an account does when it looks at what is known of a person."""
OPENINGS: Final = LOOKS - OF_MANY
"""Looks at one case: what volume is counted by."""
ASKING_NO_TIE: Final = frozenset(
    {
        Action.CASE_OPEN,
        *(Action.TRANSFER_SEE, Action.TRANSFER_ACCEPT, Action.TRANSFER_DECLINE),
        *(Action.PROPOSAL_APPROVE, Action.PROPOSAL_REFUSE),
        Action.DATAKEY_RENEW,
    }
)
"""Changes and steps that open a case or are an answer to others; and what the operator does for an organisation."""
MAKING_NO_TIE: Final = frozenset({Action.TRANSFER_SEE})
"""A step that is a look. The view `case_ties` has it too."""
NOT_TO_BE_OPENED: Final = frozenset(each.__name__ for each in (NotFound, NotPermitted, PassedOn, NotOurPart))
"""The refusals that say that something was not the actor's to open."""


@dataclass(frozen=True)
class Tie:
    """What an account has to do with a case from an instant on: until another was named, or for as long as it lasts."""

    since: Instant
    until: Instant | None = None


def is_tied(at: Instant, ties: Iterable[Tie]) -> bool:
    """True if one of the ties held at that instant."""
    return any(tie.since <= at and (tie.until is None or at < tie.until) for tie in ties)


def was_tied(at: Instant, ties: Iterable[Tie]) -> bool:
    """True if one of the ties was there just before that instant, at which another may begin, or it may end."""
    return any(tie.since < at and (tie.until is None or at <= tie.until) for tie in ties)


def usual(before: Sequence[int]) -> float:
    """How many cases an account opens on a day, as its own days say; none, before it has any."""
    return median(before) if before else 0


def is_in_volume(opened: int, before: Sequence[int], *, least: int = LEAST) -> bool:
    """True if so many cases on one day are unusual, after those numbers on the days before."""
    return opened >= least and opened > TIMES * usual(before)


def days_in_volume(
    opened: Mapping[int, int], worked: Mapping[int, Sequence[int]], *, least: int = LEAST
) -> dict[int, float]:
    """The days on which an account opened an unusual number of cases, each with what is usual of it.

    `opened` is how many it opened on each day, and `worked` the days of work before each day that is asked about.
    """
    before = {day: [opened.get(each, 0) for each in days] for day, days in worked.items()}
    return {
        day: usual(numbers) for day, numbers in before.items() if is_in_volume(opened.get(day, 0), numbers, least=least)
    }


def shares_surname(display_name: str, family_name: str) -> bool:
    """True if the display name has the family name, or one word of several, in whatever place of it.

    Which of its words is the surname a display name does not say, so each is compared, and those beside each other also
    as one. Words are the same as they are to a search, however each is spelt, and as a man or a woman has them.
    """
    words, theirs = display_name.replace(",", " ").split(), words_of([family_name])
    # Otherwise da Silva would be da Costa. Nothing ends in such a word.
    names = (words_of([word]) for word in [*(word for word in words if len(word) > LONGEST_PARTICLE), *words[-1:]])
    plain, family = list(map(as_one_word, words)), as_one_word(family_name)
    runs = ("".join(plain[start : start + count]) for count in range(1, MOST_JOINED + 1) for start in range(len(plain)))
    return bool(theirs) and (
        _are_among(theirs, words_of(words))
        or any(name and _are_among(name, theirs) for name in names)
        or any(_are_one(run, family) for run in runs)
    )


def _are_among(some: Iterable[str], others: Collection[str]) -> bool:
    return all(any(_are_one(one, other) for other in others) for one in some)


def _are_one(one: str, other: str) -> bool:
    """Whether two plain words can be one surname; an initial is alike to no more than itself."""
    if 1 in (len(one), len(other)):
        return one == other
    first, second = _as_of_a_man(one), _as_of_a_man(other)
    return alike(one, other) or ((first, second) != (one, other) and alike(first, second))


def _as_of_a_man(word: str) -> str:
    """The surname as it is of a man, where that of a woman ends otherwise: Popov for Popova, Kowalski for Kowalska."""
    return _OF_A_WOMAN.sub(lambda found: found[1] or f"{found[2]}i", word)
