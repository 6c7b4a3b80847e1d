"""The description of the API says what the API does."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from openapi_spec_validator import validate

from casetrack.api.files import MEDIA_TYPES
from casetrack.services.fields import SEALED
from tests.api.door import V1, Door

METHODS = {"get", "put", "post", "delete", "patch"}


@pytest.fixture
def described(door: Door) -> dict[str, Any]:
    """The description, as anybody may read it."""
    answer = door.client.get(f"{V1}/openapi.json")
    assert answer.status_code == 200
    shown: dict[str, Any] = answer.get_json()
    return shown


def operations(described: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any], list[dict[str, Any]]]]:
    for path, item in described["paths"].items():
        for method, operation in item.items():
            if method in METHODS:
                yield method, path, operation, [*item.get("parameters", ()), *operation.get("parameters", ())]


def everything(part: Any) -> Iterator[Any]:  # noqa: ANN401 - JSON is of any type
    yield part
    for each in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from everything(each)


def test_it_is_valid_openapi(described: dict[str, Any]) -> None:
    validate(described)
    assert described["openapi"] == "3.1.0"


def test_every_call_is_described_and_every_description_is_a_call(door: Door, described: dict[str, Any]) -> None:
    served = {(method.lower(), V1 + re.sub(r"<(?:[^:]+:)?(\w+)>", r"{\1}", rule)) for method, rule in door.rules()}
    assert {(method, path) for method, path, _, _ in operations(described)} == served


def test_every_operation_has_a_name_of_its_own_and_a_noun(described: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation, _ in operations(described)]
    assert len(names) == len(set(names))
    nouns = {tag["name"] for tag in described["tags"]}
    assert all(set(operation["tags"]) <= nouns for _, _, operation, _ in operations(described))


def test_every_part_of_a_path_is_a_parameter(described: dict[str, Any]) -> None:
    for _, path, _, parameters in operations(described):
        named = {parameter["name"] for parameter in parameters if parameter["in"] == "path"}
        assert named == set(re.findall(r"{(\w+)}", path)), path


def test_whatever_is_referred_to_is_there(described: dict[str, Any]) -> None:
    for part in everything(described):
        if isinstance(part, dict) and "$ref" in part:
            place: Any = described
            for step in part["$ref"].removeprefix("#/").split("/"):
                place = place[step]
            assert place


def test_every_change_asks_for_the_version_that_it_was_made_from(described: dict[str, Any]) -> None:
    unversioned = {
        "cases.open",
        "persons.find",
        "transfers.see",
        "audit.verify",
        "audit.compare",
        "audit.export",
        "unusual.review",
    }
    for method, _, operation, parameters in operations(described):
        asks = "If-Match" in {parameter["name"] for parameter in parameters}
        assert asks == (method in {"put", "post"} and operation["operationId"] not in unversioned)


def test_whatever_makes_something_asks_for_a_key(described: dict[str, Any]) -> None:
    for _, _, operation, parameters in operations(described):
        (key,) = [each for each in parameters if each["name"] == "Idempotency-Key"] or (None,)
        assert (key is not None) == ("201" in operation["responses"]), operation["operationId"]
        assert key is None or (key["required"] and "done once" in key["description"])


def test_refusals_are_problems_everywhere(described: dict[str, Any]) -> None:
    for _, _, operation, _ in operations(described):
        assert "default" in operation["responses"]
    for refusal in described["components"]["responses"].values():
        assert list(refusal["content"]) == ["application/problem+json"]


def test_no_body_that_is_read_takes_what_it_does_not_name(described: dict[str, Any]) -> None:
    contents = [op["requestBody"]["content"] for _, _, op, _ in operations(described) if "requestBody" in op]
    files = [content.keys() for content in contents if "application/json" not in content]
    assert files == [MEDIA_TYPES], "what is no JSON is a file"
    bodies = {
        content["application/json"]["schema"]["$ref"].rpartition("/")[2]
        for content in contents
        if "application/json" in content
    }
    assert bodies
    for body in bodies:
        assert described["components"]["schemas"][body]["additionalProperties"] is False, body


def test_no_answer_names_a_sealed_field(described: dict[str, Any]) -> None:
    shown = {name: schema for name, schema in described["components"]["schemas"].items() if name.endswith("Shown")}
    sealed = {field.name for field in SEALED}
    preview = {"phone", "unsafe_areas"}
    for name, schema in shown.items():
        named = set(schema["properties"]) & sealed
        allowed = {"PreviewShown": preview, "HolderShown": {"phone"}}.get(name, set())
        assert named <= allowed, name


def test_it_asks_for_a_token_of_whoever_calls(described: dict[str, Any]) -> None:
    assert described["security"] == [{"token": []}]
    assert described["components"]["securitySchemes"]["token"] == {"type": "http", "scheme": "bearer"}
