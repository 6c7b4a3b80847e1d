"""Lines of the Elastic Common Schema: which fields, of which values, and that nothing else leaves."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casetrack.domain.actions import Action
from casetrack.domain.ids import EventId
from casetrack.exchange import ecs
from casetrack.services.journal import Purpose
from casetrack.services.shipping import Told
from tests.architecture.tree import ROOT
from tests.services import acts
from tests.services.acts import REVEALING
from tests.world import World

EVENT: Final = EventId(UUID("00000000-0000-4000-8000-00000000000e"))
AT: Final = datetime(2026, 11, 20, 9, 30, 0, 5_999, tzinfo=UTC)
ALLOWED: Final[Mapping[str, frozenset[str]]] = {
    "database": frozenset({"access", "change", "info", "error"}),
    "file": frozenset({"access", "change", "creation", "deletion", "info"}),
    "authentication": frozenset({"start", "end", "info"}),
    "session": frozenset({"start", "end", "info"}),
    "iam": frozenset({"admin", "change", "creation", "deletion", "group", "info", "user"}),
    "configuration": frozenset({"access", "change", "creation", "deletion", "info"}),
}
"""Which types are expected of each category (github.com/elastic/ecs, tag v9.4.0, schemas/event.yml)."""
FIELDS: Final = frozenset(
    {
        *("@timestamp", "ecs.version", "service.type", "service.name", "event.kind", "event.module", "event.dataset"),
        *("event.id", "event.sequence", "event.action", "event.category", "event.type", "event.outcome"),
        *("event.reason", "user.id", "user.roles", "user.target.id", "organization.id", "casetrack.event"),
        *("casetrack.log", "casetrack.case", "casetrack.transfer", "casetrack.purpose", "casetrack.client"),
    }
)


def said(payload: Mapping[str, Any], index: int = 7) -> dict[str, Any]:
    """The line of an entry with that payload, read."""
    line = ecs.line(Told(index, EVENT, AT, payload), "casetrack.test", "casetrack.test/audit/2")
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    read: dict[str, Any] = json.loads(line)
    return read


@pytest.mark.parametrize("action", Action)
def test_every_action_is_of_a_kind_that_the_schema_has(action: Action) -> None:
    categories, types = ecs.KINDS[action]
    assert set(types) <= frozenset().union(*(ALLOWED[category] for category in categories))
    assert all(ALLOWED[category].intersection(types) for category in categories)


def test_a_line_says_who_did_what_when_by_ids_and_codes() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    opened = acts.events(world, "CaseOpened")[0]
    worker = acts.account("worker")
    assert said(opened) == {
        "@timestamp": "2026-11-20T09:30:00.005Z",
        "ecs.version": "9.4.0",
        "service.type": "casetrack",
        "service.name": "casetrack.test",
        "event.kind": "event",
        "event.module": "casetrack",
        "event.dataset": "casetrack.audit",
        "event.id": str(EVENT),
        "event.sequence": 7,
        "casetrack.log": "casetrack.test/audit/2",
        "event.action": "case:open",
        "event.category": ["database"],
        "event.type": ["change"],
        "event.outcome": "success",
        "user.id": str(worker),
        "user.roles": ["support_worker"],
        "organization.id": "north",
        "casetrack.event": "CaseOpened",
        "casetrack.case": str(case.id),
        "casetrack.purpose": "casework",
    }


def test_what_was_refused_says_by_which_rule_and_not_what_was_asked_for() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    line = said(
        {
            **acts.events(world)[0],
            "event": "Refused",
            "outcome": "refused",
            "refusal": "NotFound",
            "detail": {"refusal": "NotFound", "reference": case.reference},
        }
    )
    assert (line["event.outcome"], line["event.reason"]) == ("failure", "NotFound")
    assert case.reference not in json.dumps(line)


def test_nothing_that_somebody_typed_or_that_a_case_goes_by_is_in_any_line() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    with world.work("worker", Purpose(REVEALING.code, "Canary rang about it.")) as work:
        work.look(work.open(case.reference, to=Action.CASE_VIEW), Action.CASE_VIEW)
    acts.recorded(world, case, note="Canary")
    lines = "".join(json.dumps(said(payload)) for payload in acts.events(world))
    assert "Canary" not in lines
    assert "Testa" not in lines
    assert case.reference not in lines
    assert case.pseudonym not in lines


def test_whose_account_it_was_about_and_where_a_try_came_from_are_told_as_ids() -> None:
    refused = {"event": "SignInRefused", "action": "session:open", "outcome": "refused", "refusal": "SignInFailed"}
    line = said({**refused, "actor": None, "client": "", "detail": {"account": str(EVENT), "source": "ab12"}})
    assert "user.id" not in line
    assert (line["user.target.id"], line["casetrack.client"]) == (str(EVENT), "ab12")


SAID: Final = st.text(max_size=8)
ANYTHING: Final = st.one_of(
    st.none(), SAID, st.integers(), st.dictionaries(SAID, SAID, max_size=3), st.lists(SAID, max_size=3)
)
NAMES: Final = ("action", "actor", "outcome", "role", "detail", "words", "shown", "fields", "case", "other")


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(NAMES, ANYTHING)))
def test_whatever_a_payload_says_only_those_fields_leave(payload: dict[str, Any]) -> None:
    assert said(payload).keys() <= FIELDS


def test_the_specification_names_each_field_and_each_category_and_no_other() -> None:
    told = (ROOT / "docs/formats/ecs.md").read_text(encoding="utf-8").partition("## 3")[0]
    cells = [line.split("|")[1] for line in told.splitlines() if line.startswith("|")]
    named = {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)} - {"event.category"}
    assert named == FIELDS - {"event.category"} | {category for kinds in ecs.KINDS.values() for category in kinds[0]}
    assert f"Elastic Common Schema {ecs.VERSION.rpartition('.')[0]}." in told


def test_an_action_that_there_is_not_is_of_no_kind() -> None:
    line = said({"action": "moon:visit", "outcome": "perhaps"})
    assert "event.category" not in line
    assert (line["event.action"], line["event.outcome"]) == ("moon:visit", "unknown")


def test_of_which_entry_a_line_is_can_be_read_again() -> None:
    line = ecs.line(Told(7, EVENT, AT, {}), "casetrack.test", "casetrack.test/audit")
    assert ecs.read_place(line) == ecs.Place("casetrack.test/audit", 7, EVENT)


@pytest.mark.parametrize("line", [b"", b"{", b"[]", b"null", b"{}", b'{"event.sequence": 1}', b"\xff", b"[" * 100_000])
def test_what_is_no_line_of_these_is_of_no_entry(line: bytes) -> None:
    assert ecs.read_place(line) is None


@pytest.mark.parametrize("index", ["1e400", "-1", "true", "1.0", '"1"', "null"])
def test_a_line_whose_index_is_none_is_of_no_entry(index: str) -> None:
    line = ecs.line(Told(7, EVENT, AT, {}), "casetrack.test", "casetrack.test/audit")
    assert ecs.read_place(line.replace(b'"event.sequence": 7', f'"event.sequence": {index}'.encode())) is None
