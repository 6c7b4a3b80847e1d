"""A request that is sent again has the same answer, and nobody but the account's own organisation can read it."""

import pytest

from casetrack.domain.errors import IntegrityBroken, SentBefore
from casetrack.services.repeats import (
    Answered,
    answered_before,
    done_before,
    remember_answer,
    request_digest,
    take_turn,
)
from tests.services.acts import kept
from tests.world import World

GIVEN = Answered("the request", "CT-0000-0000 was opened")


def remembered(world: World, by: str = "worker", key: str = "one") -> None:
    with world.work(by) as work:
        remember_answer(work, key, GIVEN)


def test_the_first_time_nothing_was_answered() -> None:
    with World.in_memory().work("worker") as work:
        assert answered_before(work, "one") is None


def test_the_same_key_has_the_same_answer() -> None:
    world = World.in_memory()
    remembered(world)
    with world.work("worker") as work:
        assert answered_before(work, "one") == GIVEN


def test_what_was_done_under_a_key_is_done_once_and_another_request_under_it_is_refused() -> None:
    world = World.in_memory()
    with world.work("worker") as work:
        assert not done_before(work, "one", lambda: GIVEN.request)
    remembered(world)
    with world.work("worker") as work:
        assert done_before(work, "one", lambda: GIVEN.request)
        assert take_turn(work, "one") == GIVEN
        with pytest.raises(SentBefore):
            done_before(work, "one", lambda: "another request")


def test_two_requests_are_the_same_if_they_say_the_same() -> None:
    assert request_digest("/a", {"x": 1, "y": 2}) == request_digest("/a", {"y": 2, "x": 1})
    assert len({request_digest("/a", "b"), request_digest("/a", "c"), request_digest("/ab"), request_digest()}) == 4


@pytest.mark.parametrize(("by", "key"), [("worker", "two"), ("lead", "one")], ids=["another key", "another account"])
def test_another_key_and_another_accounts_key_have_none(by: str, key: str) -> None:
    world = World.in_memory()
    remembered(world)
    with world.work(by) as work:
        assert answered_before(work, key) is None


def test_what_is_kept_can_be_read_by_nobody_who_only_has_the_row() -> None:
    world = World.in_memory()
    remembered(world)
    (((key, _), sealed),) = kept(world).answers.items()
    assert b"one" not in key
    assert b"CT-0000" not in sealed


def test_an_answer_that_was_put_in_the_place_of_another_is_not_given() -> None:
    world = World.in_memory()
    remembered(world, key="one")
    remembered(world, key="two")
    answers = kept(world).answers
    one, two = answers
    answers[one] = answers[two]
    with world.work("worker") as work, pytest.raises(IntegrityBroken):
        answered_before(work, "one")
