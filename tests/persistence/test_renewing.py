"""Data keys and tags made anew over PostgreSQL: in whose name, what is waited for, and what nobody is given by it."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from casetrack.domain.actors import Auth, Role
from casetrack.domain.case import Case
from casetrack.domain.errors import IntegrityBroken
from casetrack.domain.finding import Known
from casetrack.domain.holders import Holder
from casetrack.domain.ids import CaseId
from casetrack.domain.keyset_refusals import SeveralHaveIt
from casetrack.persistence import work
from casetrack.persistence.keeping import keeping, keeping_still
from casetrack.persistence.roles import APP, KEEPER
from casetrack.services import renewing_tags
from casetrack.services.cases import open_case
from casetrack.services.finding import Sought, find_people
from casetrack.services.identity import reveal_identity
from casetrack.services.journal import Purpose
from casetrack.services.keysets import list_keysets, renew_keyset
from casetrack.services.ports import NamedCase, Scope
from casetrack.services.renewing_case_keys import CaseKeeper, find_holder, plan_case_keys, renew_case_keys
from casetrack.services.renewing_tags import plan_tags, remake_tags
from casetrack.services.transfers import accept_transfer, send_transfer
from casetrack.services.verifying_keys import KeyFinding, verify_keys
from tests.persistence.databases import Database
from tests.persistence.keepers import keeper
from tests.persistence.walls import INSUFFICIENT_PRIVILEGE, act_as, refused
from tests.services.acts import SUPPORT, an_offer
from tests.world import ACCOUNTS, CHARITY, NORTH, REASON, SOUTH, World, a_new_case

CASES, OF_A_CASE = 3, 7
WORKED_ON = text("SELECT id FROM cases WHERE id = :case FOR UPDATE")
"""Somebody works on the case."""
WRITTEN = Purpose("command-line", "Keys renewed")


@pytest.fixture
def world(app_engine: Database) -> World:
    """A deployment with real keys and some cases; of the first of them, support was handed over."""
    world = World.over(work.begin, app_engine.founding)
    cases = [_opened(world) for _ in range(CASES)]
    with world.work("lead") as at:
        offer = send_transfer(at, cases[0].reference, an_offer(CHARITY, SUPPORT), seen=None)
    with world.work("charity-lead") as at:
        accept_transfer(at, offer.id, worker=ACCOUNTS["charity-worker"].id, seen=None)
    return world


def _opened(world: World) -> Case:
    with world.work("worker") as at:
        return open_case(at, a_new_case())


def case_keeper(world: World, holder: Holder = NORTH) -> CaseKeeper:
    """The keeper of the cases of that organisation."""
    actor = replace(world.actor("administrator", Auth.COMMAND_LINE), holder=holder.code, national=False)
    return CaseKeeper(work.begin, world.deployment, actor, lambda: world.now, WRITTEN)


def findings(world: World, database: Database) -> list[KeyFinding]:
    with keeping_still(database.engine(KEEPER)) as room:
        return list(verify_keys(room, world.deployment, lambda: None))


def found(world: World) -> set[CaseId]:
    with world.work("worker", REASON) as at:
        return {each.case.id for each in find_people(at, Sought(Known(names=("Testa", "Invented")))).people}


def test_the_keys_of_every_case_are_renewed_and_every_wrap_is_where_it_should_be(
    world: World, database: Database
) -> None:
    renew_keyset(keeper(world, database), NORTH.code)
    left = plan_case_keys(case_keeper(world))
    assert len(left) == CASES
    assert plan_case_keys(case_keeper(world, SOUTH)) == ()

    for done, named in enumerate(left, start=1):
        assert renew_case_keys(case_keeper(world), named) is not None
        assert plan_case_keys(case_keeper(world)) == left[done:]
        assert not findings(world, database)
        with world.work("worker", REASON) as at:
            assert reveal_identity(at, named.reference)
    assert renew_case_keys(case_keeper(world), left[0]) is None
    with world.work("charity-worker", REASON) as at:
        assert any(reveal_identity(at, named.reference) for named in left if _is_shared(database, named))


def _is_shared(database: Database, named: NamedCase) -> bool:
    with keeping(database.engine(KEEPER)) as room:
        return len(room.holders_of(named.reference)) > 1


def test_whose_a_case_is_is_asked_of_the_holdings(world: World, database: Database) -> None:
    for named in _every(world, database):
        if _is_shared(database, named):
            with pytest.raises(SeveralHaveIt):
                find_holder(keeper(world, database), named.reference)
        else:
            assert find_holder(keeper(world, database), named.reference) == NORTH.code


def _every(world: World, database: Database) -> tuple[NamedCase, ...]:
    """Every case of the organisation, now that it has another version of its keys."""
    renew_keyset(keeper(world, database), NORTH.code)
    return plan_case_keys(case_keeper(world))


def test_a_case_that_somebody_is_working_on_is_left_and_taken_the_next_time(world: World, database: Database) -> None:
    busy, *others = _every(world, database)
    with database.engine("postgres").connect() as other:
        other.execute(WORKED_ON, {"case": busy.case})
        assert renew_case_keys(case_keeper(world), busy) is None
        assert renew_case_keys(case_keeper(world), others[0]) is not None
        assert remake_tags(case_keeper(world)) is not None
        assert plan_tags(case_keeper(world)).left > 0
        assert remake_tags(case_keeper(world)) is None
        other.rollback()
    assert renew_case_keys(case_keeper(world), busy) is not None
    assert remake_tags(case_keeper(world)) is not None
    assert plan_tags(case_keeper(world)).left == 0


def test_a_value_that_a_superuser_edited_is_refused_and_nothing_of_the_case_is_changed(
    world: World, database: Database
) -> None:
    named, *_ = _every(world, database)
    edit = "UPDATE sealed_values SET stored = stored || '\\x00' WHERE case_id = :case AND part = 'identity'"
    keys = "SELECT number, retired FROM case_keys WHERE case_id = :case ORDER BY number"
    with database.engine("postgres").begin() as connection:
        assert connection.execute(text(edit), {"case": named.case}).rowcount > 0
        before = connection.execute(text(keys), {"case": named.case}).all()

    with pytest.raises(IntegrityBroken):
        renew_case_keys(case_keeper(world), named)
    with pytest.raises(IntegrityBroken):
        remake_tags(case_keeper(world))
    with database.engine("postgres").connect() as connection:
        assert connection.execute(text(keys), {"case": named.case}).all() == before
        assert connection.scalar(text("SELECT count(*) FROM events WHERE refusal = 'IntegrityBroken'")) == 1


def test_tags_are_made_anew_batch_by_batch_and_the_same_people_are_found(
    world: World, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renewing_tags, "AT_A_TIME", 2)
    everybody = found(world)
    assert len(everybody) == CASES
    renew_keyset(keeper(world, database), NORTH.code)
    # Of the first case the telephone went with the support strand.
    assert plan_tags(case_keeper(world)).left == CASES * OF_A_CASE - 1
    steps = []
    while (step := remake_tags(case_keeper(world))) is not None:
        steps.append(step)
        assert found(world) == everybody

    assert [step.left for step in steps][-1] == 0
    assert len(steps) == 2
    with world.work("administrator") as at:
        held = {each.holder.code: each for each in list_keysets(at)}
    assert [keyset.rows.tags for keyset in held[NORTH.code].keysets] == [CASES * OF_A_CASE - 1, 0]
    assert [keyset.rows.tags for keyset in held[CHARITY.code].keysets] == [OF_A_CASE]


def test_nobody_takes_away_tags_of_others_or_of_what_they_do_not_have(world: World, database: Database) -> None:
    forget, count = "SELECT forget_own_tags(case_id, part) FROM holdings", "SELECT count(*) FROM index_tags"
    del world
    with database.engine("postgres").connect() as connection:
        before = connection.scalar(text(count))
    for name in ("receiver", "auditor", "administrator"):
        with database.engine(APP).begin() as connection:
            act_as(connection, _scope(name))
            connection.execute(text(forget))
    with database.engine("postgres").connect() as connection:
        assert connection.scalar(text(count)) == before
    with database.engine(APP).begin() as connection:
        act_as(connection, _scope("charity-worker"))
        connection.execute(text(forget))
    with database.engine("postgres").connect() as connection:
        assert connection.scalar(text(count)) == (before or 0) - OF_A_CASE


def test_how_many_tags_there_are_is_told_to_administrators_alone(world: World, database: Database) -> None:
    del world
    with database.engine(APP).connect() as connection:
        for name in ("worker", "auditor"):
            act_as(connection, _scope(name))
            assert connection.execute(text("SELECT * FROM tag_rows")).all() == []
        assert refused(connection, "DELETE FROM index_tags") == INSUFFICIENT_PRIVILEGE
    with database.engine(KEEPER).connect() as connection:
        assert refused(connection, "SELECT * FROM tag_rows") == INSUFFICIENT_PRIVILEGE


def _scope(name: str) -> Scope:
    account = ACCOUNTS[name]
    return Scope(account.id, Role(account.role), account.holder, account.national)
