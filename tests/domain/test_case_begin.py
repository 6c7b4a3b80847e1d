"""The strand that a case lacks begins with whoever leads the other, and is nobody else's to begin."""

import pytest

from casetrack.domain.case import BeginReason, Case
from casetrack.domain.errors import (
    AgreementUnknown,
    CaseIsClosed,
    CasetrackError,
    NotHeld,
    StrandExists,
    StrandNeedsForce,
)
from casetrack.domain.events import StrandBegun
from casetrack.domain.holders import Holder
from casetrack.domain.holdings import Holdings, Part, Strand
from tests.domain.made import (
    BOTH,
    EASTMARCH,
    INVESTIGATION,
    LANTERN,
    NINE,
    NORTHMARCH,
    SUPPORT,
    actor,
    after,
    begun,
    closed,
    moved,
    only_event,
    opened,
)

EAST = actor(EASTMARCH, account=8)
NOTHING: frozenset[Strand] = frozenset()


@pytest.mark.parametrize("had", [SUPPORT, INVESTIGATION], ids=["support", "investigation"])
def test_whoever_leads_the_one_strand_leads_the_other_from_the_instant_that_it_begins(had: frozenset[Strand]) -> None:
    before = opened(EASTMARCH, had)
    now = begun(before, EAST)
    (new,) = [row for row in now.holdings.rows if row not in before.holdings.rows]

    assert now.holdings.leads == dict.fromkeys(Strand, EASTMARCH.code)
    assert now.holdings.rows[:-1] == before.holdings.rows
    assert ({Strand(new.part)}, new.holder, new.number) == (set(BOTH - had), EASTMARCH.code, 1)
    assert (new.since, new.until, new.via) == (after(1), None, None)
    assert now.workers == {**before.workers, Strand(new.part): EAST.account}
    assert now.nation == before.nation


@pytest.mark.parametrize("reason", BeginReason)
def test_on_what_ground_an_investigation_begins_is_on_its_event(reason: BeginReason) -> None:
    before = opened(EASTMARCH, SUPPORT)
    event = only_event(begun(before, EAST, Strand.INVESTIGATION, reason), before)

    assert event == StrandBegun(
        case=before.id,
        at=after(1),
        by=EAST.account,
        strand="investigation",
        holder=EASTMARCH.code,
        reason=reason.value,
    )
    assert event.detail()["reason"] in {"person-agreed", "without-agreement"}
    assert event.recipients == frozenset()


def test_an_investigation_does_not_begin_before_it_is_said_whether_the_person_has_agreed() -> None:
    with pytest.raises(AgreementUnknown):
        begun(opened(EASTMARCH, SUPPORT), EAST, Strand.INVESTIGATION, None)


def test_support_begins_without_a_ground() -> None:
    before = opened(EASTMARCH, INVESTIGATION)

    assert only_event(begun(before, EAST, Strand.SUPPORT, None), before).detail()["reason"] is None


@pytest.mark.parametrize(
    ("case", "strand", "by", "refused"),
    [
        pytest.param(opened(), Strand.INVESTIGATION, EASTMARCH, StrandExists, id="one that it leads"),
        pytest.param(
            moved(opened(), LANTERN, SUPPORT), Strand.SUPPORT, EASTMARCH, StrandExists, id="one that another leads"
        ),
        pytest.param(opened(LANTERN, SUPPORT), Strand.INVESTIGATION, LANTERN, StrandNeedsForce, id="by a partner"),
        pytest.param(opened(EASTMARCH, SUPPORT), Strand.INVESTIGATION, NORTHMARCH, NotHeld, id="by a stranger"),
        pytest.param(
            moved(opened(EASTMARCH, SUPPORT), NORTHMARCH, SUPPORT),
            Strand.INVESTIGATION,
            EASTMARCH,
            NotHeld,
            id="by a former lead",
        ),
        pytest.param(
            closed(opened(EASTMARCH, SUPPORT)), Strand.INVESTIGATION, EASTMARCH, CaseIsClosed, id="in a closed case"
        ),
    ],
)
def test_what_does_not_begin(case: Case, strand: Strand, by: Holder, refused: type[CasetrackError]) -> None:
    with pytest.raises(refused):
        begun(case, actor(by), strand)


def test_nobody_begins_a_strand_for_another_organisation() -> None:
    case = opened(EASTMARCH, SUPPORT)

    with pytest.raises(NotHeld):
        case.begin_strand(Strand.INVESTIGATION, BeginReason.AGREED, holder=NORTHMARCH, by=EAST, at=after(1))


@pytest.mark.parametrize(
    ("case", "holder", "expected"),
    [
        pytest.param(opened(EASTMARCH, SUPPORT), EASTMARCH, INVESTIGATION, id="a force that supports"),
        pytest.param(opened(EASTMARCH, INVESTIGATION), EASTMARCH, SUPPORT, id="a force that investigates"),
        pytest.param(opened(LANTERN, SUPPORT), LANTERN, NOTHING, id="a partner, which investigates nothing"),
        pytest.param(opened(), EASTMARCH, NOTHING, id="the lead of both"),
        pytest.param(opened(EASTMARCH, SUPPORT), NORTHMARCH, NOTHING, id="a stranger"),
        pytest.param(moved(opened(EASTMARCH, SUPPORT), LANTERN, SUPPORT), EASTMARCH, NOTHING, id="a former lead"),
    ],
)
def test_what_an_organisation_may_begin(case: Case, holder: Holder, expected: frozenset[Strand]) -> None:
    assert case.beginnable_by(holder) == expected


def test_a_strand_that_has_begun_is_offered_and_taken_like_any_other() -> None:
    now = moved(begun(opened(EASTMARCH, SUPPORT), actor(EASTMARCH)), NORTHMARCH, INVESTIGATION)

    assert now.holdings.leads == {Strand.SUPPORT: EASTMARCH.code, Strand.INVESTIGATION: NORTHMARCH.code}
    assert now.holdings.holders_of(Part.SAFE_ADDRESS) == {EASTMARCH.code}


def test_where_support_begins_with_the_investigator_nobody_new_opens_the_safe_address() -> None:
    before = moved(opened(EASTMARCH, INVESTIGATION), NORTHMARCH, INVESTIGATION)
    now = begun(before, actor(NORTHMARCH), hour=3)

    assert before.holdings.moved_parts(now.holdings) == {Part.SUPPORT}
    assert now.holdings.holders_of(Part.SAFE_ADDRESS) == {NORTHMARCH.code}
    assert now.holdings.led_by(NORTHMARCH.code) == BOTH


@pytest.mark.parametrize("had", [NOTHING, SUPPORT, INVESTIGATION, BOTH])
def test_a_case_has_a_strand_or_lacks_it(had: frozenset[Strand]) -> None:
    holdings = Holdings.begun(had, EASTMARCH.code, NINE)

    assert (holdings.strands, holdings.lacking) == (had, BOTH - had)
