"""A log begins again where it cannot keep what it promised, and nowhere else; asking again does what was cut short."""

import pytest

from casetrack.audit.errors import LogForked, PromiseBroken
from casetrack.audit.tree import EMPTY_ROOT
from casetrack.domain.keyset_refusals import LogStands
from casetrack.services.checkpoints import LogChain, require_promised
from casetrack.services.reopening import reopen_log
from tests.services import acts
from tests.services.log_keys import ORIGIN, Crash, LogPlace
from tests.world import World


def told(world: World) -> list[dict[str, object]]:
    return [each["detail"] for each in acts.events(world) if each["event"] == "LogReopened"]


def test_the_first_entry_says_what_was_left_of_the_log_before() -> None:
    place = LogPlace(World.in_memory())
    place.sign(3)
    newest, promised = place.newest, place.promised(5)
    believed = reopen_log(place.reopener(promised))
    (detail,) = told(place.world)
    assert believed.origin == f"{ORIGIN}/2"
    assert detail == {
        "old_origin": ORIGIN,
        "origin": believed.origin,
        "entries": 0,
        "root": EMPTY_ROOT.hex(),
        "checkpoint": newest,
        "held": promised,
    }
    assert len(place.taken) == 1
    assert [key.public for key in place.keys] == [believed.spans[0].key.public_key]
    assert place.chain().earlier == (LogChain(place.chain().earlier[0].first),)


def test_nobody_vouches_for_the_new_key_and_the_old_one_opens_nothing_of_it() -> None:
    place = LogPlace(World.in_memory())
    place.sign(3)
    old, promised = place.believed(), place.promised(5)
    new = reopen_log(place.reopener(promised))
    assert new.spans[0].key not in [span.key for span in old.spans]
    assert new.statements == ()


@pytest.mark.parametrize("promised", [None, 3, 2], ids=["nobody holds any", "the newest", "an older one that is kept"])
def test_a_log_that_keeps_its_promises_keeps_its_name(promised: int | None) -> None:
    place = LogPlace(World.in_memory())
    place.sign(promised or 3)
    with pytest.raises(LogStands):
        reopen_log(place.reopener(place.promised(promised) if promised else None))
    assert (place.chain().number, told(place.world), place.taken) == (1, [], [])


@pytest.mark.parametrize("crash", ["before", "after", "untaken"])
def test_what_is_cut_short_is_done_by_asking_again(crash: str) -> None:
    place = LogPlace(World.in_memory(), crash=crash)
    place.sign(3)
    promised = place.promised(5)
    with pytest.raises(Crash):
        reopen_log(place.reopener(promised))
    place.crash = ""
    assert reopen_log(place.reopener(promised)).origin == f"{ORIGIN}/2"
    assert len(place.taken) == 1
    assert place.chain().number == 2


def test_a_log_that_never_signed_what_others_hold_does_not_go_on() -> None:
    place = LogPlace(World.in_memory())
    place.sign(3)
    with pytest.raises(PromiseBroken) as refused:
        require_promised(place, place.believed(), place.promised(2))
    assert isinstance(refused.value.because, LogForked)


def test_what_others_hold_of_the_log_before_is_answered_for() -> None:
    place = LogPlace(World.in_memory())
    place.sign(3)
    promised = place.promised(5)
    with pytest.raises(PromiseBroken):
        require_promised(place, place.believed(), promised)
    reopen_log(place.reopener(promised))
    require_promised(place, place.believed(), promised)
