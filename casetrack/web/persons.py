"""The pages on which a person is looked for by what is sealed: why comes first, and it is in no address.

Why, and who is looked for, wait in the sealed session between the form and the results, as for a reveal, and for as
long as the results may be shown again: each time is a search of its own, on the log. They belong to the one sign-in in
which they were given; after another, or later, they are on the form again, without the reason.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Final

from flask import Blueprint, abort, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from casetrack.domain.actions import Action
from casetrack.domain.errors import IntegrityBroken
from casetrack.domain.finding_matches import Grade
from casetrack.domain.words import N_
from casetrack.http.house import house
from casetrack.http.identity import leaves, serves
from casetrack.http.sessions import current_session
from casetrack.http.work import begin
from casetrack.schemas.persons import FindPerson
from casetrack.services.finding import find_people
from casetrack.services.journal import Purpose
from casetrack.web.forms import answers_in, read, submitted
from casetrack.web.revealing import purposes

pages = Blueprint("persons", __name__)

SEARCHES: Final = "people-searches"
KEPT_FOR: Final = timedelta(hours=1)
MOST_KEPT: Final = 3
WHY: Final = frozenset({"purpose", "words"})
GRADES: Final[Mapping[Grade, str]] = {
    Grade.STRONG: N_("Strong match"),
    Grade.LIKELY: N_("Likely match"),
    Grade.POSSIBLE: N_("Possible match"),
}


@pages.route("/find", methods=["GET", "POST"])
@serves(Action.PERSON_FIND)
@leaves(GET=[], POST=[])
def find() -> ResponseReturnValue:
    """Say why somebody is looked for, and what is known of them."""
    form = submitted(FindPerson())
    if form.said is not None:
        with begin() as work:
            work.require(Action.PERSON_FIND)
        return redirect(url_for("persons.found", search=_keep(form.values)), HTTPStatus.SEE_OTHER)
    with begin() as work:
        work.require(Action.PERSON_FIND)
    kept = _kept().get(request.args.get("again", ""))
    if kept is not None:
        form = form.beginning({name: typed for name, typed in kept["typed"].items() if name not in WHY})
    return render_template("persons/find.html", **form.given, purposes=purposes()), form.status


@pages.route("/find/<search>")
@serves(Action.PERSON_FIND)
@leaves(GET=[Action.PERSON_FIND, Action.PERSON_FIND])
def found(search: str) -> ResponseReturnValue:
    """Those who match what was looked for, among the cases that one may open; for some minutes, then the form again."""
    kept = _kept().get(search)
    if kept is None:
        abort(HTTPStatus.GONE)
    until = datetime.fromisoformat(kept["until"])
    if kept["session"] != _this_sign_in() or until <= house().clock():
        return redirect(url_for("persons.find", again=search))
    said = read(FindPerson(), answers_in(FindPerson(), kept["typed"]))
    with begin(Purpose(said["purpose"], said["words"])) as work:
        shown = find_people(work, said["sought"])
    again = url_for("persons.find", again=search)
    page = render_template(
        "persons/found.html",
        found=shown,
        grades=GRADES,
        holders=house().deployment.holders,
        again=again,
        until=until,
        sentence=gettext(IntegrityBroken.sentence),
    )
    answer = make_response(page)
    answer.headers["Refresh"] = f"{max(1, int((until - house().clock()).total_seconds()))}; url={again}"
    return answer


def _keep(typed: Mapping[str, Any]) -> str:
    """The id under which what was looked for is kept for a while; the oldest of many searches goes."""
    place = house()
    search, now = place.deployment.chance.uuid().hex[:12], place.clock()
    one = {
        "typed": dict(typed),
        "until": (now + place.reveal_for).isoformat(),
        "gone": (now + KEPT_FOR).isoformat(),
        "session": _this_sign_in(),
    }
    session[SEARCHES] = dict(list({**_kept(), search: one}.items())[-MOST_KEPT:])
    return search


def _kept() -> dict[str, Any]:
    """What was looked for of late."""
    now = house().clock()
    every = session.get(SEARCHES, {}).items()
    return {search: each for search, each in every if datetime.fromisoformat(each["gone"]) > now}


def _this_sign_in() -> str:
    row = current_session().row
    return str(row.id) if row is not None else ""
