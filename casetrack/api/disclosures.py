"""What left of a case: recorded here; shown to people who sign in, and never to a token."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Response, url_for

from casetrack.api import repeats
from casetrack.api.answers import case_answer, seen
from casetrack.api.calls import Calls
from casetrack.domain.actions import Action
from casetrack.domain.references import Reference
from casetrack.http.identity import leaves, may
from casetrack.http.work import begin
from casetrack.schemas.disclosures import RecordDisclosure
from casetrack.schemas.shown import CaseShown
from casetrack.services.disclosures import NewDisclosure, record_disclosure
from casetrack.services.journal import CASEWORK, Purpose
from casetrack.services.work import UnitOfWork

calls = Calls("disclosures", __name__, "What left of a case: recorded, and never shown.")


@calls.get("/cases/<reference:reference>/disclosures", Action.DISCLOSURE_LIST, shows=CaseShown)
def list_(reference: Reference) -> Response:
    """Ask what left of a case. A token is refused (403): it has no step-up yet, and what was written is sealed."""
    with begin() as work:
        return case_answer(work, work.open(reference, to=Action.DISCLOSURE_LIST))


@calls.make(
    "/cases/<reference:reference>/disclosures", Action.DISCLOSURE_RECORD, shows=CaseShown, reads=RecordDisclosure
)
@leaves(POST=[Action.DISCLOSURE_RECORD, may(Action.DISCLOSURE_RECORD)])
def record(said: Mapping[str, Any], reference: Reference) -> Response:
    """Record what one's organisation told somebody. What belongs elsewhere is refused, unless `keep` says why."""
    version, key = seen(), repeats.key()
    told = {name: answer for name, answer in said.items() if name != "keep"}
    new = NewDisclosure(**{**told, "parts": frozenset(said["parts"])})

    def recorded(work: UnitOfWork) -> Response:
        made = case_answer(work, record_disclosure(work, reference, new, seen=version), HTTPStatus.CREATED)
        made.headers["Location"] = url_for("api.disclosures.list", reference=reference)
        return made

    with begin(Purpose(CASEWORK.code, keeping=said["keep"])) as work:
        return repeats.once(work, key, lambda: recorded(work))
