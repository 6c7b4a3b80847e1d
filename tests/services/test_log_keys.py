"""The log's key is renewed: both sign, then the new one alone, and the log itself says so in their names."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from casetrack.audit.checkpoint import Checkpoint, sign_checkpoint
from casetrack.audit.errors import KeyEnded, StatementRefused
from casetrack.audit.note import Note
from casetrack.audit.succession import Says, Statement
from casetrack.crypto.signing import LogKey
from casetrack.domain.ids import EventId
from casetrack.domain.keyset_refusals import LogKeyAlone, LogKeyUnused
from casetrack.services.checkpoints import CheckpointSigner, LogChain
from casetrack.services.log_keys import (
    LogKeeper,
    LogRenewal,
    end_log_key,
    plan_log_key,
    renew_log_key,
    statement_in,
    statements_in,
)
from casetrack.services.verifying import verify_database
from tests.services.acts import kept, opened, read
from tests.services.everything import Everything, believed, log_key
from tests.services.evidence import inspecting
from tests.services.log_keys import ORIGIN, Crash, LogPlace
from tests.world import World


def place() -> LogPlace:
    world = World.in_memory()
    opened(world)
    return LogPlace(world)


def test_a_new_key_signs_beside_the_old_one_and_then_alone() -> None:
    here = place()
    here.sign(4)
    begun = renew_log_key(here.by())
    old, new = here.keys
    assert [key.public_key for key in begun.keys] == [old.public, new.public]
    assert (old, begun.begun) == (log_key(), False)

    here.sign(7)
    ended = end_log_key(here.by())
    assert here.keys == (new,)
    assert ended == LogRenewal((begun.keys[1],), begun=False)
    assert [(span.after, span.until) for span in here.believed().spans] == [(-1, 7), (4, None)]


def test_what_the_two_keys_signed_is_on_the_journal_and_no_secret() -> None:
    here = place()
    renew_log_key(here.by())
    here.sign(2)
    end_log_key(here.by())

    follows, ends = (read(entry) for entry in kept(here.world).entries[-2:])
    assert (follows["event"], ends["event"]) == ("LogKeyFollowed", "LogKeyEnded")
    assert (follows["action"], ends["action"]) == ("keyset:follow", "keyset:end")
    assert [follows["detail"]["statement"], ends["detail"]["statement"]] == list(here.kept_chain.statements)
    for said in (follows["detail"], ends["detail"]):
        assert said["old_key"] == here.believed().spans[0].key.format()
        assert said["new_key"] == here.believed().spans[1].key.format()
    statement = Statement.parse(Note.parse(here.kept_chain.statements[0]).text)
    assert (statement.says, statement.size) == (Says.FOLLOWS, 0)
    assert datetime.fromtimestamp(statement.time_ms / 1000, UTC) == here.world.now


def test_a_verifier_of_the_first_key_believes_the_others_by_what_the_journal_has() -> None:
    here = place()
    for size in (3, 6, 9):
        here.sign(size)
        renew_log_key(here.by())
        here.sign(size + 1)
        end_log_key(here.by())
    told = LogChain(log_key().public, tuple(here.spoken())).believed(ORIGIN)
    assert told == here.believed()
    assert [span.until for span in told.spans] == [4, 7, 10, None]


def test_the_old_key_that_somebody_kept_signs_nothing_that_is_believed() -> None:
    here = place()
    here.sign(2)
    renew_log_key(here.by())
    here.sign(3)
    end_log_key(here.by())
    forged = sign_checkpoint(Checkpoint(ORIGIN, 5, bytes(32)), CheckpointSigner(ORIGIN, log_key()))
    with pytest.raises(KeyEnded):
        here.believed().open(forged)


def test_a_renewal_that_has_begun_is_not_begun_again() -> None:
    here = place()
    first = renew_log_key(here.by())
    again = renew_log_key(here.by())
    assert again == replace(first, begun=True)
    assert len(here.spoken()) == 1


def test_planning_changes_nothing() -> None:
    here = place()
    assert plan_log_key(here.by()) == LogRenewal(here.believed().in_force, begun=False)
    renew_log_key(here.by())
    before = here.kept_chain
    assert plan_log_key(here.by()).begun
    assert (here.kept_chain, len(here.spoken())) == (before, 1)


def test_there_is_nothing_to_end_before_a_renewal() -> None:
    here = place()
    with pytest.raises(LogKeyAlone):
        end_log_key(here.by())


@pytest.mark.parametrize("signed", [False, True], ids=["no checkpoint", "one by the old key"])
def test_the_old_key_does_not_end_before_the_new_one_has_signed(*, signed: bool) -> None:
    here = place()
    if signed:
        here.sign(2)
    renew_log_key(here.by())
    with pytest.raises(LogKeyUnused):
        end_log_key(here.by())
    assert len(here.keys) == 2


@pytest.mark.parametrize("step", ["renew", "end"])
def test_a_crash_before_the_key_file_is_changed_leaves_everything_as_it_was(step: str) -> None:
    here = place()
    if step == "end":
        renew_log_key(here.by())
        here.sign(2)
    before = here.kept_chain, here.keys, here.spoken()
    here.crash = "before"
    with pytest.raises(Crash):
        (renew_log_key if step == "renew" else end_log_key)(here.by())
    assert (here.kept_chain, here.keys, here.spoken()) == before


@pytest.mark.parametrize("again", [renew_log_key, end_log_key])
def test_a_crash_before_the_journal_is_told_is_mended_by_asking_again(
    again: Callable[[LogKeeper], LogRenewal],
) -> None:
    here = place()
    here.crash = "after"
    with pytest.raises(Crash):
        renew_log_key(here.by())
    assert (len(here.keys), here.spoken()) == (2, [])
    here.crash = ""
    assert renew_log_key(here.by()).begun
    assert here.spoken() == list(here.kept_chain.statements)

    here.sign(2)
    here.crash = "after"
    with pytest.raises(Crash):
        end_log_key(here.by())
    assert (len(here.keys), len(here.spoken())) == (1, 1)
    here.crash = ""
    by = here.by()
    assert again(by) == LogRenewal(here.believed().in_force, begun=True)
    assert here.spoken() == list(here.kept_chain.statements)
    assert len(here.keys) == 1


def test_what_the_journal_was_not_told_it_is_told_with_the_next_step() -> None:
    here = place()
    here.crash = "after"
    with pytest.raises(Crash):
        renew_log_key(here.by())
    here.crash = ""
    here.sign(2)
    end_log_key(here.by())
    assert here.spoken() == list(here.kept_chain.statements)


def test_what_the_journal_says_of_the_logs_keys_is_read_out_of_its_events() -> None:
    place = LogPlace(World.in_memory())
    renew_log_key(place.by())
    place.sign(1)
    end_log_key(place.by())
    with inspecting(place.world) as (evidence, _):
        assert statements_in(evidence.events()) == {*place.by().file.chain().statements}
        assert len(statements_in(evidence.events())) == 2


def test_a_statement_that_somebody_put_in_the_key_folder_stops_everything() -> None:
    here = place()
    renew_log_key(here.by())
    here.kept_chain = replace(here.kept_chain, first=LogKey.generate().public)
    with pytest.raises(StatementRefused):
        plan_log_key(here.by())


@pytest.mark.parametrize("said", [None, 1, ["a statement"], {}])
def test_a_statement_that_is_no_text_is_one_that_nobody_believes(said: object) -> None:
    assert statement_in({"event": "LogKeyEnded", "detail": {"statement": said}}) == ""


@pytest.mark.parametrize("payload", [{}, {"event": "LogKeyEnded"}, {"event": "CaseOpened", "detail": {}}])
def test_only_an_event_of_the_logs_key_has_a_statement(payload: dict[str, object]) -> None:
    assert statement_in(payload) is None


# Verifying everything


def findings(here: LogPlace, chain: LogChain) -> list[str]:
    """What verifying finds, of the log's keys."""
    trusted = replace(believed(here.world), log=chain.believed(ORIGIN))
    found = verify_database(Everything.of(here.world), trusted)
    return [finding.sentence for finding in found if finding.name == ORIGIN]


def renewed() -> LogPlace:
    """A world whose log's key was renewed."""
    here = place()
    here.world = replace(here.world, now=here.world.now + timedelta(seconds=1))
    renew_log_key(here.by())
    return here


def test_a_journal_that_speaks_of_the_keys_as_they_are_is_in_order() -> None:
    here = renewed()
    assert findings(here, here.kept_chain) == []
    assert findings(place(), LogChain(log_key().public)) == []


def test_a_renewal_of_which_the_journal_says_nothing_is_found() -> None:
    (finding,) = findings(place(), renewed().kept_chain)
    assert "the journal does not say so" in finding


def test_a_key_that_somebody_put_on_the_journal_is_found_and_not_believed() -> None:
    (finding,) = findings(renewed(), LogChain(log_key().public))
    assert "It is not believed" in finding


def test_a_renewal_that_the_journal_has_twice_is_found() -> None:
    here = renewed()
    *_, entry = kept(here.world).entries
    kept(here.world).entries += (replace(entry, id=EventId(here.world.deployment.chance.uuid())),)
    (finding,) = findings(here, here.kept_chain)
    assert "speaks twice" in finding
