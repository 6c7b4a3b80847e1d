"""From what happened to what the log keeps: the payload of an event (docs/formats/audit-log.md, section 4).

A payload holds ids, codes and dates only. What a person typed is sealed to the audit desk beside it,
and the payload has only the digest of that letter.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import rfc8785

from casetrack.audit.entry import commit
from casetrack.crypto.keysets import PublicKeyset
from casetrack.crypto.letters import seal_letter
from casetrack.domain.actors import Actor
from casetrack.domain.events import Event, Refused, SignInRefused
from casetrack.domain.ids import CaseId, EventId, HolderCode
from casetrack.services.deployment import Chance
from casetrack.services.ports import JournalEntry, LastChange

SHOWN_SALT = 16
PAYLOAD_SALT = 32


@dataclass(frozen=True)
class Purpose:
    """Why somebody does something: a code of a list, and their own words where they were asked for them."""

    code: str
    words: str = ""


CASEWORK = Purpose("casework")
"""What opening a case in the course of the day's work is for, when nobody was asked for more."""


@dataclass(frozen=True)
class CaseChange:
    """What a change of a case adds to its event: the version that it made, its seal, and the change before it."""

    version: int
    seal_digest: bytes | None
    previous: LastChange | None


def journal_entry(
    event: Event,
    *,
    actor: Actor | None,
    purpose: Purpose,
    holders_then: Iterable[HolderCode],
    change: CaseChange | None,
    desk: PublicKeyset,
    deployment: str,
    chance: Chance,
) -> JournalEntry:
    """The event as the log keeps it: an id and salt of its own, the exact payload, and the commitment to it."""
    id_ = EventId(chance.uuid())
    salt = chance.bytes(PAYLOAD_SALT)
    words = seal_letter(purpose.words, to=desk, context=id_.bytes, deployment=deployment) if purpose.words else None
    shown = tuple((case, chance.bytes(SHOWN_SALT)) for case in event.shown)
    holders = tuple(sorted(set(holders_then)))
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
            "holders_then": list(holders),
            "case_version": change.version if change else None,
            "seal_digest": change.seal_digest.hex() if change and change.seal_digest else None,
            "prev_change_of_case": str(change.previous.event) if change and change.previous else None,
            "purpose": purpose.code,
            "words": hashlib.sha256(words).hexdigest() if words else None,
            "outcome": "refused" if isinstance(event, Refused | SignInRefused) else "done",
            "refusal": event.refusal if isinstance(event, Refused) else None,
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
        transfer=event.transfer,
        case_version=change.version if change else None,
        aspect=event.touches,
        holders_then=holders,
        payload=payload,
        salt=salt,
        commitment=commit(payload, salt),
        words=words,
        shown=shown,
    )


def shown_digest(case: CaseId, salt: bytes) -> bytes:
    """What stands in a payload for a case that a list showed: it says which one only to whoever has the salt."""
    return hashlib.sha256(b"casetrack/v1/shown\x00" + salt + case.bytes).digest()
