"""Answers that are not sent yet: a time-out loses nothing, and a dump shows nothing."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from casetrack.crypto.letters import seal_letter
from casetrack.domain.errors import DraftChanged, DraftSent, KeysUnavailable
from casetrack.services.drafts import (
    change_draft,
    discard_draft,
    hold_draft,
    keep_draft,
    open_draft,
    send_draft,
    view_draft,
)
from casetrack.services.work import UnitOfWork
from tests.services import acts
from tests.services.acts import kept
from tests.services.locks import out_of_reach
from tests.world import NAME, NORTH, SOUTH, World

ANSWERS = {"given_names": "Testa Maria", "strands": ["support"]}


def drafted(world: World, by: str = "worker", kind: str = "case:open") -> None:
    with world.work(by) as work:
        keep_draft(work, kind, ANSWERS)


def draft(world: World, by: str = "worker", kind: str = "case:open") -> Mapping[str, object]:
    with world.work(by) as work:
        return open_draft(work, kind)


def test_a_draft_is_there_when_one_comes_back_and_only_for_whoever_wrote_it() -> None:
    world = World.in_memory()
    drafted(world)

    assert draft(world) == ANSWERS
    assert draft(world, kind="transfer:send") == {}
    assert draft(world, "lead") == draft(world, "receiver") == {}


def test_a_draft_takes_the_place_of_the_one_before() -> None:
    world = World.in_memory()
    drafted(world)
    with world.work("worker") as work:
        keep_draft(work, "case:open", {})
    assert draft(world) == {}
    assert len(kept(world).drafts) == 1


def test_answers_have_another_mark_each_time_that_they_are_kept_and_none_before_that() -> None:
    world = World.in_memory()
    marks = []
    for _ in range(2):
        with world.work("worker") as work:
            marks.append(view_draft(work, "case:open").mark)
        drafted(world)
    with world.work("worker") as work:
        marks.append(view_draft(work, "case:open").mark)
    assert marks[0] == ""
    assert len(set(marks)) == len(marks)


def test_answers_are_held_and_changed_only_by_a_page_that_was_made_from_them() -> None:
    world = World.in_memory()
    drafted(world)
    with world.work("worker") as work:
        seen = view_draft(work, "case:open").mark
        change_draft(work, hold_draft(work, "case:open", seen=seen), {"age": "adult"})
    for old in (seen, "", "made up"):
        with world.work("worker") as work, pytest.raises(DraftChanged) as refused:
            hold_draft(work, "case:open", seen=old)
        assert type(refused.value) is DraftChanged
    assert draft(world) == {"age": "adult"}


def test_answers_that_were_sent_are_gone_and_whoever_sends_them_again_is_told_what_was_made_of_them() -> None:
    world = World.in_memory()
    drafted(world)
    with world.work("worker") as work:
        begun = hold_draft(work, "case:open", seen=view_draft(work, "case:open").mark)
        send_draft(work, begun, "CT-0000-0000")
    assert draft(world) == {}
    with world.work("worker") as work, pytest.raises(DraftSent) as refused:
        hold_draft(work, "case:open", seen=begun.mark)
    assert refused.value.facts == {"draft": "case:open", "sent": "CT-0000-0000"}
    with world.work("lead") as work, pytest.raises(DraftChanged) as refused_too:
        hold_draft(work, "case:open", seen=begun.mark)
    assert "sent" not in refused_too.value.facts


def test_answers_that_do_not_open_are_none_and_others_can_take_their_place() -> None:
    world = World.in_memory()
    drafted(world)
    tampered(world, b"plain words")
    with world.work("worker") as work:
        begun = view_draft(work, "case:open")
        assert (begun.answers, bool(begun.mark)) == ({}, True)
        change_draft(work, hold_draft(work, "case:open", seen=begun.mark), ANSWERS)
    assert draft(world) == ANSWERS


def test_where_others_were_begun_at_the_same_time_nothing_is_written_over_them() -> None:
    world = World.in_memory()
    with world.work("worker") as work:
        nothing = hold_draft(work, "case:open", seen="")
        change_draft(work, nothing, ANSWERS)
        with pytest.raises(DraftChanged):
            change_draft(work, nothing, {})
    assert draft(world) == ANSWERS


def test_a_draft_that_is_discarded_is_gone() -> None:
    world = World.in_memory()
    drafted(world)
    with world.work("worker") as work:
        discard_draft(work, "case:open")
    assert draft(world) == {}
    assert kept(world).drafts == {}


def test_what_is_kept_of_a_draft_is_a_letter_to_the_accounts_own_organisation() -> None:
    world = World.in_memory()
    drafted(world)
    (row,) = kept(world).drafts.values()

    assert b"Testa" not in row.sealed
    assert row.account == acts.account("worker")


def tampered(world: World, sealed: bytes) -> None:
    kept(world).drafts = {place: replace(row, sealed=sealed) for place, row in kept(world).drafts.items()}


@pytest.mark.parametrize("sealed", [b"", b"plain words", bytes(200)], ids=["nothing", "clear", "zeros"])
def test_what_does_not_open_is_no_draft(sealed: bytes) -> None:
    world = World.in_memory()
    drafted(world)
    tampered(world, sealed)
    assert draft(world) == {}


def test_the_draft_of_another_account_or_of_another_kind_does_not_open_as_this_one() -> None:
    world = World.in_memory()
    drafted(world, "lead")
    drafted(world, kind="transfer:send")
    drafted(world)
    rows = kept(world).drafts
    mine = (acts.account("worker"), "case:open")
    for other in [place for place in rows if place != mine]:
        rows[mine] = replace(rows[mine], sealed=rows[other].sealed)
        assert draft(world) == {}


def test_keys_that_are_out_of_reach_open_no_draft_and_it_is_not_taken_for_one_that_was_never_begun() -> None:
    world = World.in_memory()
    drafted(world)
    out_of_reach(world)
    with pytest.raises(KeysUnavailable):
        draft(world)


def planted(world: World, text: str) -> None:
    """A letter that anybody could have sealed to the organisation, which says what it likes."""

    def seal(work: UnitOfWork) -> bytes:
        context = b"draft\0" + work.actor.account.bytes + b"case:open"
        return seal_letter(text, to=work.trust.current(NORTH.code), context=context, deployment=NAME)

    drafted(world)
    with world.work("worker") as work:
        tampered(world, seal(work))


@pytest.mark.parametrize("text", ["[]", '"words"', "7", "null"])
def test_a_letter_that_holds_no_answers_is_no_draft(text: str) -> None:
    world = World.in_memory()
    planted(world, text)
    assert draft(world) == {}


def test_no_other_organisations_keys_open_a_draft() -> None:
    world = World.in_memory()
    drafted(world)
    (row,) = kept(world).drafts.values()
    kept(world).drafts[acts.account("receiver"), "case:open"] = replace(row, account=acts.account("receiver"))
    assert draft(world, "receiver") == {}
    assert SOUTH.code != NORTH.code
