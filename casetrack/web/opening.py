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
from casetrack.http.identity import current_actor, leaves, may, serves
from casetrack.http.work import begin
from casetrack.schemas.cases import ChooseStrands, OpenCase, PlaceCase, SayAge, SayIdentity
from casetrack.schemas.contacts import RecordContact
from casetrack.schemas.identity import RecordIdentity
from casetrack.services.cases import NewCase, open_case, overview_of, view_held
from casetrack.services.drafts import Begun, change_draft, discard_draft, send_draft, view_draft
from casetrack.web.around import comes_first
from casetrack.web.forms import Form, submitted
from casetrack.web.wizards import CHECK, NEW_CASE, Draft, Step, after, begun, mark_sent, typed_in, whole

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
@leaves(GET=[], POST=[])
def start() -> ResponseReturnValue:
    """Begin a case, or go on with one that was begun and not sent."""
    first = url_for("cases.open", step=steps()[0].name)
    with begin() as work:
        work.require(Action.CASE_OPEN)
        draft = begun(work, NEW_CASE)
        if request.method == "POST":
            discard_draft(work, NEW_CASE)
            return redirect(first, HTTPStatus.SEE_OTHER)
    return _asked_first(draft, url_for("cases.start")) if draft.answers else redirect(first)


def _asked_first(draft: Begun, anew: str) -> str:
    """What was begun waits: whether to go on with it, or to forget it and begin at that address."""
    onward = next((step.name for step in steps() if step.name not in draft.answers), CHECK)
    return render_template("cases/start.html", onward=url_for("cases.open", step=onward), anew=anew, draft=draft.mark)


@serves(Action.CASE_OPEN)
@leaves(GET=[], POST=[may(Action.CASE_OPEN), may(Action.IDENTITY_RECORD), may(Action.CONTACT_RECORD)])
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
        draft = begun(work, NEW_CASE)
        if form.said is not None:
            change_draft(work, draft, {**draft.answers, step: dict(form.values)})
            return redirect(url_for("cases.open", step=after(steps(), step)), HTTPStatus.SEE_OTHER)
    form = form.beginning(draft.answers.get(step, {}))
    names = list(asked)
    place = names.index(step)
    return (
        render_template(
            "cases/open.html",
            areas=areas_offered(),
            back=url_for("cases.open", step=names[place - 1]) if place else url_for("cases.list"),
            draft=draft.mark,
            **form.given,
            number=place + 1,
            of=len(names),
            step=step,
            heading=gettext(asked[step].title),
        ),
        form.status,
    )


@serves(Action.CASE_OPEN)
@leaves(GET=[Action.CASE_VIEW])
def opened(reference: Reference) -> ResponseReturnValue:
    """The names of the case that was opened, and what to do next."""
    with begin() as work:
        case = view_held(work, reference)
        first, _ = comes_first(overview_of(work, case).rows)
    return render_template("cases/opened.html", case=case, first=next(iter(first), None))


@serves(Action.CASE_OPEN)
@leaves(POST=[Action.CASE_VIEW])
def another(reference: Reference) -> ResponseReturnValue:
    """A case for another person from the same encounter begins with its areas, and nothing else of this one.

    Answers that wait are not thrown away for it unasked.
    """
    with begin() as work:
        work.require(Action.CASE_OPEN)
        waiting = view_draft(work, NEW_CASE)
        if waiting.answers and not mark_sent():
            return _asked_first(waiting, url_for("cases.another", reference=reference)), HTTPStatus.CONFLICT
        draft = waiting if not waiting.answers else begun(work, NEW_CASE)
        areas = view_held(work, reference).areas
        change_draft(work, draft, {"areas": {name: code for name, code in vars(areas).items() if code}})
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
        draft = begun(work, NEW_CASE)
        left = next((step.name for step in asked if step.name not in draft.answers), None)
        if left is not None:
            return redirect(url_for("cases.open", step=left), HTTPStatus.SEE_OTHER)
        form = _whole(draft.answers)
        if form.said is None or request.method != "POST":
            return _checked(form, draft.mark), form.status
        case = open_case(work, new_case(form.said))
        send_draft(work, draft, case.reference)
    return redirect(url_for("cases.opened", reference=case.reference), HTTPStatus.SEE_OTHER)


def _whole(draft: Draft) -> Form:
    """Every answer of the draft, read as one; what was asked of nobody is what follows from the organisation."""
    asked = steps()
    strands = {} if ChooseStrands in {step.schema for step in asked} else {"strands": [Strand.SUPPORT.value]}
    return whole(OpenCase(), strands | typed_in(asked, draft))


def _checked(form: Form, mark: str) -> str:
    return render_template(
        "cases/check.html",
        draft=mark,
        asked=[step.name for step in steps()],
        **form.given,
        holders=house().deployment.holders,
        said=form.said or {},
    )


def areas_offered() -> list[tuple[str, str]]:
    """The police bodies, by name; those that have ended too, for what was long ago."""
    holders = house().deployment.holders.by_code.values()
    return sorted(((holder.code, holder.name) for holder in holders if holder.kind.is_police), key=lambda each: each[1])
