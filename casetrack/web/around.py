"""What stands around each page of a case: the bar that says which case it is, its other pages, whom to telephone."""

from collections.abc import Iterable
from typing import Any

from flask import request, url_for
from flask_babel import gettext

from casetrack.domain.actions import Action
from casetrack.domain.case import Case
from casetrack.domain.holdings import Part, Strand
from casetrack.domain.progress import Row, next_three, waiting_on_others
from casetrack.http.house import house
from casetrack.http.identity import current_actor
from casetrack.services.cases import Overview, permitted_now
from casetrack.services.history import Changes
from casetrack.web.words import change_words


def around(overview: Overview) -> dict[str, Any]:
    """What the layout of a case's pages is given."""
    case = overview.case
    may = permitted_now(current_actor(), case, house().deployment.holders)
    return {"case": case, "may": may, "bar": _bar(overview), "tabs": _tabs(case, may), "numbers": _numbers(case)}


def comes_first(rows: Iterable[Row]) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
    """What is to do next, and what waits on others; nothing whose date gives a birthday away."""
    may_be_dated = [row for row in rows if not row.sealed]
    return next_three(may_be_dated), waiting_on_others(may_be_dated)


def done(sentence: str, meanwhile: Changes) -> str:
    """What was done, and what others changed on the case at the same time, for the one notice."""
    catalogue = house().deployment.facts.catalogue
    told = [
        gettext("%(what)s, by %(who)s", what=change_words(change, catalogue), who=_name(change.account, meanwhile))
        for change in meanwhile.made
    ]
    return gettext("%(done)s Meanwhile: %(others)s.", done=sentence, others="; ".join(told)) if told else sentence


def _name(account: Any, changes: Changes) -> str:  # noqa: ANN401 - an account's id, or none for the service itself
    return changes.names.get(account) or gettext("somebody of another organisation")


def _bar(overview: Overview) -> dict[str, Any]:
    case, holders = overview.case, house().deployment.holders
    return {
        "reference": case.reference,
        "pseudonym": case.pseudonym,
        "status": case.status,
        "phase": overview.phase,
        "leads": [(strand, holders[lead].name) for strand, lead in case.holdings.leads.items()],
        "high_risk": case.is_high_risk,
        "offered_to": holders[overview.offer.to_holder].name if overview.offer else None,
        "safe_contact": _safe_contact(overview),
    }


def _safe_contact(overview: Overview) -> str | None:
    """The rule itself is sealed: the bar says only where it is."""
    case = overview.case
    if Part.SAFE_ADDRESS in case.holdings.parts_of(current_actor().holder):
        return gettext("Recorded. Read it before each contact.") if overview.has_contact else None
    (with_them,) = case.holdings.holders_of(Part.SAFE_ADDRESS)
    return gettext("Ask %(organisation)s before any contact.", organisation=house().deployment.holders[with_them].name)


def _tabs(case: Case, may: frozenset[Action]) -> list[tuple[str, str, bool]]:
    pages = (
        (Action.CASE_VIEW, gettext("Overview"), "cases.view"),
        (Action.MILESTONE_LIST, gettext("Milestones"), "milestones.list"),
        (Action.NOTE_LIST, gettext("Notes"), "notes.list"),
        (Action.FILE_LIST, gettext("Files"), "files.list"),
        (Action.JOURNEY_VIEW, gettext("Journey"), "journeys.view"),
        (Action.IDENTITY_REVEAL, gettext("Identity"), "identity.reveal"),
        (Action.CONTACT_REVEAL, gettext("Safe contact"), "contacts.reveal"),
        (Action.DISCLOSURE_LIST, gettext("What left"), "disclosures.list"),
        (Action.SAR_LIST, gettext("Access requests"), "sars.list"),
        (Action.HISTORY_VIEW, gettext("History"), "history.view"),
    )
    return [
        (label, url_for(endpoint, reference=case.reference), endpoint == request.endpoint)
        for action, label, endpoint in pages
        if action in may
    ]


def _numbers(case: Case) -> list[tuple[str, str]]:
    """The numbers of those who are responsible now that are answered at any hour."""
    holders = house().deployment.holders
    leads = dict.fromkeys(case.holdings.leads[strand] for strand in Strand if strand in case.holdings.leads)
    return [(holders[lead].name, holders[lead].phone) for lead in leads if holders[lead].phone]
