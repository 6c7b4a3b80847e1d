"""My work: what waits in one's organisation's cases, and once a shift the names of one's own caseload."""

from http import HTTPStatus

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from marshmallow import ValidationError

from casetrack.domain import access
from casetrack.domain.actions import Action
from casetrack.domain.errors import IntegrityBroken
from casetrack.http.house import house
from casetrack.http.identity import current_actor, leaves, may, serves
from casetrack.http.terms import terms
from casetrack.http.work import begin
from casetrack.schemas.caseload import NameCaseload, ViewCaseload
from casetrack.services.caseload import Whose, begin_shift, name_caseload, shift_is_open, view_caseload
from casetrack.services.journal import Purpose
from casetrack.web.forms import page_asked, read, submitted
from casetrack.web.revealing import purposes

pages = Blueprint("caseload", __name__)


@pages.route("/work")
@serves(Action.CASELOAD_VIEW)
def view() -> ResponseReturnValue:
    """What is overdue, due soon, waiting or offered: among one's own cases, or all of one's organisation."""
    try:
        asked = read(ViewCaseload(), {name: value for name, value in request.args.items() if value})
    except ValidationError:
        abort(HTTPStatus.BAD_REQUEST)
    with begin() as work:
        caseload = view_caseload(work, asked["whose"])
    deployment, actor = house().deployment, current_actor()
    return render_template(
        "caseload/view.html",
        caseload=caseload,
        holders=deployment.holders,
        organisation=deployment.holders[actor.holder].name,
        rules=deployment.facts.catalogue.rules,
        today=terms().today,
        may_list_sars=access.may(actor, Action.SAR_LIST),
        worker=actor.account if caseload.whose is Whose.MINE else None,
    )


@pages.route("/caseload/names", methods=["GET", "POST"])
@serves(Action.CASELOAD_NAME)
@leaves(GET=[may(Action.CASELOAD_NAME), may(Action.SURNAME_COMPARE)])
def name() -> ResponseReturnValue:
    """The names behind the pseudonyms of one's own caseload, for a purpose that is given once a shift."""
    form = submitted(NameCaseload())
    if form.said is not None:
        with begin(Purpose(form.said["purpose"], form.said["words"])) as work:
            begin_shift(work)
        return redirect(url_for("caseload.name"), HTTPStatus.SEE_OTHER)
    shift = house().shift
    with begin() as work:
        work.require(Action.CASELOAD_NAME)
        if not shift_is_open(work, shift):
            return render_template("caseload/name.html", **form.given, purposes=purposes()), form.status
        cards, names, broken = name_caseload(work, page=page_asked(), shift=shift)

    def link(**changes: int) -> str:
        return url_for("caseload.name", page=changes["page"])

    sentence = gettext(IntegrityBroken.sentence)
    return render_template("caseload/names.html", page=cards, names=names, broken=broken, sentence=sentence, link=link)
