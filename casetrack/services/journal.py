"""From what happened to what the log keeps: the payload of an event (docs/formats/audit-log.md, section 4).

A payload holds ids, codes and dates only. What a person typed is sealed to the audit desk beside it,
and the payload has only the digest of that letter.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

import rfc8785

from casetrack.audit.entry import commit
from casetrack.crypto.keysets import LAST_VERSION, PublicKeyset
from casetrack.crypto.letters import seal_letter
from casetrack.domain.actors import Actor
from casetrack.domain.door_events import SignInRefused
from casetrack.domain.events import Event, Refused
from casetrack.domain.ids import CaseId, EventId, HolderCode
from casetrack.domain.misplaced import Keeping
from casetrack.domain.references import Reference
from casetrack.services.deployment import Chance
from casetrack.services.lists import Outcome
from casetrack.services.ports import JournalEntry, LastChange

SHOWN_SALT = 16
PAYLOAD_SALT = 32
HOLDER: Final = re.compile("[a-z0-9-]{1,64}")
"""The code of an organisation, as an event may name it: what is read from a payload may reach a terminal."""


@dataclass(frozen=True)
class Purpose:
    """Why somebody does something: a code of a list, and their own words where they were asked for them."""

    code: str
    words: str = ""
    keeping: Keeping | None = None
    """Why something that seems to belong elsewhere stays in what they wrote, if it does."""


CASEWORK = Purpose("casework")
"""What opening a case in the course of the day's work is for, when nobody was asked for more."""


@dataclass(frozen=True)
class CaseChange:
    """What a change of a case adds to its event: the version that it made, its seal, and the change before it."""

    version: int
    seal_digest: bytes | None
    previous: LastChange | None


@dataclass(frozen=True)
class Step:
    """What a step of an aggregate beside a case adds to its event: the version that it made, and its seal."""

    version: int
    seal_digest: bytes | None


class Stepped(Protocol):
    """What has steps of its own beside a case: an offer, a proposal, a legal hold."""

    @property
    def version(self) -> int:
        """Its version now."""

    @property
    def loaded_version(self) -> int:
        """The version that the store keeps."""

    @property
    def events(self) -> tuple[Event, ...]:
        """What has happened since."""


def journal_entry(
    event: Event,
    *,
    actor: Actor | None,
    purpose: Purpose,
    holders_then: Iterable[HolderCode],
    change: CaseChange | Step | None,
    desk: PublicKeyset | None,
    deployment: str,
    chance: Chance,
) -> JournalEntry:
    """The event as the log keeps it: an id and salt of its own, the exact payload, and the commitment to it.

    What somebody typed is sealed to the audit desk; without a desk it is left out.
    """
    id_ = EventId(chance.uuid())
    salt = chance.bytes(PAYLOAD_SALT)
    said = purpose.words if desk else ""
    words = seal_letter(said, to=desk, context=id_.bytes, deployment=deployment) if desk and said else None
    shown = tuple((case, chance.bytes(SHOWN_SALT)) for case in event.shown)
    holders = tuple(sorted(set(holders_then)))
    of_case = change if isinstance(change, CaseChange) else None
    step = change if isinstance(change, Step) else None
    sealed = change.seal_digest if change else None
    refusal = event.refusal if isinstance(event, Refused | SignInRefused) else None
    attempted = event.reference if isinstance(event, Refused) else None
    payload = rfc8785.dumps(
        {
            "v": 1,
            "event": type(event).__name__,
            "at": event.at.isoformat(),
            "operations": [operation.value for operation in event.operations],
            "action": event.action.value,
            "object": event.action.noun,
            "actor": str(actor.account) if actor else None,
            "holder": actor.holder if actor else None,
            "role": actor.role.value if actor else None,
            "session": str(actor.session) if actor and actor.session else None,
            "auth": actor.auth.value if actor else None,
            "client": actor.client.hex() if actor else "",
            "case": str(event.case) if event.case else None,
            "transfer": str(event.transfer) if event.transfer else None,
            "proposal": str(event.proposal) if event.proposal else None,
            "hold": str(event.hold) if event.hold else None,
            "entry": str(event.entry) if event.entry else None,
            "holders_then": list(holders),
            "case_version": of_case.version if of_case else None,
            "step": step.version if step else None,
            "seal_digest": sealed.hex() if sealed else None,
            "prev_change_of_case": str(of_case.previous.event) if of_case and of_case.previous else None,
            "purpose": purpose.code,
            "words": hashlib.sha256(words).hexdigest() if words else None,
            "outcome": Outcome.REFUSED if refusal else Outcome.DONE,
            "refusal": refusal,
            "recipients": sorted(event.recipients),
            "fields": list(getattr(event, "labels", ())),
            "shown": [shown_digest(case, salt_).hex() for case, salt_ in shown],
            "detail": dict(event.detail()),
        }
    )
    return JournalEntry(
        id=id_,
        at=event.at,
        action=event.action,
        account=actor.account if actor else event.by,
        holder=actor.holder if actor else None,
        case=event.case,
        aggregate=event.aggregate,
        case_version=of_case.version if of_case else None,
        step=step.version if step else None,
        aspect=event.touches,
        refusal=refusal,
        attempted=Reference(attempted) if attempted else None,
        holders_then=holders,
        payload=payload,
        salt=salt,
        commitment=commit(payload, salt),
        words=words,
        shown=shown,
    )


def read_payload(payload: bytes) -> Mapping[str, Any]:
    """What an event says; nothing if it cannot be read. Whoever can edit the table can leave anything there."""
    try:
        said = json.loads(payload)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def read_kind(payload: Mapping[str, Any]) -> str:
    """By which name the event says what happened; empty if that is no name."""
    kind = payload.get("event")
    return kind if isinstance(kind, str) else ""


def read_detail(payload: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is said of that kind of event alone; nothing if it cannot be read."""
    detail = payload.get("detail")
    return detail if isinstance(detail, dict) else {}


def read_keyset(detail: Mapping[str, Any]) -> tuple[HolderCode, int] | None:
    """Which version of whose keys the event is about; None if it does not say so as casetrack does."""
    holder, version = detail.get("holder"), read_version(detail.get("version"))
    if version is None or not isinstance(holder, str) or HOLDER.fullmatch(holder) is None:
        return None
    return HolderCode(holder), version


def read_version(said: object) -> int | None:
    """The version of keys that this is; None if it is none."""
    # To Python, true is a number too.
    return said if isinstance(said, int) and not isinstance(said, bool) and 1 <= said <= LAST_VERSION else None


def shown_digest(case: CaseId, salt: bytes) -> bytes:
    """What stands in a payload for a case that a list showed: it says which one only to whoever has the salt."""
    return hashlib.sha256(b"casetrack/v1/shown\x00" + salt + case.bytes).digest()
