"""What two auditors of the audit desk do in the tests: ask about a named person, agree, and read the answer."""

from datetime import date, timedelta
from typing import Final

from casetrack.domain.calendars import london_date
from casetrack.domain.finding import Birth, Known
from casetrack.domain.proposals import Proposal
from casetrack.services.audit import Use
from casetrack.services.enquiries import Answer, Enquired, answer_enquiry, approve_enquiry, propose_enquiry
from casetrack.services.journal import Purpose
from tests.world import World

ASKER, SECOND = "asking-auditor", "agreeing-auditor"
WHY: Final = Purpose(Use.SELF_MONITORING.value, "A complaint says that somebody looked her up for a relative.")
NAMES: Final = ("Testa Maria Invented",)
BORN: Final = date(1999, 5, 14)
NAMED: Final = Known(names=NAMES, birth=Birth.on(BORN))


def enquired(world: World, known: Known = NAMED, *, days: int = 0) -> Enquired:
    """Who is asked about, over today and as many days before."""
    today = london_date(world.now)
    return Enquired(known, today - timedelta(days=days), today)


def asked(world: World, known: Known = NAMED, *, by: str = ASKER, days: int = 0) -> Proposal:
    """It waits for the second auditor."""
    with world.work(by, WHY) as work:
        return propose_enquiry(work, enquired(world, known, days=days), Use.SELF_MONITORING)


def agreed(world: World, enquiry: Proposal, *, by: str = SECOND) -> Proposal:
    """The second auditor agrees."""
    with world.work(by) as work:
        return approve_enquiry(work, enquiry.id, seen=enquiry.version)


def answered(world: World, enquiry: Proposal, *, by: str = ASKER) -> Answer:
    """The answer, as one of the two reads it."""
    with world.work(by) as work:
        return answer_enquiry(work, enquiry.id, Use.SELF_MONITORING)


def told(world: World, known: Known = NAMED, *, days: int = 0) -> Answer:
    """All of that."""
    return answered(world, agreed(world, asked(world, known, days=days)))
