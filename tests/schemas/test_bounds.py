"""Whatever is sent, to any schema there is, is read or refused; and nothing that is read is without an end."""

import pkgutil
from collections.abc import Iterator
from contextlib import nullcontext, suppress
from dataclasses import is_dataclass
from datetime import date, datetime
from importlib import import_module
from typing import Any
from uuid import UUID

import pytest
from marshmallow import Schema, ValidationError, fields, missing

from casetrack import schemas
from casetrack.crypto.passwords import LONGEST
from casetrack.domain.notes import LONGEST_NOTE
from casetrack.schemas.fields import LARGEST, MOST, Password, whole_number
from casetrack.schemas.said import Said
from casetrack.schemas.terms import ReadingBy
from tests.schemas.reading import terms


def kinds(kind: type[Schema] = Said) -> Iterator[type[Schema]]:
    """Every schema of what somebody says."""
    for each in kind.__subclasses__():
        if each.__module__.startswith("casetrack."):
            yield each
            yield from kinds(each)


for module in pkgutil.iter_modules(schemas.__path__):
    import_module(f"casetrack.schemas.{module.name}")
EVERY = [(kind, name) for kind in sorted(set(kinds()), key=lambda kind: kind.__name__) for name in kind().load_fields]

STRANGE: list[Any] = [
    *(None, True, False, 0, -1, 2**31, 2**63, -(2**63), 10**4000, 1.5, 1e308, float("inf"), float("nan")),
    *(
        "",
        " ",
        "\x00",
        "a\x00b",
        "\ud800",
        "²",
        "٣",
        "9" * 20,
        "9" * 4000,
        "-",
        "--",
        "T",
        "Z",
        "+00:00",
        "x" * 100_000,
    ),
    *("0001-01-01", "9999-12-31", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:00-14:00", "2026-03-29 01:30"),
    *("a" + "\u0315\u0300" * 50_000, "CT-" + "0" * 5000, "CT-\x00000-0000", "two\x00words"),
    *([], [[]], [None], [{}], ["x" * 100_000], ["a"] * 100_000, [[["a"]]]),
    *({}, {"year": "9" * 4000}, {"year": [], "month": {}, "day": None, "time": "25:61"}, {"\x00": {"answer": []}}),
    {"year": "2026", "month": "1", "day": "1", "time": "x" * 100_000},
]


@pytest.mark.parametrize(("kind", "name"), EVERY, ids=[f"{kind.__name__}.{name}" for kind, name in EVERY])
def test_nothing_that_is_sent_is_more_than_a_refusal(kind: type[Schema], name: str) -> None:
    """What a form leaves as it stands and what a program sends are both anybody's to choose."""
    field = kind().load_fields[name]
    for sent in STRANGE:
        with suppress(ValidationError), ReadingBy(terms()):
            said = field.deserialize(sent, name, {name: sent})
            if isinstance(field, Password):
                assert said is missing or len(said) <= LONGEST
            else:
                bounded(said)


def bounded(said: Any) -> None:  # noqa: ANN401 - whatever was read
    """Every text of what was read is short and can be kept, every number too, and no list has no end."""
    if isinstance(said, str):
        assert len(said) <= LONGEST_NOTE
        assert "\x00" not in said
        said.encode()
    elif isinstance(said, dict):
        for each in said.values():
            bounded(each)
    elif is_dataclass(said):
        bounded(vars(said))
    elif isinstance(said, list):
        assert len(said) <= MOST
        for each in said:
            bounded(each)
    elif isinstance(said, int):
        assert abs(said) <= LARGEST
    else:
        assert said in (None, missing) or isinstance(said, UUID | date | datetime)
        assert not isinstance(said, date) or 1800 <= said.year < 2200


def test_there_is_something_to_ask_this_of() -> None:
    assert len(EVERY) > 60


@pytest.mark.parametrize(("length", "fits"), [(LONGEST, True), (LONGEST + 1, False)])
def test_a_password_of_any_schema_has_a_most(*, length: int, fits: bool) -> None:
    secrets = [field for kind, name in EVERY if isinstance(field := kind().load_fields[name], Password)]
    assert len(secrets) >= 4
    for field in secrets:
        refusal = nullcontext() if fits else pytest.raises(ValidationError, match="256 characters or fewer")
        with refusal:
            field.deserialize("a" * length)


def test_every_field_is_of_a_kind_that_these_tests_ask() -> None:
    """A field of marshmallow's own that takes any text would have no end."""
    bare = [f"{kind.__name__}.{name}" for kind, name in EVERY if type(kind().load_fields[name]) is fields.String]
    assert bare == ["ListCases.status"]


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("17", 17), (str(LARGEST), LARGEST)])
def test_a_number_in_figures_is_read(text: str, number: int) -> None:
    assert whole_number(text) == number


@pytest.mark.parametrize("text", [None, "", " 1", "-1", "1.0", "٣", "²", str(LARGEST + 1), "9" * 5000])
def test_what_is_no_number_that_could_be_kept_is_none(text: str | None) -> None:
    assert whole_number(text) is None
