"""Organisations with keys: which of them can be responsible for a person, and on which days."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casetrack.domain.actors import Role
from casetrack.domain.errors import HolderNotInForce, RoleDoesNotFit, UnknownHolder
from casetrack.domain.holders import AUDIT_DESK, SERVICE, Holder, HolderKind, Holders
from casetrack.domain.ids import HolderCode
from tests.domain.made import CASE_HOLDERS, DESK, EASTMARCH, FORCES, HARBOUR, LANTERN, NORTHMARCH, PARTNERS, holder

FIRST, LAST = date(2026, 4, 1), date(2027, 3, 31)
TODAY = date(2026, 11, 2)

ENDED = replace(holder("oldmarch", HolderKind.TERRITORIAL), valid_to=date(2026, 3, 31), successor=EASTMARCH.code)
COMING = replace(holder("newmarch", HolderKind.TERRITORIAL), valid_from=date(2027, 4, 1))
ALL = Holders.of([*CASE_HOLDERS, DESK, ENDED, COMING])


@pytest.mark.parametrize(
    ("kind", "police", "holds"),
    [
        (HolderKind.TERRITORIAL, True, True),
        (HolderKind.SPECIAL, True, True),
        (HolderKind.AGENCY, True, True),
        (HolderKind.PARTNER, False, True),
        (HolderKind.AUDIT_DESK, False, False),
        (HolderKind.SERVICE, False, False),
    ],
)
def test_police_lead_investigations_and_only_police_and_partners_hold_cases(
    kind: HolderKind, *, police: bool, holds: bool
) -> None:
    assert (kind.is_police, kind.holds_cases) == (police, holds)


@pytest.mark.parametrize(
    ("first", "last", "on", "expected"),
    [
        (None, None, TODAY, True),
        (FIRST, LAST, date(2026, 3, 31), False),
        (FIRST, LAST, FIRST, True),
        (FIRST, LAST, TODAY, True),
        (FIRST, LAST, LAST, True),
        (FIRST, LAST, date(2027, 4, 1), False),
        (FIRST, None, date(2099, 1, 1), True),
        (None, LAST, date(1829, 9, 29), True),
    ],
)
def test_an_organisation_is_in_force_from_its_first_day_to_its_last(
    first: date | None, last: date | None, on: date, *, expected: bool
) -> None:
    assert replace(EASTMARCH, valid_from=first, valid_to=last).in_force(on) is expected


@given(st.dates(), st.dates(), st.dates())
def test_a_successor_that_begins_the_day_after_leaves_no_day_without_one_of_them(
    on: date, last: date, begins: date
) -> None:
    before, following = replace(EASTMARCH, valid_to=last), replace(NORTHMARCH, valid_from=begins)

    assert before.in_force(on) is (on <= last)
    assert following.in_force(on) is (on >= begins)


@pytest.mark.parametrize("code", [each.code for each in CASE_HOLDERS])
def test_a_holder_is_found_by_its_code(code: HolderCode) -> None:
    assert ALL[code].code == code


@pytest.mark.parametrize("code", ["", "EASTMARCH", "nowhere"])
def test_a_code_that_nobody_has_is_refused(code: HolderCode) -> None:
    with pytest.raises(UnknownHolder) as refused:
        _ = ALL[code]

    assert refused.value.__suppress_context__


@pytest.mark.parametrize("each", CASE_HOLDERS)
def test_a_case_can_be_offered_to_a_force_or_a_partner(each: Holder) -> None:
    assert ALL.receiving(each.code, TODAY) is each


def test_a_case_cannot_be_offered_to_an_audit_desk() -> None:
    with pytest.raises(UnknownHolder):
        ALL.receiving(DESK.code, TODAY)


@pytest.mark.parametrize("each", [ENDED, COMING])
def test_a_case_cannot_be_offered_to_an_organisation_that_is_not_in_force(each: Holder) -> None:
    with pytest.raises(HolderNotInForce):
        ALL.receiving(each.code, TODAY)


def test_a_case_cannot_be_offered_to_nobody() -> None:
    with pytest.raises(UnknownHolder):
        ALL.receiving(HolderCode("nowhere"), TODAY)


@pytest.mark.parametrize("each", FORCES)
def test_an_area_is_a_police_bodys(each: Holder) -> None:
    assert ALL.area(each.code) is each


def test_an_area_may_be_of_a_body_that_has_ended_since() -> None:
    assert ALL.area(ENDED.code) is ENDED


@pytest.mark.parametrize("each", [*PARTNERS, DESK])
def test_no_other_organisation_has_an_area(each: Holder) -> None:
    with pytest.raises(UnknownHolder):
        ALL.area(each.code)


def test_a_partner_is_of_the_area_that_it_works_from_and_a_force_of_its_own() -> None:
    assert replace(LANTERN, seat=EASTMARCH.code).area == EASTMARCH.code
    assert EASTMARCH.area == EASTMARCH.code


def test_those_that_hold_cases_today_are_listed_by_name() -> None:
    listed = ALL.that_hold_cases(TODAY)

    assert {each.code for each in listed} == {each.code for each in CASE_HOLDERS}
    assert [each.name for each in listed] == sorted(each.name for each in CASE_HOLDERS)


@given(st.dates())
def test_the_list_offers_exactly_those_that_can_receive(on: date) -> None:
    listed = ALL.that_hold_cases(on)

    assert all(ALL.receiving(each.code, on) is each for each in listed)
    assert HARBOUR in listed
    assert (ENDED in listed, COMING in listed) == (ENDED.in_force(on), COMING.in_force(on))
    assert DESK not in listed


@pytest.mark.parametrize("role", Role)
def test_anybody_can_begin_to_work_where_there_are_cases(role: Role) -> None:
    assert [ALL.employing(each.code, role, TODAY) for each in CASE_HOLDERS] == list(CASE_HOLDERS)


@pytest.mark.parametrize(
    ("kind", "employs"),
    [(HolderKind.AUDIT_DESK, {Role.AUDITOR, Role.ADMINISTRATOR}), (HolderKind.SERVICE, {Role.ADMINISTRATOR})],
)
def test_nobody_works_with_cases_where_there_are_none(kind: HolderKind, employs: set[Role]) -> None:
    holders = Holders.of([replace(DESK, kind=kind)])
    for role in Role:
        if role in employs:
            assert holders.employing(DESK.code, role, TODAY).kind is kind
        else:
            with pytest.raises(RoleDoesNotFit):
                holders.employing(DESK.code, role, TODAY)


def test_nobody_begins_to_work_at_an_organisation_that_has_ended_or_that_there_is_not() -> None:
    with pytest.raises(HolderNotInForce):
        ALL.employing(ENDED.code, Role.ADMINISTRATOR, TODAY)
    with pytest.raises(UnknownHolder):
        ALL.employing(HolderCode("nowhere"), Role.LEAD, TODAY)


def test_the_services_own_holders_have_codes_of_their_own() -> None:
    assert SERVICE != AUDIT_DESK
    assert not {SERVICE, AUDIT_DESK} & ALL.by_code.keys()
