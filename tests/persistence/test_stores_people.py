"""Accounts, doors, drafts and holders as they are kept: the same over dictionaries and over PostgreSQL."""

import secrets
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from casetrack.crypto.seals import Seal
from casetrack.domain.actors import Role
from casetrack.domain.errors import NameTaken, SessionEnded, Stale
from casetrack.domain.holders import Holder, HolderKind
from casetrack.domain.ids import AccountId, HolderCode, SessionId
from casetrack.services.lists import AccountQuery, AccountSort, AccountState
from casetrack.services.people import Account, Failures, Link, LinkUse, Session, Token
from casetrack.services.unsent import Draft
from tests import builders
from tests.builders import EASTMARCH, HARBOUR, NINE, NOBODY, NORTHMARCH, after, scope_of
from tests.persistence.worlds import World


def token_for(account: Account, days: int = 1) -> Token:
    until = NINE + timedelta(days=days)
    return Token(uuid4(), "invented program", secrets.token_bytes(32), account.id, 0, until)


def session_for(account: Account) -> Session:
    mac = secrets.token_bytes(32)
    return Session(SessionId(uuid4()), secrets.token_bytes(32), account.id, "password", 0, NINE, NINE, b"sealed", mac)


def link_for(account: Account, digest: bytes, use: LinkUse = LinkUse.SET_UP) -> Link:
    return Link(digest, account.id, use, 3, after(1), secrets.token_bytes(32))


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


def test_of_an_account_only_its_password_its_epoch_and_its_end_ever_change(world: World) -> None:
    changed = replace(world.sender, closed_at=after(1), epoch=1, password="new", seal=Seal("service", 2, b"signature"))
    with world.begin(NOBODY) as stores:
        ignored: dict[str, Any] = {
            "sign_in_name": "ignored",
            "display_name": "Ignored",
            "role": Role.SUPERVISOR,
            "national": True,
        }
        stores.accounts.put(replace(changed, **ignored), before=world.sender)

    with world.begin(NOBODY) as stores:
        assert stores.accounts.get(world.sender.id) == changed


def test_an_account_of_another_epoch_than_it_was_is_not_changed(world: World) -> None:
    later = replace(world.sender, epoch=1, password="new")
    with world.begin(NOBODY) as stores:
        stores.accounts.put(later, before=world.sender)
    for before in (world.sender, builders.new_account()):
        with pytest.raises(Stale), world.begin(NOBODY) as stores:
            stores.accounts.put(replace(before, password="other"), before=before)

    with world.begin(NOBODY) as stores:
        assert stores.accounts.get(world.sender.id) == later


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
        stores.accounts.revoke_token(replace(revoked, revoked_at=after(1)))
        stores.accounts.put(replace(world.auditor, closed_at=after(1)), before=world.auditor)

    with world.begin(NOBODY) as stores:
        mine = stores.accounts.list(AccountQuery(holder=EASTMARCH.code))
        every = stores.accounts.list(AccountQuery())
    cards = {card.id: card for card in mine.items}
    assert set(cards) == {world.sender.id, world.auditor.id}
    assert cards[world.sender.id].tokens == (longer.id, live.id)
    assert (cards[world.auditor.id].closed, cards[world.auditor.id].tokens) == (True, ())
    assert [card.sign_in_name for card in mine.items] == sorted(card.sign_in_name for card in mine.items)
    assert (mine.total, every.total) == (2, 6)


def test_accounts_are_listed_by_whether_they_are_closed(world: World) -> None:
    with world.begin(NOBODY) as stores:
        stores.accounts.put(replace(world.auditor, closed_at=after(1)), before=world.auditor)

    with world.begin(NOBODY) as stores:
        closed = stores.accounts.list(AccountQuery(state=AccountState.CLOSED))
        still_open = stores.accounts.list(AccountQuery(state=AccountState.OPEN))
    assert [card.id for card in closed.items] == [world.auditor.id]
    assert world.auditor.id not in {card.id for card in still_open.items}
    assert still_open.total == 5


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("sort", AccountSort)
def test_accounts_are_ordered_as_asked_and_by_name_where_they_are_alike(
    world: World, sort: AccountSort, *, descending: bool
) -> None:
    with world.begin(NOBODY) as stores:
        stores.accounts.mark_signed_in(world.sender.id, after(1))
        stores.accounts.mark_signed_in(world.stranger.id, after(2))

    with world.begin(NOBODY) as stores:
        listed = stores.accounts.list(AccountQuery(sort=sort, descending=descending)).items
    asked = {
        AccountSort.SIGN_IN_NAME: lambda card: card.sign_in_name,
        AccountSort.NAME: lambda card: card.display_name,
        AccountSort.HOLDER: lambda card: card.holder,
        AccountSort.SIGNED_IN: lambda card: card.signed_in_at or after(-1000),
    }[sort]
    assert list(listed) == sorted(sorted(listed, key=lambda card: card.sign_in_name), key=asked, reverse=descending)
    assert {card.id: card.signed_in_at for card in listed if card.signed_in_at} == {
        world.sender.id: after(1),
        world.stranger.id: after(2),
    }


def test_a_token_is_found_by_its_digest_and_revoked_once(world: World) -> None:
    token, longer = token_for(world.sender), token_for(world.sender, 2)
    revoked = replace(token, revoked_at=after(1), seal=Seal("service", 2, b"first"))
    with world.begin(NOBODY) as stores:
        stores.accounts.add_token(token)
        stores.accounts.add_token(longer)
        stores.accounts.revoke_token(revoked)
        stores.accounts.revoke_token(replace(revoked, revoked_at=after(2), seal=Seal("service", 2, b"second")))

    with world.begin(NOBODY) as stores:
        assert stores.accounts.token(token.digest) == revoked
        assert stores.accounts.token(b"another") is None
        assert [each.id for each in stores.accounts.tokens(world.sender.id)] == [longer.id, token.id]


def test_a_session_is_kept_as_it_stands_until_it_ends(world: World) -> None:
    began = session_for(world.sender)
    used = replace(began, seen=after(1), sealed=b"new", mac=b"another")
    with world.begin(NOBODY) as stores:
        stores.doors.add_session(began)
        ignored: dict[str, Any] = {
            "token": secrets.token_bytes(32),
            "account": world.receiver.id,
            "epoch": 5,
            "since": after(9),
        }
        assert stores.doors.keep_session(replace(used, **ignored))

    with world.begin(NOBODY) as stores:
        assert stores.doors.session(began.token) == used
        stores.doors.end_session(began.id)
        assert stores.doors.session(began.token) is None


def test_a_session_that_has_ended_does_not_come_back(world: World) -> None:
    """Whoever signed out did so; a page that was still being made then must not sign them in again."""
    session = session_for(world.sender)
    with world.begin(NOBODY) as stores:
        stores.doors.add_session(session)
        stores.doors.end_session(session.id)
        assert not stores.doors.keep_session(replace(session, seen=after(1)))

    with world.begin(NOBODY) as stores:
        assert stores.doors.session(session.token) is None


def test_nothing_begins_by_a_session_or_a_token_that_has_ended(world: World) -> None:
    session, token = session_for(world.sender), token_for(world.sender)
    scope = scope_of(world.sender)
    with world.begin(NOBODY) as stores:
        stores.doors.add_session(session)
        stores.accounts.add_token(token)
    for by in (session.id, token.id, None):
        with world.begin(replace(scope, session=by)):
            pass

    with pytest.raises(SessionEnded), world.begin(replace(scope_of(world.receiver), session=session.id)):
        pass
    with world.begin(NOBODY) as stores:
        stores.doors.end_session(session.id)
        stores.accounts.revoke_token(replace(token, revoked_at=after(1)))
    for by in (session.id, token.id, uuid4()):
        with pytest.raises(SessionEnded), world.begin(replace(scope, session=by)):
            pass


@pytest.mark.parametrize("change", [{"epoch": 1}, {"closed_at": NINE}], ids=["a new epoch", "closed"])
def test_nor_once_their_account_has(world: World, change: dict[str, Any]) -> None:
    session, token = session_for(world.sender), token_for(world.sender)
    with world.begin(NOBODY) as stores:
        stores.doors.add_session(session)
        stores.accounts.add_token(token)
        stores.accounts.put(replace(world.sender, **change), before=world.sender)
    for by in (session.id, token.id):
        with pytest.raises(SessionEnded), world.begin(replace(scope_of(world.sender), session=by)):
            pass


def test_every_session_of_an_account_ends_and_nobody_elses(world: World) -> None:
    ended, other = [session_for(world.sender) for _ in range(2)], session_for(world.receiver)
    with world.begin(NOBODY) as stores:
        for session in (*ended, other):
            stores.doors.add_session(session)
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


def test_a_try_that_did_not_fail_is_forgotten_alone(world: World) -> None:
    with world.begin(NOBODY) as stores:
        stores.doors.add_failure(b"one", after(0))
        counted = stores.doors.add_failure(b"one", after(1))
        stores.doors.forget_failure(counted)
        stores.doors.forget_failure(uuid4())

    with world.begin(NOBODY) as stores:
        assert stores.doors.failures(b"one", after(-1)) == Failures(1, after(0))


def test_the_first_try_after_each_failure_is_known_from_those_after_it(world: World) -> None:
    with world.begin(NOBODY) as stores:
        stores.doors.add_failure(b"one", after(0))
        stores.doors.add_failure(b"other", after(0))
        tries = [stores.doors.refuse_first(b"one", after(1)) for _ in range(3)]
        stores.doors.add_failure(b"one", after(2))

    with world.begin(NOBODY) as stores:
        again = [stores.doors.refuse_first(b"one", after(3)) for _ in range(2)]
        assert (tries, again) == ([True, False, False], [True, False])
        assert stores.doors.refuse_first(b"other", after(3))
        assert stores.doors.failures(b"one", after(-1)) == Failures(2, after(2))


def test_a_link_opens_once_and_in_time(world: World) -> None:
    used, late = link_for(world.sender, b"used"), link_for(world.sender, b"late")
    with world.begin(NOBODY) as stores:
        stores.doors.keep_link(used)
        stores.doors.keep_link(late)

    with world.begin(NOBODY) as stores:
        assert stores.doors.use_link(b"used", LinkUse.DEMO, after(0)) is None
        assert stores.doors.use_link(b"used", LinkUse.SET_UP, after(0)) == used
        assert stores.doors.use_link(b"used", LinkUse.SET_UP, after(0)) is None
        assert stores.doors.use_link(b"late", LinkUse.SET_UP, after(1)) is None
        assert stores.doors.use_link(b"never made", LinkUse.SET_UP, after(0)) is None


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


def test_a_turn_is_taken_again_and_again_and_is_no_answer(world: World) -> None:
    for at in (NINE, after(1)):
        with world.begin(NOBODY) as stores:
            stores.doors.take_turn(b"key", world.sender.id, at)
            assert stores.doors.remembered(b"key", world.sender.id) is None


def test_a_draft_is_begun_where_there_is_none_and_can_be_held(world: World) -> None:
    first, second = (Draft(world.sender.id, "new-case", sealed, NINE) for sealed in (b"first", b"second"))
    with world.begin(scope_of(world.sender)) as stores:
        assert stores.drafts.get(world.sender.id, "new-case", lock=True) is None
        assert stores.drafts.begin(first)
        assert not stores.drafts.begin(second)
        assert stores.drafts.get(world.sender.id, "new-case", lock=True) == first


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
    with world.founding(NOBODY) as stores:
        stores.holders.add([ended, replace(HARBOUR, name="Another Name")])
        stores.holders.add([])

    with world.begin(NOBODY) as stores:
        holders = stores.holders.all()
    assert holders == tuple(sorted((*builders.EVERY_HOLDER, ended), key=lambda holder: holder.code))
