"""The tags by which an organisation finds people, made anew under its newest keys while everybody works on.

A renewal has one state, the tags that an older version made: whatever stops it, it goes on from there. Meanwhile a
search asks under every version by which there are tags (docs/formats/indexes.md, section 2), so nobody is found less.
"""

from dataclasses import dataclass
from typing import Final

from casetrack.domain.ids import CaseId
from casetrack.domain.key_events import TagsRemade
from casetrack.services.indexed import INDEXED, entries_of, known_of
from casetrack.services.renewing_case_keys import CaseKeeper, newest_keys
from casetrack.services.sealing import open_across, tags_by
from casetrack.services.work import UnitOfWork

AT_A_TIME: Final = 50
"""How many cases have their tags made anew in one transaction: some tenths of a second, for which they are locked."""


@dataclass(frozen=True)
class TagsPlanned:
    """By which version tags are to be made, and how many are left that older ones made."""

    version: int
    left: int


def plan_tags(keeper: CaseKeeper) -> TagsPlanned:
    """What making the tags anew would do, without doing it."""
    with keeper.work() as work:
        newest = newest_keys(work).public.version
        return TagsPlanned(newest, work.stores.tags.left(work.actor.holder, newest))


def remake_tags(keeper: CaseKeeper) -> TagsRemade | None:
    """The organisation's tags of some cases are those of its newest keys; None if nothing was left.

    One transaction with its own event. The cases that somebody changes meanwhile are left for the next time, and the
    tags of other organisations stay as they are. `IntegrityBroken` where anything of a case is not as it was sealed.
    """
    with keeper.work() as work:
        holder, newest = work.actor.holder, newest_keys(work).public.version
        cases = work.stores.tags.older(holder, newest, AT_A_TIME)
        if not cases:
            return None
        event = TagsRemade(
            at=work.now,
            by=work.actor.account,
            holder=holder,
            version=newest,
            rows=_remade(work, cases),
            left=work.stores.tags.left(holder, newest),
        )
        work.note(event)
        return event


def _remade(work: UnitOfWork, cases: tuple[CaseId, ...]) -> int:
    """How many tags the cases have now, all of the newest version: of each part that the organisation has."""
    mine, rows = work.trust.mine(work.actor.holder), 0
    for part, fields in INDEXED.items():
        opened = open_across(work, work.take_all(cases), fields).whole()
        for case in cases:
            if part in work.in_hand(case).case.holdings.parts_of(work.actor.holder):
                tags = tags_by(work, mine, entries_of(known_of(opened.get(case, {}))))
                work.stores.tags.replace_own(case, part, tags)
                rows += len(tags)
    return rows
