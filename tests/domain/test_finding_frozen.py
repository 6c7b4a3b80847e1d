"""What is tagged stays what it was: a changed rule, or another edition of a library's tables, must not pass unseen."""

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from casetrack.domain.finding import Birth, Known, ask, terms_of
from casetrack.domain.finding_indexes import INDEXES, NAME
from casetrack.domain.finding_names import INITIALS, RULES, SAME, WEAK, sound, words_of

VECTORS = json.loads((Path(__file__).parent / "vectors" / "terms.json").read_text(encoding="utf-8"))
DOCUMENT = (Path(__file__).parents[2] / "docs" / "formats" / "indexes.md").read_text(encoding="utf-8")
TODAY = date(2026, 11, 23)


def somebody(case: dict[str, Any]) -> Known:
    """The person that a case spells out."""
    day = date.fromisoformat(case["born"]) if case["born"] else None
    return Known(tuple(case["names"]), Birth.on(day, estimated=case["estimated"]) if day else None)


def block(after: str) -> list[str]:
    """The lines of the first block that follows those words in the document."""
    return [line.strip() for line in DOCUMENT.split(after)[1].split("```")[1].strip().splitlines()]


@pytest.mark.parametrize("case", VECTORS["names"], ids=lambda case: "-".join(case["sounds"].values()))
def test_the_words_of_a_name_sound_as_they_did(case: dict[str, Any]) -> None:
    assert {word: sound(word) for word in words_of([case["text"]])} == case["sounds"]


@pytest.mark.parametrize("case", VECTORS["people"], ids=lambda case: f"{case['terms'][0]}, {case['born']}")
def test_a_record_gives_the_terms_that_it_gave(case: dict[str, Any]) -> None:
    assert sorted(terms_of(somebody(case))[NAME]) == case["terms"]


@pytest.mark.parametrize("case", VECTORS["numbers"], ids=lambda case: ascii(case["text"]))
def test_a_number_gives_the_terms_that_it_gave(case: dict[str, Any]) -> None:
    known = Known(**{case["field"]: (case["text"],)})  # type: ignore[arg-type] # each such field holds texts
    assert {index.name: sorted(values) for index, values in terms_of(known).items()} == case["terms"]


@pytest.mark.parametrize("case", VECTORS["questions"], ids=lambda case: case["terms"][0])
def test_a_question_asks_for_the_terms_that_it_asked_for(case: dict[str, Any]) -> None:
    assert sorted(ask(somebody(case), today=TODAY).terms[NAME]) == case["terms"]


def test_the_document_lists_the_indexes_as_they_are_declared() -> None:
    listed = re.findall(r"^\| `([a-z-]+)` \| (\d+) \| ([\d,]+) \| ([\d,]+) \| ([\d.]+) % \|", DOCUMENT, re.MULTILINE)
    shipped = [
        (
            index.name,
            str(index.bits),
            f"{index.population:,}",
            f"{index.distinct:,}",
            f"{100 * index.expected_share:.4g}",
        )
        for index in INDEXES
    ]
    assert listed == shipped


def test_the_document_lists_the_rules_of_sound_in_their_order() -> None:
    written = [tuple(line.split(" -> ")) for line in block("one after another")]
    assert written == [(pattern, letters or "nothing") for pattern, letters in RULES]


def test_the_document_lists_the_words_that_are_left_out_and_those_that_are_the_same() -> None:
    assert " ".join(block("*weak*")).split() == sorted(WEAK)
    assert [tuple(line.split(" -> ")) for line in block("The whole words")] == list(SAME.items())


def test_the_example_of_the_document_is_a_vector() -> None:
    assert VECTORS["people"][1]["terms"] == block("## 8. An example")
    assert f"`{INITIALS}`" in DOCUMENT
