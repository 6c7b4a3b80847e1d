"""The forms that seals are made over: what was signed once must be made again for ever."""

import json
from dataclasses import replace
from datetime import date, timedelta, timezone
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest

from casetrack.crypto.seals import Seal
from casetrack.domain.case import Areas, Case
from casetrack.domain.errors import IntegrityBroken
from casetrack.domain.holdings import Holdings, Part
from casetrack.domain.ids import CaseId
from casetrack.domain.references import Pseudonym, Reference
from casetrack.services.ports import CaseKey, Outlook
from casetrack.services.seals import (
    FIRST,
    canonical_case,
    canonical_holding,
    canonical_transfer,
    check_holding,
    check_signature,
    form_of,
)
from casetrack.services.transfers import accept_transfer
from tests.domain import made
from tests.domain.made import EASTMARCH, LANTERN, NORTHMARCH
from tests.services import acts
from tests.services.acts import SUPPORT, kept
from tests.services.watched import Watched
from tests.world import NAME, NORTH, SOUTH, World

OUTLOOK = Outlook(
    phase="recover",
    due_support=date(2026, 3, 4),
    due_investigation=None,
    milestone_support="plan-review",
    milestone_investigation=None,
    do_now_support=True,
    do_now_investigation=False,
    waiting=False,
    high_risk=True,
)


def a_case_of_every_kind() -> tuple[Case, list[CaseKey], list[tuple[UUID, bytes, int | None]]]:
    """A case, with keys and values, that is the same each time."""
    case = made.opened(EASTMARCH).record(made.met("risk-assessed", "high", hour=1), by=made.actor(EASTMARCH))
    case = replace(made.moved(case, LANTERN, SUPPORT), areas=Areas(NORTHMARCH.code, None, EASTMARCH.code))
    keys = [
        CaseKey(case.id, Part.IDENTITY, 1, bytes(range(32)), retired=True),
        CaseKey(case.id, Part.IDENTITY, 5, bytes(32)),
    ]
    return case, keys, [(made.number(31), bytes(32), None), (made.number(30), bytes(range(32)), 4)]


def test_the_form_of_a_case_is_frozen() -> None:
    case, keys, values = a_case_of_every_kind()

    form = canonical_case(case, keys, values, OUTLOOK, bytes(range(32)))

    assert sha256(form).hexdigest() == "a2bcd4329e8f3579d25f163609a493439160877ccb9f077fbc32f54ac710e30c"


def test_the_form_of_a_holding_is_frozen() -> None:
    case, *_ = a_case_of_every_kind()

    forms = b"".join(canonical_holding(case, row) for row in case.holdings.rows)

    assert sha256(forms).hexdigest() == "06db0d572ca970b502b87d56f960294c1704426963589a865a7258254dd1ef19"


def test_the_form_of_an_offer_is_frozen() -> None:
    offer = made.offered(made.opened(EASTMARCH), LANTERN, SUPPORT).decline(
        "not-our-area", by=made.actor(LANTERN), at=made.after(2)
    )

    forms = [canonical_transfer(offer, bytes(32), b"preview", answer, FIRST) for answer in (None, b"answer")]

    assert [sha256(form).hexdigest() for form in forms] == [
        "cdc7698b561b870fc0a72399daf51cadc97216b99301d5204988f9acd7845d88",
        "86e04f83cef7dc7960fec6a87eb0b4445eb69b3fcea1ba08e4e0cb42df2a40a5",
    ]


def test_a_form_says_what_it_is_and_follows_on_the_one_before() -> None:
    world = World.in_memory()
    case = acts.recorded(world, acts.opened(world))
    form = json.loads(form_of(acts.kept_case(world, case)))

    assert (form["v"], form["kind"], form["id"], form["version"]) == (1, "case", str(case.id), case.version)
    assert form["previous"] == acts.kept_case(world, case).seal.previous.hex()


def test_a_form_does_not_depend_on_the_order_in_which_rows_were_read() -> None:
    case, keys, values = a_case_of_every_kind()
    turned = replace(case, holdings=Holdings(case.holdings.rows[::-1]), records=case.records[::-1])

    form = canonical_case(case, keys, values, OUTLOOK, FIRST)
    assert canonical_case(turned, keys[::-1], values[::-1], OUTLOOK, FIRST) == form


def test_an_instant_is_the_same_in_a_form_whatever_zone_it_was_told_in() -> None:
    case, keys, values = a_case_of_every_kind()
    elsewhere = replace(case, opened_at=case.opened_at.astimezone(timezone(timedelta(hours=1))))

    assert elsewhere.opened_at.isoformat() != case.opened_at.isoformat()
    assert canonical_case(elsewhere, keys, values, OUTLOOK, FIRST) == canonical_case(case, keys, values, OUTLOOK, FIRST)


def test_each_seal_of_a_case_follows_on_the_one_before_it_from_none() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    first = acts.kept_case(world, case).seal
    acts.recorded(world, case)
    second = acts.kept_case(world, case).seal

    assert (first.previous, second.previous) == (FIRST, first.digest)


def test_each_holding_that_begins_or_ends_has_a_seal_of_whoever_changed_it() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    offer = acts.offered(world, case, SOUTH, SUPPORT)

    with world.work("receiving-lead") as work:
        cases = Watched(work.stores.cases)
        work.stores = replace(work.stores, cases=cases)
        accept_transfer(work, offer.id, worker=acts.account("receiver"), seen=None)
        for row, seal in cases.changed:
            check_signature(canonical_holding(case, row), seal, NAME, work.trust.current(SOUTH.code))

    afterwards = acts.kept_case(world, case).case.holdings
    assert {row for row, _ in cases.changed} == {*afterwards.rows} - {*case.holdings.rows}
    assert len(cases.changed) == 5


CHANGED: dict[str, dict[str, Any]] = {
    "its case": {"case": CaseId(made.number(1))},
    "the reference of its case": {"reference": Reference("CT-0000-0000")},
    "when its case was opened": {"opened_at": made.after(9)},
    "what its case was called": {"pseudonym": Pseudonym("another name")},
    "its holder": {"holding": replace(made.opened(EASTMARCH).holdings.rows[0], holder=LANTERN.code)},
    "who sealed it": {"seal": replace(Seal(NORTH.code, 1, b""), holder=SOUTH.code)},
}


@pytest.mark.parametrize("changed", CHANGED)
def test_the_seal_of_a_holding_covers_what_its_case_goes_by(changed: str) -> None:
    world = World.in_memory()
    case = acts.opened(world)
    holding = kept(world).holdings[case.id, 0]
    sealer = kept(world).keysets[NORTH.code, 1].public

    check_holding(holding, NAME, sealer)
    with pytest.raises(IntegrityBroken):
        check_holding(replace(holding, **CHANGED[changed]), NAME, sealer)
