"""The Elastic Common Schema, version 9.4: entries of the log as lines for a log shipper, and pseudonymous.

Which fields there are, and what is in none of them, stands in `docs/formats/ecs.md`.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC
from itertools import chain
from typing import Final
from uuid import UUID

from casetrack.domain.actions import Action
from casetrack.domain.ids import Instant
from casetrack.services.journal import read_detail
from casetrack.services.lists import Outcome
from casetrack.services.shipping import Told

VERSION: Final = "9.4.0"
SERVICE: Final = "casetrack"
"""What all deployments are, whatever each is called."""
DATASET: Final = f"{SERVICE}.audit"
OUTCOMES: Final[Mapping[str, str]] = {Outcome.DONE: "success", Outcome.REFUSED: "failure"}
SEQUENCE: Final = "event.sequence"
LOG: Final = "casetrack.log"
TIME: Final = "@timestamp"
BEGINNING: Final = f'{{"{TIME}": "'.encode()
"""With this each line begins."""

Kinds = tuple[tuple[str, ...], tuple[str, ...]]
"""Categories and types, of those that the schema allows together."""


def _each(categories: str, types: str, *actions: Action) -> Iterable[tuple[Action, Kinds]]:
    return ((action, (tuple(categories.split()), tuple(types.split()))) for action in actions)


KINDS: Final[Mapping[Action, Kinds]] = dict(
    chain(
        _each(
            *("database", "access"),
            *(Action.CASELOAD_VIEW, Action.CASELOAD_NAME, Action.CASE_LIST, Action.CASE_FIND, Action.CASE_VIEW),
            *(Action.PERSON_FIND, Action.IDENTITY_REVEAL, Action.CONTACT_REVEAL, Action.MILESTONE_LIST),
            *(Action.NOTE_LIST, Action.NOTE_OPEN, Action.JOURNEY_VIEW, Action.HISTORY_VIEW),
            *(Action.TRANSFER_LIST, Action.TRANSFER_VIEW, Action.TRANSFER_SEE, Action.ERASURE_LIST),
            *(Action.ERASURE_VIEW, Action.PROPOSAL_LIST, Action.PROPOSAL_VIEW),
            *(Action.AUDIT_VIEW, Action.AUDIT_SEARCH, Action.AUDIT_VERIFY, Action.AUDIT_EXPORT, Action.UNUSUAL_LIST),
            *(Action.LETTER_OPEN, Action.ENQUIRY_LIST, Action.ENQUIRY_VIEW, Action.ENQUIRY_ANSWER),
            *(Action.DISCLOSURE_LIST, Action.SAR_LIST, Action.SAR_COPY),
        ),
        _each(
            *("database", "change"),
            *(Action.CASE_OPEN, Action.CASE_PLACE, Action.CASE_ASSIGN, Action.CASE_CLOSE, Action.CASE_REOPEN),
            *(Action.STRAND_BEGIN, Action.IDENTITY_RECORD, Action.CONTACT_RECORD, Action.MILESTONE_RECORD),
            *(Action.MILESTONE_REOPEN, Action.NOTE_WRITE, Action.TRANSFER_SEND, Action.TRANSFER_ACCEPT),
            *(Action.TRANSFER_DECLINE, Action.TRANSFER_WITHDRAW, Action.HOLD_SET, Action.HOLD_LIFT),
            *(Action.ERASURE_PROPOSE, Action.PROPOSAL_APPROVE, Action.PROPOSAL_REFUSE, Action.PROPOSAL_WITHDRAW),
            *(Action.CHECKPOINT_COSIGN, Action.UNUSUAL_REVIEW, Action.SURNAME_COMPARE, Action.ENQUIRY_PROPOSE),
            *(Action.DISCLOSURE_RECORD,),
            *(Action.SAR_RECORD, Action.SAR_CHECK, Action.SAR_EXTEND, Action.SAR_RESTRICT),
            *(Action.SAR_DECIDE, Action.SAR_DELIVER, Action.SAR_WITHDRAW),
        ),
        _each("file", "access", Action.FILE_LIST, Action.FILE_OPEN),
        _each("file", "creation", Action.FILE_ATTACH),
        _each("authentication session", "start", Action.SESSION_OPEN),
        _each("session", "end", Action.SESSION_CLOSE),
        _each("iam", "user info", Action.ACCOUNT_LIST),
        _each("iam", "user creation", Action.ACCOUNT_CREATE),
        _each("iam", "user deletion", Action.ACCOUNT_CLOSE),
        _each(
            *("iam", "user change"),
            *(Action.ACCOUNT_RESET, Action.PASSWORD_CHANGE, Action.PASSWORD_SET, Action.PASSWORD_REHASH),
            *(Action.TOKEN_CREATE, Action.TOKEN_REVOKE, Action.QUOTA_RAISE),
        ),
        _each("configuration", "access", Action.KEYSET_LIST),
        _each("configuration", "creation", Action.KEYSET_MAKE),
        _each("configuration", "deletion", Action.KEYSET_DESTROY),
        _each(
            *("configuration", "change"),
            *(Action.DESTRUCTION_PROPOSE, Action.KEYSET_RENEW, Action.KEYSET_REWRAP, Action.KEYSET_RESEAL),
            *(Action.KEYSET_VOUCH, Action.KEYSET_RETAG, Action.DATAKEY_RENEW),
            *(Action.KEYSET_FOLLOW, Action.KEYSET_END, Action.KEYSET_REOPEN),
        ),
    )
)
"""Each action among those that the schema has words for; a test finds one that is not here."""


@dataclass(frozen=True)
class Place:
    """Which entry of which log a line is of."""

    origin: str
    index: int
    event: UUID


def line(told: Told, service: str, origin: str) -> bytes:
    """The line of an entry of that deployment's log of that name: ids, codes and times, and no words that are typed."""
    said, detail = told.payload, read_detail(told.payload)
    categories, types = _kinds(said.get("action"))
    fields = {
        TIME: instant(told.at),
        "ecs.version": VERSION,
        "service.type": SERVICE,
        "service.name": service,
        "event.kind": "event",
        "event.module": SERVICE,
        "event.dataset": DATASET,
        "event.id": str(told.event),
        SEQUENCE: told.index,
        LOG: origin,
        "event.action": said.get("action"),
        "event.category": list(categories),
        "event.type": list(types),
        "event.outcome": OUTCOMES.get(str(said.get("outcome")), "unknown"),
        "event.reason": said.get("refusal"),
        "user.id": said.get("actor"),
        "user.roles": [said["role"]] if said.get("role") else [],
        "user.target.id": detail.get("account"),
        "organization.id": said.get("holder"),
        "casetrack.event": said.get("event"),
        "casetrack.case": said.get("case"),
        "casetrack.transfer": said.get("transfer"),
        "casetrack.purpose": said.get("purpose"),
        "casetrack.client": said.get("client") or detail.get("source"),
    }
    return json.dumps({name: value for name, value in fields.items() if value not in (None, "", [])}).encode() + b"\n"


def read_place(written: bytes) -> Place | None:
    """Which entry a line is of; None if it is no line of these."""
    try:
        said = json.loads(written)
        index = said[SEQUENCE]
        return Place(str(said[LOG]), index, UUID(said["event.id"])) if type(index) is int and index >= 0 else None
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None


def instant(at: Instant) -> str:
    """An instant as the schema's own libraries write it: in UTC, to the millisecond."""
    return f"{at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"


def _kinds(action: object) -> Kinds:
    """Of an action that there is not, neither."""
    try:
        return KINDS[Action(str(action))]
    except ValueError:
        return (), ()
