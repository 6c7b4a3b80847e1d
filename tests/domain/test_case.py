"""A case changes only by what a holder of it does, one event and one version at a time."""

import inspect
from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace

import pytest

from casetrack.domain.actors import Actor
from casetrack.domain.case import AgeGroup, Areas, Case, IdentityState, Status
from casetrack.domain.disclosure_events import Disclosed
from casetrack.domain.errors import (
    CaseIsClosed,
    CaseIsOpen,
    NoStrand,
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
    FileAttached,
    IdentityRecorded,
    MilestoneRecorded,
    MilestoneReopened,
    NoteWritten,
    StrandBegun,
    WorkerAssigned,
)
from casetrack.domain.holders import Holder
from casetrack.domain.holdings import Strand
from casetrack.domain.ids import CaseId, FileId, HolderCode, NoteId
from casetrack.domain.key_events import CaseKeysRenewed
from casetrack.domain.references import Pseudonym, Reference
from casetrack.domain.sar_events import SarWithdrawn
from tests.domain.made import (
    BOTH,
    EASTMARCH,
    INVESTIGATION,
    LANTERN,
    NINE,
    NORTHMARCH,
    RIVERWATCH,
    SUPPORT,
    WORKER,
    a_disclosure,
    a_step,
    actor,
    after,
    begun,
    closed,
    differing,
    met,
    moved,
    number,
    only_event,
    opened,
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
    "attach": (
        lambda case, by: case.attach(FileId(number(80)), Strand.SUPPORT, bytes(32), by=by, at=ONE),
        FileAttached,
        set(),
    ),
    "write_note": (
        lambda case, by: case.write_note(NoteId(number(81)), Strand.SUPPORT, corrects=None, by=by, at=ONE),
        NoteWritten,
        set(),
    ),
    "disclose": (lambda case, by: case.disclose(a_disclosure(), by=by, at=ONE), Disclosed, set()),
    "take_step": (
        lambda case, by: case.take_step(a_step(case, by.account), strand=Strand.SUPPORT, by=by),
        SarWithdrawn,
        set(),
    ),
    "close": (lambda case, by: case.close("support-ended", by=by, at=ONE), CaseClosed, {"status", "close_reason"}),
    "begin_strand": (begun, StrandBegun, {"holdings", "workers"}),
    "reopen": (lambda case, by: case.reopen(by=by, at=ONE), CaseReopened, {"status", "close_reason"}),
    "renew_keys": (lambda case, by: case.renew_keys(2, by=by, at=ONE), CaseKeysRenewed, set()),
}
"""What a holder does to a case, the event that it makes, and the fields that differ afterwards."""

WHILE_OPEN = sorted(CHANGES.keys() - {"reopen", "renew_keys", "disclose", "take_step"})


def ready(name: str) -> Case:
    """A case to which that can be done."""
    if name == "begin_strand":
        return opened(EASTMARCH, SUPPORT)
    return closed(opened()) if name == "reopen" else opened()


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
    case = closed(case, NORTHMARCH) if name == "reopen" else case

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


def test_whoever_has_the_investigation_alone_neither_closes_nor_reopens_what_others_support() -> None:
    case = moved(opened(), LANTERN, SUPPORT)
    shut = closed(case, LANTERN)

    with pytest.raises(NotHeld):
        case.close("investigation-complete", by=EAST, at=ONE)
    with pytest.raises(NotHeld):
        shut.reopen(by=EAST, at=ONE)


def test_whoever_leads_the_only_strand_closes_the_case() -> None:
    assert closed(opened(EASTMARCH, INVESTIGATION)).status is Status.CLOSED
    assert closed(moved(opened(), NORTHMARCH), NORTHMARCH).status is Status.CLOSED


def test_a_reopened_case_is_with_whoever_was_responsible_when_it_closed() -> None:
    case = moved(opened(), LANTERN, SUPPORT)
    shut = closed(case, LANTERN)
    again = shut.reopen(by=actor(LANTERN), at=after(4))

    assert (shut.status, shut.close_reason) == (Status.CLOSED, "support-ended")
    assert (again.status, again.close_reason) == (Status.OPEN, None)
    assert again.holdings == case.holdings
