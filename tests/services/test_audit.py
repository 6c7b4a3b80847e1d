"""The auditor's looking, which is on the log too."""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest

from casetrack.domain.actions import Action
from casetrack.domain.actors import Role
from casetrack.domain.errors import NotPermitted
from casetrack.domain.holders import AUDIT_DESK
from casetrack.services.audit import (
    USES,
    Use,
    account_named,
    begin_verifying,
    is_late,
    open_audit,
    purposes,
    search_audit,
    view_audit,
)
from casetrack.services.journal import Purpose
from casetrack.services.lists import LogQuery
from casetrack.services.ports import JournalEntry
from casetrack.services.verifying_journal import LATE
from tests.services import acts
from tests.services.a_day import a_full_day
from tests.services.acts import kept
from tests.world import CHARITY, SOUTH, World


@pytest.mark.parametrize("use", Use)
def test_that_the_log_was_opened_and_what_for_is_on_the_log(use: Use) -> None:
    world = World.in_memory()
    case = acts.opened(world)
    query = LogQuery(reference=case.reference, action=Action.CASE_OPEN)
    with world.work("auditor") as work:
        found = search_audit(work, query, use)

    payload = acts.events(world)[-1]
    assert [card.payload["event"] for card in found.items] == ["CaseOpened"]
    assert payload["detail"] == {
        "use": use.value,
        "entries": 1,
        "filters": ["action=case:open", f"reference={case.reference}"],
    }
    assert use in USES


def test_an_auditor_of_one_organisation_finds_what_it_did_and_what_was_done_with_its_cases() -> None:
    world = World.in_memory()
    mine, theirs = acts.opened(world), acts.opened(world, "receiver")
    acts.moved(world, mine, CHARITY, acts.SUPPORT)
    acts.recorded(world, mine, by="charity-worker")
    acts.recorded(world, theirs, by="receiver")

    with world.work("north-auditor") as work:
        found = search_audit(work, LogQuery(size=100), Use.LAWFULNESS)
    with world.work("auditor") as work:
        every = search_audit(work, LogQuery(size=100), Use.LAWFULNESS)

    assert theirs.id not in {card.case for card in found.items}
    assert "charity" in {card.holder for card in found.items if card.case == mine.id}
    assert theirs.id in {card.case for card in every.items}


def test_an_auditor_asks_by_the_name_that_somebody_signs_in_by() -> None:
    world = World.in_memory()
    with world.work("north-auditor") as work:
        assert account_named(work, " Worker ", Use.LAWFULNESS) == acts.account("worker")
        assert account_named(work, "receiver", Use.LAWFULNESS) is None
        assert account_named(work, "nobody.at.all", Use.LAWFULNESS) is None
    with world.work("auditor") as work:
        assert account_named(work, "receiver", Use.LAWFULNESS) == acts.account("receiver")
    with pytest.raises(NotPermitted), world.work("lead") as work:
        account_named(work, "worker", Use.LAWFULNESS)


def test_whose_account_an_auditor_has_found_by_its_name_is_on_the_log_and_the_name_is_not() -> None:
    world = World.in_memory()
    with world.work("auditor") as work:
        found = account_named(work, "receiver", Use.INTEGRITY)
        assert account_named(work, "nobody.at.all", Use.INTEGRITY) is None

    told = acts.events(world, "LogOpened")
    assert {payload["action"] for payload in told} == {"audit:search"}
    assert [payload["detail"]["filters"] for payload in told] == [[f"account={found}"], ["account=unknown"]]


def test_a_verification_begins_with_saying_what_it_is_for() -> None:
    world = World.in_memory()
    with world.work("auditor") as work:
        begin_verifying(work, Use.INTEGRITY)

    payload = acts.events(world)[-1]
    assert (payload["action"], payload["detail"]["use"]) == ("audit:verify", "integrity")


@pytest.mark.parametrize("use", Use)
def test_opening_the_desk_says_what_for_and_what_was_typed_is_sealed_to_the_audit_desk(use: Use) -> None:
    world = World.in_memory()
    typed = "A complaint was made about two names."
    with world.work("auditor", Purpose(use.value, typed)) as work:
        open_audit(work, use)

    entry = kept(world).entries[-1]
    payload = acts.read(entry)
    assert (payload["action"], payload["purpose"], payload["detail"]["use"]) == ("audit:view", use, use)
    assert payload["words"] == sha256(entry.words or b"").hexdigest()
    assert typed.encode() not in (entry.words or b"")
    assert letter_in(world, entry) == typed


def letter_in(world: World, entry: JournalEntry) -> str:
    return world.deployment.keyring.open_letter(kept(world).keysets[AUDIT_DESK, 1], entry.words or b"", entry.id.bytes)


def test_the_front_page_says_how_far_the_log_is_and_when_that_is_late() -> None:
    world = World.in_memory()
    began = world.now
    with world.work("auditor") as work:
        state = view_audit(work, Use.INTEGRITY)
    assert acts.events(world)[-1]["action"] == "audit:view"
    assert (state.size, state.waits_since) == (0, began)
    assert state.waiting == len(kept(world).founding) + 1
    assert not is_late(state, began + LATE)
    assert is_late(state, began + LATE + timedelta(seconds=1))
    assert not is_late(replace(state, waits_since=None), began + timedelta(days=1))


def test_everything_that_events_say_they_were_for_has_words() -> None:
    world = a_full_day().world
    said = {acts.read(entry)["purpose"] for entry in (*kept(world).entries, *kept(world).founding)}
    assert said <= purposes(world.deployment.facts).keys()
    assert {*USES, "casework", "court", "command-line", "founding", "sign-in"} <= purposes(
        world.deployment.facts
    ).keys()


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.AUDITOR])
def test_the_log_is_the_auditors_alone(role: Role) -> None:
    world = World.in_memory()
    actor = replace(acts.with_role(world, "auditor", role), national=True)
    with pytest.raises(NotPermitted), acts.acting(world, actor) as work:
        search_audit(work, LogQuery(), Use.INTEGRITY)
    with pytest.raises(NotPermitted), acts.acting(world, actor) as work:
        begin_verifying(work, Use.INTEGRITY)
    assert acts.names_of(acts.events(world)) == ["Refused", "Refused"]
    assert SOUTH.code not in kept(world).entries[-1].holders_then
