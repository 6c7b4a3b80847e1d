"""A whole journey through the use cases, with real keys and seals: the same over dictionaries and over PostgreSQL."""

import pytest

from casetrack.domain.actions import Action
from casetrack.domain.case import BeginReason
from casetrack.domain.errors import NotFound, OfferOpen, OwnOffer
from casetrack.domain.holdings import Part, Strand
from casetrack.domain.ids import AccountId
from casetrack.domain.records import RecordState
from casetrack.domain.stub import Stub
from casetrack.persistence import work
from casetrack.services.caseload import everything, view_caseload
from casetrack.services.cases import begin_strand, list_cases, open_case, view_case
from casetrack.services.history import view_history
from casetrack.services.identity import reveal_identity
from casetrack.services.lists import LogQuery
from casetrack.services.milestones import NewRecord, list_milestones, record_milestone
from casetrack.services.transfers import (
    NewOffer,
    accept_transfer,
    decline_transfer,
    list_transfers,
    see_transfer,
    send_transfer,
    view_transfer,
)
from tests.world import ACCOUNTS, NORTH, REASON, SOUTH, World, a_new_case


@pytest.fixture(params=["memory", "postgres"])
def real(request: pytest.FixtureRequest) -> World:
    """A deployment with real keys, over either kind of stores."""
    if request.param == "memory":
        return World.in_memory()
    return World.over(work.begin, request.getfixturevalue("app_engine").founding)


def offer(strands: frozenset[Strand]) -> NewOffer:
    return NewOffer(
        to=SOUTH.code,
        strands=strands,
        reason="relocated-for-safety",
        already_moved=False,
        preview={"needs": ["language"]},
    )


def worker(name: str) -> AccountId:
    return ACCOUNTS[name].id


def test_a_case_is_opened_offered_accepted_and_read_by_whoever_may(real: World) -> None:
    with real.work("worker") as at:
        case = open_case(at, a_new_case())
    with real.work("worker", REASON) as at:
        _, names = reveal_identity(at, case.reference)
    assert names["family_name"] == "Invented"

    with real.work("worker") as at:
        sent = send_transfer(at, case.reference, offer(frozenset(Strand)), seen=case.version)
    with real.work("receiving-lead") as at:
        assert [card.id for card in list_transfers(at, page=1).items] == [sent.id]
    with real.work("receiving-lead") as at:
        assert see_transfer(at, sent.id).preview == {"needs": ["language"]}
    with pytest.raises(OwnOffer), real.work("lead") as at:
        accept_transfer(at, sent.id, worker=worker("worker"), seen=None)
    with real.work("receiving-lead") as at:
        taken = accept_transfer(at, sent.id, worker=worker("receiver"), seen=None)
    assert taken is not None
    assert taken.holdings.holders == {SOUTH.code}

    with real.work("receiver", REASON) as at:
        _, names = reveal_identity(at, case.reference)
        assert names["given_names"] == "Testa Maria"
    with real.work("worker") as at:
        stub = view_case(at, case.reference)
        assert isinstance(stub, Stub)
        assert (stub.holdings.leads, at.stores.values.all_of(case.id, Part.IDENTITY)) == (taken.holdings.leads, ())
    with real.work("worker") as at:
        assert view_transfer(at, sent.id).transfer.state.value == "accepted"
    with pytest.raises(NotFound), real.work("scottish-lead") as at:
        view_case(at, case.reference)


def test_what_was_offered_in_part_leaves_the_rest_where_it_was(real: World) -> None:
    with real.work("worker") as at:
        case = open_case(at, a_new_case())
    with real.work("worker") as at:
        sent = send_transfer(at, case.reference, offer(frozenset({Strand.SUPPORT})), seen=None)
    with real.work("receiving-lead") as at:
        taken = accept_transfer(at, sent.id, worker=worker("receiver"), seen=None)
    with real.work("worker") as at:
        mine = view_case(at, case.reference)
        assert set(mine.holdings.parts_of(ACCOUNTS["worker"].holder)) == {Part.IDENTITY, Part.INVESTIGATION}
        history = view_history(at, case.reference, page=1)[1]
        assert Action.TRANSFER_ACCEPT in {card.action for card in history.items}
    assert taken is not None
    assert taken.holdings.lead(Strand.SUPPORT) == SOUTH.code


@pytest.mark.parametrize("had", Strand)
def test_a_strand_that_a_case_lacks_begins_and_has_a_key_of_its_own(real: World, had: Strand) -> None:
    with real.work("worker") as at:
        case = open_case(at, a_new_case(frozenset({had})))
    (lacking,) = case.holdings.lacking
    with real.work("worker") as at:
        begun = begin_strand(at, case.reference, lacking, BeginReason.AGREED, seen=case.version)
    with real.work("worker") as at:
        note = NewRecord(code="encounter", state=RecordState.MET, outcome=None, at=real.now, note="Met at the market.")
        record_milestone(at, case.reference, note, seen=begun.version)
    with real.work("lead") as at:
        assert list(list_milestones(at, case.reference).notes.values()) == ["Met at the market."]
        assert {wrap.number for wrap in at.stores.keys.wraps([case.id], NORTH.code)} == {1, 2, 3, 4}
    with real.work("worker") as at:
        sent = send_transfer(at, case.reference, offer(frozenset({lacking})), seen=None)
    with real.work("receiving-lead") as at:
        taken = accept_transfer(at, sent.id, worker=worker("receiver"), seen=None)
    assert taken is not None
    assert taken.holdings.leads == {had: NORTH.code, lacking: SOUTH.code}


def test_nothing_begins_while_an_offer_waits(real: World) -> None:
    with real.work("worker") as at:
        case = open_case(at, a_new_case(frozenset({Strand.SUPPORT})))
    with real.work("worker") as at:
        send_transfer(at, case.reference, offer(frozenset({Strand.SUPPORT})), seen=None)
    with pytest.raises(OfferOpen), real.work("worker") as at:
        begin_strand(at, case.reference, Strand.INVESTIGATION, BeginReason.AGREED, seen=None)


def test_a_declined_offer_leaves_the_case_with_its_sender(real: World) -> None:
    with real.work("worker") as at:
        case = open_case(at, a_new_case())
    with real.work("worker") as at:
        sent = send_transfer(at, case.reference, offer(frozenset({Strand.SUPPORT})), seen=None)
    with real.work("receiving-lead", REASON) as at:
        decline_transfer(at, sent.id, "not-our-area", seen=None)

    with real.work("worker") as at:
        assert view_transfer(at, sent.id).answer == REASON.words
    with real.work("worker") as at:
        assert view_case(at, case.reference) == case
    with pytest.raises(NotFound), real.work("receiving-lead") as at:
        view_case(at, case.reference)


def test_lists_and_the_log_tell_of_it(real: World) -> None:
    with real.work("worker") as at:
        case = open_case(at, a_new_case())
    with real.work("worker") as at:
        assert [card.id for card in list_cases(at, everything(at)).items] == [case.id]
    with real.work("worker") as at:
        view_caseload(at)

    with real.work("north-auditor") as at:
        found = at.stores.journal.search(LogQuery(reference=case.reference))
    shown = {card.action for card in found.items if card.case is None}
    assert Action.CASE_LIST in shown
    assert {card.reference for card in found.items if card.case} == {case.reference}
