"""What is refused when somebody records a milestone or a dated fact, and why.

A past fact is recorded, never refused: no rule here looks at how long ago it was.
"""

from collections.abc import Collection
from datetime import datetime

from casetrack.domain.catalogue import SEALED_FACTS, Catalogue, ClockEvent, EventKind, MilestoneRule
from casetrack.domain.errors import NotOurPart, RuleBroken
from casetrack.domain.holdings import Strand
from casetrack.domain.records import Recorded, RecordState, in_effect
from casetrack.domain.words import N_


class FutureDate(RuleBroken):
    """What is recorded has happened."""

    sentence = N_("Enter a date and time that has passed. What has not happened yet cannot be recorded.")


class UnknownMilestone(RuleBroken):
    """No milestone and no dated fact has that code."""

    sentence = N_("Choose a milestone from the list.")


class UnknownOutcome(RuleBroken):
    """The milestone has no such outcome, or has outcomes and none was given."""

    sentence = N_("Choose an outcome from the list.")


class NothingToReopen(RuleBroken):
    """Only what stands on the record can be opened again."""

    sentence = N_("Nothing is recorded for this milestone, so it is open already.")


def recordable(catalogue: Catalogue, code: str) -> MilestoneRule | ClockEvent:
    """The milestone or the dated fact that a person may record under that code.

    What is worked out from the sealed birth date is nobody's to record: the record stands in clear, and its date would
    give the birthday away.
    """
    if code in catalogue.rules:
        return catalogue.rules[code]
    event = catalogue.events.get(code)
    if event is None or event.kind is not EventKind.FACT or code in SEALED_FACTS:
        raise UnknownMilestone(code=code)
    return event


def check_strand(about: MilestoneRule | ClockEvent, strands: Collection[Strand]) -> None:
    """Refuse a milestone of a strand to an organisation without it. A dated fact is the whole case's, and anybody's."""
    if isinstance(about, MilestoneRule) and not about.of_strands(strands):
        raise NotOurPart


def check_record(
    about: MilestoneRule | ClockEvent,
    outcome: str | None,
    at: datetime,
    now: datetime,
    state: RecordState = RecordState.MET,
) -> None:
    """Refuse what has not happened yet, and an outcome that the milestone does not have.

    `at` is when it happened, `now` when it is recorded. Only a milestone that is met has an outcome;
    `state` does not matter for a dated fact.
    """
    if at > now:
        raise FutureDate
    outcomes = about.outcomes if isinstance(about, MilestoneRule) and state is RecordState.MET else ()
    if outcome not in (outcomes or (None,)):
        raise UnknownOutcome(code=about.code)


def check_reopening(code: str, recorded: tuple[Recorded, ...]) -> None:
    """Refuse to reopen a milestone of which nothing stands on the record."""
    if not in_effect([entry for entry in recorded if entry.code == code]):
        raise NothingToReopen(code=code)
