"""Who could have opened a case at an instant that has passed: what the rules of access said in that instant."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casetrack.domain.access import SHOWING, Reach, permitted, reach
from casetrack.domain.actions import Action
from casetrack.domain.actors import Actor, Auth, Role
from casetrack.domain.case import BeginReason, Case
from casetrack.domain.events import CaseOpened, Event, HandedOff, StrandBegun
from casetrack.domain.hindsight import AccountThen, CouldOpen, Passing, told, who_could
from casetrack.domain.holders import Holder
from casetrack.domain.holdings import Part, Strand
from casetrack.domain.ids import AccountId, HolderCode, Instant
from tests.domain.made import (
    BOTH,
    CASE_HOLDERS,
    DESK,
    EASTMARCH,
    FORCES,
    INVESTIGATION,
    LANTERN,
    NORTHMARCH,
    SUPPORT,
    actor,
    after,
    number,
    offered,
    opened,
    taken,
)

HOURS = 6
EVERYBODY = tuple(
    AccountThen(AccountId(number(100 + nth)), role, holder.code, after(-1))
    for nth, (holder, role) in enumerate((holder, role) for holder in (*CASE_HOLDERS, DESK) for role in Role)
)
"""An account in each role at each organisation, made before anything happened."""


@dataclass(frozen=True, repr=False)
class Lived:
    """A case as it was after each hour, the first of which it was opened in."""

    hours: tuple[Case, ...]
    events: tuple[Event, ...]


def lived(by: Holder, strands: frozenset[Strand], moves: Sequence[tuple[frozenset[Strand], Holder]]) -> Lived:
    """A case that is opened, of which strands begin and pass on, hour by hour, as far as the rules let them."""
    case = opened(by, strands if by in FORCES else SUPPORT)
    hours, events = [replace(case, events=())], [*case.events]
    for hour, (wanted, to) in enumerate(moves, start=1):
        case = moved(replace(case, events=()), wanted, to, hour)
        events += case.events
        hours.append(replace(case, events=()))
    return Lived(tuple(hours), tuple(events))


def moved(case: Case, strands: frozenset[Strand], to: Holder, hour: int) -> Case:
    """The case after that organisation has begun or been passed those of the strands that it can."""
    if lacking := sorted(case.beginnable_by(to) & strands):
        return case.begin_strand(lacking[0], BeginReason.AGREED, holder=to, by=actor(to), at=after(hour))
    leads = sorted({lead for lead in case.holdings.leads.values() if case.offerable_by(lead) & strands} - {to.code})
    by = next((each for each in CASE_HOLDERS if each.code in leads), None)
    if by is None:
        return case
    offering = case.offerable_by(by.code) & strands - (frozenset() if to in FORCES else INVESTIGATION)
    if not offering:
        return case
    offer = offered(case, to, offering, by=by, hour=hour, offer=200 + hour)
    return taken(case, offer, to, hour=hour)


MOVES = st.lists(
    st.tuples(st.sampled_from([SUPPORT, INVESTIGATION, BOTH]), st.sampled_from(CASE_HOLDERS)), max_size=HOURS
)
LIVES = st.builds(lived, st.sampled_from(CASE_HOLDERS), st.sampled_from([SUPPORT, INVESTIGATION, BOTH]), MOVES)


def at_work(account: AccountThen) -> Actor:
    return Actor(account.account, account.role, account.holder, Auth.PASSWORD)


def by_account(found: Sequence[CouldOpen]) -> dict[AccountId, CouldOpen]:
    return {each.account.account: each for each in found}


@given(LIVES, st.floats(0, 0.99))
@settings(deadline=None)
def test_hindsight_says_of_every_account_what_the_rules_said_then(life: Lived, later: float) -> None:
    """Asked of the holdings as they ended up, about each hour; the last of them is now."""
    now = life.hours[-1].holdings
    for hour, case in enumerate(life.hours):
        could = by_account(who_could(EVERYBODY, now, after(hour + later)))
        for account in EVERYBODY:
            may, found = permitted(at_work(account), case), could.get(account.account)
            assert (found.reach if found else Reach.NOTHING) == reach(at_work(account), case)
            assert (found is not None) is (Action.CASE_VIEW in may)
            parts = found.parts if found else frozenset()
            for part in (Part.IDENTITY, Part.SAFE_ADDRESS):
                assert (part in parts) is (SHOWING[part] in may)
            assert parts <= case.holdings.parts_of(account.holder)
            assert bool(parts & {Part.SUPPORT, Part.INVESTIGATION}) <= (Action.NOTE_OPEN in may)


@given(LIVES)
def test_the_log_tells_of_the_same_holdings(life: Lived) -> None:
    """Whoever took a row of the holdings away, or put an older one back, is seen by that."""
    assert told(passings(life.events)).rows == life.hours[-1].holdings.rows


def passings(events: Sequence[Event]) -> list[Passing]:
    found: list[Passing] = []
    for event in events:
        match event:
            case CaseOpened():
                found.append(Passing(event.at, strands_of(event.strands), event.holder))
            case StrandBegun():
                found.append(Passing(event.at, strands_of({event.strand}), event.holder))
            case HandedOff():
                found.append(Passing(event.at, strands_of(event.strands), event.to_holder, event.transfer))
    return found


def strands_of(codes: frozenset[str] | set[str]) -> frozenset[Strand]:
    return frozenset(map(Strand, codes))


ONE = AccountThen(AccountId(number(1)), Role.LEAD, EASTMARCH.code, after(1), after(3))


@pytest.mark.parametrize(("hour", "was_open"), [(0.99, False), (1, True), (2.99, True), (3, False)])
def test_an_account_could_from_when_it_was_made_until_it_was_closed(hour: float, *, was_open: bool) -> None:
    case = opened()
    assert ONE.was_open(after(hour)) is was_open
    assert bool(who_could([ONE], case.holdings, after(hour))) is was_open


def test_one_that_was_never_closed_still_could() -> None:
    assert replace(ONE, until=None).was_open(after(10_000))


def test_before_the_case_was_opened_nobody_could() -> None:
    early = replace(ONE, since=after(-9), until=None)
    assert who_could([early], opened().holdings, after(0) - timedelta(seconds=1)) == ()
    assert who_could([early], opened().holdings, after(0)) != ()


def test_in_the_instant_of_a_hand_off_it_is_the_receiver_who_could() -> None:
    case = opened()
    case = taken(case, offered(case, NORTHMARCH), NORTHMARCH, hour=2)
    theirs, ours = (
        replace(ONE, account=AccountId(number(nth)), holder=of, since=after(-1), until=None)
        for nth, of in ((5, NORTHMARCH.code), (6, EASTMARCH.code))
    )

    def found(at: Instant) -> list[tuple[HolderCode, Reach]]:
        return [(each.account.holder, each.reach) for each in who_could([theirs, ours], case.holdings, at)]

    assert found(after(2) - timedelta(microseconds=1)) == [(EASTMARCH.code, Reach.CASE)]
    assert found(after(2)) == [(NORTHMARCH.code, Reach.CASE), (EASTMARCH.code, Reach.STUB)]


def test_whoever_leads_the_support_alone_could_read_that_and_no_note_of_the_investigation() -> None:
    case = opened()
    case = taken(case, offered(case, LANTERN, SUPPORT), LANTERN)
    worker = actor(LANTERN, Role.SUPPORT_WORKER)
    (found,) = who_could([AccountThen(worker.account, worker.role, LANTERN.code, after(-1))], case.holdings, after(9))
    assert found.parts == {Part.IDENTITY, Part.SAFE_ADDRESS, Part.SUPPORT}
