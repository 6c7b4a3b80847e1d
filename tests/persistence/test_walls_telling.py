"""The second wall, told lies: what an event may say of when, of which case and of which step.

Every statement here is SQL in the application's own role, by somebody who is who they say and has what the scene gives.
"""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from casetrack.domain.errors import IntegrityBroken
from casetrack.persistence import watching, work
from casetrack.persistence.embedded import SUPERUSER
from casetrack.persistence.past import telling_past
from casetrack.persistence.roles import APP, AUDITOR, DEFINER, JOBS, KEEPER, OWNER, SEQUENCER
from casetrack.services.cases import view_case
from tests import builders
from tests.builders import EASTMARCH, LANTERN, scope_of
from tests.persistence.databases import Database
from tests.persistence.scenes import STANDING, Scene
from tests.persistence.walls import (
    DECLINE,
    INSUFFICIENT_PRIVILEGE,
    SEE,
    WRITE,
    Walled,
    act_as,
    as_,
    full_case,
    now_alone,
    refused,
    written,
)
from tests.services import acts, agreed
from tests.world import ACCOUNTS
from tests.world import World as RealWorld

SEEN = "transfer:see"

# When


@pytest.mark.parametrize("later", [-525_600, -16, 16, 525_600])
def test_an_event_tells_of_now(scene: Scene, later: int) -> None:
    world, database = scene.world, scene.database
    with now_alone(database), as_(database, world.sender) as connection:
        assert (
            refused(connection, WRITE, **written(world.sender, later=timedelta(minutes=later)))
            == INSUFFICIENT_PRIVILEGE
        )


@pytest.mark.parametrize("later", [-14, 0, 14])
def test_an_event_may_tell_of_when_its_request_began(scene: Scene, later: int) -> None:
    world, database = scene.world, scene.database
    with now_alone(database), as_(database, world.sender) as connection:
        assert connection.execute(text(WRITE), written(world.sender, later=timedelta(minutes=later))).rowcount == 1


@pytest.mark.parametrize("time_ms", [1, 4_000_000_000_000])
def test_the_leaf_of_an_event_has_the_time_of_the_event(scene: Scene, time_ms: int) -> None:
    """What is in a leaf is there for ever: one that is not its event's fails every verification from then on."""
    world, database = scene.world, scene.database
    with as_(database, world.sender) as connection:
        assert refused(connection, WRITE, **written(world.sender, time_ms=time_ms)) == INSUFFICIENT_PRIVILEGE


def test_nobody_tells_of_another_time_at_the_door_either(scene: Scene) -> None:
    world, database = scene.world, scene.database
    of_nobody = {"account": None, "holder": None, "action": "session:open", "refusal": "WrongCredentials"}
    with now_alone(database), database.engine(APP).connect() as connection:
        act_as(connection, builders.NOBODY)
        assert connection.execute(text(WRITE), written(world.sender, **of_nobody)).rowcount == 1  # type: ignore[arg-type]  # what an event says
        connection.rollback()
        act_as(connection, builders.NOBODY)
        long_ago = written(world.sender, **of_nobody, later=timedelta(days=-1))  # type: ignore[arg-type]  # what an event says
        assert refused(connection, WRITE, **long_ago) == INSUFFICIENT_PRIVILEGE


@pytest.mark.parametrize("claim", ["SET LOCAL casetrack.past = told", "SET casetrack.past = told"])
def test_that_a_past_is_told_is_not_for_a_session_to_say(scene: Scene, claim: str) -> None:
    world, database = scene.world, scene.database
    with now_alone(database), as_(database, world.sender) as connection:
        connection.execute(text(claim))
        assert connection.scalar(text("SELECT past_is_told()")) is False
        assert refused(connection, WRITE, **written(world.sender, later=timedelta(days=-1))) == INSUFFICIENT_PRIVILEGE


@pytest.mark.parametrize("role", [APP, KEEPER, SEQUENCER, JOBS, AUDITOR, OWNER])
def test_no_role_of_ours_lets_a_past_be_told(migrated: Database, role: str) -> None:
    with migrated.engine(role).connect() as connection:
        for whose in (f"DATABASE {migrated.name}", f"ROLE ALL IN DATABASE {migrated.name}", f"ROLE {role}"):
            tell = f"ALTER {whose} SET casetrack.past = told"
            assert refused(connection, tell) == INSUFFICIENT_PRIVILEGE


def test_a_past_is_told_while_somebody_tells_it_and_no_longer(scene: Scene) -> None:
    world, database = scene.world, scene.database

    def told() -> bool:
        with as_(database, world.sender) as connection:
            return bool(connection.scalar(text("SELECT past_is_told()")))

    def interrupted() -> None:
        with telling_past(database.url(SUPERUSER)):
            assert told() is True
            raise KeyboardInterrupt

    with now_alone(database):
        with pytest.raises(KeyboardInterrupt):
            interrupted()
        assert told() is False


# Of which case


@pytest.mark.parametrize("who", STANDING)
def test_an_event_tells_of_no_case_that_its_writer_may_not_know_of(scene: Scene, who: str) -> None:
    account = scene.people[STANDING[who]]
    knows = {scene.case.id: who != "a stranger", scene.elsewhere.id: account.holder == LANTERN.code, uuid4(): False}

    with as_(scene.database, account) as connection:
        for case, known in knows.items():
            if known:
                assert connection.execute(text(WRITE), written(account, case=case)).rowcount == 1
            else:
                assert refused(connection, WRITE, **written(account, case=case)) == INSUFFICIENT_PRIVILEGE
                act_as(connection, scope_of(account))


def test_who_declined_an_offer_still_journals_a_look_at_it(walled: Walled) -> None:
    world, database = walled
    case = world.case()
    offer = world.offer(case, LANTERN, ())
    look = written(world.partner, action="transfer:view", case=case.id, aggregate=offer.transfer.id)
    with as_(database, world.partner) as connection:
        connection.execute(text(DECLINE), {"id": offer.transfer.id})
        connection.commit()
    with as_(database, world.partner) as connection:
        assert connection.execute(text(WRITE), look).rowcount == 1


@pytest.mark.parametrize("who", STANDING)
def test_what_was_refused_is_journalled_whichever_case_was_asked_for(scene: Scene, who: str) -> None:
    """It names the reference that was tried, or the offer, and no case."""
    account = scene.people[STANDING[who]]
    of_a_case = written(account, refusal="NotFound", attempted=scene.case.reference)
    of_an_offer = written(account, action="transfer:accept", refusal="NotFound", aggregate=scene.offer.transfer.id)

    with as_(scene.database, account) as connection:
        for attempt in (of_a_case, of_an_offer):
            assert connection.execute(text(WRITE), attempt).rowcount == 1


# Of which step


@pytest.mark.parametrize("step", [1, 2, 3])
def test_nobody_tells_a_step_of_an_offer_beside_taking_it(scene: Scene, step: int) -> None:
    """One such row would lock the offer for ever: its next step could not be journalled, so not be taken."""
    for holder in (EASTMARCH.code, LANTERN.code):
        account = scene.people[holder]
        told = written(account, action=SEEN, case=scene.case.id, aggregate=scene.offer.transfer.id, step=step)
        with as_(scene.database, account) as connection:
            assert refused(connection, WRITE, **told) == INSUFFICIENT_PRIVILEGE


@pytest.mark.parametrize(("step", "is_kept"), [(1, False), (2, True), (3, False)])
def test_a_step_is_told_as_the_version_that_it_makes(scene: Scene, step: int, *, is_kept: bool) -> None:
    account = scene.people[LANTERN.code]
    told = written(account, action=SEEN, case=scene.case.id, aggregate=scene.offer.transfer.id, step=step)
    with as_(scene.database, account) as connection:
        assert connection.execute(text(SEE), {"id": scene.offer.transfer.id}).rowcount == 1
        if is_kept:
            assert connection.execute(text(WRITE), told).rowcount == 1
        else:
            assert refused(connection, WRITE, **told) == INSUFFICIENT_PRIVILEGE


def test_an_offer_that_was_answered_takes_no_step_more(walled: Walled) -> None:
    scene = Scene.begin(*walled)
    account = scene.people[LANTERN.code]
    with as_(scene.database, account) as connection:
        connection.execute(text(DECLINE), {"id": scene.offer.transfer.id})
        connection.commit()
    for holder in (EASTMARCH.code, LANTERN.code):
        account = scene.people[holder]
        with as_(scene.database, account) as connection:
            assert connection.execute(text(SEE), {"id": scene.offer.transfer.id}).rowcount == 0
            for step in (2, 3):
                told = written(account, action=SEEN, case=scene.case.id, aggregate=scene.offer.transfer.id, step=step)
                assert refused(connection, WRITE, **told) == INSUFFICIENT_PRIVILEGE
                act_as(connection, scope_of(account))


def test_a_change_of_a_case_is_told_only_as_a_version_that_this_transaction_makes(scene: Scene) -> None:
    account = scene.people[EASTMARCH.code]
    after_it = scene.case.version + 1
    with as_(scene.database, account) as connection:
        told = written(account, action="case:place", case=scene.case.id, version=after_it)
        assert refused(connection, WRITE, **told) == INSUFFICIENT_PRIVILEGE
        act_as(connection, scope_of(account))
        change = text("UPDATE cases SET version = version + 1 WHERE id = :id")
        assert connection.execute(change, {"id": scene.case.id}).rowcount == 1
        assert connection.execute(text(WRITE), told).rowcount == 1
        early = written(account, action="case:place", case=scene.case.id, version=after_it + 1)
        assert refused(connection, WRITE, **early) == INSUFFICIENT_PRIVILEGE


@pytest.mark.parametrize("step", [1, 2])
@pytest.mark.parametrize("beside", ["a proposal", "a hold"])
def test_nobody_tells_a_step_of_a_proposal_or_a_hold_beside_taking_it(
    app_engine: Database, beside: str, step: int
) -> None:
    """The second would keep the other of the two people from ever deciding."""
    real = RealWorld.over(work.begin, app_engine.founding)
    case = agreed.closed(real)
    aggregate = agreed.proposed(real, case).id if beside == "a proposal" else agreed.held(real, case).id
    for name in ("lead", "supervisor"):
        account = ACCOUNTS[name]
        with as_(app_engine, account) as connection:
            told = written(account, action="proposal:approve", case=case.id, aggregate=aggregate, step=step)
            assert refused(connection, WRITE, **told) == INSUFFICIENT_PRIVILEGE


# What is counted of what nobody may read


def test_a_failure_of_integrity_is_counted_for_those_who_watch(app_engine: Database) -> None:
    real = RealWorld.over(work.begin, app_engine.founding)
    case, other = acts.opened(real), acts.opened(real)
    assert watching.counts(builders.NINE)["integrity_failures"] == 0

    with app_engine.engine(SUPERUSER).begin() as connection:
        connection.execute(text("UPDATE cases SET high_risk = NOT high_risk WHERE id = :id"), {"id": case.id})
    for _ in range(2):
        with pytest.raises(IntegrityBroken), real.work("worker") as at:
            view_case(at, case.reference)
    with real.work("worker") as at:
        view_case(at, other.reference)

    assert watching.counts(builders.NINE)["integrity_failures"] == 2


def test_who_is_told_how_often_it_failed_reads_no_event_by_it(walled: Walled) -> None:
    world, database = walled
    full_case(world)
    failed = written(world.sender, refusal=IntegrityBroken.__name__)
    with as_(database, world.sender) as connection:
        connection.execute(text(WRITE), failed)
        connection.execute(text(WRITE), written(world.sender, refusal="NotFound"))
        connection.commit()
    with as_(database, world.stranger) as connection:
        assert connection.scalar(text("SELECT integrity_failures()")) == 1
        assert connection.scalar(text("SELECT count(*) FROM events")) == 0


def test_the_failures_are_counted_for_the_doors_alone(migrated: Database) -> None:
    with migrated.engine(SUPERUSER).connect() as connection:
        may = connection.scalars(
            text(
                "SELECT rolname FROM pg_roles WHERE NOT rolsuper AND rolname LIKE 'casetrack%' "
                "AND has_function_privilege(rolname, 'integrity_failures()', 'EXECUTE')"
            )
        ).all()
    assert set(may) == {APP, DEFINER}


def test_the_failures_are_counted_without_reading_the_journal(walled: Walled) -> None:
    world, database = walled
    refused = [written(world.sender, refusal="NotFound") for _ in range(300)]
    with database.engine(SUPERUSER).begin() as connection:
        connection.execute(text(WRITE), [*refused, written(world.sender, refusal=IntegrityBroken.__name__)])
        connection.execute(text("ANALYZE events"))
        counts = "EXPLAIN (COSTS OFF) SELECT count(*) FROM events e WHERE e.refusal = 'IntegrityBroken'"
        plan = "\n".join(connection.scalars(text(counts)))
    assert "ix_events_integrity" in plan
    assert "Seq Scan" not in plan
