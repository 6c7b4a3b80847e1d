"""What is said of cases."""

import pytest

from casetrack.domain.case import AgeGroup, BeginReason, IdentityState
from casetrack.domain.catalogue import Phase
from casetrack.domain.holdings import Strand
from casetrack.schemas.cases import (
    AssignCase,
    BeginStrand,
    ChooseStrands,
    CloseCase,
    FindCase,
    ListCases,
    OpenCase,
    PlaceCase,
    ReopenCase,
)
from casetrack.services.lists import Due, Sort
from tests.schemas.reading import read, refused

LEAST = {"strands": ["support"], "age_group": "in-doubt", "identity": "not-yet-asked"}


def test_a_case_needs_a_strand_an_age_group_and_whether_a_name_was_given() -> None:
    assert refused(OpenCase(), {}).keys() == {"strands", "age_group", "identity"}
    said = read(OpenCase(), LEAST)
    assert said["strands"] == [Strand.SUPPORT]
    assert said["age_group"] is AgeGroup.IN_DOUBT
    assert said["identity"] is IdentityState.NOT_YET_ASKED


def test_a_case_without_a_strand_has_nobody_responsible() -> None:
    assert refused(ChooseStrands(), {"strands": []}) == {"strands": ["Choose at least one: support, or investigation."]}


@pytest.mark.parametrize("name", ["given_names", "family_name", "other_names"])
def test_a_name_that_was_given_is_one_of_three_kinds(name: str) -> None:
    given = LEAST | {"identity": "given"}
    assert refused(OpenCase(), given).keys() == {"given_names"}
    assert read(OpenCase(), given | {name: "Testa"})[name] == "Testa"


def test_nobody_can_say_whose_case_it_is() -> None:
    assert refused(OpenCase(), LEAST | {"holder": "north"}) == {"holder": ["This was not asked for."]}


def test_each_area_is_apart_from_the_others_and_can_be_unknown() -> None:
    assert read(PlaceCase(), {"home": "north"}) == {"exploitation": None, "home": "north", "encounter": None}


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        (CloseCase(), {"reason": ["Choose why the case is closed."]}),
        (ReopenCase(), {"words": ["Say why the case is opened again."]}),
        (AssignCase(), {"strand": ["Choose support or investigation."], "worker": ["Choose a worker."]}),
        (FindCase(), {"name": ["Enter a reference or a pseudonym."]}),
    ],
)
def test_what_is_missing_is_asked_for(schema: CloseCase, said: dict[str, list[str]]) -> None:
    assert refused(schema, {}) == said


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({}, {"strand": ["Choose support or investigation."]}),
        ({"strand": "investigation"}, {"reason": ["Choose whether the person has agreed."]}),
        ({"strand": "investigation", "reason": None}, {"reason": ["Choose whether the person has agreed."]}),
        ({"strand": "investigation", "reason": "maybe"}, {"reason": ["Choose one of the answers."]}),
        (
            {"strand": "investigation", "reason": "without-agreement", "words": "  "},
            {"words": ["Say why it must begin although the person has not agreed."]},
        ),
        ({"strand": "support", "reason": "person-agreed"}, {"reason": ["This was not asked for."]}),
        ({"strand": "support", "holder": "north"}, {"holder": ["This was not asked for."]}),
    ],
)
def test_an_investigation_begins_on_a_ground_and_support_without_one(
    said: dict[str, str | None], wrong: dict[str, list[str]]
) -> None:
    assert refused(BeginStrand(), said) == wrong


def test_the_ground_of_an_investigation_is_one_of_two_codes() -> None:
    agreed = read(BeginStrand(), {"strand": "investigation", "reason": "person-agreed"})
    assert agreed == {"strand": Strand.INVESTIGATION, "reason": BeginReason.AGREED, "words": "", "keep": None}
    without = read(BeginStrand(), {"strand": "investigation", "reason": "without-agreement", "words": "In danger."})
    assert without["reason"] is BeginReason.WITHOUT_AGREEMENT
    assert read(BeginStrand(), {"strand": "support"})["reason"] is None


def test_an_address_that_asks_for_nothing_asks_for_open_cases_by_when_they_are_due() -> None:
    said = read(ListCases(), {})
    assert (said["status"], said["sort"], said["descending"], said["page"]) == ("open", Sort.DUE, False, 1)
    assert not any(said[name] for name in ("worker", "lead", "phase", "due", "waiting", "offered", "passed_on"))


def test_a_list_is_narrowed_by_codes() -> None:
    said = read(ListCases(), {"status": "any", "phase": "safe", "due": "overdue", "waiting": "yes", "page": "2"})
    assert (said["status"], said["phase"], said["due"], said["waiting"], said["page"]) == (
        "any",
        Phase.SAFE,
        Due.OVERDUE,
        True,
        2,
    )


def test_a_list_cannot_be_narrowed_by_a_name() -> None:
    assert refused(ListCases(), {"name": "lavender picnic"}).keys() == {"name"}
