"""Signing in: what a wrong name, a wrong password and too many of either are told."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from argon2 import PasswordHasher

from casetrack.crypto.passwords import hash_password, needs_rehash
from casetrack.domain.actors import Role
from casetrack.domain.errors import (
    CasetrackError,
    NotYourPassword,
    SignInFailed,
    TooManyTries,
)
from casetrack.services.lifetimes import FAILURES_COUNT
from casetrack.services.people import UNSEALED, Account
from casetrack.services.sessions import (
    FREE_FROM_A_SOURCE,
    FREE_TRIES,
    LONGEST_WAIT,
    check_credentials,
)
from casetrack.services.vouching import account_form
from tests.services import acts
from tests.services.acts import keep_account, kept, refusals
from tests.world import ACCOUNTS, SOUTH, World, sealed

GOOD = "four words chosen at random"
BAD = "four words chosen at will"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(GOOD)


def with_a_password() -> World:
    """A world in which the worker can sign in."""
    world = World.in_memory()
    keep_account(world, replace(ACCOUNTS["worker"], password=CHEAP))
    return world


def sign_in(world: World, name: str = "worker", password: str = GOOD, source: str = "a browser") -> Account:
    return check_credentials(world.begin, world.deployment, name, password, source=source, now=world.now)


def failed(world: World, times: int, *, name: str = "worker", source: str = "a browser") -> None:
    """That many tries have failed, all at this instant."""
    for _ in range(times):
        with pytest.raises(SignInFailed):
            sign_in(world, name, BAD, source)


@pytest.mark.parametrize("name", ["worker", " Worker "])
def test_whoever_knows_the_name_and_the_password_signs_in(name: str) -> None:
    world = with_a_password()
    keep_account(world, replace(ACCOUNTS["worker"], password=hash_password(GOOD)))
    assert sign_in(world, name).id == acts.account("worker")
    assert kept(world).entries == ()
    assert kept(world).failures == {}


def test_a_wrong_password_an_unknown_name_and_a_closed_account_are_told_the_same() -> None:
    world = with_a_password()
    keep_account(world, replace(ACCOUNTS["lead"], password=CHEAP, closed_at=world.now))
    refusals: list[CasetrackError] = []
    for name, password in (("worker", BAD), ("nobody.at.all", GOOD), ("lead", GOOD)):
        with pytest.raises(SignInFailed) as refused:
            sign_in(world, name, password, source=name)
        refusals.append(refused.value)

    assert {(refusal.args, tuple(refusal.facts)) for refusal in refusals} == {(("SignInFailed",), ())}
    accounts = [payload["detail"]["account"] for payload in acts.events(world, "SignInRefused")]
    assert accounts == [str(acts.account("worker")), None, str(acts.account("lead"))]


def test_five_tries_are_free_and_the_sixth_waits() -> None:
    world = with_a_password()
    failed(world, FREE_TRIES)

    with pytest.raises(TooManyTries):
        sign_in(world)
    world.now += timedelta(seconds=1)
    assert sign_in(world).id == acts.account("worker")


@pytest.mark.parametrize(("more", "seconds"), [(0, 1), (1, 2), (3, 8), (9, 512), (10, 900), (40, 900)])
def test_each_further_try_waits_twice_as_long_and_never_longer_than_a_quarter_of_an_hour(
    more: int, seconds: int
) -> None:
    world = with_a_password()
    failed(world, 1)
    many_times(world, FREE_TRIES + more)

    world.now += timedelta(seconds=seconds) - timedelta(milliseconds=1)
    with pytest.raises(TooManyTries):
        sign_in(world)
    world.now += timedelta(milliseconds=1)
    sign_in(world)
    assert timedelta(seconds=seconds) <= LONGEST_WAIT


def test_what_failed_more_than_an_hour_ago_counts_for_nothing() -> None:
    world = with_a_password()
    failed(world, FREE_TRIES)
    world.now += FAILURES_COUNT
    failed(world, FREE_TRIES)


def many_times(world: World, times: int) -> None:
    """Each failure that is counted now counts so many times."""
    kept(world).failures = {uuid4(): each for each in kept(world).failures.values() for _ in range(times)}


def test_the_first_try_that_comes_too_soon_is_on_the_journal_and_the_others_are_not() -> None:
    world = with_a_password()
    failed(world, FREE_TRIES)
    me = str(acts.account("worker"))
    for _ in range(20):
        with pytest.raises(TooManyTries):
            sign_in(world)

    assert refusals(world) == [("SignInFailed", me)] * FREE_TRIES + [("TooManyTries", me)]


def test_each_wait_has_its_first_try_on_the_journal() -> None:
    world = with_a_password()
    failed(world, FREE_TRIES)
    for _ in range(3):
        for _ in range(3):
            with pytest.raises(TooManyTries):
                sign_in(world)
        world.now += LONGEST_WAIT
        failed(world, 1)

    rules = [rule for rule, _ in refusals(world)]
    assert rules == ["SignInFailed"] * FREE_TRIES + ["TooManyTries", "SignInFailed"] * 3


def test_a_name_that_nobody_has_is_refused_too_soon_in_the_same_words_and_on_the_journal_as_nobodys() -> None:
    world = with_a_password()
    failed(world, FREE_TRIES, name="nobody.at.all")
    with pytest.raises(TooManyTries):
        sign_in(world, "nobody.at.all", source="another browser")

    assert refusals(world)[-1] == ("TooManyTries", None)


def test_a_name_that_nobody_has_is_throttled_like_any_other() -> None:
    world = with_a_password()
    failed(world, 1, name="nobody.at.all")
    many_times(world, FREE_TRIES)

    for source in ("a browser", "another browser"):
        with pytest.raises(TooManyTries):
            sign_in(world, "nobody.at.all", source=source)


def test_a_source_is_throttled_whatever_names_it_tries() -> None:
    world = with_a_password()
    keep_account(world, replace(ACCOUNTS["lead"], password=CHEAP))
    failed(world, 1, name="nobody.at.all")
    many_times(world, FREE_FROM_A_SOURCE)

    with pytest.raises(TooManyTries):
        sign_in(world, "lead")
    assert sign_in(world, "lead", source="another browser").id == acts.account("lead")


def test_whoever_shares_an_address_is_not_kept_out_by_a_few_wrong_tries_from_there() -> None:
    """A building of people comes from one address, and anybody in it could type five wrong names."""
    world = with_a_password()
    failed(world, 1, name="nobody.at.all")
    many_times(world, FREE_TRIES + 1)

    assert sign_in(world).id == acts.account("worker")


def test_signing_in_forgets_the_failures_of_the_name_and_not_those_of_the_source() -> None:
    world = with_a_password()
    failed(world, FREE_TRIES - 1)
    sign_in(world)
    assert len(kept(world).failures) == FREE_TRIES - 1
    failed(world, FREE_TRIES - 1)
    sign_in(world)

    many_times(world, FREE_FROM_A_SOURCE)
    with pytest.raises(TooManyTries):
        sign_in(world)
    assert sign_in(world, source="another browser").id == acts.account("worker")


def test_a_try_counts_from_before_its_password_is_looked_at() -> None:
    """Whoever sends many at once is counted for each of them, and not only for those that are answered."""
    world = with_a_password()
    counted: list[int] = []

    class Counting(str):
        __slots__ = ()

        def __len__(self) -> int:
            counted.append(len(kept(world).failures))
            return super().__len__()

    with pytest.raises(SignInFailed):
        sign_in(world, password=Counting(BAD))
    assert set(counted) == {2}


@pytest.mark.parametrize("name", ["worker", "nobody.at.all"])
def test_a_password_that_is_too_long_to_be_one_fails_as_any_other_and_costs_nothing(name: str) -> None:
    world = with_a_password()
    started = time.process_time()
    with pytest.raises(SignInFailed):
        sign_in(world, name, "a" + "\u0315\u0300" * 200_000)

    assert time.process_time() - started < 0.5
    assert refusals(world)[-1][0] == "SignInFailed"


def test_an_account_whose_password_nobody_has_chosen_costs_as_much_as_one_with_a_password() -> None:
    world = with_a_password()
    keep_account(world, replace(ACCOUNTS["worker"], password=hash_password(GOOD)))
    spent = []
    for name in ("worker", "lead"):
        started = time.process_time()
        with pytest.raises(SignInFailed):
            sign_in(world, name, BAD)
        spent.append(time.process_time() - started)
    assert spent[1] > spent[0] / 4


def test_a_password_kept_at_another_cost_is_kept_at_todays_once_its_account_signs_in() -> None:
    world = with_a_password()
    assert needs_rehash(CHEAP)
    made = sign_in(world)

    assert not needs_rehash(made.password)
    assert kept(world).accounts[made.id] == made == sealed(made)
    (said,) = acts.events(world)
    assert (said["event"], said["actor"], said["purpose"]) == ("PasswordRehashed", None, "sign-in")
    assert said["detail"] == {"account": str(made.id), "form": account_form(made)}

    assert sign_in(world) == made
    assert acts.events(world) == [said], "it is kept at today's cost already"


@pytest.mark.parametrize(
    "change",
    [
        lambda account: replace(account, role=Role.LEAD),
        lambda account: replace(account, holder=SOUTH.code),
        lambda account: replace(account, national=True),
        lambda account: replace(account, sign_in_name="worker", display_name="Somebody Else"),
        lambda account: replace(account, password=PasswordHasher(1, 8, 1).hash(GOOD)),
        lambda account: replace(account, epoch=7),
        lambda account: replace(account, seal=replace(account.seal, keyset_version=2)),
        lambda account: replace(account, seal=UNSEALED),
    ],
    ids=["its role", "its holder", "national", "its name", "its password", "its epoch", "another keyset", "no seal"],
)
def test_an_account_that_was_changed_in_the_database_does_not_sign_in_and_the_journal_says_why(
    change: Callable[[Account], Account],
) -> None:
    world = with_a_password()
    me = acts.account("worker")
    kept(world).accounts[me] = change(kept(world).accounts[me])

    with pytest.raises(SignInFailed) as refused:
        sign_in(world)
    assert refused.type is SignInFailed
    assert refusals(world) == [("IntegrityBroken", str(me))]


def test_whoever_proves_a_password_again_is_refused_in_words_of_its_own() -> None:
    world = with_a_password()
    with pytest.raises(NotYourPassword):
        check_credentials(
            world.begin, world.deployment, "worker", BAD, source="", now=world.now, refusal=NotYourPassword
        )
    assert refusals(world) == [("NotYourPassword", str(acts.account("worker")))]


def test_no_throttle_holds_the_name_or_the_source_as_it_was_typed() -> None:
    world = with_a_password()
    failed(world, 1, source="192.0.2.44")

    failures = kept(world).failures.values()
    assert {len(key) for key, _ in failures} == {32}
    assert not any(b"worker" in key or b"192" in key for key, _ in failures)


def test_a_failure_is_on_the_journal_with_a_hash_of_where_it_came_from() -> None:
    world = with_a_password()
    failed(world, 1, source="0a1b")
    assert acts.events(world, "SignInRefused")[-1]["detail"]["source"] == "0a1b"
