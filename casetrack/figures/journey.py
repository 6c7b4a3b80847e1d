"""The journey picture: a lane for each force area, who was responsible when, the hand-offs and the milestones.

It is a picture of instants that have passed: what is still to come is on the page of milestones.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from textwrap import wrap
from typing import Final

from casetrack.domain.catalogue import Phase
from casetrack.domain.holdings import Strand
from casetrack.figures.palette import PALETTE, Palette
from casetrack.figures.shapes import SHAPES, Shape
from casetrack.figures.timescale import Tick, Timescale

# --- What a journey is made of ---


@dataclass(frozen=True, kw_only=True)
class Span:
    """One organisation's time of responsibility for a strand; without an end it is responsible now."""

    strand: Strand
    holder: str
    """The organisation's name."""
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Lane:
    """A force area, and who in it was responsible when."""

    code: str
    name: str
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, kw_only=True)
class HandOff:
    """The instant at which responsibility passed from one lane to another, or within one."""

    from_lane: str
    to_lane: str
    at: datetime
    strands: frozenset[Strand]


@dataclass(frozen=True, kw_only=True)
class Milestone:
    """A milestone that was met, in the lane of whoever was responsible then."""

    code: str
    label: str
    phase: Phase
    lane: str
    at: datetime


# --- Where it is drawn: every number is a length in SVG units, from the top left of the part with the line of time ---

LABEL_WIDTH: Final = 136
WIDTH: Final = 960
HEIGHT_OF_AXIS: Final = 34
LEFT: Final = 36
RIGHT: Final = WIDTH - 48
LANE_PADDING: Final = 12
ROW: Final = 24
ROW_GAP: Final = 4
SHORTEST_LANE: Final = 56
THINNEST: Final = 3
"""Responsibility that lasted an hour is still seen."""

MARK: Final = 20
"""How high one level of milestones is."""
ARROWHEAD: Final = 15
"""What lies free between a lane's milestones and its bars, so that the head of an arrow is seen there."""
APART: Final = 24
"""How far apart the middles of two milestones on one level are: the widest, a group, is 22."""
MOST_MARKS: Final = 60
GROUPINGS: Final = ((APART, 3), (APART, 1), (2 * APART, 1), (4 * APART, 1), (8 * APART, 1), (WIDTH, 1))
"""From the finest to the coarsest: how far apart the milestones of a lane are, and on how many levels."""
TICKS_APART: Final = 92
LETTER: Final = 7.4
"""How wide a letter of a bar's text is at the most, on average."""
TEXT_PADDING: Final = 9
LETTERS_OF_LABEL: Final = 16
ARROWS_APART: Final = 8


@dataclass(frozen=True)
class Band:
    """A lane as it is drawn."""

    code: str
    name: str
    lines: tuple[str, ...]
    """The name, broken to fit."""
    y: float
    height: float

    @property
    def middle(self) -> float:
        """Half-way down the lane."""
        return self.y + self.height / 2


@dataclass(frozen=True)
class Bar:
    """A span as it is drawn."""

    lane: str
    span: Span
    x: float
    y: float
    width: float
    text_x: float | None
    """Where the holder's name begins: in the bar, beside it, or nowhere if there is no room."""
    height: float = ROW

    @property
    def holds_text(self) -> bool:
        """True if the name stands in the bar itself."""
        return self.text_x is not None and self.x <= self.text_x < self.x + self.width


@dataclass(frozen=True)
class Arrow:
    """A hand-off as it is drawn, straight down or up; within a lane it has no length."""

    hand_off: HandOff
    x: float
    y1: float
    y2: float


@dataclass(frozen=True)
class Mark:
    """One milestone as its shape, or several that would hide each other as their number."""

    lane: str
    x: float
    y: float
    milestones: tuple[Milestone, ...]

    @property
    def shape(self) -> Shape | None:
        """The shape of its phase; a group has none."""
        return SHAPES[self.milestones[0].phase] if len(self.milestones) == 1 else None


@dataclass(frozen=True)
class JourneyFigure:
    """The whole picture, ready to be drawn and to be told in words."""

    height: float
    bands: tuple[Band, ...]
    bars: tuple[Bar, ...]
    arrows: tuple[Arrow, ...]
    marks: tuple[Mark, ...]
    ticks: tuple[Tick, ...]
    since: datetime
    until: datetime
    today: float
    milestones: tuple[Milestone, ...]
    """All of them in the order in which they happened, for the table."""
    width: float = WIDTH
    label_width: float = LABEL_WIDTH
    palette: Palette = PALETTE

    @property
    def days(self) -> int:
        """How many whole days the journey has lasted."""
        return (self.until - self.since).days

    @property
    def axis(self) -> float:
        """How far down the line of time is."""
        return self.height - HEIGHT_OF_AXIS

    @property
    def current(self) -> tuple[Bar, ...]:
        """Who is responsible now."""
        return tuple(bar for bar in self.bars if bar.span.until is None)

    @property
    def strands(self) -> tuple[Strand, ...]:
        """The strands that the picture shows."""
        return tuple(strand for strand in Strand if any(bar.span.strand is strand for bar in self.bars))

    @property
    def phases(self) -> tuple[Phase, ...]:
        """The phases that the picture shows a milestone of."""
        return tuple(phase for phase in Phase if any(each.phase is phase for each in self.milestones))

    def lane_name(self, code: str) -> str:
        """The name of the lane."""
        return next(band.name for band in self.bands if band.code == code)


# --- How it gets there ---


@dataclass(frozen=True)
class _Pile:
    """Milestones that are drawn as one, on one of the levels above a lane's bars."""

    x: float
    level: int
    milestones: tuple[Milestone, ...]


@dataclass(frozen=True)
class _Plan:
    """A lane with everything that decides how high it is."""

    lane: Lane
    piles: tuple[_Pile, ...]
    y: float = 0

    @property
    def levels(self) -> int:
        return max((pile.level + 1 for pile in self.piles), default=0)

    @property
    def strands(self) -> tuple[Strand, ...]:
        return tuple(strand for strand in Strand if any(span.strand is strand for span in self.lane.spans))

    @property
    def rows_height(self) -> float:
        return len(self.strands) * (ROW + ROW_GAP)

    @property
    def height(self) -> float:
        marks = self.levels * MARK + ARROWHEAD if self.levels else 0
        return max(2 * LANE_PADDING + marks + self.rows_height, SHORTEST_LANE)

    @property
    def rows_y(self) -> float:
        """Where the rows begin: at the foot of the lane, with the milestones above them."""
        return self.y + self.height - LANE_PADDING - self.rows_height

    def row(self, strand: Strand) -> float:
        """The top of the strand's row; of a strand that the lane never had, where the rows begin."""
        return self.rows_y + (self.strands.index(strand) * (ROW + ROW_GAP) if strand in self.strands else 0)


def draw_journey(
    lanes: Iterable[Lane], hand_offs: Iterable[HandOff], milestones: Iterable[Milestone], *, now: datetime
) -> JourneyFigure:
    """The picture of the journey until now, its lanes in the order given.

    Every hand-off and milestone names a lane by its code. Instants are aware; what lies after `now` stretches the
    line of time beyond it.
    """
    lanes, handed = tuple(lanes), sorted(hand_offs, key=lambda each: (each.at, each.from_lane, each.to_lane))
    told = tuple(sorted(milestones, key=lambda each: (each.at, each.code)))
    scale = _scale(_instants(lanes, handed, told), now)
    plans = _stacked(_Plan(lane, piles) for lane, piles in _piled(lanes, told, scale))
    by_code = {plan.lane.code: plan for plan in plans}
    return JourneyFigure(
        height=sum(plan.height for plan in plans) + HEIGHT_OF_AXIS,
        bands=tuple(_band(plan) for plan in plans),
        bars=tuple(bar for plan in plans for bar in _bars(plan, scale, now)),
        arrows=_arrows(handed, by_code, scale),
        marks=tuple(_mark(plan, pile) for plan in plans for pile in plan.piles),
        ticks=scale.ticks(apart=TICKS_APART),
        since=scale.since,
        until=now,
        today=scale.x(now),
        milestones=told,
    )


def _instants(lanes: Iterable[Lane], hand_offs: Iterable[HandOff], milestones: Iterable[Milestone]) -> list[datetime]:
    spans = tuple(chain.from_iterable(lane.spans for lane in lanes))
    return [
        *(span.since for span in spans),
        *(span.until for span in spans if span.until),
        *(each.at for each in hand_offs),
        *(each.at for each in milestones),
    ]


def _scale(instants: Sequence[datetime], now: datetime) -> Timescale:
    return Timescale.over(min([*instants, now]), max([*instants, now]), left=LEFT, right=RIGHT)


def _stacked(plans: Iterable[_Plan]) -> tuple[_Plan, ...]:
    placed: list[_Plan] = []
    for plan in plans:
        below = placed[-1].y + placed[-1].height if placed else 0
        placed.append(_Plan(plan.lane, plan.piles, below))
    return tuple(placed)


def _piled(
    lanes: Sequence[Lane], milestones: Sequence[Milestone], scale: Timescale
) -> tuple[tuple[Lane, tuple[_Pile, ...]], ...]:
    """Each lane's milestones, stacked where there is room, and grouped further while there are more than the most."""
    *finer, coarsest = GROUPINGS
    for apart, levels in finer:
        piled = tuple((lane, _piles(_of(lane, milestones), scale, apart, levels)) for lane in lanes)
        if sum(len(piles) for _, piles in piled) <= MOST_MARKS:
            return piled
    return tuple((lane, _piles(_of(lane, milestones), scale, *coarsest)) for lane in lanes)


def _of(lane: Lane, milestones: Iterable[Milestone]) -> tuple[Milestone, ...]:
    return tuple(each for each in milestones if each.lane == lane.code)


def _piles(milestones: Iterable[Milestone], scale: Timescale, apart: float, levels: int) -> tuple[_Pile, ...]:
    """Each milestone on the lowest level with room for it; where none has, in a group with the last on the highest."""
    top: list[_Pile | None] = [None] * levels
    done: list[_Pile] = []
    for milestone in milestones:
        x = scale.x(milestone.at)
        level = next((level for level, last in enumerate(top) if last is None or x - last.x >= apart), None)
        last = top[-1]
        if level is not None:
            pile = _Pile(x, level, (milestone,))
            done.append(pile)
            top[level] = pile
        elif last is not None:
            grown = _Pile(last.x, last.level, (*last.milestones, milestone))
            done[done.index(last)] = grown
            top[-1] = grown
    return tuple(done)


def _band(plan: _Plan) -> Band:
    lines = tuple(wrap(plan.lane.name, LETTERS_OF_LABEL)) or ("",)
    return Band(plan.lane.code, plan.lane.name, lines, plan.y, plan.height)


def _bars(plan: _Plan, scale: Timescale, now: datetime) -> tuple[Bar, ...]:
    placed = [(span, *_extent(span, scale, now)) for span in plan.lane.spans]
    bars = []
    for span, left, right in placed:
        row = [each for each in placed if each[0].strand is span.strand]
        room_left = max((end for _, start, end in row if start < left), default=0)
        room_right = min((start for _, start, _ in row if start > left), default=RIGHT)
        text_x = _text_x(len(span.holder) * LETTER, (room_left, left, right, room_right))
        bars.append(Bar(plan.lane.code, span, left, plan.row(span.strand), round(right - left, 1), text_x))
    return tuple(bars)


def _extent(span: Span, scale: Timescale, now: datetime) -> tuple[float, float]:
    left = min(scale.x(span.since), RIGHT - THINNEST)
    return left, max(scale.x(span.until or now), left + THINNEST)


def _text_x(length: float, edges: tuple[float, float, float, float]) -> float | None:
    """Where text of that length fits: between the middle two edges, else after them, else before them."""
    room_left, left, right, room_right = edges
    if length + 3 * TEXT_PADDING <= right - left:
        return left + TEXT_PADDING
    if length + 2 * TEXT_PADDING <= room_right - right:
        return right + TEXT_PADDING
    if length + 2 * TEXT_PADDING <= left - room_left:
        return left - TEXT_PADDING - length
    return None


def _mark(plan: _Plan, pile: _Pile) -> Mark:
    return Mark(plan.lane.code, pile.x, plan.rows_y - ARROWHEAD - MARK * (pile.level + 0.5), pile.milestones)


def _arrows(hand_offs: Iterable[HandOff], plans: Mapping[str, _Plan], scale: Timescale) -> tuple[Arrow, ...]:
    arrows: list[Arrow] = []
    for hand_off in hand_offs:
        x = scale.x(hand_off.at)
        while any(abs(x - other.x) < ARROWS_APART for other in arrows) and x + ARROWS_APART <= WIDTH:
            x += ARROWS_APART
        arrows.append(_arrow(hand_off, x, plans[hand_off.from_lane], plans[hand_off.to_lane]))
    return tuple(arrows)


def _arrow(hand_off: HandOff, x: float, giver: _Plan, taker: _Plan) -> Arrow:
    """From the side of the giver's rows that faces the taker's to the side of the taker's that faces the giver's."""
    given, taken = _rows(hand_off, giver), _rows(hand_off, taker)
    if giver.y == taker.y:
        middle = given[0] + ROW / 2
        return Arrow(hand_off, x, middle, middle)
    downward = giver.y < taker.y
    return Arrow(hand_off, x, given[-1] + ROW if downward else given[0], taken[0] if downward else taken[-1] + ROW)


def _rows(hand_off: HandOff, plan: _Plan) -> tuple[float, ...]:
    """The tops of the rows that the hand-off is about, from the highest down; information alone is about all."""
    return tuple(plan.row(strand) for strand in Strand if strand in hand_off.strands) or (
        plan.row(Strand.SUPPORT),
        plan.row(Strand.INVESTIGATION),
    )
