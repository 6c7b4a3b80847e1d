"""Building the demonstration, over PostgreSQL: what was planned is what is there, and all of it verifies."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import text

from casetrack.app import inspection, key_folder, open_deployment, utc_now
from casetrack.cli.databases import found
from casetrack.cli.demo.accounts import ADMINISTRATOR, LEFT, colleagues, keep_colleagues
from casetrack.cli.demo.acts import (
    Accept,
    Act,
    Begin,
    Disclose,
    Find,
    Journey,
    Look,
    Pry,
    Record,
    Reveal,
    Review,
    See,
    Write,
)
from casetrack.cli.demo.asked import ASKED
from casetrack.cli.demo.build import Builder
from casetrack.cli.demo.chance import Stream
from casetrack.cli.demo.parts import accounts_of
from casetrack.cli.demo.personas import PARTS, demonstration_of
from casetrack.cli.house import COMMAND_LINE, House, among_stores
from casetrack.config import Config, Folder, Keys, Service
from casetrack.domain.ids import HolderCode
from casetrack.domain.transfer import OPEN_STATES
from casetrack.persistence.embedded import SUPERUSER, EmbeddedCluster
from casetrack.persistence.roles import APP, AUDITOR, KEEPER
from casetrack.persistence.tampering import tamper_with
from casetrack.persistence.work import begin
from casetrack.services.sessions import NOBODY
from casetrack.services.verifying import verify_database
from tests.cli.demo.world import NOW, SEED, TODAY, End, planned, scene_of, world
from tests.persistence.databases import Database

LIVES: Final = (*range(20), 60, 61, 62, 67, 74, *ASKED, 160)
"""Each kind of offer in each state, four of those that come after, those about whom somebody asks, and two in which the
other strand begins later."""
SOME: Final = (3, 7, 16)
"""Few, with names to look at."""


@dataclass(frozen=True)
class Built:
    """A small demonstration."""

    config: Config
    database: Database
    lives: tuple[Journey, ...]
    told: tuple[int, ...]
    """What was heard while it was built."""

    def rows(self, question: str) -> list[Any]:
        """What a superuser reads."""
        with self.database.engine(SUPERUSER).connect() as connection:
            return list(connection.execute(text(question)).all())


def build(config: Config, database: Database, numbers: tuple[int, ...] = LIVES) -> Built:
    """The lives of those numbers, in an empty database."""
    found(config, database.url(APP), database.url(KEEPER), key_folder(config), invented=world().invented)
    lives = tuple(planned(SEED, max(numbers) + 1)[number] for number in numbers)
    told: list[int] = []
    with among_stores(config, database.url(APP)):
        deployment = open_deployment(config, key_folder(config))
        with House(config, deployment, NOW).work("tests") as work:
            keep_colleagues(work, colleagues(world().organisations, SEED))
        Builder(deployment, accounts_of(world(), SEED), seed=SEED, today=TODAY).live(lives, told.append)
    return Built(config, database, lives, tuple(told))


def config_in(folder: Path) -> Config:
    """Settings with keys of their own."""
    return Config(service=Service("demo.test"), folder=Folder(folder), keys=Keys(passphrase="only for tests"))


@pytest.fixture(scope="module")
def built(cluster: EmbeddedCluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    """A small demonstration, which every test here looks at and none changes."""
    with Database.made(cluster, "demonstration") as database:
        yield build(config_in(tmp_path_factory.mktemp("demonstration")), database)


@pytest.fixture
def smaller(cluster: EmbeddedCluster, tmp_path: Path) -> Iterator[Callable[[str], Built]]:
    """Smaller demonstrations, for a test of its own."""
    with ExitStack() as databases:

        def made(name: str) -> Built:
            database = databases.enter_context(Database.made(cluster, f"demonstration_{name}"))
            return build(config_in(tmp_path / name), database, SOME)

        yield made


def case_ids(built: Built) -> list[str]:
    """The id of each life's case, which its own chance drew first."""
    return [str(Stream(SEED, "chance", life.number).uuid()) for life in built.lives]


def test_every_act_was_told_of(built: Built) -> None:
    assert sum(built.told) == sum(len(life.acts) for life in built.lives)


def test_each_case_stands_as_it_was_planned(built: Built) -> None:
    rows = {row.id: row for row in built.rows("SELECT id::text AS id, status, phase, age_group, identity FROM cases")}
    ends = [End.of(life) for life in built.lives]
    scenes = [scene_of(SEED, life) for life in built.lives]

    assert {id_: (rows[id_].status, rows[id_].phase, rows[id_].identity) for id_ in case_ids(built)} == {
        id_: ("closed" if end.is_closed else "open", scene.phase.value, scene.identity.value)
        for id_, end, scene in zip(case_ids(built), ends, scenes, strict=True)
    }


def test_each_strand_is_with_whom_it_was_planned_to_be(built: Built) -> None:
    leads: dict[str, dict[str, HolderCode]] = {id_: {} for id_ in case_ids(built)}
    for row in built.rows("SELECT case_id::text, part, holder FROM holdings WHERE until IS NULL AND number > 0"):
        leads[str(row.case_id)][str(row.part)] = HolderCode(str(row.holder))

    assert leads == {
        id_: {strand.value: holder for strand, holder in End.of(life).leads.items()}
        for id_, life in zip(case_ids(built), built.lives, strict=True)
    }


def test_each_offer_stands_where_it_was_planned_to(built: Built) -> None:
    rows = built.rows("SELECT case_id::text, state, moves_support, moves_investigation, reason FROM transfers")
    found = {row.case_id: (row.state, row.moves_support, row.moves_investigation, row.reason) for row in rows}
    offers = {id_: scene_of(SEED, life).offer for id_, life in zip(case_ids(built), built.lives, strict=True)}

    assert found == {
        id_: (offer.state.value, "support" in offer.strands, "investigation" in offer.strands, offer.reason)
        for id_, offer in offers.items()
        if offer is not None
    }
    assert sum(offer.state in OPEN_STATES for offer in offers.values() if offer) >= 8


def test_every_event_is_in_its_own_time_and_by_whoever_did_it(built: Built) -> None:
    rows = built.rows("SELECT at, a.sign_in_name AS name FROM events e JOIN accounts a ON a.id = e.account")
    happened = Counter((row.at, row.name) for row in rows)
    names = {each.desk: each.sign_in_name for each in colleagues(world().organisations, SEED)}

    for life in built.lives:
        for act in life.acts:
            assert happened[act.when.at(TODAY), names[act.by]] >= _events(act)


def _events(act: Act) -> int:
    """How many events an act is, at the least."""
    return len(act.entries) if isinstance(act, Record) else 1


def test_whoever_pried_was_refused_and_is_on_the_log(built: Built) -> None:
    pried = sum(isinstance(act, Pry) for life in built.lives for act in life.acts)
    refused = built.rows("SELECT id FROM events WHERE convert_from(payload, 'UTF8') LIKE '%\"Refused\"%'")

    assert len(refused) == pried


def test_what_an_auditor_found_out_is_on_the_log_of_what_was_unusual(built: Built) -> None:
    reviews = [(life, act) for life in built.lives for act in life.acts if isinstance(act, Review)]
    rows = built.rows(
        "SELECT e.at, convert_from(e.payload, 'UTF8')::json AS said, of.at AS looked_at FROM events e "
        "JOIN events of ON of.id = e.aggregate_id WHERE e.action = 'unusual:review' AND e.words IS NOT NULL"
    )
    found = {(row.at, row.said["detail"]["disposition"], (row.at.date() - row.looked_at.date()).days) for row in rows}
    assert found == {(act.when.at(TODAY), act.disposition.value, act.days) for _, act in reviews}
    assert found


def test_names_were_looked_at_for_a_reason(built: Built) -> None:
    reveals = sum(isinstance(act, Reveal) for life in built.lives for act in life.acts)
    kept = built.rows("SELECT id FROM events WHERE action LIKE '%reveal' AND words IS NOT NULL")

    assert len(kept) == reveals > 0
    assert {type(act) for life in built.lives for act in life.acts} >= {Look, See, Accept}


def test_whoever_was_looked_for_in_another_spelling_was_found(built: Built) -> None:
    finds = [
        (id_, act)
        for id_, life in zip(case_ids(built), built.lives, strict=True)
        for act in life.acts
        if isinstance(act, Find)
    ]
    shown = built.rows(
        "SELECT e.at, s.case_id::text FROM events e JOIN event_shown s ON s.event = e.id WHERE e.action = 'person:find'"
    )
    begun = built.rows("SELECT id FROM events WHERE action = 'person:find' AND words IS NOT NULL")

    assert len(begun) == len(finds) > 0
    assert {(act.when.at(TODAY), id_) for id_, act in finds} <= {(row.at, row.case_id) for row in shown}


def test_strands_that_began_later_are_on_the_log_with_the_ground_on_which_they_did(built: Built) -> None:
    begun = [act for life in built.lives for act in life.acts if isinstance(act, Begin)]
    rows = built.rows("SELECT convert_from(payload, 'UTF8')::json AS said FROM events WHERE action = 'strand:begin'")
    said = [(row.said["detail"]["strand"], row.said["detail"]["reason"], bool(row.said["words"])) for row in rows]

    assert {strand for strand, _, _ in said} == {"support", "investigation"}
    assert sorted(said, key=str) == sorted(((act.strand, act.reason, bool(act.words)) for act in begun), key=str)


def test_what_left_is_in_the_register_and_what_somebody_asked_waits_to_be_answered(built: Built) -> None:
    told = [act for life in built.lives for act in life.acts if isinstance(act, Disclose)]
    events = "SELECT convert_from(payload, 'UTF8')::json AS said FROM events"
    left = built.rows(f"{events} WHERE action = 'disclosure:record' AND refusal IS NULL")
    requests = built.rows(f"{events} WHERE action LIKE 'sar:%' AND refusal IS NULL ORDER BY at")
    enquiries = built.rows("SELECT state FROM proposals WHERE kind = 'enquiry' ORDER BY state")

    assert len(left) == len(told) > 0
    assert [row.said["event"] for row in requests] == ["SarRecorded", "SarChecked"]
    assert [row.state for row in enquiries] == ["approved", "proposed"]


def test_notes_are_sealed_and_the_log_says_that_they_were_written(built: Built) -> None:
    notes = [act for life in built.lives for act in life.acts if isinstance(act, Write)]
    rows = built.rows("SELECT superseded FROM sealed_values WHERE label_table = 'note'")
    logged = built.rows("SELECT id FROM events WHERE action = 'note:write' AND refusal IS NULL")

    assert len(rows) == len(logged) == len(notes) > 0
    assert sum(row.superseded is not None for row in rows) == sum(act.corrects for act in notes)


def test_no_two_people_go_by_one_name(built: Built) -> None:
    assert len(built.rows("SELECT DISTINCT pseudonym FROM cases")) == len(built.lives)


def test_each_persona_has_an_account_and_something_waiting(built: Built) -> None:
    with among_stores(built.config, built.database.url(APP)):
        shown = demonstration_of(SEED, open_deployment(built.config, key_folder(built.config)))
        with begin(NOBODY) as stores:
            accounts = {each.key: stores.accounts.named(each.sign_in_name) for each in shown.personas}
    waiting = built.rows("SELECT to_holder, bool_or(high_risk) AS high FROM transfers WHERE seen_at IS NULL GROUP BY 1")
    inboxes = {str(row.to_holder): bool(row.high) for row in waiting}
    working = {str(row[0]) for row in built.rows("SELECT DISTINCT support_worker FROM cases WHERE status = 'open'")}
    left = next(each for each in colleagues(world().organisations, SEED) if each.desk == LEFT)
    asked = built.rows(
        "SELECT DISTINCT h.holder FROM sealed_values v JOIN holdings h USING (case_id, part)"
        " WHERE v.label_table = 'sar' AND v.superseded IS NULL AND h.until IS NULL AND h.number IS NOT NULL"
    )

    assert accounts.keys() == PARTS.keys()
    assert all(account is not None and account.closed_at is None for account in accounts.values())
    assert inboxes["greater-manchester"]
    assert [row.holder for row in asked] == [PARTS["supervisor"].desk.holder]
    assert {str(account.id) for key, account in accounts.items() if account and key == "leeds"} <= working
    assert built.rows(f"SELECT FROM accounts WHERE sign_in_name = '{left.sign_in_name}' AND closed_at IS NULL")
    assert len({step.persona for step in shown.tour} - accounts.keys()) == 0
    assert len(shown.tour) == 5


def test_nobody_signs_in_to_a_demonstration_with_a_password(built: Built) -> None:
    assert {row[0] for row in built.rows(f"SELECT password FROM accounts WHERE id <> '{COMMAND_LINE.id}'")} == {""}  # noqa: S608 - an id of ours
    assert [each for each in colleagues([], SEED) if each.desk == ADMINISTRATOR]


def test_everything_verifies_and_what_is_changed_behind_its_back_is_named(smaller: Callable[[str], Built]) -> None:
    built = smaller("tampered")
    keys = key_folder(built.config)
    with among_stores(built.config, built.database.url(APP)):
        deployment = open_deployment(built.config, keys)
    inspect = inspection(built.config, keys, deployment, built.database.url(AUDITOR), utc_now)
    with inspect() as (evidence, believed):
        before = {str(finding) for finding in verify_database(evidence, believed)}
    tampered = tamper_with(built.database.url(SUPERUSER))
    with inspect() as (evidence, believed):
        after = {str(finding) for finding in verify_database(evidence, believed)} - before

    # Nobody sequences here, so there is no checkpoint: the only thing wrong before.
    assert before == {"The log: The log has no checkpoint to verify against."}
    assert any(each.startswith(f"Event {tampered.event}: ") and "account" in each for each in after)
    assert any(each.startswith(f"Case {tampered.case}: ") for each in after)
    assert any(each.startswith(f"Holding {tampered.holding} (") for each in after)


def test_the_same_seed_gives_the_same_events(smaller: Callable[[str], Built]) -> None:
    first, second = smaller("first"), smaller("second")

    for question in (
        "SELECT id, at, action, case_id, case_version, salt FROM events WHERE case_id IS NOT NULL ORDER BY id",
        "SELECT id, reference, pseudonym, phase, status FROM cases ORDER BY id",
    ):
        assert first.rows(question)
        assert first.rows(question) == second.rows(question)
