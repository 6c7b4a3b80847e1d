"""Signing in and out, and what a wrong name, a wrong password and too many of either are told."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from argon2 import PasswordHasher

from casetrack.crypto.tokens import new_token, token_digest
from casetrack.domain.actors import Auth
from casetrack.domain.errors import CasetrackError, SignInFailed, TooManyTries
from casetrack.domain.ids import AccountId, Instant, SessionId
from casetrack.services.ports import Account, Session, Token
from casetrack.services.sessions import (
    COUNTED_FOR,
    FREE_TRIES,
    LONGEST_WAIT,
    NOBODY,
    SessionLimits,
    actor_of,
    check_credentials,
    close_session,
    live_session,
    live_token,
    open_session,
    use_link,
)
from tests.services import acts
from tests.services.acts import kept
from tests.world import ACCOUNTS, NORTH, START, World

GOOD = "four words chosen at random"
BAD = "four words chosen at will"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(GOOD)
LIMITS = SessionLimits(idle=timedelta(minutes=30), absolute=timedelta(hours=10))


def with_a_password() -> World:
    """A world in which the worker can sign in."""
    world = World.in_memory()
    keep(world, replace(ACCOUNTS["worker"], password=CHEAP))
    return world


def keep(world: World, account: Account) -> None:
    kept(world).accounts[account.id] = account


def sign_in(world: World, name: str = "worker", password: str = GOOD, source: str = "a browser") -> Account:
    return check_credentials(world.begin, world.deployment, name, password, source=source, now=world.now)


def failed(world: World, times: int, *, name: str = "worker", source: str = "a browser") -> None:
    """That many tries have failed, all at this instant."""
    for _ in range(times):
        with pytest.raises(SignInFailed):
            sign_in(world, name, BAD, source)


def a_session(world: World, account: AccountId | None, *, since: Instant | None = None, epoch: int = 0) -> Session:
    began = since or world.now
    return Session(SessionId(uuid4()), token_digest(new_token()), account, Auth.PASSWORD, epoch, began, world.now, b"")


@pytest.mark.parametrize("name", ["worker", " Worker "])
def test_whoever_knows_the_name_and_the_password_signs_in(name: str) -> None:
    world = with_a_password()
    assert sign_in(world, name).id == acts.account("worker")
    assert kept(world).entries == ()


def test_a_wrong_password_an_unknown_name_and_a_closed_account_are_told_the_same() -> None:
    world = with_a_password()
    keep(world, replace(ACCOUNTS["lead"], password=CHEAP, closed_at=world.now))
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
    kept(world).failures = tuple(each for each in kept(world).failures for _ in range(FREE_TRIES + more))

    world.now += timedelta(seconds=seconds) - timedelta(milliseconds=1)
    with pytest.raises(TooManyTries):
        sign_in(world)
    world.now += timedelta(milliseconds=1)
    sign_in(world)
    assert timedelta(seconds=seconds) <= LONGEST_WAIT


def test_what_failed_more_than_an_hour_ago_counts_for_nothing() -> None:
    world = with_a_password()
    failed(world, FREE_TRIES)
    world.now += COUNTED_FOR
    failed(world, FREE_TRIES)


def test_a_name_that_nobody_has_is_throttled_like_any_other() -> None:
    world = with_a_password()
    failed(world, 1, name="nobody.at.all")
    kept(world).failures *= FREE_TRIES

    for source in ("a browser", "another browser"):
        with pytest.raises(TooManyTries):
            sign_in(world, "nobody.at.all", source=source)


def test_a_source_is_throttled_whatever_names_it_tries() -> None:
    world = with_a_password()
    keep(world, replace(ACCOUNTS["lead"], password=CHEAP))
    failed(world, FREE_TRIES)

    with pytest.raises(TooManyTries):
        sign_in(world, "lead")
    assert sign_in(world, "lead", source="another browser").id == acts.account("lead")


def test_signing_in_forgets_the_failures_of_the_name_and_not_those_of_the_source() -> None:
    world = with_a_password()
    failed(world, FREE_TRIES - 1)
    sign_in(world)
    failed(world, 1)

    with pytest.raises(TooManyTries):
        sign_in(world)
    assert sign_in(world, source="another browser").id == acts.account("worker")


def test_no_throttle_holds_the_name_or_the_source_as_it_was_typed() -> None:
    world = with_a_password()
    failed(world, 1, source="192.0.2.44")

    assert {len(key) for key, _ in kept(world).failures} == {32}
    assert not any(b"worker" in key or b"192" in key for key, _ in kept(world).failures)


def test_a_session_opens_and_closes_and_both_are_on_the_journal() -> None:
    world = with_a_password()
    session = a_session(world, acts.account("worker"))
    with world.work("worker") as work:
        open_session(work, session)
    assert kept(world).sessions == {session.id: session}

    with world.work("worker") as work:
        close_session(work, session.id)
    assert kept(world).sessions == {}
    opened, closed = acts.events(world)
    assert (opened["event"], opened["purpose"], opened["detail"]["auth"]) == ("SignedIn", "sign-in", "password")
    assert closed["event"] == "SignedOut"


def live(world: World, session: Session) -> tuple[Session, Account | None] | None:
    with world.begin(NOBODY) as stores:
        return live_session(stores, session.token, LIMITS, world.now)


def test_a_session_lives_while_it_is_used_and_not_for_ever() -> None:
    world = World.in_memory()
    session = a_session(world, acts.account("worker"))
    assert live(world, session) is None
    kept(world).sessions[session.id] = session
    assert live(world, session) == (session, ACCOUNTS["worker"])

    world.now += LIMITS.idle
    assert live(world, session) is not None
    world.now += timedelta(seconds=1)
    assert live(world, session) is None

    used = replace(session, seen=world.now)
    kept(world).sessions[session.id] = used
    assert live(world, used) is not None
    world.now = session.since + LIMITS.absolute + timedelta(seconds=1)
    kept(world).sessions[session.id] = replace(used, seen=world.now)
    assert live(world, used) is None


def test_a_session_of_nobody_lives_and_has_no_account() -> None:
    world = World.in_memory()
    session = a_session(world, None)
    kept(world).sessions[session.id] = session

    assert live(world, session) == (session, None)


@pytest.mark.parametrize("what", ["closed", "gone", "a new epoch"])
def test_a_session_ends_with_its_account(what: str) -> None:
    world = World.in_memory()
    session = a_session(world, acts.account("worker"))
    kept(world).sessions[session.id] = session
    if what == "gone":
        del kept(world).accounts[acts.account("worker")]
    elif what == "closed":
        keep(world, replace(ACCOUNTS["worker"], closed_at=world.now))
    else:
        keep(world, replace(ACCOUNTS["worker"], epoch=1))

    assert live(world, session) is None


def token_lives(world: World, token: str) -> bool:
    with world.begin(NOBODY) as stores:
        return live_token(stores, token, world.now) is not None


def a_token(world: World, change: Callable[[Token], Token] = lambda token: token) -> str:
    """A token of the worker's, for a day, but for that change."""
    text = new_token()
    until = world.now + timedelta(days=1)
    token = Token(uuid4(), "night shift", token_digest(text), acts.account("worker"), 0, until)
    kept(world).tokens[token.id] = change(token)
    return text


def test_a_token_lives_until_its_last_instant() -> None:
    world = World.in_memory()
    token = a_token(world)
    assert token_lives(world, token)
    assert not token_lives(world, new_token())

    world.now += timedelta(days=1)
    assert not token_lives(world, token)


@pytest.mark.parametrize(
    "change",
    [
        lambda token: replace(token, epoch=1),
        lambda token: replace(token, revoked_at=START),
        lambda token: replace(token, account=AccountId(uuid4())),
    ],
    ids=["a new epoch", "revoked", "nobody's"],
)
def test_a_token_ends_when_it_is_revoked_and_with_its_account(change: Callable[[Token], Token]) -> None:
    world = World.in_memory()
    assert not token_lives(world, a_token(world, change))


def test_a_token_of_a_closed_account_is_dead() -> None:
    world = World.in_memory()
    token = a_token(world)
    keep(world, replace(ACCOUNTS["worker"], closed_at=world.now))

    assert not token_lives(world, token)


def test_an_actor_is_the_account_at_work() -> None:
    session = uuid4()
    actor = actor_of(ACCOUNTS["auditor"], Auth.PASSWORD, session, b"client")

    assert (actor.account, actor.role, actor.holder) == (acts.account("auditor"), "auditor", NORTH.code)
    assert (actor.national, actor.auth, actor.session, actor.client) == (True, Auth.PASSWORD, session, b"client")


def a_link(world: World, account: AccountId) -> bytes:
    digest = token_digest(new_token())
    with world.begin(NOBODY) as stores:
        stores.doors.keep_link(digest, account, world.now + timedelta(minutes=10))
    return digest


def test_a_link_opens_once_and_in_time() -> None:
    world = World.in_memory()
    link = a_link(world, acts.account("worker"))
    assert use_link(world.begin, link, world.now) == ACCOUNTS["worker"]
    with pytest.raises(SignInFailed):
        use_link(world.begin, link, world.now)

    late = a_link(world, acts.account("worker"))
    with pytest.raises(SignInFailed):
        use_link(world.begin, late, world.now + timedelta(minutes=10))


def test_a_link_opens_no_closed_account() -> None:
    world = World.in_memory()
    link = a_link(world, acts.account("worker"))
    keep(world, replace(ACCOUNTS["worker"], closed_at=world.now))

    with pytest.raises(SignInFailed):
        use_link(world.begin, link, world.now)
