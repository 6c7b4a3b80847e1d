"""The disclosure register, in memory."""

from datetime import date

from casetrack.domain.calendars import london_date
from casetrack.domain.ids import CaseId, HolderCode, Instant
from casetrack.services.journal import read_detail, read_payload
from casetrack.services.lists import LYING, MOST_FOUND, EventCard, Page
from casetrack.services.ports import JournalEntry
from casetrack.services.register import (
    DISCLOSING,
    FOR,
    LOG,
    LOG_USE,
    ORGANISATION,
    PERSON,
    RIGHT_OF_ACCESS,
    Looks,
    RegisterQuery,
)
from tests.memory.journal import MemoryJournal
from tests.memory.kept import Memory

OF_ITSELF = {LOG_USE: LOG, RIGHT_OF_ACCESS: PERSON}


class MemoryRegister:
    """The register."""

    def __init__(self, memory: Memory) -> None:
        self._journal = MemoryJournal(memory)

    def find(self, query: RegisterQuery) -> Page[EventCard]:
        return self._journal.cards(lambda entry: self._matches(query, entry), query.page, most=MOST_FOUND)

    def looks(self, case: CaseId) -> tuple[Looks, ...]:
        at: dict[tuple[HolderCode | None, str], list[Instant]] = {}
        for entry in sorted(self._journal.known(), key=lambda each: each.at):
            payload = read_payload(entry.payload)
            if entry.case == case and entry.refusal is None and "consultation" in payload["operations"]:
                at.setdefault((entry.holder, str(payload["purpose"])), []).append(entry.at)
        found = [Looks(holder, purpose, len(all_), all_[0], all_[-1]) for (holder, purpose), all_ in at.items()]
        return tuple(sorted(found, key=lambda each: (each.first, each.holder or "", each.purpose)))

    def _matches(self, query: RegisterQuery, entry: JournalEntry) -> bool:
        payload = read_payload(entry.payload)
        event, detail = payload["event"], read_detail(payload)
        if entry.refusal is not None or event not in DISCLOSING:
            return False
        on = date.fromisoformat(detail["on"]) if "on" in detail else london_date(entry.at)
        sender = detail["from_holder"] if event == "HandedOff" else entry.holder
        recipient = next(iter(payload["recipients"]), None)
        kind = ORGANISATION if recipient else OF_ITSELF.get(FOR.get(event, "")) or detail["kind"]
        lies_unseen = entry.action in LYING and detail["strand"] in query.unseen
        of_case = entry.case is not None and self._journal.reference(entry.case) == query.reference
        return (
            not lies_unseen
            and query.case in (None, entry.case)
            and (query.reference is None or of_case)
            and query.sender in (None, sender)
            and query.recipient in (None, recipient)
            and query.kind in (None, kind)
            and query.reason in (None, FOR.get(event) or detail["reason"])
            and (query.since is None or query.since <= on)
            and (query.until is None or on <= query.until)
        )
