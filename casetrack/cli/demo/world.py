"""The world that invented lives happen in: the organisations, who borders on whom, and the figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from casetrack.cli.demo.chance import Stream
from casetrack.cli.demo.figures import Figures, read_figures
from casetrack.cli.demo.partners import numbered, read_partners
from casetrack.domain.factfiles import Facts
from casetrack.domain.holders import Holder
from casetrack.domain.ids import HolderCode

LEEDS: Final = HolderCode("west-yorkshire")
MANCHESTER: Final = HolderCode("greater-manchester")
LARGE: Final = (HolderCode("metropolitan"), MANCHESTER, HolderCode("west-midlands"), LEEDS)
"""The forces that a case goes to for reasons of size."""


@dataclass(frozen=True)
class World:
    """What every invented life happens in, on one day."""

    facts: Facts
    figures: Figures
    partners: Sequence[Holder]
    police: Sequence[Holder]
    """The police bodies, with numbers that reach nobody."""
    today: date

    @property
    def invented(self) -> tuple[Holder, ...]:
        """Every organisation of which something is invented."""
        return (*self.police, *self.partners)

    def phone_of(self, holder: HolderCode) -> str:
        """The number of the organisation that is answered at any hour, as far as anybody has one here."""
        return next(each.phone for each in self.invented if each.code == holder)

    @property
    def forces(self) -> tuple[HolderCode, ...]:
        """The forces that have a force area and referred somebody in the figures."""
        return tuple(
            HolderCode(code)
            for code in self.figures.of("police referrals")
            if self.facts.forces[code].kind == "territorial"
        )

    @property
    def organisations(self) -> tuple[HolderCode, ...]:
        """Whoever has cases in these lives."""
        return (*self.forces, *(partner.code for partner in self.partners))

    def area_of(self, holder: HolderCode) -> HolderCode:
        """The force area that the organisation works from."""
        return next((partner.area for partner in self.partners if partner.code == holder), holder)

    def is_partner(self, holder: HolderCode) -> bool:
        """Whether it is a charity or a council, and so can lead no investigation."""
        return any(partner.code == holder for partner in self.partners)

    def draw_force(self, stream: Stream) -> HolderCode:
        """A force, as likely as it referred people."""
        referrals = self.figures.of("police referrals")
        return HolderCode(stream.weigh({code: referrals[code] for code in self.forces}))

    def draw_elsewhere(self, stream: Stream, area: HolderCode) -> HolderCode:
        """Another force: a neighbour mostly, a large one often, and any at all sometimes."""
        near, large = (self.figures.share(f"transfers to a {where}") for where in ("neighbour", "large force"))
        neighbours = self._neighbours(area)
        ways: dict[tuple[HolderCode, ...], float] = {
            neighbours: near if neighbours else 0,
            tuple(code for code in LARGE if code != area): large,
            tuple(code for code in self.forces if code != area): 1 - near - large,
        }
        somewhere = stream.weigh(ways)
        return stream.pick(somewhere)

    def _neighbours(self, area: HolderCode) -> tuple[HolderCode, ...]:
        pairs = ((pair.one, pair.other) for pair in self.facts.neighbours if area in (pair.one, pair.other))
        return tuple(HolderCode(one if other == area else other) for one, other in pairs)


def read_world(facts: Facts, today: date) -> World:
    """The world of the facts, the figures and the partners, on that day."""
    return World(facts, read_figures(), read_partners(facts.forces), numbered(facts.forces.values()), today)
