"""Destroying keys over PostgreSQL: it asks for two people itself, minds what needs them, and lets none come back."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import Connection, text

from casetrack.domain.destructions import Need
from casetrack.domain.errors import NotPermitted
from casetrack.domain.holders import AUDIT_DESK
from casetrack.domain.ids import HolderCode
from casetrack.domain.keyset_refusals import NotAgreed, StillNeeded
from casetrack.domain.proposals import Proposal
from casetrack.persistence import schema, work
from casetrack.persistence.embedded import SUPERUSER
from casetrack.persistence.inspection import inspecting
from casetrack.persistence.keeping import keeping_still
from casetrack.persistence.roles import APP, AUDITOR, DEFINER, KEEPER, OWNER, SEQUENCER
from casetrack.services.cases import open_case
from casetrack.services.destructions import destroy_keyset, plan_destruction, propose_destruction, subject_of
from casetrack.services.drafts import keep_draft
from casetrack.services.findings import About
from casetrack.services.keysets import list_keysets, renew_keyset, rewrap_keyset
from casetrack.services.ports import Scope
from casetrack.services.proposals import approve_proposal, list_proposals, view_proposal, withdraw_proposal
from casetrack.services.repeats import Answered, remember_answer
from casetrack.services.verifying import verify_database
from casetrack.services.verifying_keys import verify_keys
from tests.persistence.databases import Database
from tests.persistence.keepers import keeper
from tests.persistence.walls import FOR_EVER, INSUFFICIENT_PRIVILEGE, act_as, refused
from tests.services import agreed as two
from tests.services import test_finding as finding
from tests.services.destroying import REASON, RULE, WHY
from tests.services.evidence import believed
from tests.world import ACCOUNTS, EAST, NORTH, World, a_new_case

NOT_AGREED, TWO_PEOPLE, CHECK_VIOLATION = "CT003", "23514", "23514"
UNSEQUENCED = (About.LOG, About.QUEUE)
"""Nobody sequences the log in these tests."""
BLANK = "UPDATE keysets SET sealed = NULL WHERE holder = 'east' AND version = 1"
DESTROY = "SELECT destroy_keyset('east', 1, CAST(:agreed AS uuid))"


@pytest.fixture
def world(app_engine: Database) -> World:
    """A deployment with real keys over a database that is empty."""
    return World.over(work.begin, app_engine.founding)


def proposed(world: World, holder: HolderCode = EAST.code) -> Proposal:
    """That the first keys of that organisation be destroyed is proposed."""
    with world.work("administrator", WHY) as at:
        return propose_destruction(at, holder, 1, RULE, REASON)


def agreed(world: World, database: Database) -> Proposal:
    """Two people have agreed to it, and nothing has been done yet."""
    renew_keyset(keeper(world, database), EAST.code)
    proposal = proposed(world)
    with world.work("scottish-administrator") as at:
        return approve_proposal(at, proposal.id, seen=proposal.version)


@contextmanager
def acting(database: Database, name: str) -> Iterator[Connection]:
    """The application's own role, as that account, in a transaction that is undone."""
    account = ACCOUNTS[name]
    with database.engine(APP).connect() as connection:
        act_as(connection, Scope(account.id, account.role, account.holder, account.national))
        yield connection
        connection.rollback()


def test_two_people_agree_it_is_gone_and_everything_verifies(world: World, app_engine: Database) -> None:
    proposal = agreed(world, app_engine)
    assert plan_destruction(keeper(world, app_engine), EAST.code, 1).obstacles == ()
    event = destroy_keyset(keeper(world, app_engine), EAST.code, 1)
    assert event.agreed == proposal.id

    with world.work("administrator") as at:
        (held,) = (each for each in list_keysets(at) if each.holder.code == EAST.code)
    assert [(each.version, each.destroyed) for each in held.keysets] == [(2, False), (1, True)]
    with keeping_still(app_engine.engine(KEEPER)) as room:
        assert list(verify_keys(room, world.deployment, lambda: None)) == []
    with inspecting(app_engine.engine(AUDITOR)) as evidence:
        wrong = [found for found in verify_database(evidence, believed(world)) if found.about not in UNSEQUENCED]
        assert wrong == []
        (gone,) = evidence.destructions()
        assert (gone.holder, gone.version, gone.agreed) == (EAST.code, 1, proposal.id)


def test_the_keeper_alone_destroys_nothing(world: World, app_engine: Database) -> None:
    renew_keyset(keeper(world, app_engine), EAST.code)
    waits = proposed(world)
    with pytest.raises(NotAgreed):
        destroy_keyset(keeper(world, app_engine), EAST.code, 1)
    with app_engine.engine(KEEPER).connect() as connection:
        assert refused(connection, BLANK) == FOR_EVER
        assert refused(connection, BLANK.replace("NULL", "''")) == CHECK_VIOLATION
        assert refused(connection, DESTROY, agreed=waits.id) == NOT_AGREED
        assert refused(connection, "DELETE FROM keysets WHERE version = 1") == INSUFFICIENT_PRIVILEGE
        assert refused(connection, "UPDATE keysets SET agreed = holder::uuid") == INSUFFICIENT_PRIVILEGE
        approve = "UPDATE proposals SET state = 'approved'"
        assert refused(connection, approve) == INSUFFICIENT_PRIVILEGE
        assert refused(connection, "SELECT words FROM proposals") == INSUFFICIENT_PRIVILEGE


def test_one_person_does_not_agree_with_themselves_nor_for_anybody_else(world: World, app_engine: Database) -> None:
    renew_keyset(keeper(world, app_engine), EAST.code)
    with world.work("scottish-administrator", WHY) as at:
        proposal = propose_destruction(at, EAST.code, 1, RULE, REASON)
    approve = (
        "UPDATE proposals SET state = 'approved', decided_at = proposed_at, decided_by = CAST(:who AS uuid) "
        "WHERE id = CAST(:agreed AS uuid)"
    )
    with acting(app_engine, "scottish-administrator") as connection:
        own = refused(connection, approve, who=ACCOUNTS["scottish-administrator"].id, agreed=proposal.id)
    with acting(app_engine, "scottish-administrator") as connection:
        anothers = refused(connection, approve, who=ACCOUNTS["administrator"].id, agreed=proposal.id)
    assert (own, anothers) == (TWO_PEOPLE, INSUFFICIENT_PRIVILEGE)
    for name in ("second-administrator", "administrator", "scottish-lead"):
        with acting(app_engine, name) as connection:
            done = connection.execute(text(approve), {"who": ACCOUNTS[name].id, "agreed": proposal.id})
            assert done.rowcount == 0, f"{name} does not even know of it"


def test_the_one_who_proposed_of_another_organisation_does_not_decide_but_takes_back(
    world: World, app_engine: Database
) -> None:
    renew_keyset(keeper(world, app_engine), EAST.code)
    proposal = proposed(world)
    approve = (
        "UPDATE proposals SET state = 'approved', decided_at = proposed_at, decided_by = CAST(:who AS uuid) "
        "WHERE id = CAST(:agreed AS uuid)"
    )
    with acting(app_engine, "second-administrator") as connection:
        who = ACCOUNTS["second-administrator"].id
        assert refused(connection, approve, who=who, agreed=proposal.id) == INSUFFICIENT_PRIVILEGE
    with world.work("second-administrator") as at:
        assert view_proposal(at, proposal.id).proposal == replace(proposal, events=())
        withdraw_proposal(at, proposal.id, seen=None)


def test_an_administrator_proposes_it_only_of_older_keys_that_they_reach(world: World, app_engine: Database) -> None:
    renew_keyset(keeper(world, app_engine), EAST.code)
    with keeping_still(app_engine.engine(KEEPER)) as room:
        chains = {code: room.keysets(code) for code in (EAST.code, NORTH.code)}
    older, newest, norths = (
        subject_of(keyset.public) for keyset in (chains[EAST.code][0], chains[EAST.code][1], chains[NORTH.code][0])
    )
    template = proposed(world)
    again = (
        "INSERT INTO proposals (id, kind, subject, case_id, version, state, rule, reason, from_holder, to_holder, "
        "proposed_by, proposed_at, words_digest, seal_digest, seal_previous, seal_holder, seal_keyset, seal_signature) "
        "SELECT gen_random_uuid(), :kind, CAST(:subject AS uuid), case_id, 1, 'proposed', rule, reason, :from_holder, "
        ":to_holder, CAST(:who AS uuid), proposed_at, words_digest, seal_digest, seal_previous, seal_holder, "
        "seal_keyset, seal_signature FROM proposals WHERE id = CAST(:template AS uuid)"
    )

    def attempted(name: str, subject: UUID, to_holder: str, kind: str = "destruction") -> str:
        account = ACCOUNTS[name]
        with acting(app_engine, name) as connection:
            return refused(
                connection,
                again,
                kind=kind,
                subject=subject,
                to_holder=to_holder,
                from_holder=account.holder,
                who=account.id,
                template=template.id,
            )

    assert attempted("administrator", newest, "east") == INSUFFICIENT_PRIVILEGE
    assert attempted("administrator", norths, "north") == INSUFFICIENT_PRIVILEGE
    assert attempted("second-administrator", older, "east") == INSUFFICIENT_PRIVILEGE
    assert attempted("administrator", older, "east", "erasure") in (INSUFFICIENT_PRIVILEGE, CHECK_VIOLATION)


def test_leads_see_none_of_it_and_administrators_nothing_about_cases(world: World, app_engine: Database) -> None:
    about_a_case = two.proposed(world, two.closed(world))
    renew_keyset(keeper(world, app_engine), NORTH.code)
    about_keys = proposed(world, NORTH.code)
    for name, known in (
        ("lead", {about_a_case.id}),
        ("supervisor", {about_a_case.id}),
        ("administrator", {about_keys.id}),
        ("second-administrator", {about_keys.id}),
        ("scottish-administrator", set()),
        ("auditor", set()),
    ):
        with acting(app_engine, name) as connection:
            assert set(connection.scalars(text("SELECT id FROM proposals"))) == known, name
    with world.work("second-administrator") as at:
        (card,) = list_proposals(at, page=1).items
    assert (card.proposal.id, card.reference) == (about_keys.id, None)


def test_what_needs_the_keys_is_counted_and_keeps_them(world: World, app_engine: Database) -> None:
    with world.work("worker") as at:
        open_case(at, a_new_case())
        keep_draft(at, "case", {"step": "places"})
        remember_answer(at, "key", Answered("request", "answer"))
    two.proposed(world, two.closed(world))
    by = keeper(world, app_engine)
    renew_keyset(by, NORTH.code)
    with by.enter() as room:
        before = room.needs(NORTH.code, 1)
    assert before[Need.DATA_KEYS] == 8
    assert (before[Need.DRAFTS], before[Need.ANSWERS], before[Need.PROPOSAL_WORDS]) == (1, 1, 1)
    assert before[Need.TAGS] > 0
    assert (before[Need.LOG_WORDS], before[Need.SEARCHES]) == (0, 0)
    proposal = proposed(world, NORTH.code)
    with world.work("second-administrator") as at:
        approve_proposal(at, proposal.id, seen=None)
    rewrap_keyset(by, NORTH.code)
    with pytest.raises(StillNeeded):
        destroy_keyset(by, NORTH.code, 1)
    with pytest.raises(NotPermitted), by.enter() as room:
        room.destroy(NORTH.code, 1, proposal.id)


def test_what_the_auditors_were_told_keeps_the_audit_desks_old_keys(world: World, app_engine: Database) -> None:
    finding.opened(world)
    finding.found(world, finding.named("Quetzala"))
    renew_keyset(keeper(world, app_engine), AUDIT_DESK)
    with keeper(world, app_engine).enter() as room:
        needs = room.needs(AUDIT_DESK, 1)
    assert (needs[Need.SEARCHES], needs[Need.DATA_KEYS]) == (1, 0)
    assert needs[Need.LOG_WORDS] > 0


def test_what_is_destroyed_does_not_come_back_and_is_not_destroyed_again(world: World, app_engine: Database) -> None:
    proposal = agreed(world, app_engine)
    with keeping_still(app_engine.engine(KEEPER)) as room:
        before = room.keysets(EAST.code)[0]
    destroy_keyset(keeper(world, app_engine), EAST.code, 1)
    with pytest.raises(NotPermitted), keeper(world, app_engine).enter() as room:
        room.reseal(before)
    for role in (KEEPER, SUPERUSER):
        with app_engine.engine(role).connect() as connection:
            assert refused(connection, DESTROY, agreed=proposal.id) == NOT_AGREED
    with app_engine.engine(SUPERUSER).connect() as connection:
        other = "UPDATE keysets SET agreed = gen_random_uuid() WHERE holder = 'east' AND version = 1"
        assert refused(connection, other) == FOR_EVER
        assert refused(connection, BLANK.replace("east", "north")) == FOR_EVER


def test_the_agreement_is_of_two_administrators_who_reach_the_keys(world: World, app_engine: Database) -> None:
    proposal = agreed(world, app_engine)
    for name, change in (
        ("administrator", "role = 'lead', national = false"),
        ("administrator", "national = false"),
        ("scottish-administrator", "role = 'supervisor'"),
        ("scottish-administrator", "holder = 'north'"),
    ):
        with app_engine.engine(SUPERUSER).connect() as connection:
            connection.execute(
                text(f"UPDATE accounts SET {change} WHERE id = CAST(:id AS uuid)"),  # noqa: S608 - a change of ours
                {"id": ACCOUNTS[name].id},
            )
            assert refused(connection, DESTROY, agreed=proposal.id) == NOT_AGREED


@pytest.mark.parametrize("role", [APP, SEQUENCER, AUDITOR, DEFINER, OWNER])
def test_nobody_but_the_keeper_may_ask_for_it(world: World, app_engine: Database, role: str) -> None:
    proposal = agreed(world, app_engine)
    with app_engine.engine(SUPERUSER).connect() as connection:
        connection.execute(text(f"SET ROLE {role}"))
        assert refused(connection, DESTROY, agreed=proposal.id) == INSUFFICIENT_PRIVILEGE


def test_that_keys_were_destroyed_is_for_the_keeper_to_say(world: World, app_engine: Database) -> None:
    with acting(app_engine, "administrator") as connection:
        said = (
            "INSERT INTO events (id, at, time_ms, action, account, holder, aspect, holders_then, payload, salt, "
            "commitment) VALUES (gen_random_uuid(), now(), floor(extract(epoch FROM now()) * 1000), 'keyset:destroy', "
            "CAST(:who AS uuid), 'north', '', '{}', '{}', '\\x00', '\\x00')"
        )
        assert refused(connection, said, who=world.actor("administrator").account) == INSUFFICIENT_PRIVILEGE


def test_a_way_down_and_up_over_destroyed_keys_leaves_them_destroyed(world: World, app_engine: Database) -> None:
    agreed(world, app_engine)
    destroy_keyset(keeper(world, app_engine), EAST.code, 1)
    two.proposed(world, two.closed(world))
    owner = app_engine.engine(OWNER)
    with owner.begin() as connection:
        schema.downgrade(connection, "0005")
    with app_engine.engine(SUPERUSER).connect() as connection:
        assert connection.scalar(text("SELECT sealed FROM keysets WHERE holder = 'east' AND version = 1")) == b""
        assert list(connection.scalars(text("SELECT kind FROM proposals"))) == ["erasure"]
    with owner.begin() as connection:
        schema.upgrade(connection)
    with keeping_still(app_engine.engine(KEEPER)) as room:
        assert [keyset.is_destroyed for keyset in room.keysets(EAST.code)] == [True, False]
    with inspecting(app_engine.engine(AUDITOR)) as evidence:
        wrong = {str(found) for found in verify_database(evidence, believed(world)) if found.about is About.KEYS}
    assert "Keys east 1: Their private half is gone, and two people have not agreed to that." in wrong
