"""The journal, in memory."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from casetrack.domain.actions import Action
from casetrack.domain.actors import Role
from casetrack.domain.calendars import london_date
from casetrack.domain.errors import NotJournalled, Stale
from casetrack.domain.holders import AUDIT_DESK
from casetrack.domain.ids import AccountId, CaseId, EventId, HolderCode, Instant, ProposalId, TransferId
from casetrack.domain.references import Reference
from casetrack.services.journal import read_detail, read_keyset, read_payload, read_version
from casetrack.services.lists import LYING, MOST_FOUND, EventCard, LogQuery, Outcome, Page, Unseen
from casetrack.services.ports import Change, JournalEntry, LastChange
from tests.memory.kept import Memory, page_of

KEYSETS_MADE = frozenset({Action.KEYSET_MAKE, Action.KEYSET_RENEW})
SHOWS_NAMES = frozenset({Action.IDENTITY_REVEAL, Action.CASELOAD_NAME})
STEPS = frozenset(
    {
        *("TransferSent", "TransferDeclined", "TransferWithdrawn"),
        *("Proposed", "ProposalApproved", "ProposalRefused", "ProposalWithdrawn", "HoldSet", "HoldLifted"),
    }
)


class MemoryJournal:
    """The journal."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def write(self, entry: JournalEntry) -> None:
        scope = self._memory.acting
        if (entry.account, entry.holder) != (scope.account, scope.holder):
            raise NotJournalled
        if entry.case_version is not None and not (entry.case and self._may_change(entry.case, entry.case_version)):
            raise NotJournalled
        if entry.step is not None and entry.action.noun == "transfer" and not self._is_side(entry):
            raise NotJournalled
        if entry.refusal is None and not self._may_tell(entry):
            raise NotJournalled
        self._keep(entry)

    def _keep(self, entry: JournalEntry) -> None:
        """Each change of a case and each step of what has steps is told once."""
        change = (entry.case, entry.case_version)
        if entry.case_version is not None and any(
            (other.case, other.case_version) == change for other in self._memory.kept.entries
        ):
            raise Stale
        step = (entry.aggregate, entry.step)
        if entry.step is not None and any((other.aggregate, other.step) == step for other in self._memory.kept.entries):
            raise Stale
        self._memory.kept.entries += (entry,)

    def last_changes(self, cases: Sequence[CaseId]) -> Mapping[CaseId, LastChange]:
        newest = {case: changes[-1] for case in cases if (changes := self._changes(case))}
        return {case: _last(entry, version) for case, (version, entry) in newest.items()}

    def last_steps(self, aggregates: Sequence[UUID]) -> Mapping[UUID, LastChange]:
        found = {aggregate: self.last_step(aggregate) for aggregate in aggregates}
        return {aggregate: last for aggregate, last in found.items() if last is not None}

    def last_step(self, aggregate: UUID) -> LastChange | None:
        steps = [
            (entry.step, entry)
            for entry in self._memory.kept.entries
            if entry.aggregate == aggregate and entry.step is not None and self._is_known(entry)
        ]
        version, newest = max(steps, key=lambda step: step[0], default=(0, None))
        return _last(newest, version) if newest else None

    def begun(self, case: CaseId, by: Action) -> frozenset[UUID]:
        first = (each for each in self._memory.kept.entries if (each.case, each.step, each.action) == (case, 1, by))
        return frozenset(each.aggregate for each in first if each.aggregate is not None and self._is_known(each))

    def place_of(self, event: EventId) -> int | None:
        leaves = {leaf[9:25]: number for number, leaf in enumerate(self._memory.kept.leaves)}
        return leaves.get(event.bytes)

    def changes(self, case: CaseId, since: int) -> tuple[Change, ...]:
        return tuple(
            Change(version, entry.action, entry.aspect, entry.account, entry.at, entry.holder)
            for version, entry in self._changes(case)
            if version > since
        )

    def history(self, case: CaseId, *, page: int, unseen: Unseen) -> Page[EventCard]:
        def is_told(entry: JournalEntry) -> bool:
            is_change = entry.case == case and (entry.case_version is not None or _is_step(entry))
            lies_there = entry.action in LYING and _payload(entry)["detail"].get("strand") in unseen.strands
            return is_change and entry.aspect not in unseen.aspects and not lies_there

        return self.cards(is_told, page)

    def case_keys_renewed(self, holder: HolderCode, *, of: CaseId | None = None) -> Mapping[CaseId, int]:
        known = (entry for entry in self._memory.kept.entries if self._is_known(entry))
        done = [entry for entry in known if (entry.action, entry.holder) == (Action.DATAKEY_RENEW, holder)]
        newest: dict[CaseId, int] = {}
        for entry in done:
            version = read_version(read_detail(_payload(entry)).get("keyset"))
            if entry.case and entry.case_version is not None and version is not None and of in (None, entry.case):
                newest[entry.case] = max(version, newest.get(entry.case, 0))
        return newest

    def keysets_made(self) -> Mapping[tuple[str, int], Instant]:
        if self._memory.acting.role is not Role.ADMINISTRATOR:
            return {}
        made = [entry for entry in self._memory.kept.entries if entry.action in KEYSETS_MADE]
        places = ((read_keyset(read_detail(_payload(entry))), entry.at) for entry in made)
        return {place: at for place, at in places if place is not None}

    def search(self, query: LogQuery) -> Page[EventCard]:
        return self.cards(lambda entry: self._matches(query, entry), query.page, query.size, most=MOST_FOUND)

    def _changes(self, case: CaseId) -> list[tuple[int, JournalEntry]]:
        known = (entry for entry in self._memory.kept.entries if entry.case == case and self._is_known(entry))
        changes = [(entry.case_version, entry) for entry in known if entry.case_version is not None]
        return sorted(changes, key=lambda change: change[0])

    def _is_known(self, entry: JournalEntry) -> bool:
        """One's own; those of the cases that one knows of; to an auditor, those of its holder and of its cases then."""
        scope = self._memory.acting
        if scope.account is not None and entry.account == scope.account:
            return True
        if scope.role is Role.AUDITOR:
            own_people = {each.id for each in self._memory.kept.accounts.values() if each.holder == scope.holder}
            about_own = subject_of(entry) in own_people
            own = entry.holder == scope.holder or scope.holder in entry.holders_then or about_own
            if entry.action is Action.UNUSUAL_REVIEW and AUDIT_DESK == entry.holder != scope.holder:
                return False
            return scope.national or own or self._was_refused_then(entry)
        if entry.step is not None and entry.aggregate is not None:
            kept = self._memory.kept.transfers.get(TransferId(entry.aggregate))
            if kept is not None and self._memory.is_transfer_known(kept.transfer):
                return True
        if entry.case is None:
            return self._is_of_two(entry)
        left = self._memory.left_at(entry.case)
        was_there = left is not None and entry.at <= left
        return was_there or self._memory.is_at_hand(entry.case) or self._is_of_two(entry)

    def _was_refused_then(self, entry: JournalEntry) -> bool:
        """Somebody was refused a case while the auditor's own organisation was responsible for it."""
        asked = {case.case.id for case in self._memory.kept.cases.values() if case.case.reference == entry.attempted}
        offer = self._memory.kept.transfers.get(TransferId(entry.aggregate)) if entry.aggregate else None
        asked |= {offer.transfer.case} if offer else set()
        return entry.refusal is not None and any(
            row.holder == self._memory.acting.holder
            and row.since <= entry.at
            and (row.until is None or entry.at < row.until)
            for case in asked
            for row in self._memory.kept.cases[case].case.holdings.rows
        )

    def _may_change(self, case: CaseId, version: int) -> bool:
        """The actor's holder has the case; or the actor has just erased it."""
        stone = self._memory.kept.tombstones.get(case)
        erased = stone is not None and (stone.version, stone.stone.approved_by) == (
            version,
            self._memory.acting.account,
        )
        return erased or self._memory.is_held(case)

    def _is_side(self, entry: JournalEntry) -> bool:
        """The actor's holder offered, or is being offered, what the entry is a step of."""
        kept = self._memory.kept.transfers.get(TransferId(entry.aggregate)) if entry.aggregate else None
        if kept is None or kept.transfer.case != entry.case:
            return False
        return self._memory.caseworker in (kept.transfer.from_holder, kept.transfer.to_holder)

    def _may_tell(self, entry: JournalEntry) -> bool:
        """What came of an access is an auditor's to say, of somebody else's; what was compared, of one's own alone."""
        scope = self._memory.acting
        of = next((each for each in self._memory.kept.entries if each.id == entry.aggregate), None)
        if entry.action is Action.UNUSUAL_REVIEW and entry.aggregate is not None:
            others = of is not None and of.account not in (None, scope.account) and self._is_known(of)
            return entry.case is None and scope.role is Role.AUDITOR and others
        if entry.action is Action.SURNAME_COMPARE:
            own = of is not None and of.account == scope.account and of.refusal is None and of.action in SHOWS_NAMES
            return entry.case is None and own
        return True

    def _is_of_two(self, entry: JournalEntry) -> bool:
        """A step of a proposal of the actor's, or the last change of a case of which the actor knows the tombstone."""
        agreed = self._memory.kept.proposals.get(ProposalId(entry.aggregate)) if entry.aggregate else None
        if entry.step is not None and agreed is not None and self._memory.is_side(agreed.proposal):
            return True
        stone = self._memory.kept.tombstones.get(entry.case) if entry.case else None
        return stone is not None and entry.case_version == stone.version and self._memory.is_stone_known(stone)

    def _matches(self, query: LogQuery, entry: JournalEntry) -> bool:
        day = london_date(entry.at)
        return (
            (query.reference is None or self.is_about(query.reference, entry))
            and (query.outcome is None or (query.outcome is Outcome.REFUSED) is (entry.refusal is not None))
            and query.account in (None, entry.account)
            and query.holder in (None, entry.holder)
            and query.action in (None, entry.action)
            and query.purpose in (None, _payload(entry).get("purpose"))
            and (query.since is None or query.since <= day)
            and (query.until is None or day <= query.until)
        )

    def is_about(self, reference: Reference, entry: JournalEntry) -> bool:
        """The entry is about the case, showed it in a list, or is of somebody who was refused it."""
        about = {self.reference(case) for case in (entry.case, *(case for case, _ in entry.shown)) if case}
        return reference in about | self._refused_on(entry) | {entry.attempted}

    def _refused_on(self, entry: JournalEntry) -> set[Reference]:
        """The references of the cases that somebody asked for and was refused, as far as the actor may read them."""
        if entry.refusal is None:
            return set()
        kept = self._memory.kept.transfers.get(TransferId(entry.aggregate)) if entry.aggregate else None
        cases = {case.case.id for case in self._memory.kept.cases.values() if case.case.reference == entry.attempted}
        read = (self.reference(case) for case in cases | ({kept.transfer.case} if kept else set()))
        return {reference for reference in read if reference is not None}

    def known(self) -> list[JournalEntry]:
        """What the actor may read, and how the deployment began, as far as they may read that."""
        return [entry for entry in (*self._memory.kept.founding, *self._memory.kept.entries) if self._is_known(entry)]

    def cards(
        self, which: Callable[[JournalEntry], bool], page: int, size: int = 25, most: int | None = None
    ) -> Page[EventCard]:
        found = [entry for entry in self.known() if which(entry)]
        found.sort(key=lambda entry: entry.id)
        found.sort(key=lambda entry: (entry.at, entry.case_version or 0), reverse=True)
        return page_of((self.card(entry) for entry in found[:most]), number=page, size=size)

    def card(self, entry: JournalEntry) -> EventCard:
        account = self._memory.kept.accounts.get(entry.account) if entry.account else None
        leaves = {leaf[9:25]: number for number, leaf in enumerate(self._memory.kept.leaves)}
        return EventCard(
            id=entry.id,
            at=entry.at,
            action=entry.action,
            account=entry.account,
            account_name=account.display_name if account else "",
            holder=entry.holder,
            case=entry.case,
            reference=self.reference(entry.case) if entry.case else None,
            case_version=entry.case_version,
            payload=_payload(entry),
            has_words=entry.words is not None,
            leaf=leaves.get(entry.id.bytes),
        )

    def reference(self, case: CaseId) -> Reference | None:
        """To an auditor, the references of the cases that its holder has, had or was offered."""
        kept = self._memory.kept.cases.get(case)
        scope = self._memory.acting
        if kept is None:
            return None
        if scope.role is not Role.AUDITOR:
            offers = (each.transfer for each in self._memory.kept.transfers.values())
            mine = any((each.case, each.to_holder) == (case, scope.holder) and each.state.is_open for each in offers)
            known = mine or self._memory.is_at_hand(case) or self._memory.left_at(case) is not None
            return kept.case.reference if known else None
        transfers = (kept.transfer for kept in self._memory.kept.transfers.values())
        offered = any(each.case == case and each.to_holder == scope.holder for each in transfers)
        had = scope.holder is not None and kept.case.holdings.ever_held_by(scope.holder)
        return kept.case.reference if scope.national or had or offered else None


class UnboundJournal(MemoryJournal):
    """The journal as a superuser has it: all of it is known, and nobody is asked who writes."""

    def write(self, entry: JournalEntry) -> None:
        self._keep(entry)

    def _is_known(self, entry: JournalEntry) -> bool:  # noqa: ARG002 - every one is
        return True


def subject_of(entry: JournalEntry) -> AccountId | None:
    """Whose account the entry is about, as its payload says it."""
    try:
        return AccountId(UUID(str(read_detail(_payload(entry)).get("account"))))
    except ValueError:
        return None


def _payload(entry: JournalEntry) -> Mapping[str, Any]:
    return read_payload(entry.payload)


def _last(entry: JournalEntry, version: int) -> LastChange:
    digest = _payload(entry).get("seal_digest")
    return LastChange(entry.id, version, bytes.fromhex(digest or ""))


def _is_step(entry: JournalEntry) -> bool:
    """It took a transfer a step further, and is not told by a change of the case already."""
    if entry.step is None:
        return False
    payload = _payload(entry)
    kind, detail = payload["event"], payload["detail"]
    seen_first = kind == "TransferSeen" and detail["first"]
    information_taken = kind == "TransferAccepted" and not detail["strands"]
    return kind in STEPS or seen_first or information_taken
