"""How much one account is shown in an hour, and a supervisor who allows it more."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from casetrack.domain.actors import Auth, Role
from casetrack.domain.case import Case
from casetrack.domain.errors import NeedsStepUp, NotPermitted, OwnQuota, QuotaSpent, ReasonNeeded, UnknownWorker
from casetrack.domain.ids import AccountId
from casetrack.services.caseload import begin_shift, name_caseload
from casetrack.services.contacts import reveal_contact
from casetrack.services.identity import reveal_identity
from casetrack.services.journal import Purpose
from casetrack.services.limits import COUNTED_FOR, Limits, Spent
from casetrack.services.quotas import raise_quota, view_quotas
from casetrack.services.work import UnitOfWork
from tests.services import acts
from tests.services.acts import REVEALING, account, kept
from tests.world import World

HOUR = timedelta(hours=1)
WHY = Purpose("casework", "There was a raid, and forty people have to be rung.")

SHOWINGS: dict[str, Callable[[UnitOfWork, Case], object]] = {
    "an identity": lambda work, case: reveal_identity(work, case.reference),
    "a safe contact": lambda work, case: reveal_contact(work, case.reference),
    "a page of names": lambda work, _: name_caseload(work, page=1, shift=timedelta(hours=10)),
}


def limited(reveals: int = 2) -> tuple[World, Case]:
    world = World.in_memory()
    world.deployment = replace(world.deployment, limits=Limits(reveals=reveals))
    case = acts.opened(world)
    with world.work("worker", REVEALING) as work:
        begin_shift(work)
    return world, case


def show(world: World, case: Case, how: str = "an identity", by: str = "worker") -> None:
    with world.work(by, REVEALING) as work:
        SHOWINGS[how](work, case)


def allow(
    world: World, name: str = "worker", by: str = "supervisor", *, life: timedelta = HOUR, why: Purpose = WHY
) -> None:
    with world.work(by, why) as work:
        raise_quota(work, account(name), life)


@pytest.mark.parametrize("how", SHOWINGS)
def test_the_one_beyond_the_limit_is_refused_and_says_whom_to_ask(how: str) -> None:
    world, case = limited()
    for _ in range(2):
        show(world, case, how)
    before = len(kept(world).entries)

    with pytest.raises(QuotaSpent) as refused:
        show(world, case, how)

    assert "Ask a supervisor" in refused.value.said
    (payload,) = acts.journalled(world, before)
    assert (payload["event"], payload["refusal"], payload["outcome"]) == ("Refused", "QuotaSpent", "refused")
    show(world, case, "an identity", "lead")


def test_all_that_shows_who_people_are_counts_together() -> None:
    world, case = limited(len(SHOWINGS))
    for how in SHOWINGS:
        show(world, case, how)
    with pytest.raises(QuotaSpent):
        show(world, case)


def test_what_is_refused_or_fails_counts_for_nothing() -> None:
    world, case = limited()
    show(world, case)
    for _ in range(3):
        with pytest.raises(ReasonNeeded), world.work("worker") as work:
            reveal_identity(work, case.reference)
    show(world, case)
    with pytest.raises(QuotaSpent):
        show(world, case)
    assert len(kept(world).uses) == 2


def test_an_hour_later_it_counts_no_more() -> None:
    world, case = limited()
    show(world, case)
    first = world.now
    show(world, case)
    world.now = first + COUNTED_FOR - timedelta(minutes=2)
    with pytest.raises(QuotaSpent):
        show(world, case)
    show(world, case)


def test_a_reveal_a_minute_is_never_too_much_as_the_settings_come() -> None:
    assert timedelta(hours=1) / timedelta(minutes=1) <= Limits().reveals


def test_a_supervisor_allows_as_much_again_until_that_ends() -> None:
    world, case = limited()
    show(world, case)
    allow(world)
    for _ in range(3):
        show(world, case)
    with pytest.raises(QuotaSpent):
        show(world, case)
    world.now += HOUR
    for _ in range(2):
        show(world, case)
    with pytest.raises(QuotaSpent):
        show(world, case)


def test_what_is_allowed_one_colleague_is_allowed_nobody_else() -> None:
    world, case = limited()
    allow(world)
    for _ in range(2):
        show(world, case, by="lead")
    with pytest.raises(QuotaSpent):
        show(world, case, by="lead")


def test_who_was_allowed_more_by_whom_until_when_and_why_is_journalled() -> None:
    world, _ = limited()
    allow(world, life=timedelta(hours=10))

    entry = kept(world).entries[-1]
    payload = acts.read(entry)
    assert (payload["event"], payload["action"], payload["actor"]) == (
        "QuotaRaised",
        "quota:raise",
        str(account("supervisor")),
    )
    until = (world.now + timedelta(hours=10)).isoformat()
    assert payload["detail"] == {"account": str(account("worker")), "until": until}
    assert entry.words is not None


def test_nobody_allows_themselves_more() -> None:
    world, _ = limited()
    with pytest.raises(OwnQuota):
        allow(world, "supervisor")


@pytest.mark.parametrize("name", ["receiver", "auditor", "administrator"])
def test_only_colleagues_who_work_with_cases_are_allowed_more(name: str) -> None:
    world, _ = limited()
    with pytest.raises(UnknownWorker):
        allow(world, name)
    with pytest.raises(UnknownWorker), world.work("supervisor", WHY) as work:
        raise_quota(work, AccountId(uuid4()), HOUR)
    assert kept(world).raises == {}


def test_it_takes_a_reason() -> None:
    world, _ = limited()
    with pytest.raises(ReasonNeeded):
        allow(world, why=Purpose("casework", " "))


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SUPERVISOR])
def test_nobody_else_allows_it_or_looks(role: Role) -> None:
    world, _ = limited()
    for doing in (view_quotas, lambda work: raise_quota(work, account("worker"), HOUR)):
        with pytest.raises(NotPermitted), acts.acting(world, acts.with_role(world, "supervisor", role), WHY) as work:
            doing(work)


def test_a_token_allows_nobody_more() -> None:
    world, _ = limited()
    with pytest.raises(NeedsStepUp), acts.acting(world, world.actor("supervisor", Auth.TOKEN), WHY) as work:
        raise_quota(work, account("worker"), HOUR)


def test_a_supervisor_sees_how_much_each_colleague_was_shown_and_that_is_journalled() -> None:
    world, case = limited()
    show(world, case)
    allow(world)
    with world.work("supervisor") as work:
        shown = view_quotas(work)

    assert {each.id for each in shown.colleagues} == {account("worker"), account("lead")}
    assert shown.spent == {account("worker"): Spent(reveals=1, raises=1)}
    payload = acts.events(world)[-1]
    assert (payload["event"], payload["action"]) == ("Consulted", "quota:raise")
