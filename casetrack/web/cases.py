"""The pages of cases: looked at, placed, assigned, closed and opened again; and given the strand that they lack.

Lists are in `finding`, and opening a case is in `opening`.
"""

from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from casetrack.domain import access
from casetrack.domain.actions import Action
from casetrack.domain.case import Areas
from casetrack.domain.ids import AccountId
from casetrack.domain.references import Reference
from casetrack.domain.stub import Stub
from casetrack.http.house import house
from casetrack.http.identity import current_actor, leaves, may, serves
from casetrack.http.work import begin
from casetrack.schemas.cases import AssignCase, BeginStrand, CloseCase, PlaceCase, ReopenCase
from casetrack.services.cases import (
    assign_case,
    begin_strand,
    close_case,
    closing_reasons,
    overview_of,
    place_case,
    prepare,
    prepare_strand,
    reopen_case,
    view_case,
    workers_of,
)
from casetrack.services.history import changed_meanwhile
from casetrack.services.journal import CASEWORK, Purpose
from casetrack.services.offers import no_open_offer
from casetrack.web import finding, opening
from casetrack.web.around import around, comes_first, done
from casetrack.web.forms import submitted

pages = Blueprint("cases", __name__)

BOTH = ["GET", "POST"]
pages.add_url_rule("/cases", "list", finding.show_list)
pages.add_url_rule("/cases/find", "find", finding.find, methods=BOTH)
pages.add_url_rule("/cases/new", "start", opening.start, methods=BOTH)
pages.add_url_rule("/cases/new/<step>", "open", opening.open_step, methods=BOTH)
pages.add_url_rule("/cases/<reference:reference>/opened", "opened", opening.opened)
pages.add_url_rule("/cases/<reference:reference>/another", "another", opening.another, methods=["POST"])


@pages.route("/cases/<reference:reference>")
@serves(Action.CASE_VIEW)
def view(reference: Reference) -> ResponseReturnValue:
    """The overview of a case; of one that was passed on, only who is responsible now."""
    holders = house().deployment.holders
    with begin() as work:
        case = view_case(work, reference)
        if isinstance(case, Stub):
            return render_template("cases/stub.html", stub=case, holders=holders)
        overview = overview_of(work, case)
    given = around(overview)
    first, waiting = comes_first(overview.rows)
    return render_template(
        "cases/view.html",
        **given,
        overview=overview,
        next_three=first,
        waiting=waiting,
        holders=holders,
        offers_read={each.id for each in overview.transfers if access.side(current_actor(), each)},
        led=case.holdings.led_by(work.actor.holder) if Action.CASE_ASSIGN in given["may"] else (),
        begins=case.holdings.lacking if Action.STRAND_BEGIN in given["may"] and not overview.offer else (),
        reasons=house().deployment.facts.codes["close_reasons"].codes,
        hold_reasons=house().deployment.facts.codes["hold_reasons"].codes,
        may_view_proposals=access.may(current_actor(), Action.PROPOSAL_VIEW),
    )


@pages.route("/cases/<reference:reference>/place", methods=BOTH)
@serves(Action.CASE_PLACE)
@leaves(GET=[Action.CASE_VIEW])
def place(reference: Reference) -> ResponseReturnValue:
    """Record the areas of exploitation, home and encounter."""
    form = submitted(PlaceCase())
    if form.said is not None:
        with begin() as work:
            case = place_case(work, reference, Areas(**form.said), seen=form.seen)
            notice = done(gettext("The areas are recorded."), changed_meanwhile(work, case))
        return _saved(reference, notice)
    with begin() as work:
        overview = prepare(work, reference, Action.CASE_PLACE)
    form = form.beginning({name: code or "" for name, code in vars(overview.case.areas).items()})
    given = around(overview) | form.given | {"areas": opening.areas_offered()}
    return render_template("cases/place.html", **given), form.status


@pages.route("/cases/<reference:reference>/assign", methods=BOTH)
@serves(Action.CASE_ASSIGN)
@leaves(GET=[Action.CASE_VIEW])
def assign(reference: Reference) -> ResponseReturnValue:
    """Give a strand of the case to a worker."""
    form = submitted(AssignCase())
    if form.said is not None:
        with begin() as work:
            case = assign_case(work, reference, form.said["strand"], AccountId(form.said["worker"]), seen=form.seen)
            notice = done(gettext("The worker is recorded."), changed_meanwhile(work, case))
        return _saved(reference, notice)
    with begin() as work:
        overview = prepare(work, reference, Action.CASE_ASSIGN)
        workers = workers_of(work)
    led = sorted(overview.case.holdings.led_by(current_actor().holder))
    form = form.beginning({"strand": led[0].value} if len(led) == 1 else {})
    given = around(overview) | form.given | {"workers": workers, "led": led}
    return render_template("cases/assign.html", **given), form.status


@pages.route("/cases/<reference:reference>/close", methods=BOTH)
@serves(Action.CASE_CLOSE)
@leaves(GET=[Action.CASE_VIEW], POST=[Action.CASE_CLOSE, may(Action.CASE_CLOSE)])
def close(reference: Reference) -> ResponseReturnValue:
    """Close a case, for a reason of the list."""
    form = submitted(CloseCase())
    if form.said is not None:
        with begin(Purpose(CASEWORK.code, form.said["words"], form.said["keep"])) as work:
            case = close_case(work, reference, form.said["reason"], seen=form.seen)
            notice = done(gettext("The case is closed."), changed_meanwhile(work, case))
        return _saved(reference, notice)
    with begin() as work:
        overview = prepare(work, reference, Action.CASE_CLOSE)
        no_open_offer(work, overview.case)
        reasons = closing_reasons(work, overview.case)
    given = around(overview) | form.given | {"reasons": reasons}
    return render_template("cases/close.html", **given), form.status


@pages.route("/cases/<reference:reference>/reopen", methods=BOTH)
@serves(Action.CASE_REOPEN)
@leaves(GET=[Action.CASE_VIEW], POST=[Action.CASE_REOPEN, may(Action.CASE_REOPEN)])
def reopen(reference: Reference) -> ResponseReturnValue:
    """Open a closed case again, with the reason in the worker's own words."""
    form = submitted(ReopenCase())
    if form.said is not None:
        with begin(Purpose(CASEWORK.code, form.said["words"], form.said["keep"])) as work:
            reopen_case(work, reference, seen=form.seen)
        return _saved(reference, gettext("The case is open again."))
    with begin() as work:
        overview = prepare(work, reference, Action.CASE_REOPEN)
    return render_template("cases/reopen.html", **around(overview), **form.given), form.status


@pages.route("/cases/<reference:reference>/begin", methods=BOTH, endpoint="begin")
@serves(Action.STRAND_BEGIN)
@leaves(GET=[Action.CASE_VIEW], POST=[Action.STRAND_BEGIN, may(Action.STRAND_BEGIN)])
def begin_page(reference: Reference) -> ResponseReturnValue:
    """Begin the strand that the case lacks, for one's own organisation."""
    form = submitted(BeginStrand())
    if form.said is not None:
        with begin(Purpose(CASEWORK.code, form.said["words"], form.said["keep"])) as work:
            case = begin_strand(work, reference, form.said["strand"], form.said["reason"], seen=form.seen)
            sentence = gettext("Your organisation is responsible for both strands now.")
            notice = done(sentence, changed_meanwhile(work, case))
        return _saved(reference, notice)
    with begin() as work:
        overview, strand = prepare_strand(work, reference)
    return render_template("cases/begin.html", **around(overview), **form.given, strand=strand), form.status


def _saved(reference: Reference, notice: str) -> ResponseReturnValue:
    flash(notice)
    return redirect(url_for("cases.view", reference=reference), HTTPStatus.SEE_OTHER)
