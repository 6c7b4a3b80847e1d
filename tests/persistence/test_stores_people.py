"""Accounts, doors, drafts and holders as they are kept: the same over dictionaries and over PostgreSQL."""

import secrets
from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest

from casetrack.domain.actors import Role
from casetrack.domain.errors import NameTaken, Stale
from casetrack.domain.holders import Holder, HolderKind
from casetrack.domain.ids import AccountId, HolderCode, SessionId
from casetrack.services.ports import Account, Draft, Failures, Session, Token
from tests import builders
from tests.builders import EASTMARCH, HARBOUR, NINE, NOBODY, NORTHMARCH, after
from tests.persistence.worlds import World


def token_for(account: Account, days: int = 1) -> Token:
    until = NINE + timedelta(days=days)
    return Token(uuid4(), "invented program", secrets.token_bytes(32), account.id, 0, until)


def session_for(account: Account | None) -> Session:
    account_id = account.id if account else None
    return Session(SessionId(uuid4()), secrets.token_bytes(32), account_id, "password", 0, NINE, NINE, b"sealed")


def test_an_account_is_read_again_by_its_id_and_by_its_name(world: World) -> None:
    with world.begin(NOBODY) as stores:
        assert stores.accounts.get(world.sender.id) == world.sender
        assert stores.accounts.named(world.sender.sign_in_name) == world.sender
        assert stores.accounts.get(AccountId(uuid4())) is None
        assert stores.accounts.named("nobody") is None


def test_nobody_takes_a_name_that_somebody_signs_in_by(world: World) -> None:
    namesake = replace(builders.new_account(), sign_in_name=world.sender.sign_in_name)

    with pytest.raises(NameTaken), world.begin(NOBODY) as stores:
        stores.accounts.add(namesake)


def test_a_changed_account_keeps_its_id_and_the_name_it_signs_in_by(world: World) -> None:
    changed = replace(
        world.sender, display_name="Invented Other", role=Role.SUPERVISOR, closed_at=after(1), epoch=1, password="new"
    )
    with world.begin(NOBODY) as stores:
        stores.accounts.put(replace(changed, sign_in_name="ignored"))

    with world.begin(NOBODY) as stores:
        assert stores.accounts.get(world.sender.id) == changed


def test_names_come_for_many_at_once(world: World) -> None:
    with world.begin(NOBODY) as stores:
        assert stores.accounts.names([world.sender.id, world.receiver.id, AccountId(uuid4())]) == {
            world.sender.id: world.sender.display_name,
            world.receiver.id: world.receiver.display_name,
        }
        assert stores.accounts.names([]) == {}


def test_the_workers_of_a_holder_are_those_who_can_hold_cases_by_name(world: World) -> None:
    added = [
        replace(builders.new_account(role=Role.SUPPORT_WORKER), display_name="Invented Aaron"),
        replace(builders.new_account(role=Role.SUPERVISOR), display_name="Invented Zadie", closed_at=NINE),
        replace(builders.new_account(role=Role.ADMINISTRATOR), display_name="Invented Bea"),
    ]
    with world.begin(NOBODY) as stores:
        for account in added:
            stores.accounts.add(account)
        workers = stores.accounts.workers(EASTMARCH.code)
    assert workers == (added[0], world.sender)


def test_the_list_of_accounts_says_which_tokens_still_open_something(world: World) -> None:
    live, longer, revoked = token_for(world.sender, 1), token_for(world.sender, 2), token_for(world.sender, 3)
    with world.begin(NOBODY) as stores:
        for token in (live, longer, revoked):
            stores.accounts.add_token(token)
        stores.accounts.revoke_token(revoked.id, after(1))
        stores.accounts.put(replace(world.auditor, closed_at=after(1)))

    with world.begin(NOBODY) as stores:
        mine = stores.accounts.list(EASTMARCH.code, page=1)
        every = stores.accounts.list(None, page=1)
    cards = {card.id: card for card in mine.items}
    assert set(cards) == {world.sender.id, world.auditor.id}
    assert cards[world.sender.id].tokens == (longer.id, live.id)
    assert (cards[world.auditor.id].closed, cards[world.auditor.id].tokens) == (True, ())
    assert [card.sign_in_name for card in mine.items] == sorted(card.sign_in_name for card in mine.items)
    assert (mine.total, every.total) == (2, 6)


def test_a_token_is_found_by_its_digest_and_revoked_once(world: World) -> None:
    token, longer = token_for(world.sender), token_for(world.sender, 2)
    with world.begin(NOBODY) as stores:
        stores.accounts.add_token(token)
        stores.accounts.add_token(longer)
        stores.accounts.revoke_token(token.id, after(1))
        stores.accounts.revoke_token(token.id, after(2))

    with world.begin(NOBODY) as stores:
        assert stores.accounts.token(token.digest) == replace(token, revoked_at=after(1))
        assert stores.accounts.token(b"another") is None
        assert [each.id for each in stores.accounts.tokens(world.sender.id)] == [longer.id, token.id]


def test_a_session_is_kept_as_it_stands_until_it_ends(world: World) -> None:
    anonymous = session_for(None)
    signed_in = replace(anonymous, token=secrets.token_bytes(32), account=world.sender.id, seen=after(1), sealed=b"new")
    with world.begin(NOBODY) as stores:
        stores.doors.keep_session(anonymous)
        stores.doors.keep_session(signed_in)

    with world.begin(NOBODY) as stores:
        assert stores.doors.session(anonymous.token) is None
        assert stores.doors.session(signed_in.token) == signed_in
        stores.doors.end_session(signed_in.id)
        assert stores.doors.session(signed_in.token) is None


def test_every_session_of_an_account_ends_and_nobody_elses(world: World) -> None:
    ended, other = [session_for(world.sender) for _ in range(2)], session_for(world.receiver)
    with world.begin(NOBODY) as stores:
        for session in (*ended, other):
            stores.doors.keep_session(session)
        stores.doors.end_sessions(world.sender.id)

    with world.begin(NOBODY) as stores:
        assert [stores.doors.session(session.token) for session in (*ended, other)] == [None, None, other]


def test_failures_count_by_throttle_from_an_instant_on(world: World) -> None:
    with world.begin(NOBODY) as stores:
        for hour in (0, 1, 2):
            stores.doors.add_failure(b"one", after(hour))
        stores.doors.add_failure(b"other", after(3))

    with world.begin(NOBODY) as stores:
        assert stores.doors.failures(b"one", after(0)) == Failures(2, after(2))
        assert stores.doors.failures(b"one", after(2)) is None
        stores.doors.clear_failures(b"one")
        assert stores.doors.failures(b"one", after(-1)) is None
        assert stores.doors.failures(b"other", after(-1)) == Failures(1, after(3))


def test_a_link_opens_once_and_in_time(world: World) -> None:
    with world.begin(NOBODY) as stores:
        stores.doors.keep_link(b"used", world.sender.id, after(1))
        stores.doors.keep_link(b"late", world.sender.id, after(1))

    with world.begin(NOBODY) as stores:
        assert stores.doors.use_link(b"used", after(0)) == world.sender.id
        assert stores.doors.use_link(b"used", after(0)) is None
        assert stores.doors.use_link(b"late", after(1)) is None
        assert stores.doors.use_link(b"never made", after(0)) is None


def test_a_shift_is_the_last_that_was_begun(world: World) -> None:
    with world.as_(world.sender) as stores:
        assert stores.doors.shift(world.sender.id) is None
        stores.doors.keep_shift(world.sender.id, "casework", after(0))
        stores.doors.keep_shift(world.sender.id, "supervision", after(8))

    with world.as_(world.sender) as stores:
        assert stores.doors.shift(world.sender.id) == ("supervision", after(8))


def test_an_answer_is_remembered_for_one_account_and_once(world: World) -> None:
    with world.as_(world.sender) as stores:
        stores.doors.remember(b"key", world.sender.id, b"answer", NINE)

    with world.as_(world.sender) as stores:
        assert stores.doors.remembered(b"key", world.sender.id) == b"answer"
        assert stores.doors.remembered(b"key", world.receiver.id) is None
    with pytest.raises(Stale), world.as_(world.sender) as stores:
        stores.doors.remember(b"key", world.sender.id, b"another", NINE)


def test_a_draft_takes_the_place_of_the_one_before_until_it_is_discarded(world: World) -> None:
    first, second = (Draft(world.sender.id, "new-case", sealed, NINE) for sealed in (b"one", b"two"))
    with world.as_(world.sender) as stores:
        stores.drafts.keep(first)
        stores.drafts.keep(second)

    with world.as_(world.sender) as stores:
        assert stores.drafts.get(world.sender.id, "new-case") == second
        assert stores.drafts.get(world.sender.id, "transfer") is None
        stores.drafts.discard(world.sender.id, "new-case")
        assert stores.drafts.get(world.sender.id, "new-case") is None


def test_a_holder_that_is_kept_stays_as_it_is(world: World) -> None:
    ended = Holder(
        HolderCode("old-force"),
        "Invented Old Force",
        HolderKind.TERRITORIAL,
        "Wales",
        region="Wales",
        valid_from=date(2000, 1, 1),
        valid_to=date(2020, 1, 1),
        successor=NORTHMARCH.code,
        seat=EASTMARCH.code,
        phone="01632 960000",
    )
    with world.begin(NOBODY) as stores:
        stores.holders.add([ended, replace(HARBOUR, name="Another Name")])
        stores.holders.add([])

    with world.begin(NOBODY) as stores:
        holders = stores.holders.all()
    assert holders == tuple(sorted((*builders.EVERY_HOLDER, ended), key=lambda holder: holder.code))
