"""What was typed with an entry of the log: who reads it, that it is on the log first, and what does not open."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from casetrack.crypto.letters import seal_letter
from casetrack.domain.actors import Actor, Auth, Role
from casetrack.domain.case import Case
from casetrack.domain.errors import IntegrityBroken, KeysUnavailable, NotFound, NotPermitted, NotYourWords
from casetrack.domain.holders import AUDIT_DESK
from casetrack.domain.ids import EventId
from casetrack.services.audit import Use, open_audit
from casetrack.services.history import view_history
from casetrack.services.identity import reveal_identity
from casetrack.services.journal import Purpose
from casetrack.services.letters import Letter, is_typed, look_at_letter, may_read, open_letter
from casetrack.services.lists import EventCard
from casetrack.services.ports import JournalEntry
from casetrack.services.work import UnitOfWork, at_work
from tests.services import acts
from tests.services.acts import REVEALING, kept
from tests.services.locks import out_of_reach
from tests.world import NORTH, SOUTH, World

TYPED = REVEALING.words


@contextmanager
def desk(world: World, auth: Auth = Auth.PASSWORD) -> Iterator[UnitOfWork]:
    """Somebody of the audit desk itself."""
    actor = replace(world.actor("auditor"), holder=AUDIT_DESK, auth=auth)
    with at_work(world.begin, world.deployment, actor, world.now, Purpose(Use.INTEGRITY.value)) as work:
        yield work


def revealed(world: World, by: str = "worker") -> tuple[Case, EventId]:
    """A case of which somebody has revealed the identity, for a reason that they typed; and that entry."""
    case = acts.opened(world, by)
    with world.work(by, REVEALING) as work:
        reveal_identity(work, case.reference)
    return case, entry_of(world, "Revealed").id


def entry_of(world: World, kind: str) -> JournalEntry:
    return next(entry for entry in reversed(kept(world).entries) if acts.read(entry)["event"] == kind)


def history_of(work: UnitOfWork, case: Case) -> int:
    return view_history(work, case.reference, page=1)[1].total


def edit(world: World, entry: EventId, **changes: Any) -> None:  # noqa: ANN401 - the columns of a row
    """Somebody changes the row of that entry."""
    memory = kept(world)
    memory.entries = tuple(replace(each, **changes) if each.id == entry else each for each in memory.entries)


def read(world: World, entry: EventId) -> Letter:
    with desk(world) as work:
        return open_letter(work, entry, Use.INTEGRITY)


def test_the_desk_reads_what_was_typed_and_that_it_does_is_on_the_log_once() -> None:
    world = World.in_memory()
    case, entry = revealed(world)
    before = len(acts.events(world))
    letter = read(world, entry)
    assert (letter.words, letter.card.account, letter.card.reference) == (
        TYPED,
        world.actor("worker").account,
        case.reference,
    )
    (opened,) = acts.events(world)[before:]
    assert (opened["event"], opened["action"], opened["case"], opened["purpose"], opened["words"]) == (
        "LogOpened",
        "letter:open",
        None,
        "integrity",
        None,
    )
    assert opened["detail"] == {"use": "integrity", "filters": [f"entry={entry}"], "entries": 1}
    assert opened["operations"] == ["consultation"]
    assert TYPED not in json.dumps(acts.events(world))


def test_nobody_at_the_case_is_told_that_it_was_read() -> None:
    world = World.in_memory()
    case, entry = revealed(world)
    with world.work("lead") as work:
        before = history_of(work, case)
    read(world, entry)
    with world.work("lead") as work:
        assert history_of(work, case) == before


def test_to_look_at_the_entry_is_not_to_read_what_was_typed() -> None:
    world = World.in_memory()
    _, entry = revealed(world)
    before = len(acts.events(world))
    with desk(world) as work:
        card = look_at_letter(work, entry, Use.LAWFULNESS)
    assert card.id == entry
    (looked,) = acts.events(world)[before:]
    assert (looked["action"], looked["detail"]["filters"]) == ("audit:search", [f"entry={entry}"])


def test_auditors_of_one_organisation_read_what_its_own_accounts_typed_and_no_others() -> None:
    world = World.in_memory()
    _, ours = revealed(world)
    _, theirs = revealed(world, "receiver")
    with world.work("north-auditor") as work:
        assert open_letter(work, ours, Use.INTEGRITY).words == TYPED
    with pytest.raises(NotFound), world.work("north-auditor") as work:
        open_letter(work, theirs, Use.INTEGRITY)


def test_what_another_organisation_typed_about_ones_own_case_is_in_scope_and_not_for_ones_own_auditors() -> None:
    world = World.in_memory()
    _, entry = revealed(world)
    edit(world, entry, holders_then=(NORTH.code, SOUTH.code), holder=SOUTH.code)
    before = len(acts.events(world))
    for attempt in (look_at_letter, open_letter):
        with pytest.raises(NotYourWords), world.work("north-auditor") as work:
            attempt(work, entry, Use.INTEGRITY)
    assert [each["refusal"] for each in acts.events(world)[before:]] == ["NotYourWords"] * 2


@pytest.mark.parametrize("name", ["worker", "lead", "supervisor", "administrator"])
def test_nobody_else_reads_them_not_even_who_typed_them(name: str) -> None:
    world = World.in_memory()
    _, entry = revealed(world)
    with pytest.raises(NotPermitted), world.work(name) as work:
        open_letter(work, entry, Use.INTEGRITY)


def test_a_program_reads_none() -> None:
    world = World.in_memory()
    _, entry = revealed(world)
    with pytest.raises(NotPermitted), desk(world, auth=Auth.TOKEN) as work:
        open_letter(work, entry, Use.INTEGRITY)


def test_an_entry_that_is_not_there_or_with_which_nothing_was_typed_has_none() -> None:
    world = World.in_memory()
    acts.opened(world)
    for entry in (EventId(uuid4()), kept(world).entries[-1].id):
        with pytest.raises(NotFound):
            read(world, entry)


def test_what_the_log_says_of_surnames_is_no_word_that_somebody_typed() -> None:
    world = World.in_memory()
    revealed(world)
    compared = entry_of(world, "SurnamesCompared")
    assert compared.words is not None
    with pytest.raises(NotFound):
        read(world, compared.id)


def exchanged(world: World, entry: EventId) -> bytes:
    """Other words, sealed by somebody who knows the desk's public key, which everybody may."""
    keyset = kept(world).keysets[AUDIT_DESK, 1].public
    return seal_letter("The person asked.", to=keyset, context=entry.bytes, deployment=world.deployment.name)


@pytest.mark.parametrize("spoiled", ["gone", "cut", "exchanged", "another"])
def test_words_that_were_changed_exchanged_or_taken_away_are_told_and_counted_as_not_as_they_were_sealed(
    spoiled: str,
) -> None:
    world = World.in_memory()
    _, other = revealed(world)
    was = entry_of(world, "Revealed").words or b""
    _, entry = revealed(world)
    words = {"gone": None, "cut": was[:-1], "exchanged": exchanged(world, entry), "another": was}[spoiled]
    edit(world, entry, words=words)
    before = len(acts.events(world))
    letter = read(world, entry)
    assert (letter.words, letter.card.id) == (None, entry)
    looked, told = acts.events(world)[before:]
    assert (looked["action"], looked["detail"]["filters"]) == ("letter:open", [f"entry={entry}"])
    assert (told["action"], told["refusal"]) == ("letter:open", IntegrityBroken.__name__)
    assert read(world, other).words == TYPED


def test_words_whose_digest_was_put_in_too_do_not_open_beside_another_entry() -> None:
    world = World.in_memory()
    revealed(world)
    was = entry_of(world, "Revealed").words or b""
    _, entry = revealed(world)
    payload = acts.read(entry_of(world, "Revealed")) | {"words": hashlib.sha256(was).hexdigest()}
    edit(world, entry, words=was, payload=json.dumps(payload).encode())
    assert read(world, entry).words is None


def test_while_the_desks_keys_cannot_be_reached_that_is_said_and_nothing_is_called_broken() -> None:
    world = World.in_memory()
    _, entry = revealed(world)
    out_of_reach(world)
    before = len(acts.events(world))
    with pytest.raises(KeysUnavailable):
        read(world, entry)
    assert [each["refusal"] for each in acts.events(world)[before:]] == ["KeysUnavailable"]


def test_what_an_auditor_typed_when_they_opened_the_log_is_read_like_anything_else() -> None:
    world = World.in_memory()
    with world.work("north-auditor", Purpose("lawfulness", "Complaint 17.")) as work:
        open_audit(work, Use.LAWFULNESS)
    assert read(world, entry_of(world, "LogOpened").id).words == "Complaint 17."


def test_a_button_is_there_exactly_where_it_is_not_refused() -> None:
    world = World.in_memory()
    revealed(world)
    revealed(world, "receiver")
    actors = [replace(world.actor("auditor"), holder=AUDIT_DESK), world.actor("auditor"), world.actor("north-auditor")]
    every = [(actor, card) for actor in actors for card in cards(world, actor)]
    for actor, card in every:
        try:
            with at_work(world.begin, world.deployment, actor, world.now) as work:
                open_letter(work, card.id, Use.INTEGRITY)
        except (NotYourWords, NotFound):
            assert not may_read(actor, card)
        else:
            assert may_read(actor, card)
            assert is_typed(card)


def cards(world: World, actor: Actor) -> tuple[EventCard, ...]:
    assert actor.role is Role.AUDITOR
    with at_work(world.begin, world.deployment, actor, world.now) as work:
        found = (work.stores.desk.entry(entry.id) for entry in kept(world).entries)
        return tuple(each.card for each in found if each is not None)
