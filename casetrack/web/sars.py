"""The pages of subject access requests: who waits, those of a case, each step of one, and the copy for the person."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from itertools import chain
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from marshmallow import Schema

from casetrack.domain.actions import Action
from casetrack.domain.case import Case
from casetrack.domain.disclosures import Regime
from casetrack.domain.errors import IntegrityBroken
from casetrack.domain.ids import SarId
from casetrack.domain.references import Reference
from casetrack.domain.sars import NOTES_OF, Checked, Delivery, Item, Restriction, Sar, SarState
from casetrack.domain.words import N_
from casetrack.http.house import house
from casetrack.http.identity import leaves, may, serves
from casetrack.http.terms import terms
from casetrack.http.work import begin
from casetrack.schemas.sars import (
    CheckSar,
    CopySar,
    DecideSar,
    DeliverSar,
    ExtendSar,
    RecordSar,
    RestrictSar,
    WithdrawSar,
)
from casetrack.services.audit import purposes
from casetrack.services.cases import overview_of, prepare
from casetrack.services.disclosures import REGIMES
from casetrack.services.fields import IDENTITY
from casetrack.services.history import changed_meanwhile
from casetrack.services.identity import FOLLOW
from casetrack.services.journal import CASEWORK, Purpose
from casetrack.services.register import RIGHT_OF_ACCESS
from casetrack.services.sar_copies import SarCopy, copy_sar
from casetrack.services.sars import (
    check_sar,
    decide_sar,
    deliver_sar,
    extend_sar,
    list_open_sars,
    list_sars,
    prepare_sar,
    record_sar,
    restrict_sar,
    withdraw_sar,
)
from casetrack.services.wording import refuse_misplaced
from casetrack.services.work import UnitOfWork
from casetrack.web.around import around, done
from casetrack.web.forms import Form, submitted
from casetrack.web.identity import in_words
from casetrack.web.notes import KINDS
from casetrack.web.revealing import grant, granted, named_rows
from casetrack.web.words import ITEMS, PARTS, outcome_words

pages = Blueprint("sars", __name__)

AT: Final = "/cases/<reference:reference>/access-requests"
ONE: Final = f"{AT}/<uuid:sar>"
BOTH: Final = ["GET", "POST"]
STATES: Final[Mapping[SarState, str]] = {
    SarState.RECEIVED: N_("Who asks is not checked yet"),
    SarState.CHECKED: N_("Checked with the person alone; not decided yet"),
    SarState.DECIDED: N_("Decided; the person has no answer yet"),
    SarState.ANSWERED: N_("Answered"),
    SarState.WITHDRAWN: N_("Withdrawn"),
}
"""How far a request has come; a test holds it against the states that there are."""

NEXT: Final[Mapping[SarState, tuple[str, str]]] = {
    SarState.RECEIVED: ("sars.check", N_("Record who asks, found out with the person alone")),
    SarState.CHECKED: ("sars.decide", N_("Decide what is given")),
    SarState.DECIDED: ("sars.deliver", N_("Record how the person was given the answer")),
}
"""The page of what is to be done next, of a request that is open; a test holds it against the states that are."""

FOLLOWING: Final = frozenset(chain.from_iterable(FOLLOW.values()))
"""What is said of another field of the identity, or follows from it: the person need not be told that apart."""

Step = Callable[[UnitOfWork, Mapping[str, Any], int], Case]


@pages.route("/access-requests")
@serves(Action.SAR_LIST)
def waiting() -> ResponseReturnValue:
    """Everybody who waits to be told what is held of them, in the cases that one's organisation looks after."""
    with begin() as work:
        found = list_open_sars(work)
    return render_template(
        "sars/waiting.html",
        sars=found.sars,
        broken=found.broken,
        sentence=gettext(IntegrityBroken.sentence),
        today=terms().today,
        soon=found.soon,
        states=_states(),
        steps={state: (endpoint, gettext(words)) for state, (endpoint, words) in NEXT.items()},
    )


@pages.route(AT, endpoint="list")
@serves(Action.SAR_LIST)
def show_list(reference: Reference) -> ResponseReturnValue:
    """The requests of the case with what is due when, and who was a controller of what."""
    with begin() as work:
        found = list_sars(work, reference)
        overview = overview_of(work, found.case)
    given = {"sars": found.sars, "periods": found.periods, "today": terms().today, **_words()}
    return render_template("sars/list.html", **around(overview), **given)


@pages.route(f"{AT}/record", methods=BOTH)
@serves(Action.SAR_RECORD)
@leaves(GET=[Action.CASE_VIEW], POST=[Action.SAR_RECORD, may(Action.SAR_RECORD)])
def record(reference: Reference) -> ResponseReturnValue:
    """Record that the person, or somebody for them, asks what is held."""
    form = submitted(RecordSar())
    if form.said is not None:
        said = form.said
        with begin(Purpose(CASEWORK.code, keeping=said["keep"])) as work:
            case, _ = record_sar(work, reference, said["asker"], said["received"], said["words"], seen=form.seen)
            notice = done(gettext("The request is recorded. The month runs."), changed_meanwhile(work, case))
        return _back(reference, notice)
    with begin() as work:
        overview = prepare(work, reference, Action.SAR_RECORD)
    return render_template("sars/record.html", **around(overview), **form.given), form.status


@pages.route(f"{ONE}/check", methods=BOTH)
@serves(Action.SAR_CHECK)
@leaves(GET=[Action.CASE_VIEW], POST=[Action.SAR_CHECK, may(Action.SAR_CHECK)])
def check(reference: Reference, sar: UUID) -> ResponseReturnValue:
    """Record that who asks was found out with the person alone."""

    def step(work: UnitOfWork, said: Mapping[str, Any], seen: int) -> Case:
        answers = {name: answer for name, answer in said.items() if name != "keep"}
        return check_sar(work, reference, SarId(sar), Checked(**answers), seen=seen)

    return _step(reference, sar, Action.SAR_CHECK, CheckSar(), step, gettext("It is recorded who asks."))


@pages.route(f"{ONE}/extend", methods=BOTH)
@serves(Action.SAR_EXTEND)
@leaves(GET=[Action.CASE_VIEW], POST=[Action.SAR_EXTEND])
def extend(reference: Reference, sar: UUID) -> ResponseReturnValue:
    """Take two months more, for a reason, under the UK GDPR."""

    def step(work: UnitOfWork, said: Mapping[str, Any], seen: int) -> Case:
        return extend_sar(work, reference, SarId(sar), said["reason"], seen=seen)

    sentence = gettext("The answer is due later. Tell the person so, and why, within the first month.")
    return _step(reference, sar, Action.SAR_EXTEND, ExtendSar(), step, sentence)


@pages.route(f"{ONE}/restrict", methods=BOTH)
@serves(Action.SAR_RESTRICT)
@leaves(GET=[Action.CASE_VIEW], POST=[Action.SAR_RESTRICT, may(Action.SAR_RESTRICT)])
def restrict(reference: Reference, sar: UUID) -> ResponseReturnValue:
    """Leave something out of the answer for a ground of the law, or leave it out no more."""

    def step(work: UnitOfWork, said: Mapping[str, Any], seen: int) -> Case:
        why = None if said["lift"] else Restriction(said["ground"] or "", said["words"])
        return restrict_sar(work, reference, SarId(sar), said["item"], why, seen=seen)

    sentence = gettext("It is recorded what is left out. The reason is kept for the Information Commissioner.")
    return _step(reference, sar, Action.SAR_RESTRICT, RestrictSar(), step, sentence)


@pages.route(f"{ONE}/decide", methods=BOTH)
@serves(Action.SAR_DECIDE)
@leaves(GET=[Action.CASE_VIEW], POST=[Action.SAR_DECIDE])
def decide(reference: Reference, sar: UUID) -> ResponseReturnValue:
    """Decide what is given, and which notes."""

    def step(work: UnitOfWork, said: Mapping[str, Any], seen: int) -> Case:
        return decide_sar(work, reference, SarId(sar), said["decision"], said["notes"], seen=seen)

    return _step(reference, sar, Action.SAR_DECIDE, DecideSar(), step, gettext("It is decided what is given."))


@pages.route(f"{ONE}/deliver", methods=BOTH)
@serves(Action.SAR_DELIVER)
@leaves(GET=[Action.CASE_VIEW], POST=[Action.SAR_DELIVER, may(Action.SAR_DELIVER)])
def deliver(reference: Reference, sar: UUID) -> ResponseReturnValue:
    """Record how the person was given the answer, safely."""

    def step(work: UnitOfWork, said: Mapping[str, Any], seen: int) -> Case:
        answers = {name: answer for name, answer in said.items() if name != "keep"}
        return deliver_sar(work, reference, SarId(sar), Delivery(**answers), seen=seen)

    sentence = gettext("The request is answered. What left is in the register.")
    return _step(reference, sar, Action.SAR_DELIVER, DeliverSar(), step, sentence)


@pages.route(f"{ONE}/withdraw", methods=BOTH)
@serves(Action.SAR_WITHDRAW)
@leaves(GET=[Action.CASE_VIEW], POST=[Action.SAR_WITHDRAW])
def withdraw(reference: Reference, sar: UUID) -> ResponseReturnValue:
    """Record that the person does not ask any more."""

    def step(work: UnitOfWork, _said: Mapping[str, Any], seen: int) -> Case:
        return withdraw_sar(work, reference, SarId(sar), seen=seen)

    return _step(reference, sar, Action.SAR_WITHDRAW, WithdrawSar(), step, gettext("The request is withdrawn."))


@pages.route(f"{ONE}/copy", methods=BOTH)
@serves(Action.SAR_COPY)
@leaves(
    GET=[
        *((Action.SAR_COPY, Action.CASE_VIEW), may(Action.SURNAME_COMPARE)),
        *(may(Action.IDENTITY_REVEAL), may(Action.IDENTITY_REVEAL)),
    ],
    POST=[Action.CASE_VIEW],
)
def copy(reference: Reference, sar: UUID) -> ResponseReturnValue:
    """Why it is needed is asked first; then for some minutes the copy for the person is shown, to be printed."""
    form, what = submitted(CopySar()), f"copy:{sar}"
    if form.said is not None:
        purpose = Purpose(RIGHT_OF_ACCESS, form.said["words"], form.said["keep"])
        with begin(purpose) as work:
            case, found = prepare_sar(work, reference, SarId(sar), Action.SAR_COPY)
            found.check_copying()
            refuse_misplaced(work, case, by_name=False)
        grant(what, reference, purpose)
        return redirect(url_for("sars.copy", reference=reference, sar=sar), HTTPStatus.SEE_OTHER)
    allowed = granted(what, reference)
    if allowed is not None and not form.errors:
        with begin(allowed.purpose) as work:
            copied = copy_sar(work, reference, SarId(sar))
        return make_response(render_template("sars/copied.html", **_copied(copied)))
    return _asked(reference, sar, Action.SAR_COPY, form)


def _step(
    reference: Reference, sar: UUID, action: Action, schema: Schema, step: Step, sentence: str
) -> ResponseReturnValue:
    """The page of a step: taken, or asked."""
    form = submitted(schema)
    if form.said is None:
        return _asked(reference, sar, action, form)
    with begin(Purpose(CASEWORK.code, keeping=form.said.get("keep"))) as work:
        case = step(work, form.said, form.seen)
        notice = done(sentence, changed_meanwhile(work, case))
    return _back(reference, notice)


def _asked(reference: Reference, sar: UUID, action: Action, form: Form) -> ResponseReturnValue:
    with begin() as work:
        case, found = prepare_sar(work, reference, SarId(sar), action)
        overview = overview_of(work, case)
    given = {"sar": found, **_words(), **_choices(found)}
    return render_template(f"sars/{action.verb}.html", **around(overview), **form.given, **given), form.status


def _back(reference: Reference, notice: str) -> ResponseReturnValue:
    flash(notice)
    return redirect(url_for("sars.list", reference=reference), HTTPStatus.SEE_OTHER)


def _states() -> dict[str, str]:
    return {state.value: gettext(words) for state, words in STATES.items()}


def _words() -> dict[str, Any]:
    """What codes are called on these pages."""
    deployment = house().deployment
    codes = deployment.facts.codes
    lists = ("authority_checks", "extension_reasons", "restriction_grounds", "delivery_ways")
    return {
        "states": _states(),
        "items": {item: gettext(words) for item, words in ITEMS.items()},
        "labels": {of: codes[of].codes for of in lists},
        "regimes": {regime.value: gettext(words) for regime, words in REGIMES.items()},
        "part_words": {part: gettext(words) for part, words in PARTS.items()},
        "kinds": {kind.value: gettext(words) for kind, words in KINDS.items()},
        "holders": deployment.holders.by_code,
    }


def _choices(sar: Sar) -> dict[str, Any]:
    """What is offered today; of the grounds, those of the regime under which the request is answered."""
    codes, today = house().deployment.facts.codes, terms().today
    offered = {of: codes[of].offered(today) for of in ("authority_checks", "extension_reasons", "delivery_ways")}
    grounds = [each for each in codes["restriction_grounds"].offered(today) if each.more["regime"] == sar.regime]
    return {**offered, "grounds": grounds, "may_extend": sar.regime is Regime.GENERAL}


def _copied(copied: SarCopy) -> dict[str, Any]:
    """The copy in words, with nothing that says where it is from beside the organisations."""
    deployment = house().deployment
    catalogue = deployment.facts.catalogue
    known = {**purposes(deployment.facts), CASEWORK.code: N_("In the work on your case")}
    labels: dict[str, str] = {
        **{code: each.label for code, each in catalogue.events.items()},
        **{code: each.label for code, each in catalogue.rules.items()},
    }
    happened = [
        (record.at, gettext(labels[record.code]), outcome_words(record.outcome) if record.outcome else "")
        for record in copied.records
        if record.code in labels
    ]
    fields = tuple(field for field in IDENTITY if field.name in copied.identity and field.name not in FOLLOWING)
    return {
        "sar": copied.sar,
        "identity": named_rows(fields, in_words(dict(copied.identity))),
        "happened": happened,
        "notes": copied.notes,
        "looks": [(each, gettext(known.get(each.purpose, each.purpose))) for each in copied.looks],
        "periods": copied.periods,
        "notes_given": bool(set(NOTES_OF.values()) & copied.sar.given and copied.sar.notes),
        "looks_given": Item.LOOKS in copied.sar.given,
        "restricted": bool(copied.sar.restrictions),
        **_words(),
    }
