"""The unit of work: one actor doing one thing, for one purpose, in one transaction. The one door to a case.

No case is loaded without a stated action and a purpose, from any door. `open` checks, in this order:
that the case may be known of, that it is current, that the action is permitted. What was changed is
sealed, kept and journalled together by `save`; what was only looked at is journalled by `open`.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from uuid import UUID

from casetrack.crypto.datakeys import DataKey
from casetrack.crypto.seals import Seal, digest
from casetrack.crypto.wraps import Wrap
from casetrack.domain import access
from casetrack.domain.actions import Action
from casetrack.domain.actors import Actor
from casetrack.domain.calendars import london_date
from casetrack.domain.case import Case
from casetrack.domain.errors import CasetrackError, NoPendingTransfer, NotFound, OfferOpen, Stale
from casetrack.domain.events import Consulted, Event, Refused
from casetrack.domain.holders import AUDIT_DESK
from casetrack.domain.holdings import Part
from casetrack.domain.ids import CaseId, HolderCode, Instant, TransferId
from casetrack.domain.references import Reference
from casetrack.domain.transfer import Transfer
from casetrack.services.deployment import Deployment
from casetrack.services.journal import CASEWORK, CaseChange, Purpose, journal_entry
from casetrack.services.outlook import outlook_of
from casetrack.services.ports import (
    AggregateSeal,
    CaseKey,
    Change,
    KeptCase,
    KeptTransfer,
    LastChange,
    Scope,
    SealedValue,
    Stores,
)
from casetrack.services.seals import FIRST, canonical_case, canonical_holding, canonical_transfer, check_kept
from casetrack.services.trust import Trust, opening

Begin = Callable[[Scope], AbstractContextManager[Stores]]

CONSULTATIONS = frozenset({Action.CASE_VIEW, Action.MILESTONE_LIST, Action.JOURNEY_VIEW, Action.HISTORY_VIEW})
"""The actions that look at a case and change nothing: opening a case for one of them is itself the event."""
TAKES_ALL = frozenset({"status", "holdings"})
"""What touches the whole case: nobody carries on with a page from before it."""


@dataclass(frozen=True)
class Attempt:
    """What an actor tried: what the journal says of it if it is refused."""

    action: Action
    reference: Reference | None = None
    transfer: TransferId | None = None


@dataclass
class CaseInHand:
    """A case that is being worked on, and what will be kept with it when it is saved."""

    case: Case
    kept: KeptCase | None
    """None of a case that is being opened for the first time."""
    last_change: LastChange | None
    since_seen: tuple[Change, ...] = ()
    data_keys: dict[Part, DataKey] = field(default_factory=dict)
    new_keys: list[CaseKey] = field(default_factory=list)
    retired: list[int] = field(default_factory=list)
    new_wraps: list[Wrap] = field(default_factory=list)
    new_values: list[SealedValue] = field(default_factory=list)
    resealed: list[SealedValue] = field(default_factory=list)
    superseded: dict[UUID, int] = field(default_factory=dict)

    def all_keys(self) -> tuple[CaseKey, ...]:
        """Every data key that the case has had, the new ones and the newly retired ones too."""
        known = (*(self.kept.keys if self.kept else ()), *self.new_keys)
        return tuple(replace(key, retired=key.retired or key.number in self.retired) for key in known)

    def all_values(self) -> tuple[tuple[UUID, bytes, int | None], ...]:
        """What the seal covers of every sealed value, as it will be kept."""
        known = {row: (found, superseded) for row, found, superseded in (self.kept.values if self.kept else ())}
        for value in (*self.new_values, *self.resealed):
            known[value.id] = (sha256(value.stored).digest(), value.superseded)
        for row, version in self.superseded.items():
            known[row] = (known[row][0], version)
        return tuple((row, found, superseded) for row, (found, superseded) in sorted(known.items()))


class UnitOfWork:
    """One actor doing one thing, for one purpose, in one transaction."""

    def __init__(
        self, stores: Stores, deployment: Deployment, actor: Actor, now: Instant, purpose: Purpose = CASEWORK
    ) -> None:
        """Work as the actor, at this instant."""
        self.stores = stores
        self.deployment = deployment
        self.actor = actor
        self.now = now
        self.purpose = purpose
        self.trust = Trust(stores.keys, deployment)
        self.attempted: Attempt | None = None
        self._cases: dict[CaseId, CaseInHand] = {}
        self._transfers: dict[TransferId, KeptTransfer] = {}

    @property
    def today(self) -> date:
        """The date in London."""
        return london_date(self.now)

    # Opening

    def require(self, action: Action) -> None:
        """The actor's role does such things; otherwise `NotPermitted`."""
        self.attempted = Attempt(action)
        access.require_role(self.actor, action)

    def open(self, reference: Reference, *, to: Action, seen: int | None = None) -> Case:
        """The case, for that action. `seen` is the version that the actor was looking at.

        `NotFound`, `Stale` or `NotPermitted` otherwise, in this order. To look is journalled here.
        """
        self.attempted = Attempt(to, reference)
        found = self.stores.cases.find(reference)
        if found is None:
            raise NotFound
        case = self._take(found, lock=to not in CONSULTATIONS)
        if access.reach(self.actor, case) is access.Reach.NOTHING:
            raise NotFound
        self._current(case, seen)
        access.require(self.actor, to, case)
        if to in CONSULTATIONS:
            self.note(Consulted(action=to, at=self.now, by=self.actor.account, case=case.id), about=case)
        return case

    def open_transfer(self, transfer_id: TransferId, *, to: Action, seen: int | None = None) -> tuple[Transfer, Case]:
        """An offer that is open, and its case, for that action; `NotFound` to all but its two sides.

        `NoPendingTransfer` if it was answered or taken back. While it is open, no version that it had is out of date:
        the sender may withdraw what the receiver has just seen. `Stale` for a version that it never had.
        """
        transfer = self._take_transfer(transfer_id, to, lock=True, seen=seen)
        return transfer, self._take(transfer.case, lock=to is Action.TRANSFER_ACCEPT)

    def look_at_transfer(self, transfer_id: TransferId) -> tuple[Transfer, Case | None]:
        """An offer, open or not, and its case for as long as the actor's holder may know of that. Journalled here."""
        transfer = self._take_transfer(transfer_id, Action.TRANSFER_VIEW, lock=False)
        case = self._take_known(transfer.case, lock=False)
        looked = Consulted(
            action=Action.TRANSFER_VIEW,
            at=self.now,
            by=self.actor.account,
            case=transfer.case,
            transfer=transfer_id,
        )
        self.note(looked, about=case, sides=(transfer.from_holder, transfer.to_holder))
        return transfer, case

    def in_hand(self, case: CaseId) -> CaseInHand:
        """What is being worked on with the case."""
        return self._cases[case]

    def kept_transfer(self, transfer: TransferId) -> KeptTransfer:
        """The transfer as it was kept when it was opened."""
        return self._transfers[transfer]

    def no_open_offer(self, case: Case) -> None:
        """The case is in no open transfer; otherwise `OfferOpen`."""
        if any(transfer.state.is_open for transfer in self.stores.transfers.of_case(case.id)):
            raise OfferOpen

    def changed_meanwhile(self, case: CaseId) -> tuple[Change, ...]:
        """What others changed since the actor's page was opened, in other parts of the case."""
        return self._cases[case].since_seen

    def _take_transfer(self, transfer_id: TransferId, to: Action, *, lock: bool, seen: int | None = None) -> Transfer:
        self.attempted = Attempt(to, transfer=transfer_id)
        kept = self.stores.transfers.get(transfer_id, lock=lock)
        if kept is None or access.side(self.actor, kept.transfer) is None:
            raise NotFound
        check_kept(kept, self.deployment.name, self.trust.version(kept.seal.seal.holder, kept.seal.seal.keyset_version))
        if lock and not kept.transfer.state.is_open:
            raise NoPendingTransfer
        if seen is not None and seen > kept.transfer.version:
            raise Stale
        access.require_side(self.actor, to, kept.transfer)
        self._transfers[transfer_id] = kept
        return kept.transfer

    def _take(self, case_id: CaseId, *, lock: bool) -> Case:
        case = self._take_known(case_id, lock=lock)
        if case is None:
            raise NotFound
        return case

    def _take_known(self, case_id: CaseId, *, lock: bool) -> Case | None:
        kept = self.stores.cases.get(case_id, lock=lock)
        if kept is None:
            return None
        last = self.stores.journal.last_change(case_id)
        check_kept(kept, self.deployment.name, self.trust.version(kept.seal.seal.holder, kept.seal.seal.keyset_version))
        self.trust.check_newest(kept, last)
        self._cases[case_id] = CaseInHand(kept.case, kept, last)
        return kept.case

    def _current(self, case: Case, seen: int | None) -> None:
        if seen is None or seen == case.version:
            return
        since = self.stores.journal.changes(case.id, seen)
        self._cases[case.id].since_seen = since
        if seen > case.version or any(change.aspect in TAKES_ALL for change in since):
            raise Stale

    # Keeping

    def begin_case(self, case: Case) -> CaseInHand:
        """A new case is in hand, to be sealed and saved."""
        self._cases[case.id] = CaseInHand(case, None, None)
        return self._cases[case.id]

    def save(self, case: Case) -> Case:
        """The case is sealed by the actor's holder, kept, and each of its events journalled.

        `Stale` if somebody was first.
        """
        hand = self._cases[case.id]
        touched = {event.touches for event in case.events}
        if any(change.aspect in touched for change in hand.since_seen):
            raise Stale
        previous = hand.kept.seal.digest if hand.kept else FIRST
        form = canonical_case(case, hand.all_keys(), hand.all_values(), previous)
        sealed = AggregateSeal(digest(form), previous, self._seal(form))
        kept = KeptCase(case, sealed, hand.all_keys(), hand.all_values())
        before = hand.kept.case.holdings.rows if hand.kept else ()
        changed = [row for row in case.holdings.rows if row not in before]
        holding_seals = [self._seal(canonical_holding(case.id, row)) for row in changed]
        keep = self.stores.cases.put if hand.kept else self.stores.cases.add
        keep(kept, list(zip(changed, holding_seals, strict=True)), outlook_of(case, self.deployment, self.now))
        self._flush(case.id, hand)
        last = self._journal_changes(case, hand, sealed.digest)
        current = replace(case, events=())
        self._cases[case.id] = CaseInHand(
            current, replace(kept, case=current), last, hand.since_seen, data_keys=hand.data_keys
        )
        return current

    def save_transfer(
        self, transfer: Transfer, *, case: Case, commitment: bytes, preview: bytes, answer: bytes | None = None
    ) -> Transfer:
        """The transfer is sealed by the actor's holder, kept, and each of its events journalled."""
        before = self._transfers.get(transfer.id)
        previous = before.seal.digest if before else FIRST
        form = canonical_transfer(transfer, commitment, preview, answer, previous)
        seal = AggregateSeal(digest(form), previous, self._seal(form))
        kept = KeptTransfer(transfer, seal, commitment, preview, answer)
        (self.stores.transfers.put if before else self.stores.transfers.add)(kept)
        for event in transfer.events:
            self.note(event, about=case, sides=(transfer.from_holder, transfer.to_holder))
        current = replace(transfer, events=())
        self._transfers[transfer.id] = replace(kept, transfer=current)
        return current

    def note(
        self,
        event: Event,
        *,
        about: Case | None = None,
        sides: Iterable[HolderCode] = (),
        change: CaseChange | None = None,
    ) -> LastChange | None:
        """The event is journalled, in this transaction, with whose case it then was and who else takes part in it."""
        holders = {*(about.holdings.holders if about else ()), *sides}
        entry = journal_entry(
            event,
            actor=self.actor,
            purpose=self.purpose,
            holders_then=holders,
            change=change,
            desk=self.trust.current(AUDIT_DESK),
            deployment=self.deployment.name,
            chance=self.deployment.chance,
        )
        self.stores.journal.write(entry)
        return LastChange(entry.id, change.version, change.seal_digest or b"") if change else None

    def _flush(self, case: CaseId, hand: CaseInHand) -> None:
        for key in hand.new_keys:
            self.stores.keys.add(key)
        self.stores.keys.retire(case, hand.retired)
        self.stores.keys.add_wraps(hand.new_wraps)
        self.stores.values.add(hand.new_values)
        self.stores.values.reseal(hand.resealed)

    def _journal_changes(self, case: Case, hand: CaseInHand, sealed: bytes) -> LastChange | None:
        """Each event is one version of the case; the seal is over the last of them. A hand-off has two sides."""
        last = hand.last_change
        before = hand.kept.case.holdings.holders if hand.kept else frozenset[HolderCode]()
        for version, event in enumerate(case.events, start=case.loaded_version + 1):
            seal_digest = sealed if version == case.version else None
            last = self.note(event, about=case, sides=before, change=CaseChange(version, seal_digest, last))
        return last

    def _seal(self, form: bytes) -> Seal:
        mine = self.trust.mine(self.actor.holder)
        return opening(lambda: self.deployment.keyring.seal(mine, form))


@contextmanager
def at_work(
    begin: Begin, deployment: Deployment, actor: Actor, now: Instant, purpose: Purpose = CASEWORK
) -> Iterator[UnitOfWork]:
    """A unit of work that is kept whole when the block ends well.

    A refusal rolls the work back, and is itself journalled in a transaction of its own.
    """
    scope = Scope(actor.account, actor.role, actor.holder, actor.national)
    attempted: Attempt | None = None
    try:
        with begin(scope) as stores:
            work = UnitOfWork(stores, deployment, actor, now, purpose)
            try:
                yield work
            finally:
                attempted = work.attempted
    except CasetrackError as refusal:
        if attempted is not None:
            event = Refused(
                action=attempted.action,
                refusal=type(refusal).__name__,
                reference=attempted.reference,
                transfer=attempted.transfer,
                at=now,
                by=actor.account,
            )
            with begin(scope) as stores:
                UnitOfWork(stores, deployment, actor, now, purpose).note(event)
        raise
