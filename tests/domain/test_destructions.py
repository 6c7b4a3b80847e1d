"""Destroying old keys: what stands in the way, whoever asks."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casetrack.domain import access
from casetrack.domain.access import knows, permitted_of_two
from casetrack.domain.actions import Action
from casetrack.domain.actors import Auth, Role
from casetrack.domain.destructions import Need, agreed_among, check_proposing, check_unneeded
from casetrack.domain.errors import NeedsStepUp, NotFound, RuleBroken
from casetrack.domain.ids import ProposalId
from casetrack.domain.keyset_refusals import AgreementLapsed, KeysDestroyed, NewestKeysStay, NotAgreed, StillNeeded
from casetrack.domain.proposal_refusals import OtherHolderDecides, SecondPersonNeeded
from casetrack.domain.proposals import LIFE, Proposal, ProposalKind, ProposalState
from tests.domain.made import EASTMARCH, NINE, NORTHMARCH, actor

FIRST = actor(EASTMARCH, Role.ADMINISTRATOR)
SECOND = actor(EASTMARCH, Role.ADMINISTRATOR, 2)


def proposed(kind: ProposalKind = ProposalKind.DESTRUCTION) -> Proposal:
    """Somebody proposes it of their own organisation's keys."""
    return Proposal.propose(
        id=ProposalId(UUID(int=40)),
        kind=kind,
        subject=UUID(int=41),
        case=None,
        case_version=None,
        rule="superseded",
        reason="renewed",
        to_holder=EASTMARCH.code,
        by=FIRST,
        at=NINE,
    )


def approved() -> Proposal:
    """And somebody else agrees."""
    return proposed().approve(by=SECOND, at=NINE + timedelta(days=1))


@pytest.mark.parametrize(
    ("version", "newest", "gone", "refused"),
    [
        (1, 1, False, NewestKeysStay),
        (2, 2, False, NewestKeysStay),
        (3, 2, False, NewestKeysStay),
        (1, 2, True, KeysDestroyed),
        (1, 2, False, None),
        (2, 9, False, None),
    ],
)
def test_only_an_older_version_that_is_there_is_destroyed(
    version: int, newest: int, *, gone: bool, refused: type[RuleBroken] | None
) -> None:
    if refused is None:
        check_proposing(version, newest, is_destroyed=gone)
        return
    with pytest.raises(refused):
        check_proposing(version, newest, is_destroyed=gone)


def test_two_people_have_agreed_for_thirty_days_from_when_it_was_proposed() -> None:
    agreed = approved()
    assert agreed_among([agreed], EASTMARCH.code, NINE + LIFE - timedelta(seconds=1)) is agreed
    with pytest.raises(AgreementLapsed):
        agreed_among([agreed], EASTMARCH.code, NINE + LIFE)
    later = replace(agreed, proposed_at=NINE + timedelta(days=3))
    assert agreed_among([agreed, later, agreed], EASTMARCH.code, NINE + LIFE) is later


@pytest.mark.parametrize(
    "changes",
    [
        {"state": ProposalState.PROPOSED},
        {"state": ProposalState.REFUSED},
        {"state": ProposalState.WITHDRAWN},
        {"kind": ProposalKind.ERASURE},
        {"to_holder": NORTHMARCH.code},
        {"decided_by": FIRST.account},
    ],
)
def test_anything_else_is_no_agreement(changes: dict[str, object]) -> None:
    with pytest.raises(NotAgreed):
        agreed_among([replace(approved(), **changes)], EASTMARCH.code, NINE)  # type: ignore[arg-type]  # fields of a proposal
    with pytest.raises(NotAgreed):
        agreed_among([], EASTMARCH.code, NINE)


@given(st.dictionaries(st.sampled_from(Need), st.integers(0, 10**6)))
def test_whatever_needs_them_keeps_them_and_is_counted(needs: dict[Need, int]) -> None:
    if not any(needs.values()):
        check_unneeded(needs)
        return
    with pytest.raises(StillNeeded) as refused:
        check_unneeded(needs)
    for need, number in needs.items():
        assert (f"{number} {need.value}" in refused.value.said) is bool(number)


def test_nobody_agrees_with_themselves_nor_for_another_organisation() -> None:
    with pytest.raises(SecondPersonNeeded):
        proposed().approve(by=FIRST, at=NINE)
    with pytest.raises(OtherHolderDecides):
        proposed().approve(by=actor(NORTHMARCH, Role.ADMINISTRATOR, 3), at=NINE)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("kind", ProposalKind)
def test_keys_concern_administrators_the_log_auditors_and_everything_else_caseworkers(
    kind: ProposalKind, role: Role
) -> None:
    by = actor(EASTMARCH, role)
    alone = {ProposalKind.DESTRUCTION: Role.ADMINISTRATOR, ProposalKind.ENQUIRY: Role.AUDITOR}
    concerned = role is alone[kind] if kind in alone else role.is_caseworker
    assert knows(by, proposed(kind)) is concerned
    assert not knows(actor(NORTHMARCH, role), proposed(kind))
    if not concerned:
        assert permitted_of_two(by, proposed(kind), NINE) == frozenset()
        with pytest.raises(NotFound):
            access.require_of_two(by, Action.PROPOSAL_APPROVE, proposed(kind))


def test_a_token_neither_proposes_nor_agrees() -> None:
    by = replace(SECOND, auth=Auth.TOKEN)
    with pytest.raises(NeedsStepUp):
        access.require_role(by, Action.DESTRUCTION_PROPOSE)
    with pytest.raises(NeedsStepUp):
        access.require_of_two(by, Action.PROPOSAL_APPROVE, proposed())
    assert permitted_of_two(SECOND, proposed(), NINE) >= {Action.PROPOSAL_APPROVE, Action.PROPOSAL_REFUSE}
