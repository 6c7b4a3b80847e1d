"""What one account did, and what was done about it, as an auditor is told."""

from contextlib import suppress

import pytest

from casetrack.domain.errors import NotFound
from casetrack.domain.ids import AccountId
from casetrack.services.accounts import close_account
from casetrack.services.audit import Use
from casetrack.services.audit_accounts import AccountAudited, look_at_account
from casetrack.services.cases import view_case
from casetrack.services.identity import reveal_identity
from tests.domain.made import number
from tests.services import acts
from tests.services.acts import REVEALING, SUPPORT, account
from tests.world import CHARITY, NORTH, World


def audited(world: World, name: str, by: str = "auditor", page: int = 1) -> AccountAudited:
    with world.work(by) as work:
        return look_at_account(work, account(name), Use.CRIMINAL_PROCEEDINGS, page=page)


def test_what_it_did_and_what_was_done_about_it_is_told_and_that_the_auditor_asked_is_on_the_log() -> None:
    world = World.in_memory()
    first, second = acts.opened(world), acts.opened(world)
    with world.work("worker", REVEALING) as work:
        reveal_identity(work, second.reference)
    elsewhere = acts.opened(world, "receiver")
    with suppress(NotFound), world.work("worker") as work:
        view_case(work, elsewhere.reference)
    with world.work("administrator") as work:
        close_account(work, account("worker"))

    found = audited(world, "worker")
    assert (found.account.id, found.account.holder, found.is_own) == (account("worker"), NORTH.code, True)
    assert [each.payload["event"] for each in found.told] == ["AccountClosed", "AccountCreated"]
    cases = {each.reference: (each.opened, each.revealed, each.changed) for each in found.cases.items}
    assert cases == {first.reference: (0, 0, 3), second.reference: (0, 1, 3)}
    assert (found.sign_ins.opened, found.sign_ins.refused) == (0, 1)
    assert found.page.total == 9, "with the comparison of surnames beside the reveal"

    opened = acts.events(world)[-1]
    assert (opened["event"], opened["action"]) == ("LogOpened", "audit:search")
    assert opened["detail"] == {
        "use": "criminal-proceedings",
        "filters": [f"account={account('worker')}"],
        "entries": 9,
    }


def test_a_page_of_its_entries_is_the_page_that_was_asked_for() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    for _ in range(25):
        with world.work("worker") as work:
            view_case(work, case.reference)
    page = audited(world, "worker", page=2).page
    assert (page.number, page.total, len(page.items)) == (2, 28, 3)


def test_of_another_organisations_account_only_what_it_did_with_ones_own_cases_is_told() -> None:
    world = World.in_memory()
    shared = acts.moved(world, acts.opened(world), CHARITY, SUPPORT)
    theirs = acts.opened(world, "charity-lead", SUPPORT)
    with world.work("charity-lead") as work:
        view_case(work, shared.reference)
    with world.work("charity-lead") as work:
        view_case(work, theirs.reference)

    found = audited(world, "charity-lead", "north-auditor")
    assert not found.is_own
    assert found.told == ()
    assert [each.reference for each in found.cases.items] == [shared.reference]
    assert {card.case for card in found.page.items} == {shared.id}
    assert audited(world, "charity-lead").cases.total == 2


@pytest.mark.parametrize("which", ["receiver", None])
def test_one_that_has_nothing_to_do_with_ones_own_cases_is_as_absent_as_none(which: str | None) -> None:
    world = World.in_memory()
    acts.opened(world, "receiver")
    nobody = account(which) if which else AccountId(number(7))
    with pytest.raises(NotFound), world.work("north-auditor") as work:
        look_at_account(work, nobody, Use.LAWFULNESS)
    assert acts.events(world)[-1]["refusal"] == "NotFound"
