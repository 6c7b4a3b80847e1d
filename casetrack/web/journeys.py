"""The page of a journey: who was responsible where and when, and what was done along the way, as one picture."""

from collections.abc import Iterable, Mapping
from typing import Final

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from casetrack.domain.actions import Action
from casetrack.domain.holders import Holders
from casetrack.domain.holdings import STRAND_PARTS, Holding, Holdings, Strand
from casetrack.domain.ids import HolderCode, Instant, TransferId
from casetrack.domain.progress import Row
from casetrack.domain.records import RecordState
from casetrack.domain.references import Reference
from casetrack.domain.transfer import Transfer
from casetrack.figures.journey import HandOff, JourneyFigure, Lane, Milestone, Span, draw_journey
from casetrack.http.house import house
from casetrack.http.identity import serves
from casetrack.http.work import begin
from casetrack.services.cases import overview_of
from casetrack.services.journeys import Journey, view_journey
from casetrack.web.around import around

pages = Blueprint("journeys", __name__)

STRANDS: Final[Mapping[str, Strand]] = {part: strand for strand, part in STRAND_PARTS.items()}


@pages.route("/cases/<reference:reference>/journey")
@serves(Action.JOURNEY_VIEW)
def view(reference: Reference) -> ResponseReturnValue:
    """The journey so far."""
    with begin() as work:
        journey = view_journey(work, reference)
        overview = overview_of(work, journey.case)
    figure = figure_of(journey, house().deployment.holders, house().clock())
    return render_template("journeys/view.html", **around(overview), figure=figure)


def figure_of(journey: Journey, holders: Holders, now: Instant) -> JourneyFigure:
    """The picture: a lane for each force area in the order in which it came to be responsible."""
    holdings = journey.case.holdings
    areas = dict.fromkeys(holders[row.holder].area for row in sorted(_led(holdings), key=lambda row: row.since))
    lanes = [Lane(code=area, name=holders[area].name, spans=tuple(_spans(holdings, area, holders))) for area in areas]
    return draw_journey(
        lanes,
        _hand_offs(holdings, {transfer.id: transfer for transfer in journey.transfers}, holders),
        _milestones(journey.rows, holdings, holders),
        now=now,
    )


def _led(holdings: Holdings) -> list[Holding]:
    """The holdings by which somebody was responsible for a strand; not those that only follow one."""
    return [row for row in holdings.rows if row.number is not None]


def _spans(holdings: Holdings, area: HolderCode, holders: Holders) -> Iterable[Span]:
    for row in _led(holdings):
        if holders[row.holder].area == area:
            yield Span(strand=STRANDS[row.part], holder=holders[row.holder].name, since=row.since, until=row.until)


def _hand_offs(holdings: Holdings, transfers: Mapping[TransferId, Transfer], holders: Holders) -> Iterable[HandOff]:
    """One for each accepted transfer: what it moved, from where to where."""
    moved: dict[TransferId, list[Holding]] = {}
    for row in _led(holdings):
        if row.via is not None:
            moved.setdefault(row.via, []).append(row)
    for via, rows in moved.items():
        yield HandOff(
            from_lane=holders[_giver(rows[0], holdings, transfers.get(via))].area,
            to_lane=holders[rows[0].holder].area,
            at=rows[0].since,
            strands=frozenset(STRANDS[row.part] for row in rows),
        )


def _giver(row: Holding, holdings: Holdings, transfer: Transfer | None) -> HolderCode:
    """Who had it before; of a strand that began with the transfer, or one that cannot be read, who led the other."""
    if transfer is not None:
        return transfer.from_holder
    before = [other for other in _led(holdings) if other.since < row.since]
    return next((other.holder for other in reversed(before) if other.part is row.part), before[-1].holder)


def _milestones(rows: Iterable[Row], holdings: Holdings, holders: Holders) -> Iterable[Milestone]:
    """Everything that was met; nothing whose date gives a sealed one away."""
    for row in rows:
        for record in row.stands if not row.sealed else ():
            if record.state is RecordState.MET:
                lane = holders[_responsible(holdings, row.rule.strand, record.at)].area
                yield Milestone(code=row.rule.code, label=row.rule.label, phase=row.rule.phase, lane=lane, at=record.at)


def _responsible(holdings: Holdings, strand: str, at: Instant) -> HolderCode:
    """Who led the strand then, or else the other one; before anybody did, whoever was the first."""
    led = _led(holdings)
    then = [row for row in led if row.since <= at and (row.until is None or at < row.until)]
    wanted = Strand.INVESTIGATION if strand == Strand.INVESTIGATION else Strand.SUPPORT
    return next((row.holder for row in then if row.part is STRAND_PARTS[wanted]), (then or led)[0].holder)
