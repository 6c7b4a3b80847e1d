"""People, looked for by what is sealed: by those who sign in, and by the rules of access never by a token."""

from collections.abc import Mapping
from typing import Any

from flask import Response

from casetrack.api.answers import answer
from casetrack.api.calls import Calls
from casetrack.domain.actions import Action
from casetrack.http.work import begin
from casetrack.schemas.persons import FindPerson, PeopleShown
from casetrack.services.finding import find_people
from casetrack.services.journal import Purpose

calls = Calls("persons", __name__, "People: looked for by those who sign in.")


@calls.post("/find", Action.PERSON_FIND, shows=PeopleShown, reads=FindPerson, header=None)
def find(said: Mapping[str, Any]) -> Response:
    """Look for a person. A token is refused (403): that somebody is known here says as much as a name."""
    with begin(Purpose(said["purpose"], said["words"])) as work:
        return answer(PeopleShown(), find_people(work, said["sought"]))
