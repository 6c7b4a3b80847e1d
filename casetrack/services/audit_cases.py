"""Who looked at a case, who changed it and who was refused: one case, as the log has it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from casetrack.domain.actions import Action
from casetrack.domain.ids import HolderCode
from casetrack.domain.references import Reference
from casetrack.services.audit import Use, note_look
from casetrack.services.desk import PersonAtCase
from casetrack.services.lists import EventCard, LogQuery, Page
from casetrack.services.work import UnitOfWork


@dataclass(frozen=True)
class Tally:
    """How many people of one organisation were at a case, and how often."""

    holder: HolderCode | None
    """None of casetrack itself, and of whoever had not signed in."""
    people: int
    looked: int
    changed: int
    refused: int


@dataclass(frozen=True)
class CaseAudited:
    """A case as the log has it, within the auditor's scope."""

    people: tuple[PersonAtCase, ...]
    """Whoever was there last comes first."""
    page: Page[EventCard]
    """One page of the entries about it."""

    @property
    def organisations(self) -> tuple[Tally, ...]:
        """The same people by organisation, the one that was there most often first."""
        of_each: dict[HolderCode | None, list[PersonAtCase]] = defaultdict(list)
        for person in self.people:
            of_each[person.holder].append(person)
        tallies = (_tally(holder, people) for holder, people in of_each.items())
        return tuple(sorted(tallies, key=lambda each: (-each.looked - each.changed - each.refused, each.holder or "")))

    @property
    def everybody(self) -> Tally:
        """All of them together."""
        return _tally(None, self.people)


def look_at_case(work: UnitOfWork, reference: Reference, use: Use, *, page: int = 1) -> CaseAudited:
    """Everybody who was at the case, and a page of its entries; that the auditor looked is on the log.

    A list or a search that showed it was a look at it. Whether there is such a case is not said: of one that there is
    not, there may be somebody who asked for it.
    """
    work.require(Action.AUDIT_SEARCH)
    query = LogQuery(reference=reference, page=page)
    audited = CaseAudited(work.stores.desk.people_at(reference), work.stores.journal.search(query))
    note_look(work, Action.AUDIT_SEARCH, use, *query.filters, entries=len(audited.page.items))
    return audited


def _tally(holder: HolderCode | None, people: Iterable[PersonAtCase]) -> Tally:
    every = tuple(people)
    return Tally(
        holder,
        len(every),
        looked=sum(each.looked for each in every),
        changed=sum(each.changed for each in every),
        refused=sum(each.refused for each in every),
    )
