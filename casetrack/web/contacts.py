"""The pages of the safe way to contact a person: recorded, and shown for a reason, apart from who the person is."""

from http import HTTPStatus
from typing import Final

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from casetrack.domain.actions import Action
from casetrack.domain.references import Reference
from casetrack.http.identity import leaves, may, serves
from casetrack.http.work import begin
from casetrack.schemas.contacts import CorrectContact, RecordContact, RevealContact
from casetrack.schemas.fields import MASK
from casetrack.services.cases import overview_of, prepare
from casetrack.services.contacts import record_contact, reveal_contact
from casetrack.services.fields import CONTACT
from casetrack.services.history import changed_meanwhile
from casetrack.services.journal import Purpose
from casetrack.services.wording import refuse_misplaced
from casetrack.web.around import around, done
from casetrack.web.forms import Form, submitted
from casetrack.web.revealing import end_grant, grant, granted, named_rows, purposes, shown

pages = Blueprint("contacts", __name__)

WHAT: Final = "contact"


@pages.route("/cases/<reference:reference>/contacts/record", methods=["GET", "POST"])
@serves(Action.CONTACT_RECORD)
@leaves(GET=[Action.CASE_VIEW])
def record(reference: Reference) -> ResponseReturnValue:
    """Record how the person can be contacted safely, and ask again before anything that was recorded is cleared."""
    form = submitted(CorrectContact())
    losing = _losing(form)
    if form.said is not None and not losing:
        answers = {name: form.said[name] for name in RecordContact().fields}
        with begin() as work:
            case = record_contact(work, reference, answers, seen=form.seen)
            notice = done(gettext("How to contact the person safely is recorded."), changed_meanwhile(work, case))
        flash(notice)
        return redirect(url_for("cases.view", reference=reference), HTTPStatus.SEE_OTHER)
    with begin() as work:
        overview = prepare(work, reference, Action.CONTACT_RECORD)
    page = form.beginning(dict.fromkeys(overview.contact, MASK))
    unrecorded = {field.name for field in CONTACT} - overview.contact
    given = {"recorded": overview.contact, "losing": _says(losing), "empty": sorted(unrecorded | losing)}
    return render_template("contacts/record.html", **around(overview), **page.given, **given), page.status


@pages.route("/cases/<reference:reference>/contacts", methods=["GET", "POST"])
@serves(Action.CONTACT_REVEAL)
@leaves(GET=[(Action.CONTACT_REVEAL, Action.CASE_VIEW), may(Action.CONTACT_REVEAL)], POST=[Action.CASE_VIEW])
def reveal(reference: Reference) -> ResponseReturnValue:
    """Masked, with the question why; and once that is answered, for some minutes, how to contact the person safely."""
    form = submitted(RevealContact())
    if form.said is not None:
        purpose = Purpose(form.said["purpose"], form.said["words"], form.said["keep"])
        with begin(purpose) as work:
            case = prepare(work, reference, Action.CONTACT_REVEAL).case
            refuse_misplaced(work, case, by_name=False)
        grant(WHAT, reference, purpose)
        return redirect(url_for("contacts.reveal", reference=reference), HTTPStatus.SEE_OTHER)
    allowed = granted(WHAT, reference)
    if allowed is not None and not form.errors:
        with begin(allowed.purpose) as work:
            case, values = reveal_contact(work, reference)
            overview = overview_of(work, case)
        return shown("contacts/shown.html", overview, named_rows(CONTACT, values), allowed.until)
    with begin() as work:
        overview = prepare(work, reference, Action.CONTACT_REVEAL)
    masked = [(gettext(field.says), field.name in overview.contact) for field in CONTACT]
    given = around(overview) | form.given | {"purposes": purposes(), "masked": masked}
    return render_template("contacts/reveal.html", **given, has_contact=overview.has_contact), form.status


@pages.route("/cases/<reference:reference>/contacts/hide", methods=["POST"])
@serves(Action.CONTACT_REVEAL)
@leaves(POST=[])
def hide(reference: Reference) -> ResponseReturnValue:
    """Hidden again, and asked for again before it is shown again."""
    end_grant(WHAT, reference)
    return redirect(url_for("cases.view", reference=reference), HTTPStatus.SEE_OTHER)


def _losing(form: Form) -> frozenset[str]:
    """The boxes that were emptied, and of which the person has not said yet that they meant it."""
    said = form.said or {}
    emptied = {name for name, value in said.items() if value is None}
    return frozenset(emptied - set(said.get("empty", ())))


def _says(names: frozenset[str]) -> list[str]:
    return [gettext(field.says) for field in CONTACT if field.name in names]
