"""The pages of milestones: where each stands, recorded, and opened again with a reason."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Final

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from casetrack.domain.actions import Action
from casetrack.domain.catalogue import SEALED_FACTS, Catalogue, ClockEvent, EventKind, Phase
from casetrack.domain.errors import NotFound
from casetrack.domain.progress import Row, Status
from casetrack.domain.records import Recorded, RecordState
from casetrack.domain.references import Reference
from casetrack.http.house import house
from casetrack.http.identity import leaves, may, serves
from casetrack.http.work import begin
from casetrack.schemas.milestones import RecordMilestone, ReopenMilestone
from casetrack.services.cases import Overview, consult, prepare
from casetrack.services.history import changed_meanwhile
from casetrack.services.journal import CASEWORK, Purpose
from casetrack.services.milestones import (
    NewRecord,
    check_ours,
    look_at_milestones,
    record_milestone,
    reopen_milestone,
)
from casetrack.services.work import UnitOfWork
from casetrack.web.around import around, comes_first, done
from casetrack.web.forms import submitted

pages = Blueprint("milestones", __name__)

AT: Final = "/cases/<reference:reference>/milestones"


@dataclass(frozen=True)
class About:
    """What can be recorded under one code, as its page shows it."""

    code: str
    label: str
    row: Row | None
    """Where the milestone stands; None for a dated fact, which only happens."""
    history: tuple[Recorded, ...]
    stands: bool
    """Something is on the record that can be opened again."""


@pages.route(AT, endpoint="list")
@serves(Action.MILESTONE_LIST)
def show_list(reference: Reference) -> ResponseReturnValue:
    """What to do next, what others have to do, and every other milestone by its phase."""
    with begin() as work:
        overview = consult(work, reference, Action.MILESTONE_LIST)
        notes = look_at_milestones(work, overview.case)
    first, waiting = comes_first(overview.rows)
    above = {row.rule.code for row in (*first, *waiting)}
    return render_template(
        "milestones/list.html",
        **around(overview),
        next_three=first,
        waiting=waiting,
        phases=_by_phase([row for row in overview.rows if row.rule.code not in above]),
        facts=_facts(overview.rows, house().deployment.facts.catalogue),
        notes=notes,
        ours=overview.ours,
    )


@pages.route(f"{AT}/<code>", methods=["GET", "POST"])
@serves(Action.MILESTONE_RECORD)
@leaves(GET=[Action.CASE_VIEW, Action.MILESTONE_LIST], POST=[Action.MILESTONE_RECORD, may(Action.MILESTONE_RECORD)])
def record(reference: Reference, code: str) -> ResponseReturnValue:
    """Record what happened to a milestone, or a dated fact, with its note sealed beside it."""
    form = submitted(RecordMilestone())
    if form.said is not None:
        said = form.said
        new = NewRecord(
            code=code,
            state=RecordState(said["state"]),
            outcome=said["outcome"] or None,
            at=said["happened"],
            note=said["note"],
        )
        with begin(replace(CASEWORK, keeping=said["keep"])) as work:
            case = record_milestone(work, reference, new, seen=form.seen)
            notice = done(gettext("It is recorded."), changed_meanwhile(work, case))
        flash(notice)
        return redirect(url_for("milestones.list", reference=reference), HTTPStatus.SEE_OTHER)
    with begin() as work:
        overview = prepare(work, reference, Action.MILESTONE_RECORD)
        notes = look_at_milestones(work, overview.case)
        about = _about(work, overview, code)
    form = form.beginning({"state": "met"})
    given = (
        around(overview)
        | form.given
        | {
            "about": about,
            "notes": notes,
        }
    )
    return render_template("milestones/record.html", **given), form.status


@pages.route(f"{AT}/<code>/reopen", methods=["GET", "POST"])
@serves(Action.MILESTONE_REOPEN)
@leaves(GET=[Action.CASE_VIEW, Action.MILESTONE_LIST], POST=[Action.MILESTONE_REOPEN, may(Action.MILESTONE_REOPEN)])
def reopen(reference: Reference, code: str) -> ResponseReturnValue:
    """Open again what was recorded; what was recorded stays in the history."""
    form = submitted(ReopenMilestone())
    if form.said is not None:
        with begin(Purpose(CASEWORK.code, form.said["words"], form.said["keep"])) as work:
            case = reopen_milestone(work, reference, code, seen=form.seen)
            notice = done(gettext("It is open again."), changed_meanwhile(work, case))
        flash(notice)
        return redirect(url_for("milestones.list", reference=reference), HTTPStatus.SEE_OTHER)
    with begin() as work:
        overview = prepare(work, reference, Action.MILESTONE_REOPEN)
        notes = look_at_milestones(work, overview.case)
        about = _about(work, overview, code)
    given = (
        around(overview)
        | form.given
        | {
            "about": about,
            "notes": notes,
        }
    )
    return render_template("milestones/reopen.html", **given), form.status


def _by_phase(rows: Sequence[Row]) -> list[tuple[Phase, list[Row], list[Row]]]:
    """The milestones of each phase that has any, in the order of the catalogue: those that have begun, and the rest."""
    begun = [row for row in rows if row.status is not Status.NOT_STARTED]
    to_come = [row for row in rows if row.status is Status.NOT_STARTED]
    parted = (
        (phase, [row for row in begun if row.rule.phase is phase], [row for row in to_come if row.rule.phase is phase])
        for phase in Phase
    )
    return [(phase, now, later) for phase, now, later in parted if now or later]


def _facts(rows: Sequence[Row], catalogue: Catalogue) -> list[ClockEvent]:
    """The dated facts that a clock of these milestones waits on, by what they say; none that gives a birthday away."""
    triggers = {
        trigger.code for row in rows for trigger in (*catalogue.starters(row.rule), *catalogue.stoppers(row.rule))
    }
    facts = (catalogue.events[code] for code in triggers - SEALED_FACTS if code in catalogue.events)
    return sorted((fact for fact in facts if fact.kind is EventKind.FACT), key=lambda fact: fact.label)


def _about(work: UnitOfWork, overview: Overview, code: str) -> About:
    """What that code is on this case; `NotFound` if the actor's strands see none, `NotOurPart` if it is another's."""
    catalogue = house().deployment.facts.catalogue
    row = next((row for row in overview.rows if row.rule.code == code), None)
    if row is not None:
        check_ours(work, overview.case, code)
        return About(code, row.rule.label, row, row.history, bool(row.stands))
    fact = next((fact for fact in _facts(overview.rows, catalogue) if fact.code == code), None)
    if fact is None:
        raise NotFound
    history = tuple(entry for entry in overview.case.records if entry.code == code)
    return About(code, fact.label, None, history, bool(history) and history[-1].state is not RecordState.REOPENED)
