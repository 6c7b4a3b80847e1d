"""Whatever makes something is sent under a key: sent again, it has the same answer and is done once."""

from typing import Any, Final

import pytest

from tests.api.door import NEW_OFFER, Caller, Door
from tests.api.test_files import HELD, attach

BODIES: Final[dict[str, dict[str, Any]]] = {
    "notes": {"strand": "support", "kind": "fact", "words": "The kettle works again."},
    "milestones": {"code": "encounter", "happened": "2026-11-01"},
    "transfers": dict(NEW_OFFER),
}
OTHERS: Final[dict[str, dict[str, Any]]] = {
    "notes": {"words": "It is broken."},
    "milestones": {"happened": "2026-11-02"},
    "transfers": {"risks": "None is known"},
}
MADE: Final = {"notes": "note:write", "milestones": "milestone:record", "transfers": "transfer:send"}


def send(caller: Caller, reference: str, what: str, key: str = "one", **changed: str) -> Any:  # noqa: ANN401 - an answer, whose JSON is anything
    return caller.send(
        "POST", f"/cases/{reference}/{what}", BODIES[what] | changed, If_Match='"3"', Idempotency_Key=key
    )


def made(door: Door, action: str) -> int:
    return sum(entry.action == action and entry.refusal is None for entry in door.entries())


@pytest.fixture
def caller(door: Door) -> Caller:
    return door.caller("worker")


@pytest.mark.parametrize("what", BODIES)
def test_the_same_key_has_the_same_answer_and_makes_one(door: Door, caller: Caller, what: str) -> None:
    reference = caller.open_case()
    first, second = (send(caller, reference, what) for _ in range(2))
    assert (first.status_code, first.text) == (second.status_code, second.text)
    assert first.status_code == 201, first.text
    for name in ("ETag", "Location", "Content-Type"):
        assert first.headers.get(name) == second.headers.get(name)
    assert made(door, MADE[what]) == 1
    assert door.last_action() == "case:view", "what is answered again is looked at again"


@pytest.mark.parametrize("what", BODIES)
def test_the_same_key_with_another_request_is_refused(door: Door, caller: Caller, what: str) -> None:
    reference, another = caller.open_case(), caller.open_case()
    send(caller, reference, what)
    for answer in (send(caller, reference, what, **OTHERS[what]), send(caller, another, what)):
        assert answer.status_code == 422
        assert answer.json["errors"][0]["parameter"] == "Idempotency-Key"
    assert made(door, MADE[what]) == 1


@pytest.mark.parametrize("what", BODIES)
def test_nothing_is_made_without_a_key(door: Door, caller: Caller, what: str) -> None:
    answer = send(caller, caller.open_case(), what, key="")
    assert (answer.status_code, answer.json["errors"][0]["parameter"]) == (400, "Idempotency-Key")
    assert made(door, MADE[what]) == 0


def test_what_was_refused_is_asked_anew_under_the_same_key(caller: Caller) -> None:
    reference = caller.open_case()
    assert send(caller, reference, "notes", words="Ring 07700 900123.").status_code == 422
    assert send(caller, reference, "notes").status_code == 201


def test_another_account_under_the_same_key_has_its_own_answer(door: Door, caller: Caller) -> None:
    reference = caller.open_case()
    for each in (caller, door.caller("lead")):
        send(each, reference, "notes")
    assert made(door, "note:write") == 2


def test_a_file_that_is_sent_again_is_attached_once_and_another_under_its_key_is_refused(
    door: Door, caller: Caller
) -> None:
    reference = caller.open_case()

    def sent(**changed: Any) -> Any:  # noqa: ANN401 - whatever a file is sent with, and an answer
        return attach(caller, reference, Idempotency_Key="one", **changed)

    first, second = sent(), sent()
    assert (first.status_code, second.status_code) == (201, 201)
    assert (first.text, first.headers["Location"]) == (second.text, second.headers["Location"])
    others: tuple[dict[str, Any], ...] = (
        {"held": HELD + b"more"},
        {"strand": "investigation"},
        {"called": 'attachment; filename="another.pdf"'},
    )
    for changed in others:
        assert sent(**changed).status_code == 422
    assert made(door, "file:attach") == 1
