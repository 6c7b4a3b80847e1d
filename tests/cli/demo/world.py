"""The world of the demonstration on one day, and how each planned life stands at its end."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from typing import Final
from uuid import uuid4

from casetrack import resources
from casetrack.cli.demo.acts import Accept, Act, Begin, Close, Journey, Open, Record, ReopenCase, Send
from casetrack.cli.demo.chance import Stream
from casetrack.cli.demo.journeys import plan_lives
from casetrack.cli.demo.scenes import Scene, draw_scene
from casetrack.cli.demo.world import World, read_world
from casetrack.config import Config
from casetrack.domain.calendars import Nation, WorkingDays
from casetrack.domain.catalogue import Phase
from casetrack.domain.factfiles import read_facts
from casetrack.domain.holdings import Strand
from casetrack.domain.ids import HolderCode
from casetrack.domain.progress import phase_of, progress
from casetrack.domain.records import Recorded
from casetrack.gateways.bank_holidays import LibraryBankHolidays

TODAY: Final = date(2026, 11, 21)
NOW: Final = datetime(2026, 11, 21, 12, tzinfo=UTC)
SEED: Final = "tests"


@cache
def world() -> World:
    """The world, on that day."""
    return read_world(read_facts(resources.facts(), Config().facts.version), TODAY)


@cache
def planned(seed: str, lives: int) -> tuple[Journey, ...]:
    """The lives from the first on, of that seed."""
    return tuple(plan_lives(world(), seed, range(lives)))


def scene_of(seed: str, journey: Journey) -> Scene:
    """What the life was drawn as."""
    return draw_scene(world(), Stream(seed, "life", journey.number), journey.number)


@dataclass
class End:
    """How a life stands after its last act."""

    opening: Open
    leads: dict[Strand, HolderCode]
    passed_on: set[HolderCode] = field(default_factory=set)
    """Whoever had something of the case once."""
    is_closed: bool = False
    was_reopened: bool = False
    records: list[Recorded] = field(default_factory=list)
    _offered: Send | None = None

    @classmethod
    def of(cls, journey: Journey) -> "End":
        """The life, lived in the head."""
        opening = journey.acts[0]
        assert isinstance(opening, Open)
        end = cls(opening, dict.fromkeys(opening.strands, opening.by.holder))
        for act in journey.acts[1:]:
            end.live(act)
        return end

    @property
    def stubs(self) -> set[HolderCode]:
        """The organisations that had the case, and have nothing of it now."""
        return self.passed_on - set(self.leads.values())

    def live(self, act: Act) -> None:
        """One act more."""
        if isinstance(act, Record):
            self.records += _recorded(act)
        elif isinstance(act, Begin):
            self.leads[act.strand] = act.by.holder
        elif isinstance(act, Send):
            self._offered = act
        elif isinstance(act, Accept):
            assert self._offered is not None
            self.passed_on |= {self.leads[strand] for strand in self._offered.strands if strand in self.leads}
            self.leads |= dict.fromkeys(self._offered.strands, self._offered.to)
        elif isinstance(act, Close):
            self.is_closed = True
        elif isinstance(act, ReopenCase):
            self.is_closed, self.was_reopened = False, True

    def phase(self, scene: Scene) -> Phase:
        """Where the journey is, by the rules."""
        rows = progress(
            world().facts.catalogue,
            self.records,
            age_group="adult" if scene.of.is_adult else "child",
            nation=Nation(scene.of.nation),
            strands=self.leads,
            now=NOW,
            working_days=WorkingDays(LibraryBankHolidays()),
            high_risk=False,
        )
        return phase_of(rows)


def ends_of(journeys: Iterable[Journey]) -> Sequence[End]:
    """How each of the lives stands."""
    return [End.of(journey) for journey in journeys]


def _recorded(act: Record) -> list[Recorded]:
    at = act.when.at(TODAY)
    return [Recorded(entry.code, entry.state, entry.outcome, at - entry.before, at, uuid4()) for entry in act.entries]
