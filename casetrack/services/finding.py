"""Finding a person by what is sealed, among the cases that the actor may open, for a reason that is given first.

What is found is told from what only seemed to match by opening it: each candidate's seal is checked, and it is counted
(docs/formats/indexes.md, section 6). Cases of other holders are no part of any step, so they cannot be told from none.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from casetrack.crypto.fields import Value
from casetrack.domain import access
from casetrack.domain.actions import Action
from casetrack.domain.case import Case
from casetrack.domain.events import PeopleSearched, SearchBegun
from casetrack.domain.finding import Known, Question, ask, terms_of
from casetrack.domain.finding_matches import Grade, compare
from casetrack.domain.finding_refusals import TooManyAlike
from casetrack.domain.holders import AUDIT_DESK
from casetrack.domain.ids import AccountId, CaseId
from casetrack.domain.references import Reference
from casetrack.domain.words import N_
from casetrack.services.caseload import everything
from casetrack.services.fields import SealedField
from casetrack.services.identity import check_reason
from casetrack.services.in_hand import Taken
from casetrack.services.indexed import INDEXED, entries_in, known_of
from casetrack.services.journal import Purpose
from casetrack.services.lists import PAGE_SIZE
from casetrack.services.quotas import spend
from casetrack.services.sealing import Opened, open_across, tags_by
from casetrack.services.work import UnitOfWork

MOST_OPENED: Final = 500
"""People that one search may open: one that would open more says too little of who is meant."""
CASE_NAME: Final = "case-name"
"""What the log calls the search by reference or pseudonym, which stand in clear and need no index."""
FIELDS: Final[tuple[SealedField, ...]] = tuple(field for fields in INDEXED.values() for field in fields)
_NAMED: Final = N_("The reference or the pseudonym is the same.")
_NOBODY: Final = Known()


@dataclass(frozen=True, repr=False)
class Sought:
    """Who is looked for: what is known of the person, what their case goes by, or both."""

    known: Known = _NOBODY
    case_name: str | None = None
    """A reference or a pseudonym, whole."""


@dataclass(frozen=True)
class Found:
    """A case whose person may be who was looked for: how surely, and why, in sentences that name nobody."""

    case: Case
    grade: Grade
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class FoundPeople:
    """Those who match, the surest first, as far as they fit on one page."""

    people: tuple[Found, ...]
    left_out: int
    """How many matched besides."""
    workers: Mapping[AccountId, str]
    """What colleagues call those who work on the cases."""
    broken: tuple[Reference, ...] = ()
    """The cases that would have been searched and are not as they were sealed: of those that the actor's holder has."""


def find_people(work: UnitOfWork, sought: Sought) -> FoundPeople:
    """The people who match among those whose cases the actor may open, for the purpose of this unit of work.

    That somebody looks is journalled before anyone is opened, and afterwards whom it showed; never what was looked for.
    A case that is not as it was sealed is left out, named as such, and journalled as refused.
    `ReasonNeeded`, a refusal of what is too little to look for, or `QuotaSpent`.
    """
    work.require(Action.PERSON_FIND)
    check_reason(work)
    question = _question(work, sought)
    spend(work, reveals=1)
    by = work.actor.account
    indexes = (*(index.name for index in question.terms), *((CASE_NAME,) if sought.case_name else ()))
    marks = _marks(work, sought.known)
    work.note(SearchBegun(at=work.now, by=by, indexes=indexes))
    work.purpose = Purpose(work.purpose.code)
    opened = open_across(work, _candidates(work, question), FIELDS)
    named = _named(work, sought.case_name)
    broken = {**opened.broken, **named.broken}
    work.refuse_each(broken, Action.PERSON_FIND)
    matching = _matching(work, question, opened) | {case: _of_name(hand.case) for case, hand in named.hands.items()}
    surest = sorted(
        (found for case, found in matching.items() if case not in broken),
        key=lambda each: (-each.grade, each.case.reference),
    )
    people = tuple(surest[:PAGE_SIZE])
    shown = tuple(each.case.id for each in people)
    compared = len(opened.cases)
    work.note(PeopleSearched(at=work.now, by=by, indexes=indexes, marks=marks, opened=compared, cases=shown))
    workers = {worker for each in people for worker in each.case.workers.values()}
    left_out, references = len(surest) - len(people), tuple(sorted(each.reference for each in broken.values()))
    return FoundPeople(people, left_out, work.stores.accounts.names(workers), references)


def _question(work: UnitOfWork, sought: Sought) -> Question:
    """What is asked of the indexes: nothing, where the case is looked for by its name alone."""
    if sought.case_name and sought.known == _NOBODY:
        return Question(_NOBODY, {})
    return ask(sought.known, today=work.today)


def _marks(work: UnitOfWork, known: Known) -> tuple[str, ...]:
    """What the log keeps of what was looked for: the index, and what the audit desk's keys alone can make again."""
    terms = [(index, value) for index, _, value in entries_in(terms_of(known))]
    desk = work.trust.mine(AUDIT_DESK)
    made = work.trust.asking(lambda: work.deployment.keyring.search_marks(desk, terms))
    return tuple(f"{index}:{mark.hex()}" for (index, _), mark in zip(terms, made, strict=True))


def _candidates(work: UnitOfWork, question: Question) -> Taken:
    """The cases with a tag of what is asked for, which are counted against the actor before one of them is opened."""
    holder, entries = work.actor.holder, entries_in(question.terms)
    newest = work.trust.current(holder).version
    # While a keyset that was renewed is not done with, some tags are still of the one before it.
    versions = work.stores.tags.versions(holder, up_to=newest) if newest > 1 else (1,)
    sought = [tag for version in versions for tag in tags_by(work, work.trust.sealed(holder, version), entries)]
    candidates = work.stores.tags.cases(sought, most=MOST_OPENED + 1)
    if len(candidates) > MOST_OPENED:
        raise TooManyAlike
    taken = work.take_all(candidates)
    spend(work, opened=len(taken.hands))
    return taken


def _matching(work: UnitOfWork, question: Question, opened: Opened[dict[str, Value]]) -> dict[CaseId, Found]:
    """Those of the candidates who match, once they are opened; the others had a tag by chance, or a part of a name."""
    matches = {case: compare(question, known_of(values)) for case, values in opened.values.items()}
    cases = opened.cases
    return {
        case: Found(cases[case], match.grade, tuple(each for reason in match.reasons for each in reason.sentences))
        for case, match in matches.items()
        if match is not None and access.reach(work.actor, cases[case]) is access.Reach.CASE
    }


def _named(work: UnitOfWork, case_name: str | None) -> Taken:
    """The cases that go by that reference or pseudonym, among those that the actor's holder has."""
    if not case_name:
        return Taken({}, {})
    cards = work.stores.cards.find(everything(work).named(case_name))
    return work.take_all([card.id for card in cards.items])


def _of_name(case: Case) -> Found:
    return Found(case, Grade.STRONG, (_NAMED,))
