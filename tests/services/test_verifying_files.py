"""Whether every file has the chunks that it was attached with, as verifying finds without any key."""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from uuid import UUID

import pytest

from casetrack.domain.holdings import Strand
from casetrack.services.evidence import KeptFile
from casetrack.services.files import NewFile, attach_file
from tests.services import acts
from tests.services.acts import SUPPORT
from tests.services.everything import Everything
from tests.world import CHARITY, World

STRANGER = UUID("99999999-9999-4999-8999-999999999999")


@cache
def lived() -> World:
    """Two cases with a file each, of which the one has gone to another organisation since."""
    world = World.in_memory()
    cases = [acts.opened(world), acts.opened(world)]
    for case in cases:
        new = NewFile(strand=Strand.SUPPORT, name="chat.txt", declared="text/plain", pieces=[b"An invented one."])
        with world.work("worker") as work:
            attach_file(work, case.reference, new, seen=None)
    acts.moved(world, cases[0], CHARITY, SUPPORT)
    return world


def found(change: Callable[[Everything], object]) -> list[str]:
    everything = Everything.of(lived())
    change(everything)
    return everything.findings(lived())


def changed(**changes: object) -> Callable[[Everything], object]:
    """The rows of the first file are others."""

    def change(everything: Everything) -> None:
        everything.chunks[0] = replace(everything.chunks[0], **changes)  # type: ignore[arg-type]  # the fields of a file

    return change


def first() -> KeptFile:
    return Everything.of(lived()).chunks[0]


def test_nothing_is_wrong_with_what_nobody_touched() -> None:
    assert found(lambda _: None) == []
    assert len(Everything.of(lived()).chunks) == 2


@pytest.mark.parametrize(
    "hashes",
    [first().hashes[::-1], first().hashes[:1], (), (*first().hashes, bytes(32)), (bytes(32), bytes(32))],
    ids=["swapped", "cut off", "none", "one more", "others"],
)
def test_chunks_that_are_not_those_that_were_attached_are_named(hashes: tuple[bytes, ...]) -> None:
    sentence = "It is not what was sealed: a row of it was changed, added or taken away."

    assert found(changed(hashes=hashes)) == [f"File {first().id}: {sentence}"]


def test_a_file_that_was_moved_to_another_case_is_named() -> None:
    other = Everything.of(lived()).chunks[1].case

    (said,) = found(changed(case=other))
    assert said.startswith(f"File {first().id}: It is not what was sealed")


def test_a_file_that_is_gone_is_missed_and_one_that_was_slipped_in_is_unknown() -> None:
    assert found(changed(id=STRANGER)) == [
        f"File {STRANGER}: The journal does not know of it.",
        f"File {first().id}: It is in the journal, and its row is gone.",
    ]


@pytest.mark.parametrize("detail", [{}, {"file": "nonsense"}, {"file": None}, ["a list"], "text"], ids=str)
def test_an_event_that_was_made_to_name_no_file_is_noticed_itself(detail: object) -> None:
    def change(everything: Everything) -> None:
        place = everything.event("FileAttached")
        payload = {**json.loads(everything.journal[place].payload), "detail": detail}
        everything.change_event(place, payload=json.dumps(payload, separators=(",", ":")).encode())

    said = found(change)
    assert any(sentence.startswith("Event ") for sentence in said)
    assert sum("The journal does not know of it." in sentence for sentence in said) == 1
