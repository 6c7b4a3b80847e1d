"""The points of a handover, as the receiver confirms them one by one: each with what the sender answered."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple

from flask_babel import gettext

from casetrack.domain.progress import Row
from casetrack.domain.words import N_
from casetrack.http.house import house
from casetrack.schemas.transfers import SAID_ELSEWHERE, Handed, points_of_handover, whole_preview
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


def handover_points(offer: Offer, outstanding: Iterable[Row]) -> tuple[Point, ...]:
    """Every point that goes over with what is offered, in the list's order, with what the sender answered."""
    facts = house().deployment.facts
    said = {**whole_preview(offer.preview), "outstanding": [gettext(row.rule.label) for row in outstanding]}
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
