"""Sessions, tokens and links: what opens by them, until when, and that casetrack itself made them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from casetrack.crypto.tokens import new_token, token_digest
from casetrack.domain.actions import Action
from casetrack.domain.actors import Auth, Role
from casetrack.domain.errors import (
    LinkEnded,
    NotPermitted,
    SessionEnded,
)
from casetrack.domain.ids import AccountId, Instant, SessionId
from casetrack.services.caseload import everything
from casetrack.services.cases import list_cases
from casetrack.services.lifetimes import SESSIONS_WAIT, SessionLimits
from casetrack.services.people import UNSEALED, Account, Link, LinkUse, Session, Token
from casetrack.services.ports import Scope, Stores
from casetrack.services.sessions import (
    NOBODY,
    actor_of,
    close_session,
    is_live,
    live_token,
    open_session,
    session_of,
    use_link,
)
from casetrack.services.vouching import vouched_link, vouched_session
from tests.services import acts
from tests.services.acts import keep_account, kept, refusals
from tests.world import ACCOUNTS, NORTH, START, World, sealed_token

LIMITS = SessionLimits(idle=timedelta(minutes=30), absolute=timedelta(hours=10))


def a_session(world: World, account: AccountId, *, since: Instant | None = None, epoch: int = 0) -> Session:
    """A session of the account's, as casetrack makes it."""
    began = since or world.now
    made = Session(SessionId(uuid4()), token_digest(new_token()), account, Auth.PASSWORD, epoch, began, world.now, b"")
    return vouched_session(made, world.deployment)


def test_a_session_opens_and_closes_and_both_are_on_the_journal() -> None:
    world = World.in_memory()
    session = a_session(world, acts.account("worker"))
    with world.work("worker") as work:
        open_session(work, session)
    assert kept(world).sessions == {session.id: session}
    assert kept(world).signed_in == {acts.account("worker"): world.now}

    with world.work("worker") as work:
        close_session(work, session.id)
    assert kept(world).sessions == {}
    opened, closed = acts.events(world)
    assert (opened["event"], opened["purpose"], opened["detail"]["auth"]) == ("SignedIn", "sign-in", "password")
    assert opened["session"] == str(session.id)
    assert closed["event"] == "SignedOut"


def found(world: World, session: Session) -> tuple[Session, Account] | None:
    with world.begin(NOBODY) as stores:
        return session_of(stores, world.deployment, session.token, world.now)


def test_a_session_lives_while_it_is_used_and_not_for_ever() -> None:
    world = World.in_memory()
    session = a_session(world, acts.account("worker"))
    assert is_live(session, LIMITS, world.now + LIMITS.idle)
    assert not is_live(session, LIMITS, world.now + LIMITS.idle + timedelta(seconds=1))

    at_last = session.since + LIMITS.absolute
    assert is_live(replace(session, seen=at_last), LIMITS, at_last)
    late = at_last + timedelta(seconds=1)
    assert not is_live(replace(session, seen=late), LIMITS, late)


def test_a_session_is_found_by_its_token_for_as_long_as_what_it_holds_waits() -> None:
    world = World.in_memory()
    session = a_session(world, acts.account("worker"))
    assert found(world, session) is None
    kept(world).sessions[session.id] = session
    assert found(world, session) == (session, ACCOUNTS["worker"])

    world.now += SESSIONS_WAIT.idle
    assert found(world, session) is not None
    world.now += timedelta(seconds=1)
    assert found(world, session) is None


@pytest.mark.parametrize("what", ["closed", "gone", "a new epoch"])
def test_a_session_ends_with_its_account(what: str) -> None:
    world = World.in_memory()
    session = a_session(world, acts.account("worker"))
    kept(world).sessions[session.id] = session
    if what == "gone":
        del kept(world).accounts[acts.account("worker")]
    elif what == "closed":
        keep_account(world, replace(ACCOUNTS["worker"], closed_at=world.now))
    else:
        keep_account(world, replace(ACCOUNTS["worker"], epoch=1))

    assert found(world, session) is None
    assert acts.events(world) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda row: replace(row, account=acts.account("lead")),
        lambda row: replace(row, auth=Auth.TOKEN),
        lambda row: replace(row, epoch=row.epoch + 1),
        lambda row: replace(row, since=row.since + timedelta(hours=1)),
        lambda row: replace(row, seen=row.seen + timedelta(hours=1)),
        lambda row: replace(row, sealed=b"other"),
        lambda row: replace(row, id=SessionId(uuid4())),
        lambda row: replace(row, mac=b""),
        lambda row: replace(row, mac=bytes(32)),
    ],
    ids=["account", "auth", "epoch", "since", "seen", "sealed", "id", "no hash", "another hash"],
)
def test_a_session_that_casetrack_did_not_write_like_that_opens_nothing_and_is_on_the_journal(
    change: Callable[[Session], Session],
) -> None:
    world = World.in_memory()
    session = change(a_session(world, acts.account("worker")))
    kept(world).sessions[session.id] = session

    assert found(world, session) is None
    assert refusals(world) == [("IntegrityBroken", str(session.account))]


def test_a_session_of_an_account_that_was_changed_in_the_database_opens_nothing() -> None:
    world = World.in_memory()
    session = a_session(world, acts.account("worker"))
    kept(world).sessions[session.id] = session
    kept(world).accounts[session.account] = replace(ACCOUNTS["worker"], role=Role.LEAD)

    assert found(world, session) is None
    assert refusals(world) == [("IntegrityBroken", str(session.account))]


def test_what_began_under_a_session_does_not_go_on_once_the_session_has_ended() -> None:
    world = World.in_memory()
    session = a_session(world, acts.account("worker"))
    kept(world).sessions[session.id] = session
    actor = replace(world.actor("worker"), session=session.id)
    with acts.acting(world, actor) as work:
        list_cases(work, everything(work))
    before = acts.events(world)

    del kept(world).sessions[session.id]
    with pytest.raises(SessionEnded), acts.acting(world, actor) as work:
        list_cases(work, everything(work))
    assert acts.events(world) == before


@pytest.mark.parametrize("what", ["closed", "a new epoch", "another's"])
def test_nor_once_its_account_has_ended(what: str) -> None:
    world = World.in_memory()
    session = a_session(world, acts.account("worker" if what != "another's" else "lead"))
    kept(world).sessions[session.id] = session
    if what == "closed":
        keep_account(world, replace(ACCOUNTS["worker"], closed_at=world.now))
    elif what == "a new epoch":
        keep_account(world, replace(ACCOUNTS["worker"], epoch=1))

    with pytest.raises(SessionEnded), acts.acting(world, replace(world.actor("worker"), session=session.id)):
        pass


def test_what_was_refused_is_on_the_journal_though_the_session_ended_meanwhile() -> None:
    world = World.in_memory()
    session = a_session(world, acts.account("worker"))
    kept(world).sessions[session.id] = session
    begin = world.begin

    @contextmanager
    def once(scope: Scope) -> Iterator[Stores]:
        """Whoever signed out did so between the refusal and its journalling."""
        try:
            with begin(scope) as stores:
                yield stores
        finally:
            kept(world).sessions.clear()

    world.begin = once
    with (
        pytest.raises(NotPermitted),
        acts.acting(world, replace(world.actor("worker"), session=session.id)) as work,
    ):
        work.require(Action.AUDIT_SEARCH)

    assert acts.names_of(acts.events(world)) == ["Refused"]


def token_lives(world: World, token: str) -> bool:
    with world.begin(NOBODY) as stores:
        return live_token(stores, world.deployment, token, world.now) is not None


def a_token(world: World, change: Callable[[Token], Token] = lambda token: token) -> str:
    """A token of the worker's, for a day, but for that change, which casetrack itself made."""
    text = new_token()
    until = world.now + timedelta(days=1)
    token = Token(uuid4(), "night shift", token_digest(text), acts.account("worker"), 0, until)
    kept(world).tokens[token.id] = sealed_token(change(token))
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


@pytest.mark.parametrize(
    "change",
    [
        lambda token: replace(token, account=acts.account("lead")),
        lambda token: replace(token, until=token.until + timedelta(days=365)),
        lambda token: replace(token, epoch=0, name="other"),
        lambda token: replace(token, seal=UNSEALED),
    ],
    ids=["account", "until", "name", "no seal"],
)
def test_a_token_that_was_changed_in_the_database_opens_nothing_and_is_on_the_journal(
    change: Callable[[Token], Token],
) -> None:
    world = World.in_memory()
    text = a_token(world)
    (token,) = kept(world).tokens.values()
    kept(world).tokens[token.id] = change(token)

    assert not token_lives(world, text)
    assert [rule for rule, _ in refusals(world)] == ["IntegrityBroken"]


def test_what_a_program_began_does_not_go_on_once_its_token_is_revoked() -> None:
    world = World.in_memory()
    a_token(world)
    (token,) = kept(world).tokens.values()
    actor = replace(world.actor("worker", Auth.TOKEN), session=token.id)
    with acts.acting(world, actor):
        pass

    kept(world).tokens[token.id] = replace(token, revoked_at=world.now)
    with pytest.raises(SessionEnded), acts.acting(world, actor):
        pass


def test_a_token_of_a_closed_account_is_dead() -> None:
    world = World.in_memory()
    token = a_token(world)
    keep_account(world, replace(ACCOUNTS["worker"], closed_at=world.now))

    assert not token_lives(world, token)


def test_an_actor_is_the_account_at_work() -> None:
    session = uuid4()
    actor = actor_of(ACCOUNTS["auditor"], Auth.PASSWORD, session, b"client")

    assert (actor.account, actor.role, actor.holder) == (acts.account("auditor"), "auditor", NORTH.code)
    assert (actor.national, actor.auth, actor.session, actor.client) == (True, Auth.PASSWORD, session, b"client")


def a_link(
    world: World,
    account: AccountId,
    use: LinkUse = LinkUse.DEMO,
    change: Callable[[Link], Link] = lambda link: link,
) -> bytes:
    link = Link(token_digest(new_token()), account, use, 0, world.now + timedelta(minutes=10))
    with world.begin(NOBODY) as stores:
        stores.doors.keep_link(change(vouched_link(link, world.deployment)))
    return link.digest


def used(world: World, link: bytes, use: LinkUse = LinkUse.DEMO, *, minutes: int = 0) -> Account:
    return use_link(world.begin, world.deployment, link, use, world.now + timedelta(minutes=minutes))


def test_a_link_opens_once_and_in_time() -> None:
    world = World.in_memory()
    link = a_link(world, acts.account("worker"))
    assert used(world, link) == ACCOUNTS["worker"]
    with pytest.raises(LinkEnded):
        used(world, link)

    late = a_link(world, acts.account("worker"))
    with pytest.raises(LinkEnded):
        used(world, late, minutes=10)


def test_a_link_does_only_what_it_was_made_for() -> None:
    world = World.in_memory()
    link = a_link(world, acts.account("worker"), LinkUse.SET_UP)
    with pytest.raises(LinkEnded):
        used(world, link, LinkUse.DEMO)
    assert used(world, link, LinkUse.SET_UP) == ACCOUNTS["worker"]


@pytest.mark.parametrize("what", ["closed", "gone", "a new epoch"])
def test_a_link_ends_with_its_account(what: str) -> None:
    world = World.in_memory()
    link = a_link(world, acts.account("worker"))
    if what == "gone":
        del kept(world).accounts[acts.account("worker")]
    else:
        changed = {"closed_at": world.now} if what == "closed" else {"epoch": 1}
        keep_account(world, replace(ACCOUNTS["worker"], **changed))

    with pytest.raises(LinkEnded):
        used(world, link)


@pytest.mark.parametrize(
    "change",
    [
        lambda link: replace(link, account=acts.account("lead")),
        lambda link: replace(link, until=link.until + timedelta(days=1)),
        lambda link: replace(link, mac=b""),
    ],
    ids=["account", "until", "no hash"],
)
def test_a_link_that_casetrack_did_not_make_opens_nothing_and_is_on_the_journal(
    change: Callable[[Link], Link],
) -> None:
    world = World.in_memory()
    link = a_link(world, acts.account("worker"), change=change)

    with pytest.raises(LinkEnded):
        used(world, link)
    assert [rule for rule, _ in refusals(world)] == ["IntegrityBroken"]
