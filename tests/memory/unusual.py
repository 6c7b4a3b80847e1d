"""Unusual accesses, in memory: by the rules of the domain themselves, one entry after another."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from casetrack.domain.actions import Action
from casetrack.domain.actors import Role
from casetrack.domain.ids import AccountId, CaseId, EventId, HolderCode, Instant, TransferId
from casetrack.domain.references import Reference
from casetrack.domain.unusual_access import (
    ASKING_NO_TIE,
    LASTS,
    LOOKS,
    MAKING_NO_TIE,
    NOT_TO_BE_OPENED,
    OF_MANY,
    OF_OFFERS,
    OPENINGS,
    Disposition,
    Reason,
    Tie,
    is_tied,
    was_tied,
)
from casetrack.domain.working_hours import is_within
from casetrack.services.journal import read_detail, read_payload
from casetrack.services.lists import Page
from casetrack.services.occasions import Comparison, Measures, Occasion, Opened, Review, Stands, UnusualQuery, Volume
from casetrack.services.ports import JournalEntry
from tests.memory.journal import MemoryJournal
from tests.memory.kept import page_of

NAMING = frozenset({Action.CASE_OPEN, Action.CASE_ASSIGN, Action.STRAND_BEGIN, Action.TRANSFER_ACCEPT})
OPENERS = frozenset({Action.CASE_OPEN, Action.STRAND_BEGIN})


@dataclass(frozen=True)
class Look:
    """A look, or an attempt: of which day, and at what."""

    entry: JournalEntry
    account: AccountId
    day: int
    case: CaseId | None
    about: str


class MemoryUnusual(MemoryJournal):
    """Unusual accesses."""

    def opened(
        self, query: UnusualQuery, days: Sequence[Instant], *, since: int, least: int, of_many: bool
    ) -> tuple[Opened, ...]:
        scope = self._memory.acting
        cases: dict[tuple[AccountId, HolderCode, int], set[CaseId]] = defaultdict(set)
        for look in self._looks(query, days):
            holder = look.entry.holder
            some = {case for case, _ in look.entry.shown} if of_many else {look.case} if look.case else set()
            if _is_counted(look.entry, of_many) and some and holder and (scope.national or holder == scope.holder):
                cases[look.account, holder, look.day] |= some
        busy = {account for (account, _, day), some in cases.items() if day >= since and len(some) >= least}
        return tuple(
            Opened(account, holder, day, len(some)) for (account, holder, day), some in cases.items() if account in busy
        )

    def comparisons(self, query: UnusualQuery, since: Instant, until: Instant, *, most: int) -> tuple[Comparison, ...]:
        found = [
            Comparison(entry.id, EventId(entry.aggregate), entry.words)
            for entry in sorted(self._known(), key=lambda entry: entry.at, reverse=True)
            if entry.action is Action.SURNAME_COMPARE and since <= entry.at < until and _is_asked(query, entry)
            if entry.aggregate is not None and entry.words is not None
        ]
        return tuple(found[:most])

    def find(self, query: UnusualQuery, measures: Measures) -> Page[Occasion]:
        found = [each for each in self._occasions(query, measures) if _matches(query, each)]
        found.sort(key=lambda each: each.first.id)
        found.sort(key=lambda each: each.first.at, reverse=True)
        return page_of(found, number=query.page, size=query.size)

    def entry(self, entry: EventId) -> tuple[AccountId | None, Instant] | None:
        return next(((each.account, each.at) for each in self._known() if each.id == entry), None)

    def reviews(self, entries: Sequence[EventId], *, of_day: bool) -> tuple[Review, ...]:
        said = [
            entry
            for entry in self._known()
            if entry.action is Action.UNUSUAL_REVIEW
            and entry.refusal is None
            and entry.aggregate in entries
            and _detail(entry).get("of_day") is of_day
        ]
        return tuple(self._review(entry) for entry in sorted(said, key=lambda entry: entry.at, reverse=True))

    def _known(self) -> Iterator[JournalEntry]:
        return (entry for entry in self._memory.kept.entries if self._is_known(entry))

    def _looks(self, query: UnusualQuery, days: Sequence[Instant]) -> Iterator[Look]:
        for entry in self._known():
            is_look = entry.refusal is None and entry.action in LOOKS
            is_attempt = entry.refusal in NOT_TO_BE_OPENED and (entry.attempted or entry.aggregate)
            is_then = days[0] <= entry.at < days[-1] and _is_asked(query, entry)
            if entry.account is not None and (is_look or is_attempt) and is_then:
                case = entry.case or self._attempted(entry)
                about = str(case or entry.attempted or entry.aggregate or "")
                yield Look(entry, entry.account, bisect_right(days, entry.at) - 1, case, about)

    def _attempted(self, entry: JournalEntry) -> CaseId | None:
        """The case that somebody asked for in vain, as far as the auditor may read what it goes by."""
        kept = self._memory.kept.transfers.get(TransferId(entry.aggregate)) if entry.aggregate else None
        named = (id_ for id_, case in self._memory.kept.cases.items() if case.case.reference == entry.attempted)
        of_offer = (kept.transfer.case,) if kept and entry.refusal else ()
        return next((id_ for id_ in (*named, *of_offer) if self.reference(id_)), None)

    def _occasions(self, query: UnusualQuery, measures: Measures) -> Iterator[Occasion]:
        looks = list(self._looks(query, measures.days))
        groups: dict[tuple[AccountId, int, str], dict[EventId, tuple[JournalEntry, CaseId | None, set[Reason]]]] = (
            defaultdict(dict)
        )
        made = self._ties_made(query, measures.days)
        for look, reason in (*self._reasons(looks, measures), *made, *self._shared(measures)):
            group = groups[look.account, look.day, look.about]
            group.setdefault(look.entry.id, (look.entry, look.case, set()))[2].add(reason)
        for marked in groups.values():
            (case, *_) = [case for _, case, _ in marked.values()]
            reasons = frozenset(reason for *_, some in marked.values() for reason in some)
            yield self._occasion([entry for entry, *_ in marked.values()], case, reasons, None)
        for volume in measures.volumes:
            of_day = [
                look.entry
                for look in looks
                if (look.account, look.day) == (volume.account, volume.day) and _is_counted(look.entry, volume.of_many)
            ]
            if of_day:
                yield self._occasion(of_day, None, frozenset({Reason.VOLUME}), volume)

    def _reasons(self, looks: Iterable[Look], measures: Measures) -> Iterator[tuple[Look, Reason]]:
        for look in looks:
            entry = look.entry
            calendar = measures.calendar_of.get(entry.holder) if entry.holder else None
            if calendar is None or not is_within(entry.at, measures.calendars[calendar]):
                yield look, Reason.HOURS
            asks = entry.refusal is not None or (look.case is not None and entry.action not in OF_OFFERS)
            if asks and not is_tied(entry.at, self._ties(look.account, look.case)):
                yield look, Reason.RELATIONSHIP

    def _ties_made(self, query: UnusualQuery, days: Sequence[Instant]) -> Iterator[tuple[Look, Reason]]:
        """The changes and the steps by which somebody had to do with a case who had not before."""
        for entry in self._known():
            account, case = entry.account, entry.case
            is_then = days[0] <= entry.at < days[-1] and _is_asked(query, entry)
            changes = entry.case_version is not None or entry.step is not None
            if account is None or case is None or not (is_then and changes) or entry.action in ASKING_NO_TIE:
                continue
            if not self._opens(entry) and not was_tied(entry.at, self._ties(account, case)):
                yield Look(entry, account, bisect_right(days, entry.at) - 1, case, str(case)), Reason.RELATIONSHIP

    def _opens(self, entry: JournalEntry) -> bool:
        """Whether that account opens the case at that very instant."""
        return any(
            (each.action, each.case, each.account, each.at) == (Action.CASE_OPEN, entry.case, entry.account, entry.at)
            for each in self._known()
        )

    def _shared(self, measures: Measures) -> Iterator[tuple[Look, Reason]]:
        entries = {entry.id: entry for entry in self._known()}
        for id_, place in measures.shared:
            entry = entries[id_]
            case = entry.case or entry.shown[place][0]
            if entry.account is not None and self.reference(case) is not None:
                day = bisect_right(measures.days, entry.at) - 1
                yield Look(entry, entry.account, day, case, str(case)), Reason.SURNAME

    def _ties(self, account: AccountId, case: CaseId | None) -> Iterator[Tie]:
        """What the account has to do with the case, as far as the auditor is told."""
        told = [
            entry
            for entry in self._memory.kept.entries
            if case is not None and entry.case == case and self._is_told(entry)
        ]
        for entry in told:
            makes = entry.action not in MAKING_NO_TIE and (entry.case_version is not None or entry.step is not None)
            if entry.account == account and makes:
                yield Tie(entry.at, entry.at + LASTS)
        named: dict[str, list[tuple[Instant, str | None]]] = defaultdict(list)
        changes = [entry for entry in told if entry.case_version is not None and entry.action in NAMING]
        for entry in sorted(changes, key=lambda entry: entry.case_version or 0):
            detail = _detail(entry)
            worker = str(entry.account) if entry.action in OPENERS else detail.get("worker")
            strands = detail.get("strands")
            for strand in strands if isinstance(strands, list) else [detail.get("strand")]:
                named[str(strand)].append((entry.at, worker))
        for line in named.values():
            ends: list[Instant | None] = [*(at for at, _ in line[1:]), None]
            yield from (
                Tie(at, until) for (at, worker), until in zip(line, ends, strict=True) if worker == str(account)
            )

    def _is_told(self, entry: JournalEntry) -> bool:
        scope = self._memory.acting
        had = entry.case is not None and any(
            row.holder == scope.holder for row in self._memory.holdings(entry.case).rows
        )
        own = scope.holder == entry.holder or scope.holder in entry.holders_then
        return scope.role is Role.AUDITOR and (scope.national or own or had)

    def _occasion(
        self, some: Iterable[JournalEntry], case: CaseId | None, reasons: frozenset[Reason], volume: Volume | None
    ) -> Occasion:
        entries = sorted(some, key=lambda entry: (entry.at, entry.id))
        ids = tuple(entry.id for entry in entries)
        attempted = Reference(entries[0].attempted) if entries[0].attempted else None
        known = (self.reference(case) if case else None) or attempted
        reviews = self.reviews(ids, of_day=volume is not None)
        newest = Review(**{**vars(reviews[0]), "letter": None}) if reviews else None
        is_reopened = newest is not None and entries[-1].at > newest.at
        return Occasion(self.card(entries[0]), known, ids, reasons, volume, newest, is_reopened)

    def _review(self, entry: JournalEntry) -> Review:
        detail, codes = _detail(entry), {each.value: each for each in Disposition}
        assert entry.account is not None
        name = self._memory.kept.accounts[entry.account].display_name
        said = codes.get(str(detail.get("disposition")))
        return Review(entry.id, entry.at, entry.account, name, said, detail.get("entries", 0), entry.words)


def _is_counted(entry: JournalEntry, of_many: bool) -> bool:  # noqa: FBT001 - what a volume says of itself
    return entry.refusal is None and entry.action in (OF_MANY if of_many else OPENINGS)


def _is_asked(query: UnusualQuery, entry: JournalEntry) -> bool:
    return query.account in (None, entry.account) and query.holder in (None, entry.holder)


def _matches(query: UnusualQuery, each: Occasion) -> bool:
    stands = each.review.disposition if each.review and not each.is_reopened else Stands.NOT_REVIEWED
    is_of = query.entry in each.entries and query.of_day is (each.volume is not None)
    return (
        (query.reason is None or query.reason in each.reasons)
        and (query.stands is None or stands == query.stands.value)
        and (query.entry is None or is_of)
    )


def _detail(entry: JournalEntry) -> Mapping[str, Any]:
    return read_detail(read_payload(entry.payload))
