"""Everything checked for an auditor: what is wrong, how far the log goes, and the checkpoint to keep."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from casetrack.crypto.signing import LogKey
from casetrack.domain.case import AgeGroup
from casetrack.domain.errors import LogKeysRefused, NotPromised
from casetrack.services.audit import Inspection, inspect_audit, verify_audit
from casetrack.services.checkpoints import LogChain
from casetrack.services.evidence import Evidence, InTime
from casetrack.services.findings import About
from casetrack.services.verifying_journal import Believed
from tests.services import acts
from tests.services.evidence import MemoryEvidence, believed, inspecting
from tests.world import SOUTH, World


def test_what_is_as_it_was_recorded_has_no_findings_and_a_checkpoint_to_keep() -> None:
    world = World.in_memory()
    acts.moved(world, acts.recorded(world, acts.opened(world)), SOUTH, acts.SUPPORT)
    trusted = believed(world)
    inspection = verify_audit(MemoryEvidence(world), trusted)
    assert inspection.findings == ()
    assert inspection.verified is not None
    assert inspection.verified.entries == len((*acts.kept(world).founding, *acts.kept(world).entries))
    assert trusted.log.open(inspection.checkpoint) == inspection.verified.newest


def test_a_case_that_was_edited_is_named_and_the_log_itself_still_holds() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    kept = acts.kept(world).cases[case.id]
    edited = replace(kept, case=replace(kept.case, age_group=AgeGroup.CHILD))
    acts.kept(world).cases[case.id] = edited
    inspection = verify_audit(MemoryEvidence(world), believed(world))
    assert [(finding.about, finding.name) for finding in inspection.findings] == [(About.CASE, case.reference)]
    assert inspection.verified is not None


def test_where_the_keys_of_the_log_are_not_believed_that_is_what_is_wrong_and_nothing_else_is_said() -> None:
    @contextmanager
    def inspect() -> Iterator[tuple[Evidence, Believed]]:
        raise LogKeysRefused(why="Statement 1 is refused.")
        yield

    promised = list[str]()
    inspection = inspect_audit(inspect, lambda evidence: evidence, promised.append)
    assert promised == []
    assert [(finding.about, finding.name) for finding in inspection.findings] == [(About.LOG, "")]
    assert inspection.findings[0].sentence.endswith("so nothing was checked: Statement 1 is refused.")
    assert replace(inspection, findings=()) == Inspection((), None, "", is_whole=False, keys=())


def test_what_is_checked_for_a_page_is_checked_within_the_time_that_it_has() -> None:
    world = World.in_memory()
    acts.opened(world)
    promised = list[str]()
    whole = inspect_audit(partial(inspecting, world), lambda evidence: evidence, promised.append)
    assert promised == [whole.checkpoint]
    assert whole.is_whole
    assert whole.keys == believed(world).log.in_force
    past = partial(InTime, until=world.now, clock=lambda: world.now)
    assert not inspect_audit(partial(inspecting, world), past, promised.append).is_whole
    assert len(promised) == 1


def test_a_checkpoint_that_cannot_be_kept_in_mind_is_withheld_and_all_else_is_said() -> None:
    def refuse(_: str) -> None:
        raise NotPromised

    world = World.in_memory()
    acts.opened(world)
    inspection = inspect_audit(partial(inspecting, world), lambda evidence: evidence, refuse)
    assert (inspection.checkpoint, inspection.withheld) == ("", NotPromised.sentence)
    assert inspection.verified is not None


def test_of_a_log_that_is_not_as_it_was_signed_no_checkpoint_is_given_out() -> None:
    world = World.in_memory()
    acts.opened(world)
    others = LogChain(LogKey.generate().public).believed("other")
    inspection = verify_audit(MemoryEvidence(world), replace(believed(world), log=others))
    assert About.LOG in {finding.about for finding in inspection.findings}
    assert (inspection.verified, inspection.checkpoint) == (None, "")


def test_a_log_that_nobody_has_signed_is_not_verified() -> None:
    world = World.in_memory()
    nothing = acts.kept(world)
    nothing.founding, nothing.accounts, nothing.keysets = (), {}, {}
    inspection = verify_audit(MemoryEvidence(world), believed(world))
    assert [finding.about for finding in inspection.findings] == [About.LOG]
    assert (inspection.verified, inspection.checkpoint) == (None, "")


@dataclass
class Ticking:
    """A clock that is a second later each time that it is looked at."""

    now: datetime
    looks: int = 0

    def __call__(self) -> datetime:
        self.looks += 1
        return self.now + timedelta(seconds=self.looks)


def in_time(world: World, seconds: int) -> tuple[Inspection, int]:
    """What is found by somebody who waits for so many looks at a clock, and how often it was looked at."""
    clock = Ticking(world.now)
    evidence = InTime(MemoryEvidence(world), until=world.now + timedelta(seconds=seconds), clock=clock)
    return verify_audit(evidence, believed(world)), clock.looks


def test_whoever_waits_for_a_while_is_told_what_was_found_by_then_and_that_it_is_not_everything() -> None:
    world = World.in_memory()
    case = acts.moved(world, acts.recorded(world, acts.opened(world)), SOUTH, acts.SUPPORT)
    kept = acts.kept(world).cases[case.id]
    acts.kept(world).cases[case.id] = replace(kept, case=replace(kept.case, age_group=AgeGroup.CHILD))
    everything = verify_audit(MemoryEvidence(world), believed(world))
    assert everything.is_whole

    whole, looks = in_time(world, 1_000_000)
    assert whole == everything
    given_up = [in_time(world, seconds)[0] for seconds in range(1, looks + 1)]
    assert given_up[0] == replace(everything, findings=(), verified=None, checkpoint="", is_whole=False)
    assert given_up[-1] == replace(everything, verified=None, checkpoint="", is_whole=False)
    assert {len(each.findings) for each in given_up} == {0, 1}
    assert in_time(world, looks + 1)[0] == everything
