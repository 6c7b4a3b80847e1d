"""Lists of cases, narrowed by codes; and one case, found by its reference or its pseudonym.

What was looked for is in no address: a search is sent, kept in the sealed session for a while, and shown under an id.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Final

from flask import abort, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from marshmallow import ValidationError

from casetrack.domain import milestone_words
from casetrack.domain.actions import Action
from casetrack.domain.case import Status
from casetrack.domain.catalogue import Phase
from casetrack.domain.ids import AccountId
from casetrack.domain.references import PREFIX
from casetrack.domain.words import N_
from casetrack.http.house import house
from casetrack.http.identity import leaves, serves
from casetrack.http.terms import terms
from casetrack.http.work import begin
from casetrack.schemas.cases import EVERY_STATUS, FindCase, ListCases
from casetrack.services.caseload import everything
from casetrack.services.cases import find_case, list_cases, workers_of
from casetrack.services.lists import CaseQuery, Due
from casetrack.services.work import UnitOfWork
from casetrack.web.forms import Form, read, submitted

SEARCHES: Final = "searches"
KEPT_FOR: Final = timedelta(hours=1)
MOST_KEPT: Final = 5
USUAL: Final[Mapping[str, Any]] = ListCases().load({})
"""What is asked for by an address that asks for nothing."""
WHERE: Final[Mapping[str, str]] = {
    Status.OPEN: N_("open cases"),
    Status.CLOSED: N_("closed cases"),
    EVERY_STATUS: N_("all cases"),
}
DUES: Final[Mapping[Due, str]] = {Due.OVERDUE: N_("Overdue"), Due.SOON: N_("To do now, or due in five working days")}


@dataclass(frozen=True)
class Asked:
    """What the address of a list asks for: the filters, the order and the page, and the id of a search."""

    said: Mapping[str, Any]
    search: str | None = None

    def link(self, **changes: Any) -> str:  # noqa: ANN401 - the parts of an address
        """The address of the same list, otherwise; what is usual is left out, and other filters begin at page one."""
        said = {**self.said, "page": 1, **changes}
        codes: dict[str, Any] = {name: _coded(value) for name, value in said.items() if value != USUAL[name]}
        return url_for("cases.list", **(codes | {"search": self.search} if self.search else codes))

    def query(self, every: CaseQuery) -> CaseQuery:
        """The same, as the stores are asked."""
        narrowed = {**self.said, "page": max(1, self.said["page"])}
        status = narrowed.pop("status")
        worker = narrowed.pop("worker")
        return replace(
            every,
            **narrowed,
            status=None if status == EVERY_STATUS else Status(status),
            worker=AccountId(worker) if worker else None,
        )


@serves(Action.CASE_LIST, Action.CASE_FIND)
@leaves(GET=[(Action.CASE_LIST, Action.CASE_FIND)])
def show_list() -> ResponseReturnValue:
    """The cases of one's organisation, or what was found among them."""
    asked = _asked()
    with begin() as work:
        page = _found(work, asked) if asked.search else list_cases(work, asked.query(everything(work)))
        workers = workers_of(work)
    return _shown(asked, page, workers, Form())


@serves(Action.CASE_FIND)
@leaves(GET=[Action.CASE_LIST], POST=[])
def find() -> ResponseReturnValue:
    """Look for a case by its whole reference or pseudonym: the one leads to its case, the other to a list."""
    form = submitted(FindCase())
    if form.said is None:
        asked = Asked(USUAL)
        with begin() as work:
            page = list_cases(work, asked.query(everything(work)))
            workers = workers_of(work)
        return _shown(asked, page, workers, form), form.status
    name = form.said["name"]
    if name.startswith(f"{PREFIX}-"):
        return redirect(url_for("cases.view", reference=name), HTTPStatus.SEE_OTHER)
    return redirect(Asked(USUAL, _keep(name)).link(), HTTPStatus.SEE_OTHER)


def _shown(asked: Asked, page: Any, workers: Any, form: Form) -> str:  # noqa: ANN401 - as the services give them
    holders, names = house().deployment.holders, dict(workers)
    return render_template(
        "cases/list.html",
        asked=asked.said,
        chosen=[] if asked.search else list(_chosen(asked, names)),
        **form.given,
        holders=holders,
        link=asked.link,
        organisations=[(holder.code, holder.name) for holder in holders.that_hold_cases(terms().today)],
        page=page,
        phases=[(phase.value, gettext(words)) for phase, words in milestone_words.PHASE.items()],
        searched=asked.search is not None,
        today=terms().today,
        where=gettext("what you looked for") if asked.search else _where(asked),
        workers=[(str(worker), name) for worker, name in workers],
        values={name: _coded(value) if value else "" for name, value in asked.said.items()},
    )


def _asked() -> Asked:
    """What this request's address asks for; 400 if it is no address that a page of ours leads to."""
    given = {name: value for name, value in request.args.items() if value}
    search = given.pop("search", None)
    try:
        return Asked(read(ListCases(), given), search)
    except ValidationError:
        abort(HTTPStatus.BAD_REQUEST)


def _found(work: UnitOfWork, asked: Asked) -> Any:  # noqa: ANN401 - a page of cards
    kept = session.get(SEARCHES, {}).get(asked.search)
    if kept is None or datetime.fromisoformat(kept["until"]) < house().clock():
        abort(HTTPStatus.GONE)
    query = asked.query(everything(work))
    return find_case(work, kept["name"], query)


def _keep(name: str) -> str:
    """The id under which what was looked for is kept for a while; the oldest of many searches goes."""
    place = house()
    search = place.deployment.chance.uuid().hex[:12]
    kept = {**session.get(SEARCHES, {}), search: {"name": name, "until": (place.clock() + KEPT_FOR).isoformat()}}
    session[SEARCHES] = dict(list(kept.items())[-MOST_KEPT:])
    return search


def _where(asked: Asked) -> str:
    if asked.said["passed_on"]:
        return gettext("cases that your organisation passed on")
    return gettext(WHERE[asked.said["status"]])


def _chosen(asked: Asked, workers: Mapping[AccountId, str]) -> list[tuple[str, str]]:
    """Each filter in force, with the address of the list without it."""
    holders = house().deployment.holders
    words: Mapping[str, Callable[[Any], str]] = {
        "status": lambda status: gettext("Status: %(status)s", status=gettext(WHERE[status])),
        "worker": lambda worker: workers.get(worker) or gettext("A worker who has left"),
        "lead": lambda lead: holders[lead].name,
        "phase": lambda phase: gettext(milestone_words.PHASE[Phase(phase)]),
        "due": lambda due: gettext(DUES[due]),
        "waiting": lambda _: gettext("Waiting on somebody else"),
        "offered": lambda _: gettext("Offered"),
        "passed_on": lambda _: gettext("Passed on"),
    }
    said = asked.said
    return [
        (say(said[name]), asked.link(**{name: USUAL[name]})) for name, say in words.items() if said[name] != USUAL[name]
    ]


def _coded(value: Any) -> str:  # noqa: ANN401 - a code, a number, or yes
    return "yes" if value is True else str(value)
