"""The pages of what left of a case, to whom and what for; and of recording what was told to somebody."""

from http import HTTPStatus
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from casetrack.domain.actions import Action
from casetrack.domain.case import Case
from casetrack.domain.disclosures import Regime, regime_of
from casetrack.domain.holdings import Part
from casetrack.domain.references import Reference
from casetrack.http.house import house
from casetrack.http.identity import current_actor, leaves, may, serves
from casetrack.http.terms import terms
from casetrack.http.work import begin
from casetrack.schemas.disclosures import RecordDisclosure
from casetrack.services.cases import overview_of, prepare
from casetrack.services.departures import Departure
from casetrack.services.disclosures import (
    REGIMES,
    NewDisclosure,
    list_disclosures,
    reasons,
    recipient_kinds,
    record_disclosure,
)
from casetrack.services.history import changed_meanwhile
from casetrack.services.journal import CASEWORK, Purpose
from casetrack.services.repeats import Answered, done_before, remember_answer, request_digest
from casetrack.web.around import around, done
from casetrack.web.forms import Form, new_name, page_asked, submitted
from casetrack.web.words import ITEMS, PARTS, UNREADABLE

pages = Blueprint("disclosures", __name__)

AT: Final = "/cases/<reference:reference>/disclosures"


@pages.route(AT, endpoint="list")
@serves(Action.DISCLOSURE_LIST)
def show_list(reference: Reference) -> ResponseReturnValue:
    """What left of the case, the newest first."""
    with begin() as work:
        found = list_disclosures(work, reference, page=page_asked())
        overview = overview_of(work, found.case)

    def link(**changes: int) -> str:
        return url_for("disclosures.list", reference=reference, page=changes["page"])

    departures = [shown(each) for each in found.page.items]
    return render_template(
        "disclosures/list.html", **around(overview), page=found.page, departures=departures, link=link
    )


@pages.route(f"{AT}/record", methods=["GET", "POST"])
@serves(Action.DISCLOSURE_RECORD)
@leaves(GET=[Action.CASE_VIEW], POST=[Action.DISCLOSURE_RECORD, may(Action.DISCLOSURE_RECORD)])
def record(reference: Reference) -> ResponseReturnValue:
    """Record what one's organisation told somebody outside casetrack."""
    form = submitted(RecordDisclosure())
    if form.said is not None:
        return _recorded(reference, form)
    with begin() as work:
        overview = prepare(work, reference, Action.DISCLOSURE_RECORD)
    given = {"parts": _parts(overview.case), "single": new_name(), **_choices()}
    return render_template("disclosures/record.html", **around(overview), **form.given, **given), form.status


def shown(departure: Departure) -> dict[str, Any]:
    """What left, as a page says it."""
    if not departure.event:
        return {"departure": departure, "unreadable": gettext(UNREADABLE)}
    facts, holders = house().deployment.facts, house().deployment.holders
    kinds, why = recipient_kinds(facts), reasons(facts)
    basis = facts.codes["lawful_bases"].codes.get(departure.basis or "")
    transfer_reason = facts.codes["transfer_reasons"].codes.get(departure.transfer_reason or "")
    return {
        "departure": departure,
        "unreadable": "",
        "sender": holders[departure.sender].name if departure.sender else gettext("casetrack itself"),
        "recipient": holders[departure.recipient].name
        if departure.recipient
        else gettext(kinds.get(departure.kind, departure.kind)),
        "why": gettext(why.get(departure.reason, departure.reason)),
        "transfer_reason": gettext(transfer_reason.label) if transfer_reason else "",
        "basis": f"{gettext(basis.label)} ({basis.more['basis']})" if basis else departure.basis or "",
        "from_regime": _regime(departure.from_regime),
        "to_regime": _regime(departure.to_regime),
        "parts": [gettext(words) for words in _left(departure)],
    }


def _recorded(reference: Reference, form: Form) -> ResponseReturnValue:
    said = dict(form.said or {})
    keep = said.pop("keep")
    new = NewDisclosure(**{**said, "parts": frozenset(said["parts"])})
    asked = request_digest(request.path, {**said, "on": str(new.on), "parts": sorted(new.parts)})
    notice = ""
    with begin(Purpose(CASEWORK.code, keeping=keep)) as work:
        if not done_before(work, form.single, lambda: asked):
            case = record_disclosure(work, reference, new, seen=form.seen)
            remember_answer(work, form.single, Answered(asked, str(case.version)))
            notice = done(gettext("It is recorded what was told."), changed_meanwhile(work, case))
    flash(notice or gettext("It was recorded already, and is recorded once."))
    return redirect(url_for("disclosures.list", reference=reference), HTTPStatus.SEE_OTHER)


def _parts(case: Case) -> list[tuple[str, str]]:
    """The parts that one's organisation has, and could have told something of."""
    held = case.holdings.parts_of(current_actor().holder)
    return [(part.value, gettext(PARTS[part]).capitalize()) for part in Part if part in held]


def _choices() -> dict[str, Any]:
    """What the form offers: to whom, what for and, to those under the UK GDPR, on what basis."""
    deployment, today, own = house().deployment, terms().today, current_actor().holder
    codes = deployment.facts.codes
    is_general = regime_of(deployment.holders[own]) is Regime.GENERAL
    return {
        "kinds": codes["recipient_kinds"].offered(today),
        "whys": codes["disclosure_purposes"].offered(today),
        "bases": codes["lawful_bases"].offered(today) if is_general else (),
        "organisations": [
            (each.code, each.name) for each in deployment.holders.that_hold_cases(today) if each.code != own
        ],
    }


def _left(departure: Departure) -> list[str]:
    """What of the case it was."""
    return [*(PARTS[part] for part in departure.parts), *(ITEMS[item] for item in departure.items)]


def _regime(regime: Regime | None) -> str:
    return gettext(REGIMES[regime]) if regime else ""
