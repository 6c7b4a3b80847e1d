"""The supervisor's page of how much colleagues were shown within the hour, and of letting one be shown more."""

from datetime import timedelta
from http import HTTPStatus
from typing import Final

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from casetrack.domain.actions import Action
from casetrack.domain.ids import AccountId
from casetrack.http.house import house
from casetrack.http.identity import serves
from casetrack.http.work import begin
from casetrack.schemas.quotas import HowLong, RaiseQuota
from casetrack.services.journal import CASEWORK, Purpose
from casetrack.services.quotas import raise_quota, view_quotas
from casetrack.web.forms import submitted

pages = Blueprint("quotas", __name__)

AN_HOUR: Final = timedelta(hours=1)


@pages.route("/quotas", methods=["GET", "POST"], endpoint="raise")
@serves(Action.QUOTA_RAISE)
def raise_page() -> ResponseReturnValue:
    """See how much each colleague was shown within the hour, and let one be shown as much again."""
    form = submitted(RaiseQuota())
    if form.said is not None:
        life = AN_HOUR if form.said["how_long"] is HowLong.HOUR else house().shift
        with begin(Purpose(CASEWORK.code, form.said["words"])) as work:
            raise_quota(work, AccountId(form.said["worker"]), life)
        flash(gettext("Your colleague may be shown as much again. It is logged that you allowed it, and why."))
        return redirect(url_for("quotas.raise"), HTTPStatus.SEE_OTHER)
    with begin() as work:
        shown = view_quotas(work)
    given = {"shown": shown, "limits": house().deployment.limits, "shift": house().shift}
    return render_template("quotas/raise.html", **form.given, **given), form.status
