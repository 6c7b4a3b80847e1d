"""The lives about which somebody outside asks: what is held of them, and whether anybody looked them up."""

from collections.abc import Mapping
from enum import Enum, auto
from typing import Final

from casetrack.cli.demo.endings import ENDINGS
from casetrack.domain.catalogue import Phase


class Asked(Enum):
    """What is asked."""

    ACCESS = auto()
    """The person asks what is held of them, and nobody has decided yet what they are given."""
    ENQUIRY = auto()
    """An auditor asks whether anybody looked them up, which waits for a second auditor."""
    AGREED = auto()
    """Two auditors have asked that, and can read the answer."""


FIRST: Final = max(ENDINGS) + 1
"""After the lives that end as they were arranged to."""
ASKED: Final[Mapping[int, Asked]] = {FIRST + place: asked for place, asked in enumerate(Asked)}
"""By the number of the life. Each is in Leeds, and the person has given a name."""
PHASE: Final = Phase.RECOVER
"""How far each has come."""
MOST_DAYS: Final = 12
"""How long ago it was asked, at the most: an enquiry waits for thirty days, and is answered for twenty-eight."""
CAME_BEFORE: Final = 2
"""How many days before it was written down a request came."""
OVER_DAYS: Final = 60
"""Of which days an enquiry asks."""

CHECKED: Final = ("safe-call", "Rang by the safe contact, with the code word; alone, and in their own words.")
"""How it was found out with the person alone that they ask, and what was noted of it."""
REQUESTED: Final = "They would like to see all that is written about them."
COMPLAINED: Final = "A complaint says that a relative was told where she lives, by somebody who could look it up."
"""Why it is asked whether anybody looked the person up."""
