"""Who a person is: recorded here; shown to people who sign in, and by the rules of access never to a token."""

from collections.abc import Mapping
from typing import Any

from flask import Response

from casetrack.api.answers import case_answer, seen
from casetrack.api.calls import Calls
from casetrack.domain.actions import Action
from casetrack.domain.references import Reference
from casetrack.http.work import begin
from casetrack.schemas.identity import ChangeIdentity
from casetrack.schemas.shown import CaseShown
from casetrack.services.identity import record_identity

calls = Calls("identity", __name__, "Who a person is: recorded, and never shown.")


@calls.get("/cases/<reference:reference>/identity", Action.IDENTITY_REVEAL, shows=CaseShown)
def reveal(reference: Reference) -> Response:
    """Ask who the person is. A token is refused (403): it has no step-up yet. No answer of the API names anyone."""
    with begin() as work:
        return case_answer(work, work.open(reference, to=Action.IDENTITY_REVEAL))


@calls.put("/cases/<reference:reference>/identity", Action.IDENTITY_RECORD, shows=CaseShown, reads=ChangeIdentity)
def record(said: Mapping[str, Any], reference: Reference) -> Response:
    """Record whether the person gave a name and, if so, what is known. Null clears; what is left out stays."""
    version = seen()
    names = {name: value for name, value in said.items() if name != "identity"}
    with begin() as work:
        return case_answer(work, record_identity(work, reference, said["identity"], names, seen=version))
