"""The architecture, as pyproject.toml states it."""

import re

from importlinter import api
from importlinter.application.use_cases import lint_imports

from tests.architecture.tree import ROOT

SETTINGS = str(ROOT / "pyproject.toml")


def layers() -> list[str]:
    floors, *_ = api.read_configuration(SETTINGS)["contracts_options"]
    return [room.strip() for floor in floors["layers"] for room in floor.split("|")]


def is_built(room: str) -> bool:
    path = ROOT / "casetrack" / room
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


def test_every_contract_is_kept() -> None:
    assert lint_imports(SETTINGS, cache_dir=None, no_logo=True), (
        "run `make check` to see which import breaks which rule"
    )


def test_the_floors_and_the_six_small_contracts_are_all_there() -> None:
    contracts = api.read_configuration(SETTINGS)["contracts_options"]

    assert [contract["id"] for contract in contracts] == [
        "floors",
        "plain",
        "sql",
        "http",
        "persistence",
        "crypto",
        "cycles",
    ]
    assert contracts[0]["exhaustive"] == "True", "a room that nobody planned would pass"


def test_only_a_room_that_is_not_built_yet_is_optional() -> None:
    optional = {room.strip("()") for room in layers() if room.startswith("(")}

    assert not {room for room in optional if is_built(room)}, "take its parentheses off in pyproject.toml"


def test_rooms_are_named_for_what_they_hold() -> None:
    assert not [room for room in layers() if re.search(r"util|common|helper|misc|shared", room)]
