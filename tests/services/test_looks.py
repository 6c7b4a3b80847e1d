"""Looking is something that is done: each look is one event on the journal, whatever was looked at."""

from collections.abc import Callable

import pytest

from casetrack.domain.case import Case
from casetrack.domain.errors import NotPermitted
from casetrack.services.caseload import everything, view_caseload
from casetrack.services.cases import find_case, list_cases, view_case
from casetrack.services.disclosures import list_disclosures
from casetrack.services.files import list_files
from casetrack.services.history import view_history
from casetrack.services.journeys import view_journey
from casetrack.services.milestones import list_milestones
from casetrack.services.notes import NoteQuery, list_notes
from casetrack.services.sars import list_sars
from casetrack.services.transfers import list_transfers, view_transfer
from casetrack.services.work import CONSULTATIONS, UnitOfWork
from tests.services import acts
from tests.services.acts import kept
from tests.world import SOUTH, World

LOOKS: dict[str, Callable[[UnitOfWork, Case], object]] = {
    "case:view": lambda work, case: view_case(work, case.reference),
    "milestone:list": lambda work, case: list_milestones(work, case.reference),
    "file:list": lambda work, case: list_files(work, case.reference),
    "note:list": lambda work, case: list_notes(work, case.reference, NoteQuery()),
    "disclosure:list": lambda work, case: list_disclosures(work, case.reference, page=1),
    "sar:list": lambda work, case: list_sars(work, case.reference),
    "journey:view": lambda work, case: view_journey(work, case.reference),
    "history:view": lambda work, case: view_history(work, case.reference, page=1),
    "case:list": lambda work, _: list_cases(work, everything(work)),
    "case:find": lambda work, case: find_case(work, case.reference, everything(work)),
    "caseload:view": lambda work, _: view_caseload(work),
    "transfer:list": lambda work, _: list_transfers(work, page=1),
}


@pytest.mark.parametrize("action", LOOKS)
def test_each_look_is_one_event(action: str) -> None:
    world = World.in_memory()
    case = acts.opened(world)
    before = len(kept(world).entries)

    with world.work("lead" if action == "sar:list" else "worker") as work:
        LOOKS[action](work, case)

    (payload,) = acts.journalled(world, before)
    assert (payload["event"], payload["action"]) == ("Consulted", action)
    assert payload["operations"] == ["consultation"]
    assert acts.kept_case(world, case).case.version == case.version


def test_every_look_at_a_case_is_tried_above() -> None:
    assert {action.value for action in CONSULTATIONS} <= LOOKS.keys()


def test_a_look_at_an_offer_is_one_event_of_the_offer_and_the_case() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    offer = acts.offered(world, case, SOUTH)
    before = len(kept(world).entries)

    with world.work("receiver") as work:
        view_transfer(work, offer.id)

    (payload,) = acts.journalled(world, before)
    assert (payload["action"], payload["case"], payload["transfer"]) == ("transfer:view", str(case.id), str(offer.id))


def test_a_former_holder_sees_the_stub_and_its_look_is_journalled() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    acts.moved(world, case, SOUTH)
    before = len(kept(world).entries)

    with world.work("worker") as work:
        assert view_case(work, case.reference).holdings.holders == {SOUTH.code}
    with pytest.raises(NotPermitted), world.work("worker") as work:
        list_milestones(work, case.reference)

    assert acts.names_of(acts.journalled(world, before)) == ["Consulted", "Refused"]
