"""What can happen: each event says what, in ids, codes and dates, and never in anybody's words."""

import json
import pkgutil
import re
from collections.abc import Iterable
from dataclasses import MISSING, FrozenInstanceError, fields
from datetime import date, datetime
from types import NoneType, UnionType
from typing import Any, Final, NewType, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casetrack import domain
from casetrack.domain import door_events, events, key_events
from casetrack.domain.actions import Action
from casetrack.domain.case import IdentityState
from casetrack.domain.event_kinds import KINDS, ROOMS
from casetrack.domain.events import COMMON, Event, Operation
from casetrack.domain.holdings import Strand
from casetrack.domain.ids import AccountId, CaseId, HolderCode, RecordId
from tests.domain.made import EASTMARCH, NINE, NORTHMARCH, SUPPORT, actor, after, met, number, offered, opened, taken

ID, CODE, CODES, DATE, NUMBER, YES_OR_NO = "id", "code", "codes", "date", "number", "yes or no"

DETAIL: Final[dict[str, dict[str, str]]] = {
    "CaseOpened": {"strands": CODES, "holder": ID, "nation": CODE, "age_group": CODE},
    "CasePlaced": {"exploitation": ID, "home": ID, "encounter": ID},
    "WorkerAssigned": {"strand": CODE, "worker": ID},
    "IdentityRecorded": {"state": CODE, "labels": CODES, "cleared": CODES},
    "ContactRecorded": {"labels": CODES, "cleared": CODES},
    "MilestoneRecorded": {"record": ID, "code": CODE, "state": CODE, "outcome": CODE, "happened": DATE},
    "MilestoneReopened": {"record": ID, "code": CODE},
    "FileAttached": {"file": ID, "strand": CODE, "digest": CODE},
    "Disclosed": {
        "disclosure": ID,
        "strand": CODE,
        "on": DATE,
        "kind": CODE,
        "recipient": ID,
        "reason": CODE,
        "basis": CODE,
        "from_regime": CODE,
        "to_regime": CODE,
        "parts": CODES,
    },
    "SarRecorded": {"sar": ID, "strand": CODE, "asker": CODE, "received": DATE, "due": DATE, "regime": CODE},
    "SarChecked": {"sar": ID, "strand": CODE, "way": CODE, "interpreter": CODE},
    "SarExtended": {"sar": ID, "strand": CODE, "reason": CODE, "due": DATE},
    "SarRestricted": {"sar": ID, "strand": CODE, "item": CODE, "ground": CODE},
    "SarDecided": {"sar": ID, "strand": CODE, "decision": CODE, "items": CODES, "grounds": CODES},
    "SarDelivered": {
        "sar": ID,
        "strand": CODE,
        "on": DATE,
        "way": CODE,
        "decision": CODE,
        "items": CODES,
        "regime": CODE,
    },
    "SarWithdrawn": {"sar": ID, "strand": CODE},
    "SarCopied": {"sar": ID, "items": CODES, "notes": NUMBER},
    "CaseClosed": {"reason": CODE},
    "CaseReopened": {},
    "StrandBegun": {"strand": CODE, "holder": ID, "reason": CODE},
    "HandedOff": {"strands": CODES, "from_holder": ID, "to_holder": ID, "parts": CODES, "worker": ID},
    "TransferSent": {"to_holder": ID, "strands": CODES, "reason": CODE, "already_moved": YES_OR_NO},
    "TransferSeen": {"first": YES_OR_NO},
    "TransferAccepted": {"strands": CODES},
    "TransferDeclined": {"reason": CODE},
    "TransferWithdrawn": {},
    "Consulted": {"filters": CODES, "labels": CODES, "values": NUMBER},
    "Revealed": {"labels": CODES},
    "FileOpened": {"file": ID},
    "NoteWritten": {"note": ID, "strand": CODE, "corrects": NUMBER},
    "NoteOpened": {"note": ID, "version": NUMBER, "labels": CODES},
    "WordsKept": {"found": CODES, "reason": CODE},
    "NamesShown": {"page": NUMBER},
    "SearchBegun": {"indexes": CODES},
    "PeopleSearched": {"indexes": CODES, "marks": CODES, "opened": NUMBER},
    "LogOpened": {"use": CODE, "filters": CODES, "entries": NUMBER},
    "LogExported": {"use": CODE, "scope": CODES, "size": NUMBER, "entries": NUMBER, "manifest": CODE},
    "LogShipped": {"after": NUMBER},
    "CheckpointCosigned": {"size": NUMBER, "witness": CODE},
    "LogReopened": {
        "old_origin": CODE,
        "origin": CODE,
        "entries": NUMBER,
        "root": CODE,
        "checkpoint": CODE,
        "held": CODE,
    },
    "Refused": {"refusal": CODE, "reference": CODE},
    "SignedIn": {"account": ID, "auth": CODE},
    "SignInRefused": {"account": ID, "refusal": CODE, "source": CODE},
    "SignedOut": {},
    "AccountCreated": {"account": ID, "role": CODE, "holder": ID, "form": CODE},
    "AccountClosed": {"account": ID, "epoch": NUMBER, "form": CODE},
    "AccountReset": {"account": ID, "epoch": NUMBER, "form": CODE},
    "PasswordSet": {"account": ID, "epoch": NUMBER, "form": CODE},
    "PasswordChanged": {"account": ID, "epoch": NUMBER, "form": CODE},
    "PasswordRehashed": {"account": ID, "form": CODE},
    "TokenCreated": {"account": ID, "token": CODE, "until": DATE, "form": CODE},
    "TokenRevoked": {"token": CODE, "form": CODE},
    "QuotaRaised": {"account": ID, "until": DATE},
    "KeysetMade": {"holder": ID, "version": NUMBER, "fingerprint": CODE},
    "KeysetRenewed": {"holder": ID, "version": NUMBER, "fingerprint": CODE},
    "KeysRewrapped": {"holder": ID, "version": NUMBER, "rows": NUMBER, "left": NUMBER},
    "Proposed": {"kind": CODE, "subject": CODE, "rule": CODE, "reason": CODE, "to_holder": ID},
    "ProposalApproved": {"kind": CODE},
    "ProposalRefused": {"kind": CODE},
    "ProposalWithdrawn": {"kind": CODE},
    "HoldSet": {"reason": CODE},
    "HoldLifted": {"agreed": ID},
    "CaseErased": {"rule": CODE, "reason": CODE, "repeated": YES_OR_NO},
    "KeysetDestroyed": {"holder": ID, "version": NUMBER, "fingerprint": CODE, "agreed": ID},
    "DoorsSealed": {"version": NUMBER, "rows": NUMBER, "left": NUMBER},
    "RootMoved": {"holder": ID, "provider": CODE, "versions": NUMBER},
    "TagsRemade": {"holder": ID, "version": NUMBER, "rows": NUMBER, "left": NUMBER},
    "CaseKeysRenewed": {"holder": ID, "keyset": NUMBER, "parts": CODES},
    "LogKeyFollowed": {"old_key": CODE, "new_key": CODE, "statement": CODE},
    "LogKeyEnded": {"old_key": CODE, "new_key": CODE, "statement": CODE},
    "SurnamesCompared": {},
    "AccessReviewed": {"disposition": CODE, "of_day": YES_OR_NO, "entries": NUMBER},
}
"""The detail of every event, in its order, and what each field holds.

Once released a field is not renamed, and a new one goes at the end. One that holds a string stands here only if it is a
code of a list, a label that the code declares, or what casetrack made itself: a reference, a fingerprint, a digest, a
token's id, the keyed hash of an address.
"""

TOUCHED: Final = {
    "CaseOpened": "status",
    "CasePlaced": "areas",
    "WorkerAssigned": "worker",
    "IdentityRecorded": "identity",
    "ContactRecorded": "contact",
    "MilestoneRecorded": "milestone:code",
    "MilestoneReopened": "milestone:code",
    "FileAttached": f"file:{number(7)}",
    "NoteWritten": f"note:{number(7)}",
    "Disclosed": f"disclosure:{number(7)}",
    **dict.fromkeys(
        ("SarRecorded", "SarChecked", "SarExtended", "SarRestricted", "SarDecided", "SarDelivered", "SarWithdrawn"),
        f"sar:{number(7)}",
    ),
    "CaseClosed": "status",
    "CaseReopened": "status",
    "StrandBegun": "holdings",
    "HandedOff": "holdings",
    "CaseKeysRenewed": "keys",
    "CaseErased": "status",
}
"""What changes a case, and the part of it that two people may not change at once."""

TO_THE_PERSON: Final = {"SarDelivered"}
"""What is disclosed to the person themselves, who is no organisation."""

SAMPLES: Final[dict[object, object]] = {
    str: "code",
    int: 3,
    bool: True,
    date: date(2026, 11, 2),
    datetime: NINE,
    UUID: number(7),
    Action: Action.CASE_VIEW,
}


def plain(hint: object) -> object:
    """The type underneath a name for it."""
    return plain(hint.__supertype__) if isinstance(hint, NewType) else hint


def parts(hint: object) -> list[object]:
    """The types that a field may hold, without None."""
    listed = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    return [each for each in listed if each is not NoneType]


def held(hint: object) -> str:
    """What a field of that type holds, as far as a type can tell."""
    (only,) = parts(hint)
    if get_origin(only) in (frozenset, tuple):
        return CODES
    if isinstance(only, NewType):
        return ID
    told: dict[object, str] = {str: CODE, date: DATE, datetime: DATE, int: NUMBER, bool: YES_OR_NO}
    return told[only]


def sample(hint: object) -> object:
    """Something that a field of that type may hold."""
    (only,) = parts(hint)
    if get_origin(only) in (frozenset, tuple):
        return get_origin(only)([SAMPLES[plain(get_args(only)[0])]])  # type: ignore[misc]  # a frozenset or a tuple, as above
    return SAMPLES[plain(only)]


def made(kind: type[Event]) -> Event:
    """An event of that kind, with something in every field."""
    hints = get_type_hints(kind)
    given: dict[str, Any] = {each.name: sample(hints[each.name]) for each in fields(kind) if each.init}
    return kind(**given)


def test_every_module_of_events_is_known() -> None:
    there = {module.name for module in pkgutil.iter_modules(domain.__path__) if module.name.endswith("events")}
    assert {room.__name__.rpartition(".")[2] for room in ROOMS} == there


def test_every_event_is_known_here() -> None:
    assert KINDS.keys() == DETAIL.keys()


@pytest.mark.parametrize("name", DETAIL)
def test_the_detail_of_an_event_holds_only_ids_codes_dates_and_numbers(name: str) -> None:
    hints = get_type_hints(KINDS[name])
    own = [each.name for each in fields(KINDS[name]) if each.name not in COMMON]

    assert own == list(DETAIL[name])
    assert {each: held(hints[each]) for each in own} == DETAIL[name]
    assert list(made(KINDS[name]).detail()) == own


@pytest.mark.parametrize("name", DETAIL)
def test_the_detail_of_an_event_is_plain_enough_for_any_reader(name: str) -> None:
    detail = dict(made(KINDS[name]).detail())

    assert json.loads(json.dumps(detail)) == detail


def strings(detail: Iterable[object]) -> Iterable[str]:
    for value in detail:
        if isinstance(value, list):
            yield from strings(value)
        elif isinstance(value, str):
            yield value


def test_what_a_case_and_an_offer_write_down_reads_as_codes() -> None:
    case = opened().record(met("met-in-person", "in_person"), by=actor(EASTMARCH))
    case = case.record_identity(IdentityState.GIVEN, ["given_name"], by=actor(EASTMARCH), at=after(1))
    offer = offered(case, NORTHMARCH).see(by=actor(NORTHMARCH), at=after(2))
    written = [
        *taken(case, offer, NORTHMARCH).events,
        *offer.decline("not-our-area", by=actor(NORTHMARCH), at=NINE).events,
    ]

    for event in written:
        assert all(re.fullmatch(r"[A-Za-z0-9_:+-]+( [A-Z][a-z]+)*", text) for text in strings(event.detail().values()))


@given(st.frozensets(st.sampled_from(Strand)))
def test_the_same_event_has_the_same_detail_however_its_sets_are_ordered(strands: frozenset[Strand]) -> None:
    event = events.TransferAccepted(at=NINE, by=None, strands=frozenset(strands))

    assert event.detail() == {"strands": sorted(each.value for each in strands)}


def test_ids_codes_dates_and_nothing_at_all_are_each_written_in_their_own_way() -> None:
    event = events.MilestoneRecorded(
        at=NINE, by=None, record=RecordId(number(7)), code="met-in-person", state="met", outcome=None, happened=NINE
    )

    assert event.detail() == {
        "record": "00000000-0000-0000-0000-000000000007",
        "code": "met-in-person",
        "state": "met",
        "outcome": None,
        "happened": "2026-11-02T09:00:00+00:00",
    }
    token = door_events.TokenCreated(
        at=NINE, by=None, account=AccountId(number(7)), token="abc", until=date(2026, 12, 1), form="def"
    )
    assert token.detail()["until"] == "2026-12-01"


# Aspects


@pytest.mark.parametrize("name", DETAIL)
def test_what_changes_a_case_names_the_part_that_it_touches_and_nothing_else_does(name: str) -> None:
    event = made(KINDS[name])

    assert event.changes_case is (name in TOUCHED)
    assert event.touches == TOUCHED.get(name, "")


def test_two_milestones_of_a_case_are_two_parts_of_it() -> None:
    first, second = (opened().record(met(code), by=actor(EASTMARCH)).events[-1] for code in ("first", "second"))

    assert (first.touches, second.touches) == ("milestone:first", "milestone:second")


# What the law asks of the log


@pytest.mark.parametrize("name", DETAIL)
def test_what_is_disclosed_is_disclosed_to_somebody(name: str) -> None:
    event = made(KINDS[name])

    is_to_one = bool(event.recipients) or name in TO_THE_PERSON
    assert (Operation.DISCLOSURE in event.operations) is is_to_one
    assert all(isinstance(operation, Operation) for operation in event.operations)


@pytest.mark.parametrize("name", DETAIL)
def test_only_a_list_shows_the_cases_of_several_people(name: str) -> None:
    event = made(KINDS[name])

    assert event.shown == ((CaseId(number(7)),) if name in {"Consulted", "NamesShown", "PeopleSearched"} else ())
    assert event.shown == () or "cases" not in event.detail()


@pytest.mark.parametrize("name", DETAIL)
def test_an_event_says_which_action_it_came_of_and_the_event_of_one_action_cannot_say_another(name: str) -> None:
    action = next(each for each in fields(KINDS[name]) if each.name == "action")
    of_any_action = {"Consulted", "Revealed", "LogOpened", "Refused", "WordsKept", "Proposed"}

    assert action.init is (name in of_any_action)
    assert (action.default is MISSING) is (name in of_any_action)
    assert isinstance(made(KINDS[name]).action, Action)


@pytest.mark.parametrize("name", DETAIL)
def test_what_happened_is_not_changed_afterwards(name: str) -> None:
    with pytest.raises(FrozenInstanceError):
        made(KINDS[name]).at = after(1)  # type: ignore[misc]  # what mypy refuses is refused when it runs, too


def test_the_service_itself_may_be_the_one_that_did_it() -> None:
    event = key_events.KeysetMade(at=NINE, by=None, holder=HolderCode("eastmarch"), version=1, fingerprint="00ff")

    assert event.by is None
    assert event.detail() == {"holder": "eastmarch", "version": 1, "fingerprint": "00ff"}


def test_the_six_kinds_of_processing_are_those_of_the_law() -> None:
    assert [operation.value for operation in Operation] == [
        "collection",
        "alteration",
        "consultation",
        "disclosure",
        "combination",
        "erasure",
    ]


def test_sending_support_alone_says_so() -> None:
    assert offered(opened(), NORTHMARCH, SUPPORT).events[-1].detail()["strands"] == ["support"]
