"""Builders for tests that keep things: cases, offers, keys and entries that hold together. All of it is invented.

The seals, keys and ciphertexts here are random bytes: what they open is for the tests of the keys to ask.
"""

import hashlib
import json
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Final
from uuid import UUID, uuid4

import rfc8785

from casetrack.audit.entry import commit
from casetrack.crypto.datakeys import OFFER
from casetrack.crypto.fields import FieldLabel
from casetrack.crypto.files import CHUNK_SIZE
from casetrack.crypto.floe import HEADER_SIZE
from casetrack.crypto.keyring import SealedKeyset
from casetrack.crypto.keysets import PublicKeyset
from casetrack.crypto.seals import AggregateSeal, Seal
from casetrack.crypto.wraps import Wrap
from casetrack.domain.actions import Action
from casetrack.domain.actors import Actor, Auth, Role
from casetrack.domain.case import AgeGroup, Areas, Case
from casetrack.domain.door_events import SignInRefused
from casetrack.domain.events import Consulted, Event, Refused
from casetrack.domain.holders import AUDIT_DESK, SERVICE, Holder, HolderKind
from casetrack.domain.holdings import Holding, Part, Strand
from casetrack.domain.ids import AccountId, CaseId, EventId, HolderCode, Instant, TransferId
from casetrack.domain.references import Pseudonym, Reference, new_reference
from casetrack.domain.transfer import Transfer
from casetrack.services.events_read import BESIDE
from casetrack.services.lists import CaseQuery
from casetrack.services.people import Account
from casetrack.services.ports import (
    CaseKey,
    IndexTag,
    JournalEntry,
    KeptCase,
    KeptTransfer,
    Outlook,
    Scope,
    SealedValue,
    Stores,
)
from tests.domain.made import CASE_HOLDERS, EASTMARCH, HARBOUR, LANTERN, NINE, NORTHMARCH, RIVERWATCH, after

__all__ = ["EASTMARCH", "HARBOUR", "LANTERN", "NINE", "NORTHMARCH", "RIVERWATCH", "after"]

DESK: Final = Holder(AUDIT_DESK, "Invented Audit Desk", HolderKind.AUDIT_DESK, "England")
THE_SERVICE: Final = Holder(SERVICE, "Invented Service", HolderKind.SERVICE, "United Kingdom")
EVERY_HOLDER: Final = (*CASE_HOLDERS, DESK, THE_SERVICE)

GIVEN_NAMES: Final = FieldLabel("identity", "given-names")
FAMILY_NAME: Final = FieldLabel("identity", "family-name")
NOBODY: Final = Scope(None, None, None)


def new_account(holder: Holder = EASTMARCH, role: Role = Role.LEAD, *, national: bool = False) -> Account:
    """Somebody who works for that organisation."""
    unique = secrets.token_hex(4)
    return Account(
        id=AccountId(uuid4()),
        sign_in_name=f"invented.{unique}",
        display_name=f"Invented Worker {unique}",
        role=role,
        holder=holder.code,
        password="$argon2id$invented",
        national=national,
    )


def scope_of(account: Account) -> Scope:
    """What the stores are told of the account."""
    return Scope(account.id, account.role, account.holder, account.national)


def actor_of(account: Account) -> Actor:
    """The account at work."""
    return Actor(account.id, account.role, account.holder, Auth.PASSWORD, national=account.national)


def new_keyset(holder: HolderCode, version: int = 1) -> SealedKeyset:
    """A keyset that opens nothing."""
    public = PublicKeyset(holder, version, secrets.token_bytes(1216), secrets.token_bytes(32), secrets.token_bytes(64))
    return SealedKeyset(public, secrets.token_bytes(138))


def new_case(
    account: Account, holder: Holder = EASTMARCH, strands: Iterable[Strand] = tuple(Strand), *, at: Instant = NINE
) -> Case:
    """A case that the account has opened for its organisation."""
    return Case.open(
        id=CaseId(uuid4()),
        reference=new_reference(secrets.randbelow),
        pseudonym=Pseudonym(f"invented {secrets.token_hex(4)}"),
        strands=strands,
        by=actor_of(account),
        holder=holder,
        at=at,
        age_group=AgeGroup.ADULT,
        areas=Areas(home=EASTMARCH.code),
    )


def new_offer(case: Case, by: Account, to: Holder, strands: Iterable[Strand] = tuple(Strand)) -> Transfer:
    """An offer of the case, an hour after nine."""
    return Transfer.send(
        id=TransferId(uuid4()),
        case=case,
        strands=strands,
        to=to,
        reason="relocated-for-safety",
        already_moved=False,
        by=actor_of(by),
        at=after(1),
    )


def seal_by(holder: HolderCode) -> Seal:
    """A signature of the holder's that nobody could check."""
    return Seal(holder, 1, secrets.token_bytes(64))


def aggregate_seal(holder: HolderCode) -> AggregateSeal:
    """A seal of the holder's over no form at all."""
    return AggregateSeal(secrets.token_bytes(32), bytes(32), seal_by(holder))


def outlook(due_support: date | None = None, due_investigation: date | None = None) -> Outlook:
    """What lists show of a case in which nothing is to be done at once."""
    return Outlook(
        phase="support",
        due_support=due_support,
        due_investigation=due_investigation,
        milestone_support="risk-assessed" if due_support else None,
        milestone_investigation="crime-recorded" if due_investigation else None,
        do_now_support=False,
        do_now_investigation=False,
        waiting=False,
        high_risk=False,
    )


def changed_holdings(case: Case, before: Case | None = None) -> list[tuple[Holding, Seal]]:
    """The holdings that began or ended since the case before, each under a seal."""
    known = before.holdings.rows if before else ()
    by = case.holdings.rows[-1].holder
    return [(row, seal_by(by)) for row in case.holdings.rows if row not in known]


def keep_case(stores: Stores, case: Case, kept_outlook: Outlook | None = None, *, by: HolderCode | None = None) -> Case:
    """The new case is kept; as it will be read again."""
    sealed = aggregate_seal(by or case.holdings.rows[0].holder)
    stores.cases.add(KeptCase(case, sealed, (), (), kept_outlook or outlook()), changed_holdings(case))
    return replace(case, events=())


def keep_change(
    stores: Stores, case: Case, before: Case, *, by: HolderCode, outlook_now: Outlook | None = None
) -> Case:
    """The changed case is kept; as it will be read again."""
    kept = KeptCase(case, aggregate_seal(by), (), (), outlook_now or outlook())
    stores.cases.put(kept, changed_holdings(case, before))
    return replace(case, events=())


def kept_offer(
    transfer: Transfer, by: HolderCode, answer: bytes | None = None, like: KeptTransfer | None = None
) -> KeptTransfer:
    """The offer under a seal, with the preview that it was sent with."""
    commitment, preview = (like.commitment, like.preview) if like else (secrets.token_bytes(32), b"preview")
    return KeptTransfer(transfer, aggregate_seal(by), commitment, preview, answer)


def keep_offer(stores: Stores, transfer: Transfer) -> KeptTransfer:
    """The offer is sent; as it will be read again."""
    kept = kept_offer(transfer, transfer.from_holder)
    stores.transfers.add(kept)
    return replace(kept, transfer=replace(transfer, events=()))


def new_value(
    case: Case, *, label: FieldLabel = GIVEN_NAMES, version: int = 1, subject: UUID | None = None
) -> SealedValue:
    """A sealed value of the identity."""
    return SealedValue(uuid4(), case.id, Part.IDENTITY, label, subject or case.id, secrets.token_bytes(60), version)


def new_tag(holder: HolderCode, index: str = "name", tag: bytes = b"tag") -> IndexTag:
    """A tag of the holder's."""
    return IndexTag(index, holder, 1, tag)


def new_chunks(count: int = 1) -> tuple[bytes, ...]:
    """What a file is kept as: a header, and so many chunks."""
    return (secrets.token_bytes(HEADER_SIZE), *(secrets.token_bytes(CHUNK_SIZE) for _ in range(count)))


def digest_of(value: SealedValue) -> tuple[UUID, bytes, int | None]:
    """What a seal covers of a sealed value."""
    return value.id, value.digest, value.superseded


def new_key(case: Case, number: int = 1, part: Part = Part.IDENTITY) -> CaseKey:
    """That the part has a data key."""
    return CaseKey(case.id, part, number, secrets.token_bytes(32))


def new_wrap(
    case: Case, recipient: HolderCode, *, by: HolderCode, number: int = 1, transfer: TransferId | None = None
) -> Wrap:
    """A wrap of a data key; of the offer's key for the number `OFFER`."""
    return Wrap(
        case=case.id,
        number=number,
        commitment=secrets.token_bytes(32),
        recipient=recipient,
        recipient_version=1,
        sender=by,
        sender_version=1,
        transfer=transfer,
        sealed=secrets.token_bytes(1168),
        signature=secrets.token_bytes(64),
    )


def offer_wraps(case: Case, transfer: Transfer) -> list[Wrap]:
    """The wraps of the offer's key for its two sides."""
    sides = (transfer.from_holder, transfer.to_holder)
    return [new_wrap(case, side, by=transfer.from_holder, number=OFFER, transfer=transfer.id) for side in sides]


def new_entry(
    event: Event,
    account: Account | None,
    *,
    version: int | None = None,
    holders_then: Sequence[HolderCode] = (),
    seal_digest: bytes | None = None,
    purpose: str = "casework",
    words: bytes | None = None,
) -> JournalEntry:
    """The event as the journal keeps it: as one version of its case, or of what has steps beside it."""
    is_step = event.aggregate is not None and not event.changes_case
    shown = tuple((case, secrets.token_bytes(16)) for case in event.shown)
    refusal = event.refusal if isinstance(event, Refused | SignInRefused) else None
    payload = {
        "event": type(event).__name__,
        "at": event.at.isoformat(),
        "operations": [operation.value for operation in event.operations],
        "action": event.action.value,
        "actor": str(account.id) if account else None,
        "holder": account.holder if account else None,
        **{name: str(of) if (of := getattr(event, name)) else None for name in ("case", *BESIDE)},
        "holders_then": sorted(holders_then),
        "purpose": purpose,
        "words": hashlib.sha256(words).hexdigest() if words else None,
        "refusal": refusal,
        "case_version": None if is_step else version,
        "step": version if is_step else None,
        "seal_digest": seal_digest.hex() if seal_digest else None,
        "recipients": sorted(event.recipients),
        "detail": dict(event.detail()),
    }
    written = rfc8785.dumps(payload)
    salt = secrets.token_bytes(32)
    return JournalEntry(
        id=EventId(uuid4()),
        at=event.at,
        action=event.action,
        account=account.id if account else None,
        holder=account.holder if account else None,
        case=event.case,
        aggregate=event.aggregate,
        case_version=None if is_step else version,
        step=version if is_step else None,
        aspect=event.touches,
        refusal=refusal,
        attempted=Reference(event.reference) if isinstance(event, Refused) and event.reference else None,
        holders_then=tuple(sorted(holders_then)),
        payload=written,
        salt=salt,
        commitment=commit(written, salt),
        words=words,
        shown=shown,
    )


def with_detail(entry: JournalEntry, detail: bytes) -> JournalEntry:
    """The same entry, whose payload says that of its kind of event alone."""
    said = {name: each for name, each in json.loads(entry.payload).items() if name != "detail"}
    payload = b'%s,"detail":%s}' % (rfc8785.dumps(said)[:-1], detail)
    return replace(entry, payload=payload, commitment=commit(payload, entry.salt))


def journal_changes(stores: Stores, case: Case, account: Account) -> list[JournalEntry]:
    """Each event of the case is in the journal, as one version of it."""
    entries = [
        new_entry(event, account, version=version, holders_then=sorted(case.holdings.holders), seal_digest=bytes(32))
        for version, event in enumerate(case.events, start=case.loaded_version + 1)
    ]
    for entry in entries:
        stores.journal.write(entry)
    return entries


def passed_on(holder: HolderCode) -> CaseQuery:
    """What that holder passed on."""
    return CaseQuery(holder=holder, today=NINE.date(), soon=NINE.date(), passed_on=True)


def viewed(case: Case, account: Account, *, at: datetime = NINE) -> Consulted:
    """That the account looked at the case."""
    return Consulted(action=Action.CASE_VIEW, at=at, by=account.id, case=case.id)


def listed(cases: Iterable[Case], account: Account, *, at: datetime = NINE) -> Consulted:
    """That a list showed the account those cases."""
    return Consulted(action=Action.CASE_LIST, at=at, by=account.id, cases=tuple(case.id for case in cases))


def found(stores: Stores) -> None:
    """The organisations, and a keyset for each, are there."""
    stores.holders.add(EVERY_HOLDER)
    for holder in EVERY_HOLDER:
        stores.keys.add_keyset(new_keyset(holder.code))
