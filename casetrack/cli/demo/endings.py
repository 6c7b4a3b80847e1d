"""The lives in which two people are needed: a case on hold, one that is to be erased, and one that was."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from casetrack.cli.demo.offers import ARRANGED
from casetrack.domain.catalogue import Phase


class Ending(Enum):
    """What becomes of a closed case."""

    HELD = auto()
    """A legal hold stands on it."""
    PROPOSED = auto()
    """One person has proposed to erase it, and it waits for a second."""
    ERASED = auto()
    """Two people have agreed to erase it."""


FIRST: Final = ARRANGED + 32
"""After the lives that are arranged to be in each phase."""
ENDINGS: Final[Mapping[int, Ending]] = {FIRST + place: ending for place, ending in enumerate(Ending)}
"""By the number of the life. Each is in Leeds, where a lead proposes and a supervisor decides."""
PHASES: Final = {Ending.HELD: Phase.MOVE_ON, Ending.PROPOSED: Phase.STATUS, Ending.ERASED: Phase.SAFE}
"""How far each has come: what is erased was hardly begun, since another case has all that is true of the person."""
MOST_DAYS: Final = 20
"""How long ago a proposal was made, at the most: it waits for thirty days."""


@dataclass(frozen=True)
class Ground:
    """Why two people are needed: codes of the lists, and words that say nothing of anybody."""

    rule: str
    reason: str
    words: str


CLOSED_FOR: Final = {
    Ending.HELD: "support-complete",
    Ending.PROPOSED: "support-complete",
    Ending.ERASED: "duplicate",
}
HELD_FOR: Final = ("investigation", "The trial of those who did this is in the spring. Keep all of it until then.")
GROUNDS: Final[Mapping[Ending, Ground]] = {
    Ending.PROPOSED: Ground(
        "right-to-erasure", "request", "They asked in writing. Nothing that is still open needs it."
    ),
    Ending.ERASED: Ground("storage-limit", "duplicate", "Opened twice on one evening. The other case has all of it."),
}
