"""Offering a case to another organisation: the answers kept as a sealed draft until they are checked and sent."""

from dataclasses import replace
from http import HTTPStatus
from itertools import chain
from typing import Any, Final

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from casetrack.domain.actions import Action
from casetrack.domain.case import Case
from casetrack.domain.catalogue import Side
from casetrack.domain.holders import Holder
from casetrack.domain.holdings import Strand
from casetrack.domain.references import Reference
from casetrack.domain.transfer import TransferKind
from casetrack.domain.words import N_
from casetrack.http.house import house
from casetrack.http.identity import current_actor, leaves, may, serves
from casetrack.http.terms import terms
from casetrack.http.work import begin
from casetrack.schemas.transfers import (
    ITEM,
    STRANDS,
    OfferChecklist,
    OfferShared,
    OfferWhat,
    OfferWhere,
    OfferWhy,
    SendTransfer,
    offer_of,
    points_to_answer,
)
from casetrack.services.cases import Overview, prepare
from casetrack.services.drafts import Begun, change_draft, discard_draft, send_draft
from casetrack.services.offers import no_open_offer
from casetrack.services.transfers import send_transfer, shared_words
from casetrack.services.wording import refuse_misplaced
from casetrack.services.work import UnitOfWork
from casetrack.web.around import around
from casetrack.web.forms import Form, submitted
from casetrack.web.handover import HANDED
from casetrack.web.wizards import CHECK, Draft, Step, after, begun, typed_in, whole

CHECKLIST: Final = "checklist"


STEPS: Final = (
    Step("what", N_("What do you offer?"), OfferWhat),
    Step("where", N_("To which organisation?"), OfferWhere),
    Step("why", N_("Why, and where is the person now?"), OfferWhy),
    Step("share", N_("What must the other organisation know before it answers?"), OfferShared),
    Step(CHECKLIST, N_("What goes over with the case?"), OfferChecklist),
)

LISTS: Final = ("transfer_reasons", "support_needs", "languages")


@serves(Action.TRANSFER_SEND)
@leaves(GET=[Action.CASE_VIEW], POST=[Action.CASE_VIEW])
def start(reference: Reference) -> ResponseReturnValue:
    """Begin an offer, or go on with one that was begun and not sent."""
    first = url_for("transfers.send", reference=reference, step=STEPS[0].name)
    with begin() as work:
        waiting = begun(work, _kind(reference))
        overview = _ready(work, reference)
        if request.method == "POST":
            discard_draft(work, _kind(reference))
            return redirect(first, HTTPStatus.SEE_OTHER)
    if not waiting.answers:
        return redirect(first)
    onward = url_for("transfers.send", reference=reference, step=_left(waiting.answers) or CHECK)
    return render_template("transfers/start.html", **around(overview), onward=onward, draft=waiting.mark)


@serves(Action.TRANSFER_SEND)
@leaves(GET=[Action.CASE_VIEW], POST=[Action.CASE_VIEW, may(Action.TRANSFER_SEND), may(Action.TRANSFER_SEND)])
def send(reference: Reference, step: str) -> ResponseReturnValue:
    """One question, or the page that shows every answer before the offer is sent."""
    if step == CHECK:
        return _check(reference)
    asked = {each.name: each for each in STEPS}
    if step not in asked:
        abort(HTTPStatus.NOT_FOUND)
    form = submitted(asked[step].schema())
    with begin() as work:
        waiting = begun(work, _kind(reference))
        overview = _ready(work, reference)
        draft: Draft = waiting.answers
        if step == CHECKLIST:
            form = _each_point(form, draft)
        if form.said is not None:
            work.purpose = replace(work.purpose, keeping=form.said.get("keep"))
            refuse_misplaced(work, overview.case, *shared_words(form.said))
            draft = {**draft, step: dict(form.values)}
            change_draft(work, waiting, draft)
            onward = url_for("transfers.send", reference=reference, step=after(_steps(draft), step))
            return redirect(onward, HTTPStatus.SEE_OTHER)
    form = form.beginning(draft.get(step) or _usual(step, overview))
    return _question(reference, step, form, overview, waiting), form.status


def _question(reference: Reference, step: str, form: Form, overview: Overview, waiting: Begun) -> str:
    draft: Draft = waiting.answers
    names = [each.name for each in _steps(draft)]
    place = names.index(step) if step in names else len(names) - 1
    back = url_for("transfers.send", reference=reference, step=names[place - 1]) if place else None
    facts = house().deployment.facts
    return render_template(
        "transfers/send.html",
        **around(overview),
        **form.given,
        draft=waiting.mark,
        step=step,
        heading=gettext(next(each.title for each in STEPS if each.name == step)),
        number=place + 1,
        of=len(names),
        back=back or url_for("cases.view", reference=reference),
        kinds=_kinds(overview.case),
        organisations=[(holder.code, holder.name) for holder in _organisations(_strands(draft))],
        suggested=_suggested(overview.case, _strands(draft)),
        strands=_strands(draft),
        codes={name: _choices(name) for name in LISTS},
        outstanding=_outstanding(overview, _strands(draft)),
        points=points_to_answer(facts, _strands(draft)),
    )


def _check(reference: Reference) -> ResponseReturnValue:
    """Every answer, with the statement that somebody stands by them; then the offer is sent."""
    with begin() as work:
        waiting = begun(work, _kind(reference))
        overview = _ready(work, reference)
        draft: Draft = waiting.answers
        left = _left(draft)
        if left is not None:
            return redirect(url_for("transfers.send", reference=reference, step=left), HTTPStatus.SEE_OTHER)
        form = _whole(draft) if request.method == "POST" else Form()
        if form.said is not None:
            work.purpose = replace(work.purpose, keeping=form.said["keep"])
            sent = send_transfer(work, reference, offer_of(form.said), seen=form.seen)
            send_draft(work, waiting, str(sent.id))
            flash(gettext("The offer is sent. Until it is accepted, your organisation stays responsible."))
            return redirect(url_for("transfers.view", transfer_id=sent.id), HTTPStatus.SEE_OTHER)
    return _checked(form, overview, waiting), form.status


def _checked(form: Form, overview: Overview, waiting: Begun) -> str:
    draft: Draft = waiting.answers
    facts = house().deployment.facts
    return render_template(
        "transfers/check.html",
        **around(overview),
        **form.given,
        answers={name: value for step in draft.values() for name, value in step.items()},
        asked=[step.name for step in _steps(draft)],
        draft=waiting.mark,
        codes={name: facts.codes[name].codes for name in LISTS},
        handed=HANDED,
        holders=house().deployment.holders,
        points=points_to_answer(facts, _strands(draft)),
        rules=facts.catalogue.rules,
        strands=_strands(draft),
    )


def _ready(work: UnitOfWork, reference: Reference) -> Overview:
    """The case, if it can be offered now: it is open, ours, and in no offer that waits for an answer."""
    overview = prepare(work, reference, Action.TRANSFER_SEND)
    no_open_offer(work, overview.case)
    return overview


def _whole(draft: Draft) -> Form:
    """Every answer of the draft and of this form, read as one."""
    confirmed = {"accurate": request.form["accurate"]} if "accurate" in request.form else {}
    return whole(SendTransfer(), typed_in(_steps(draft), draft) | confirmed, version=request.form.get("seen"))


def _each_point(form: Form, draft: Draft) -> Form:
    """The form, refused for each point of the checklist that was left out or does not fit."""
    if request.method != "POST":
        return form
    wrong = dict(form.errors.get(CHECKLIST, {}))
    answered = form.said[CHECKLIST] if form.said is not None else {}
    for point in points_to_answer(house().deployment.facts, _strands(draft)):
        if point.code in wrong or (form.said is not None and point.code not in answered):
            sentence = gettext("%(point)s: choose where it stands.", point=gettext(point.label))
            wrong[point.code] = [sentence]
    if not wrong:
        return form
    return replace(form, said=None, errors={f"{ITEM}{code}": said for code, said in wrong.items()})


def _left(draft: Draft) -> str | None:
    """The first question that has no answer, or none that still fits what is offered."""
    unanswered = (step.name for step in _steps(draft) if step.name not in draft)
    points = points_to_answer(house().deployment.facts, _strands(draft))
    incomplete = (CHECKLIST for point in points if f"{ITEM}{point.code}" not in draft.get(CHECKLIST, {}))
    return next(chain(unanswered, incomplete), None)


def _steps(draft: Draft) -> tuple[Step, ...]:
    """The questions of this offer: without a strand nothing goes over, and there is no checklist."""
    return STEPS if "what" not in draft or _strands(draft) else STEPS[:-1]


def _strands(draft: Draft) -> frozenset[Strand]:
    return STRANDS[TransferKind(draft["what"]["kind"])] if "what" in draft else frozenset()


def _kind(reference: Reference) -> str:
    """Each case has a draft of its own."""
    return f"offer:{reference}"


def _choices(name: str) -> list[tuple[str, str]]:
    """The answers of a list that are offered today, in words."""
    return [(code.code, gettext(code.label)) for code in house().deployment.facts.codes[name].offered(terms().today)]


def _kinds(case: Case) -> list[TransferKind]:
    """What the actor's organisation can offer of the case."""
    offerable = case.offerable_by(current_actor().holder)
    return [kind for kind in TransferKind if STRANDS[kind] <= offerable]


def _organisations(strands: frozenset[Strand]) -> list[Holder]:
    """Who could take it: an investigation is led by a police body."""
    mine = current_actor().holder
    others = (each for each in house().deployment.holders.that_hold_cases(terms().today) if each.code != mine)
    return [each for each in others if Strand.INVESTIGATION not in strands or each.kind.is_police]


def _suggested(case: Case, strands: frozenset[Strand]) -> Holder | None:
    """The force that would investigate (statutory guidance 2020, 11.2), where the investigation moves alone."""
    code = case.areas.investigating
    if strands != {Strand.INVESTIGATION} or code is None or code == current_actor().holder:
        return None
    return next((each for each in _organisations(strands) if each.code == code), None)


def _outstanding(overview: Overview, strands: frozenset[Strand]) -> list[tuple[str, str]]:
    """What is still to be done that the receiver would see; nothing that gives a sealed date away."""
    sides = {Side.BOTH, *(Side(strand) for strand in strands)}
    rows = (row for row in overview.rows if row.is_open and not row.sealed and row.rule.visible_to in sides)
    return [(row.rule.code, gettext(row.rule.label)) for row in rows]


def _usual(step: str, overview: Overview) -> dict[str, Any]:
    """What a question begins with."""
    holder = house().deployment.holders[current_actor().holder]
    if step == "why":
        return {"phone": holder.phone}
    if step == "share":
        return {"outstanding": [code for code, _ in _outstanding(overview, overview.case.holdings.strands)]}
    return {}
