"""The disclosure register at the auditors' desk: what left, of one case or of all. Who looked is another page's."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from marshmallow import ValidationError

from casetrack.domain.actions import Action
from casetrack.domain.ids import HolderCode
from casetrack.http.house import house
from casetrack.http.identity import leaves, may
from casetrack.http.work import begin
from casetrack.schemas.disclosures import SearchDisclosures
from casetrack.services.audit import Use
from casetrack.services.disclosures import look_at_disclosures, reasons, recipient_kinds
from casetrack.services.lists import MOST_FOUND
from casetrack.services.register import RegisterQuery
from casetrack.web.disclosures import shown
from casetrack.web.forms import Form, in_words, parts_of, read
from casetrack.web.log_use import in_force, opening, purpose_of

pages = Blueprint("audit_disclosures", __name__)

BOTH: Final = ["GET", "POST"]


@pages.route("/audit/disclosures", methods=BOTH)
@opening(Action.AUDIT_SEARCH)
@leaves(GET=[may(Action.AUDIT_SEARCH)], POST=[Action.AUDIT_VIEW])
def view(use: Use) -> ResponseReturnValue:
    """What left casetrack, to whom and what for, the newest first."""
    asked = {name: value for name, value in request.args.items() if value}
    try:
        said = read(SearchDisclosures(), asked)
    except ValidationError as refused:
        wrong = Form(values=asked, errors=in_words(refused.messages_dict))
        return render_template("audit_disclosures/view.html", **_given(use, wrong, {}), departures=None), wrong.status
    with begin(purpose_of(use)) as work:
        page = look_at_disclosures(work, query_of(said), use)
    given = {"page": page, "departures": [shown(each) for each in page.items], "most": page.total >= MOST_FOUND}
    return render_template("audit_disclosures/view.html", **_given(use, Form(values=_typed(said)), said), **given)


def query_of(said: Mapping[str, Any]) -> RegisterQuery:
    """What was asked for; no page is before the first."""
    codes = {name: HolderCode(said[name]) if said[name] else None for name in ("sender", "recipient")}
    return RegisterQuery(**{**said, **codes, "page": max(1, said["page"])})


def _given(use: Use, form: Form, said: Mapping[str, Any]) -> dict[str, Any]:
    """What the page is given whether or not there is a result."""
    deployment = house().deployment

    def link(**changes: Any) -> str:  # noqa: ANN401 - the parts of an address
        asked = {name: value for name, value in {**said, "page": 1, **changes}.items() if value is not None}
        return url_for("audit_disclosures.view", **asked)

    return {
        **form.given,
        **in_force(use),
        "kinds": [(code, gettext(words)) for code, words in recipient_kinds(deployment.facts).items()],
        "whys": [(code, gettext(words)) for code, words in reasons(deployment.facts).items()],
        "organisations": sorted(
            ((each.code, each.name) for each in deployment.holders.by_code.values()), key=lambda each: each[1]
        ),
        "link": link,
    }


def _typed(said: Mapping[str, Any]) -> dict[str, str]:
    """What was asked for, as the form of filters shows it: a date in its three parts."""
    days = {
        part: text for name, on in said.items() if isinstance(on, date) for part, text in parts_of(name, on).items()
    }
    return days | {
        name: str(value) for name, value in said.items() if value is not None and not isinstance(value, date)
    }
