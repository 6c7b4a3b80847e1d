"""The journal, in memory."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from casetrack.domain.actors import Role
from casetrack.domain.calendars import london_date
from casetrack.domain.errors import NotPermitted, Stale
from casetrack.domain.ids import CaseId
from casetrack.domain.references import Reference
from casetrack.services.lists import EventCard, LogQuery, Page
from casetrack.services.ports import Change, JournalEntry, LastChange
from tests.memory.kept import Memory, page_of

STEPS = frozenset({"TransferSent", "TransferDeclined", "TransferWithdrawn"})


class MemoryJournal:
    """The journal."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def write(self, entry: JournalEntry) -> None:
        scope = self._memory.acting
        if (entry.account, entry.holder) != (scope.account, scope.holder):
            raise NotPermitted
        change = (entry.case, entry.case_version)
        if entry.case_version is not None and any(
            (other.case, other.case_version) == change for other in self._memory.kept.entries
        ):
            raise Stale
        self._memory.kept.entries += (entry,)

    def last_change(self, case: CaseId) -> LastChange | None:
        changes = self._changes(case)
        if not changes:
            return None
        version, newest = changes[-1]
        digest = _payload(newest).get("seal_digest")
        return LastChange(newest.id, version, bytes.fromhex(digest or ""))

    def changes(self, case: CaseId, since: int) -> tuple[Change, ...]:
        return tuple(
            Change(version, entry.action, entry.aspect, entry.account, entry.at)
            for version, entry in self._changes(case)
            if version > since
        )

    def history(self, case: CaseId, *, page: int) -> Page[EventCard]:
        return self._cards(
            lambda entry: entry.case == case and (entry.case_version is not None or _is_step(entry)), page
        )

    def search(self, query: LogQuery) -> Page[EventCard]:
        return self._cards(lambda entry: self._matches(query, entry), query.page, query.size)

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
            return scope.national or entry.holder == scope.holder or scope.holder in entry.holders_then
        return entry.case is not None and self._memory.is_known(entry.case)

    def _matches(self, query: LogQuery, entry: JournalEntry) -> bool:
        day = london_date(entry.at)
        about = {self._reference(case) for case in (entry.case, *(case for case, _ in entry.shown)) if case}
        return (
            (query.reference is None or query.reference in about)
            and query.account in (None, entry.account)
            and query.holder in (None, entry.holder)
            and query.action in (None, entry.action)
            and (query.since is None or query.since <= day)
            and (query.until is None or day <= query.until)
        )

    def _cards(self, which: Callable[[JournalEntry], bool], page: int, size: int = 25) -> Page[EventCard]:
        found = [entry for entry in self._memory.kept.entries if self._is_known(entry) and which(entry)]
        found.sort(key=lambda entry: entry.id)
        found.sort(key=lambda entry: (entry.at, entry.case_version or 0), reverse=True)
        return page_of((self._card(entry) for entry in found), number=page, size=size)

    def _card(self, entry: JournalEntry) -> EventCard:
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
            reference=self._reference(entry.case) if entry.case else None,
            case_version=entry.case_version,
            payload=_payload(entry),
            has_words=entry.words is not None,
            leaf=leaves.get(entry.id.bytes),
        )

    def _reference(self, case: CaseId) -> Reference | None:
        """To an auditor, the references of the cases that its holder has, had or was offered."""
        kept = self._memory.kept.cases.get(case)
        scope = self._memory.acting
        if kept is None:
            return None
        if scope.role is not Role.AUDITOR:
            return kept[0].case.reference if self._memory.is_known(case) else None
        transfers = (kept.transfer for kept in self._memory.kept.transfers.values())
        offered = any(each.case == case and each.to_holder == scope.holder for each in transfers)
        had = scope.holder is not None and kept[0].case.holdings.ever_held_by(scope.holder)
        return kept[0].case.reference if scope.national or had or offered else None


def _payload(entry: JournalEntry) -> Mapping[str, Any]:
    payload: Mapping[str, Any] = json.loads(entry.payload)
    return payload


def _is_step(entry: JournalEntry) -> bool:
    """It took a transfer a step further, and is not told by a change of the case already."""
    payload = _payload(entry)
    kind, detail = payload["event"], payload["detail"]
    seen_first = kind == "TransferSeen" and detail["first"]
    information_taken = kind == "TransferAccepted" and not detail["strands"]
    return kind in STEPS or seen_first or information_taken
