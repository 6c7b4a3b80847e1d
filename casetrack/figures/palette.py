"""The colours of the figures. There are three, because more cannot all stand 3:1 apart from each other.

No meaning is carried by colour alone: each kind of thing has a shape of its own too.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Palette:
    """The colours of a figure, as `#rrggbb`; every pair has a contrast of 3:1 or more (WCAG 2.2, 1.4.11)."""

    ground: str = "#ffffff"
    """What everything lies on, and the text in a filled bar."""
    ink: str = "#10282c"
    """Text, outlines, hand-offs and the shapes of milestones."""
    support: str = "#26807c"
    """The filled bars of the support strand, and the lines that help the eye."""


PALETTE = Palette()

LETTERING = (("ink", "ground"), ("ground", "support"))
"""Which colour is text on which: 4.5:1 or more (WCAG 2.2, 1.4.3)."""
