"""What the room is made of, so that it can be read and run alone."""

import ast
import sys
from pathlib import Path

import pytest

import casetrack.audit

ROOM = Path(casetrack.audit.__file__).parent
MODULES = sorted(ROOM.glob("*.py"))


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_the_room_needs_nothing_but_itself_and_the_standard_library(module: Path) -> None:
    imported = set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(str(node.module))
    foreign = {name for name in imported if not name.startswith("casetrack.audit.")}
    assert {name.partition(".")[0] for name in foreign} <= sys.stdlib_module_names


def test_the_room_has_the_modules_that_its_walk_names() -> None:
    walk = str(casetrack.audit.__doc__)
    missing = {path.stem for path in MODULES if path.stem != "__init__" and path.stem not in walk}
    assert not missing
