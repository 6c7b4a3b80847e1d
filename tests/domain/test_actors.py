"""Who is doing it, and what may be asked: the two words in which every permission is written."""

import re
from dataclasses import FrozenInstanceError

import pytest

from casetrack.domain.actions import Action
from casetrack.domain.actors import Role
from tests.domain.made import EASTMARCH, LANTERN, NORTHMARCH, actor


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (Role.SUPPORT_WORKER, True),
        (Role.LEAD, True),
        (Role.SUPERVISOR, True),
        (Role.AUDITOR, False),
        (Role.ADMINISTRATOR, False),
    ],
)
def test_the_roles_that_work_with_peoples_cases(role: Role, *, expected: bool) -> None:
    assert role.is_caseworker is expected


def test_an_actor_is_of_one_organisation_unless_somebody_says_otherwise() -> None:
    by = actor(LANTERN)

    assert (by.holder, by.national, by.session, by.client) == (LANTERN.code, False, None, b"")


def test_an_actor_does_not_become_another() -> None:
    with pytest.raises(FrozenInstanceError):
        actor(EASTMARCH).holder = NORTHMARCH.code  # type: ignore[misc]  # what mypy refuses is refused when it runs, too


@pytest.mark.parametrize("action", Action)
def test_an_action_is_a_noun_and_a_verb(action: Action) -> None:
    assert re.fullmatch(r"[a-z]+:[a-z]+", action)
    assert f"{action.noun}:{action.verb}" == action
    assert action.name == f"{action.noun}_{action.verb}".upper()
