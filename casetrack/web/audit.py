"""The auditors' desk: its front page, the search of the log, and whether all of it is as it was recorded."""

from collections.abc import Mapping
from datetime import timedelta
from enum import Enum
from http import HTTPStatus
from typing import Any, Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from marshmallow import ValidationError

from casetrack.domain.actions import Action
from casetrack.domain.holders import AUDIT_DESK
from casetrack.domain.ids import AccountId, HolderCode
from casetrack.domain.words import N_
from casetrack.http.house import house, in_time
from casetrack.http.identity import current_actor, leaves, may
from casetrack.http.uploads import takes_file, uploaded
from casetrack.http.work import begin
from casetrack.schemas.audit import LONGEST_CHECKPOINT, CompareCheckpoint, FindAccount, FindCase, SearchAudit
from casetrack.services.audit import (
    Inspection,
    Use,
    account_named,
    begin_verifying,
    inspect_audit,
    is_late,
    purposes,
    search_audit,
    view_audit,
)
from casetrack.services.audit_checkpoints import begin_comparing, compare_checkpoint
from casetrack.services.desk import LogState
from casetrack.services.enquiries import enquiries_to_decide
from casetrack.services.findings import About
from casetrack.services.lists import LogQuery, Outcome
from casetrack.services.verifying_journal import LATE
from casetrack.web.forms import Form, in_words, parts_of, read, submitted
from casetrack.web.log_entries import entries_of
from casetrack.web.log_use import in_force, opening, purpose_of
from casetrack.web.words import ACTIONS

pages = Blueprint("audit", __name__)

BOTH: Final = ["GET", "POST"]
DAYS: Final = frozenset({"since", "until"})
OUTCOMES: Final[Mapping[Outcome, str]] = {Outcome.DONE: N_("Done"), Outcome.REFUSED: N_("Refused")}
MOST_BYTES: Final = 4 * LONGEST_CHECKPOINT
"""Of the file of a checkpoint: a character is four bytes at the most."""
MOST_SHOWN: Final = 200
"""How many of the things that are wrong a page names: the first is what matters."""


@pages.route("/audit", methods=BOTH)
@opening(Action.AUDIT_VIEW)
@leaves(GET=[may(Action.AUDIT_VIEW)], POST=[(Action.AUDIT_VIEW, Action.AUDIT_SEARCH, None)])
def view(use: Use) -> ResponseReturnValue:
    """What the desk is for, what there is, and how far the log is. A case and an account are asked for here too."""
    case, account = Form(), Form()
    if "reference" in request.form:
        case = submitted(FindCase())
        if case.said is not None:
            return redirect(url_for("audit_cases.view", reference=case.said["reference"]), HTTPStatus.SEE_OTHER)
    elif "name" in request.form:
        found, account = _account_asked(use)
        if found is not None:
            return redirect(url_for("audit_accounts.view", account_id=found), HTTPStatus.SEE_OTHER)
    with begin(purpose_of(use)) as work:
        state = view_audit(work, use)
        to_decide = enquiries_to_decide(work)
    errors = {**case.errors, **account.errors}
    given = {**in_force(use), **_told(state), "by_reference": case, "by_name": account, "errors": errors}
    given |= {"is_of_desk": current_actor().holder == AUDIT_DESK, "to_decide": to_decide}
    return render_template("audit/view.html", **given), (case if case.errors else account).status


@pages.route("/audit/search", methods=BOTH)
@opening(Action.AUDIT_SEARCH)
@leaves(GET=[may(Action.AUDIT_SEARCH)], POST=[(Action.AUDIT_VIEW, Action.AUDIT_SEARCH, None)])
def search(use: Use) -> ResponseReturnValue:
    """What the log has on a case, an account, an organisation, an action or a purpose."""
    form = Form()
    if request.method == "POST":
        found, form = _account_asked(use)
        if found is not None:
            return redirect(url_for("audit.search", account=found), HTTPStatus.SEE_OTHER)
    return _searched(use, form)


@pages.route("/audit/verify", methods=BOTH)
@takes_file(MOST_BYTES)
@opening(Action.AUDIT_VERIFY)
@leaves(GET=[may(Action.AUDIT_VIEW)], POST=[(Action.AUDIT_VIEW, Action.AUDIT_VERIFY)])
def verify(use: Use) -> ResponseReturnValue:
    """Whether everything that is kept is what was recorded, check by check; and how far the log is.

    Two forms are sent here: `now` has everything checked, and `checkpoint` has the log held against an older one.
    """
    is_possible = house().inspect is not None
    if is_possible and "now" in request.form:
        return _verified(use)
    if is_possible and "checkpoint" in request.form:
        return _compared(use)
    with begin(purpose_of(use)) as work:
        state = view_audit(work, use)
    return _verify_page(use, state, submitted(CompareCheckpoint()) if request.method == "GET" else Form())


CHECKS: Final[Mapping[About, str]] = {
    About.LOG: N_("Every entry of the log is as its signed checkpoints promised"),
    About.EVENT: N_(
        "Every event is in the log once, unchanged; no change of a case is missing, nor what an entry is about"
    ),
    About.QUEUE: N_("No event has waited long for its place in the log"),
    About.CASE: N_("Every case is as the organisation that changed it last has sealed it"),
    About.HOLDING: N_("Who was responsible, from when until when, is as it was sealed"),
    About.TRANSFER: N_("Every offer is as its newest step has sealed it"),
    About.PROPOSAL: N_("Everything that needed two people is as its newest step has sealed it"),
    About.HOLD: N_("Every legal hold is as it was sealed when it was set or lifted"),
    About.ERASURE: N_("Two people had agreed to every erasure, and nothing is left of what was erased"),
    About.FILE: N_("Every file has the chunks that it was attached with"),
    About.ACCOUNT: N_("Everybody who can sign in is as their account was last sealed"),
    About.TOKEN: N_("Every token by which a program acts is as it was last sealed"),
    About.KEYS: N_("The keys of every organisation are certified, each version by the one before it"),
}
"""Each check in words; a test holds it against what can be wrong."""


def _verified(use: Use) -> ResponseReturnValue:
    """Everything is checked, once it is on the log that the auditor had it checked."""
    place = house()
    with begin(purpose_of(use)) as work:
        state = begin_verifying(work, use)
    if place.inspect is None:
        return _verify_page(use, state)
    inspection = inspect_audit(place.inspect, in_time, place.promise)
    return _verify_page(
        use,
        state,
        inspection=inspection,
        checks=_checks(inspection),
        key="\n".join(key.format() for key in inspection.keys),
        seconds=int(place.check_for.total_seconds()),
    )


def _compared(use: Use) -> ResponseReturnValue:
    """The log is held against an older checkpoint; what this log did not sign is refused, and its form comes back."""
    place, form = house(), _checkpoint()
    if form.said is None or place.inspect is None:
        with begin(purpose_of(use)) as work:
            state = view_audit(work, use)
        return _verify_page(use, state, form)
    with begin(purpose_of(use)) as work:
        state = begin_comparing(work, form.said["checkpoint"], use)
    comparison = compare_checkpoint(form.said["checkpoint"], place.inspect, in_time)
    return _verify_page(use, state, comparison=comparison, seconds=int(place.check_for.total_seconds()))


def _verify_page(use: Use, state: LogState, form: Form | None = None, **found: Any) -> ResponseReturnValue:  # noqa: ANN401 - what was found
    shown = form or Form()
    given = {"inspection": None, "comparison": None, "possible": house().inspect is not None, **found}
    return render_template("audit/verify.html", **shown.given, **in_force(use), **_told(state), **given), shown.status


def _checkpoint() -> Form:
    """The older checkpoint that was sent: a file or, if none was chosen, what was pasted."""
    upload = uploaded()
    if upload is None:
        return submitted(CompareCheckpoint())
    # The request is refused before there is more than the answer to the form may be; what cannot be read fits no seal.
    # A program that wrote the file may have marked it as UTF-8. The mark is none of the note, which is exact.
    note = b"".join(upload.pieces).decode("utf-8-sig", "replace")
    try:
        return Form(said=read(CompareCheckpoint(), {"checkpoint": note}))
    except ValidationError as refused:
        return Form(errors=in_words(refused.messages_dict))


def _told(state: LogState) -> dict[str, Any]:
    """How far the log is, for a page to say."""
    now = house().clock()
    return {
        "state": state,
        "waited": state.waited(now),
        "age": max(timedelta(), now - state.signed_at) if state.signed_at is not None else None,
        "late": is_late(state, now),
        "limit": int(LATE.total_seconds()) // 60,
    }


def _checks(inspection: Inspection) -> list[tuple[str, int, list[str]]]:
    """Each check, how much it found, and the first of that. Only a national auditor is told which cases they are."""
    checks, named = [], current_actor().national
    for about, words in CHECKS.items():
        found = [finding for finding in inspection.findings if finding.about is about]
        told = [
            f"{finding.name}: {gettext(finding.sentence)}" if named and finding.name else gettext(finding.sentence)
            for finding in found[:MOST_SHOWN]
        ]
        checks.append((gettext(words), len(found), told))
    return checks


def _account_asked(use: Use) -> tuple[AccountId | None, Form]:
    """The account of the name that was typed, which stands in no address; or the form, with what is wrong with it."""
    form = submitted(FindAccount())
    if form.said is None:
        return None, form
    with begin(purpose_of(use)) as work:
        found = account_named(work, form.said["name"], use)
    unknown = [gettext("Nobody whom you may look for signs in by that name.")]
    return found, form if found is not None else Form(values=form.values, errors={"name": unknown})


def _searched(use: Use, form: Form) -> ResponseReturnValue:
    asked = {name: value for name, value in request.args.items() if value}
    try:
        said = read(SearchAudit(), asked)
    except ValidationError as refused:
        wrong = Form(values=asked, errors={**in_words(refused.messages_dict), **form.errors})
        return render_template("audit/search.html", **_given(use, wrong, {}), entries=None, find=form), wrong.status
    with begin(purpose_of(use)) as work:
        page = search_audit(work, _query(said), use)
    shown = Form(values=_typed(said), errors=form.errors)
    given = _given(use, shown, said) | entries_of(page) | {"find": form}
    return render_template("audit/search.html", **given), form.status


def _given(use: Use, form: Form, said: Mapping[str, Any]) -> dict[str, Any]:
    """What the page of the search is given whether or not there is a result."""
    deployment = house().deployment

    def link(**changes: Any) -> str:  # noqa: ANN401 - the parts of an address
        codes: dict[str, Any] = {
            name: _code(value) for name, value in {**said, "page": 1, **changes}.items() if value is not None
        }
        return url_for("audit.search", **codes)

    return {
        **form.given,
        **in_force(use),
        "outcomes": [(outcome.value, gettext(words)) for outcome, words in OUTCOMES.items()],
        "actions": [(action.value, gettext(words)) for action, words in ACTIONS.items()],
        "purposes": [(code, gettext(words)) for code, words in purposes(deployment.facts).items()],
        "organisations": sorted(
            ((each.code, each.name) for each in deployment.holders.by_code.values()), key=lambda each: each[1]
        ),
        "chosen": [(gettext("One account"), link(account=None))] if said.get("account") else [],
        "link": link,
    }


def _query(said: Mapping[str, Any]) -> LogQuery:
    return LogQuery(
        reference=said["reference"],
        account=AccountId(said["account"]) if said["account"] else None,
        holder=HolderCode(said["holder"]) if said["holder"] else None,
        action=said["action"],
        purpose=said["purpose"],
        outcome=said["outcome"],
        since=said["since"],
        until=said["until"],
        page=max(1, said["page"]),
    )


def _typed(said: Mapping[str, Any]) -> dict[str, str]:
    """What was asked for, as the form of filters shows it: a date in its three parts."""
    days = parts_of("since", said["since"]) | parts_of("until", said["until"])
    return days | {name: _code(value) for name, value in said.items() if value is not None and name not in DAYS}


def _code(value: Any) -> str:  # noqa: ANN401 - a code, a date, an id or a number
    return str(value.value if isinstance(value, Enum) else value)
