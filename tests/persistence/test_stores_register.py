"""The disclosure register: read of the journal in the same way over dictionaries and over PostgreSQL."""

from dataclasses import replace
from datetime import timedelta

import pytest

from casetrack.domain.actions import Action
from casetrack.domain.case import Case
from casetrack.domain.disclosures import Disclosure, Regime
from casetrack.domain.events import HandedOff, Refused, TransferSent
from casetrack.domain.holdings import Part, Strand
from casetrack.domain.ids import DisclosureId, SarId
from casetrack.domain.log_events import LogShipped
from casetrack.domain.sar_events import SarDelivered
from casetrack.services.people import Account
from casetrack.services.register import (
    LOG,
    LOG_USE,
    ORGANISATION,
    PERSON,
    RIGHT_OF_ACCESS,
    TRANSFER,
    Looks,
    RegisterQuery,
)
from tests import builders
from tests.builders import EASTMARCH, HARBOUR, LANTERN, NORTHMARCH, actor_of, after, new_entry, viewed
from tests.domain.made import number
from tests.persistence.worlds import World, handed_off

TODAY = after(0).date()
WEEK = timedelta(days=7)


def told(world: World, case: Case, by: Account, *, hour: float = 1, **changes: object) -> Case:
    """Somebody records that a council was told of the support, a week ago, or otherwise by those changes."""
    said = Disclosure(
        id=DisclosureId(number(82)),
        strand=Strand.SUPPORT,
        on=TODAY - WEEK,
        kind="council",
        recipient=None,
        reason="housing",
        basis=None,
        from_regime=Regime.LAW_ENFORCEMENT,
        to_regime=Regime.GENERAL,
        parts=frozenset({Part.SUPPORT}),
    )
    said = replace(said, **changes)  # type: ignore[arg-type]  # each by its own name
    if by.holder == LANTERN.code:
        said = replace(said, from_regime=Regime.GENERAL, basis="consent")
    after_it = case.disclose(said, by=actor_of(by), at=after(hour))
    with world.as_(by) as stores:
        kept = builders.keep_change(stores, after_it, case, by=by.holder)
        builders.journal_changes(stores, after_it, by)
    return kept


def given(world: World) -> Case:
    """A case of which a council was told, and which was then offered and taken; and the log, given to a shipper."""
    case, sides = told(world, world.case(), world.sender, hour=0.5), [EASTMARCH.code, NORTHMARCH.code]
    transfer = builders.new_offer(case, world.sender, NORTHMARCH, [Strand.SUPPORT])
    with world.as_(world.sender) as stores:
        offer = builders.keep_offer(stores, transfer)
        stores.journal.write(new_entry(transfer.events[0], world.sender, version=1, holders_then=sides))
    accepted = offer.transfer.accept(by=actor_of(world.receiver), at=after(2))
    after_it = handed_off(case, accepted, world.receiver.id)
    with world.as_(world.receiver) as stores:
        stores.transfers.put(builders.kept_offer(accepted, NORTHMARCH.code, like=offer))
        stores.journal.write(new_entry(accepted.events[0], world.receiver, version=2, holders_then=sides))
        kept = builders.keep_change(stores, after_it, case, by=NORTHMARCH.code)
        builders.journal_changes(stores, after_it, world.receiver)
    with world.as_(world.national) as stores:
        stores.journal.write(new_entry(LogShipped(at=after(4), by=world.national.id, after=0), world.national))
    return kept


def found(world: World, by: Account, **asked: object) -> list[str]:
    with world.as_(by) as stores:
        page = stores.register.find(replace(RegisterQuery(), **asked))  # type: ignore[arg-type]  # each by its own name
    return [str(card.payload["event"]) for card in page.items]


EVERYTHING = ["LogShipped", HandedOff.__name__, TransferSent.__name__, "Disclosed"]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, EVERYTHING),
        ({"sender": EASTMARCH.code}, EVERYTHING[1:]),
        ({"sender": NORTHMARCH.code}, []),
        ({"recipient": NORTHMARCH.code}, EVERYTHING[1:3]),
        ({"recipient": LANTERN.code}, []),
        ({"kind": "council"}, ["Disclosed"]),
        ({"kind": "health"}, []),
        ({"kind": ORGANISATION}, EVERYTHING[1:3]),
        ({"kind": LOG}, ["LogShipped"]),
        ({"reason": "housing"}, ["Disclosed"]),
        ({"reason": "nrm"}, []),
        ({"reason": TRANSFER}, EVERYTHING[1:3]),
        ({"reason": LOG_USE}, ["LogShipped"]),
        ({"since": TODAY}, EVERYTHING[:3]),
        ({"until": TODAY - timedelta(days=1)}, ["Disclosed"]),
        ({"since": TODAY - WEEK, "until": TODAY - WEEK}, ["Disclosed"]),
        ({"since": TODAY, "until": TODAY, "kind": ORGANISATION, "reason": TRANSFER}, EVERYTHING[1:3]),
        ({"unseen": frozenset({Strand.SUPPORT})}, EVERYTHING[:3]),
        ({"unseen": frozenset({Strand.INVESTIGATION})}, EVERYTHING),
    ],
)
def test_what_left_is_found_by_each_filter(world: World, asked: dict[str, object], expected: list[str]) -> None:
    case = given(world)
    assert found(world, world.national, **asked) == expected
    of_case = [each for each in expected if each != "LogShipped"]
    assert found(world, world.national, reference=case.reference, **asked) == of_case
    assert found(world, world.national, case=case.id, **asked) == of_case


def test_it_is_read_within_what_each_may_read_of_the_journal(world: World) -> None:
    mine = given(world)
    theirs = told(world, world.case(world.partner, LANTERN, (Strand.SUPPORT,)), world.partner, recipient=HARBOUR.code)
    assert found(world, world.auditor) == EVERYTHING[1:], "of its own organisation alone"
    assert found(world, world.partner, case=theirs.id) == ["Disclosed"]
    assert found(world, world.partner, case=mine.id) == []
    assert found(world, world.receiver, case=mine.id) == EVERYTHING[1:]
    assert found(world, world.stranger, reference=mine.reference) == []


def test_one_page_of_many_is_found_the_newest_first(world: World) -> None:
    case = world.case()
    for nth in range(27):
        case = told(world, case, world.sender, hour=nth / 60 + 1, id=DisclosureId(number(100 + nth)))
    with world.as_(world.national) as stores:
        page = stores.register.find(RegisterQuery(page=2))
    assert (page.number, page.total, len(page.items)) == (2, 27, 2)
    assert page.items[0].at > page.items[1].at == after(1)


def test_who_looked_and_what_for_is_counted_by_organisation_within_what_each_may_read(world: World) -> None:
    case = world.case()
    with world.as_(world.sender) as stores:
        for hour, purpose in ((1, "casework"), (2, "casework"), (3, "court")):
            event = viewed(case, world.sender, at=after(hour))
            stores.journal.write(new_entry(event, world.sender, purpose=purpose))
        refused = Refused(
            action=Action.CASE_VIEW, refusal="NotFound", reference=case.reference, at=after(4), by=world.sender.id
        )
        stores.journal.write(new_entry(refused, world.sender))
    for by in (world.sender, world.national):
        with world.as_(by) as stores:
            assert stores.register.looks(case.id) == (
                Looks(EASTMARCH.code, "casework", 2, after(1), after(2)),
                Looks(EASTMARCH.code, "court", 1, after(3), after(3)),
            )
    with world.as_(world.stranger) as stores:
        assert stores.register.looks(case.id) == ()


def test_the_answer_to_the_person_is_found_as_what_it_is(world: World) -> None:
    case = world.case()
    step = SarDelivered(
        case=case.id,
        at=after(1),
        by=world.sender.id,
        sar=SarId(number(83)),
        strand=Strand.SUPPORT,
        on=TODAY - WEEK,
        way="handed-over",
        decision="give",
        items=frozenset({"identity"}),
        regime=Regime.LAW_ENFORCEMENT,
    )
    after_it = case.take_step(step, strand=Strand.SUPPORT, by=actor_of(world.sender))
    with world.as_(world.sender) as stores:
        builders.keep_change(stores, after_it, case, by=EASTMARCH.code)
        builders.journal_changes(stores, after_it, world.sender)
    told(world, replace(after_it, events=()), world.sender, kind="person", hour=2, to_regime=None)
    assert found(world, world.national, kind=PERSON) == ["Disclosed", "SarDelivered"]
    assert found(world, world.national, reason=RIGHT_OF_ACCESS, until=TODAY - WEEK) == ["SarDelivered"]
    assert found(world, world.national, kind="council") == []
