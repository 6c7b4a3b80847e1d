"""Enquiries: who may ask, about whom, who reads what for how long, and how like a record must be."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casetrack.domain import access
from casetrack.domain.actions import Action
from casetrack.domain.actors import Actor, Auth, Role
from casetrack.domain.enquiries import (
    ANSWERED_FOR,
    answered_until,
    answering_until,
    check_desk,
    check_named,
    enough,
    reads_question,
)
from casetrack.domain.errors import CasetrackError, NeedsStepUp, NotFound
from casetrack.domain.finding import Birth, Known, ask, terms_of
from casetrack.domain.finding_indexes import INDEXES, NAME
from casetrack.domain.holders import AUDIT_DESK, Holder, HolderKind
from casetrack.domain.ids import Instant, ProposalId
from casetrack.domain.proposal_refusals import (
    AnswerLapsed,
    BirthNeeded,
    DeskAlone,
    NotAgreedYet,
    SecondPersonNeeded,
)
from casetrack.domain.proposals import LIFE, Proposal, ProposalKind, ProposalState
from tests.domain.made import EASTMARCH, NINE, actor

DESK = Holder(AUDIT_DESK, "Invented Desk", HolderKind.AUDIT_DESK, "England")
ASKER, SECOND, THIRD = (actor(DESK, Role.AUDITOR, number) for number in (1, 2, 3))
LATER = NINE + timedelta(days=1)
BORN = Birth.on(date(1999, 5, 14))


def asked() -> Proposal:
    """An auditor asks, and nobody has agreed yet."""
    return Proposal.propose(
        id=ProposalId(UUID(int=40)),
        kind=ProposalKind.ENQUIRY,
        subject=UUID(int=41),
        case=None,
        case_version=None,
        rule="lawfulness",
        reason="",
        to_holder=AUDIT_DESK,
        by=ASKER,
        at=NINE,
    )


def agreed() -> Proposal:
    """And a second agrees."""
    return asked().approve(by=SECOND, at=LATER)


def refusal(by: Actor, enquiry: Proposal, at: Instant) -> type[CasetrackError] | None:
    try:
        answering_until(by, enquiry, at)
    except CasetrackError as refused:
        return type(refused)
    return None


# Who


def test_the_audit_desk_asks_and_no_other_auditor() -> None:
    check_desk(ASKER)
    with pytest.raises(DeskAlone):
        check_desk(actor(EASTMARCH, Role.AUDITOR))


@pytest.mark.parametrize("role", Role)
def test_an_enquiry_concerns_auditors_and_nobody_else(role: Role) -> None:
    assert access.knows(actor(DESK, role, 2), asked()) is (role is Role.AUDITOR)
    assert not access.knows(actor(EASTMARCH, role, 2), asked())


def test_nobody_agrees_with_themselves() -> None:
    with pytest.raises(SecondPersonNeeded):
        asked().approve(by=ASKER, at=NINE)
    assert Action.PROPOSAL_APPROVE not in access.permitted_of_two(ASKER, asked(), NINE)
    assert Action.PROPOSAL_APPROVE in access.permitted_of_two(SECOND, asked(), NINE)


@pytest.mark.parametrize(
    "action", [Action.ENQUIRY_LIST, Action.ENQUIRY_PROPOSE, Action.ENQUIRY_ANSWER, Action.PROPOSAL_APPROVE]
)
def test_a_person_must_be_in_front_of_it(action: Action) -> None:
    with pytest.raises(NeedsStepUp):
        access.require_role(replace(SECOND, auth=Auth.TOKEN), action)


# About whom


@pytest.mark.parametrize(
    ("known", "is_refused"),
    [
        (Known(names=("Linh Nguyen",)), True),
        (Known(names=("Linh Nguyen",), phones=("07700 900123",)), True),
        (Known(names=("Linh Nguyen",), birth=BORN), False),
        (Known(names=("Linh Nguyen",), birth=Birth(1999)), False),
        (Known(phones=("07700 900123",)), False),
    ],
)
def test_a_name_comes_with_a_birth(known: Known, *, is_refused: bool) -> None:
    if not is_refused:
        check_named(known)
        return
    with pytest.raises(BirthNeeded):
        check_named(known)


@pytest.mark.parametrize(
    ("names", "expected"), [(("Linh",), 1), (("Linh Lynh",), 1), (("Linh Nguyen",), 2), (("Linh", "Thi Nguyen"), 2)]
)
def test_of_two_names_two_terms_are_shared(names: tuple[str, ...], expected: int) -> None:
    asked_about = Known(names=names, birth=BORN)
    assert enough(NAME, asked_about) == expected
    assert {enough(index, asked_about) for index in INDEXES if index is not NAME} == {1}


WORDS = st.sampled_from(["Linh", "Nguyen", "Testa", "Maria", "Hodan", "Ali", "Warsame", "Petrova"])


@given(st.lists(WORDS, min_size=1, max_size=3, unique=True), st.dates(date(1960, 1, 1), date(2010, 12, 31)))
def test_whoever_is_recorded_as_they_are_asked_about_is_like_enough(names: Iterable[str], born: date) -> None:
    known = Known(names=tuple(names), birth=Birth.on(born))
    recorded, sought = terms_of(known), ask(known, today=date(2026, 11, 20)).terms
    assert len(recorded[NAME] & sought[NAME]) >= enough(NAME, known)


# Who reads what, and until when


@pytest.mark.parametrize(
    ("by", "enquiry", "at", "expected"),
    [
        (ASKER, asked(), NINE, True),
        (SECOND, asked(), NINE, True),
        (SECOND, asked(), NINE + LIFE, False),
        (ASKER, asked(), NINE + LIFE, True),
        (ASKER, agreed(), LATER, True),
        (SECOND, agreed(), LATER, True),
        (THIRD, agreed(), LATER, False),
        (THIRD, asked().refuse(by=SECOND, at=LATER), LATER, False),
        (actor(EASTMARCH, Role.AUDITOR, 4), asked(), NINE, False),
    ],
)
def test_about_whom_it_is_read_by_the_two_and_whoever_may_become_the_second(
    by: Actor, enquiry: Proposal, at: Instant, *, expected: bool
) -> None:
    assert reads_question(by, enquiry, at) is expected


@pytest.mark.parametrize(
    ("by", "enquiry", "at", "expected"),
    [
        (ASKER, agreed(), LATER, None),
        (SECOND, agreed(), LATER + ANSWERED_FOR - timedelta(seconds=1), None),
        (SECOND, agreed(), LATER + ANSWERED_FOR, AnswerLapsed),
        (THIRD, agreed(), LATER, NotFound),
        (SECOND, asked(), LATER, NotFound),
        (ASKER, asked(), LATER, NotAgreedYet),
        (ASKER, asked().refuse(by=SECOND, at=LATER), LATER, NotAgreedYet),
        (ASKER, asked().withdraw(by=ASKER, at=LATER), LATER, NotAgreedYet),
    ],
)
def test_the_two_alone_are_answered_for_28_days(
    by: Actor, enquiry: Proposal, at: Instant, expected: type[CasetrackError] | None
) -> None:
    assert refusal(by, enquiry, at) is expected


def test_it_is_answered_from_when_the_second_agreed() -> None:
    assert answering_until(ASKER, agreed(), LATER) == LATER + timedelta(days=28)
    assert answered_until(asked()) is None
    assert answered_until(replace(agreed(), state=ProposalState.REFUSED)) is None
