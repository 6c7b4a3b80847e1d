"""What left casetrack: recorded, listed for whoever has the case, and read by auditors; nothing is written twice."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from casetrack.domain.actions import Action
from casetrack.domain.actors import Auth
from casetrack.domain.case import Case
from casetrack.domain.disclosures import Regime
from casetrack.domain.errors import (
    BelongsElsewhere,
    CasetrackError,
    IntegrityBroken,
    NeedsStepUp,
    NotFound,
    NotHeld,
    NotPermitted,
    PassedOn,
    UnknownChoice,
    UnknownHolder,
)
from casetrack.domain.holdings import Part, Strand
from casetrack.domain.ids import HolderCode
from casetrack.domain.misplaced import Keeping
from casetrack.services.audit import Use
from casetrack.services.cases import close_case
from casetrack.services.departures import Departure, read_departure
from casetrack.services.disclosures import (
    REGIMES,
    NewDisclosure,
    list_disclosures,
    look_at_disclosures,
    reasons,
    recipient_kinds,
    record_disclosure,
)
from casetrack.services.fields import DISCLOSURES
from casetrack.services.history import view_history
from casetrack.services.identity import reveal_identity
from casetrack.services.journal import CASEWORK, Purpose
from casetrack.services.lists import Page
from casetrack.services.register import DISCLOSING, FOR, LOG, LOG_USE, ORGANISATION, TRANSFER, RegisterQuery
from casetrack.services.sealing import seal_fields
from casetrack.services.shipping import note_shipment
from tests.domain.made import a_disclosure
from tests.services import acts
from tests.services.acts import BOTH, REVEALING, SUPPORT, kept
from tests.world import CHARITY, EAST, NORTH, SOUTH, START, World

WORDS = "The housing desk, by telephone: that a room is needed."


def told(**changes: Any) -> NewDisclosure:  # noqa: ANN401 - each by its own name
    new = NewDisclosure(
        on=START.date(),
        kind="council",
        recipient=None,
        reason="housing",
        basis=None,
        parts=frozenset({Part.SUPPORT}),
        words=WORDS,
    )
    return replace(new, **changes)


def recorded(world: World, case: Case, by: str = "worker", *, purpose: Purpose = CASEWORK, **changes: Any) -> Case:  # noqa: ANN401 - each by its own name
    with world.work(by, purpose) as work:
        return record_disclosure(work, case.reference, told(**changes), seen=None)


def listed(world: World, case: Case, by: str = "worker", page: int = 1) -> tuple[Departure, ...]:
    with world.work(by) as work:
        return list_disclosures(work, case.reference, page=page).page.items


def read(world: World, by: str = "auditor", **asked: Any) -> Page[Departure]:  # noqa: ANN401 - each by its own name
    with world.work(by) as work:
        return look_at_disclosures(work, replace(RegisterQuery(), **asked), Use.LAWFULNESS)


def refused(world: World, case: Case, by: str = "worker", **changes: Any) -> type[CasetrackError]:  # noqa: ANN401 - each by its own name
    before = kept(world).copy()
    with pytest.raises(CasetrackError) as error:
        recorded(world, case, by, **changes)
    assert replace(kept(world), entries=before.entries) == before, "nothing is kept but that it was refused"
    return type(error.value)


class TestRecording:
    def test_whom_what_for_and_under_which_regimes_is_in_the_register_with_its_words(self) -> None:
        world = World.in_memory()
        case = acts.opened(world)
        recorded(world, case)
        (left,) = listed(world, case, "lead")
        assert (left.event, left.on, left.sender, left.recipient) == ("Disclosed", START.date(), NORTH.code, None)
        assert (left.kind, left.reason, left.basis, left.parts) == ("council", "housing", None, (Part.SUPPORT,))
        assert (left.from_regime, left.to_regime) == (Regime.LAW_ENFORCEMENT, Regime.GENERAL)
        assert (left.words, left.card.account) == (WORDS, acts.account("worker"))

    def test_the_words_are_in_no_event(self) -> None:
        world = World.in_memory()
        recorded(world, acts.opened(world), words="Quetzala wants a room.")
        assert not [entry for entry in kept(world).entries if b"Quetzala" in entry.payload]

    def test_an_organisation_that_casetrack_knows_is_named_by_its_code_and_has_the_regime_of_its_kind(self) -> None:
        world = World.in_memory()
        case = acts.opened(world)
        for holder, regime in ((CHARITY, Regime.GENERAL), (SOUTH, Regime.LAW_ENFORCEMENT)):
            recorded(world, case, recipient=holder.code, kind=ORGANISATION)
            left, *_ = listed(world, case)
            assert (left.recipient, left.kind, left.to_regime) == (holder.code, ORGANISATION, regime)

    def test_the_person_is_under_no_regime(self) -> None:
        world = World.in_memory()
        case = acts.opened(world)
        recorded(world, case, kind="person", reason="support")
        assert listed(world, case)[0].to_regime is None

    def test_a_charity_says_on_what_lawful_basis(self) -> None:
        world = World.in_memory()
        case = acts.opened(world, "charity-worker", SUPPORT)
        recorded(world, case, "charity-worker", basis="vital-interests")
        (left,) = listed(world, case, "charity-lead")
        assert (left.basis, left.from_regime) == ("vital-interests", Regime.GENERAL)
        assert refused(world, case, "charity-worker").__name__ == "BasisDoesNotFit"

    def test_it_can_be_recorded_of_a_closed_case(self) -> None:
        world = World.in_memory()
        case = acts.opened(world)
        with world.work("lead") as work:
            close_case(work, case.reference, "person-asked", seen=None)
        recorded(world, case)
        assert len(listed(world, case)) == 1

    @pytest.mark.parametrize(
        ("changes", "refusal"),
        [
            ({"kind": "rumour"}, UnknownChoice),
            ({"reason": "gossip"}, UnknownChoice),
            ({"basis": "whim"}, UnknownChoice),
            ({"recipient": HolderCode("nowhere")}, UnknownHolder),
            ({"words": "Ring 07700 900123."}, BelongsElsewhere),
        ],
    )
    def test_what_does_not_fit_is_refused_and_nothing_is_kept(
        self, changes: dict[str, Any], refusal: type[CasetrackError]
    ) -> None:
        world = World.in_memory()
        assert refused(world, acts.opened(world), **changes) is refusal

    def test_what_belongs_elsewhere_stays_for_a_reason(self) -> None:
        world = World.in_memory()
        case = acts.opened(world)
        recorded(world, case, words="Ring 07700 900123.", purpose=replace(CASEWORK, keeping=Keeping.NEEDED_HERE))
        assert acts.names_of(acts.journalled(world, 0))[-2:] == ["WordsKept", "Disclosed"]

    def test_only_whoever_has_the_part_tells_of_it_and_whoever_has_nothing_is_told_nothing(self) -> None:
        world = World.in_memory()
        case = acts.moved(world, acts.opened(world), CHARITY, SUPPORT)
        assert refused(world, case, "worker") is NotHeld
        assert refused(world, case, "scottish-lead") is NotFound
        passed = acts.moved(world, acts.opened(world), SOUTH, BOTH)
        assert refused(world, passed) is PassedOn


class TestOfACase:
    def test_nothing_left_of_a_new_case(self) -> None:
        world = World.in_memory()
        assert listed(world, acts.opened(world)) == ()

    def test_a_transfer_is_there_by_itself_and_once_more_when_it_is_taken(self) -> None:
        world = World.in_memory()
        case = acts.moved(world, acts.opened(world), CHARITY, SUPPORT)
        taken, offered = listed(world, case)
        assert [each.event for each in (offered, taken)] == ["TransferSent", "HandedOff"]
        for left in (offered, taken):
            assert (left.sender, left.recipient, left.kind, left.reason) == (
                NORTH.code,
                CHARITY.code,
                ORGANISATION,
                TRANSFER,
            )
            assert (left.from_regime, left.to_regime) == (Regime.LAW_ENFORCEMENT, Regime.GENERAL)
        assert (offered.parts, offered.transfer_reason) == ((), "relocated-for-safety")
        assert set(taken.parts) >= {Part.SUPPORT, Part.SAFE_ADDRESS}
        assert listed(world, case, "charity-worker") == (taken, offered), "whoever has it now sees what left before"

    def test_who_looked_is_not_in_it(self) -> None:
        world = World.in_memory()
        case = acts.opened(world)
        with world.work("worker", REVEALING) as work:
            reveal_identity(work, case.reference)
        assert listed(world, case) == ()

    def test_what_lies_with_a_strand_of_others_is_not_shown(self) -> None:
        world = World.in_memory()
        case = acts.opened(world)
        recorded(world, case, parts=frozenset({Part.INVESTIGATION}), kind="prosecutor", reason="prosecution")
        case = acts.moved(world, case, CHARITY, SUPPORT)
        assert [each.event for each in listed(world, case, "charity-worker")] == ["HandedOff", "TransferSent"]
        assert len(listed(world, case, "worker")) == 3
        with world.work("charity-worker") as work:
            history = view_history(work, case.reference, page=1)[1]
        assert not [card for card in history.items if card.payload["event"] == "Disclosed"]

    def test_what_was_recorded_goes_where_its_strand_goes(self) -> None:
        world = World.in_memory()
        case = acts.opened(world)
        recorded(world, case)
        case = acts.moved(world, case, CHARITY, SUPPORT)
        assert [each.words for each in listed(world, case, "charity-worker")] == ["", "", WORDS]
        assert [each.event for each in listed(world, case, "worker")] == ["HandedOff", "TransferSent"]

    def test_looking_says_what_was_opened(self) -> None:
        world = World.in_memory()
        case = acts.opened(world)
        recorded(world, case)
        before = len(kept(world).entries)
        listed(world, case)
        (looked,) = acts.journalled(world, before)
        assert (looked["event"], looked["action"]) == ("Consulted", "disclosure:list")
        assert looked["detail"] == {"filters": [], "labels": ["support-words"], "values": 1}

    def test_a_page_opens_no_more_than_it_shows(self) -> None:
        world = World.in_memory()
        case = acts.opened(world)
        for _ in range(26):
            recorded(world, case)
        assert len(listed(world, case)) == 25
        (last,) = listed(world, case, page=2)
        assert last.words == WORDS
        assert acts.journalled(world, 0)[-1]["detail"]["values"] == 1

    def test_a_token_is_refused(self) -> None:
        world = World.in_memory()
        case = acts.opened(world)
        by = replace(world.actor("worker"), auth=Auth.TOKEN)
        with pytest.raises(NeedsStepUp), acts.acting(world, by) as work:
            list_disclosures(work, case.reference, page=1)

    def test_words_that_are_none_are_broken(self) -> None:
        world = World.in_memory()
        case = recorded(world, acts.opened(world))
        (left,) = listed(world, case)
        with world.work("worker") as work:
            again = work.open(case.reference, to=Action.DISCLOSURE_RECORD)
            seal_fields(work, again, {DISCLOSURES[Strand.SUPPORT]: {"not": "words"}}, subject=left.disclosure)
            work.save(again.disclose(replace(a_disclosure(), on=work.today), by=work.actor, at=work.now))
        with pytest.raises(IntegrityBroken):
            listed(world, case)


class TestAtTheDesk:
    def test_an_auditor_reads_what_left_of_every_case_in_scope_and_never_the_words(self) -> None:
        world = World.in_memory()
        ours, theirs = acts.opened(world), acts.opened(world, "scottish-lead")
        recorded(world, ours)
        recorded(world, theirs, "scottish-lead")
        assert [each.card.reference for each in read(world).items] == [theirs.reference, ours.reference]
        assert [each.card.reference for each in read(world, "north-auditor").items] == [ours.reference]
        assert {each.words for each in read(world).items} == {""}

    def test_the_log_that_is_shipped_is_there_too(self) -> None:
        world = World.in_memory()
        with world.work("auditor") as work:
            note_shipment(work, 0)
        (left,) = read(world).items
        assert (left.event, left.kind, left.reason, left.card.case) == ("LogShipped", LOG, LOG_USE, None)
        assert (left.from_regime, left.to_regime, left.recipient) == (None, None, None)

    @pytest.mark.parametrize(
        ("asked", "events"),
        [
            ({"kind": "council"}, ["Disclosed"]),
            ({"kind": ORGANISATION}, ["HandedOff", "TransferSent"]),
            ({"kind": LOG}, ["LogShipped"]),
            ({"kind": "prosecutor"}, []),
            ({"sender": NORTH.code}, ["LogShipped", "HandedOff", "TransferSent", "Disclosed"]),
            ({"sender": CHARITY.code}, []),
            ({"recipient": CHARITY.code}, ["HandedOff", "TransferSent"]),
            ({"recipient": EAST.code}, []),
            ({"reason": "housing"}, ["Disclosed"]),
            ({"reason": TRANSFER}, ["HandedOff", "TransferSent"]),
            ({"reason": LOG_USE}, ["LogShipped"]),
            ({"until": START.date() - timedelta(days=1)}, ["Disclosed"]),
            ({"since": START.date()}, ["LogShipped", "HandedOff", "TransferSent"]),
        ],
    )
    def test_it_is_narrowed_by_each_filter(self, asked: dict[str, Any], events: list[str]) -> None:
        world = World.in_memory()
        case = acts.opened(world)
        recorded(world, case, on=START.date() - timedelta(days=9))
        acts.moved(world, case, CHARITY, SUPPORT)
        with world.work("auditor") as work:
            note_shipment(work, 0)
        assert [each.event for each in read(world, **asked).items] == events

    def test_one_case_is_asked_for_by_its_reference(self) -> None:
        world = World.in_memory()
        one, other = acts.opened(world), acts.opened(world)
        recorded(world, one)
        recorded(world, other)
        assert [each.card.case for each in read(world, reference=one.reference).items] == [one.id]

    def test_that_the_auditor_looked_and_for_what_is_on_the_log_and_in_the_history_of_no_case(self) -> None:
        world = World.in_memory()
        case = acts.opened(world)
        before = len(kept(world).entries)
        read(world, reference=case.reference, kind="council", page=2)
        (looked,) = acts.journalled(world, before)
        assert (looked["event"], looked["action"], looked["case"]) == ("LogOpened", "audit:search", None)
        assert looked["detail"]["filters"] == ["kind=council", f"reference={case.reference}", "register"]

    @pytest.mark.parametrize("by", ["worker", "lead", "administrator"])
    def test_nobody_else_reads_it(self, by: str) -> None:
        with pytest.raises(NotPermitted):
            read(World.in_memory(), by)

    @pytest.mark.parametrize(
        "edited",
        [{"on": "yesterday"}, {"parts": ["shoes"]}, {"from_regime": "none"}, {"disclosure": 7}],
    )
    def test_an_entry_that_somebody_edited_is_shown_as_one_that_cannot_be_read(self, edited: dict[str, Any]) -> None:
        world = World.in_memory()
        recorded(world, acts.opened(world))
        (left,) = read(world).items
        detail = json.loads(json.dumps(left.card.payload["detail"])) | edited
        card = replace(left.card, payload={**left.card.payload, "detail": detail})
        assert read_departure(card, world.deployment.holders) == Departure(card)
        unknown = replace(left.card, payload={"event": "TransferSent", "detail": {"to_holder": "nowhere"}})
        assert read_departure(unknown, world.deployment.holders) == Departure(unknown)


def test_every_reason_kind_and_regime_has_words() -> None:
    facts = World.in_memory().deployment.facts
    assert set(FOR.values()) <= reasons(facts).keys()
    assert {LOG, ORGANISATION} <= recipient_kinds(facts).keys()
    assert set(REGIMES) == set(Regime)
    regimes = {each.more["regime"] for each in facts.codes["recipient_kinds"].codes.values()}
    assert regimes == {"", *Regime}
    assert FOR.keys() < DISCLOSING.keys()
