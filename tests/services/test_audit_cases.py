"""Who was at a case, as an auditor is told; and that asking it is on the log, and in the history of no case."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest

from casetrack.domain.actors import Role
from casetrack.domain.case import Case
from casetrack.domain.errors import NotFound, NotPermitted
from casetrack.domain.holders import Holder
from casetrack.domain.references import Reference
from casetrack.services.audit import Use, begin_verifying, open_audit, search_audit, view_audit
from casetrack.services.audit_accounts import look_at_account
from casetrack.services.audit_cases import CaseAudited, Tally, look_at_case
from casetrack.services.audit_hindsight import who_could_open
from casetrack.services.caseload import everything
from casetrack.services.cases import list_cases, view_case
from casetrack.services.history import view_history
from casetrack.services.identity import reveal_identity
from casetrack.services.journal import CASEWORK
from casetrack.services.lists import LogQuery
from casetrack.services.work import UnitOfWork, at_work
from tests.services import acts
from tests.services.acts import REVEALING, SUPPORT, account
from tests.world import CHARITY, EAST, NORTH, SOUTH, START, World


def audited(world: World, case: Case, by: str = "auditor", page: int = 1) -> CaseAudited:
    with world.work(by) as work:
        return look_at_case(work, case.reference, Use.LAWFULNESS, page=page)


def a_case_with_visitors(world: World) -> Case:
    """North's worker opens it, is shown it in a list and reveals the identity; a lead looks; a stranger is refused."""
    case = acts.opened(world)
    with world.work("worker") as work:
        list_cases(work, everything(work))
    with world.work("worker", REVEALING) as work:
        reveal_identity(work, case.reference)
    with world.work("lead") as work:
        view_case(work, case.reference)
    for _ in range(2):
        with suppress(NotFound), world.work("scottish-lead") as work:
            view_case(work, case.reference)
    return case


def test_who_looked_who_changed_and_who_was_refused_is_counted_by_person_and_by_organisation() -> None:
    world = World.in_memory()
    case = a_case_with_visitors(world)
    found = audited(world, case)

    counted = {each.account: (each.looked, each.changed, each.refused) for each in found.people}
    assert counted == {
        account("worker"): (2, 3, 0),
        account("lead"): (1, 0, 0),
        account("scottish-lead"): (0, 0, 2),
    }
    assert found.people[0].account == account("scottish-lead"), "whoever was there last is first"
    assert found.organisations == (
        Tally(NORTH.code, 2, looked=3, changed=3, refused=0),
        Tally(EAST.code, 1, looked=0, changed=0, refused=2),
    )
    assert found.everybody == Tally(None, 3, looked=3, changed=3, refused=2)
    assert found.page.total == 8


def test_a_page_of_the_entries_is_the_page_that_was_asked_for() -> None:
    world = World.in_memory()
    case = a_case_with_visitors(world)
    for _ in range(25):
        with world.work("lead") as work:
            view_case(work, case.reference)
    page = audited(world, case, page=2).page
    assert (page.number, page.total, len(page.items)) == (2, 33, 8)


def test_that_the_auditor_looked_and_what_for_is_on_the_log() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    audited(world, case)
    opened = acts.events(world)[-1]
    assert (opened["event"], opened["action"], opened["case"]) == ("LogOpened", "audit:search", None)
    assert opened["detail"] == {"use": "lawfulness", "filters": [f"reference={case.reference}"], "entries": 3}


def test_of_a_case_that_there_is_not_those_are_told_who_asked_for_it() -> None:
    world = World.in_memory()
    nobodys = Reference("CT-7K3M-92Q2")
    with suppress(NotFound), world.work("worker") as work:
        view_case(work, nobodys)
    with world.work("auditor") as work:
        found = look_at_case(work, nobodys, Use.INTEGRITY)
    assert [(each.account, each.refused) for each in found.people] == [(account("worker"), 1)]
    with world.work("north-auditor") as work:
        assert look_at_case(work, nobodys, Use.INTEGRITY).everybody.refused == 1
    with suppress(NotFound), world.work("receiver") as work:
        view_case(work, nobodys)
    with world.work("north-auditor") as work:
        assert look_at_case(work, nobodys, Use.INTEGRITY).everybody.refused == 1, "their own people alone"


def test_an_auditor_of_one_organisation_counts_nobody_of_after_it_was_responsible() -> None:
    world = World.in_memory()
    case = acts.moved(world, acts.opened(world), SOUTH)
    before = audited(world, case, "north-auditor").everybody
    with world.work("receiver") as work:
        view_case(work, case.reference)
    assert audited(world, case, "north-auditor").everybody == before
    assert audited(world, case).everybody.looked == before.looked + 1


def test_an_auditor_of_one_organisation_is_told_of_refusals_while_it_was_responsible_and_never_for_an_offer() -> None:
    world = World.in_memory()
    case = acts.opened(world)

    def refused(holder: Holder) -> int:
        with suppress(NotFound), world.work("scottish-lead") as work:
            view_case(work, case.reference)
        auditor = replace(world.actor("north-auditor"), holder=holder.code)
        with at_work(world.begin, world.deployment, auditor, world.now, CASEWORK) as work:
            return look_at_case(work, case.reference, Use.INTEGRITY).everybody.refused

    assert refused(NORTH) == 1
    offer = acts.offered(world, case, SOUTH)
    assert refused(SOUTH) == 0, "it is offered, and not theirs"
    assert refused(NORTH) == 3
    acts.accepted(world, offer)
    assert refused(NORTH) == 3, "nothing of who asks where the person is now"
    assert refused(SOUTH) == 2
    assert audited(world, case).everybody.refused == 5


LOOKS: dict[str, Callable[[UnitOfWork, Case], object]] = {
    "the desk": lambda work, _: view_audit(work, Use.SELF_MONITORING),
    "its being opened": lambda work, _: open_audit(work, Use.SELF_MONITORING),
    "a search": lambda work, case: search_audit(work, LogQuery(reference=case.reference), Use.SELF_MONITORING),
    "the case": lambda work, case: look_at_case(work, case.reference, Use.SELF_MONITORING),
    "an account": lambda work, _: look_at_account(work, account("worker"), Use.SELF_MONITORING),
    "who could open it": lambda work, case: who_could_open(work, case.reference, START, Use.SELF_MONITORING),
    "a check": lambda work, _: begin_verifying(work, Use.SELF_MONITORING),
}
"""Every way in which somebody looks in the log."""


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("by", ["auditor", "north-auditor"])
def test_looking_for_professional_standards_is_in_the_history_of_no_case_and_nobody_at_it_is_told(
    look: str, by: str
) -> None:
    world = World.in_memory()
    case = acts.moved(world, acts.opened(world), CHARITY, SUPPORT)

    def told(name: str) -> tuple[object, ...]:
        with world.work(name) as work:
            history = view_history(work, case.reference, page=1)[1]
            every = work.stores.journal.search(LogQuery(size=100)).items
            kinds = [card.payload["event"] for card in every]
            return history.total, [card.id for card in history.items], kinds.count("LogOpened")

    before = {name: told(name) for name in ("worker", "charity-lead")}
    with world.work(by) as work:
        LOOKS[look](work, case)
    assert acts.events(world)[-1]["event"] == "LogOpened"
    assert {name: told(name) for name in before} == before
    assert all(opened == 0 for *_, opened in before.values())


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.AUDITOR])
@pytest.mark.parametrize("look", LOOKS)
def test_the_desk_is_the_auditors_alone(look: str, role: Role) -> None:
    world = World.in_memory()
    case = acts.opened(world)
    with pytest.raises(NotPermitted), acts.acting(world, acts.with_role(world, "auditor", role)) as work:
        LOOKS[look](work, case)
    assert acts.names_of(acts.events(world))[-1] == "Refused"
