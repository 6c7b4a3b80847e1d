"""The safe way to contact a person: recorded here; shown to people who sign in, and never to a token."""

from collections.abc import Mapping
from typing import Any

from flask import Response

from casetrack.api.answers import case_answer, seen
from casetrack.api.calls import Calls
from casetrack.domain.actions import Action
from casetrack.domain.references import Reference
from casetrack.http.work import begin
from casetrack.schemas.contacts import RecordContact
from casetrack.schemas.shown import CaseShown
from casetrack.services.contacts import record_contact

calls = Calls("contacts", __name__, "The safe way to contact a person: recorded, and never shown.")


@calls.get("/cases/<reference:reference>/contact", Action.CONTACT_REVEAL, shows=CaseShown)
def reveal(reference: Reference) -> Response:
    """Ask how the person is contacted safely. A token is refused (403): it has no step-up yet."""
    with begin() as work:
        return case_answer(work, work.open(reference, to=Action.CONTACT_REVEAL))


@calls.put("/cases/<reference:reference>/contact", Action.CONTACT_RECORD, shows=CaseShown, reads=RecordContact)
def record(said: Mapping[str, Any], reference: Reference) -> Response:
    """Record the safe way to contact the person; what is left out stays as it was."""
    version = seen()
    with begin() as work:
        return case_answer(work, record_contact(work, reference, said, seen=version))
