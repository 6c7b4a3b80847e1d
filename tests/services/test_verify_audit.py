"""Everything checked for an auditor: what is wrong, how far the log goes, and the checkpoint to keep."""

from dataclasses import replace

from casetrack.domain.case import AgeGroup
from casetrack.services.audit import verify_audit
from casetrack.services.verifying import About
from tests.services import acts
from tests.services.evidence import MemoryEvidence, believed
from tests.world import SOUTH, World


def test_what_is_as_it_was_recorded_has_no_findings_and_a_checkpoint_to_keep() -> None:
    world = World.in_memory()
    acts.moved(world, acts.recorded(world, acts.opened(world)), SOUTH, acts.SUPPORT)
    trusted = believed(world)
    inspection = verify_audit(MemoryEvidence(world), trusted)
    assert inspection.findings == ()
    assert inspection.verified is not None
    assert inspection.verified.entries == len(acts.kept(world).entries)
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


def test_a_log_that_nobody_has_signed_is_not_verified() -> None:
    inspection = verify_audit(MemoryEvidence(World.in_memory()), believed(World.in_memory()))
    assert [finding.about for finding in inspection.findings] == [About.LOG]
    assert (inspection.verified, inspection.checkpoint) == (None, "")
