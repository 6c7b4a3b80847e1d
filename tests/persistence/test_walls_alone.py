"""The second wall alone: with the program's own rules off, nobody is given a row of another organisation's."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from unittest.mock import patch

import pytest
from flask import Flask

from casetrack.domain import access
from casetrack.domain.case import Case
from casetrack.domain.errors import CasetrackError
from casetrack.domain.holdings import Part
from casetrack.persistence import db as room
from casetrack.persistence import work
from casetrack.services.caseload import everything
from casetrack.services.cases import list_cases, overview_of, view_held
from casetrack.services.contacts import reveal_contact
from casetrack.services.files import list_files, open_file
from casetrack.services.history import view_history
from casetrack.services.identity import reveal_identity
from casetrack.services.milestones import list_milestones
from casetrack.services.notes import NoteQuery, list_notes
from casetrack.services.ports import Scope
from casetrack.services.transfers import list_transfers, view_transfer
from casetrack.services.work import UnitOfWork
from tests.persistence.databases import Database
from tests.services import acts
from tests.services.acts import REVEALING, SUPPORT
from tests.services.test_files import attached
from tests.world import SOUTH, World

THREADS = 32
TURNS = 320


@pytest.fixture
def real(app_engine: Database) -> World:
    """A deployment with real keys, over PostgreSQL."""
    return World.over(work.begin, app_engine.founding)


@pytest.fixture
def no_rules() -> Iterator[None]:
    """Whatever the rules are asked, they allow it: to everybody, of every case and every offer."""
    with (
        patch.object(access, "require", lambda *_: None),
        patch.object(access, "require_role", lambda *_: None),
        patch.object(access, "require_side", lambda *_: None),
        patch.object(access, "require_stub", lambda *_: None),
        patch.object(access, "may", lambda *_: True),
        patch.object(access, "reach", lambda *_: access.Reach.CASE),
        patch.object(access, "side", lambda *_: "from"),
    ):
        yield


def test_with_the_rules_off_a_stranger_is_given_nothing_of_a_case(real: World, no_rules: None) -> None:  # noqa: ARG001 - the rules are off
    case = acts.opened(real)
    acts.recorded(real, case, note="A warm coat.")
    file = attached(real, case)
    offer = acts.offered(real, case, SOUTH)
    looks: dict[str, Callable[[UnitOfWork], object]] = {
        "overview": lambda at: overview_of(at, view_held(at, case.reference)),
        "identity": lambda at: reveal_identity(at, case.reference),
        "contact": lambda at: reveal_contact(at, case.reference),
        "milestones": lambda at: list_milestones(at, case.reference),
        "notes": lambda at: list_notes(at, case.reference, NoteQuery()),
        "files": lambda at: list_files(at, case.reference),
        "file": lambda at: open_file(at, case.reference, file.id),
        "history": lambda at: view_history(at, case.reference, page=1),
        "offer": lambda at: view_transfer(at, offer.id),
    }

    for name, look in looks.items():
        with real.work("worker", REVEALING) as at:
            assert look(at), name
        with pytest.raises(CasetrackError), real.work("scottish-lead", REVEALING) as at:
            look(at)
    with real.work("scottish-lead") as at:
        assert list_cases(at, everything(at)).items == ()
        assert list_transfers(at, page=1).items == list_transfers(at, page=1, sent=True).items == ()


def test_with_the_rules_off_a_holder_of_one_part_is_given_no_row_of_another(real: World, no_rules: None) -> None:  # noqa: ARG001 - the rules are off
    case = acts.opened(real)
    acts.recorded(real, case, note="A warm coat.")
    with real.work("worker") as at:
        assert all(rows_of(at, case, part) for part in (Part.IDENTITY, Part.SAFE_ADDRESS, Part.SUPPORT))
    with real.work("receiver") as at:
        assert not any(rows_of(at, case, part) for part in Part)

    acts.offered(real, case, SOUTH, SUPPORT)
    with real.work("receiver") as at:
        assert not any(rows_of(at, case, part) for part in Part)
        assert at.stores.cases.get(case.id, lock=False) is None


def rows_of(at: UnitOfWork, case: Case, part: Part) -> tuple[object, ...]:
    """Every value of the part, and every wrap of the case, that the actor is given when nothing is asked first."""
    wraps = at.stores.keys.wraps([case.id], at.actor.holder)
    return (*at.stores.values.all_of(case.id, part), *(wraps if part is Part.IDENTITY else ()))


def test_many_threads_that_alternate_holders_over_one_pool_see_no_row_of_another(
    app_engine: Database,
    migrated: Database,
    no_rules: None,  # noqa: ARG001 - the rules are off
) -> None:
    """The pool of the application itself: each connection serves one organisation after the other."""
    real = World.over(work.begin, app_engine.founding)
    mine = {"worker": {acts.opened(real).id for _ in range(3)}, "receiver": {acts.opened(real, "receiver").id}}
    mine["scottish-lead"] = set()
    everyone = sorted(set().union(*mine.values()))
    app = Flask("pooled")
    room.init_app(app, migrated.url("casetrack_app"), statement_timeout_ms=20_000)

    def seen(who: str) -> bool:
        actor = real.actor(who)
        scope = Scope(actor.account, actor.role, actor.holder)
        with app.app_context(), work.begin(scope) as stores:
            cases = {kept.case.id for kept in stores.cases.all_of(everyone)}
            wraps = {wrap.case for wrap in stores.keys.wraps(everyone, actor.holder)}
            values = {row.case for part in Part for row in stores.values.current_of(everyone, part)}
            changes = set(stores.journal.last_changes(everyone))
        return cases == wraps == values == changes == mine[who]

    with ThreadPoolExecutor(THREADS) as threads:
        assert all(threads.map(seen, islice(cycle(mine), TURNS)))
    with app.app_context():
        room.db.engine.dispose()
