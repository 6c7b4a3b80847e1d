"""Who can sign in, and the tokens by which programs act for them."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from casetrack.crypto.passwords import check_password
from casetrack.crypto.tokens import token_digest
from casetrack.domain.actors import Actor, Auth, Role
from casetrack.domain.errors import NameTaken, NotFound, NotPermitted, UnknownHolder, WeakPassword
from casetrack.domain.holders import AUDIT_DESK
from casetrack.domain.ids import AccountId, HolderCode, SessionId
from casetrack.services.accounts import (
    NewAccount,
    check_password_is_strong,
    close_account,
    create_account,
    create_token,
    list_accounts,
    revoke_token,
    view_account,
)
from casetrack.services.ports import Session, Token
from casetrack.services.sessions import live_token
from tests.services import acts
from tests.services.acts import kept
from tests.world import ACCOUNTS, NORTH, SOUTH, START, World

A_MONTH = timedelta(days=30)
NEW = NewAccount(
    sign_in_name=" Ottoline.Invented ",
    display_name=" Ottoline Invented ",
    role=Role.LEAD,
    holder=NORTH.code,
    password="four words chosen at random",
)


def of_the_north(world: World) -> Actor:
    """An administrator of one organisation."""
    return replace(world.actor("administrator"), national=False)


def token_of(world: World, account: AccountId) -> Token:
    (found,) = (token for token in kept(world).tokens.values() if token.account == account)
    return found


def test_a_new_account_signs_in_by_its_name_in_lower_case_with_the_password_that_was_set() -> None:
    world = World.in_memory()
    with world.work("administrator") as work:
        made = create_account(work, NEW)

    assert kept(world).accounts[made.id] == made
    assert (made.sign_in_name, made.display_name, made.holder) == (
        "ottoline.invented",
        "Ottoline Invented",
        NORTH.code,
    )
    assert not made.national
    check_password(NEW.password, made.password)
    assert acts.events(world)[-1]["detail"] == {"account": str(made.id), "holder": NORTH.code, "role": "lead"}

    with pytest.raises(NameTaken), world.work("administrator") as work:
        create_account(work, replace(NEW, sign_in_name="OTTOLINE.invented"))


@pytest.mark.parametrize(
    "new",
    [replace(NEW, holder=SOUTH.code), replace(NEW, national=True), replace(NEW, holder=HolderCode("nowhere"))],
    ids=["another organisation's", "national", "nobody's"],
)
def test_the_administrator_of_one_organisation_makes_accounts_of_it_alone(new: NewAccount) -> None:
    world = World.in_memory()
    with pytest.raises(NotPermitted), acts.acting(world, of_the_north(world)) as work:
        create_account(work, new)


def test_an_account_belongs_to_an_organisation_that_there_is() -> None:
    with pytest.raises(UnknownHolder), World.in_memory().work("administrator") as work:
        create_account(work, replace(NEW, holder=HolderCode("nowhere")))


def test_the_administrator_of_all_makes_accounts_of_any_organisation_and_national_ones() -> None:
    world = World.in_memory()
    with world.work("administrator") as work:
        made = create_account(work, replace(NEW, holder=AUDIT_DESK, role=Role.AUDITOR, national=True))

    assert (made.holder, made.national) == (AUDIT_DESK, True)


@pytest.mark.parametrize("password", ["", "fourteen chars", "ÉÉÉÉÉÉÉÉÉÉÉÉÉÉ", "Qwerty123456789", "111111111111111"])
def test_a_short_or_a_common_password_is_refused(password: str) -> None:
    world = World.in_memory()
    common = world.deployment.words.common_passwords | {"qwerty123456789"}
    with pytest.raises(WeakPassword):
        check_password_is_strong(password, common)


def test_a_weak_password_makes_no_account() -> None:
    world = World.in_memory()
    with pytest.raises(WeakPassword), world.work("administrator") as work:
        create_account(work, replace(NEW, password="short"))
    assert len(kept(world).accounts) == len(ACCOUNTS)


def test_accounts_are_listed_of_ones_own_organisation_or_of_all() -> None:
    world = World.in_memory()
    with acts.acting(world, of_the_north(world)) as work:
        own = list_accounts(work, page=1)
    with world.work("administrator") as work:
        every = list_accounts(work, page=1)

    assert {card.holder for card in own.items} == {NORTH.code}
    assert every.total == len(ACCOUNTS)
    assert own.total < every.total


def test_an_account_is_viewed_with_its_tokens_by_an_administrator_of_its_organisation() -> None:
    world = World.in_memory()
    with world.work("administrator") as work:
        create_token(work, acts.account("worker"), "night shift", A_MONTH)
    with acts.acting(world, of_the_north(world)) as work:
        account, tokens = view_account(work, acts.account("worker"))

    assert account == ACCOUNTS["worker"]
    assert tokens == (token_of(world, acts.account("worker")),)
    with pytest.raises(NotFound), acts.acting(world, of_the_north(world)) as work:
        view_account(work, acts.account("receiver"))


def test_a_closed_account_has_no_session_left_and_its_tokens_open_nothing() -> None:
    world = World.in_memory()
    worker = acts.account("worker")
    session = Session(SessionId(uuid4()), bytes(32), worker, Auth.PASSWORD, 0, START, START, b"")
    with world.work("administrator") as work:
        work.stores.doors.keep_session(session)
        token = create_token(work, worker, "night shift", A_MONTH)

    with world.work("administrator") as work:
        closed = close_account(work, worker)
        assert live_token(work.stores, token, work.now) is None

    assert (closed.closed_at, closed.epoch) == (world.now, 1)
    assert kept(world).sessions == {}
    assert acts.events(world)[-1]["event"] == "AccountClosed"


def test_nobody_closes_their_own_account() -> None:
    world = World.in_memory()
    with pytest.raises(NotPermitted), world.work("administrator") as work:
        close_account(work, acts.account("administrator"))


@pytest.mark.parametrize("account", [acts.account("receiver"), AccountId(uuid4())], ids=["another's", "nobody's"])
def test_an_account_that_is_not_ones_organisations_is_absent(account: AccountId) -> None:
    world = World.in_memory()
    with world.work("administrator") as work:
        create_token(work, acts.account("receiver"), "night shift", A_MONTH)
    token = token_of(world, acts.account("receiver"))
    north = of_the_north(world)

    with pytest.raises(NotFound), acts.acting(world, north) as work:
        close_account(work, account)
    with pytest.raises(NotFound), acts.acting(world, north) as work:
        create_token(work, account, "night shift", A_MONTH)
    with pytest.raises(NotFound), acts.acting(world, north) as work:
        revoke_token(work, account, token.id)
    assert kept(world).tokens == {token.id: token}


def test_a_token_is_given_once_and_only_its_digest_is_kept() -> None:
    world = World.in_memory()
    with world.work("administrator") as work:
        token = create_token(work, acts.account("worker"), "night shift", A_MONTH)

    known = token_of(world, acts.account("worker"))
    assert (known.name, known.digest, known.until) == ("night shift", token_digest(token), world.now + A_MONTH)
    with world.work("worker") as work:
        assert live_token(work.stores, token, work.now) == (known.id, ACCOUNTS["worker"])


def test_a_revoked_token_opens_nothing() -> None:
    world = World.in_memory()
    with world.work("administrator") as work:
        token = create_token(work, acts.account("worker"), "night shift", A_MONTH)
    known = token_of(world, acts.account("worker"))

    with world.work("administrator") as work:
        revoke_token(work, acts.account("worker"), known.id)

    with world.work("worker") as work:
        assert live_token(work.stores, token, work.now) is None
    assert acts.events(world)[-1]["detail"] == {"token": str(known.id)}


def test_a_token_is_revoked_by_whose_it_is_and_not_by_its_id_alone() -> None:
    world = World.in_memory()
    with world.work("administrator") as work:
        create_token(work, acts.account("receiver"), "night shift", A_MONTH)
    theirs = token_of(world, acts.account("receiver"))

    with pytest.raises(NotFound), acts.acting(world, of_the_north(world)) as work:
        revoke_token(work, acts.account("worker"), theirs.id)
    assert token_of(world, acts.account("receiver")).revoked_at is None


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_accounts_are_an_administrators_business(role: Role) -> None:
    world = World.in_memory()
    actor = acts.with_role(world, "lead", role)
    with pytest.raises(NotPermitted), acts.acting(world, actor) as work:
        list_accounts(work, page=1)
    with pytest.raises(NotPermitted), acts.acting(world, actor) as work:
        create_account(work, NEW)
    with pytest.raises(NotPermitted), acts.acting(world, actor) as work:
        close_account(work, acts.account("worker"))
    with pytest.raises(NotPermitted), acts.acting(world, actor) as work:
        create_token(work, acts.account("worker"), "night shift", A_MONTH)
    with pytest.raises(NotPermitted), acts.acting(world, actor) as work:
        revoke_token(work, acts.account("worker"), uuid4())
