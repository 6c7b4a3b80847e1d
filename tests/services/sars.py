"""Steps of a subject access request, for tests of whatever follows from them."""

from datetime import date

from casetrack.domain.case import Case
from casetrack.domain.ids import SarId
from casetrack.domain.notes import NoteKind
from casetrack.domain.sars import Asker, Checked, Decision, Delivery, Interpreter, Item, Restriction, Sar
from casetrack.services.sars import check_sar, decide_sar, deliver_sar, list_sars, record_sar, restrict_sar
from tests.world import START, World

TODAY = START.date()
ASKED = "A copy of everything, she said at our last meeting."
ALONE = Checked(way="in-person", alone=True, interpreter=Interpreter.INDEPENDENT, mandate=False, words="In our office.")
WHY = Restriction("crime", "The investigation would be known of.")
GIVEN = Delivery(way="handed-over", on=TODAY, agreed_alone=True, words="In our office, alone.")


def recorded(world: World, case: Case, by: str = "lead", *, asker: Asker = Asker.PERSON, on: date = TODAY) -> SarId:
    """The person has asked."""
    with world.work(by) as work:
        return record_sar(work, case.reference, asker, on, ASKED, seen=None)[1]


def checked(world: World, case: Case, by: str = "lead") -> SarId:
    """And it was found out with them alone that it is they."""
    sar = recorded(world, case, by)
    with world.work(by) as work:
        check_sar(work, case.reference, sar, ALONE, seen=None)
    return sar


def restricted(
    world: World, case: Case, sar: SarId, item: Item, why: Restriction | None = WHY, by: str = "lead"
) -> None:
    """Something is left out."""
    with world.work(by) as work:
        restrict_sar(work, case.reference, sar, item, why, seen=None)


def decided(
    world: World,
    case: Case,
    *without: Item,
    decision: Decision = Decision.GIVE,
    notes: tuple[NoteKind, ...] = tuple(NoteKind),
    by: str = "lead",
    why: Restriction = WHY,
) -> SarId:
    """And it was decided what is given."""
    sar = checked(world, case, by)
    for item in without:
        restricted(world, case, sar, item, why, by)
    with world.work(by) as work:
        decide_sar(work, case.reference, sar, decision, notes, seen=None)
    return sar


def answered(world: World, case: Case, *without: Item, decision: Decision = Decision.GIVE) -> SarId:
    """And the person has the answer."""
    sar = decided(world, case, *without, decision=decision)
    with world.work("lead") as work:
        deliver_sar(work, case.reference, sar, GIVEN, seen=None)
    return sar


def standing(world: World, case: Case, by: str = "lead") -> Sar:
    """The newest request, as it stands."""
    with world.work(by) as work:
        return list_sars(work, case.reference).sars[0]
