"""A case changes hands by an accepted offer of what its sender leads, and by nothing else."""

from dataclasses import replace

import pytest

from casetrack.domain.case import Case
from casetrack.domain.errors import (
    CaseIsClosed,
    CasetrackError,
    NoLongerHeld,
    NoPendingTransfer,
    NoStrand,
    NotAccepted,
    NotHeld,
    OwnOffer,
    StrandNeedsForce,
)
from casetrack.domain.events import (
    HandedOff,
)
from casetrack.domain.holders import Holder
from casetrack.domain.holdings import Part, Strand
from casetrack.domain.transfer import Transfer
from tests.domain.made import (
    BOTH,
    EASTMARCH,
    HARBOUR,
    INFORMATION_ONLY,
    INVESTIGATION,
    LANTERN,
    NORTHMARCH,
    RIVERWATCH,
    SUPPORT,
    WORKER,
    accepted,
    actor,
    after,
    closed,
    differing,
    moved,
    offered,
    only_event,
    opened,
    taken,
)

EAST = actor(EASTMARCH)


@pytest.mark.parametrize(
    ("case", "holder", "expected"),
    [
        pytest.param(opened(), EASTMARCH, BOTH, id="the lead of both"),
        pytest.param(opened(), NORTHMARCH, INFORMATION_ONLY, id="a stranger"),
        pytest.param(moved(opened(), LANTERN, SUPPORT), EASTMARCH, INVESTIGATION, id="the lead of the investigation"),
        pytest.param(moved(opened(), LANTERN, SUPPORT), LANTERN, SUPPORT, id="the lead of support, with police beside"),
        pytest.param(opened(LANTERN, SUPPORT), LANTERN, BOTH, id="the lead of support, where nobody investigates yet"),
        pytest.param(opened(EASTMARCH, INVESTIGATION), EASTMARCH, INVESTIGATION, id="the lead of the only strand"),
        pytest.param(moved(opened(), NORTHMARCH), EASTMARCH, INFORMATION_ONLY, id="a former lead"),
    ],
)
def test_a_holder_offers_what_it_leads_and_an_investigation_that_nobody_has(
    case: Case, holder: Holder, expected: frozenset[Strand]
) -> None:
    assert case.offerable_by(holder.code) == expected


@pytest.mark.parametrize(
    ("case", "strands", "to", "by", "refused"),
    [
        pytest.param(opened(), BOTH, NORTHMARCH, EASTMARCH, None, id="both, to a force"),
        pytest.param(opened(), SUPPORT, LANTERN, EASTMARCH, None, id="support, to a partner"),
        pytest.param(opened(), INFORMATION_ONLY, LANTERN, EASTMARCH, None, id="information only"),
        pytest.param(opened(LANTERN, SUPPORT), INVESTIGATION, EASTMARCH, LANTERN, None, id="the first investigation"),
        pytest.param(opened(), BOTH, LANTERN, EASTMARCH, StrandNeedsForce, id="an investigation, to a partner"),
        pytest.param(opened(), SUPPORT, LANTERN, NORTHMARCH, NotHeld, id="by a stranger"),
        pytest.param(opened(), INFORMATION_ONLY, LANTERN, NORTHMARCH, NotHeld, id="information, by a stranger"),
        pytest.param(moved(opened(), LANTERN, SUPPORT), BOTH, NORTHMARCH, LANTERN, NotHeld, id="more than it leads"),
        pytest.param(closed(opened()), SUPPORT, LANTERN, EASTMARCH, CaseIsClosed, id="of a closed case"),
    ],
)
def test_what_may_be_offered(
    case: Case, strands: frozenset[Strand], to: Holder, by: Holder, refused: type[CasetrackError] | None
) -> None:
    if refused is None:
        case.check_offer(strands, to, actor(by))
        return
    with pytest.raises(refused):
        case.check_offer(strands, to, actor(by))


def test_a_hand_off_moves_responsibility_and_says_what_moved() -> None:
    before = opened()
    now = moved(before, LANTERN, SUPPORT)
    event = only_event(now, before)

    assert now.holdings.leads == {Strand.SUPPORT: LANTERN.code, Strand.INVESTIGATION: EASTMARCH.code}
    assert now.workers == {Strand.SUPPORT: WORKER, Strand.INVESTIGATION: EAST.account}
    assert differing(now, before) == {"version", "events", "holdings", "workers"}
    assert event == HandedOff(
        case=before.id,
        transfer=offered(before, LANTERN, SUPPORT).id,
        at=after(2),
        by=actor(LANTERN).account,
        strands=SUPPORT,
        from_holder=EASTMARCH.code,
        to_holder=LANTERN.code,
        parts=frozenset({Part.SUPPORT, Part.SAFE_ADDRESS, Part.IDENTITY}),
        worker=WORKER,
    )
    assert event.recipients == {LANTERN.code}


@pytest.mark.parametrize(
    ("case", "to", "strands", "expected"),
    [
        pytest.param(opened(), HARBOUR, SUPPORT, "Wales", id="support moves, and the person with it"),
        pytest.param(
            opened(), NORTHMARCH, INVESTIGATION, "England", id="the investigation moves, and the person stays"
        ),
        pytest.param(opened(), NORTHMARCH, BOTH, "Scotland", id="everything moves"),
        pytest.param(
            opened(EASTMARCH, INVESTIGATION), NORTHMARCH, INVESTIGATION, "Scotland", id="the only strand moves"
        ),
        pytest.param(opened(EASTMARCH, SUPPORT), NORTHMARCH, INVESTIGATION, "England", id="an investigation begins"),
    ],
)
def test_the_rules_are_of_the_nation_of_whoever_looks_after_the_person(
    case: Case, to: Holder, strands: frozenset[Strand], expected: str
) -> None:
    assert moved(case, to, strands).nation == expected


def declined(transfer: Transfer) -> Transfer:
    return transfer.decline("not-our-area", by=actor(NORTHMARCH), at=after(2))


@pytest.mark.parametrize(
    ("transfer", "to"),
    [
        pytest.param(offered(opened(), NORTHMARCH), NORTHMARCH, id="an offer that waits"),
        pytest.param(
            offered(opened(), NORTHMARCH).see(by=actor(NORTHMARCH), at=after(2)), NORTHMARCH, id="one that was seen"
        ),
        pytest.param(declined(offered(opened(), NORTHMARCH)), NORTHMARCH, id="one that was declined"),
        pytest.param(
            offered(opened(), NORTHMARCH).withdraw(by=EAST, at=after(2)), NORTHMARCH, id="one that was taken back"
        ),
        pytest.param(accepted(offered(opened(), NORTHMARCH), NORTHMARCH), RIVERWATCH, id="one that another accepted"),
        pytest.param(accepted(offered(opened(case=11), NORTHMARCH), NORTHMARCH), NORTHMARCH, id="one of another case"),
    ],
)
def test_a_case_changes_hands_only_by_an_accepted_offer_of_it(transfer: Transfer, to: Holder) -> None:
    with pytest.raises(NotAccepted):
        opened().hand_off(transfer, to=to, worker=WORKER, by=actor(to), at=after(2))


def test_information_alone_hands_nothing_off() -> None:
    with pytest.raises(NoStrand):
        moved(opened(), LANTERN, INFORMATION_ONLY)


def test_a_closed_case_does_not_change_hands() -> None:
    offer = offered(opened(), NORTHMARCH)

    with pytest.raises(CaseIsClosed):
        taken(closed(opened()), offer, NORTHMARCH)


def test_a_sender_that_has_handed_on_what_it_offered_can_hand_it_on_no_more() -> None:
    case = opened()
    first, second = offered(case, NORTHMARCH, SUPPORT), offered(case, LANTERN, SUPPORT, offer=21)

    with pytest.raises(NoLongerHeld) as refused:
        taken(taken(case, first, NORTHMARCH), second, LANTERN)
    assert refused.value.sentence.startswith("The organisation that made this offer"), "it is the receiver who reads it"


def test_an_accepted_offer_hands_off_once_even_when_its_sender_leads_again() -> None:
    case = opened()
    offer = offered(case, NORTHMARCH)
    there = taken(case, offer, NORTHMARCH)
    back = moved(there, EASTMARCH, by=NORTHMARCH, offer=21)

    for now in (there, back):
        with pytest.raises(NoPendingTransfer):
            taken(now, offer, NORTHMARCH)


@pytest.mark.parametrize("by", [EASTMARCH, RIVERWATCH])
def test_nobody_takes_a_case_for_another_organisation(by: Holder) -> None:
    offer = accepted(offered(opened(), NORTHMARCH), NORTHMARCH)

    with pytest.raises(OwnOffer):
        opened().hand_off(offer, to=NORTHMARCH, worker=WORKER, by=actor(by), at=after(2))


def test_a_partner_does_not_come_to_lead_an_investigation() -> None:
    case = opened()
    offer = replace(offered(case, LANTERN, SUPPORT), strands=BOTH)

    with pytest.raises(StrandNeedsForce):
        taken(case, offer, LANTERN)
