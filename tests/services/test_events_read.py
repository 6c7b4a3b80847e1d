"""Whoever can edit the table of events can leave anything there: it is named, and stops nobody who looks."""

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any, Final
from uuid import UUID

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from casetrack.domain.event_kinds import KINDS
from casetrack.services.events_read import EventsRead
from casetrack.services.evidence import KeptEvent
from casetrack.services.findings import About
from casetrack.services.verifying_trust import vet
from tests.services import acts, agreed
from tests.services.everything import Everything, believed
from tests.world import SOUTH, World

STRANGER: Final = UUID(int=7)
UNREADABLE: Final = "Its payload cannot be read."
NUMBERS: Final = st.one_of(st.integers(), st.integers(-(10**400), 10**400), st.floats(), st.booleans())
TEXTS: Final = st.one_of(
    st.text(max_size=8),
    st.sampled_from(["\u0661", "\u0967" * 32, "\ud800", "\x1b[2K\r", str(STRANGER), "north", "9" * 5000]),
    st.uuids().map(str),
)
VALUES: Final = st.recursive(
    st.none() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
IN_DETAIL: Final = (
    *("account", "agreed", "code", "digest", "epoch", "file", "fingerprint", "holder", "keyset", "note"),
    *("reference", "repeated", "statement", "token", "version"),
)
KIND: Final = st.sampled_from(sorted(KINDS))
DETAILS: Final = st.fixed_dictionaries({}, optional=dict.fromkeys(IN_DETAIL, VALUES)) | VALUES
SHAPED: Final = st.fixed_dictionaries(
    {"event": KIND | KIND.map(lambda kind: [kind]) | KIND.map(lambda kind: {kind: kind}) | VALUES, "detail": DETAILS},
    optional=dict.fromkeys(
        ("at", "case", "transfer", "proposal", "hold", "seal_digest", "shown", "holders_then"), VALUES
    ),
)
"""What looks like an event at least."""
PAYLOADS: Final = st.one_of(
    st.binary(max_size=16),
    st.builds(
        lambda said, form: json.dumps(said).encode(form),
        SHAPED | VALUES,
        st.sampled_from(["utf-8", "utf-16", "utf-32"]),
    ),
)


@cache
def lived() -> World:
    """A world in which a case was erased and another was offered; no test changes it, only copies of its rows."""
    world = World.in_memory()
    agreed.erased(world)
    acts.offered(world, acts.opened(world), SOUTH)
    return world


def waiting(made: KeptEvent, payload: Mapping[str, Any]) -> KeptEvent:
    """The same event with that payload, as it waits for its place in the log."""
    return replace(made, payload=json.dumps(payload).encode(), leaf=None, number=None, queued_at=made.at)


@cache
def whole() -> Everything:
    """Its rows, as nobody touched them."""
    return Everything.of(lived())


def planted(payload: bytes, **columns: Any) -> tuple[Everything, KeptEvent]:  # noqa: ANN401 - the fields of an event
    """The same rows, and the row of an event that waits for its place in the log."""
    made = whole().journal[whole().event("KeysetMade")]
    event = replace(made, id=STRANGER, payload=payload, leaf=None, number=None, queued_at=lived().now, **columns)
    return replace(whole(), journal=[*whole().journal, event]), event


COLUMNS: Final = st.fixed_dictionaries(
    {},
    optional={
        "case": st.sampled_from([None, STRANGER]) | st.deferred(lambda: st.sampled_from(_cases())),
        "case_version": st.none() | st.integers(-(2**31), 2**31),
        "aggregate": st.sampled_from([None, STRANGER]),
        "step": st.none() | st.integers(-(2**31), 2**31),
    },
)


def _cases() -> list[UUID]:
    return [*(kept.stone.case for kept in whole().stones), *(kept.case.id for kept in whole().files)]


@settings(deadline=None, max_examples=60)
@given(PAYLOADS, COLUMNS)
@example(b'{"event":["KeysetMade"],"detail":{}}', {})
@example(b'{"event":{"KeysetMade":1},"detail":null}', {})
@example(b"[" * 100_000, {})
@example(b'{"event":"KeysetMade","detail":{"version":' + b"9" * 5000 + b"}}", {})
def test_whatever_stands_in_a_payload_the_event_is_named_and_nobody_is_stopped(
    payload: bytes, columns: Mapping[str, Any]
) -> None:
    everything, event = planted(payload, **columns)

    assert list(EventsRead().wrong_with(event))
    for found in (everything.found(lived()), vet(everything, believed(lived())).findings):
        assert any((each.about, each.name) == (About.EVENT, str(STRANGER)) for each in found)
        assert "".join(map(str, found)).isprintable()


@pytest.mark.parametrize("event", [["KeysetMade"], {"KeysetMade": 1}, "", None, 1, True, [], {}], ids=repr)
def test_a_kind_of_event_that_is_no_name_is_the_events_own_fault(event: object) -> None:
    made = whole().journal[whole().event("KeysetMade")]
    payload = {**json.loads(made.payload), "event": event}
    read = EventsRead()
    said = list(read.wrong_with(waiting(made, payload)))

    assert said == ["It was changed in the database. Not as recorded: aspect.", UNREADABLE]
    assert not read.keysets


@pytest.mark.parametrize("detail", [None, [], "text", 1], ids=repr)
def test_an_event_without_what_is_told_of_it_is_named(detail: object) -> None:
    made = whole().journal[whole().event("CaseOpened")]
    payload = {**json.loads(made.payload), "detail": detail}
    said = EventsRead().wrong_with(waiting(made, payload))

    assert list(said) == [UNREADABLE]


def test_an_erasure_that_changed_no_case_is_named_and_stops_nobody() -> None:
    (stone,) = whole().stones
    told = whole().journal[whole().event("CaseErased")]
    others = [event for event in whole().journal if event.case != stone.stone.case]
    everything = replace(whole(), journal=[*others, replace(told, case_version=None)])

    assert any(f"Event {told.id}: " in each for each in everything.findings(lived()))
    assert f"Erasure {stone.stone.case}: The journal does not know of it." in everything.findings(lived())
