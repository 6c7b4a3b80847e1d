"""What was erased, at the auditors' desk: by whom, and under which rule."""

from typing import Any, Final

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from casetrack.domain.actions import Action
from casetrack.http.house import house
from casetrack.http.identity import leaves, may
from casetrack.http.work import begin
from casetrack.services.audit import Use
from casetrack.services.audit_erasures import ErasureTold, look_at_erasures
from casetrack.web.forms import page_asked
from casetrack.web.log_entries import entry
from casetrack.web.log_use import in_force, opening, purpose_of

pages = Blueprint("audit_erasures", __name__)

BOTH: Final = ["GET", "POST"]


@pages.route("/audit/erasures", methods=BOTH)
@opening(Action.AUDIT_SEARCH)
@leaves(GET=[may(Action.AUDIT_SEARCH)], POST=[Action.AUDIT_VIEW])
def view(use: Use) -> ResponseReturnValue:
    """The cases that two people have agreed to erase, the newest first."""
    with begin(purpose_of(use)) as work:
        page = look_at_erasures(work, use, page=page_asked())

    def link(**changes: int) -> str:
        return url_for("audit_erasures.view", page=changes["page"])

    rows = [_row(told) for told in page.items]
    return render_template("audit_erasures/view.html", **in_force(use), page=page, rows=rows, link=link)


def _row(told: ErasureTold) -> dict[str, Any]:
    codes, holders = house().deployment.facts.codes, house().deployment.holders
    return {
        "told": told,
        "rule": codes["erasure_rules"].codes.get(told.rule),
        "reason": codes["erasure_reasons"].codes.get(told.reason),
        "of": [holders[each].name for each in told.holders if each in holders.by_code],
        "entry": entry(told.erased),
        "proposed": entry(told.proposed) if told.proposed else None,
    }
