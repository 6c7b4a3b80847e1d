"""The project's own files, as the architecture tests read them."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

Function = ast.FunctionDef | ast.AsyncFunctionDef


def committed() -> list[Path]:
    """Every file that git keeps, or would keep if it were added."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return sorted({ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()})


def modules(*folders: str) -> list[Path]:
    """Every Python file of these top-level folders; a folder that does not exist holds none."""
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def short(path: Path) -> str:
    """The path as a reader of the project would write it."""
    return path.relative_to(ROOT).as_posix()


def parsed(path: Path) -> ast.Module:
    """The module's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=short(path))


def functions(tree: ast.AST) -> Iterator[Function]:
    """Every function and method, the ones inside others too."""
    return (node for node in ast.walk(tree) if isinstance(node, Function))
