"""What an invented sender tells before the receiver answers: the least that keeps the person safe, and no name."""

from collections.abc import Mapping
from typing import Any, Final

from casetrack.cli.demo.chance import Stream
from casetrack.cli.demo.offers import Offer
from casetrack.cli.demo.scenes import Scene
from casetrack.cli.demo.world import World
from casetrack.schemas.transfers import Handed, points_to_answer

RISKS: Final[Mapping[str, str]] = {
    "high": "Threats by phone this month. Somebody asked after the person at their last address.",
    "medium": "No contact with the exploiters since the person left. A debt that they still speak of.",
    "standard": "No danger known now.",
}
NEEDS: Final = (
    *("accommodation", "mental-wellbeing", "language", "legal-immigration", "long-term-health"),
    *("money", "esol", "counselling", "transport", "housing-advice"),
)
UNSAFE: Final = (
    "None known.",
    "The town that the person came from, and the market there.",
    "The bus station and the streets around it.",
)
TONIGHT: Final = ("A night worker of ours", "A foster carer", "Staff of the place where the person stays", "A friend")
OUTSTANDING: Final = ("legal-advice", "gp-registered", "plan-review", "crime-ref-shared", "mental-health")
POINTS: Final[Mapping[str, float]] = {
    Handed.ON_THE_CASE: 6,
    Handed.TOLD: 2,
    Handed.NOT_KNOWN: 1,
    Handed.NOT_APPLICABLE: 1,
}
MOTHER_TONGUES: Final[Mapping[str, str]] = {
    "Albanian": "sq",
    "Vietnamese": "vi",
    "Sudanese": "apd",
    "Eritrean": "ti",
    "Romanian": "ro",
    "Chinese": "cmn",
    "Iranian": "fa",
    "Afghan": "prs",
    "Somali": "so",
    "Ethiopian": "am",
}


def preview_of(world: World, scene: Scene, offer: Offer, stream: Stream) -> dict[str, Any]:
    """The preview of the offer, as the form has it."""
    nationality = str(scene.person.names["nationality"])
    points = points_to_answer(world.facts, offer.strands)
    return {
        "risks": RISKS[scene.of.risk],
        "needs": sorted({stream.pick(NEEDS) for _ in range(3)}),
        "language": MOTHER_TONGUES.get(nationality, "en"),
        "unsafe_areas": stream.pick(UNSAFE),
        "outstanding": sorted({stream.pick(OUTSTANDING) for _ in range(2)}),
        "tonight": stream.pick(TONIGHT),
        "phone": world.phone_of(offer.sender),
        "checklist": {point.code: {"answer": str(stream.weigh(POINTS)), "words": ""} for point in points},
        "accurate": True,
    }
