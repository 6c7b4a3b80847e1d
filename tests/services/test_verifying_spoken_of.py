"""Verifying: an entry that others are about cannot be taken out by itself, whoever signs the log anew."""

from dataclasses import replace

import pytest

from casetrack.domain.actions import Action
from casetrack.domain.holders import AUDIT_DESK
from casetrack.domain.ids import EventId
from casetrack.services.audit import Use, note_look
from casetrack.services.checkpoints import CheckpointSigner, origin_of
from casetrack.services.identity import reveal_identity
from casetrack.services.letters import open_letter
from casetrack.services.work import at_work
from tests.services import acts
from tests.services.everything import Everything, log_key, signed
from tests.world import NAME, REASON, World


@pytest.fixture
def world() -> World:
    """Somebody revealed a name, and the surname was compared."""
    world = World.in_memory()
    case = acts.opened(world)
    with world.work("worker", REASON) as work:
        reveal_identity(work, case.reference)
    return world


def rewritten(world: World, *kinds: str) -> Everything:
    """The first event of each kind was taken out, with its entry, and the log was signed anew with its own key."""
    everything = Everything.of(world)
    gone = [everything.journal.pop(everything.event(kind)).id for kind in kinds]
    left = [(event, leaf) for _, event, leaf in everything.rows if event not in gone]
    everything.rows = [(number, event, leaf) for number, (event, leaf) in enumerate(left)]
    everything.notes = signed([leaf for _, leaf in left], CheckpointSigner(origin_of(NAME), log_key()))
    return everything


def test_what_another_entry_is_about_is_missed(world: World) -> None:
    everything = rewritten(world, "Revealed")
    comparison = everything.journal[everything.event("SurnamesCompared")].id

    assert everything.findings(world) == [f"Event {comparison}: It is about an entry of the log that is gone."]


def test_without_whatever_is_about_it_only_who_kept_a_checkpoint_misses_it(world: World) -> None:
    everything = rewritten(world, "Revealed", "SurnamesCompared")

    assert everything.findings(world) == []


def test_what_an_auditor_has_read_is_missed_too(world: World) -> None:
    revealed = Everything.of(world).journal[Everything.of(world).event("Revealed")].id
    desk = replace(world.actor("auditor"), holder=AUDIT_DESK)
    with at_work(world.begin, world.deployment, desk, world.now) as work:
        open_letter(work, EventId(revealed), Use.INTEGRITY)
    everything = rewritten(world, "Revealed", "SurnamesCompared")
    read = everything.journal[everything.event("LogOpened")].id

    assert everything.findings(world) == [f"Event {read}: It is about an entry of the log that is gone."]


def test_a_filter_that_names_no_entry_is_about_none(world: World) -> None:
    with world.work("auditor") as work:
        note_look(work, Action.AUDIT_SEARCH, Use.INTEGRITY, "entry=none", "action=case:view")

    assert Everything.of(world).findings(world) == []


def test_what_waits_for_its_place_may_be_spoken_of(world: World) -> None:
    everything = Everything.of(world)
    revealed = everything.event("Revealed")
    about = everything.journal[everything.event("SurnamesCompared")].aggregate
    assert everything.journal[revealed].id == about
    everything.change_event(revealed, leaf=None, queued_at=world.now)
    everything.rows = [row for row in everything.rows if row[1] != about]

    assert not any("is about an entry" in each for each in everything.findings(world))
