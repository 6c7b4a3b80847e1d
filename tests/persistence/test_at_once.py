"""The same thing sent several times at once, over PostgreSQL: it is done once, and everybody is told what was done."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, Final, TypeAlias

import pytest
from flask import Flask
from sqlalchemy import text

from casetrack.domain.errors import DraftChanged, StillAnswering
from casetrack.persistence import db, doors, work
from casetrack.persistence.embedded import SUPERUSER
from casetrack.persistence.roles import APP
from casetrack.services.cases import open_case
from casetrack.services.drafts import change_draft, hold_draft, view_draft
from casetrack.services.repeats import take_turn
from casetrack.services.work import UnitOfWork
from tests.api.door import NEW_CASE, V1, Door
from tests.persistence.databases import Database
from tests.web.site import Browser, hidden, site
from tests.web.test_notes import TYPED
from tests.web.test_offering import POINTS, SHARED, WHY, checklist
from tests.web.test_opening import ANSWERS
from tests.world import ACCOUNTS, SOUTH, World, a_new_case

Reached: TypeAlias = Callable[[Flask], Flask]
AT_ONCE: Final = 5
TIMEOUT_MS: Final = 10_000


@pytest.fixture
def real(app_engine: Database) -> World:
    """A deployment with real keys over PostgreSQL."""
    return World.over(work.begin, app_engine.founding)


@pytest.fixture
def reached(app_engine: Database) -> Iterator[Reached]:
    """What puts an application on the database, until the test ends."""
    apps: list[Flask] = []

    def reach(app: Flask) -> Flask:
        db.init_app(app, app_engine.url(APP), statement_timeout_ms=TIMEOUT_MS)
        apps.append(app)
        return app

    yield reach
    for app in apps:
        with app.app_context():
            db.db.engine.dispose()


def at_once(does: Callable[[], Any], times: int = AT_ONCE) -> list[Any]:
    """What each of them is answered, who all begin together."""
    ready = Barrier(times)

    def do(_: int) -> Any:  # noqa: ANN401 - an answer, whatever was asked
        ready.wait()
        return does()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(do, range(times)))


def counted(database: Database, table: str) -> int:
    with database.engine(SUPERUSER).connect() as connection:
        return int(connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0)  # noqa: S608 - a table of ours


def sent_at_once(app: Flask, path: str, typed: dict[str, Any]) -> list[Any]:
    """The form of that page as one tab shows it, sent by as many clicks as that."""
    tab = Browser(app, ACCOUNTS["worker"])
    form = hidden(tab.get(path).text) | typed
    cookie = tab.client.get_cookie("casetrack")
    assert cookie is not None

    def click() -> Any:  # noqa: ANN401 - an answer, as the test client has it
        client = app.test_client()
        client.set_cookie("casetrack", cookie.value)
        return client.post(path, data=form)

    return at_once(click)


def test_one_check_that_is_sent_five_times_opens_one_case_and_leads_each_of_them_to_it(
    real: World, app_engine: Database, reached: Reached
) -> None:
    app = reached(site(real))
    worker = Browser(app, ACCOUNTS["worker"])
    for step, typed in ANSWERS.items():
        worker.post(f"/cases/new/{step}", typed)
    answers = sent_at_once(app, "/cases/new/check", {})
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert counted(app_engine, "cases") == 1


def test_one_offer_that_is_sent_five_times_is_one_offer(real: World, app_engine: Database, reached: Reached) -> None:
    with real.work("worker") as at:
        reference = open_case(at, a_new_case()).reference
    app = reached(site(real))
    worker, new = Browser(app, ACCOUNTS["worker"]), f"/cases/{reference}/transfer/new"
    for step, typed in (
        ("what", {"kind": "support"}),
        ("where", {"to": SOUTH.code}),
        ("why", WHY),
        ("share", {**SHARED, "outstanding": []}),
        ("checklist", checklist(*POINTS)),
    ):
        worker.post(f"{new}/{step}", typed)
    answers = sent_at_once(app, f"{new}/check", {"accurate": "yes"})
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert counted(app_engine, "transfers") == 1


def test_one_note_that_is_sent_five_times_is_one_note(real: World, app_engine: Database, reached: Reached) -> None:
    with real.work("worker") as at:
        reference = open_case(at, a_new_case()).reference
    app = reached(site(real))
    before = counted(app_engine, "sealed_values")
    answers = sent_at_once(app, f"/cases/{reference}/notes/write", dict(TYPED))
    assert {answer.status_code for answer in answers} == {303}
    assert counted(app_engine, "sealed_values") == before + 1
    assert counted(app_engine, "drafts") == 0


def test_one_key_that_is_sent_six_times_at_once_opens_one_case_and_has_one_answer(
    real: World, app_engine: Database, reached: Reached
) -> None:
    door = Door(real)
    reached(door.app)
    token = door.caller("worker").token
    sent = {"Authorization": f"Bearer {token}", "Idempotency-Key": "one"}
    answers = at_once(lambda: door.app.test_client().post(f"{V1}/cases", json=NEW_CASE, headers=sent), 6)
    assert Counter(answer.status_code for answer in answers) == {201: 6}
    assert len({answer.text for answer in answers}) == 1
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert counted(app_engine, "cases") == 1


def test_whoever_would_wait_long_is_told_that_the_first_is_being_answered(
    real: World, reached: Reached, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doors, "TURNS_WAIT", "50ms")
    door = Door(real)
    reached(door.app)
    caller = door.caller("worker")
    with real.work("worker") as first:
        assert take_turn(first, "one") is None
        answer = at_once(lambda: caller.send("POST", "/cases", NEW_CASE, Idempotency_Key="one"), 1)[0]
    assert (answer.status_code, answer.json["type"]) == (409, "/problems/still-answering")
    assert answer.headers["Retry-After"] == "1"
    assert caller.send("POST", "/cases", NEW_CASE, Idempotency_Key="one").status_code == 201


def _take_and_fail(first: UnitOfWork) -> None:
    assert take_turn(first, "one") is None
    raise StillAnswering


def test_a_turn_that_came_to_nothing_is_the_next_ones(real: World) -> None:
    with pytest.raises(StillAnswering), real.work("worker") as first:
        _take_and_fail(first)
    with real.work("worker") as second:
        assert take_turn(second, "one") is None


def test_of_two_who_begin_at_once_the_second_is_told_so(real: World) -> None:
    with real.work("worker") as tab:
        here, there = (hold_draft(tab, "case", seen="") for _ in range(2))
        change_draft(tab, here, {"age": {"age_group": "adult"}})
        with pytest.raises(DraftChanged):
            change_draft(tab, there, {"age": {"age_group": "child"}})
        assert view_draft(tab, "case").answers == {"age": {"age_group": "adult"}}
