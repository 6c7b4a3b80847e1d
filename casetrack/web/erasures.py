"""The pages of erasing: it is proposed with care, and what is left of it is a certificate."""

from http import HTTPStatus
from typing import Final
from uuid import UUID

from flask import Blueprint, Response, flash, json, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from casetrack.domain.actions import Action
from casetrack.domain.ids import CaseId
from casetrack.domain.references import Reference
from casetrack.http.house import house
from casetrack.http.identity import leaves, may, serves
from casetrack.http.terms import terms
from casetrack.http.work import begin
from casetrack.schemas.proposals import ProposeErasure
from casetrack.services.erasures import list_erasures, prepare_erasure, propose_erasure, view_erasure
from casetrack.services.journal import CASEWORK, Purpose
from casetrack.web.around import around
from casetrack.web.forms import page_asked, submitted
from casetrack.web.proposals import meaning

pages = Blueprint("erasures", __name__)

BOTH: Final = ["GET", "POST"]


@pages.route("/cases/<reference:reference>/erase", methods=BOTH)
@serves(Action.ERASURE_PROPOSE)
@leaves(GET=[Action.CASE_VIEW], POST=[Action.ERASURE_PROPOSE, may(Action.ERASURE_PROPOSE)])
def propose(reference: Reference) -> ResponseReturnValue:
    """Propose that a closed case be erased: what would be lost is said, and the reference is typed."""
    form = meaning(reference, submitted(ProposeErasure()))
    if form.said is not None:
        said = form.said
        with begin(Purpose(CASEWORK.code, said["words"], said["keep"])) as work:
            proposal = propose_erasure(work, reference, said["rule"], said["reason"], seen=form.seen)
        flash(gettext("It waits for a second person. Nothing is erased before they agree."))
        return redirect(url_for("proposals.view", proposal_id=proposal.id), HTTPStatus.SEE_OTHER)
    with begin() as work:
        overview, losing = prepare_erasure(work, reference)
    codes = house().deployment.facts.codes
    given = around(overview) | form.given | {"losing": losing}
    rules, reasons = (codes[name].offered(terms().today) for name in ("erasure_rules", "erasure_reasons"))
    return render_template("erasures/propose.html", **given, rules=rules, reasons=reasons), form.status


@pages.route("/erasures", endpoint="list")
@serves(Action.ERASURE_LIST)
def show_list() -> ResponseReturnValue:
    """The cases that one's organisation was the last to be responsible for, and that were erased; the newest first."""
    with begin() as work:
        page = list_erasures(work, page=page_asked())

    def link(**changes: int) -> str:
        return url_for("erasures.list", page=changes["page"])

    rules = house().deployment.facts.codes["erasure_rules"].codes
    return render_template("erasures/list.html", page=page, link=link, rules=rules)


@pages.route("/erasures/<uuid:case_id>")
@serves(Action.ERASURE_VIEW)
def view(case_id: UUID) -> ResponseReturnValue:
    """The certificate of an erasure, to be read and printed."""
    with begin() as work:
        erasure = view_erasure(work, CaseId(case_id))
    deployment = house().deployment
    rules, reasons = (deployment.facts.codes[name].codes for name in ("erasure_rules", "erasure_reasons"))
    stone = erasure.stone
    return render_template(
        "erasures/view.html",
        erasure=erasure,
        stone=stone,
        holders=deployment.holders,
        rule=rules.get(stone.rule),
        reason=reasons.get(stone.reason),
        fingerprint=erasure.fingerprint,
    )


@pages.route("/erasures/<uuid:case_id>/certificate.json")
@serves(Action.ERASURE_VIEW)
def certificate(case_id: UUID) -> ResponseReturnValue:
    """The same for a program, signed: whoever has it can check it without casetrack's database."""
    with begin() as work:
        erasure = view_erasure(work, CaseId(case_id))
    answer = Response(json.dumps(dict(erasure.certificate), indent=2) + "\n", mimetype="application/json")
    answer.headers.set("Content-Disposition", "attachment", filename="certificate-of-erasure.json")
    return answer
