"""What the tests of unusual accesses share: what people look at, and what auditors are then told."""

from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from casetrack.domain.case import Areas, Case
from casetrack.domain.errors import CasetrackError
from casetrack.domain.holders import AUDIT_DESK
from casetrack.domain.holdings import Strand
from casetrack.domain.references import Reference
from casetrack.domain.unusual_access import Disposition, Reason
from casetrack.domain.working_hours import Hours, WorkingHours
from casetrack.services.audit import Use
from casetrack.services.cases import assign_case, place_case, view_case
from casetrack.services.identity import reveal_identity
from casetrack.services.lists import Page
from casetrack.services.milestones import list_milestones
from casetrack.services.occasions import Occasion, UnusualQuery
from casetrack.services.unusual import list_unusual, review_unusual
from casetrack.services.work import at_work
from tests.services import acts, agreed
from tests.world import ACCOUNTS, REASON, START, World

TODAY: Final = START.date()
NIGHT: Final = datetime(2026, 11, 20, 23, 10, tzinfo=UTC)
HOURS, RELATIONSHIP, VOLUME, SURNAME = Reason
Told = tuple[str, str | None, AbstractSet[Reason], int]
"""Whose access it was, to which case, why it is unusual, and how many entries it has."""


def page_of(world: World, by: str = "auditor", **asked: Any) -> Page[Occasion]:  # noqa: ANN401 - what may be asked
    query = UnusualQuery(**({"since": TODAY, "until": TODAY} | asked))
    with world.work(by) as at:
        return list_unusual(at, query, Use.LAWFULNESS).page


def desk(world: World, **asked: Any) -> tuple[Occasion, ...]:  # noqa: ANN401 - what may be asked
    """What the audit desk itself is told."""
    actor = replace(world.actor("auditor"), holder=AUDIT_DESK)
    query = UnusualQuery(**({"since": TODAY, "until": TODAY} | asked))
    with at_work(world.begin, world.deployment, actor, world.now) as at:
        return list_unusual(at, query, Use.LAWFULNESS).page.items


def told(occasions: tuple[Occasion, ...]) -> list[Told]:
    names = {account.id: name for name, account in ACCOUNTS.items()}
    return [
        (names[each.first.account], each.reference, each.reasons, len(each.entries))
        for each in occasions
        if each.first.account is not None
    ]


def found(world: World, by: str = "auditor", **asked: Any) -> list[Told]:  # noqa: ANN401 - what may be asked
    return told(page_of(world, by, **asked).items)


def looked(world: World, case: Case, by: str = "worker") -> None:
    with world.work(by) as at:
        view_case(at, case.reference)


def tried(world: World, case: Case | Reference, by: str) -> None:
    reference = case.reference if isinstance(case, Case) else case
    with suppress(CasetrackError), world.work(by) as at:
        list_milestones(at, reference)


def revealed(world: World, case: Case, by: str = "worker") -> None:
    with world.work(by, REASON) as at:
        reveal_identity(at, case.reference)


def placed(world: World, case: Case, areas: Areas, by: str = "lead") -> None:
    with world.work(by) as at:
        place_case(at, case.reference, areas, seen=None)


def assigned(world: World, case: Case, to: str, strand: Strand = Strand.SUPPORT) -> None:
    with world.work("lead") as at:
        assign_case(at, case.reference, strand, acts.account(to), seen=None)


def erased(world: World, case: Case) -> None:
    agreed.approved(world, agreed.proposed(world, agreed.closed(world, case)))


def open_always(world: World) -> None:
    """Every organisation works round the clock."""
    world.deployment = replace(world.deployment, hours=Hours(WorkingHours(round_the_clock=True)))


def reviewed(world: World, occasion: Occasion, disposition: Disposition, by: str = "auditor") -> None:
    of_day = occasion.volume is not None
    with world.work(by, REASON) as at:
        review_unusual(at, occasion.first.id, disposition, Use.LAWFULNESS, of_day=of_day)
