"""The folders that travel with the code."""

from collections.abc import Callable
from pathlib import Path

import pytest

from casetrack import resources


def test_in_a_checkout_the_folder_stands_beside_the_package(tmp_path: Path) -> None:
    package = tmp_path / "casetrack"
    (tmp_path / "templates").mkdir()

    assert resources.shipped("templates", package) == tmp_path / "templates"


def test_in_a_wheel_the_folder_is_inside_the_package(tmp_path: Path) -> None:
    package = tmp_path / "casetrack"
    (tmp_path / "templates").mkdir()
    (package / "templates").mkdir(parents=True)

    assert resources.shipped("templates", package) == package / "templates"


def test_an_installation_without_the_folder_is_said_so_without_saying_where(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as refused:
        resources.shipped("templates", tmp_path / "casetrack")

    assert str(refused.value) == "casetrack was installed without its templates folder"


def test_the_facts_are_inside_the_package() -> None:
    assert (resources.facts() / "README.md").is_file()
    assert resources.facts().parent == resources.PACKAGE


@pytest.mark.parametrize(("find", "name"), [(resources.templates, "templates"), (resources.migrations, "migrations")])
def test_templates_and_migrations_are_found_here(find: Callable[[], Path], name: str) -> None:
    assert find() == resources.shipped(name, resources.PACKAGE)
    assert find().name == name
