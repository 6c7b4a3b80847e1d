"""The pages of legal holds: set by one person, and lifted when a second agrees."""

from http import HTTPStatus
from typing import Final
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from casetrack.domain.actions import Action
from casetrack.domain.ids import HoldId
from casetrack.domain.references import Reference
from casetrack.http.house import house
from casetrack.http.identity import leaves, may, serves
from casetrack.http.terms import terms
from casetrack.http.work import begin
from casetrack.schemas.proposals import LiftHold, SetHold
from casetrack.services.cases import prepare
from casetrack.services.holds import lift_hold, prepare_lifting, set_hold
from casetrack.services.journal import CASEWORK, Purpose
from casetrack.web.around import around
from casetrack.web.forms import submitted

pages = Blueprint("holds", __name__)

BOTH: Final = ["GET", "POST"]


@pages.route("/cases/<reference:reference>/hold", methods=BOTH, endpoint="set")
@serves(Action.HOLD_SET)
@leaves(GET=[Action.CASE_VIEW], POST=[Action.HOLD_SET, may(Action.HOLD_SET)])
def set_page(reference: Reference) -> ResponseReturnValue:
    """Set a legal hold: nothing of the case is erased while it stands."""
    form = submitted(SetHold())
    if form.said is not None:
        with begin(Purpose(CASEWORK.code, form.said["words"], form.said["keep"])) as work:
            set_hold(work, reference, form.said["reason"])
        flash(gettext("The legal hold stands. Nothing of this case can be erased."))
        return redirect(url_for("cases.view", reference=reference), HTTPStatus.SEE_OTHER)
    with begin() as work:
        overview = prepare(work, reference, Action.HOLD_SET)
    reasons = house().deployment.facts.codes["hold_reasons"].offered(terms().today)
    return render_template("holds/set.html", **around(overview), **form.given, reasons=reasons), form.status


@pages.route("/cases/<reference:reference>/holds/<uuid:hold_id>/lift", methods=BOTH)
@serves(Action.HOLD_LIFT)
@leaves(GET=[Action.CASE_VIEW], POST=[Action.HOLD_LIFT, may(Action.HOLD_LIFT)])
def lift(reference: Reference, hold_id: UUID) -> ResponseReturnValue:
    """Propose to a second person that a legal hold be lifted."""
    form = submitted(LiftHold())
    if form.said is not None:
        with begin(Purpose(CASEWORK.code, form.said["words"], form.said["keep"])) as work:
            proposal = lift_hold(work, reference, HoldId(hold_id), form.said["reason"])
        flash(gettext("It waits for a second person. The legal hold stands meanwhile."))
        return redirect(url_for("proposals.view", proposal_id=proposal.id), HTTPStatus.SEE_OTHER)
    with begin() as work:
        overview, hold = prepare_lifting(work, reference, HoldId(hold_id))
    codes = house().deployment.facts.codes
    given = around(overview) | form.given | {"hold": hold, "set_for": codes["hold_reasons"].codes.get(hold.reason)}
    reasons = codes["lifting_reasons"].offered(terms().today)
    return render_template("holds/lift.html", **given, reasons=reasons), form.status
