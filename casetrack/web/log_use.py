"""What every page of the auditors' desk begins with: which of the lawful uses of the log applies."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, Final, TypeAlias

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from casetrack.domain.actions import Action
from casetrack.http.identity import left_by, serves
from casetrack.http.sessions import current_session
from casetrack.http.work import begin
from casetrack.schemas.audit import OpenDesk
from casetrack.services.audit import USES, Use, open_audit
from casetrack.services.journal import Purpose
from casetrack.web.forms import submitted
from casetrack.web.words import ACTIONS, within

View: TypeAlias = Callable[..., ResponseReturnValue]

USE: Final = "audit-use"
AGAIN: Final = "again"
"""What stands in the address of a page whose reader wants to say another use."""


def opening(action: Action) -> Callable[[View], View]:
    """Says that a page of the desk serves the action, and hands it what the log is opened for.

    Until the auditor has said so in this sign-in, and whenever they want to say something else, that is asked instead.
    Of a page that has no form of its own, and so leaves nothing else, whatever is sent to it is an answer to that.
    """

    def declare(view: View) -> View:
        has_form = left_by(view, "POST") != [Action.AUDIT_VIEW]

        @serves(action)
        @wraps(view)
        def asked_first(**parts: Any) -> ResponseReturnValue:  # noqa: ANN401 - the parts of the address
            with begin() as work:
                work.require(action)
            use = use_in_force()
            is_answer = "use" in request.form or (request.method == "POST" and not has_form)
            if use is None or is_answer or AGAIN in request.args:
                return _ask(gettext(ACTIONS[action]))
            return view(use, **parts)

        return asked_first

    return declare


def use_in_force() -> Use | None:
    """What the log was opened for in this sign-in; None until somebody has said."""
    kept = session.get(USE)
    return Use(kept["use"]) if kept is not None and kept["session"] == _this_sign_in() else None


def purpose_of(use: Use) -> Purpose:
    """What work of the desk is for: the use, as the log has it of all that is done there."""
    return Purpose(use.value)


def in_force(use: Use) -> dict[str, Any]:
    """What a page of the desk says of the use, and where another is said: at its front page, which then goes on."""
    return {"use": within(gettext(USES[use])), "change_use": url_for("audit.view", again="yes")}


def _ask(page: str) -> ResponseReturnValue:
    """Which of the four lawful uses applies: asked once in each sign-in, and on the log with all that follows."""
    form, here = submitted(OpenDesk()), _this_page()
    if form.said is not None:
        use = form.said["use"]
        with begin(Purpose(use.value, form.said["words"])) as work:
            open_audit(work, use)
        session[USE] = {"use": use.value, "session": _this_sign_in()}
        return redirect(here, HTTPStatus.SEE_OTHER)
    choices = [(code, gettext(words)) for code, words in USES.items()]
    return render_template("audit/use.html", **form.given, choices=choices, here=here, page=page), form.status


def _this_page() -> str:
    """The address of this page, as it was asked for, without its asking for another use."""
    asked: dict[str, Any] = {name: said for name, said in request.args.to_dict(flat=False).items() if name != AGAIN}
    return url_for(request.endpoint or "", **{**(request.view_args or {}), **asked})


def _this_sign_in() -> str:
    row = current_session().row
    return str(row.id) if row is not None else ""
