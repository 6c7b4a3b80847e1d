"""A copy that was put back is older than an erasure: the case is erased from it once more, and nothing else is."""

from dataclasses import replace

import pytest

from casetrack.domain.actors import Actor, Auth, Role
from casetrack.domain.case import Case
from casetrack.domain.holders import SERVICE
from casetrack.domain.ids import CaseId
from casetrack.services.cases import reopen_case
from casetrack.services.journal import Purpose
from casetrack.services.repeating import repeat_erasures
from casetrack.services.work import UnitOfWork
from tests.fakes import MemoryStores
from tests.services import acts, agreed
from tests.services.acts import kept
from tests.services.everything import Everything
from tests.services.test_erasure_list import listed
from tests.world import SOUTH, World

WHY = Purpose("command-line", "A copy was put back.")


class Copied:
    """A copy is back, from before a case was erased, when a hold stood on it; of its others nobody erased any."""

    def __init__(self) -> None:
        self.first = World.in_memory()
        self.case, self.other = agreed.closed(self.first), agreed.closed(self.first)
        acts.offered(self.first, acts.opened(self.first), SOUTH)
        hold = agreed.held(self.first, self.case)
        self.stores = MemoryStores()
        vars(self.stores.kept).update(vars(kept(self.first).copy()))
        agreed.approved(self.first, agreed.lifting(self.first, self.case, hold))
        with self.first.work("lead") as work:
            reopened = reopen_case(work, self.case.reference, seen=None)
        self.agreed = agreed.approved(self.first, agreed.proposed(self.first, agreed.closed(self.first, reopened)))
        self.world = replace(self.first, begin=self.stores.begin, memory=self.stores)

    def repeat(self, by: Actor | None = None) -> tuple[CaseId, ...]:
        """Everything on the list is erased once more from the copy; gives the cases that were there."""
        account = acts.account("administrator")
        actor = by or Actor(account, Role.ADMINISTRATOR, SERVICE, Auth.COMMAND_LINE, national=True)
        with self.stores.repeating() as (stores, forgets):
            at = UnitOfWork(stores, self.world.deployment, actor, self.world.now, WHY)
            return repeat_erasures(at, forgets, listed(self.first))

    def findings(self) -> list[str]:
        """What verifying finds wrong with the copy."""
        return Everything.of(self.world).findings(self.world)


@pytest.fixture
def copied() -> Copied:
    return Copied()


def rows_of(world: World, case: Case) -> list[int]:
    """How much is kept of the case: its row, its holdings, its keys, their wraps, its values and its holds."""
    rows = kept(world)
    return [
        sum(each == case.id for each in rows.cases),
        sum(of == case.id for of, _ in rows.holdings),
        sum(of == case.id for of, _ in rows.keys),
        sum(wrap.case == case.id for wrap in rows.wraps),
        len(acts.values_of(world, case)),
        sum(each.hold.case == case.id for each in rows.holds.values()),
    ]


def test_what_was_erased_since_is_erased_from_the_copy_once_more_and_nothing_else_is(copied: Copied) -> None:
    case, other = rows_of(copied.world, copied.case), rows_of(copied.world, copied.other)
    assert min(case) > 0, "there was something to lose"

    assert copied.repeat() == (copied.case.id,)

    assert rows_of(copied.world, copied.case) == [0] * len(case)
    assert rows_of(copied.world, copied.other) == other
    assert copied.findings() == []


def test_the_journal_says_that_it_was_done_once_more_by_whom_and_on_what_was_agreed(copied: Copied) -> None:
    before = len(kept(copied.world).entries)
    changes = [entry.case_version for entry in kept(copied.world).entries if entry.case == copied.case.id]

    copied.repeat()

    (entry,) = kept(copied.world).entries[before:]
    said = acts.read(entry)
    assert (entry.account, entry.holder) == (acts.account("administrator"), SERVICE)
    assert entry.case_version == max(version for version in changes if version) + 1
    assert set(entry.holders_then) == copied.case.holdings.holders
    assert (said["event"], said["proposal"]) == ("CaseErased", str(copied.agreed.id))
    assert said["detail"] == {"rule": agreed.RULE, "reason": agreed.REASON, "repeated": True}


def test_doing_it_again_changes_nothing(copied: Copied) -> None:
    copied.repeat()
    before = kept(copied.world).copy()

    assert copied.repeat() == ()
    assert kept(copied.world) == before


def test_what_two_people_sealed_stands_as_it_was_with_the_version_that_it_has_here(copied: Copied) -> None:
    copied.repeat()

    (first,), (second,) = kept(copied.first).tombstones.values(), kept(copied.world).tombstones.values()
    assert second == replace(first, repeated=True, version=second.version)
    assert second.version < first.version, "the copy has fewer changes of the case"


def test_once_more_is_for_the_service_alone_to_say(copied: Copied) -> None:
    copied.repeat(by=copied.world.actor("supervisor"))

    assert copied.findings() == [f"Erasure {copied.case.id}: It was not erased once more by the service."]


def test_one_person_who_is_both_is_named_of_what_was_erased_once_more_too(copied: Copied) -> None:
    copied.repeat()
    everything = Everything.of(copied.world)
    (kept_stone,) = everything.stones
    both = replace(kept_stone.stone, proposed_by=kept_stone.stone.approved_by)
    everything.stones = [replace(kept_stone, stone=both)]

    assert f"Erasure {both.case}: Two people have not agreed to it." in everything.findings(copied.world)
