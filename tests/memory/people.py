"""Accounts, doors, drafts and holders, in memory."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID, uuid4

from casetrack.domain.errors import NameTaken, Stale
from casetrack.domain.holders import Holder
from casetrack.domain.ids import AccountId, HolderCode, Instant, SessionId
from casetrack.services.lists import AccountCard, AccountQuery, AccountSort, AccountState, Page
from casetrack.services.people import Account, Failures, Link, LinkUse, Session, Token
from casetrack.services.unsent import Draft
from tests.memory.kept import Memory, page_of

NEVER: Final = datetime.min.replace(tzinfo=UTC)
ORDERS: Final[Mapping[AccountSort, Callable[[AccountCard], Any]]] = {
    AccountSort.SIGN_IN_NAME: lambda card: card.sign_in_name,
    AccountSort.NAME: lambda card: card.display_name,
    AccountSort.HOLDER: lambda card: card.holder,
    AccountSort.SIGNED_IN: lambda card: card.signed_in_at or NEVER,
}


class MemoryAccounts:
    """Accounts and tokens."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def get(self, account: AccountId) -> Account | None:
        return self._memory.kept.accounts.get(account)

    def named(self, sign_in_name: str) -> Account | None:
        return next((each for each in self._memory.kept.accounts.values() if each.sign_in_name == sign_in_name), None)

    def names(self, accounts: Iterable[AccountId]) -> Mapping[AccountId, str]:
        kept = self._memory.kept.accounts
        return {account: kept[account].display_name for account in accounts if account in kept}

    def workers(self, holder: HolderCode) -> tuple[Account, ...]:
        kept = self._memory.kept.accounts.values()
        workers = (each for each in kept if each.holder == holder and each.role.is_caseworker and not each.closed_at)
        return tuple(sorted(workers, key=lambda each: (each.display_name, each.id)))

    def list(self, query: AccountQuery) -> Page[AccountCard]:
        found = (
            self._card(each)
            for each in self._memory.kept.accounts.values()
            if query.holder in (None, each.holder)
            and (query.state is None or (query.state is AccountState.CLOSED) == (each.closed_at is not None))
        )
        by_name = sorted(found, key=lambda card: card.sign_in_name)
        ordered = sorted(by_name, key=ORDERS[query.sort], reverse=query.descending)
        return page_of(ordered, number=query.page)

    def add(self, account: Account) -> None:
        if self.named(account.sign_in_name) is not None:
            raise NameTaken
        self._memory.kept.accounts[account.id] = account

    def put(self, account: Account, *, before: Account) -> None:
        kept = self._memory.kept.accounts.get(account.id)
        if kept is None or kept.epoch != before.epoch:
            raise Stale
        changed = {name: getattr(account, name) for name in ("password", "closed_at", "epoch", "seal")}
        self._memory.kept.accounts[account.id] = replace(kept, **changed)

    def mark_signed_in(self, account: AccountId, at: Instant) -> None:
        self._memory.kept.signed_in[account] = at

    def add_token(self, token: Token) -> None:
        self._memory.kept.tokens[token.id] = token

    def token(self, digest: bytes) -> Token | None:
        return next((each for each in self._memory.kept.tokens.values() if each.digest == digest), None)

    def tokens(self, account: AccountId) -> tuple[Token, ...]:
        found = (each for each in self._memory.kept.tokens.values() if each.account == account)
        return tuple(sorted(found, key=lambda each: (-each.until.timestamp(), each.id)))

    def revoke_token(self, token: Token) -> None:
        kept = self._memory.kept.tokens.get(token.id)
        if kept is not None and kept.revoked_at is None:
            self._memory.kept.tokens[token.id] = replace(kept, revoked_at=token.revoked_at, seal=token.seal)

    def _card(self, account: Account) -> AccountCard:
        return AccountCard(
            id=account.id,
            sign_in_name=account.sign_in_name,
            display_name=account.display_name,
            role=account.role,
            holder=account.holder,
            closed=account.closed_at is not None,
            signed_in_at=self._memory.kept.signed_in.get(account.id),
            tokens=tuple(token.id for token in self.tokens(account.id) if token.revoked_at is None),
        )


class MemoryDoors:
    """Sessions, throttles, links, shifts and answers."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def session(self, token_digest: bytes) -> Session | None:
        return next((each for each in self._memory.kept.sessions.values() if each.token == token_digest), None)

    def add_session(self, session: Session) -> None:
        self._memory.kept.sessions[session.id] = session

    def keep_session(self, session: Session) -> bool:
        kept = self._memory.kept.sessions.get(session.id)
        if kept is None:
            return False
        changed = replace(kept, seen=session.seen, sealed=session.sealed, mac=session.mac)
        self._memory.kept.sessions[session.id] = changed
        return True

    def end_session(self, session: SessionId) -> None:
        self._memory.kept.sessions.pop(session, None)

    def end_sessions(self, account: AccountId) -> None:
        kept = self._memory.kept
        kept.sessions = {each.id: each for each in kept.sessions.values() if each.account != account}

    def failures(self, throttle: bytes, since: Instant) -> Failures | None:
        found = [at for key, at in self._memory.kept.failures.values() if key == throttle and at > since]
        return Failures(len(found), max(found)) if found else None

    def add_failure(self, throttle: bytes, at: Instant) -> UUID:
        failure = uuid4()
        self._memory.kept.failures[failure] = (throttle, at)
        return failure

    def forget_failure(self, failure: UUID) -> None:
        self._memory.kept.failures.pop(failure, None)

    def refuse_first(self, throttle: bytes, at: Instant) -> bool:
        last = max((failed for key, failed in self._memory.kept.failures.values() if key == throttle), default=at)
        is_first = (throttle, last) not in self._memory.kept.refused
        self._memory.kept.refused |= {(throttle, last)}
        return is_first

    def clear_failures(self, throttle: bytes) -> None:
        kept = self._memory.kept
        kept.failures = {id_: each for id_, each in kept.failures.items() if each[0] != throttle}

    def keep_link(self, link: Link) -> None:
        self._memory.kept.links[link.digest] = link

    def use_link(self, digest: bytes, use: LinkUse, at: Instant) -> Link | None:
        link = self._memory.kept.links.get(digest)
        if link is None or link.use is not use or link.until <= at:
            return None
        del self._memory.kept.links[digest]
        return link

    def shift(self, account: AccountId) -> tuple[str, Instant] | None:
        return self._memory.kept.shifts.get(account)

    def keep_shift(self, account: AccountId, purpose: str, at: Instant) -> None:
        self._memory.kept.shifts[account] = (purpose, at)

    def take_turn(self, key: bytes, account: AccountId, at: Instant) -> None:
        """Nobody comes meanwhile: one transaction begins when the other has ended."""

    def remembered(self, key: bytes, account: AccountId) -> bytes | None:
        return self._memory.kept.answers.get((key, account))

    def remember(self, key: bytes, account: AccountId, answer: bytes, at: Instant) -> None:  # noqa: ARG002 - this memory forgets nothing
        if (key, account) in self._memory.kept.answers:
            raise Stale
        self._memory.kept.answers[key, account] = answer


class MemoryDrafts:
    """Drafts."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def get(self, account: AccountId, kind: str, *, lock: bool = False) -> Draft | None:  # noqa: ARG002 - one transaction at a time
        return self._memory.kept.drafts.get((account, kind))

    def begin(self, draft: Draft) -> bool:
        return self._memory.kept.drafts.setdefault((draft.account, draft.kind), draft) is draft

    def keep(self, draft: Draft) -> None:
        self._memory.kept.drafts[draft.account, draft.kind] = draft

    def discard(self, account: AccountId, kind: str) -> None:
        self._memory.kept.drafts.pop((account, kind), None)


class MemoryHolders:
    """Holders."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def all(self) -> tuple[Holder, ...]:
        return tuple(sorted(self._memory.kept.holders.values(), key=lambda holder: holder.code))

    def add(self, holders: Iterable[Holder]) -> None:
        for holder in holders:
            self._memory.kept.holders.setdefault(holder.code, holder)
