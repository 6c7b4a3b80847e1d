"""Each event of the journal held against its payload, its leaf and the change of its case before it."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from math import inf
from typing import Any, Final
from uuid import UUID

from casetrack.audit.entry import Entry
from casetrack.audit.errors import LogRefused
from casetrack.audit.verify import verify_payload
from casetrack.crypto.keysets import FINGERPRINT
from casetrack.domain.disclosure_events import Disclosed
from casetrack.domain.door_events import (
    AccountClosed,
    AccountCreated,
    AccountReset,
    PasswordChanged,
    PasswordRehashed,
    PasswordSet,
    TokenCreated,
    TokenRevoked,
)
from casetrack.domain.event_kinds import KINDS
from casetrack.domain.events import FileAttached, MilestoneRecorded, MilestoneReopened, NoteWritten, Refused
from casetrack.domain.ids import CaseId, Instant
from casetrack.domain.key_events import KeysetDestroyed, KeysetMade, KeysetRenewed
from casetrack.domain.log_events import LogReopened
from casetrack.domain.proposal_events import CaseErased, ProposalApproved, Proposed
from casetrack.domain.sar_events import SAR_STEPS
from casetrack.domain.words import N_
from casetrack.services.evidence import KeptEvent
from casetrack.services.journal import read_detail, read_keyset, read_kind, read_payload, shown_digest
from casetrack.services.log_keys import statement_in

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND: Final = timedelta(milliseconds=1)

ASPECTS: Final[Mapping[str, str]] = {name: kind.aspect for name, kind in KINDS.items()}
OF_AN_ACCOUNT: Final = frozenset(
    kind.__name__ for kind in (AccountCreated, AccountReset, AccountClosed, PasswordSet, PasswordChanged)
)
"""What begins an epoch of an account: the first, where no epoch is named."""
FORMED: Final[Mapping[str, str]] = {
    **dict.fromkeys((*OF_AN_ACCOUNT, PasswordRehashed.__name__), "account"),
    **dict.fromkeys((TokenCreated.__name__, TokenRevoked.__name__), "token"),
}
"""What says the form of an account or of a token, and by which member it names that."""
OF_A_KEYSET: Final = frozenset({KeysetMade.__name__, KeysetRenewed.__name__})
"""What makes a version of an organisation's keys."""
STEPPED: Final = ("transfer", "proposal", "hold")
"""What has steps of its own beside a case, by the member of a payload that names it."""
BESIDE: Final = (*STEPPED, "entry")
"""What an event may be about beside a case: that, or another entry of the log."""
UNREADABLE: Final = N_("Its payload cannot be read.")
OF_ONE: Final[Mapping[str, tuple[str, str]]] = {
    **dict.fromkeys((MilestoneRecorded.__name__, MilestoneReopened.__name__), ("milestone", "code")),
    FileAttached.__name__: ("file", "file"),
    NoteWritten.__name__: ("note", "note"),
    Disclosed.__name__: ("disclosure", "disclosure"),
    **dict.fromkeys((kind.__name__ for kind in SAR_STEPS), ("sar", "sar")),
}
"""What touches one of many things: what its aspect begins with, and the member that names the one."""


@dataclass(frozen=True)
class Newest:
    """What the journal says of a case, or of what has steps beside it, as it stands."""

    event: UUID
    version: int
    seal_digest: str | None
    holder: str | None
    """Whose account made the change."""
    count: int = 1
    """How many changes the journal has."""
    case: UUID | None = None
    """Of a step, the case that it is about."""


@dataclass(frozen=True)
class Erased:
    """What the journal says of the erasing of a case: on which proposal, and whether it was done once more."""

    proposal: UUID | None
    repeated: bool


@dataclass(frozen=True)
class Reopened:
    """What the first entry of a log says that it goes on from: the name of the log before, and what was left of it."""

    origin: object
    entries: object
    root: object
    checkpoint: object


@dataclass(frozen=True)
class Attached:
    """What the journal says of a file: the case that it was attached to, and the digest of its chunks."""

    case: UUID
    digest: str | None


class EventsRead:
    """The events that were read so far, and what they tell of cases and transfers."""

    def __init__(self) -> None:
        """Nothing has been read."""
        self.newest: dict[UUID, Newest] = {}
        self.newest_steps: dict[str, dict[UUID, Newest]] = {kind: {} for kind in STEPPED}
        """The newest step of each aggregate beside the cases, by what kind of thing it is."""
        self.erased: dict[UUID, Erased] = {}
        """The cases that were erased."""
        self.agreed: dict[UUID, dict[str, UUID | None]] = defaultdict(dict)
        """Whose account proposed and approved each proposal, by the kind of the event that says so."""
        self.attached: dict[UUID, Attached] = {}
        self.accounts: set[UUID] = set()
        """The accounts that were created."""
        self.tokens: set[UUID] = set()
        """The tokens that were created."""
        self.keysets: dict[tuple[str, int], dict[str, float]] = defaultdict(dict)
        """The fingerprint that each version of each organisation's keys was made with, and where the log says so first.

        There is one, unless somebody made another.
        """
        self.forms: dict[UUID, set[str]] = defaultdict(set)
        """The digest of each form in which an account or a token was sealed. None of what no event says so far."""
        self.epochs: dict[UUID, int] = {}
        """The newest epoch of each account."""
        self.revoked: set[UUID] = set()
        """The tokens that were revoked."""
        self.destroyed: dict[tuple[str, int], str] = {}
        """The versions of keys that were destroyed, each with the proposal on which two people agreed to that."""
        self.statements: list[str] = []
        """What the journal says of the log's own keys."""
        self.reopened: dict[int, Reopened] = {}
        """What each log that began again goes on from, by the place of the event that says so."""
        self.spoken_of: dict[UUID, UUID] = {}
        """The entries that other entries are about, each with one that is about it."""
        self.waiting: set[UUID] = set()
        """The events that wait for their place in the log."""
        self.waits_since: Instant | None = None
        """When the event that has waited longest for its place in the log was queued."""

    def made(self, place: tuple[str, int]) -> str | None:
        """The fingerprint of that version of an organisation's keys, as the log says it first; None if it never did.

        What came later was written by somebody who would have other keys taken for these.
        """
        said = self.keysets.get(place)
        return min(said, key=lambda fingerprint: said[fingerprint]) if said else None

    def wrong_with(self, kept: KeptEvent) -> Iterator[str]:
        """What is wrong with this event, which comes after the changes of its case that were before it."""
        wrong_in_log = list(self._wrong_in_log(kept))
        yield from wrong_in_log
        payload = read_payload(kept.payload)
        # Step 5: every column says what the payload says.
        if different := sorted(name for name, (column, said) in _columns(kept, payload).items() if column != said):
            yield N_("It was changed in the database. Not as recorded: ") + ", ".join(different) + "."
        yield from self._wrong_with_change(kept, payload)
        self._take_step(kept, payload)
        self._take_agreement(kept, payload)
        self.spoken_of.update(dict.fromkeys(_spoken_of(kept, payload), kept.id))
        try:
            self._take(kept, payload, is_logged=not wrong_in_log)
        except ValueError:
            yield UNREADABLE
        if (statement := statement_in(payload)) is not None:
            self.statements.append(statement)

    def _wrong_in_log(self, kept: KeptEvent) -> Iterator[str]:
        """Step 3: the event has its place in the log, or waits for it."""
        if kept.leaf is not None:
            yield from _wrong_with_leaf(kept, kept.leaf)
        elif kept.queued_at is None:
            yield N_("It is not in the log, and does not wait for its place there.")
        else:
            self.waiting.add(kept.id)
            self.waits_since = min(kept.queued_at, self.waits_since or kept.queued_at)

    def _wrong_with_change(self, kept: KeptEvent, payload: Mapping[str, Any]) -> Iterator[str]:
        """Step 6: the changes of a case have every number from 1, and each names the one before it."""
        if kept.case is None or kept.case_version is None:
            return
        before = self.newest.get(kept.case)
        version, event = (before.version, str(before.event)) if before else (0, None)
        if kept.case_version != version + 1 or payload.get("prev_change_of_case") != event:
            yield N_("A change of its case before it is missing.")
        self.newest[kept.case] = Newest(
            kept.id, kept.case_version, payload.get("seal_digest"), kept.holder, kept.case_version
        )

    def _take_step(self, kept: KeptEvent, payload: Mapping[str, Any]) -> None:
        """The steps of an aggregate come in no order; the newest is told, and how many there were."""
        kind = next((kind for kind in STEPPED if payload.get(kind)), None)
        if kind is None or kept.aggregate is None or kept.step is None:
            return
        step = Newest(kept.id, kept.step, payload.get("seal_digest"), kept.holder, case=kept.case)
        before = self.newest_steps[kind].get(kept.aggregate)
        if before is not None:
            step = replace(max(before, step, key=lambda each: each.version), count=before.count + 1)
        self.newest_steps[kind][kept.aggregate] = step

    def _take_agreement(self, kept: KeptEvent, payload: Mapping[str, Any]) -> None:
        """Who the two people of a proposal were, and which cases were erased."""
        kind = read_kind(payload)
        if kind in (Proposed.__name__, ProposalApproved.__name__) and kept.aggregate is not None:
            self.agreed[kept.aggregate][kind] = kept.account
        elif kind == CaseErased.__name__ and kept.case is not None:
            self.erased[kept.case] = Erased(kept.aggregate, repeated=read_detail(payload).get("repeated") is True)

    def _take(self, kept: KeptEvent, payload: Mapping[str, Any], *, is_logged: bool) -> None:
        """What is told of files, accounts and keys; `ValueError`, and nothing, if it cannot be told what that is."""
        kind, detail = read_kind(payload), payload.get("detail")
        if not kind or not isinstance(detail, dict):
            raise ValueError
        if kind == FileAttached.__name__ and kept.case is not None:
            self.attached[_id(detail, "file")] = Attached(kept.case, detail.get("digest"))
        if is_logged:
            self._take_account(kind, detail)
            self._take_made(kept, kind, detail)
            self._take_form(kind, detail)
        if kind == LogReopened.__name__ and kept.number is not None:
            said = (detail.get(name) for name in ("old_origin", "entries", "root", "checkpoint"))
            self.reopened[kept.number] = Reopened(*said)
        if kind == KeysetDestroyed.__name__:
            self.destroyed[_keyset(detail)] = _text(detail, "agreed")

    def _take_account(self, kind: str, detail: Mapping[str, Any]) -> None:
        """The epochs that accounts began, in no order, and the tokens that were revoked.

        Only an event that the log has says so, or one that waits: anybody else could end an account by its row alone.
        """
        if kind in OF_AN_ACCOUNT:
            account, epoch = _id(detail, "account"), detail.get("epoch", 0)
            # To Python, true is a number too.
            if not isinstance(epoch, int) or isinstance(epoch, bool):
                raise ValueError
            self.epochs[account] = max(self.epochs.get(account, 0), epoch)
        elif kind == TokenRevoked.__name__:
            self.revoked.add(_id(detail, "token"))

    def _take_made(self, kept: KeptEvent, kind: str, detail: Mapping[str, Any]) -> None:
        """What the service vouches for from here on. Only an event that the log has says so, or one that waits."""
        if kind == AccountCreated.__name__:
            self.accounts.add(_id(detail, "account"))
        elif kind == TokenCreated.__name__:
            self.tokens.add(_id(detail, "token"))
        elif kind in OF_A_KEYSET:
            place, fingerprint = _keyset(detail), _text(detail, "fingerprint")
            if FINGERPRINT.fullmatch(fingerprint) is None:
                raise ValueError
            said, number = self.keysets[place], inf if kept.number is None else kept.number
            said[fingerprint] = min(number, said.get(fingerprint, inf))

    def _take_form(self, kind: str, detail: Mapping[str, Any]) -> None:
        """What an account or a token was sealed as. An event of before the journal had that says nothing of it."""
        if kind in FORMED and "form" in detail:
            self.forms[_id(detail, FORMED[kind])].add(_text(detail, "form"))


def _spoken_of(kept: KeptEvent, payload: Mapping[str, Any]) -> Iterator[UUID]:
    """Which other entries it is about, or says that somebody looked at."""
    if payload.get("entry") and kept.aggregate is not None:
        yield kept.aggregate
    filters = read_detail(payload).get("filters")
    for each in filters if isinstance(filters, list) else ():
        name, _, value = str(each).partition("=")
        if name == "entry":
            with suppress(ValueError):
                yield UUID(value)


def _wrong_with_leaf(kept: KeptEvent, leaf: bytes) -> Iterator[str]:
    """Step 4: the leaf is this event's, at this time, and commits to this payload."""
    try:
        entry = Entry.parse(leaf)
        verify_payload(entry, kept.payload, kept.salt)
    except LogRefused as refused:
        yield str(refused)
        return
    if (entry.event, entry.time_ms, entry.commitment) != (kept.id.bytes, kept.time_ms, kept.commitment):
        yield N_("Its id, time or commitment is not the one in the log.")


def _columns(kept: KeptEvent, payload: Mapping[str, Any]) -> dict[str, tuple[object, object]]:
    """Each column, as it is kept and as the payload has it."""
    shown = [shown_digest(CaseId(case), salt).hex() for case, salt in kept.shown]
    return {
        "at": (kept.at.isoformat(), payload.get("at")),
        "time_ms": (kept.time_ms, (kept.at - EPOCH) // MILLISECOND),
        "action": (kept.action, payload.get("action")),
        "account": (_written(kept.account), payload.get("actor")),
        "holder": (kept.holder, payload.get("holder")),
        "case": (_written(kept.case), payload.get("case")),
        "aggregate": (_written(kept.aggregate), _aggregate(payload)),
        "case_version": (kept.case_version, payload.get("case_version")),
        "step": (kept.step, payload.get("step")),
        "aspect": (kept.aspect, _aspect(payload)),
        "refusal": (kept.refusal, payload.get("refusal")),
        "attempted": (kept.attempted, _attempted(payload)),
        "holders_then": (list(kept.holders_then), payload.get("holders_then")),
        "words": (hashlib.sha256(kept.words).hexdigest() if kept.words else None, payload.get("words")),
        "shown": (shown, payload.get("shown")),
    }


def _aspect(payload: Mapping[str, Any]) -> str | None:
    kind = read_kind(payload)
    if kind in OF_ONE:
        word, name = OF_ONE[kind]
        return f"{word}:{_text(read_detail(payload), name)}"
    return ASPECTS.get(kind)


def _aggregate(payload: Mapping[str, Any]) -> object:
    """What the event is about beside a case."""
    return next((payload[kind] for kind in BESIDE if payload.get(kind)), None)


def _attempted(payload: Mapping[str, Any]) -> object:
    """The reference that somebody asked for and was refused."""
    return read_detail(payload).get("reference") if read_kind(payload) == Refused.__name__ else None


def _text(detail: Mapping[str, Any], name: str) -> str:
    """What is said by that name; empty if that is no text. Of anything else not even its form is asked for."""
    said = detail.get(name)
    return said if isinstance(said, str) else ""


def _id(detail: Mapping[str, Any], name: str) -> UUID:
    """The id that is said by that name, written as casetrack writes one; `ValueError` otherwise."""
    said = _text(detail, name)
    id_ = UUID(said)
    if str(id_) != said:
        raise ValueError
    return id_


def _keyset(detail: Mapping[str, Any]) -> tuple[str, int]:
    """Which version of whose keys it is about; `ValueError` if it does not say."""
    place = read_keyset(detail)
    if place is None:
        raise ValueError
    return place


def _written(id_: UUID | None) -> str | None:
    return str(id_) if id_ else None
