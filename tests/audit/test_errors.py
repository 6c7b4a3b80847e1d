"""What the log refuses is said in plain sentences that hold nobody."""

from string import Formatter

import pytest

from casetrack.audit import errors, export_errors
from casetrack.audit.errors import CheckpointRefused, LogRefused, NoCheckpoint

FAMILY = [each for each in LogRefused.__subclasses__() if each.__module__ in (errors.__name__, export_errors.__name__)]


@pytest.mark.parametrize("refusal", FAMILY)
def test_a_refusal_says_one_plain_sentence_of_its_own_facts(refusal: type[LogRefused]) -> None:
    named = {field for _, field, _, _ in Formatter().parse(refusal.sentence) if field is not None}
    facts = {field: _invented(field) for field in refusal.__annotations__ if field != "sentence"}
    refused = refusal(**facts)
    assert refused.facts == facts
    assert named <= facts.keys()
    assert str(refused) == refusal.sentence.format(**facts)
    assert refusal.sentence[0].isupper()
    assert refusal.sentence.endswith((".", "{because}"))


@pytest.mark.parametrize("refusal", FAMILY)
def test_a_refusal_holds_nothing_but_indices_ids_and_another_refusal(refusal: type[LogRefused]) -> None:
    held = {kind for field, kind in refusal.__annotations__.items() if field != "sentence"}
    assert held <= {int, str, LogRefused}


def test_a_refused_checkpoint_gives_its_reason_after_its_number() -> None:
    assert str(CheckpointRefused(number=3, because=NoCheckpoint())) == (
        "Checkpoint 3 is refused. The log has no checkpoint to verify against."
    )


def test_a_sentence_is_marked_and_not_changed() -> None:
    assert errors.N_("The log is whole.") == "The log is whole."


def _invented(field: str) -> object:
    return NoCheckpoint() if field == "because" else f"the {field}"
