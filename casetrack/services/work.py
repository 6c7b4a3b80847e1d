"""The unit of work: one actor doing one thing, for one purpose, in one transaction. The one door to a case.

No case is loaded without a stated action and a purpose, from any door. `open` checks, in this order:
that the case may be known of, that it is current, that the action is permitted. What was changed is
sealed, kept and journalled together by `save`; what was only looked at is journalled by `open`.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import NoReturn

from casetrack.crypto.seals import AggregateSeal, Seal, digest
from casetrack.domain import access
from casetrack.domain.actions import Action
from casetrack.domain.actors import Actor
from casetrack.domain.calendars import london_date
from casetrack.domain.case import Case
from casetrack.domain.errors import (
    CasetrackError,
    IntegrityBroken,
    KeysUnavailable,
    NoPendingTransfer,
    NotFound,
    PassedOn,
    Stale,
)
from casetrack.domain.events import Consulted, Event, Refused
from casetrack.domain.holders import AUDIT_DESK
from casetrack.domain.ids import CaseId, EventId, HolderCode, Instant, ProposalId, TransferId
from casetrack.domain.references import Reference
from casetrack.domain.stub import Stub
from casetrack.domain.transfer import Transfer
from casetrack.services.approvals import KeptProposal
from casetrack.services.deployment import Deployment
from casetrack.services.fields import ANSWER, PREVIEW
from casetrack.services.in_hand import Broken, CaseInHand, Taken
from casetrack.services.journal import CASEWORK, CaseChange, Purpose, Step, Stepped, journal_entry
from casetrack.services.outlook import outlook_of
from casetrack.services.ports import (
    Change,
    KeptCase,
    KeptTransfer,
    LastChange,
    Scope,
    SealedValue,
    Stores,
)
from casetrack.services.seals import FIRST, Kept, canonical_case, canonical_holding, canonical_transfer, check_kept
from casetrack.services.stubs import stub_of
from casetrack.services.trust import Trust

Begin = Callable[[Scope], AbstractContextManager[Stores]]

OPENING = frozenset(
    {Action.MILESTONE_LIST, Action.FILE_LIST, Action.NOTE_LIST, Action.DISCLOSURE_LIST, Action.SAR_LIST}
)
"""The looks at a case for which something sealed is opened: `look` is the event, and says what."""
CONSULTATIONS = OPENING | {Action.CASE_VIEW, Action.JOURNEY_VIEW, Action.HISTORY_VIEW}
"""The actions that look at a case and change nothing: opening a case for one of the others is itself the event."""
TAKES_ALL = frozenset({"status", "holdings"})
"""What touches the whole case: nobody carries on with a page from before it."""


@dataclass(frozen=True)
class Attempt:
    """What an actor tried: what the journal says of it if it is refused."""

    action: Action
    reference: Reference | None = None
    transfer: TransferId | None = None
    proposal: ProposalId | None = None

    def refused_by(self, refusal: type[CasetrackError], *, at: Instant, by: Actor) -> Refused:
        """The event that it was refused."""
        return Refused(**vars(self), refusal=refusal.__name__, at=at, by=by.account)


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
        self.refused: dict[CaseId, tuple[Refused, Purpose]] = {}
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

    def open(self, reference: Reference, *, to: Action, seen: int | None = None, lock: bool = True) -> Case:
        """The case, for that action. `seen` is the version that the actor was looking at.

        `NotFound`, `Stale` or `NotPermitted` otherwise, in this order. To look is journalled here. Without `lock` it is
        not to be changed: what would be refused is refused before something slow, and the case then opened again.
        """
        self.attempted = Attempt(to, reference)
        case = self._take_held(reference, lock=lock and to not in CONSULTATIONS)
        if case is None:
            self._turn_away(self._stub(reference), to, seen)
        return self._opened(case, to, seen)

    def view(self, reference: Reference) -> Case | Stub:
        """The case, to be looked at; or the stub of one that the actor's holder passed on. Journalled here."""
        self.attempted = Attempt(Action.CASE_VIEW, reference)
        case = self._take_held(reference, lock=False)
        if case is not None:
            return self._opened(case, Action.CASE_VIEW, None)
        stub = self._stub(reference)
        access.require_stub(self.actor, Action.CASE_VIEW)
        looked = Consulted(action=Action.CASE_VIEW, at=self.now, by=self.actor.account, case=stub.id)
        self.note(looked, sides=stub.holdings.holders)
        return stub

    def look(self, case: Case, to: Action, rows: Collection[SealedValue] = ()) -> None:
        """That the case was looked at is journalled, with the labels of the sealed values that are opened for it."""
        looked = Consulted(
            action=to,
            at=self.now,
            by=self.actor.account,
            case=case.id,
            labels=tuple(sorted({row.label.column for row in rows})),
            values=len(rows),
        )
        self.note(looked, about=case)

    def open_transfer(
        self, transfer_id: TransferId, *, to: Action, seen: int | None = None
    ) -> tuple[Transfer, Case | None]:
        """An offer that is open, for that action, and its case if the actor's holder has any of that.

        `NotFound` to all but its two sides, `NoPendingTransfer` if it was answered or taken back. While it is open, no
        version that it had is out of date: the sender may withdraw what the receiver has just seen. `Stale` for a
        version that it never had.
        """
        transfer = self._take_transfer(transfer_id, to, lock=True, seen=seen)
        return transfer, self._take_known(transfer.case, lock=False)

    def take_over(self, accepted: Transfer) -> Case:
        """The case of an offer that was saved as accepted in this unit of work, to be handed off."""
        return self._take(accepted.case, lock=True)

    def open_proposal(
        self, proposal_id: ProposalId, *, to: Action, seen: int | None = None
    ) -> tuple[KeptProposal, Case | None]:
        """What waits for a second person, and the case that it is about, for that action; `NotFound` to all others."""
        self.attempted = Attempt(to, proposal=proposal_id)
        looks = to in {Action.PROPOSAL_VIEW, Action.ENQUIRY_VIEW, Action.ENQUIRY_ANSWER}
        kept = self.stores.proposals.get(proposal_id, lock=not looks)
        if kept is None or not access.knows(self.actor, kept.proposal):
            raise NotFound
        self.check(kept, self.stores.journal.last_step(proposal_id))
        if seen is not None and seen > kept.version:
            raise Stale
        access.require_of_two(self.actor, to, kept.proposal)
        about = kept.proposal.case
        return kept, self._take_known(about, lock=not looks) if about else None

    def look_at_transfer(self, transfer_id: TransferId) -> tuple[Transfer, Case | None]:
        """An offer, open or not, and its case for as long as the actor's holder has any of that. Journalled here.

        With the labels of what is sealed with the offer, as far as it is shown to the actor's side.
        """
        transfer = self._take_transfer(transfer_id, Action.TRANSFER_VIEW, lock=False)
        case = self._take_known(transfer.case, lock=False)
        kept = self._transfers[transfer_id]
        shown = ((PREVIEW, access.reads_preview(self.actor, transfer)), (ANSWER, bool(kept.answer)))
        labels = tuple(label.column for label, is_shown in shown if is_shown)
        looked = Consulted(
            action=Action.TRANSFER_VIEW,
            at=self.now,
            by=self.actor.account,
            case=transfer.case,
            transfer=transfer_id,
            labels=labels,
            values=len(labels),
        )
        self.note(looked, about=case, sides=(transfer.from_holder, transfer.to_holder))
        return transfer, case

    def take_all(self, cases: Collection[CaseId]) -> Taken:
        """Many cases, each as it was sealed, in as many statements as one. The list's own event says whom it shows.

        One is broken if it does not fit and is the same when it is read again: otherwise somebody has just changed it.
        """
        return self._taken(cases, {})

    def take_again(self, unfit: Mapping[CaseId, type[CasetrackError]]) -> Taken:
        """Those in hand that what was read later does not fit: as they are now if somebody changed them, or broken."""
        read = {case: (self._cases.pop(case).case.version, refusal) for case, refusal in unfit.items()}
        return self._taken(unfit, read)

    def refuse_each(self, broken: Mapping[CaseId, Broken], to: Action) -> None:
        """That each of those cases was refused is journalled, once, while the rest of this work goes on."""
        for case, each in broken.items():
            event = Attempt(to, each.reference).refused_by(each.refusal, at=self.now, by=self.actor)
            self.refused.setdefault(case, (event, Purpose(self.purpose.code)))

    def is_overtaken(self) -> bool:
        """Somebody has changed a case since this work read it, so that what it read later may be of another version."""
        read = {case: hand.kept.case.version for case, hand in self._cases.items() if hand.kept is not None}
        try:
            return any(now.case.version != read[now.case.id] for now in self.stores.cases.all_of(list(read)))
        except IntegrityBroken:
            return False

    def in_hand(self, case: CaseId) -> CaseInHand:
        """What is being worked on with the case."""
        return self._cases[case]

    def kept_transfer(self, transfer: TransferId) -> KeptTransfer:
        """The transfer as it was kept when it was opened."""
        return self._transfers[transfer]

    def changed_meanwhile(self, case: CaseId) -> tuple[Change, ...]:
        """What others changed since the actor's page was opened, in other parts of the case."""
        return self._cases[case].since_seen

    def check(self, kept: Kept, last: LastChange | None) -> None:
        """What was kept is as it was sealed, and the newest that the journal knows of: no older row was put back."""
        sealer = self.trust.version(kept.seal.seal.holder, kept.seal.seal.keyset_version)
        check_kept(kept, self.deployment.name, sealer)
        if last is None or (last.version, last.seal_digest) != (kept.version, kept.seal.digest):
            raise IntegrityBroken

    def _take_transfer(self, transfer_id: TransferId, to: Action, *, lock: bool, seen: int | None = None) -> Transfer:
        self.attempted = Attempt(to, transfer=transfer_id)
        kept = self.stores.transfers.get(transfer_id, lock=lock)
        if kept is None or access.side(self.actor, kept.transfer) is None:
            raise NotFound
        self.check(kept, self.stores.journal.last_step(transfer_id))
        if lock and not kept.transfer.state.is_open:
            raise NoPendingTransfer
        if seen is not None and seen > kept.transfer.version:
            raise Stale
        access.require_side(self.actor, to, kept.transfer)
        self._transfers[transfer_id] = kept
        return kept.transfer

    def _take_held(self, reference: Reference, *, lock: bool) -> Case | None:
        """The case of that reference, if the actor's holder has any of it now."""
        found = self.stores.cases.find(reference)
        case = None if found is None else self._take_known(found, lock=lock)
        return case if case is not None and access.reach(self.actor, case) is access.Reach.CASE else None

    def _opened(self, case: Case, to: Action, seen: int | None) -> Case:
        """The case, if it is current and the actor may do that with it; to look is journalled."""
        self._current(case, seen)
        access.require(self.actor, to, case)
        if to in CONSULTATIONS - OPENING:
            self.look(case, to)
        return case

    def _stub(self, reference: Reference) -> Stub:
        """What is left of a case that the actor's holder passed on; `NotFound` of any other."""
        kept = self.stores.cases.stub(reference)
        if not kept:
            raise NotFound
        return stub_of(kept, self.actor.holder, self.trust, self.deployment.name)

    def _turn_away(self, stub: Stub, action: Action, seen: int | None) -> NoReturn:
        """A former holder does nothing but see the stub; to whose page is from before the hand-off, that is said."""
        if seen is not None and any(
            change.aspect in TAKES_ALL for change in self.stores.journal.changes(stub.id, seen)
        ):
            raise Stale
        access.require_stub(self.actor, action)
        raise PassedOn

    def _take(self, case_id: CaseId, *, lock: bool) -> Case:
        case = self._take_known(case_id, lock=lock)
        if case is None:
            raise NotFound
        return case

    def _take_known(self, case_id: CaseId, *, lock: bool) -> Case | None:
        """The case as it was sealed; read again where somebody changed it between two statements of a look."""
        kept = self.stores.cases.get(case_id, lock=lock)
        while kept is not None:
            try:
                return self._checked(kept, self.stores.journal.last_changes([case_id])).case
            except IntegrityBroken:
                before, kept = kept, self.stores.cases.get(case_id, lock=lock)
                if kept is not None and kept.case.version == before.case.version:
                    raise
        return None

    def _taken(self, cases: Collection[CaseId], unfit: dict[CaseId, tuple[int, type[CasetrackError]]]) -> Taken:
        """The cases, of which those are broken that are still of the version in which something of them did not fit."""
        hands: dict[CaseId, CaseInHand] = {}
        broken: dict[CaseId, Broken] = {}
        while True:
            # The cases first: of what is read after, what does not fit is of another version, or not as it was sealed.
            read, newest = self.stores.cases.all_of(list(cases)), self.stores.journal.last_changes(list(cases))
            again = []
            for kept in read:
                case, version = kept.case.id, kept.case.version
                before, refusal = unfit.get(case, (None, IntegrityBroken))
                if before == version:
                    broken[case] = Broken(kept.case.reference, refusal)
                    continue
                try:
                    hands[case] = self._checked(kept, newest)
                except IntegrityBroken:
                    unfit[case] = version, IntegrityBroken
                    again.append(case)
            if not again:
                return Taken(hands, broken)
            cases = again

    def _checked(self, kept: KeptCase, newest: Mapping[CaseId, LastChange]) -> CaseInHand:
        last = newest.get(kept.case.id)
        self.check(kept, last)
        self._cases[kept.case.id] = CaseInHand(kept.case, kept, last)
        return self._cases[kept.case.id]

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

    def save(self, case: Case, *, changes: bool = True) -> Case:
        """The case is sealed by the actor's holder, kept, and each of its events journalled.

        `Stale` if somebody was first. Where nothing is other than it was, it was looked at, which alone is journalled.
        """
        hand = self._cases[case.id]
        hand.check_first(case.events)
        if not changes:
            self.look(hand.case, Action.CASE_VIEW)
            return hand.case
        previous = hand.kept.seal.digest if hand.kept else FIRST
        outlook = outlook_of(case, self.deployment, self.now)
        form = canonical_case(case, hand.all_keys(), hand.all_values(), outlook, previous)
        sealed = self.seal(form, previous)
        kept = KeptCase(case, sealed, hand.all_keys(), hand.all_values(), outlook)
        before = hand.kept.case.holdings.rows if hand.kept else ()
        changed = [row for row in case.holdings.rows if row not in before]
        holding_seals = [self._seal(canonical_holding(case, row)) for row in changed]
        keep = self.stores.cases.put if hand.kept else self.stores.cases.add
        keep(kept, list(zip(changed, holding_seals, strict=True)))
        self._flush(case.id, hand)
        last = self._journal_changes(case, hand, sealed.digest)
        current = replace(case, events=())
        self._cases[case.id] = CaseInHand(
            current, replace(kept, case=current), last, hand.since_seen, data_keys=hand.data_keys
        )
        return current

    def save_transfer(
        self, transfer: Transfer, *, case: Case | None, commitment: bytes, preview: bytes, answer: bytes | None = None
    ) -> Transfer:
        """The transfer is sealed by the actor's holder, kept, and each of its events journalled.

        Whose case it is, is journalled with it as far as the actor's holder knows: a receiver knows of the two sides.
        """
        before = self._transfers.get(transfer.id)
        previous = before.seal.digest if before else FIRST
        seal = self.seal(canonical_transfer(transfer, commitment, preview, answer, previous), previous)
        kept = KeptTransfer(transfer, seal, commitment, preview, answer)
        (self.stores.transfers.put if before else self.stores.transfers.add)(kept)
        self.note_steps(transfer, seal, about=case, sides=(transfer.from_holder, transfer.to_holder))
        current = replace(transfer, events=())
        self._transfers[transfer.id] = replace(kept, transfer=current)
        return current

    def seal(self, form: bytes, previous: bytes) -> AggregateSeal:
        """The seal of the actor's holder over that form, which follows on the one of that digest."""
        return AggregateSeal(digest(form), previous, self._seal(form))

    def note_steps(
        self, aggregate: Stepped, seal: AggregateSeal, *, about: Case | None, sides: Iterable[HolderCode] = ()
    ) -> None:
        """Each event of what has steps beside a case is journalled as one; the seal is over the last of them."""
        for version, event in enumerate(aggregate.events, start=aggregate.loaded_version + 1):
            step = Step(version, seal.digest if version == aggregate.version else None)
            self.note(event, about=about, sides=sides, change=step)

    def note(
        self,
        event: Event,
        *,
        about: Case | None = None,
        sides: Iterable[HolderCode] = (),
        change: CaseChange | Step | None = None,
        purpose: Purpose | None = None,
    ) -> EventId:
        """The event is journalled, in this transaction, with whose case it then was and who else takes part in it."""
        said = purpose or self.purpose
        entry = journal_entry(
            event,
            actor=self.actor,
            purpose=said,
            holders_then={*(about.holdings.holders if about else ()), *sides},
            change=change,
            desk=self.trust.current(AUDIT_DESK) if said.words else None,
            deployment=self.deployment.name,
            chance=self.deployment.chance,
        )
        self.stores.journal.write(entry)
        return entry.id

    def _flush(self, case: CaseId, hand: CaseInHand) -> None:
        for key in hand.new_keys:
            self.stores.keys.add(key)
        self.stores.keys.retire(case, hand.retired)
        self.stores.keys.add_wraps(hand.new_wraps)
        self.stores.values.add(hand.new_values)
        self.stores.values.reseal(hand.resealed)
        for part, tags in hand.new_tags.items():
            self.stores.tags.replace(case, part, tags)

    def _journal_changes(self, case: Case, hand: CaseInHand, sealed: bytes) -> LastChange | None:
        """Each event is one version of the case; the seal is over the last of them. A hand-off has two sides."""
        last = hand.last_change
        before = hand.kept.case.holdings.holders if hand.kept else frozenset[HolderCode]()
        for version, event in enumerate(case.events, start=case.loaded_version + 1):
            seal_digest = sealed if version == case.version else None
            noted = self.note(event, about=case, sides=before, change=CaseChange(version, seal_digest, last))
            last = LastChange(noted, version, seal_digest or b"")
        return last

    def _seal(self, form: bytes) -> Seal:
        mine = self.trust.mine(self.actor.holder)
        return self.trust.asking(lambda: self.deployment.keyring.seal(mine, form))


@contextmanager
def at_work(
    begin: Begin, deployment: Deployment, actor: Actor, now: Instant, purpose: Purpose = CASEWORK
) -> Iterator[UnitOfWork]:
    """A unit of work that is kept whole when the block ends well.

    `SessionEnded` if what the actor came by has ended meanwhile. A refusal rolls the work back, and is itself
    journalled in a transaction of its own: also if the session has ended since, because what was tried was tried. So is
    what was refused of single cases among many, whether or not the rest was kept.
    """
    scope = Scope(actor.account, actor.role, actor.holder, actor.national, actor.session)
    attempted: Attempt | None = None
    refused: list[tuple[Refused, Purpose]] = []
    try:
        with begin(scope) as stores:
            work = UnitOfWork(stores, deployment, actor, now, purpose)
            try:
                yield work
            except IntegrityBroken:
                if work.is_overtaken():
                    raise Stale from None
                raise
            finally:
                attempted = work.attempted
                refused.extend(work.refused.values())
    except CasetrackError as refusal:
        if attempted is not None:
            refused.append((attempted.refused_by(type(refusal), at=now, by=actor), purpose))
        raise
    finally:
        if refused:
            with begin(replace(scope, session=None)) as stores:
                _journal_refusals(UnitOfWork(stores, deployment, actor, now), refused)


def _journal_refusals(told: UnitOfWork, refused: Iterable[tuple[Refused, Purpose]]) -> None:
    for event, purpose in refused:
        told.purpose = purpose
        try:
            told.note(event)
        except (IntegrityBroken, KeysUnavailable):
            # The desk's own keys are what is broken. That it was refused is kept, without what was typed.
            told.purpose = Purpose(purpose.code)
            told.note(event)
