"""One case at the auditors' desk: who was at it, and who could have opened it at an instant that has passed."""

from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from marshmallow import ValidationError

from casetrack.domain.actions import Action
from casetrack.domain.references import Reference
from casetrack.http.house import house
from casetrack.http.identity import leaves, may
from casetrack.http.work import begin
from casetrack.schemas.audit import SayWhen
from casetrack.services.audit import Use
from casetrack.services.audit_cases import look_at_case
from casetrack.services.audit_hindsight import Then, who_could_open
from casetrack.web.forms import Form, in_words, page_asked, read
from casetrack.web.log_entries import entries_of
from casetrack.web.log_use import in_force, opening, purpose_of
from casetrack.web.words import PARTS, STRANDS

pages = Blueprint("audit_cases", __name__)

BOTH: Final = ["GET", "POST"]
MOST_PEOPLE: Final = 60
"""How many of the people at a case are listed, those who were there last; all of them are counted."""
MOST_ABLE: Final = 150
"""How many people of one organisation are listed who could have opened it; all of them are counted."""


@pages.route("/audit/cases/<reference:reference>", methods=BOTH)
@opening(Action.AUDIT_SEARCH)
@leaves(GET=[may(Action.AUDIT_SEARCH)], POST=[Action.AUDIT_VIEW])
def view(use: Use, reference: Reference) -> ResponseReturnValue:
    """Who looked at the case, who changed it and who was refused, by person and by organisation; then the entries."""
    with begin(purpose_of(use)) as work:
        audited = look_at_case(work, reference, use, page=page_asked())

    def link(**changes: int) -> str:
        return url_for("audit_cases.view", reference=reference, page=changes["page"])

    return render_template(
        "audit_cases/view.html",
        **in_force(use),
        **entries_of(audited.page),
        reference=reference,
        audited=audited,
        people=audited.people[:MOST_PEOPLE],
        holders=house().deployment.holders.by_code,
        link=link,
    )


@pages.route("/audit/cases/<reference:reference>/as-at", methods=BOTH)
@opening(Action.AUDIT_SEARCH)
@leaves(GET=[may(Action.AUDIT_SEARCH)], POST=[Action.AUDIT_VIEW])
def as_at(use: Use, reference: Reference) -> ResponseReturnValue:
    """Who could have opened the case at the instant that is asked for, and why; and what cannot be seen from here."""
    form = _asked(request.args.to_dict())
    then = None
    if form.said is not None:
        with begin(purpose_of(use)) as work:
            then = who_could_open(work, reference, form.said["at"], use)
    return _as_at_page(use, reference, form, then)


def _as_at_page(use: Use, reference: Reference, form: Form, then: Then | None) -> ResponseReturnValue:
    given = {
        "reference": reference,
        "then": then,
        "most": MOST_ABLE,
        "holders": house().deployment.holders.by_code,
        "strands": {code: gettext(words) for code, words in STRANDS.items()},
        "parts": {code: gettext(words) for code, words in PARTS.items()},
    }
    return render_template("audit_cases/as-at.html", **form.given, **in_force(use), **given), form.status


def _asked(typed: Mapping[str, Any]) -> Form:
    """The instant that the address asks for, if it asks for one."""
    if not any(typed.values()):
        return Form()
    try:
        return Form(values=typed, said=read(SayWhen(), typed))
    except ValidationError as refused:
        return Form(values=typed, errors=in_words(refused.messages_dict))
