"""Unusual accesses, for auditors: what is on the log of the looking, what came of one, and who may say so."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from casetrack.crypto.letters import seal_letter
from casetrack.domain.actions import Action
from casetrack.domain.actors import Auth, Role
from casetrack.domain.case import Case
from casetrack.domain.errors import KeysUnavailable, NotFound, NotPermitted, OwnAccess, ReasonNeeded
from casetrack.domain.holders import AUDIT_DESK
from casetrack.domain.ids import EventId
from casetrack.domain.unusual_access import Disposition, Reason
from casetrack.services import measures
from casetrack.services.audit import Use
from casetrack.services.founding import OWN_HOLDERS
from casetrack.services.history import view_history
from casetrack.services.journal import CASEWORK, Purpose
from casetrack.services.keysets import renew_keyset
from casetrack.services.lists import LogQuery
from casetrack.services.occasions import Occasion, Stands, UnusualQuery
from casetrack.services.unusual import (
    DISPOSITIONS,
    STANDINGS,
    Reviewed,
    Unusual,
    list_unusual,
    review_unusual,
    view_unusual,
)
from casetrack.services.work import UnitOfWork, at_work
from tests.services import acts
from tests.services.acts import SUPPORT, kept
from tests.services.keeping import keeper
from tests.services.unusual import TODAY, VOLUME, looked, page_of, revealed, reviewed, tried
from tests.world import CHARITY, NORTH, REASON, World

DESK = next(holder for holder in OWN_HOLDERS if holder.code == AUDIT_DESK)
DAYS = UnusualQuery(since=TODAY, until=TODAY)
WHY = Purpose(CASEWORK.code, "She had covered for a colleague that day.")


@contextmanager
def at_desk(world: World, purpose: Purpose = CASEWORK) -> Iterator[UnitOfWork]:
    actor = replace(world.actor("auditor"), holder=AUDIT_DESK)
    with at_work(world.begin, world.deployment, actor, world.now, purpose) as work:
        yield work


def unusual(world: World) -> tuple[Case, Occasion]:
    """A case, and that a lead looked at it who has nothing to do with it."""
    case = acts.opened(world)
    looked(world, case, "lead")
    (occasion,) = page_of(world).items
    return case, occasion


def listed(world: World, query: UnusualQuery = DAYS) -> Unusual:
    with at_desk(world) as work:
        return list_unusual(work, query, Use.LAWFULNESS)


def viewed(world: World, occasion: Occasion, by: str = "auditor") -> Reviewed:
    with world.work(by) as work:
        return view_unusual(work, occasion.first.id, Use.LAWFULNESS, of_day=occasion.volume is not None)


# The looking


@pytest.mark.parametrize("use", Use)
def test_that_they_were_looked_at_and_what_for_is_on_the_log(use: Use) -> None:
    world = World.in_memory()
    unusual(world)
    query = replace(DAYS, reason=Reason.RELATIONSHIP, stands=Stands.NOT_REVIEWED, holder=NORTH.code)
    with world.work("auditor") as work:
        list_unusual(work, query, use)
    payload = acts.events(world)[-1]
    assert (payload["event"], payload["action"], payload["case"]) == ("LogOpened", "unusual:list", None)
    assert payload["detail"] == {
        "use": use.value,
        "entries": 1,
        "filters": [
            *("holder=north", "reason=relationship", "since=2026-11-20", "stands=not-reviewed", "until=2026-11-20"),
        ],
    }


def test_a_look_at_one_of_them_is_on_the_log_too_and_names_no_case() -> None:
    world = World.in_memory()
    _, occasion = unusual(world)
    viewed(world, occasion)
    payload = acts.events(world)[-1]
    assert (payload["event"], payload["action"], payload["case"]) == ("LogOpened", "unusual:review", None)
    assert f"entry={occasion.first.id}" in payload["detail"]["filters"]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.AUDITOR])
def test_they_are_the_auditors_alone(role: Role) -> None:
    world = World.in_memory()
    _, occasion = unusual(world)
    actor = replace(acts.with_role(world, "auditor", role), national=True)
    with pytest.raises(NotPermitted), acts.acting(world, actor) as work:
        list_unusual(work, DAYS, Use.INTEGRITY)
    with pytest.raises(NotPermitted), acts.acting(world, actor) as work:
        view_unusual(work, occasion.first.id, Use.INTEGRITY, of_day=False)
    with pytest.raises(NotPermitted), acts.acting(world, actor, WHY) as work:
        review_unusual(work, occasion.first.id, Disposition.EXPECTED, Use.INTEGRITY, of_day=False)


def test_an_entry_that_is_not_unusual_or_not_in_scope_or_not_there_is_not_found() -> None:
    world = World.in_memory()
    case, occasion = unusual(world)
    looked(world, case)
    usual_entry, elsewhere = kept(world).entries[-1].id, acts.opened(world, "receiver")
    tried(world, elsewhere, "scottish-lead")
    foreign = kept(world).entries[-1].id
    for entry in (usual_entry, EventId(case.id), foreign):
        with pytest.raises(NotFound), world.work("north-auditor") as work:
            view_unusual(work, entry, Use.LAWFULNESS, of_day=False)
    with pytest.raises(NotFound), world.work("auditor") as work:
        view_unusual(work, occasion.first.id, Use.LAWFULNESS, of_day=True)
    with world.work("auditor") as work:
        assert view_unusual(work, foreign, Use.LAWFULNESS, of_day=False).occasion.reference == elsewhere.reference


# What came of it


@pytest.mark.parametrize("disposition", Disposition)
def test_what_came_of_it_is_on_the_log_with_why_for_the_desk_alone(disposition: Disposition) -> None:
    world = World.in_memory()
    _, occasion = unusual(world)
    with world.work("north-auditor", WHY) as work:
        review_unusual(work, occasion.first.id, disposition, Use.SELF_MONITORING, of_day=False)

    opened, entry = kept(world).entries[-2:]
    payload = acts.read(entry)
    assert (payload["event"], payload["entry"], payload["case"]) == ("AccessReviewed", str(occasion.first.id), None)
    assert payload["detail"] == {"disposition": disposition.value, "of_day": False, "entries": 1}
    assert payload["holders_then"] == ["north"]
    assert (acts.read(opened)["event"], opened.words) == ("LogOpened", None)
    assert acts.read(opened)["detail"]["use"] == "self-monitoring"
    assert entry.words is not None
    assert b"colleague" not in entry.payload + entry.words

    seen = viewed(world, occasion, "north-auditor")
    assert [each.disposition for each in seen.reviews] == [disposition]
    assert seen.words == {}
    with at_desk(world) as work:
        told = view_unusual(work, occasion.first.id, Use.LAWFULNESS, of_day=False)
    assert told.words == {entry.id: WHY.words}


def test_every_disposition_has_words_and_stands_for_itself() -> None:
    assert DISPOSITIONS.keys() == set(Disposition)
    assert [each.value for each in Stands] == ["not-reviewed", *(each.value for each in Disposition)]
    assert STANDINGS.keys() == set(Stands)


def test_a_newer_one_takes_the_place_of_the_one_before_which_stays() -> None:
    world = World.in_memory()
    _, occasion = unusual(world)
    for disposition in (Disposition.STILL_LOOKING, Disposition.SPOKEN_TO):
        world.now += timedelta(days=3)
        reviewed(world, occasion, disposition)
    seen = viewed(world, occasion)
    assert [each.disposition for each in seen.reviews] == [Disposition.SPOKEN_TO, Disposition.STILL_LOOKING]
    assert seen.occasion.review is not None
    assert seen.occasion.review.disposition is Disposition.SPOKEN_TO


def test_nobody_says_what_came_of_their_own_access() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    tried(world, case, "north-auditor")
    (occasion,) = page_of(world).items
    assert not viewed(world, occasion, "north-auditor").may_review
    with pytest.raises(OwnAccess), world.work("north-auditor", WHY) as work:
        review_unusual(work, occasion.first.id, Disposition.EXPECTED, Use.LAWFULNESS, of_day=False)
    assert acts.events(world, "AccessReviewed") == []
    assert viewed(world, occasion).may_review
    reviewed(world, occasion, Disposition.EXPECTED)


@pytest.mark.parametrize("words", ["", "  \n"])
def test_nothing_is_recorded_without_words(words: str) -> None:
    world = World.in_memory()
    _, occasion = unusual(world)
    with pytest.raises(ReasonNeeded), world.work("auditor", replace(WHY, words=words)) as work:
        review_unusual(work, occasion.first.id, Disposition.EXPECTED, Use.LAWFULNESS, of_day=False)


def test_no_history_of_a_case_has_it() -> None:
    world = World.in_memory()
    case, occasion = unusual(world)
    with world.work("supervisor") as work:
        _, before = view_history(work, case.reference, page=1)
    reviewed(world, occasion, Disposition.PROFESSIONAL_STANDARDS)
    with world.work("supervisor") as work:
        _, history = view_history(work, case.reference, page=1)
    assert history == before
    with world.work("auditor") as work:
        about = work.stores.journal.search(LogQuery(reference=case.reference, size=100))
    assert not {"AccessReviewed", "LogOpened"} & {str(card.payload["event"]) for card in about.items}


def test_it_is_told_to_the_auditors_of_whoever_was_responsible_and_of_whose_account_it_was() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    acts.moved(world, case, CHARITY, SUPPORT)
    looked(world, case, "charity-worker")
    (occasion,) = page_of(world, account=acts.account("charity-worker")).items
    reviewed(world, occasion, Disposition.EXPECTED)
    assert acts.events(world, "AccessReviewed")[-1]["holders_then"] == ["charity", "north"]


def test_what_the_desk_says_came_of_it_is_the_desks_own() -> None:
    world = World.in_memory()
    _, occasion = unusual(world)
    with at_desk(world, WHY) as work:
        review_unusual(work, occasion.first.id, Disposition.EXPECTED, Use.LAWFULNESS, of_day=False)
    assert acts.events(world, "AccessReviewed")[-1]["holders_then"] == []
    for by, told in (("north-auditor", 0), ("auditor", 1)):
        with world.work(by) as work:
            found = work.stores.journal.search(LogQuery(action=Action.UNUSUAL_REVIEW)).items
            (listed_now,) = list_unusual(work, DAYS, Use.LAWFULNESS).page.items
        assert sum(card.payload["event"] == "AccessReviewed" for card in found) == told, by
        assert (listed_now.review is not None) == bool(told)
    elsewhere = replace(world.actor("auditor"), account=acts.account("north-auditor"))
    with at_work(world.begin, world.deployment, elsewhere, world.now, CASEWORK) as work:
        found = work.stores.journal.search(LogQuery(action=Action.UNUSUAL_REVIEW)).items
    assert not [card for card in found if card.payload["event"] == "AccessReviewed"], "national, and not of the desk"


@pytest.mark.parametrize("left", [None, "north", [["north"]], ["nowhere"]])
def test_an_entry_that_says_nothing_of_who_was_responsible_is_told_to_its_own_organisation(left: object) -> None:
    world = World.in_memory()
    _, occasion = unusual(world)
    first = next(entry for entry in kept(world).entries if entry.id == occasion.first.id)
    spoiled = replace(first, payload=json.dumps(acts.read(first) | {"holders_then": left}).encode())
    kept(world).entries = tuple(spoiled if entry is first else entry for entry in kept(world).entries)
    reviewed(world, occasion, Disposition.EXPECTED)
    assert acts.events(world, "AccessReviewed")[-1]["holders_then"] == ["north"]


def test_how_much_was_opened_on_a_day_is_reviewed_by_itself() -> None:
    world = World.in_memory()
    for _ in range(20):
        looked(world, acts.opened(world), "lead")
    (of_day,) = page_of(world, reason=VOLUME).items
    reviewed(world, of_day, Disposition.EXPECTED)
    assert viewed(world, of_day).reviews
    with world.work("auditor") as work:
        assert view_unusual(work, of_day.first.id, Use.LAWFULNESS, of_day=False).reviews == ()


# Surnames


def test_how_far_surnames_were_compared_is_told_to_the_desk_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World.in_memory()
    first, second = acts.opened(world), acts.opened(world)
    for case in (first, second):
        revealed(world, case)
    told = listed(world)
    assert (told.surnames.is_told, told.surnames.is_whole, told.surnames.unread) == (True, True, 0)
    assert {each.reference for each in told.page.items} == {first.reference, second.reference}
    with world.work("auditor") as work:
        assert not list_unusual(work, DAYS, Use.LAWFULNESS).surnames.is_told

    monkeypatch.setattr(measures, "MOST_COMPARED", 1)
    told = listed(world)
    assert not told.surnames.is_whole
    assert [each.reference for each in told.page.items] == [second.reference]


@pytest.mark.parametrize("spoiled", [b"", b"no letter at all", b"\xc7\x03\x00\x00\x00\x09" + bytes(1168)])
def test_a_letter_that_does_not_open_is_counted_and_the_others_are_read(spoiled: bytes) -> None:
    world = World.in_memory()
    first, second = acts.opened(world), acts.opened(world)
    for case in (first, second):
        revealed(world, case)
    kept(world).entries = (*kept(world).entries[:-1], replace(kept(world).entries[-1], words=spoiled))
    told = listed(world)
    assert told.surnames.unread == 1
    assert [each.reference for each in told.page.items] == [first.reference]


def test_a_letter_of_another_entry_does_not_pass_for_its_own() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    revealed(world, case)
    entry = kept(world).entries[-1]
    desk = kept(world).keysets[AUDIT_DESK, 1].public
    moved = seal_letter("1", to=desk, context=bytes(16), deployment=world.deployment.name)
    kept(world).entries = (*kept(world).entries[:-1], replace(entry, words=moved))
    assert listed(world).surnames.unread == 1


def test_letters_of_every_version_of_the_desks_keys_are_read() -> None:
    world = World.in_memory()
    first, second = acts.opened(world), acts.opened(world)
    revealed(world, first)
    renew_keyset(keeper(world), AUDIT_DESK)
    revealed(world, second)
    assert {each.reference for each in listed(world).page.items} == {first.reference, second.reference}


def test_while_the_desks_keys_are_away_it_is_told_so_and_everybody_else_goes_on() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    keyring = world.deployment.keyring
    world.deployment = replace(world.deployment, keyring=acts.without_keys_of(world, DESK))
    revealed(world, case)
    with pytest.raises(KeysUnavailable):
        listed(world)
    assert page_of(world).items == ()
    world.deployment = replace(world.deployment, keyring=keyring)
    assert [each.reference for each in listed(world).page.items] == [case.reference]


def test_a_program_may_do_the_same_in_the_name_of_an_auditor() -> None:
    world = World.in_memory()
    _, occasion = unusual(world)
    actor = world.actor("auditor", Auth.TOKEN)
    with at_work(world.begin, world.deployment, actor, world.now, REASON) as work:
        review_unusual(work, occasion.first.id, Disposition.EXPECTED, Use.LAWFULNESS, of_day=False)
    assert viewed(world, occasion).reviews
