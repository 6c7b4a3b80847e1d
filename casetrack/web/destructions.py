"""The page on which an administrator proposes that an old version of keys be destroyed."""

from http import HTTPStatus
from typing import Final

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from casetrack.domain.actions import Action
from casetrack.domain.ids import HolderCode
from casetrack.http.house import house
from casetrack.http.identity import leaves, may, serves
from casetrack.http.terms import terms
from casetrack.http.work import begin
from casetrack.schemas.proposals import ProposeDestruction
from casetrack.services.destructions import prepare_destruction, propose_destruction
from casetrack.services.journal import CASEWORK, Purpose
from casetrack.web.forms import submitted
from casetrack.web.proposals import meaning_keys

pages = Blueprint("destructions", __name__)

BOTH: Final = ["GET", "POST"]


@pages.route("/admin/keys/<holder>/<int:version>/destroy", methods=BOTH)
@serves(Action.DESTRUCTION_PROPOSE)
@leaves(
    GET=[Action.KEYSET_LIST], POST=[Action.KEYSET_LIST, Action.DESTRUCTION_PROPOSE, may(Action.DESTRUCTION_PROPOSE)]
)
def propose(holder: str, version: int) -> ResponseReturnValue:
    """Propose that an old version of keys be destroyed: what goes is said, and the end of its fingerprint is typed."""
    with begin() as work:
        old = prepare_destruction(work, HolderCode(holder), version)
    form = meaning_keys(old.public, submitted(ProposeDestruction()))
    if form.said is not None:
        said = form.said
        with begin(Purpose(CASEWORK.code, said["words"], said["keep"])) as work:
            proposal = propose_destruction(work, old.holder.code, version, said["rule"], said["reason"])
        flash(gettext("It waits for another administrator. Nothing is destroyed before they agree."))
        return redirect(url_for("proposals.view", proposal_id=proposal.id), HTTPStatus.SEE_OTHER)
    codes = house().deployment.facts.codes
    rules, reasons = (codes[name].offered(terms().today) for name in ("destruction_rules", "destruction_reasons"))
    return render_template(
        "destructions/propose.html", old=old, rules=rules, reasons=reasons, **form.given
    ), form.status
