"""What the auditors' desk asks of the journal, in memory."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from casetrack.audit.entry import Entry
from casetrack.domain.actions import Action
from casetrack.domain.ids import AccountId, CaseId, EventId, HolderCode
from casetrack.domain.references import Reference
from casetrack.services.desk import (
    ABOUT_ENTERING,
    MOST_CASES,
    MOST_TOLD,
    REVEALING,
    CaseOfAccount,
    LogState,
    PersonAtCase,
    SignIns,
    Told,
    WrittenEntry,
)
from casetrack.services.journal import read_detail, read_kind, read_payload
from casetrack.services.lists import EventCard, Page
from casetrack.services.ports import JournalEntry
from tests.memory.journal import MemoryJournal, subject_of
from tests.memory.kept import Memory, page_of

RESPONSIBLE = frozenset({Action.CASE_OPEN, Action.STRAND_BEGIN, Action.TRANSFER_ACCEPT})


class MemoryDesk:
    """The desk's questions."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._journal = MemoryJournal(memory)

    def people_at(self, reference: Reference) -> tuple[PersonAtCase, ...]:
        at_case = defaultdict(list)
        for entry in self._journal.known():
            if self._journal.is_about(reference, entry):
                at_case[entry.account, entry.holder].append(entry)
        people = [self._person(account, holder, entries) for (account, holder), entries in at_case.items()]
        return tuple(sorted(people, key=lambda each: (-each.last.timestamp(), str(each.account))))

    def cases_of(self, account: AccountId) -> Page[CaseOfAccount]:
        at_case: dict[CaseId, list[JournalEntry]] = defaultdict(list)
        for entry in self._journal.known():
            if entry.account != account or entry.refusal is not None:
                continue
            if entry.case is not None:
                at_case[entry.case].append(entry)
            if entry.action is Action.CASELOAD_NAME:
                for case, _ in entry.shown:
                    at_case[case].append(entry)
        cases = [self._case(case, entries) for case, entries in at_case.items()]
        cases.sort(key=lambda each: (-each.last.timestamp(), each.case))
        return page_of(cases, number=1, size=MOST_CASES)

    def sign_ins(self, account: AccountId) -> SignIns:
        known = self._journal.known()
        entered = [each for each in known if subject_of(each) == account and each.action is Action.SESSION_OPEN]
        opened = sorted(each.at for each in entered if each.refusal is None)
        refused = [each for each in known if each.account == account and each.refusal is not None]
        return SignIns(
            opened=len(opened),
            failed=len(entered) - len(opened),
            first=next(iter(opened), None),
            last=next(reversed(opened), None),
            refused=len(refused),
        )

    def told_of(self, account: AccountId) -> tuple[EventCard, ...]:
        about = [each for each in self._journal.known() if subject_of(each) == account]
        listed = sorted((each for each in about if each.action not in ABOUT_ENTERING), key=lambda each: each.id)
        listed.sort(key=lambda each: each.at, reverse=True)
        return tuple(self._journal.card(each) for each in listed[:MOST_TOLD])

    def made_for(self, holders: Collection[HolderCode]) -> tuple[Told, ...]:
        known = [each for each in self._journal.known() if subject_of(each) is not None]
        made = {
            subject_of(each)
            for each in known
            if each.action is Action.ACCOUNT_CREATE and read_detail(read_payload(each.payload)).get("holder") in holders
        }
        told = (each for each in known if each.action in (Action.ACCOUNT_CREATE, Action.ACCOUNT_CLOSE))
        return _told(sorted((each for each in told if subject_of(each) in made), key=lambda each: (each.at, each.id)))

    def became_responsible(self, reference: Reference) -> tuple[Told, ...]:
        changes = [
            (each.case_version, each)
            for each in self._journal.known()
            if each.case is not None and each.case_version is not None and each.action in RESPONSIBLE
            if self._journal.reference(each.case) == reference
        ]
        return _told(each for _, each in sorted(changes, key=lambda change: change[0]))

    def erasures(self, *, page: int) -> Page[EventCard]:
        erased = [each for each in self._journal.known() if read_kind(read_payload(each.payload)) == "CaseErased"]
        newest = sorted(sorted(erased, key=lambda each: each.id), key=lambda each: each.at, reverse=True)
        return page_of([self._journal.card(each) for each in newest], number=page)

    def proposed(self, erasures: Collection[EventId]) -> Mapping[EventId, EventCard]:
        known = self._journal.known()
        first = {each.aggregate: self._journal.card(each) for each in known if each.step == 1}
        return {each.id: first[each.aggregate] for each in known if each.id in erasures and each.aggregate in first}

    def entry(self, entry: EventId) -> WrittenEntry | None:
        found = next((each for each in self._journal.known() if each.id == entry), None)
        return WrittenEntry(self._journal.card(found), found.words) if found else None

    def case_of(self, reference: Reference) -> CaseId | None:
        every = (kept.case.id for kept in self._memory.kept.cases.values())
        return next((case for case in every if self._journal.reference(case) == reference), None)

    def references(self, cases: Collection[CaseId]) -> Mapping[CaseId, Reference]:
        known = {case: self._journal.reference(case) for case in cases}
        return {case: reference for case, reference in known.items() if reference is not None}

    def log_state(self) -> LogState:
        kept = self._memory.kept
        placed = {Entry.parse(leaf).event for leaf in kept.leaves}
        waiting = [each.at for each in (*kept.founding, *kept.entries) if each.id.bytes not in placed]
        return LogState(kept.signed[0], kept.signed[1], len(waiting), min(waiting, default=None))

    def _person(
        self, account: AccountId | None, holder: HolderCode | None, entries: Collection[JournalEntry]
    ) -> PersonAtCase:
        kept = self._memory.kept.accounts.get(account) if account else None
        return PersonAtCase(
            account=account,
            name=kept.display_name if kept else "",
            holder=holder,
            looked=sum(each.refusal is None and _consults(each) for each in entries),
            changed=sum(each.refusal is None and _changes(each) for each in entries),
            refused=sum(each.refusal is not None for each in entries),
            first=min(each.at for each in entries),
            last=max(each.at for each in entries),
        )

    def _case(self, case: CaseId, entries: Collection[JournalEntry]) -> CaseOfAccount:
        looks = [each.action in REVEALING for each in entries if _consults(each)]
        return CaseOfAccount(
            case=case,
            reference=self._journal.reference(case),
            opened=looks.count(False),
            revealed=looks.count(True),
            changed=sum(map(_changes, entries)),
            first=min(each.at for each in entries),
            last=max(each.at for each in entries),
        )


def _consults(entry: JournalEntry) -> bool:
    operations = read_payload(entry.payload).get("operations")
    return isinstance(operations, list) and "consultation" in operations


def _changes(entry: JournalEntry) -> bool:
    return not _consults(entry) and (entry.case_version is not None or entry.step is not None)


def _told(entries: Iterable[JournalEntry]) -> tuple[Told, ...]:
    return tuple(Told(each.at, read_payload(each.payload)) for each in entries)
