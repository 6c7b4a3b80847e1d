"""Cases and their lists, in memory."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from hashlib import sha256

from casetrack.crypto.seals import Seal
from casetrack.domain.calendars import london_date
from casetrack.domain.case import Case, Status
from casetrack.domain.errors import NotPermitted, Stale, Unavailable
from casetrack.domain.holdings import Holding, Strand
from casetrack.domain.ids import AccountId, CaseId, HolderCode
from casetrack.domain.references import Pseudonym, Reference
from casetrack.services.lists import CaseCard, CaseQuery, Due, Page, Sort, WorkCounts
from casetrack.services.ports import KeptCase, Outlook
from tests.memory.kept import Memory, page_of


class MemoryCases:
    """Cases."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def find(self, reference: Reference) -> CaseId | None:
        known = (kept.case for kept, _ in self._memory.kept.cases.values() if self._memory.is_known(kept.case.id))
        return next((case.id for case in known if case.reference == reference), None)

    def get(self, case: CaseId, *, lock: bool) -> KeptCase | None:  # noqa: ARG002 - nobody else is in this memory
        if case not in self._memory.kept.cases or not self._memory.is_known(case):
            return None
        kept, _ = self._memory.kept.cases[case]
        keys = sorted((key for key in self._memory.kept.keys.values() if key.case == case), key=lambda key: key.number)
        values = sorted(
            (value for value in self._memory.kept.values.values() if value.case == case), key=lambda v: v.id
        )
        digests = tuple((value.id, sha256(value.stored).digest(), value.superseded) for value in values)
        return replace(kept, keys=tuple(keys), values=digests)

    def add(self, kept: KeptCase, changed: Sequence[tuple[Holding, Seal]], outlook: Outlook) -> None:
        case = kept.case
        if any(other.case.reference == case.reference for other, _ in self._memory.kept.cases.values()):
            raise Unavailable
        self._may_hold(case, changed)
        self._keep(kept, outlook)

    def put(self, kept: KeptCase, changed: Sequence[tuple[Holding, Seal]], outlook: Outlook) -> None:
        case = kept.case
        before = self._memory.kept.cases.get(case.id)
        if before is None or before[0].case.version != case.loaded_version or not self._memory.is_at_hand(case.id):
            raise Stale
        self._may_hold(case, changed)
        if self._memory.caseworker not in case.holdings.holders:
            raise NotPermitted
        self._keep(kept, outlook)

    def pseudonym_is_taken(self, pseudonym: Pseudonym) -> bool:
        return any(
            kept.case.pseudonym == pseudonym and kept.case.status is Status.OPEN
            for kept, _ in self._memory.kept.cases.values()
        )

    def _keep(self, kept: KeptCase, outlook: Outlook) -> None:
        case = kept.case
        if case.status is Status.OPEN and any(
            other.case.pseudonym == case.pseudonym and other.case.status is Status.OPEN and other.case.id != case.id
            for other, _ in self._memory.kept.cases.values()
        ):
            raise Unavailable
        self._memory.kept.cases[case.id] = (replace(kept, case=replace(case, events=())), outlook)

    def _may_hold(self, case: Case, changed: Sequence[tuple[Holding, Seal]]) -> None:
        """Nobody is given a case: a holding begins for oneself, in a new case or by an offer to oneself of it."""
        before = self._memory.holdings(case.id).rows
        for holding, _ in changed:
            if holding.until is not None:
                continue
            mine = holding.holder == self._memory.caseworker
            new = holding.via is None and all(row.holder == holding.holder and row.is_open for row in before)
            if not mine or not (new or (holding.via is not None and self._memory.is_offered(case.id))):
                raise NotPermitted


class MemoryCaseCards:
    """Lists of cases."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def find(self, query: CaseQuery) -> Page[CaseCard]:
        listed = [(case, card) for case, card in self._listed(query.holder) if _matches(query, case, card)]
        listed.sort(key=lambda each: each[0].reference, reverse=query.descending)
        listed.sort(key=lambda each: _sort_key(query.sort, *each), reverse=query.descending)
        if query.sort is Sort.DUE:
            listed.sort(key=lambda each: each[1].due is None)
            listed.sort(key=lambda each: each[1].do_now is query.descending)
        return page_of((card for _, card in listed), number=query.page, size=query.size)

    def counts(self, holder: HolderCode, today: date, soon: date) -> WorkCounts:
        cards = [card for _, card in self._listed(holder) if card.held and card.status is Status.OPEN]
        return WorkCounts(
            overdue=sum(_is_due(card, Due.OVERDUE, today, soon) for card in cards),
            due_soon=sum(_is_due(card, Due.SOON, today, soon) for card in cards),
            waiting=sum(card.waiting for card in cards),
            transfers=sum(card.offered_to is not None for card in cards),
        )

    def _listed(self, holder: HolderCode) -> Iterator[tuple[Case, CaseCard]]:
        """What the holder has, and what it had; what is only being offered to it is in neither list."""
        for kept, outlook in self._memory.kept.cases.values():
            if self._memory.is_known(kept.case.id) and kept.case.holdings.ever_held_by(holder):
                yield kept.case, self._card(kept.case, outlook, holder)

    def _card(self, case: Case, outlook: Outlook, holder: HolderCode) -> CaseCard:
        held = holder in case.holdings.holders
        led = sorted(case.holdings.led_by(holder), key=list(Strand).index)
        worker = next((case.workers.get(strand) for strand in led), None)
        due = {Strand.SUPPORT: outlook.due_support, Strand.INVESTIGATION: outlook.due_investigation}
        do_now = {Strand.SUPPORT: outlook.do_now_support, Strand.INVESTIGATION: outlook.do_now_investigation}
        return CaseCard(
            id=case.id,
            reference=case.reference,
            pseudonym=case.pseudonym,
            status=case.status,
            leads=case.holdings.leads,
            held=held,
            worker=worker,
            worker_name=self._memory.kept.accounts[worker].display_name if worker else "",
            phase=outlook.phase if held else "",
            due=min((day for strand in led if (day := due[strand])), default=None),
            do_now=any(do_now[strand] for strand in led),
            waiting=held and outlook.waiting,
            high_risk=held and outlook.high_risk,
            opened_on=london_date(case.opened_at),
            offered_to=self._offered_to(case.id) if held else None,
        )

    def _offered_to(self, case: CaseId) -> HolderCode | None:
        transfers = (kept.transfer for kept in self._memory.kept.transfers.values())
        return next((each.to_holder for each in transfers if each.case == case and each.state.is_open), None)


def _matches(query: CaseQuery, case: Case, card: CaseCard) -> bool:
    name = (query.name or "").lower()
    return (
        card.held is not query.passed_on
        and query.status in (None, card.status)
        and (query.worker is None or _works_on(query.worker, query.holder, case))
        and query.phase in (None, card.phase)
        and (query.due is None or _is_due(card, query.due, query.today, query.soon))
        and (card.waiting or not query.waiting)
        and (card.offered_to is not None or not query.offered)
        and (query.lead is None or query.lead in card.leads.values())
        and (query.name is None or name in (card.reference.lower(), card.pseudonym.lower()))
    )


def _works_on(worker: AccountId, holder: HolderCode, case: Case) -> bool:
    return any(case.workers.get(strand) == worker for strand in case.holdings.led_by(holder))


def _is_due(card: CaseCard, due: Due, today: date, soon: date) -> bool:
    if due is Due.OVERDUE:
        return card.due is not None and card.due < today
    return card.do_now or (card.due is not None and today <= card.due <= soon)


def _sort_key(sort: Sort, case: Case, card: CaseCard) -> str:
    keys = {
        Sort.DUE: card.due.isoformat() if card.due else "",
        Sort.REFERENCE: card.reference,
        Sort.PSEUDONYM: card.pseudonym,
        Sort.OPENED: case.opened_at.isoformat(),
        Sort.PHASE: card.phase,
    }
    return keys[sort]
