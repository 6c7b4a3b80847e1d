"""Finds the files that travel with the code, in a checkout and in a wheel.

`templates/` and `migrations/` stand at the top level of a checkout and inside the package in a wheel;
`facts/` is always inside the package.
"""

from pathlib import Path

PACKAGE = Path(__file__).parent


def templates() -> Path:
    """The folder of the pages' templates."""
    return shipped("templates", PACKAGE)


def migrations() -> Path:
    """The folder of the database's migrations."""
    return shipped("migrations", PACKAGE)


def facts() -> Path:
    """The folder of the field's facts, one folder a version."""
    return PACKAGE / "facts"


def shipped(name: str, package: Path) -> Path:
    """The folder of that name inside the package, as a wheel has it, or else beside it, as a checkout has it."""
    for folder in (package / name, package.parent / name):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"casetrack was installed without its {name} folder")
