"""Cases and their lists, in memory."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from casetrack.crypto.seals import Seal
from casetrack.domain.actors import Role
from casetrack.domain.calendars import london_date
from casetrack.domain.case import Case, Status
from casetrack.domain.errors import NotPermitted, Stale, Unavailable
from casetrack.domain.holdings import Holding, Part, Strand
from casetrack.domain.ids import AccountId, CaseId, HolderCode
from casetrack.domain.references import Pseudonym, Reference
from casetrack.services.lists import CaseCard, CaseQuery, Due, Page, Sort, WorkCounts
from casetrack.services.ports import KeptCase, KeptHolding, NamedCase, Outlook
from tests.memory.kept import Memory, page_of


class MemoryCases:
    """Cases."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def find(self, reference: Reference) -> CaseId | None:
        known = (kept.case for kept in self._memory.kept.cases.values() if self._memory.is_at_hand(kept.case.id))
        return next((case.id for case in known if case.reference == reference), None)

    def get(self, case: CaseId, *, lock: bool) -> KeptCase | None:  # noqa: ARG002 - nobody else is in this memory
        if case not in self._memory.kept.cases or not self._memory.is_at_hand(case):
            return None
        kept = self._memory.kept.cases[case]
        keys = sorted((key for key in self._memory.kept.keys.values() if key.case == case), key=lambda key: key.number)
        values = sorted(
            (value for value in self._memory.kept.values.values() if value.case == case), key=lambda v: v.id
        )
        digests = tuple((value.id, value.digest, value.superseded) for value in values)
        return replace(kept, keys=tuple(keys), values=digests)

    def all_of(self, cases: Sequence[CaseId]) -> tuple[KeptCase, ...]:
        found = (self.get(case, lock=False) for case in sorted(cases))
        return tuple(kept for kept in found if kept is not None)

    def stub(self, reference: Reference) -> tuple[KeptHolding, ...]:
        cases = (kept.case for kept in self._memory.kept.cases.values())
        return next((self._memory.stub(case.id) for case in cases if case.reference == reference), ())

    def audited(self, reference: Reference) -> tuple[KeptHolding, ...]:
        scope = self._memory.acting
        kept = [each for _, each in sorted(self._memory.kept.holdings.items()) if each.reference == reference]
        own = [each.holding for each in kept if each.holding.holder == scope.holder]
        if scope.role is not Role.AUDITOR:
            return ()
        return tuple(each for each in kept if scope.national or any(_overlap(each.holding, mine) for mine in own))

    def add(self, kept: KeptCase, changed: Sequence[tuple[Holding, Seal]]) -> None:
        case = kept.case
        if any(other.case.reference == case.reference for other in self._memory.kept.cases.values()):
            raise Unavailable
        self._may_hold(case, changed)
        self._keep(kept, changed)

    def put(self, kept: KeptCase, changed: Sequence[tuple[Holding, Seal]]) -> None:
        case = kept.case
        before = self._memory.kept.cases.get(case.id)
        if before is None or before.case.version != case.loaded_version or not self._memory.is_at_hand(case.id):
            raise Stale
        self._may_hold(case, changed)
        if self._memory.caseworker not in case.holdings.holders:
            raise NotPermitted
        self._keep(kept, changed)

    def lock_if_free(self, case: CaseId) -> bool:
        return case in self._memory.kept.cases and self._memory.is_at_hand(case)

    def begun_under(self, holder: HolderCode, before: int, *, of: CaseId | None = None) -> tuple[NamedCase, ...]:
        kept = (each for each in self._memory.kept.holdings.values() if self._memory.is_held(each.case))
        held = (each for each in kept if each.holding.is_open and each.holding.holder == holder)
        older = {each.case for each in held if each.seal.keyset_version < before and of in (None, each.case)}
        return tuple(NamedCase(case, self._memory.kept.cases[case].case.reference) for case in sorted(older))

    def pseudonym_is_taken(self, pseudonym: Pseudonym) -> bool:
        if self._memory.caseworker is None:
            raise NotPermitted
        return any(
            kept.case.pseudonym == pseudonym and kept.case.status is Status.OPEN
            for kept in self._memory.kept.cases.values()
        )

    def _keep(self, kept: KeptCase, changed: Sequence[tuple[Holding, Seal]]) -> None:
        case = kept.case
        if case.status is Status.OPEN and any(
            other.case.pseudonym == case.pseudonym and other.case.status is Status.OPEN and other.case.id != case.id
            for other in self._memory.kept.cases.values()
        ):
            raise Unavailable
        self._memory.kept.cases[case.id] = replace(kept, case=replace(case, events=()))
        for holding, seal in changed:
            place = case.holdings.rows.index(holding)
            pseudonym = None if holding.is_open else case.pseudonym
            self._memory.kept.holdings[case.id, place] = KeptHolding(
                case.id, case.reference, case.opened_at, place, holding, pseudonym, seal
            )

    def _may_hold(self, case: Case, changed: Sequence[tuple[Holding, Seal]]) -> None:
        """Nobody is given a case: a holding begins for oneself, of oneself or by an offer to oneself that moves it.

        It ends by such an offer alone, and is whoever offered it's.
        """
        for holding, _ in changed:
            if holding.until is not None:
                if not self._may_end(case.id, holding):
                    raise Stale
                continue
            mine = holding.holder == self._memory.caseworker
            offer = self._memory.parts_taken(case.id).get(holding.part)
            by_offer = offer is not None and offer.id == holding.via
            may = self._may_begin(case.id, holding) if holding.via is None else by_offer
            if not mine or not may:
                raise NotPermitted

    def _may_end(self, case: CaseId, holding: Holding) -> bool:
        """Whoever offered it has it no longer; the identity stays with whoever keeps a strand."""
        offer = self._memory.parts_taken(case).get(holding.part)
        if offer is None or offer.from_holder != holding.holder:
            return False
        kept = self._memory.holdings(case).led_by(holding.holder) - offer.strands
        return holding.part is not Part.IDENTITY or not kept

    def _may_begin(self, case: CaseId, holding: Holding) -> bool:
        """In a new case, or of the strand that it lacks for whoever leads the other; never while an offer waits."""
        before = self._memory.holdings(case)
        is_new = all(row.holder == holding.holder and row.is_open for row in before.rows)
        is_other_strand = holding.number is not None and bool(before.led_by(holding.holder) - {holding.part})
        offers = (kept.transfer for kept in self._memory.kept.transfers.values())
        is_waiting = any(each.case == case and each.state.is_open for each in offers)
        return (is_new or is_other_strand) and not is_waiting


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

    def counts(self, query: CaseQuery) -> WorkCounts:
        cards = [card for case, card in self._listed(query.holder) if _matches(query, case, card)]
        return WorkCounts(
            overdue=sum(_is_due(card, Due.OVERDUE, query.today, query.soon) for card in cards),
            due_soon=sum(_is_due(card, Due.SOON, query.today, query.soon) for card in cards),
            waiting=sum(card.waiting for card in cards),
            transfers=sum(card.offered_to is not None for card in cards),
        )

    def _listed(self, holder: HolderCode) -> Iterator[tuple[Case, CaseCard]]:
        """What the holder has, and what it had; what is only being offered to it is in neither list."""
        for kept in self._memory.kept.cases.values():
            if self._memory.is_at_hand(kept.case.id) and holder in kept.case.holdings.holders:
                yield kept.case, self._card(kept.case, kept.outlook, holder)
            elif self._memory.left_at(kept.case.id) is not None:
                yield kept.case, self._stub(kept.case)

    def _card(self, case: Case, outlook: Outlook, holder: HolderCode) -> CaseCard:
        led = sorted(case.holdings.led_by(holder), key=list(Strand).index)
        worker = next((case.workers.get(strand) for strand in led), None)
        due = {Strand.SUPPORT: outlook.due_support, Strand.INVESTIGATION: outlook.due_investigation}
        what = {Strand.SUPPORT: outlook.milestone_support, Strand.INVESTIGATION: outlook.milestone_investigation}
        first = min((strand for strand in led if due[strand]), key=lambda strand: str(due[strand]), default=None)
        do_now = {Strand.SUPPORT: outlook.do_now_support, Strand.INVESTIGATION: outlook.do_now_investigation}
        at_once = next((what[strand] for strand in led if do_now[strand]), None)
        return CaseCard(
            id=case.id,
            reference=case.reference,
            pseudonym=case.pseudonym,
            status=case.status,
            leads=case.holdings.leads,
            held=True,
            worker=worker,
            worker_name=self._memory.kept.accounts[worker].display_name if worker else "",
            phase=outlook.phase,
            due=due[first] if first else None,
            milestone=what[first] if first else at_once,
            do_now=any(do_now[strand] for strand in led),
            waiting=outlook.waiting,
            high_risk=outlook.high_risk,
            opened_on=london_date(case.opened_at),
            offered_to=self._offered_to(case.id),
        )

    def _stub(self, case: Case) -> CaseCard:
        """What the case went by, when it began and who is responsible now, and no more."""
        return CaseCard(
            id=case.id,
            reference=case.reference,
            pseudonym=self._memory.goes_by(case),
            status=None,
            leads=case.holdings.leads,
            held=False,
            worker=None,
            worker_name="",
            phase="",
            due=None,
            milestone=None,
            do_now=False,
            waiting=False,
            high_risk=False,
            opened_on=london_date(case.opened_at),
            offered_to=None,
        )

    def _offered_to(self, case: CaseId) -> HolderCode | None:
        transfers = (kept.transfer for kept in self._memory.kept.transfers.values())
        return next((each.to_holder for each in transfers if each.case == case and each.state.is_open), None)


def _matches(query: CaseQuery, case: Case, card: CaseCard) -> bool:
    name = (query.name or "").lower()
    return (
        card.held is not query.passed_on
        and (query.status in (None, card.status) or not card.held)
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
    if card.due is None:
        return card.do_now
    return today <= card.due and (card.do_now or card.due <= soon)


def _sort_key(sort: Sort, case: Case, card: CaseCard) -> str:
    keys = {
        Sort.DUE: card.due.isoformat() if card.due else "",
        Sort.REFERENCE: card.reference,
        Sort.PSEUDONYM: card.pseudonym,
        Sort.OPENED: case.opened_at.isoformat(),
        Sort.PHASE: card.phase,
    }
    return keys[sort]


def _overlap(one: Holding, other: Holding) -> bool:
    """Both were at one instant: each begins with its own, and ends before the one in which it ends."""
    first, second = sorted((one, other), key=lambda each: each.since)
    return first.since == second.since or first.until is None or second.since < first.until
