"""What is refused, and in what words: each rule has a sentence of its own, and none says anything of a person."""

import inspect
import re
from typing import Final

import pytest

from casetrack.domain import errors
from casetrack.domain.errors import CasetrackError, KeysUnavailable, LogKeysRefused, NotFound, RuleBroken
from casetrack.domain.words import N_

REFUSALS: Final = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, CasetrackError)]
"""Every refusal, by name."""


@pytest.mark.parametrize("kind", REFUSALS)
def test_a_refusal_has_a_sentence_that_can_be_shown(kind: type[CasetrackError]) -> None:
    sentence = kind.sentence

    assert re.fullmatch(r"(casetrack|[A-Z])[^{}%<>]*\.", sentence)
    assert "  " not in sentence
    assert len(sentence) < 160


def test_no_two_refusals_share_a_sentence() -> None:
    assert len({kind.sentence for kind in REFUSALS}) == len(REFUSALS)


@pytest.mark.parametrize("kind", REFUSALS)
def test_a_refusal_is_named_for_what_is_refused_and_says_why_to_whoever_reads_the_code(
    kind: type[CasetrackError],
) -> None:
    assert kind is CasetrackError or not kind.__name__.endswith("Error")
    assert inspect.getdoc(kind)


@pytest.mark.parametrize("kind", REFUSALS)
def test_the_message_of_a_refusal_is_its_name_and_nothing_else(kind: type[CasetrackError]) -> None:
    refused = kind(code="met-in-person", count=3)

    assert str(refused) == kind.__name__
    assert repr(refused) == f"{kind.__name__}('{kind.__name__}')"
    assert refused.facts == {"code": "met-in-person", "count": 3}


def test_a_refusal_need_have_no_facts() -> None:
    assert NotFound().facts == {}


def test_a_refusal_says_the_facts_that_its_sentence_names_and_needs_none() -> None:
    assert KeysUnavailable(holder="North Invented Police").said == (
        "The keys of North Invented Police cannot be reached just now. Nothing was changed. Try again in a few minutes."
    )
    assert KeysUnavailable().said == KeysUnavailable.sentence
    assert NotFound(count=3).said == NotFound.sentence


def test_what_is_hidden_is_refused_as_what_does_not_exist_and_is_no_broken_rule() -> None:
    assert not issubclass(NotFound, RuleBroken)
    assert "nothing here" in NotFound.sentence


def test_marking_a_sentence_changes_nothing() -> None:
    assert N_("This case is closed.") == "This case is closed."


def test_why_the_keys_of_the_log_are_not_believed_is_said_where_it_is_known() -> None:
    why = "Statement 1 is refused."
    assert LogKeysRefused(why=why).said == f"{LogKeysRefused.sentence[:-1]}: {why}"
    assert LogKeysRefused().said == LogKeysRefused.sentence
