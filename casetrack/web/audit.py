"""The pages of the auditor: the log searched, and checked. Opening it asks which of its lawful uses applies."""

import json
from collections.abc import Mapping
from enum import Enum
from http import HTTPStatus
from typing import Any, Final

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from marshmallow import ValidationError

from casetrack.domain.actions import Action
from casetrack.domain.errors import MistypedReference
from casetrack.domain.events import Refused
from casetrack.domain.ids import AccountId, HolderCode
from casetrack.domain.references import Reference, read_reference
from casetrack.domain.unusual_events import SurnamesCompared
from casetrack.domain.words import N_
from casetrack.http.house import house, in_time
from casetrack.http.identity import current_actor, leaves, may, serves
from casetrack.http.sessions import current_session
from casetrack.http.work import begin
from casetrack.schemas.audit import FindAccount, OpenLog, SearchAudit
from casetrack.services.audit import USES, Inspection, Use, account_named, begin_verifying, search_audit, verify_audit
from casetrack.services.findings import About
from casetrack.services.journal import read_kind
from casetrack.services.lists import EventCard, LogQuery, Outcome
from casetrack.web.forms import Form, in_words, parts_of, read, submitted
from casetrack.web.words import ACTIONS, entry_words

pages = Blueprint("audit", __name__)

BOTH: Final = ["GET", "POST"]
USE: Final = "audit-use"
DAYS: Final = frozenset({"since", "until"})
OUTCOMES: Final[Mapping[Outcome, str]] = {Outcome.DONE: N_("Done"), Outcome.REFUSED: N_("Refused")}
REASON_IS_SEALED: Final = N_("A reason was typed. It is sealed to the audit desk; the log has only its digest.")
FOUND_IS_SEALED: Final = N_("What was found is sealed to the audit desk; the log has only its digest.")
MOST_SHOWN: Final = 200
"""How many of the things that are wrong a page names: the first is what matters."""


@pages.route("/audit")
@serves(Action.AUDIT_SEARCH)
@leaves(GET=[])
def home() -> ResponseReturnValue:
    """The auditor's own work begins with the search."""
    return redirect(url_for("audit.search"))


@pages.route("/audit/search", methods=BOTH)
@serves(Action.AUDIT_SEARCH)
@leaves(GET=[may(Action.AUDIT_SEARCH)], POST=[may(Action.AUDIT_SEARCH)])
def search() -> ResponseReturnValue:
    """What the log has on a case, an account, an organisation or an action; why it is opened is asked first."""
    with begin() as work:
        work.require(Action.AUDIT_SEARCH)
    use = use_in_force()
    if use is None or "use" in request.form or "again" in request.args:
        return ask_use(url_for("audit.search"), gettext("Search the log"))
    form = submitted(FindAccount())
    if form.said is not None:
        with begin() as work:
            found = account_named(work, form.said["name"], use)
        if found is not None:
            return redirect(url_for("audit.search", account=found), HTTPStatus.SEE_OTHER)
        form = Form(
            values=form.values, errors={"name": [gettext("Nobody whom you may look for signs in by that name.")]}
        )
    return _searched(use, form)


@pages.route("/audit/verify", methods=BOTH)
@serves(Action.AUDIT_VERIFY)
@leaves(GET=[], POST=[may(Action.AUDIT_VERIFY)])
def verify() -> ResponseReturnValue:
    """Whether everything that is kept is what was recorded, check by check; and the newest checkpoint.

    Two forms are sent here: `use` says what the log is opened for, and `now` has everything checked.
    """
    with begin() as work:
        work.require(Action.AUDIT_VERIFY)
    use = use_in_force()
    if use is None or "use" in request.form:
        return ask_use(url_for("audit.verify"), gettext("Verify the log"))
    place = house()
    if place.inspect is None or "now" not in request.form:
        return render_template("audit/verify.html", possible=place.inspect is not None, inspection=None)
    with begin() as work:
        begin_verifying(work, use)
    with place.inspect() as (evidence, believed):
        inspection = verify_audit(in_time(evidence), believed)
    key = "\n".join(key.format() for key in believed.log.in_force)
    return render_template(
        "audit/verify.html",
        possible=True,
        inspection=inspection,
        checks=_checks(inspection),
        key=key,
        seconds=int(place.check_for.total_seconds()),
    )


CHECKS: Final[Mapping[About, str]] = {
    About.LOG: N_("Every entry of the log is as its signed checkpoints promised"),
    About.EVENT: N_("Every event is in the log once, unchanged, and no change of a case is missing"),
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


def _checks(inspection: Inspection) -> list[tuple[str, int, list[str]]]:
    """Each check, how much it found, and the first of that. Only a national auditor is told which cases they are."""
    checks = []
    for about, words in CHECKS.items():
        found = [finding for finding in inspection.findings if finding.about is about]
        named = current_actor().national
        told = [
            f"{finding.name}: {gettext(finding.sentence)}" if named and finding.name else gettext(finding.sentence)
            for finding in found
        ]
        checks.append((gettext(words), len(found), told[:MOST_SHOWN]))
    return checks


def use_in_force() -> Use | None:
    """What the log was opened for in this sign-in; None until somebody has said."""
    kept = session.get(USE)
    return Use(kept["use"]) if kept is not None and kept["session"] == _this_sign_in() else None


def ask_use(address: str, page: str) -> ResponseReturnValue:
    """Which of the four lawful uses applies, on the way to the page of that title: asked once in each sign-in.

    The answer is on the log with all that follows.
    """
    form = submitted(OpenLog())
    if form.said is not None:
        session[USE] = {"use": form.said["use"].value, "session": _this_sign_in()}
        return redirect(address, HTTPStatus.SEE_OTHER)
    choices = [(use.value, gettext(words)) for use, words in USES.items()]
    return render_template("audit/use.html", **form.given, choices=choices, address=address, page=page), form.status


def _searched(use: Use, form: Form) -> ResponseReturnValue:
    asked = {name: value for name, value in request.args.items() if value}
    try:
        said = read(SearchAudit(), asked)
    except ValidationError as refused:
        wrong = Form(values=asked, errors={**in_words(refused.messages_dict), **form.errors})
        return render_template("audit/search.html", **_given(use, wrong, {}), entries=None, find=form), wrong.status
    with begin() as work:
        page = search_audit(work, _query(said), use)
    shown = Form(values=_typed(said), errors=form.errors)
    given = _given(use, shown, said) | {
        "page": page,
        "entries": [entry_shown(card) for card in page.items],
        "find": form,
    }
    return render_template("audit/search.html", **given), form.status


def _given(use: Use, form: Form, said: Mapping[str, Any]) -> dict[str, Any]:
    """What the page of the search is given whether or not there is a result."""
    holders = house().deployment.holders

    def link(**changes: Any) -> str:  # noqa: ANN401 - the parts of an address
        codes: dict[str, Any] = {
            name: _code(value) for name, value in {**said, "page": 1, **changes}.items() if value is not None
        }
        return url_for("audit.search", **codes)

    return form.given | {
        "use": gettext(USES[use]),
        "outcomes": [(outcome.value, gettext(words)) for outcome, words in OUTCOMES.items()],
        "actions": [(action.value, gettext(words)) for action, words in ACTIONS.items()],
        "organisations": sorted(
            ((each.code, each.name) for each in holders.by_code.values()), key=lambda each: each[1]
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


def entry_shown(card: EventCard) -> dict[str, Any]:
    """An entry as a page shows it: in plain words, with what the log has exactly."""
    sentence, who = entry_words(card.payload, house().deployment)
    is_compared = read_kind(card.payload) == SurnamesCompared.__name__
    return {
        "card": card,
        "sentence": sentence,
        "who": who,
        "reference": card.reference or _asked_for(card.payload),
        "sealed": gettext(FOUND_IS_SEALED if is_compared else REASON_IS_SEALED) if card.has_words else "",
        "raw": json.dumps(card.payload, indent=2, sort_keys=True, ensure_ascii=False),
    }


def _asked_for(payload: Mapping[str, Any]) -> Reference | None:
    """The reference by which somebody asked for a case and was refused, whether or not there is such a case.

    Whoever is shown the entry is shown that; what a search by it finds is what the reader may know.
    """
    try:
        return read_reference(str(payload["detail"]["reference"])) if payload["event"] == Refused.__name__ else None
    except (LookupError, TypeError, MistypedReference):
        return None


def _this_sign_in() -> str:
    row = current_session().row
    return str(row.id) if row is not None else ""
