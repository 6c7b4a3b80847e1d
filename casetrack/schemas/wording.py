"""What is said in somebody's own words, with why something that seems to belong elsewhere stays in it."""

from casetrack.domain.misplaced import Keeping
from casetrack.schemas.fields import Choice
from casetrack.schemas.said import Said


class Worded(Said):
    """Words of one's own: where something in them seems to belong elsewhere, `keep` says why it stays."""

    keep = Choice(Keeping, load_default=None)
