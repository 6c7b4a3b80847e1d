"""A case changes only by what a holder of it does, one event and one version at a time."""

import inspect
from collections.abc import Callable
from dataclasses import FrozenInstanceError, fields, replace

import pytest

from casetrack.domain.actors import Actor
from casetrack.domain.case import AgeGroup, Areas, Case, IdentityState, Status
from casetrack.domain.errors import (
    CaseIsClosed,
    CaseIsOpen,
    CasetrackError,
    NoStrand,
    NotAccepted,
    NotHeld,
    StrandNeedsForce,
)
from casetrack.domain.events import (
    CaseClosed,
    CaseOpened,
    CasePlaced,
    CaseReopened,
    ContactRecorded,
    Event,
    HandedOff,
    IdentityRecorded,
    MilestoneRecorded,
    MilestoneReopened,
    WorkerAssigned,
)
from casetrack.domain.holders import Holder
from casetrack.domain.holdings import Part, Strand
from casetrack.domain.ids import CaseId, HolderCode
from casetrack.domain.records import Recorded, RecordState
from casetrack.domain.references import Pseudonym, Reference
from casetrack.domain.transfer import Transfer
from tests.domain.made import (
    BOTH,
    EASTMARCH,
    HARBOUR,
    INFORMATION_ONLY,
    INVESTIGATION,
    LANTERN,
    NINE,
    NORTHMARCH,
    RIVERWATCH,
    SUPPORT,
    WORKER,
    accepted,
    actor,
    after,
    met,
    moved,
    number,
    offered,
    only_event,
    opened,
    taken,
)

EAST = actor(EASTMARCH)
AREAS = Areas(exploitation=NORTHMARCH.code, encounter=EASTMARCH.code)

Change = Callable[[Case, Actor], Case]

ONE = after(1)
CHANGES: dict[str, tuple[Change, type[Event], set[str]]] = {
    "place": (lambda case, by: case.place(AREAS, by=by, at=ONE), CasePlaced, {"areas"}),
    "assign": (lambda case, by: case.assign(Strand.SUPPORT, WORKER, by=by, at=ONE), WorkerAssigned, {"workers"}),
    "record_identity": (
        lambda case, by: case.record_identity(IdentityState.WITHHELD, ["given_name"], by=by, at=ONE),
        IdentityRecorded,
        {"identity"},
    ),
    "record_contact": (
        lambda case, by: case.record_contact(["safe_way"], by=by, at=ONE),
        ContactRecorded,
        set(),
    ),
    "record": (lambda case, by: case.record(met("met-in-person", hour=1), by=by), MilestoneRecorded, {"records"}),
    "reopen_milestone": (
        lambda case, by: case.reopen_milestone("met-in-person", id=number(90), by=by, at=ONE),
        MilestoneReopened,
        {"records"},
    ),
    "close": (lambda case, by: case.close("support-ended", by=by, at=ONE), CaseClosed, {"status", "close_reason"}),
    "reopen": (lambda case, by: case.reopen(by=by, at=ONE), CaseReopened, {"status", "close_reason"}),
}
"""What a holder does to a case, the event that it makes, and the fields that differ afterwards."""

WHILE_OPEN = sorted(CHANGES.keys() - {"reopen"})


def closed(case: Case) -> Case:
    return case.close("support-ended", by=EAST, at=after(0))


def ready(name: str) -> Case:
    """A case to which that can be done."""
    return closed(opened()) if name == "reopen" else opened()


def differing(one: Case, other: Case) -> set[str]:
    return {each.name for each in fields(Case) if getattr(one, each.name) != getattr(other, each.name)}


# Opening


def test_the_openers_own_organisation_is_responsible_from_the_first_instant() -> None:
    case = opened(LANTERN, SUPPORT)

    assert case.holdings.leads == {Strand.SUPPORT: LANTERN.code}
    assert case.opened_at == NINE
    assert {row.since for row in case.holdings.rows} == {NINE}


def test_a_case_begins_open_with_its_first_event_and_its_opener_at_work_on_it() -> None:
    case = opened(NORTHMARCH)

    assert (case.status, case.version, case.loaded_version, case.close_reason) == (Status.OPEN, 1, 0, None)
    assert case.identity is IdentityState.NOT_YET_ASKED
    assert case.workers == dict.fromkeys(Strand, actor(NORTHMARCH).account)
    assert case.nation == "Scotland"
    assert case.records == ()
    assert case.events == (
        CaseOpened(
            case=case.id,
            at=NINE,
            by=actor(NORTHMARCH).account,
            strands=frozenset(Strand),
            holder=NORTHMARCH.code,
            nation="Scotland",
            age_group="adult",
        ),
    )


def test_somebody_must_be_responsible_for_the_person() -> None:
    with pytest.raises(NoStrand):
        opened(EASTMARCH, [])


@pytest.mark.parametrize("strands", [INVESTIGATION, BOTH])
def test_only_a_police_body_opens_a_case_with_an_investigation(strands: frozenset[Strand]) -> None:
    assert opened(RIVERWATCH, strands).holdings.lead(Strand.INVESTIGATION) == RIVERWATCH.code
    with pytest.raises(StrandNeedsForce):
        opened(LANTERN, strands)


def test_nobody_elses_organisation_is_given_a_case_by_opening_one() -> None:
    with pytest.raises(NotHeld):
        Case.open(
            id=CaseId(number(10)),
            reference=Reference("CT-7K3M-92Q2"),
            pseudonym=Pseudonym("bright lantern"),
            strands=BOTH,
            by=EAST,
            holder=NORTHMARCH,
            at=NINE,
            age_group=AgeGroup.ADULT,
            areas=Areas(),
        )


# Changing


def test_every_way_to_change_a_case_is_known_here() -> None:
    """A method that gives a case changes one; the table above, and the hand-off below, try each."""
    made = {
        name
        for name, method in inspect.getmembers(Case, inspect.isfunction)
        if inspect.signature(method).return_annotation == "Case" and not name.startswith("_")
    }

    assert made == CHANGES.keys() | {"hand_off"}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_makes_one_event_and_one_version_and_touches_nothing_else(name: str) -> None:
    change, kind, touched = CHANGES[name]
    before = ready(name)
    now = change(before, EAST)
    event = only_event(now, before)

    assert type(event) is kind
    assert (event.case, event.at, event.by) == (before.id, ONE, EAST.account)
    assert event.changes_case
    assert differing(now, before) == touched | {"version", "events"}
    assert now.loaded_version == before.loaded_version


@pytest.mark.parametrize("name", CHANGES)
def test_only_a_holder_changes_a_case(name: str) -> None:
    with pytest.raises(NotHeld):
        CHANGES[name][0](ready(name), actor(NORTHMARCH))


@pytest.mark.parametrize("name", CHANGES)
def test_a_former_holder_changes_nothing(name: str) -> None:
    case = moved(opened(), NORTHMARCH)
    case = case.close("support-ended", by=actor(NORTHMARCH), at=after(3)) if name == "reopen" else case

    with pytest.raises(NotHeld):
        CHANGES[name][0](case, EAST)


@pytest.mark.parametrize("name", WHILE_OPEN)
def test_a_closed_case_is_not_changed(name: str) -> None:
    with pytest.raises(CaseIsClosed):
        CHANGES[name][0](closed(opened()), EAST)


def test_an_open_case_cannot_be_reopened() -> None:
    with pytest.raises(CaseIsOpen):
        opened().reopen(by=EAST, at=ONE)


def test_a_case_is_never_changed_in_place() -> None:
    with pytest.raises(FrozenInstanceError):
        opened().status = Status.CLOSED  # type: ignore[misc]  # what mypy refuses is refused when it runs, too


def test_two_cases_that_stand_alike_are_the_same_whatever_led_there() -> None:
    assert replace(opened(), events=()) == opened()


def test_the_version_that_the_store_has_is_the_one_before_what_has_happened_since() -> None:
    loaded = replace(opened(), events=())
    now = loaded.place(AREAS, by=EAST, at=ONE).close("support-ended", by=EAST, at=ONE)

    assert (loaded.loaded_version, now.loaded_version, now.version) == (1, 1, 3)


def test_the_three_areas_are_kept_apart() -> None:
    now = opened().place(AREAS, by=EAST, at=ONE)

    assert now.areas == AREAS
    assert now.events[-1].detail() == {"exploitation": "northmarch", "home": None, "encounter": "eastmarch"}


@pytest.mark.parametrize(
    ("exploitation", "home", "encounter", "expected"),
    [
        ("eastmarch", "northmarch", "riverwatch", "eastmarch"),
        (None, "northmarch", "riverwatch", "northmarch"),
        (None, None, "riverwatch", "riverwatch"),
        (None, None, None, None),
    ],
)
def test_the_force_that_would_investigate_is_of_the_exploitation_then_the_home_then_the_encounter(
    exploitation: HolderCode | None, home: HolderCode | None, encounter: HolderCode | None, expected: HolderCode | None
) -> None:
    assert Areas(exploitation, home, encounter).investigating == expected


def test_a_worker_has_the_strand_and_the_other_keeps_its_own() -> None:
    now = opened().assign(Strand.SUPPORT, WORKER, by=EAST, at=ONE)

    assert now.workers == {Strand.SUPPORT: WORKER, Strand.INVESTIGATION: EAST.account}


@pytest.mark.parametrize("holder", [EASTMARCH, LANTERN])
def test_a_holder_assigns_its_own_strand_and_not_the_others(holder: Holder) -> None:
    case = moved(opened(), LANTERN, SUPPORT)
    own, other = (Strand.SUPPORT, Strand.INVESTIGATION) if holder is LANTERN else (Strand.INVESTIGATION, Strand.SUPPORT)

    assert case.assign(own, WORKER, by=actor(holder), at=ONE).workers[own] == WORKER
    with pytest.raises(NotHeld):
        case.assign(other, WORKER, by=actor(holder), at=ONE)


def test_a_strand_that_the_case_does_not_have_is_nobodys_to_assign() -> None:
    with pytest.raises(NotHeld):
        opened(EASTMARCH, SUPPORT).assign(Strand.INVESTIGATION, WORKER, by=EAST, at=ONE)


def test_the_lead_of_an_investigation_records_who_the_person_is_and_not_where_they_can_be_found() -> None:
    case = moved(opened(), LANTERN, SUPPORT)

    assert case.record_identity(IdentityState.GIVEN, [], by=EAST, at=ONE).identity is IdentityState.GIVEN
    assert only_event(case.record_contact([], by=actor(LANTERN), at=ONE), case).touches == "contact"
    with pytest.raises(NotHeld):
        case.record_contact([], by=EAST, at=ONE)


def test_the_labels_of_sealed_fields_are_on_the_event_in_one_order() -> None:
    now = opened().record_identity(IdentityState.GIVEN, {"surname", "birth_date", "given_name"}, by=EAST, at=ONE)
    now = now.record_contact(("voicemail", "hours"), by=EAST, at=ONE)

    assert [getattr(event, "labels", None) for event in now.events] == [
        None,
        ("birth_date", "given_name", "surname"),
        ("hours", "voicemail"),
    ]


def test_a_reopened_case_is_with_whoever_was_responsible_when_it_closed() -> None:
    case = moved(opened(), LANTERN, SUPPORT)
    shut = case.close("support-ended", by=actor(LANTERN), at=after(3))
    again = shut.reopen(by=EAST, at=after(4))

    assert (shut.status, shut.close_reason) == (Status.CLOSED, "support-ended")
    assert (again.status, again.close_reason) == (Status.OPEN, None)
    assert again.holdings == case.holdings


# Milestones


def test_a_record_is_added_and_none_is_taken_away() -> None:
    first, second = met("met-in-person"), met("met-in-person", hour=2)
    now = opened().record(first, by=EAST).record(second, by=EAST)
    now = now.reopen_milestone("met-in-person", id=number(90), by=EAST, at=after(3))

    assert now.records == (
        first,
        second,
        Recorded("met-in-person", RecordState.REOPENED, None, after(3), after(3), number(90)),
    )
    assert [event.touches for event in now.events[1:]] == ["milestone:met-in-person"] * 3


def test_a_past_fact_is_dated_when_it_happened_and_its_event_when_it_was_written_down() -> None:
    event = only_event(opened().record(met("met-in-person", hour=-500, written=1), by=EAST), opened())

    assert isinstance(event, MilestoneRecorded)
    assert (event.happened, event.at) == (after(-500), after(1))


RISK = "risk-assessed"


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        pytest.param([], False, id="nobody has assessed it"),
        pytest.param([met(RISK, "high")], True, id="assessed as high"),
        pytest.param([met(RISK, "standard")], False, id="assessed as standard"),
        pytest.param([met(RISK, "standard"), met(RISK, "high", hour=1)], True, id="assessed anew, and higher"),
        pytest.param([met(RISK, "high"), met(RISK, "medium", hour=1)], False, id="assessed anew, and lower"),
        pytest.param(
            [met(RISK, "high", hour=2), met(RISK, "standard", hour=1, written=3)], True, id="an older one written later"
        ),
        pytest.param([met("another", "high")], False, id="another milestone"),
    ],
)
def test_the_risk_is_high_while_the_last_assessment_says_so(records: list[Recorded], *, expected: bool) -> None:
    case = opened()
    for entry in records:
        case = case.record(entry, by=EAST)

    assert case.is_high_risk is expected


def test_an_assessment_that_was_a_mistake_gives_way_to_the_one_before_it() -> None:
    case = opened().record(met(RISK, "high"), by=EAST).record(met(RISK, "standard", hour=1), by=EAST)

    assert not case.is_high_risk
    assert case.reopen_milestone(RISK, id=number(90), by=EAST, at=after(2)).is_high_risk


AGE = "age-considered"


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        ("adult", AgeGroup.ADULT),
        ("child", AgeGroup.CHILD),
        ("not_sure", AgeGroup.IN_DOUBT),
        ("age_disputed", AgeGroup.IN_DOUBT),
        (None, AgeGroup.IN_DOUBT),
    ],
)
@pytest.mark.parametrize("first", AgeGroup)
def test_considering_the_persons_age_decides_which_rules_apply(
    outcome: str | None, expected: AgeGroup, first: AgeGroup
) -> None:
    case = opened(age_group=first)

    assert case.record(met(AGE, outcome), by=EAST).age_group is expected
    assert case.record(met("another", outcome), by=EAST).age_group is first


@pytest.mark.parametrize("state", [RecordState.NOT_APPLICABLE, RecordState.DECLINED])
def test_an_age_that_was_not_considered_stays_as_it_was(state: RecordState) -> None:
    entry = replace(met(AGE), state=state)

    assert opened(age_group=AgeGroup.CHILD).record(entry, by=EAST).age_group is AgeGroup.CHILD


def test_an_older_consideration_written_down_later_does_not_undo_the_newer() -> None:
    case = opened().record(met(AGE, "child", hour=2), by=EAST)

    assert case.record(met(AGE, "adult", hour=1, written=3), by=EAST).age_group is AgeGroup.CHILD


def test_an_age_considered_by_mistake_is_what_it_was_before_and_in_doubt_if_nothing_was() -> None:
    once = opened().record(met(AGE, "child"), by=EAST)
    twice = once.record(met(AGE, "adult", hour=1), by=EAST)
    back = twice.reopen_milestone(AGE, id=number(90), by=EAST, at=after(2))

    assert (twice.age_group, back.age_group) == (AgeGroup.ADULT, AgeGroup.CHILD)
    assert back.reopen_milestone(AGE, id=number(91), by=EAST, at=after(3)).age_group is AgeGroup.IN_DOUBT


@pytest.mark.parametrize(
    ("group", "expected"), [(AgeGroup.ADULT, "adult"), (AgeGroup.CHILD, "child"), (AgeGroup.IN_DOUBT, "child")]
)
def test_somebody_whose_age_is_in_doubt_is_treated_as_a_child(group: AgeGroup, expected: str) -> None:
    assert group.treated_as == expected


# Offering and handing off


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

    with pytest.raises(NotHeld):
        taken(taken(case, first, NORTHMARCH), second, LANTERN)


def test_an_accepted_offer_hands_off_once() -> None:
    case = opened()
    offer = offered(case, NORTHMARCH)

    with pytest.raises(NotHeld):
        taken(taken(case, offer, NORTHMARCH), offer, NORTHMARCH)


def test_a_partner_does_not_come_to_lead_an_investigation() -> None:
    case = opened()
    offer = replace(offered(case, LANTERN, SUPPORT), strands=BOTH)

    with pytest.raises(StrandNeedsForce):
        taken(case, offer, LANTERN)
