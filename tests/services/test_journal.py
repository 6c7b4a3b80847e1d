"""What the log keeps of what happened: ids, codes and dates; never what somebody typed, never who the person is."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256

import pytest
import rfc8785

from casetrack.audit.entry import Entry
from casetrack.audit.errors import PayloadChanged
from casetrack.audit.verify import verify_payload
from casetrack.crypto.errors import CannotOpen
from casetrack.domain import disclosure_events, door_events, key_events, log_events, sar_events, unusual_events
from casetrack.domain import events as domain_events
from casetrack.domain.actors import Auth, Role
from casetrack.domain.errors import NotFound
from casetrack.domain.events import Event, Operation
from casetrack.domain.holders import AUDIT_DESK
from casetrack.services.audit import Use, search_audit
from casetrack.services.caseload import everything
from casetrack.services.cases import list_cases, view_case
from casetrack.services.events_read import BESIDE
from casetrack.services.journal import shown_digest
from casetrack.services.lists import LogQuery
from casetrack.services.ports import JournalEntry
from casetrack.services.transfers import see_transfer, withdraw_transfer
from tests.services import acts
from tests.services.a_day import ANSWER, REASON, TYPED, a_full_day
from tests.services.acts import SUPPORT, kept, read
from tests.world import CHARITY, HOLDERS, NORTH, SOUTH, World

KEYS = [
    *("action", "actor", "at", "auth", "case", "case_version", "client", "detail", "entry", "event", "fields", "hold"),
    "holder",
    *("holders_then", "object", "operations", "outcome", "prev_change_of_case", "proposal", "purpose", "recipients"),
    *("refusal", "role", "seal_digest", "session", "shown", "step", "transfer", "v", "words"),
]
DETAILS: dict[str, list[str]] = {
    "AccessReviewed": ["disposition", "entries", "of_day"],
    "AccountClosed": ["account", "epoch", "form"],
    "AccountCreated": ["account", "form", "holder", "role"],
    "AccountReset": ["account", "epoch", "form"],
    "CaseClosed": ["reason"],
    "CaseOpened": ["age_group", "holder", "nation", "strands"],
    "CasePlaced": ["encounter", "exploitation", "home"],
    "CaseReopened": [],
    "Consulted": ["filters", "labels", "values"],
    "ContactRecorded": ["cleared", "labels"],
    "Disclosed": [
        *("basis", "disclosure", "from_regime", "kind", "on", "parts", "reason", "recipient", "strand", "to_regime")
    ],
    "SarRecorded": ["asker", "due", "received", "regime", "sar", "strand"],
    "SarChecked": ["interpreter", "sar", "strand", "way"],
    "SarExtended": ["due", "reason", "sar", "strand"],
    "SarRestricted": ["ground", "item", "sar", "strand"],
    "SarDecided": ["decision", "grounds", "items", "sar", "strand"],
    "SarDelivered": ["decision", "items", "on", "regime", "sar", "strand", "way"],
    "SarWithdrawn": ["sar", "strand"],
    "SarCopied": ["items", "notes", "sar"],
    "FileAttached": ["digest", "file", "strand"],
    "FileOpened": ["file"],
    "NoteWritten": ["corrects", "note", "strand"],
    "NoteOpened": ["labels", "note", "version"],
    "WordsKept": ["found", "reason"],
    "HandedOff": ["from_holder", "parts", "strands", "to_holder", "worker"],
    "IdentityRecorded": ["cleared", "labels", "state"],
    "KeysetMade": ["fingerprint", "holder", "version"],
    "KeysetRenewed": ["fingerprint", "holder", "version"],
    "KeysRewrapped": ["holder", "left", "rows", "version"],
    "KeysetDestroyed": ["agreed", "fingerprint", "holder", "version"],
    "DoorsSealed": ["left", "rows", "version"],
    "RootMoved": ["holder", "provider", "versions"],
    "TagsRemade": ["holder", "left", "rows", "version"],
    "CaseKeysRenewed": ["holder", "keyset", "parts"],
    "LogKeyFollowed": ["new_key", "old_key", "statement"],
    "LogKeyEnded": ["new_key", "old_key", "statement"],
    "LogOpened": ["entries", "filters", "use"],
    "LogExported": ["entries", "manifest", "scope", "size", "use"],
    "LogShipped": ["after"],
    "CheckpointCosigned": ["size", "witness"],
    "LogReopened": ["checkpoint", "entries", "held", "old_origin", "origin", "root"],
    "MilestoneRecorded": ["code", "happened", "outcome", "record", "state"],
    "MilestoneReopened": ["code", "record"],
    "NamesShown": ["page"],
    "PasswordChanged": ["account", "epoch", "form"],
    "PasswordRehashed": ["account", "form"],
    "PasswordSet": ["account", "epoch", "form"],
    "PeopleSearched": ["indexes", "marks", "opened"],
    "ProposalApproved": ["kind"],
    "Proposed": ["kind", "reason", "rule", "subject", "to_holder"],
    "QuotaRaised": ["account", "until"],
    "Refused": ["reference", "refusal"],
    "Revealed": ["labels"],
    "SearchBegun": ["indexes"],
    "SignInRefused": ["account", "refusal", "source"],
    "SignedIn": ["account", "auth"],
    "SignedOut": [],
    "StrandBegun": ["holder", "reason", "strand"],
    "SurnamesCompared": [],
    "TokenCreated": ["account", "form", "token", "until"],
    "TokenRevoked": ["form", "token"],
    "TransferAccepted": ["strands"],
    "TransferDeclined": ["reason"],
    "TransferSeen": ["first"],
    "TransferSent": ["already_moved", "reason", "strands", "to_holder"],
    "TransferWithdrawn": [],
    "WorkerAssigned": ["strand", "worker"],
}
OF_TWO_PEOPLE = {"Proposed", "ProposalApproved"}
"""What keys are destroyed by. All that needs two people is in `test_erasures` and `test_holds`."""
OPERATIONS: dict[str, list[str]] = {
    "CaseClosed": ["alteration"],
    "CaseOpened": ["collection"],
    "CasePlaced": ["alteration"],
    "CaseReopened": ["alteration"],
    "Consulted": ["consultation"],
    "ContactRecorded": ["collection"],
    "Disclosed": ["disclosure"],
    "SarRecorded": ["collection"],
    "SarChecked": ["collection"],
    "SarExtended": ["alteration"],
    "SarRestricted": ["alteration"],
    "SarDecided": ["alteration"],
    "SarDelivered": ["disclosure"],
    "SarWithdrawn": ["alteration"],
    "SarCopied": ["consultation"],
    "FileAttached": ["collection"],
    "FileOpened": ["consultation"],
    "NoteWritten": ["collection"],
    "NoteOpened": ["consultation"],
    "HandedOff": ["disclosure"],
    "IdentityRecorded": ["collection"],
    "LogExported": ["consultation"],
    "LogOpened": ["consultation"],
    "LogShipped": ["consultation"],
    "MilestoneRecorded": ["collection"],
    "MilestoneReopened": ["alteration"],
    "NamesShown": ["consultation"],
    "PeopleSearched": ["consultation"],
    "SearchBegun": ["consultation"],
    "Revealed": ["consultation"],
    "StrandBegun": ["alteration"],
    "TransferAccepted": ["collection"],
    "TransferSeen": ["consultation"],
    "TransferSent": ["disclosure"],
    "WorkerAssigned": ["alteration"],
}
"""Whatever is not here is none of the six: signing in, accounts, refusals, and answers that move nothing."""

ROOMS = (domain_events, disclosure_events, door_events, key_events, log_events, sar_events, unusual_events)
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9:._+=-]*")


def entries() -> tuple[JournalEntry, ...]:
    return kept(a_full_day().world).entries


def strings(payload: object) -> Iterator[str]:
    """Every string in a payload, the names of its parts too."""
    if isinstance(payload, str):
        yield payload
    elif isinstance(payload, dict):
        for key, value in payload.items():
            yield key
            yield from strings(value)
    elif isinstance(payload, list):
        for value in payload:
            yield from strings(value)


def kinds() -> set[str]:
    """The kinds of event that there are."""
    every = [kind for room in ROOMS for kind in vars(room).values()]
    return {each.__name__ for each in every if isinstance(each, type) and issubclass(each, Event)} - {"Event"}


# The payload.


def test_the_day_has_every_kind_of_event() -> None:
    assert {read(entry)["event"] for entry in entries()} == kinds() | OF_TWO_PEOPLE == DETAILS.keys()


def test_a_payload_has_the_same_keys_whatever_happened() -> None:
    assert all(sorted(read(entry)) == KEYS for entry in entries())


@pytest.mark.parametrize("kind", sorted(DETAILS))
def test_what_an_event_tells_beside_them_is_its_own_fields(kind: str) -> None:
    found = [read(entry) for entry in entries() if read(entry)["event"] == kind]

    assert found
    assert all(sorted(payload["detail"]) == DETAILS[kind] for payload in found)


@pytest.mark.parametrize("kind", sorted(DETAILS))
def test_each_event_says_which_of_the_six_operations_it_was(kind: str) -> None:
    found = [read(entry)["operations"] for entry in entries() if read(entry)["event"] == kind]

    assert found == [OPERATIONS.get(kind, [])] * len(found)
    assert {*OPERATIONS.get(kind, [])} <= {*Operation}


def test_there_are_six_operations() -> None:
    assert [*Operation] == ["collection", "alteration", "consultation", "disclosure", "combination", "erasure"]


def test_a_payload_is_canonical_json_to_the_byte() -> None:
    assert all(rfc8785.dumps(json.loads(entry.payload)) == entry.payload for entry in entries())


def test_the_columns_by_which_an_entry_is_found_say_what_its_payload_says() -> None:
    for entry in entries():
        payload = read(entry)
        assert payload["v"] == 1
        assert payload["at"] == entry.at.isoformat()
        assert (payload["action"], payload["object"]) == (entry.action.value, entry.action.noun)
        assert payload["actor"] == (str(entry.account) if entry.account else None)
        assert payload["holder"] == entry.holder
        assert payload["case"] == (str(entry.case) if entry.case else None)
        assert [*filter(None, (payload[kind] for kind in BESIDE))] == [str(entry.aggregate)] * bool(entry.aggregate)
        assert payload["case_version"] == entry.case_version
        assert payload["holders_then"] == [*entry.holders_then]
        assert len(payload["shown"]) == len(entry.shown)


# Nothing that anybody typed.


@pytest.mark.parametrize("typed", TYPED)
def test_nothing_that_somebody_typed_is_in_any_entry(typed: str) -> None:
    for entry in entries():
        for form in (typed, typed.casefold(), max(typed.split(), key=len)):
            for encoding in ("utf-8", "utf-16-le"):
                assert form.encode(encoding) not in entry.payload
                assert form.encode(encoding) not in (entry.words or b"")


NAMED = (
    *("nation", "fingerprint", "old_key", "new_key", "statement", "witness"),
    *("checkpoint", "held", "origin", "old_origin"),
)
"""What an event tells that is written otherwise: a nation, keys and names of the log, and what it signed."""


def test_every_string_is_an_id_a_code_or_a_date() -> None:
    free = set()
    for entry in entries():
        payload = read(entry)
        for known in (
            "nation",
            "fingerprint",
            "old_key",
            "new_key",
            "statement",
            "witness",
            "checkpoint",
            "held",
            "origin",
            "old_origin",
        ):
            payload["detail"].pop(known, None)
        free |= {text for text in strings(payload) if text and not CODE.fullmatch(text)}

    assert free == set()


def test_an_event_says_if_it_was_done_or_refused_and_by_which_rule() -> None:
    outcomes = {(read(entry)["event"], read(entry)["outcome"], read(entry)["refusal"]) for entry in entries()}
    refused = {outcome for outcome in outcomes if outcome[1] != "done"}

    assert refused == {("Refused", "refused", "NotFound"), ("SignInRefused", "refused", "SignInFailed")}


# Words.


def test_the_reason_that_somebody_gave_is_a_letter_that_the_audit_desk_alone_opens() -> None:
    world = a_full_day().world
    keyring, keysets = world.deployment.keyring, kept(world).keysets
    written = set()
    for entry in entries():
        if entry.words is None:
            assert read(entry)["words"] is None
            continue
        assert read(entry)["words"] == sha256(entry.words).hexdigest()
        written.add(keyring.open_letter(keysets[AUDIT_DESK, 1], entry.words, entry.id.bytes))
        with pytest.raises(CannotOpen):
            keyring.open_letter(keysets[NORTH.code, 1], entry.words, entry.id.bytes)

    assert written == {REASON, ANSWER, "0"}


def test_the_letter_of_one_entry_does_not_pass_for_that_of_another() -> None:
    world = a_full_day().world
    one, other = [entry for entry in entries() if entry.words][:2]
    assert one.words is not None

    with pytest.raises(CannotOpen):
        world.deployment.keyring.open_letter(kept(world).keysets[AUDIT_DESK, 1], one.words, other.id.bytes)


# Commitments and salts.


def test_each_entry_commits_to_its_payload_and_to_no_other() -> None:
    for entry in entries():
        leaf = Entry(int(entry.at.timestamp() * 1000), entry.id.bytes, entry.commitment)
        verify_payload(leaf, entry.payload, entry.salt)
        with pytest.raises(PayloadChanged):
            verify_payload(leaf, entry.payload.replace(b'"v":1', b'"v":2'), entry.salt)
        with pytest.raises(PayloadChanged):
            verify_payload(leaf, entry.payload, bytes(32))


def test_every_entry_has_an_id_and_a_salt_of_its_own() -> None:
    salts = [salt for entry in entries() for salt in (entry.salt, *(salt for _, salt in entry.shown))]

    assert len({entry.id for entry in entries()}) == len(entries())
    assert len({*salts}) == len(salts)
    assert {len(entry.salt) for entry in entries()} == {32}
    assert {len(salt) for entry in entries() for _, salt in entry.shown} == {16}


def test_whom_a_list_showed_can_be_told_with_the_salt_alone() -> None:
    case = a_full_day().case.id
    shown = [entry for entry in entries() if entry.shown]
    digests = []
    for entry in shown:
        payload = read(entry)
        assert payload["shown"] == [shown_digest(each, salt).hex() for each, salt in entry.shown]
        assert str(case).encode() not in entry.payload
        assert case.hex.encode() not in entry.payload
        digests += payload["shown"]

    assert {read(entry)["action"] for entry in shown} >= {"case:list", "case:find", "caseload:name", "transfer:list"}
    assert len({*digests}) == len(digests)


def test_the_digest_of_whom_a_list_showed_is_of_the_case_and_the_salt() -> None:
    case = a_full_day().case.id

    assert shown_digest(case, bytes(16)) == sha256(b"casetrack/v1/shown\0" + bytes(16) + case.bytes).digest()


# One case, change by change.


def test_the_changes_of_a_case_are_numbered_without_a_gap_and_each_names_the_one_before() -> None:
    day = a_full_day()
    changes = [entry for entry in entries() if entry.case_version is not None and entry.case == day.case.id]

    assert [entry.case_version for entry in changes] == [*range(1, day.case.version + 1)]
    before = [None, *(str(entry.id) for entry in changes[:-1])]
    assert [read(entry)["prev_change_of_case"] for entry in changes] == before


def test_looks_and_steps_of_an_offer_are_no_changes_of_the_case() -> None:
    for entry in entries():
        if entry.case_version is None:
            payload = read(entry)
            assert payload["prev_change_of_case"] is None
            assert (payload["seal_digest"] is None) == (payload["step"] is None)


def test_the_last_change_of_each_unit_of_work_has_the_seal_that_it_made() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    first = acts.kept_case(world, case).seal.digest.hex()
    acts.recorded(world, case)
    second = acts.kept_case(world, case).seal.digest.hex()

    digests = [payload["seal_digest"] for payload in acts.events(world) if payload["case_version"]]
    assert digests == [None, None, first, second]


# Whose case it was then.


def then(world: World, *kinds: str) -> list[list[str]]:
    return [payload["holders_then"] for payload in acts.events(world, *kinds)]


def test_an_event_of_a_case_says_whose_case_it_was_then() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    for name in ("worker", "receiver"):
        with world.work(name) as work:
            view_case(work, case.reference)
        if name == "worker":
            acts.moved(world, case, SOUTH)

    assert then(world, "CaseOpened") == [[NORTH.code]]
    assert then(world, "Consulted") == [[NORTH.code], [SOUTH.code]]


def test_a_case_with_two_holders_is_both_of_theirs() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    acts.moved(world, case, CHARITY, SUPPORT)
    with world.work("worker") as work:
        view_case(work, case.reference)

    assert then(world, "Consulted") == [[CHARITY.code, NORTH.code]]


def test_a_hand_off_and_every_step_towards_it_concern_both_sides() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    offer = acts.offered(world, case, SOUTH)
    with world.work("receiver") as work:
        see_transfer(work, offer.id)
    acts.accepted(world, offer)

    both = [NORTH.code, SOUTH.code]
    assert then(world, "TransferSent", "TransferSeen", "HandedOff", "TransferAccepted") == [both] * 4


def test_an_offer_that_came_to_nothing_concerned_both_sides_too() -> None:
    world = World.in_memory()
    offer = acts.offered(world, acts.opened(world), SOUTH)
    with world.work("lead") as work:
        withdraw_transfer(work, offer.id, seen=None)

    assert then(world, "TransferWithdrawn") == [[NORTH.code, SOUTH.code]]


def test_a_list_and_a_refusal_are_of_no_one_case() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    with world.work("worker") as work:
        list_cases(work, everything(work))
    with pytest.raises(NotFound), world.work("scottish-lead") as work:
        view_case(work, case.reference)

    assert then(world, "Consulted", "Refused") == [[], []]


def test_the_auditors_of_both_sides_find_the_hand_off_and_nobody_elses() -> None:
    world = World.in_memory()
    acts.moved(world, acts.opened(world), SOUTH)

    finders = set()
    for holder in HOLDERS:
        with acts.acting(world, replace(world.actor("north-auditor"), holder=holder.code)) as work:
            found = search_audit(work, LogQuery(size=100), Use.LAWFULNESS)
        if "HandedOff" in {str(card.payload["event"]) for card in found.items}:
            finders.add(holder.code)

    assert finders == {NORTH.code, SOUTH.code}


def test_what_was_disclosed_to_whom_is_told() -> None:
    world = World.in_memory()
    acts.moved(world, acts.opened(world), SOUTH)

    recipients = {payload["event"]: payload["recipients"] for payload in acts.events(world)}
    assert recipients["TransferSent"] == recipients["HandedOff"] == [SOUTH.code]
    assert {event for event, names in recipients.items() if names} == {"TransferSent", "HandedOff"}


# Who did it, and how they came.


def test_an_event_says_who_did_it_and_by_which_session_token_and_browser() -> None:
    day = a_full_day()
    (payload,) = (read(entry) for entry in entries() if read(entry)["event"] == "SignedIn")

    assert (payload["actor"], payload["holder"]) == (str(acts.account("worker")), NORTH.code)
    assert (payload["role"], payload["auth"]) == (Role.SUPPORT_WORKER, Auth.PASSWORD)
    assert (payload["session"], payload["client"]) == (str(day.session), bytes(range(16)).hex())
    assert payload["purpose"] == "sign-in"


def test_what_the_service_does_and_who_is_not_signed_in_have_no_actor() -> None:
    for payload in (read(entry) for entry in entries() if read(entry)["event"] in {"KeysetMade", "SignInRefused"}):
        assert {payload[key] for key in ("actor", "holder", "role", "session", "auth")} == {None}
        assert payload["client"] == ""


def test_what_was_opened_is_told_by_the_names_of_its_fields() -> None:
    fields = {read(entry)["action"]: read(entry)["fields"] for entry in entries() if read(entry)["event"] == "Revealed"}

    assert "family_name" in fields["identity:reveal"]
    assert "phone" in fields["contact:reveal"]
