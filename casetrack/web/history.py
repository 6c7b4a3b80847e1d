"""The page of what changed on a case. Who looked is for the log, which asks why first."""

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from casetrack.domain.actions import Action
from casetrack.domain.references import Reference
from casetrack.http.house import house
from casetrack.http.identity import serves
from casetrack.http.work import begin
from casetrack.services.cases import overview_of
from casetrack.services.history import view_history
from casetrack.web.around import around
from casetrack.web.forms import page_asked
from casetrack.web.words import entry_words

pages = Blueprint("history", __name__)


@pages.route("/cases/<reference:reference>/history")
@serves(Action.HISTORY_VIEW)
def view(reference: Reference) -> ResponseReturnValue:
    """What changed, when, and by which role of which organisation, the newest first."""
    with begin() as work:
        case, page = view_history(work, reference, page=page_asked())
        overview = overview_of(work, case)
    deployment = house().deployment
    entries = [(card.at, *entry_words(card.payload, deployment)) for card in page.items]

    def link(**changes: int) -> str:
        return url_for("history.view", reference=reference, page=changes["page"])

    return render_template("history/view.html", **around(overview), entries=entries, page=page, link=link)
