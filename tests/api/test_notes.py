"""Notes through the API: written and corrected by a token, and shown to none."""

from typing import Any
from uuid import uuid4

import pytest

from casetrack.services.notes import NoteQuery, list_notes
from tests.api.door import Caller, Door

SAID = {"strand": "support", "kind": "fact", "words": "The kettle works again."}


def write(caller: Caller, reference: str, path: str = "notes", **said: str) -> Any:  # noqa: ANN401 - an answer, whose JSON is anything
    tag = caller.get(f"/cases/{reference}").headers["ETag"]
    body = {name: value for name, value in {**SAID, **said}.items() if value}
    return caller.send("POST", f"/cases/{reference}/{path}", body, If_Match=tag)


def words(door: Door, reference: str) -> list[str]:
    with door.world.work("worker") as work:
        return [note.words for note in list_notes(work, reference, NoteQuery()).page.items]  # type: ignore[arg-type]  # as it was answered


def test_a_note_is_written_and_its_answer_says_nothing_of_it(door: Door) -> None:
    caller = door.caller("worker")
    reference = caller.open_case()
    answer = write(caller, reference)
    assert answer.status_code == 201
    assert answer.headers["Location"].startswith(f"/api/v1/cases/{reference}/notes/")
    assert "kettle" not in answer.text
    assert door.last_action() == "note:write"
    assert words(door, reference) == [SAID["words"]]


def test_a_note_is_corrected(door: Door) -> None:
    caller = door.caller("worker")
    reference = caller.open_case()
    place = write(caller, reference).headers["Location"].partition(reference)[2].removeprefix("/")
    answer = write(caller, reference, f"{place}/correction", strand="", words="It is broken.")
    assert answer.status_code == 201
    assert words(door, reference) == ["It is broken.", SAID["words"]]
    assert write(caller, reference, f"notes/{uuid4()}/correction", strand="").status_code == 404


def test_no_token_is_shown_a_note_and_the_answer_says_why(door: Door) -> None:
    caller = door.caller("worker")
    reference = caller.open_case()
    place = write(caller, reference).headers["Location"].removeprefix("/api/v1")
    for path in (f"/cases/{reference}/notes", place):
        answer = caller.get(path)
        assert (answer.status_code, answer.json["type"]) == (403, "/problems/needs-step-up")
        assert "kettle" not in answer.text


def test_what_belongs_elsewhere_is_a_problem_until_it_is_said_why_it_stays(door: Door) -> None:
    caller = door.caller("worker")
    reference = caller.open_case()
    answer = write(caller, reference, words="Ring 07700 900123.")
    assert (answer.status_code, answer.json["type"]) == (422, "/problems/belongs-elsewhere")
    assert "900123" not in answer.text
    assert write(caller, reference, words="Ring 07700 900123.", keep="not-the-persons").status_code == 201


@pytest.mark.parametrize("said", [{"kind": "rumour"}, {"words": ""}, {"sensitivity": "secret"}, {"keep": "because"}])
def test_what_does_not_fit_is_pointed_at(door: Door, said: dict[str, str]) -> None:
    caller = door.caller("worker")
    answer = write(caller, caller.open_case(), **said)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json["errors"]] == [f"/{next(iter(said))}"]
