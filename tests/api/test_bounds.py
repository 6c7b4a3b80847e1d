"""Whatever a program sends, it is answered, and no answer is a fault of casetrack's own."""

from typing import Any
from uuid import uuid4

import pytest

from tests.api.door import NEW_CASE, V1, Caller, Door

LARGE = ("2147483648", "9223372036854775808", "9" * 400, "9" * 5000, "-1", "٣", "")


@pytest.fixture
def worker(door: Door) -> Caller:
    return door.caller("worker")


@pytest.mark.parametrize("number", LARGE)
@pytest.mark.parametrize("path", ["/cases", "/transfers"])
def test_the_number_of_a_page_is_small_or_refused(worker: Caller, path: str, number: str) -> None:
    assert worker.get(f"{path}?page={number}").status_code in (200, 422)


@pytest.mark.parametrize("tag", [f'"{number}"' for number in LARGE] + ["20", "W/", "*", '"', "é", '"20", "1"'])
def test_a_version_that_never_was_is_refused_as_out_of_date(worker: Caller, tag: str) -> None:
    reference = worker.open_case()
    for method, path, body in (("PUT", "areas", {"home": "north"}), ("POST", "closing", {"reason": "duplicate"})):
        answer = worker.send(method, f"/cases/{reference}/{path}", body, If_Match=tag)
        assert answer.status_code in (412, 428), answer.text
        assert answer.json["type"] in ("/problems/stale", "/problems/version-needed")


@pytest.mark.parametrize(
    "body",
    [
        "[" * 100_000,
        '{"a":' * 100_000,
        "[" * 100_000 + "]" * 100_000,
        '{"version": ' + "9" * 6000 + "}",
        '{"strands": ["support"], "age_group": ' + "9" * 6000 + "}",
        "\ud800".encode("utf-16-le", "surrogatepass"),
        b"\xff",
        "{",
    ],
    ids=["opened", "objects", "nested", "a number", "a field's number", "half a letter", "no text", "half"],
)
def test_what_cannot_be_read_as_json_is_refused_as_such(door: Door, worker: Caller, body: str | bytes) -> None:
    answer: Any = door.client.post(
        f"{V1}/cases",
        data=body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {worker.token}", "Idempotency-Key": str(uuid4())},
    )
    assert (answer.status_code, answer.json["type"]) == (400, "/problems/bad-request")
    assert answer.json["errors"] == [{"pointer": "", "detail": "This is not JSON that can be read."}]


@pytest.mark.parametrize("strange", [10**300, "\ud800", "\x00", [[[]]], {"a": {"b": []}}, "x" * 10_000])
def test_a_strange_answer_to_anything_is_pointed_at(worker: Caller, strange: object) -> None:
    for name in NEW_CASE:
        answer = worker.send("POST", "/cases", {**NEW_CASE, name: strange}, Idempotency_Key=str(uuid4()))
        assert answer.status_code in (201, 422), (name, answer.text)
