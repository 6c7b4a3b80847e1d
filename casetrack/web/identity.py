"""The pages of who a person is: what is known of it recorded, and shown for a reason."""

from datetime import date
from http import HTTPStatus
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date, gettext

from casetrack.domain.actions import Action
from casetrack.domain.case import IdentityState
from casetrack.domain.errors import NoIdentity
from casetrack.domain.references import Reference
from casetrack.http.identity import leaves, may, serves
from casetrack.http.work import begin
from casetrack.schemas.identity import REMOVABLE, CorrectIdentity, RevealIdentity
from casetrack.services.cases import overview_of, prepare
from casetrack.services.fields import IDENTITY
from casetrack.services.history import changed_meanwhile
from casetrack.services.identity import record_identity, recorded_of, reveal_identity
from casetrack.services.journal import Purpose
from casetrack.services.wording import refuse_misplaced
from casetrack.web.around import around, done
from casetrack.web.forms import submitted
from casetrack.web.revealing import end_grant, grant, granted, named_rows, purposes, shown

pages = Blueprint("identity", __name__)

WHAT: Final = "identity"
SHOWN: Final = tuple(field for field in IDENTITY if field.name != "birth_date_is_estimate")
"""Whether a date of birth is an estimate is said beside it."""


@pages.route("/cases/<reference:reference>/identity/record", methods=["GET", "POST"])
@serves(Action.IDENTITY_RECORD)
@leaves(GET=[Action.CASE_VIEW])
def record(reference: Reference) -> ResponseReturnValue:
    """Record what is known of who the person is, or why it is not."""
    form = submitted(CorrectIdentity())
    if form.said is not None:
        names = dict(form.said)
        with begin() as work:
            case = record_identity(work, reference, names.pop("identity"), names, seen=form.seen)
            notice = done(gettext("The identity is recorded."), changed_meanwhile(work, case))
        flash(notice)
        return redirect(url_for("cases.view", reference=reference), HTTPStatus.SEE_OTHER)
    with begin() as work:
        overview = prepare(work, reference, Action.IDENTITY_RECORD)
        recorded = recorded_of(work, overview.case) & set(REMOVABLE)
    form = form.beginning({"identity": overview.case.identity.value})
    removable = [(field.name, gettext(field.says)) for field in IDENTITY if field.name in recorded]
    return render_template("identity/record.html", **around(overview), **form.given, removable=removable), form.status


@pages.route("/cases/<reference:reference>/identity", methods=["GET", "POST"])
@serves(Action.IDENTITY_REVEAL)
@leaves(
    GET=[(Action.IDENTITY_REVEAL, Action.CASE_VIEW), may(Action.IDENTITY_REVEAL), may(Action.SURNAME_COMPARE)],
    POST=[Action.CASE_VIEW],
)
def reveal(reference: Reference) -> ResponseReturnValue:
    """Masked, with the question why; and once that is answered, for some minutes, who the person is."""
    form = submitted(RevealIdentity())
    if form.said is not None:
        purpose = Purpose(form.said["purpose"], form.said["words"], form.said["keep"])
        with begin(purpose) as work:
            case = prepare(work, reference, Action.IDENTITY_REVEAL).case
            if case.identity is not IdentityState.GIVEN:
                raise NoIdentity
            refuse_misplaced(work, case, by_name=False)
        grant(WHAT, reference, purpose)
        return redirect(url_for("identity.reveal", reference=reference), HTTPStatus.SEE_OTHER)
    allowed = granted(WHAT, reference)
    if allowed is not None and not form.errors:
        with begin(allowed.purpose) as work:
            case, values = reveal_identity(work, reference)
            overview = overview_of(work, case)
        rows = named_rows(SHOWN, in_words(values))
        return shown("identity/shown.html", overview, rows, allowed.until)
    with begin() as work:
        overview = prepare(work, reference, Action.IDENTITY_REVEAL)
    given = around(overview) | form.given | {"purposes": purposes()}
    return render_template(
        "identity/reveal.html", **given, is_given=overview.case.identity is IdentityState.GIVEN
    ), form.status


@pages.route("/cases/<reference:reference>/identity/hide", methods=["POST"])
@serves(Action.IDENTITY_REVEAL)
@leaves(POST=[])
def hide(reference: Reference) -> ResponseReturnValue:
    """Hidden again, and asked for again before it is shown again."""
    end_grant(WHAT, reference)
    return redirect(url_for("cases.view", reference=reference), HTTPStatus.SEE_OTHER)


def in_words(values: dict[str, Any]) -> dict[str, Any]:
    """Dates in full; a date of birth that is an estimate says so."""
    words = {name: _day(value) if isinstance(value, date) else value for name, value in values.items()}
    if "birth_date" in words and values.get("birth_date_is_estimate") == "yes":
        words["birth_date"] = gettext("%(day)s (an estimate)", day=words["birth_date"])
    return words


def _day(on: date) -> str:
    return str(format_date(on, "d MMMM y"))  # type: ignore[no-untyped-call]  # the library ships no types
