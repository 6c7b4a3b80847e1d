"""The keys of cases, and what people are found by, made anew from the command line."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from casetrack.domain.case import Case
from casetrack.domain.finding import Known
from casetrack.services.finding import Sought, find_people
from casetrack.services.history import view_history
from casetrack.services.identity import reveal_identity
from casetrack.services.journal import CASEWORK, Purpose
from tests.cli.installation import Installation, edited, running_in
from tests.cli.peopled import KENT, WORKER, at_desk, open_cases

REASON = Purpose("contact-person", "The person asked me to ring about tomorrow.")
COUNT = 3
OF_A_CASE = 7


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation that these tests share, in which somebody works."""
    folder: Path = tmp_path_factory.mktemp("cases")
    with running_in(folder) as installation:
        installation.done("casetrack db upgrade")
        installation.done(WORKER)
        yield installation


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Installation]:
    """An installation of one test's own, which counts what there is."""
    with running_in(tmp_path) as installation:
        installation.done("casetrack db upgrade")
        installation.done(WORKER)
        yield installation


def found(here: Installation) -> set[str]:
    with at_desk(here) as working, working(REASON) as work:
        people = find_people(work, Sought(Known(names=("Testa", "Invented"))))
    return {each.case.reference for each in people.people}


def tags(here: Installation) -> list[int]:
    """How many tags each version has made, the newest first."""
    held = json.loads(here.done("casetrack keys status --json"))["organisations"]
    (kent,) = (each for each in held if each["organisation"] == KENT)
    assert kent["tags_left_of_older_versions"] == sum(keyset["tags"] for keyset in kent["keysets"][1:])
    return [keyset["tags"] for keyset in kent["keysets"]]


def history(here: Installation, case: Case) -> list[str]:
    with at_desk(here) as working, working(CASEWORK) as work:
        _, page = view_history(work, case.reference, page=1)
    return [str(item.payload["event"]) for item in page.items]


def test_everything_of_an_organisation_is_made_anew_and_opens_as_before(alone: Installation) -> None:
    cases = open_cases(alone, COUNT)
    before = found(alone)
    assert "of 0 cases would be sealed again" in alone.done("casetrack keys rotate case --holder kent --dry-run")
    alone.done("casetrack keys rotate holder kent")
    assert f"of {COUNT} cases would be sealed again" in alone.done("casetrack keys rotate case --holder kent --dry-run")
    assert f"{COUNT * OF_A_CASE} tags would be made again" in alone.done("casetrack keys rotate index kent --dry-run")
    assert tags(alone) == [0, COUNT * OF_A_CASE]

    said = alone.done("casetrack keys rotate case --holder kent").splitlines()[-1]
    assert said == f"What kent has of every case is under new data keys. Cases sealed again: {COUNT}."
    assert "Cases sealed again: 0." in alone.done("casetrack keys rotate case --holder kent")
    assert "Every key is where it should be" in alone.done("casetrack keys verify")
    said = alone.done("casetrack keys rotate index kent").splitlines()[-1]
    assert said == "Every tag of kent is of version 2."
    assert tags(alone) == [COUNT * OF_A_CASE, 0]

    assert found(alone) == before == {case.reference for case in cases}
    assert history(alone, cases[0])[0] == "CaseKeysRenewed"
    assert "Every key is where it should be" in alone.done("casetrack keys verify")
    alone.done("casetrack worker --once")
    assert "as it was recorded" in alone.done("casetrack audit verify --database")


def test_one_case_is_made_anew_whenever_somebody_asks(here: Installation) -> None:
    (case,) = open_cases(here, 1)
    line = f"casetrack keys rotate case {case.reference}"
    assert "of 1 cases would be sealed again. Nothing was done." in here.done(f"{line} --dry-run")
    assert "CaseKeysRenewed" not in history(here, case)
    for given in (line, f"{line.replace('CT-', '')} --holder kent"):
        assert f"What kent has of {case.reference} is under new data keys" in here.done(given)
    assert history(here, case)[:2] == ["CaseKeysRenewed"] * 2
    with at_desk(here) as working, working(REASON) as work:
        assert reveal_identity(work, case.reference)
    assert "Every key is where it should be" in here.done("casetrack keys verify")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("casetrack keys rotate case", "Name a case, an organisation with --holder, or both."),
        ("casetrack keys rotate case --holder nowhere", "No organisation has that code"),
        ("casetrack keys rotate case nonsense", "reference"),
        ("casetrack keys rotate case CT-0000-0000", "nothing here"),
        ("casetrack keys rotate index nowhere", "No organisation has that code"),
        ("casetrack keys rotate index nowhere --dry-run", "No organisation has that code"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(here: Installation, line: str, said: str) -> None:
    assert said in here.refused(line)


def test_a_case_that_was_tampered_with_is_named_and_every_other_is_made_anew(alone: Installation) -> None:
    case, *_ = open_cases(alone, 2)
    alone.done("casetrack keys rotate holder kent")
    edit = f"UPDATE cases SET age_group = 'child' WHERE reference = '{case.reference}'"  # noqa: S608 - one of ours
    edited(alone, edit)
    said = alone.refused("casetrack keys rotate case --holder kent")
    assert f"{case.reference}: " in said
    assert "Refused: 1. Being worked on, or come meanwhile: 0." in said
    edited(alone, edit.replace("'child'", "'adult'"))
    assert "Cases sealed again: 1." in alone.done("casetrack keys rotate case --holder kent")
