"""The questions of an enquiry, in memory."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from casetrack.domain.actions import Action
from casetrack.domain.actors import Role
from casetrack.domain.errors import NotPermitted
from casetrack.domain.ids import CaseId, Instant, ProposalId
from casetrack.domain.proposals import ProposalKind, ProposalState
from casetrack.domain.unusual_access import LOOKS
from casetrack.services.desk import REVEALING
from casetrack.services.journal import read_detail, read_payload
from casetrack.services.ports import IndexTag, JournalEntry
from casetrack.services.traces import MOST_TRACES, Doer, Searched, Showing, Shown, SoughtTag
from tests.memory.journal import MemoryJournal
from tests.memory.kept import Memory

What = TypeVar("What", str, Showing)


class MemoryTraces:
    """Who looked for somebody, and who was shown them, within the auditor's scope."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._journal = MemoryJournal(memory)

    def searches(self, marks: Mapping[str, str], days: Sequence[Instant]) -> tuple[Searched, ...]:
        told = (
            (entry, marks[mark])
            for entry in self._within(days)
            if entry.action is Action.PERSON_FIND
            for mark in _marks(entry)
            if mark in marks
        )
        return tuple(Searched(doer, what) for doer, what in self._by_doer(told, days))

    def showings(self, enquiry: ProposalId, sought: Sequence[SoughtTag], days: Sequence[Instant]) -> tuple[Shown, ...]:
        self._require_two(enquiry)
        likely = self._likely(sought)
        told = [(entry, *each) for entry in self._within(days) for each in _shown_by(entry, likely)]
        ways = dict(self._by_doer(((entry, how) for entry, how, _ in told), days))
        indexes = dict(self._by_doer(((entry, index) for entry, _, index in told), days))
        return tuple(Shown(doer, how, indexes[doer]) for doer, how in ways.items())

    def _require_two(self, enquiry: ProposalId) -> None:
        kept = self._memory.kept.proposals.get(enquiry)
        agreed = kept is not None and (kept.proposal.kind, kept.proposal.state) == (
            ProposalKind.ENQUIRY,
            ProposalState.APPROVED,
        )
        scope = self._memory.acting
        if kept is None or not agreed or scope.role is not Role.AUDITOR:
            raise NotPermitted
        if scope.account not in (kept.proposal.proposed_by, kept.proposal.decided_by):
            raise NotPermitted

    def _likely(self, sought: Sequence[SoughtTag]) -> frozenset[tuple[CaseId, str]]:
        terms: dict[tuple[CaseId, str, int], set[int]] = defaultdict(set)
        for each in sought:
            wanted = IndexTag(each.index, each.holder, each.keyset_version, each.tag)
            for case, _, tag in self._memory.kept.tags:
                if tag == wanted:
                    terms[case, each.index, each.enough].add(each.term)
        return frozenset((case, index) for (case, index, enough), shared in terms.items() if len(shared) >= enough)

    def _within(self, days: Sequence[Instant]) -> Iterator[JournalEntry]:
        for entry in self._journal.known():
            if entry.account and days[0] <= entry.at < days[-1]:
                yield entry

    def _by_doer(
        self, told: Iterable[tuple[JournalEntry, What]], days: Sequence[Instant]
    ) -> list[tuple[Doer, frozenset[What]]]:
        every: dict[Doer, set[What]] = defaultdict(set)
        for entry, what in told:
            if entry.account and entry.holder:
                name = self._memory.kept.accounts[entry.account].display_name
                every[Doer(bisect_right(days, entry.at) - 1, entry.account, name, entry.holder)].add(what)
        listed = sorted(every, key=lambda doer: (-doer.day, doer.name, doer.account, doer.holder))
        return [(doer, frozenset(every[doer])) for doer in listed[: MOST_TRACES + 1]]


def _marks(entry: JournalEntry) -> list[str]:
    marks = read_detail(read_payload(entry.payload)).get("marks")
    return marks if isinstance(marks, list) else []


def _shown_by(entry: JournalEntry, likely: frozenset[tuple[CaseId, str]]) -> Iterator[tuple[Showing, str]]:
    reveals, listed = entry.action in REVEALING, {case for case, _ in entry.shown}
    for case, index in likely:
        if entry.case == case and entry.action in LOOKS:
            yield (Showing.REVEALED if reveals else Showing.OPENED), index
        if case in listed:
            yield (Showing.REVEALED if reveals else Showing.LISTED), index
