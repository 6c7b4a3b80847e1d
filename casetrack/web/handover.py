"""What the sender told of a handover: what is still to be done, and each point for the receiver to confirm."""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from flask_babel import gettext

from casetrack.domain.catalogue import MilestoneRule
from casetrack.domain.words import N_
from casetrack.http.house import house
from casetrack.schemas.transfers import SAID_ELSEWHERE, Handed, points_of_handover, whole_preview
from casetrack.services.outstanding import Standing
from casetrack.services.transfers import Offer

HANDED: Final[Mapping[str, str]] = {
    Handed.ON_THE_CASE: N_("It is on the case, and passes at the hand-off"),
    Handed.TOLD: N_("It is told by telephone, or in person"),
    Handed.NOT_KNOWN: N_("It is not known"),
    Handed.NOT_APPLICABLE: N_("It does not apply"),
}
"""Where a point of the checklist stands; a test holds it against the answers that there are."""


class Point(NamedTuple):
    """One point of the checklist, as the component of a checklist takes it."""

    code: str
    label: str
    answer: str


class StillToDo(NamedTuple):
    """A milestone that the sender named, and where it stood when the offer was sent, while the offer is open."""

    rule: MilestoneRule
    stood: Standing | None


def still_to_do(offer: Offer) -> list[StillToDo]:
    """What the sender named as still to be done; nothing of where it stands now."""
    rules = house().deployment.facts.catalogue.rules
    named = whole_preview(offer.preview)["outstanding"]
    return [StillToDo(rules[code], offer.standings.get(code)) for code in named if code in rules]


def handover_points(offer: Offer) -> tuple[Point, ...]:
    """Every point that goes over with what is offered, in the list's order, with what the sender answered."""
    facts = house().deployment.facts
    said = {**whole_preview(offer.preview), "outstanding": [gettext(each.rule.label) for each in still_to_do(offer)]}
    return tuple(
        Point(point.code, gettext(point.label), _answer(point.code, said))
        for point in points_of_handover(facts, offer.transfer.strands)
    )


def _answer(code: str, said: Mapping[str, Any]) -> str:
    if code in SAID_ELSEWHERE:
        value = said[SAID_ELSEWHERE[code]]
        say: Callable[[Any], str] = SAYS.get(SAID_ELSEWHERE[code], str)
        return say(value)
    point = said["checklist"].get(code)
    if point is None:
        return gettext("Not answered")
    return ". ".join(filter(None, (gettext(HANDED[point["answer"]]), point["words"])))


def _language(code: str) -> str:
    known = house().deployment.facts.codes["languages"].codes
    return gettext(known[code].label) if code in known else code


SAYS: Final[Mapping[str, Callable[[Any], str]]] = {
    "language": _language,
    "outstanding": lambda labels: "; ".join(labels) or gettext("Nothing"),
    "accurate": lambda _: gettext("The sender stands by what it wrote, as far as it knows"),
}
"""How the answers that are not words already are said."""
