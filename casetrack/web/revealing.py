"""Showing what is sealed: why comes first, then for some minutes it can be shown again, each time on the log.

The reason waits in the sealed session between the form and the showing, and for as long as it may be used again. It
belongs to the one sign-in in which it was given.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from flask import Response, make_response, render_template, session, url_for
from flask_babel import gettext

from casetrack.domain.factfiles import Code
from casetrack.domain.ids import Instant
from casetrack.domain.misplaced import Keeping
from casetrack.domain.references import Reference
from casetrack.http.house import house
from casetrack.http.sessions import current_session
from casetrack.http.terms import terms
from casetrack.services.cases import Overview
from casetrack.services.fields import SealedField
from casetrack.services.journal import Purpose
from casetrack.web.around import around

GRANTS: Final = "reveals"


@dataclass(frozen=True)
class Grant:
    """For what something sealed may be shown, and until when."""

    purpose: Purpose
    until: Instant


def grant(what: str, reference: Reference, purpose: Purpose) -> None:
    """From now on, and for some minutes, it may be shown in this sign-in for that purpose."""
    place = house()
    now = place.clock()
    kept = {key: each for key, each in session.get(GRANTS, {}).items() if datetime.fromisoformat(each["until"]) > now}
    kept[f"{what}:{reference}"] = {
        "purpose": purpose.code,
        "words": purpose.words,
        "keeping": purpose.keeping,
        "until": (now + place.reveal_for).isoformat(),
        "session": _this_sign_in(),
    }
    session[GRANTS] = kept


def granted(what: str, reference: Reference) -> Grant | None:
    """The purpose that was given, while it may still be used."""
    kept = session.get(GRANTS, {}).get(f"{what}:{reference}")
    if kept is None or kept["session"] != _this_sign_in():
        return None
    until = datetime.fromisoformat(kept["until"])
    keeping = Keeping(kept["keeping"]) if kept["keeping"] else None
    return Grant(Purpose(kept["purpose"], kept["words"], keeping), until) if until > house().clock() else None


def end_grant(what: str, reference: Reference) -> None:
    """It is hidden, and the reason is asked again before it is shown again."""
    session[GRANTS] = {key: each for key, each in session.get(GRANTS, {}).items() if key != f"{what}:{reference}"}


def purposes() -> Sequence[Code]:
    """What something sealed may be shown for, today."""
    return house().deployment.facts.codes["reveal_purposes"].offered(terms().today)


def shown(template: str, overview: Overview, rows: Sequence[tuple[str, Any]], until: Instant) -> Response:
    """The page with what is sealed, which goes away by itself when its time is over."""
    response = make_response(render_template(template, **around(overview), rows=rows, until=until))
    left = max(1, int((until - house().clock()).total_seconds()))
    response.headers["Refresh"] = f"{left}; url={url_for('cases.view', reference=overview.case.reference)}"
    return response


def named_rows(fields: Sequence[SealedField], values: dict[str, Any]) -> list[tuple[str, Any]]:
    """Each field by its name, with its value if it has one."""
    return [(gettext(field.says), values.get(field.name)) for field in fields]


def _this_sign_in() -> str:
    row = current_session().row
    return str(row.id) if row is not None else ""
