"""Files through the API: attached by a token as they come, and given out to none."""

from typing import Any
from uuid import uuid4

import pytest

from casetrack.api.files import MEDIA_TYPES
from casetrack.domain import files as rules
from casetrack.domain.files import MOST_BYTES
from casetrack.services.files import list_files
from tests.api.door import V1, Caller, Door

HELD = b"%PDF-1.7\n" + b"An invented letter about nobody. " * 4000
NAME = "attachment; filename*=UTF-8''Zo%C3%AB%20letter.pdf"


def attach(
    caller: Caller,
    reference: str,
    held: bytes = HELD,
    declared: str = "application/pdf",
    called: str = NAME,
    strand: str = "support",
    length: int | None = None,
    **headers: str,
) -> Any:  # noqa: ANN401 - an answer, whose JSON is anything
    tag = caller.get(f"/cases/{reference}").headers["ETag"]
    return caller.client.post(
        f"{V1}/cases/{reference}/files?strand={strand}",
        data=held,
        content_type=declared,
        headers={
            "Authorization": f"Bearer {caller.token}",
            "If-Match": tag,
            "Idempotency-Key": str(uuid4()),
            "Content-Disposition": called,
            **{name.replace("_", "-"): value for name, value in headers.items()},
        },
        environ_overrides={"CONTENT_LENGTH": str(length)} if length else {},
    )


def test_a_file_is_attached_as_it_comes_and_its_name_is_in_no_answer(door: Door) -> None:
    caller = door.caller("worker")
    reference = caller.open_case()
    answer = attach(caller, reference)
    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"].startswith(f"{V1}/cases/{reference}/files/")
    assert "letter" not in answer.text + answer.headers["Location"]
    with door.world.work("worker") as work:
        (card,) = list_files(work, reference).cards  # type: ignore[arg-type]  # as it was answered
    assert (card.name, card.seal.size) == ("Zoë letter.pdf", len(HELD))


def test_no_token_is_told_which_files_there_are_or_given_one(door: Door) -> None:
    caller = door.caller("worker")
    reference = caller.open_case()
    place = attach(caller, reference).headers["Location"].removeprefix(V1)
    for path in (f"/cases/{reference}/files", place):
        answer = caller.get(path)
        assert (answer.status_code, answer.json["type"]) == (403, "/problems/needs-step-up")


@pytest.mark.parametrize(
    ("how", "kind"),
    [
        ({"declared": "image/png"}, "file-is-not-what-it-says"),
        ({"called": 'attachment; filename="letter.exe"'}, "file-kind-not-allowed"),
        ({"held": b"no PDF at all"}, "file-is-not-what-it-says"),
        ({"held": b""}, "file-empty"),
        ({"strand": "both"}, "not-valid"),
        ({"called": "attachment"}, "not-valid"),
        ({"called": ""}, "not-valid"),
    ],
)
def test_what_is_not_taken_says_why(door: Door, how: dict[str, Any], kind: str) -> None:
    caller = door.caller("worker")
    answer = attach(caller, caller.open_case(), **how)
    assert (answer.status_code, answer.json["type"]) == (422, f"/problems/{kind}")


def test_a_file_may_be_as_large_as_in_a_form_and_no_larger(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    caller = door.caller("worker")
    reference = caller.open_case()
    door.app.config["MAX_CONTENT_LENGTH"] = 1000
    assert attach(caller, reference).status_code == 201
    assert attach(caller, reference, length=MOST_BYTES * 2).status_code == 413
    monkeypatch.setattr(rules, "MOST_BYTES", len(HELD) - 1)
    assert attach(caller, reference).json["type"] == "/problems/file-too-large"


def test_a_change_says_which_version_it_was_made_from(door: Door) -> None:
    caller = door.caller("worker")
    assert attach(caller, caller.open_case(), If_Match="").status_code == 428


def test_every_kind_of_file_that_is_taken_is_described() -> None:
    assert {"application/pdf", "image/jpeg", "text/plain", "video/mp4"} <= MEDIA_TYPES
