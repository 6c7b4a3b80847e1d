"""Who can sign in, and the tokens by which programs act for them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from casetrack.crypto.tokens import token_digest
from casetrack.domain.actors import Actor, Auth, Role
from casetrack.domain.errors import (
    HolderNotInForce,
    IntegrityBroken,
    NameTaken,
    NotFound,
    NotPermitted,
    RoleDoesNotFit,
    Stale,
    UnknownHolder,
)
from casetrack.domain.holders import AUDIT_DESK, SERVICE, Holders
from casetrack.domain.ids import AccountId, HolderCode, SessionId
from casetrack.services.accounts import (
    NewAccount,
    account_named,
    close_account,
    create_account,
    create_token,
    end_epoch,
    list_accounts,
    own_account,
    reset_account,
    revoke_token,
    view_account,
)
from casetrack.services.lifetimes import SET_UP_WAITS
from casetrack.services.lists import AccountQuery, AccountState
from casetrack.services.people import LinkUse, Session, Token
from casetrack.services.sessions import NOBODY, account_of_link, live_token
from casetrack.services.vouching import account_form, check_account, token_form
from casetrack.services.work import UnitOfWork
from tests.services import acts
from tests.services.acts import kept
from tests.world import ACCOUNTS, NORTH, SOUTH, START, World

A_MONTH = timedelta(days=30)
EVERY = AccountQuery()
NEW = NewAccount(
    sign_in_name=" Ottoline.Invented ",
    display_name=" Ottoline Invented ",
    role=Role.LEAD,
    holder=NORTH.code,
)
WORKER, RECEIVER = acts.account("worker"), acts.account("receiver")


def of_the_north(world: World) -> Actor:
    """An administrator of one organisation."""
    return replace(world.actor("administrator"), national=False)


def operator(world: World) -> Actor:
    """Whoever runs commands on the server."""
    return world.actor("administrator", Auth.COMMAND_LINE)


def token_of(world: World, account: AccountId) -> Token:
    (found,) = (token for token in kept(world).tokens.values() if token.account == account)
    return found


def made_by(world: World, name: str, program: str = "night shift") -> str:
    """A token that the account has made for itself."""
    with world.work(name) as work:
        return create_token(work, acts.account(name), program, A_MONTH)


def lives(world: World, token: str) -> bool:
    with world.begin(NOBODY) as stores:
        return live_token(stores, world.deployment, token, world.now) is not None


def opens(world: World, link: str) -> bool:
    """True if the link can be used to choose a password; it is used up by being asked."""
    with world.begin(NOBODY) as stores:
        found = account_of_link(stores, world.deployment, token_digest(link), LinkUse.SET_UP, world.now)
    return found is not None


def test_a_new_account_has_a_name_in_lower_case_and_no_password_until_somebody_chooses_one_by_the_link() -> None:
    world = World.in_memory()
    with world.work("administrator") as work:
        made = create_account(work, NEW)

    account = kept(world).accounts[made.account.id]
    assert account == made.account
    assert (account.sign_in_name, account.display_name, account.holder, account.password, account.national) == (
        *("ottoline.invented", "Ottoline Invented", NORTH.code, ""),
        False,
    )
    with world.begin(NOBODY) as stores:
        check_account(account, stores.keys, world.deployment)
    assert acts.events(world)[-1]["detail"] == {
        "account": str(account.id),
        "holder": NORTH.code,
        "role": "lead",
        "form": account_form(account),
    }
    assert made.link not in str(kept(world).links)
    assert opens(world, made.link)

    with pytest.raises(NameTaken), world.work("administrator") as work:
        create_account(work, replace(NEW, sign_in_name="OTTOLINE.invented"))


def test_the_link_ends_after_two_days() -> None:
    world = World.in_memory()
    with world.work("administrator") as work:
        made = create_account(work, NEW)

    world.now += SET_UP_WAITS
    assert not opens(world, made.link)


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


def test_an_account_belongs_to_an_organisation_that_has_not_ended() -> None:
    world = World.in_memory()
    ended = replace(NORTH, valid_to=date(2026, 1, 1))
    world.deployment = replace(world.deployment, holders=Holders.of([ended]))
    with pytest.raises(HolderNotInForce), world.work("administrator") as work:
        create_account(work, NEW)


@pytest.mark.parametrize("holder", [AUDIT_DESK, SERVICE])
def test_nobody_works_with_cases_where_there_are_none(holder: HolderCode) -> None:
    with pytest.raises(RoleDoesNotFit), World.in_memory().work("administrator") as work:
        create_account(work, replace(NEW, holder=holder))


def test_the_administrator_of_all_makes_accounts_of_any_organisation_and_national_ones() -> None:
    world = World.in_memory()
    with world.work("administrator") as work:
        made = create_account(work, replace(NEW, holder=AUDIT_DESK, role=Role.AUDITOR, national=True)).account

    assert (made.holder, made.national) == (AUDIT_DESK, True)


def test_accounts_are_listed_of_ones_own_organisation_or_of_all() -> None:
    world = World.in_memory()
    with acts.acting(world, of_the_north(world)) as work:
        own = list_accounts(work, AccountQuery(holder=SOUTH.code))
    with world.work("administrator") as work:
        every = list_accounts(work, EVERY)

    assert {card.holder for card in own.items} == {NORTH.code}
    assert every.total == len(ACCOUNTS)
    assert own.total < every.total


def test_an_account_is_found_by_its_whole_name_by_whoever_administers_it() -> None:
    world = World.in_memory()
    with acts.acting(world, of_the_north(world)) as work:
        assert account_named(work, " Worker ") == WORKER
        assert account_named(work, "work") is None
        assert account_named(work, "receiver") is None
    with world.work("administrator") as work:
        assert account_named(work, "receiver") == RECEIVER
    looks = acts.events(world, "Consulted")
    assert [look["detail"]["filters"] for look in looks] == [[f"account={WORKER}"], [f"account={RECEIVER}"]]


def test_an_account_is_viewed_with_its_tokens_by_an_administrator_of_its_organisation() -> None:
    world = World.in_memory()
    made_by(world, "worker")
    with acts.acting(world, of_the_north(world)) as work:
        account, tokens = view_account(work, WORKER)

    assert account == ACCOUNTS["worker"]
    assert tokens == (token_of(world, WORKER),)
    with pytest.raises(NotFound), acts.acting(world, of_the_north(world)) as work:
        view_account(work, RECEIVER)


def test_to_look_at_accounts_is_on_the_journal_and_says_whose() -> None:
    world = World.in_memory()
    with acts.acting(world, of_the_north(world)) as work:
        list_accounts(work, EVERY)
    with world.work("administrator") as work:
        list_accounts(work, AccountQuery(state=AccountState.CLOSED, page=2))
    with world.work("administrator") as work:
        view_account(work, WORKER)
    with pytest.raises(NotFound), acts.acting(world, of_the_north(world)) as work:
        view_account(work, RECEIVER)

    looked = acts.events(world)
    assert acts.names_of(looked) == ["Consulted", "Consulted", "Consulted", "Refused"]
    assert {each["action"] for each in looked} == {"account:list"}
    filters = [each["detail"].get("filters") for each in looked[:3]]
    assert filters == [["holder=north"], ["state=closed"], [f"account={WORKER}"]]


def test_a_closed_account_has_no_session_left_and_its_tokens_open_nothing() -> None:
    world = World.in_memory()
    session = Session(SessionId(uuid4()), bytes(32), WORKER, Auth.PASSWORD, 0, START, START, b"")
    token = made_by(world, "worker")
    with world.work("administrator") as work:
        work.stores.doors.add_session(session)

    with world.work("administrator") as work:
        closed = close_account(work, WORKER)

    assert not lives(world, token)
    assert (closed.closed_at, closed.epoch) == (world.now, 1)
    assert kept(world).sessions == {}
    last = acts.events(world)[-1]
    assert last["event"] == "AccountClosed"
    assert last["detail"] == {"account": str(WORKER), "epoch": 1, "form": account_form(closed)}


def test_closing_it_again_leaves_it_closed_since_the_first_time() -> None:
    world = World.in_memory()
    with world.work("administrator") as work:
        first = close_account(work, WORKER)
    with world.work("administrator") as work:
        again = close_account(work, WORKER)
    assert (again.closed_at, again.epoch) == (first.closed_at, 2)


def test_a_reset_ends_the_password_and_whatever_it_opened_and_gives_a_link_to_choose_another() -> None:
    world = World.in_memory()
    session = Session(SessionId(uuid4()), bytes(32), WORKER, Auth.PASSWORD, 0, START, START, b"")
    token = made_by(world, "worker")
    with world.work("administrator") as work:
        work.stores.doors.add_session(session)
        first = reset_account(work, WORKER)
    with world.work("administrator") as work:
        made = reset_account(work, WORKER)

    assert (made.account.password, made.account.epoch) == ("", 2)
    assert kept(world).accounts[WORKER] == made.account
    assert kept(world).sessions == {}
    assert not lives(world, token)
    assert not opens(world, first.link)
    assert opens(world, made.link)
    last = acts.events(world, "AccountReset")[-1]
    assert last["detail"] == {"account": str(WORKER), "epoch": 2, "form": account_form(made.account)}


def test_nobody_closes_or_resets_their_own_account() -> None:
    world = World.in_memory()
    for act in (close_account, reset_account):
        with pytest.raises(NotPermitted), world.work("administrator") as work:
            act(work, acts.account("administrator"))


def test_a_closed_account_is_not_opened_again_by_a_reset() -> None:
    world = World.in_memory()
    with world.work("administrator") as work:
        close_account(work, WORKER)
    with pytest.raises(NotPermitted), world.work("administrator") as work:
        reset_account(work, WORKER)


def test_of_two_who_change_an_account_at_once_the_second_is_told() -> None:
    world = World.in_memory()
    with world.work("administrator") as work:
        before = kept(world).accounts[WORKER]
        end_epoch(work, before)
    with pytest.raises(Stale), world.work("administrator") as work:
        end_epoch(work, before)


def test_an_account_that_was_changed_in_the_database_is_not_sealed_as_it_is_now() -> None:
    """To close it would be to say that its new role is what it was given."""
    world = World.in_memory()
    kept(world).accounts[WORKER] = replace(ACCOUNTS["worker"], role=Role.SUPERVISOR)
    for act in (close_account, reset_account, view_account):
        with pytest.raises(IntegrityBroken), world.work("administrator") as work:
            act(work, WORKER)


@pytest.mark.parametrize("account", [RECEIVER, AccountId(uuid4())], ids=["another's", "nobody's"])
def test_an_account_that_is_not_ones_organisations_is_absent(account: AccountId) -> None:
    world = World.in_memory()
    made_by(world, "receiver")
    token = token_of(world, RECEIVER)
    north = of_the_north(world)

    for act in (close_account, reset_account):
        with pytest.raises(NotFound), acts.acting(world, north) as work:
            act(work, account)
    with pytest.raises(NotFound), acts.acting(world, north) as work:
        revoke_token(work, account, token.id)
    assert kept(world).tokens == {token.id: token}


def test_everybody_has_the_page_of_their_own_account() -> None:
    world = World.in_memory()
    made_by(world, "worker")
    with world.work("worker") as work:
        assert own_account(work) == (ACCOUNTS["worker"], (token_of(world, WORKER),))


def test_a_token_is_given_once_to_whoever_it_acts_for_and_only_its_digest_is_kept() -> None:
    world = World.in_memory()
    token = made_by(world, "worker")

    known = token_of(world, WORKER)
    assert (known.name, known.digest, known.until) == ("night shift", token_digest(token), world.now + A_MONTH)
    with world.work("worker") as work:
        assert live_token(work.stores, world.deployment, token, work.now) == (known.id, ACCOUNTS["worker"])


@pytest.mark.parametrize("name", ["administrator", "lead"])
def test_nobody_makes_a_token_for_another(name: str) -> None:
    """Whoever has a token acts as its account: an administrator could be anybody."""
    world = World.in_memory()
    with pytest.raises(NotPermitted), world.work(name) as work:
        create_token(work, WORKER, "night shift", A_MONTH)
    assert kept(world).tokens == {}


def test_the_operator_on_the_server_makes_one_and_the_journal_says_so() -> None:
    world = World.in_memory()
    with acts.acting(world, operator(world)) as work:
        token = create_token(work, WORKER, "night shift", A_MONTH)
    assert lives(world, token)
    made = acts.events(world, "TokenCreated")[-1]
    assert made["detail"]["form"] == token_form(token_of(world, WORKER))
    assert (made["auth"], made["actor"]) == ("command-line", str(acts.account("administrator")))
    assert made["detail"]["account"] == str(WORKER)


@pytest.mark.parametrize("who", ["worker", "administrator"])
def test_a_token_is_revoked_by_its_own_account_or_by_an_administrator(who: str) -> None:
    world = World.in_memory()
    token = made_by(world, "worker")
    known = token_of(world, WORKER)

    with world.work(who) as work:
        revoke_token(work, WORKER, known.id)
    first = token_of(world, WORKER)
    with world.work(who) as work:
        revoke_token(work, WORKER, known.id)

    assert not lives(world, token)
    assert token_of(world, WORKER) == first
    assert acts.events(world)[-1]["detail"] == {"token": str(known.id), "form": token_form(first)}


def test_nobody_else_revokes_it() -> None:
    world = World.in_memory()
    made_by(world, "worker")
    for name in ("lead", "auditor", "receiver"):
        with pytest.raises(NotFound), world.work(name) as work:
            revoke_token(work, WORKER, token_of(world, WORKER).id)
    assert token_of(world, WORKER).revoked_at is None


def test_a_token_is_revoked_by_whose_it_is_and_not_by_its_id_alone() -> None:
    world = World.in_memory()
    made_by(world, "receiver")
    theirs = token_of(world, RECEIVER)

    with pytest.raises(NotFound), acts.acting(world, of_the_north(world)) as work:
        revoke_token(work, WORKER, theirs.id)
    assert token_of(world, RECEIVER).revoked_at is None


ADMINISTRATION: tuple[Callable[[UnitOfWork], Any], ...] = (
    lambda work: list_accounts(work, EVERY),
    lambda work: account_named(work, "lead"),
    lambda work: view_account(work, acts.account("lead")),
    lambda work: create_account(work, NEW),
    lambda work: close_account(work, acts.account("lead")),
    lambda work: reset_account(work, acts.account("lead")),
)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_accounts_are_an_administrators_business(role: Role) -> None:
    world = World.in_memory()
    actor = acts.with_role(world, "worker", role)
    for act in ADMINISTRATION:
        with pytest.raises(NotPermitted), acts.acting(world, actor) as work:
            act(work)
