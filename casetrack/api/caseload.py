"""My work: how much waits among one's own open cases, or all of one's organisation."""

from collections.abc import Mapping
from typing import Any

from flask import Response

from casetrack.api.answers import answer
from casetrack.api.calls import Calls
from casetrack.domain.actions import Action
from casetrack.http.work import begin
from casetrack.schemas.caseload import ViewCaseload
from casetrack.schemas.offers import CaseloadShown
from casetrack.services.caseload import view_caseload

calls = Calls("caseload", __name__, "What waits.")


@calls.get("/caseload", Action.CASELOAD_VIEW, shows=CaseloadShown, asks=ViewCaseload)
def view(asked: Mapping[str, Any]) -> Response:
    """Four counts, and the first few of what is late, due soon or offered."""
    with begin() as work:
        found = view_caseload(work, asked["whose"])
    facts = {
        "whose": found.whose,
        "counts": found.counts,
        "overdue": found.overdue.items,
        "due_soon": found.due_soon.items,
        "inbox": found.inbox.items,
    }
    return answer(CaseloadShown(), facts)
