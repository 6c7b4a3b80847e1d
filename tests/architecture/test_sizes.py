"""Small enough to read, with nothing hidden inside a function."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.tree import Function, functions, modules, parsed, short

LINES_OF_A_FILE = 500
LINES_OF_A_FUNCTION = 40
LINES_OF_THE_LONGEST_FUNCTION = 80
SHARE_THAT_MAY_BE_LONGER = 0.05

CODE = modules("casetrack")
EVERYTHING = modules("casetrack", "tests", "migrations", "bench")


def length(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def public(body: list[ast.stmt]) -> Iterator[Function]:
    """The functions of a module, and the methods of its classes, that others may call."""
    for node in body:
        if isinstance(node, Function | ast.ClassDef) and node.name.startswith("_"):
            continue
        if isinstance(node, ast.ClassDef):
            yield from public(node.body)
        elif isinstance(node, Function):
            yield node


@pytest.mark.parametrize("path", EVERYTHING, ids=short)
def test_a_file_can_be_read_in_one_sitting(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LINES_OF_A_FILE


def test_functions_are_mostly_short() -> None:
    lengths = {
        f"{short(path)}:{each.lineno} {each.name}": length(each) for path in CODE for each in functions(parsed(path))
    }
    longer = {name: lines for name, lines in lengths.items() if lines > LINES_OF_A_FUNCTION}

    assert len(longer) <= SHARE_THAT_MAY_BE_LONGER * len(lengths), longer
    assert not {name for name, lines in longer.items() if lines > LINES_OF_THE_LONGEST_FUNCTION}


@pytest.mark.parametrize("path", EVERYTHING, ids=short)
def test_nothing_is_imported_inside_a_function(path: Path) -> None:
    inside = [
        f"{function.name}, line {node.lineno}"
        for function in functions(parsed(path))
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]

    assert not inside


@pytest.mark.parametrize("path", CODE, ids=short)
def test_every_public_function_says_what_is_true_afterwards(path: Path) -> None:
    assert not [each.name for each in public(parsed(path).body) if not ast.get_docstring(each)]


@pytest.mark.parametrize("path", CODE, ids=short)
def test_every_function_says_what_it_takes_and_returns(path: Path) -> None:
    silent = [
        each.name
        for each in functions(parsed(path))
        if each.returns is None
        or any(
            part.annotation is None
            for part in [*each.args.args, *each.args.kwonlyargs]
            if part.arg not in {"self", "cls"}
        )
    ]

    assert not silent
