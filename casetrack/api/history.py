"""What changed on a case, when, and by which role of which organisation. Who looked is for the log to say."""

from collections.abc import Mapping
from typing import Any

from flask import Response

from casetrack.api.answers import page_answer
from casetrack.api.calls import Calls
from casetrack.domain.actions import Action
from casetrack.domain.actors import Role
from casetrack.domain.references import Reference
from casetrack.http.work import begin
from casetrack.schemas.pages import ListPage
from casetrack.schemas.shown import HistoryShown
from casetrack.services.history import view_history
from casetrack.services.lists import EventCard

calls = Calls("history", __name__, "What changed on a case.")


@calls.get("/cases/<reference:reference>/history", Action.HISTORY_VIEW, shows=HistoryShown, asks=ListPage)
def view(asked: Mapping[str, Any], reference: Reference) -> Response:
    """One page of the changes of a case and of its transfers, the newest first."""
    with begin() as work:
        _, page = view_history(work, reference, page=max(1, asked["page"]))
    return page_answer(HistoryShown(), page, [_facts_of(card) for card in page.items])


def _facts_of(card: EventCard) -> dict[str, Any]:
    """What `EventShown` shows of a change."""
    payload: Mapping[str, Any] = card.payload
    return {
        "at": card.at,
        "event": payload.get("event", ""),
        "action": card.action,
        "version": card.case_version,
        "holder": card.holder,
        "role": next((role for role in Role if role.value == payload.get("role")), None),
        "transfer": payload.get("transfer"),
        "detail": payload.get("detail", {}),
    }
