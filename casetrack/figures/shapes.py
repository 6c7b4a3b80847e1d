"""The shape of each phase's milestones, so that a figure says the phase without a colour."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from casetrack.domain.catalogue import Phase


class Shape(StrEnum):
    """A shape that stands for a phase."""

    CIRCLE = "circle"
    SQUARE = "square"
    TRIANGLE = "triangle"
    DIAMOND = "diamond"
    HEXAGON = "hexagon"
    STAR = "star"
    CHEVRON = "chevron"
    RING = "ring"
    SHIELD = "shield"
    PLUS = "plus"
    POINTER = "pointer"


SHAPES: Final[Mapping[Phase, Shape]] = {
    Phase.IDENTIFY: Shape.CIRCLE,
    Phase.SAFE: Shape.SQUARE,
    Phase.REFER: Shape.TRIANGLE,
    Phase.FIRST_DECISION: Shape.DIAMOND,
    Phase.RECOVER: Shape.HEXAGON,
    Phase.FINAL_DECISION: Shape.STAR,
    Phase.MOVE_ON: Shape.CHEVRON,
    Phase.STATUS: Shape.RING,
    Phase.JUSTICE: Shape.SHIELD,
    Phase.REDRESS: Shape.PLUS,
    Phase.TRANSFER: Shape.POINTER,
}
"""Every phase has one of its own."""

OUTLINES: Final[Mapping[Shape, str]] = {
    Shape.CIRCLE: "M-6.5 0a6.5 6.5 0 1 0 13 0a6.5 6.5 0 1 0 -13 0z",
    Shape.SQUARE: "M-6 -6h12v12h-12z",
    Shape.TRIANGLE: "M0 -7l7.5 13h-15z",
    Shape.DIAMOND: "M0 -8l8 8l-8 8l-8 -8z",
    Shape.HEXAGON: "M-3.8 -6.6h7.6l3.8 6.6l-3.8 6.6h-7.6l-3.8 -6.6z",
    Shape.STAR: "M0 -8.5l2.1 5.6l6 .3l-4.7 3.7l1.6 5.8l-5 -3.3l-5 3.3l1.6 -5.8l-4.7 -3.7l6 -.3z",
    Shape.CHEVRON: "M-7 -6h8l6 6l-6 6h-8l5 -6z",
    Shape.RING: "M-7 0a7 7 0 1 0 14 0a7 7 0 1 0 -14 0zM-3.4 0a3.4 3.4 0 1 1 6.8 0a3.4 3.4 0 1 1 -6.8 0z",
    Shape.SHIELD: "M-6 -7h12v6c0 4 -3 7 -6 8.5c-3 -1.5 -6 -4.5 -6 -8.5z",
    Shape.PLUS: "M-2.5 -7.5h5v5h5v5h-5v5h-5v-5h-5v-5h5z",
    Shape.POINTER: "M-7.5 -6h15l-7.5 13z",
}
"""Each shape as SVG path data around its middle, no more than 8.5 units away from it."""
