"""My work, and the names of one's own caseload."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from casetrack.crypto.fields import Value
from casetrack.domain.actions import Action
from casetrack.domain.actors import Auth, Role
from casetrack.domain.case import Case, IdentityState
from casetrack.domain.errors import NeedsStepUp, NotPermitted, ReasonNeeded
from casetrack.domain.holdings import Strand
from casetrack.domain.ids import CaseId
from casetrack.services.caseload import FIRST_FEW, Whose, begin_shift, name_caseload, shift_is_open, view_caseload
from casetrack.services.cases import assign_case, open_case
from casetrack.services.journal import Purpose
from casetrack.services.lists import CaseCard, Page, WorkCounts
from tests.services import acts
from tests.services.acts import REVEALING, SUPPORT
from tests.world import CHARITY, SOUTH, World, a_new_case

SHIFT = timedelta(hours=10)
A_WEEK = timedelta(days=7)


def encountered(world: World, by: str = "worker") -> Case:
    """A case with something to be done by tomorrow."""
    case = acts.opened(world, by, SUPPORT)
    acts.recorded(world, case, by=by)
    return case


def on_shift(world: World, by: str = "worker") -> None:
    with world.work(by, REVEALING) as work:
        begin_shift(work)


def named(world: World, by: str = "worker", page: int = 1) -> tuple[Page[CaseCard], Mapping[CaseId, dict[str, Value]]]:
    """The page and its names, where every case on it is as it was sealed."""
    with world.work(by) as work:
        cards, names, broken = name_caseload(work, page=page, shift=SHIFT)
    assert not broken
    return cards, names


def test_my_work_shows_what_is_late_and_what_is_soon_to_be_done() -> None:
    world = World.in_memory()
    late = encountered(world)
    world.now += A_WEEK
    soon = encountered(world)

    with world.work("worker") as work:
        shown = view_caseload(work)

    assert [card.id for card in shown.overdue.items] == [late.id]
    assert [card.id for card in shown.due_soon.items] == [soon.id]
    assert shown.counts == WorkCounts(overdue=1, due_soon=1, waiting=0, transfers=0)


def test_my_work_shows_a_new_case_and_what_it_begins_with() -> None:
    world = World.in_memory()
    case = acts.opened(world)

    with world.work("worker") as work:
        shown = view_caseload(work)

    (card,) = shown.due_soon.items
    assert (card.id, card.do_now, card.due, card.milestone) == (case.id, True, None, "encounter")
    assert shown.counts == WorkCounts(overdue=0, due_soon=1, waiting=0, transfers=0)


def test_a_worker_looks_at_their_own_first_and_whoever_leads_at_everybodys() -> None:
    world = World.in_memory()
    mine, another = encountered(world), encountered(world, "lead")
    world.now += A_WEEK

    def overdue(name: str, whose: Whose | None = None) -> tuple[set[CaseId], int]:
        with world.work(name) as work:
            found = view_caseload(work, whose)
        return {card.id for card in found.overdue.items}, found.counts.overdue

    assert overdue("worker") == overdue("worker", Whose.MINE) == ({mine.id}, 1)
    assert overdue("lead", Whose.MINE) == ({another.id}, 1)
    everybodys = ({mine.id, another.id}, 2)
    assert overdue("lead") == overdue("supervisor") == overdue("worker", Whose.ALL) == everybodys


def test_my_work_shows_the_offers_that_wait_and_counts_those_of_ones_own_cases() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    offer = acts.offered(world, case, SOUTH)

    with world.work("worker") as work:
        sender = view_caseload(work)
    with world.work("receiver") as work:
        receiver = view_caseload(work)

    assert (sender.counts.transfers, sender.inbox.items) == (1, ())
    assert (receiver.counts.transfers, [card.id for card in receiver.inbox.items]) == (0, [offer.id])


def test_my_work_shows_the_first_few_and_says_how_many_there_are() -> None:
    world = World.in_memory()
    for _ in range(FIRST_FEW + 1):
        encountered(world)
    world.now += A_WEEK

    with world.work("worker") as work:
        overdue = view_caseload(work).overdue

    assert (len(overdue.items), overdue.total, overdue.pages) == (FIRST_FEW, FIRST_FEW + 1, 2)


def test_whom_my_work_showed_is_journalled_once_and_each_case_once() -> None:
    world = World.in_memory()
    case = encountered(world)
    world.now += A_WEEK
    before = len(acts.kept(world).entries)

    with world.work("worker") as work:
        view_caseload(work)

    (entry,) = acts.kept(world).entries[before:]
    assert (entry.action, [shown for shown, _ in entry.shown]) == (Action.CASELOAD_VIEW, [case.id])


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR])
def test_whoever_has_no_cases_has_no_work_here(role: Role) -> None:
    world = World.in_memory()
    with pytest.raises(NotPermitted), acts.acting(world, acts.with_role(world, "auditor", role)) as work:
        view_caseload(work)


@pytest.mark.parametrize("words", ["", "  \n"])
def test_a_shift_begins_with_a_reason_in_ones_own_words(words: str) -> None:
    world = World.in_memory()
    with pytest.raises(ReasonNeeded), world.work("worker", Purpose("contact-person", words)) as work:
        begin_shift(work)
    with world.work("worker") as work:
        assert not shift_is_open(work, SHIFT)


def test_a_shift_is_open_until_it_ends_and_is_ones_own() -> None:
    world = World.in_memory()
    on_shift(world)
    with world.work("worker") as work:
        assert shift_is_open(work, SHIFT)
    with world.work("lead") as work:
        assert not shift_is_open(work, SHIFT)

    world.now += SHIFT
    with world.work("worker") as work:
        assert not shift_is_open(work, SHIFT)


def test_that_a_shift_began_is_journalled_with_why() -> None:
    world = World.in_memory()
    on_shift(world)

    entry = acts.kept(world).entries[-1]
    assert (entry.action, acts.read(entry)["purpose"]) == (Action.CASELOAD_NAME, "contact-person")
    assert entry.words is not None


def test_no_name_is_opened_before_the_shift_begins_or_after_it_ends() -> None:
    world = World.in_memory()
    acts.opened(world)
    with pytest.raises(ReasonNeeded):
        named(world)

    on_shift(world)
    assert named(world)[1]
    world.now += SHIFT
    with pytest.raises(ReasonNeeded):
        named(world)


def test_ones_own_cases_are_shown_with_the_names_of_the_people() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    on_shift(world)

    cards, names = named(world)

    assert [card.id for card in cards.items] == [case.id]
    assert names == {case.id: {"given_names": "Testa Maria", "family_name": "Invented"}}


def test_the_names_of_a_colleagues_cases_are_not_shown() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    with world.work("lead") as work:
        for strand in Strand:
            assign_case(work, case.reference, strand, acts.account("supervisor"), seen=None)
    for name in ("worker", "supervisor"):
        on_shift(world, name)

    assert named(world)[1] == {}
    assert set(named(world, "supervisor")[1]) == {case.id}


def test_a_person_who_gave_no_name_is_listed_without_one() -> None:
    world = World.in_memory()
    with world.work("worker") as work:
        case = open_case(work, a_new_case(identity=IdentityState.NOT_GIVEN))
    on_shift(world)

    cards, names = named(world)

    assert [card.id for card in cards.items] == [case.id]
    assert names == {}


def test_the_names_of_a_case_that_was_passed_on_are_not_shown() -> None:
    world = World.in_memory()
    acts.moved(world, acts.opened(world), SOUTH)
    on_shift(world)

    assert named(world)[1] == {}


def test_the_names_that_were_shown_are_journalled_page_by_page_for_the_purpose_of_the_shift() -> None:
    world = World.in_memory()
    cases = {acts.opened(world).id for _ in range(26)}
    on_shift(world)
    before = len(acts.kept(world).entries)

    shown = [named(world, page=page)[1].keys() for page in (1, 2)]

    entries = acts.kept(world).entries[before:]
    payloads = [acts.read(entry) for entry in entries]
    assert [len(page) for page in shown] == [25, 1]
    assert {case for entry in entries for case, _ in entry.shown} == cases
    assert acts.names_of(payloads) == ["NamesShown", "SurnamesCompared"] * 2
    assert [payload["detail"] for payload in payloads] == [{"page": 1}, {}, {"page": 2}, {}]
    assert [payload["purpose"] for payload in payloads] == ["contact-person"] * 4


@pytest.mark.parametrize("auth", [auth for auth in Auth if auth is not Auth.TOKEN])
def test_a_person_at_a_screen_opens_names(auth: Auth) -> None:
    world = World.in_memory()
    on_shift(world)
    with acts.acting(world, replace(world.actor("worker"), auth=auth)) as work:
        assert name_caseload(work, page=1, shift=SHIFT)[1] == {}


def test_a_token_opens_no_names() -> None:
    world = World.in_memory()
    token = world.actor("worker", Auth.TOKEN)
    on_shift(world)

    with pytest.raises(NeedsStepUp), acts.acting(world, token) as work:
        name_caseload(work, page=1, shift=SHIFT)
    with pytest.raises(NeedsStepUp), acts.acting(world, token, REVEALING) as work:
        begin_shift(work)


def test_a_partner_has_work_and_names_too() -> None:
    world = World.in_memory()
    case = acts.opened(world, "charity-worker", SUPPORT)
    on_shift(world, "charity-worker")

    assert set(named(world, "charity-worker")[1]) == {case.id}
    with world.work("charity-worker") as work:
        assert view_caseload(work).inbox.items == ()
    assert case.holdings.holders == {CHARITY.code}
