"""A password is chosen and changed by the person alone."""

from dataclasses import replace
from datetime import timedelta

import pytest
from argon2 import PasswordHasher

from casetrack.crypto.passwords import LONGEST, check_password
from casetrack.crypto.tokens import new_token, token_digest
from casetrack.domain.actors import Auth, Role
from casetrack.domain.errors import LinkEnded, NeedsStepUp, NotYourPassword, TooManyTries, WeakPassword
from casetrack.domain.ids import SessionId
from casetrack.services.accounts import NewAccount, SetUp, create_account, create_token
from casetrack.services.passwords import (
    SHORTEST,
    change_password,
    check_password_is_strong,
    prove_password,
    set_password,
)
from casetrack.services.people import Account, Session
from casetrack.services.sessions import FREE_TRIES, check_credentials
from casetrack.services.vouching import account_form
from tests.services import acts
from tests.services.acts import kept
from tests.world import ACCOUNTS, NORTH, START, World, sealed

CHOSEN = "four words chosen at random"
OTHER = "four others chosen at random"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(CHOSEN)
WORKER = acts.account("worker")


def made(world: World) -> SetUp:
    """An account of which nobody has chosen the password yet."""
    new = NewAccount(sign_in_name="new", display_name="New Invented", role=Role.LEAD, holder=NORTH.code)
    with world.work("administrator") as work:
        return create_account(work, new)


def chosen(world: World, link: str, password: str = CHOSEN) -> Account:
    return set_password(world.begin, world.deployment, token_digest(link), password, world.now)


def signs_in(world: World, name: str, password: str) -> Account:
    return check_credentials(world.begin, world.deployment, name, password, source="a browser", now=world.now)


def with_a_password() -> World:
    """A world in which the worker has a password."""
    world = World.in_memory()
    kept(world).accounts[WORKER] = sealed(replace(ACCOUNTS["worker"], password=CHEAP))
    return world


def prove(world: World, password: str) -> None:
    account = kept(world).accounts[WORKER]
    prove_password(world.begin, world.deployment, account, password, source="a browser", now=world.now)


def test_whoever_has_the_link_chooses_the_password_once_and_signs_in_with_it() -> None:
    world = World.in_memory()
    set_up = made(world)
    account = chosen(world, set_up.link)

    assert (account.id, account.epoch) == (set_up.account.id, 1)
    check_password(CHOSEN, account.password)
    assert signs_in(world, "new", CHOSEN) == account
    event = acts.events(world, "PasswordSet")[-1]
    assert event["detail"] == {"account": str(account.id), "epoch": 1, "form": account_form(account)}
    assert CHOSEN not in str(acts.events(world))

    with pytest.raises(LinkEnded):
        chosen(world, set_up.link, OTHER)
    assert kept(world).accounts[account.id] == account


def test_a_password_that_is_refused_leaves_the_link_as_it_was() -> None:
    world = World.in_memory()
    set_up = made(world)
    with pytest.raises(WeakPassword):
        chosen(world, set_up.link, "too short")
    assert chosen(world, set_up.link).id == set_up.account.id


def test_a_link_that_never_was_one_chooses_nothing() -> None:
    world = World.in_memory()
    with pytest.raises(LinkEnded):
        chosen(world, new_token())


@pytest.mark.parametrize(
    "password",
    ["", "fourteen chars", "ÉÉÉÉÉÉÉÉÉÉÉÉÉÉ", "Qwerty123456789", "111111111111111", "a" * (LONGEST + 1)],
    ids=["none", "short", "short in letters", "common", "listed", "too long"],
)
def test_a_short_a_common_or_an_endless_password_is_refused(password: str) -> None:
    world = World.in_memory()
    common = world.deployment.words.common_passwords | {"qwerty123456789"}
    with pytest.raises(WeakPassword):
        check_password_is_strong(password, common)


@pytest.mark.parametrize("length", [SHORTEST, LONGEST])
def test_the_shortest_and_the_longest_are_taken(length: int) -> None:
    check_password_is_strong("ab" * (length // 2) + "c" * (length % 2), frozenset())


def test_a_changed_password_ends_every_session_and_token_of_the_account() -> None:
    world = with_a_password()
    session = Session(SessionId(WORKER), bytes(32), WORKER, Auth.PASSWORD, 0, START, START, b"")
    with world.work("worker") as work:
        work.stores.doors.add_session(session)
        create_token(work, WORKER, "night shift", timedelta(days=1))
    with world.work("worker") as work:
        changed = change_password(work, OTHER)

    assert changed.epoch == 1
    assert kept(world).sessions == {}
    assert signs_in(world, "worker", OTHER).id == WORKER
    event = acts.events(world, "PasswordChanged")[-1]
    assert event["actor"] == str(WORKER)
    assert event["detail"] == {"account": str(WORKER), "epoch": 1, "form": account_form(changed)}


def test_a_weak_password_changes_nothing() -> None:
    world = with_a_password()
    with pytest.raises(WeakPassword), world.work("worker") as work:
        change_password(work, "too short")
    assert kept(world).accounts[WORKER].epoch == 0


def test_a_token_changes_no_password() -> None:
    world = with_a_password()
    with pytest.raises(NeedsStepUp), acts.acting(world, world.actor("worker", Auth.TOKEN)) as work:
        change_password(work, OTHER)


def test_the_present_password_is_proved_in_words_of_its_own_and_tries_at_it_are_counted() -> None:
    world = with_a_password()
    prove(world, CHOSEN)
    kept(world).accounts[WORKER] = sealed(replace(ACCOUNTS["worker"], password=CHEAP))
    for _ in range(FREE_TRIES):
        with pytest.raises(NotYourPassword):
            prove(world, OTHER)
    with pytest.raises(TooManyTries):
        prove(world, CHOSEN)


def test_an_account_without_a_password_proves_none() -> None:
    world = World.in_memory()
    with pytest.raises(NotYourPassword):
        prove(world, "")


def test_a_password_is_on_no_row_as_it_was_typed() -> None:
    world = World.in_memory()
    account = chosen(world, made(world).link)
    assert CHOSEN not in str(vars(account))
    assert "password" not in repr(account)
