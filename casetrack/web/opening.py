"""Opening a case: five questions at most, the answers kept as a sealed draft until they are checked and sent."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from casetrack.domain.actions import Action
from casetrack.domain.case import Areas
from casetrack.domain.holdings import Strand
from casetrack.domain.references import Reference
from casetrack.domain.words import N_
from casetrack.http.house import house
from casetrack.http.identity import current_actor, serves
from casetrack.http.work import begin
from casetrack.schemas.cases import ChooseStrands, OpenCase, PlaceCase, SayAge, SayIdentity
from casetrack.schemas.contacts import RecordContact
from casetrack.schemas.identity import RecordIdentity
from casetrack.services.cases import NewCase, open_case, view_held
from casetrack.services.drafts import discard_draft, keep_draft, open_draft
from casetrack.web.forms import Form, submitted
from casetrack.web.wizards import CHECK, Draft, Step, after, typed_in, whole

DRAFT: Final = "case"

STEPS: Final = (
    Step("strands", N_("What does the person want from your organisation?"), ChooseStrands),
    Step("age", N_("Is the person an adult or a child?"), SayAge),
    Step("areas", N_("Where did it happen, and where does the person live?"), PlaceCase),
    Step("identity", N_("Did the person give a name?"), SayIdentity),
    Step("contact", N_("How can the person be contacted safely?"), RecordContact),
)


def steps() -> tuple[Step, ...]:
    """The questions that this actor is asked: only the police can be responsible for more than support."""
    is_police = house().deployment.holders[current_actor().holder].kind.is_police
    return STEPS if is_police else STEPS[1:]


@serves(Action.CASE_OPEN)
def start() -> ResponseReturnValue:
    """Begin a case, or go on with one that was begun and not sent."""
    first = url_for("cases.open", step=steps()[0].name)
    with begin() as work:
        work.require(Action.CASE_OPEN)
        if request.method == "POST":
            discard_draft(work, DRAFT)
            return redirect(first, HTTPStatus.SEE_OTHER)
        draft = open_draft(work, DRAFT)
    if not draft:
        return redirect(first)
    onward = next((step.name for step in steps() if step.name not in draft), CHECK)
    return render_template("cases/start.html", onward=url_for("cases.open", step=onward))


@serves(Action.CASE_OPEN)
def open_step(step: str) -> ResponseReturnValue:
    """One question, or the page that shows every answer before the case is opened."""
    if step == CHECK:
        return _check()
    asked = {each.name: each for each in steps()}
    if step not in asked:
        abort(HTTPStatus.NOT_FOUND)
    form = submitted(asked[step].schema())
    with begin() as work:
        work.require(Action.CASE_OPEN)
        draft = open_draft(work, DRAFT)
        if form.said is not None:
            keep_draft(work, DRAFT, {**draft, step: dict(form.values)})
            return redirect(url_for("cases.open", step=after(steps(), step)), HTTPStatus.SEE_OTHER)
    form = form.beginning(draft.get(step, {}))
    names = list(asked)
    place = names.index(step)
    return (
        render_template(
            "cases/open.html",
            areas=areas_offered(),
            back=url_for("cases.open", step=names[place - 1]) if place else url_for("cases.list"),
            **form.given,
            number=place + 1,
            of=len(names),
            step=step,
            heading=gettext(asked[step].title),
        ),
        form.status,
    )


@serves(Action.CASE_OPEN)
def opened(reference: Reference) -> ResponseReturnValue:
    """The names of the case that was opened, and what to do next."""
    with begin() as work:
        case = view_held(work, reference)
    return render_template("cases/opened.html", case=case)


@serves(Action.CASE_OPEN)
def another(reference: Reference) -> ResponseReturnValue:
    """A case for another person from the same encounter begins with its areas, and nothing else of this one."""
    with begin() as work:
        work.require(Action.CASE_OPEN)
        areas = view_held(work, reference).areas
        keep_draft(work, DRAFT, {"areas": {name: code for name, code in vars(areas).items() if code}})
    return redirect(url_for("cases.open", step=steps()[0].name), HTTPStatus.SEE_OTHER)


def new_case(said: Mapping[str, Any]) -> NewCase:
    """What was said, as the use case asks for it."""
    return NewCase(
        strands=frozenset(said["strands"]),
        age_group=said["age_group"],
        areas=Areas(said["exploitation"], said["home"], said["encounter"]),
        identity=said["identity"],
        names={name: said[name] for name in RecordIdentity().fields if name != "identity"},
        contact={name: said[name] for name in RecordContact().fields},
    )


def _check() -> ResponseReturnValue:
    asked = steps()
    with begin() as work:
        work.require(Action.CASE_OPEN)
        draft = open_draft(work, DRAFT)
        left = next((step.name for step in asked if step.name not in draft), None)
        if left is not None:
            return redirect(url_for("cases.open", step=left), HTTPStatus.SEE_OTHER)
        form = _whole(draft)
        if form.said is None or request.method != "POST":
            return _checked(form), form.status
        case = open_case(work, new_case(form.said))
        discard_draft(work, DRAFT)
    return redirect(url_for("cases.opened", reference=case.reference), HTTPStatus.SEE_OTHER)


def _whole(draft: Draft) -> Form:
    """Every answer of the draft, read as one; what was asked of nobody is what follows from the organisation."""
    asked = steps()
    strands = {} if ChooseStrands in {step.schema for step in asked} else {"strands": [Strand.SUPPORT.value]}
    return whole(OpenCase(), strands | typed_in(asked, draft))


def _checked(form: Form) -> str:
    return render_template(
        "cases/check.html",
        asked=[step.name for step in steps()],
        **form.given,
        holders=house().deployment.holders,
        said=form.said or {},
    )


def areas_offered() -> list[tuple[str, str]]:
    """The police bodies, by name; those that have ended too, for what was long ago."""
    holders = house().deployment.holders.by_code.values()
    return sorted(((holder.code, holder.name) for holder in holders if holder.kind.is_police), key=lambda each: each[1])
