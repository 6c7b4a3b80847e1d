"""Where an invented life begins: who opens the case, for whom, and how things will turn out, by the figures."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from casetrack.cli.demo.asked import ASKED
from casetrack.cli.demo.asked import PHASE as PHASE_OF_ASKED
from casetrack.cli.demo.chance import Stream
from casetrack.cli.demo.endings import ENDINGS, Ending
from casetrack.cli.demo.endings import PHASES as PHASES_OF_ENDINGS
from casetrack.cli.demo.offers import ARRANGED, BOTH, INVESTIGATION, SUPPORT, Offer, draw_offer
from casetrack.cli.demo.people import Person, invent_person
from casetrack.cli.demo.sittings import Circumstances
from casetrack.cli.demo.world import LEEDS, World
from casetrack.domain.calendars import Nation
from casetrack.domain.case import AgeGroup, Areas, IdentityState
from casetrack.domain.catalogue import Phase
from casetrack.domain.holdings import Strand
from casetrack.domain.ids import HolderCode

POLICE_STRANDS: Final[Mapping[frozenset[Strand], float]] = {BOTH: 70, SUPPORT: 18, INVESTIGATION: 12}
"""How the police open cases: for both strands mostly, for a person who wants no police, or for an inquiry alone."""
NAMELESS: Final = {"not-given": 7, "withheld": 6, "not-yet-asked": 7}
PHASES: Final = (
    *(Phase.IDENTIFY, Phase.SAFE, Phase.REFER, Phase.FIRST_DECISION),
    *(Phase.RECOVER, Phase.FINAL_DECISION, Phase.MOVE_ON, Phase.STATUS),
)
"""The phases that a journey goes through. Justice, redress and transfers go on beside it."""
EACH: Final = 4
"""How many lives, after those of the arranged offers, are in each phase and have each answer about a name."""
WANTS_TIME: Final = 0.1
AT_HIGH_RISK: Final = 0
"""A life whose offer is open, so that there is one of high risk to find in an inbox."""


@dataclass(frozen=True, kw_only=True)
class Scene:
    """One invented life, before it begins."""

    opener: HolderCode
    strands: frozenset[Strand]
    age_group: AgeGroup
    areas: Areas
    identity: IdentityState
    person: Person
    of: Circumstances
    phase: Phase
    offer: Offer | None
    ending: Ending | None


def draw_scene(world: World, stream: Stream, number: int) -> Scene:
    """The scene of that number. The first few score are set so that everything that can happen does."""
    ending, is_arranged = ENDINGS.get(number), number in ENDINGS or number in ASKED
    offer = None if is_arranged else draw_offer(world, stream, number)
    opener = offer.sender if offer else LEEDS if is_arranged else _opener(world, stream)
    strands = offer.before if offer else _strands(world, stream, opener)
    age_group = AgeGroup(stream.weigh(world.figures.of("age of people referred by the police")))
    phase = _phase(world, stream, number, age_group, offer)
    area = world.area_of(opener)
    return Scene(
        opener=opener,
        strands=BOTH if phase is Phase.STATUS and strands == INVESTIGATION else strands,
        age_group=age_group,
        areas=_areas(world, stream, area, offer),
        identity=_identity(world, stream, number),
        person=invent_person(
            stream,
            age_group=age_group,
            nationality=stream.weigh(world.figures.of("nationality", age_group.value)),
            today=world.today,
        ),
        of=_circumstances(world, stream, number, age_group, area, phase),
        phase=phase,
        offer=offer,
        ending=ending,
    )


def _opener(world: World, stream: Stream) -> HolderCode:
    if stream.happens(world.figures.share("cases opened by a partner")):
        return stream.pick([partner.code for partner in world.partners])
    return world.draw_force(stream)


def _strands(world: World, stream: Stream, opener: HolderCode) -> frozenset[Strand]:
    return SUPPORT if world.is_partner(opener) else stream.weigh(POLICE_STRANDS)


def _phase(world: World, stream: Stream, number: int, age_group: AgeGroup, offer: Offer | None) -> Phase:
    """Nobody offers a case before the person was met, or after its last decision. Who refuses the NRM stays there."""
    if number in ENDINGS:
        return PHASES_OF_ENDINGS[ENDINGS[number]]
    if number in ASKED:
        return PHASE_OF_ASKED
    arranged = number - ARRANGED
    if 0 <= arranged < EACH * len(PHASES) and offer is None:
        return PHASES[arranged % len(PHASES)]
    if age_group is AgeGroup.ADULT and stream.happens(world.figures.share("adults who do not want the NRM")):
        return Phase.REFER
    weights = dict(world.figures.of("phase"))
    if offer is not None:
        for phase in (Phase.IDENTIFY, Phase.MOVE_ON, Phase.STATUS):
            del weights[phase.value]
    return Phase(stream.weigh(weights))


def _identity(world: World, stream: Stream, number: int) -> IdentityState:
    if number in ASKED:
        return IdentityState.GIVEN
    arranged = number - ARRANGED
    if 0 <= arranged < EACH * len(NAMELESS):
        return IdentityState(tuple(NAMELESS)[arranged % len(NAMELESS)])
    if stream.happens(world.figures.share("cases in which a name was given")):
        return IdentityState.GIVEN
    return IdentityState(stream.weigh(NAMELESS))


def _areas(world: World, stream: Stream, area: HolderCode, offer: Offer | None) -> Areas:
    """Where the person was met is where the case was opened; where it happened may be elsewhere."""
    receiver = world.area_of(offer.receiver) if offer else None
    elsewhere = receiver or (world.draw_elsewhere(stream, area) if stream.happens(0.25) else area)
    home = stream.weigh({area: 5.0, None: 3.0})
    return Areas(exploitation=elsewhere if stream.happens(0.7) else None, home=home, encounter=area)


def _circumstances(
    world: World, stream: Stream, number: int, age_group: AgeGroup, area: HolderCode, phase: Phase
) -> Circumstances:
    """How things turn out, as far as the phase that the life has come to leaves it open."""
    figures, adult = world.figures, age_group is AgeGroup.ADULT
    at_refer = adult and phase is Phase.REFER
    first = phase in (Phase.RECOVER, Phase.FINAL_DECISION, Phase.STATUS) or stream.happens(
        figures.share("positive first decisions")
    )
    return Circumstances(
        catalogue=world.facts.catalogue,
        nation=Nation.named(world.facts.forces[area].nation),
        age=age_group.value,
        risk="high" if number == AT_HIGH_RISK else stream.weigh(figures.of("risk")),
        needs_interpreter=stream.happens(figures.share("people who need an interpreter")),
        wants_time=at_refer and stream.happens(WANTS_TIME),
        refuses_nrm=at_refer,
        first_positive=first,
        final_positive=phase is Phase.STATUS
        or (phase is not Phase.FINAL_DECISION and stream.happens(figures.share("positive final decisions"))),
    )
