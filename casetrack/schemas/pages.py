"""What is said to have one page of a list."""

from casetrack.schemas.fields import Whole
from casetrack.schemas.said import Said


class ListPage(Said):
    """Which page; the first if nobody says."""

    page = Whole(load_default=1)
