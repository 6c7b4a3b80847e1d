"""Accounts, doors, drafts and holders, in memory."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from uuid import UUID

from casetrack.domain.errors import NameTaken, Stale
from casetrack.domain.holders import Holder
from casetrack.domain.ids import AccountId, HolderCode, Instant, SessionId
from casetrack.services.lists import AccountCard, Page
from casetrack.services.ports import Account, Draft, Failures, Session, Token
from tests.memory.kept import Memory, page_of


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

    def list(self, holder: HolderCode | None, *, page: int) -> Page[AccountCard]:
        found = (each for each in self._memory.kept.accounts.values() if holder in (None, each.holder))
        return page_of((self._card(each) for each in sorted(found, key=lambda each: each.sign_in_name)), number=page)

    def add(self, account: Account) -> None:
        if self.named(account.sign_in_name) is not None:
            raise NameTaken
        self._memory.kept.accounts[account.id] = account

    def put(self, account: Account) -> None:
        before = self._memory.kept.accounts[account.id]
        self._memory.kept.accounts[account.id] = replace(account, sign_in_name=before.sign_in_name)

    def add_token(self, token: Token) -> None:
        self._memory.kept.tokens[token.id] = token

    def token(self, digest: bytes) -> Token | None:
        return next((each for each in self._memory.kept.tokens.values() if each.digest == digest), None)

    def tokens(self, account: AccountId) -> tuple[Token, ...]:
        found = (each for each in self._memory.kept.tokens.values() if each.account == account)
        return tuple(sorted(found, key=lambda each: (-each.until.timestamp(), each.id)))

    def revoke_token(self, token: UUID, at: Instant) -> None:
        kept = self._memory.kept.tokens.get(token)
        if kept is not None and kept.revoked_at is None:
            self._memory.kept.tokens[token] = replace(kept, revoked_at=at)

    def _card(self, account: Account) -> AccountCard:
        return AccountCard(
            id=account.id,
            sign_in_name=account.sign_in_name,
            display_name=account.display_name,
            role=account.role,
            holder=account.holder,
            closed=account.closed_at is not None,
            tokens=tuple(token.id for token in self.tokens(account.id) if token.revoked_at is None),
        )


class MemoryDoors:
    """Sessions, throttles, links, shifts and answers."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def session(self, token_digest: bytes) -> Session | None:
        return next((each for each in self._memory.kept.sessions.values() if each.token == token_digest), None)

    def keep_session(self, session: Session) -> None:
        self._memory.kept.sessions[session.id] = session

    def end_session(self, session: SessionId) -> None:
        self._memory.kept.sessions.pop(session, None)

    def end_sessions(self, account: AccountId) -> None:
        kept = self._memory.kept
        kept.sessions = {each.id: each for each in kept.sessions.values() if each.account != account}

    def failures(self, throttle: bytes, since: Instant) -> Failures | None:
        found = [at for key, at in self._memory.kept.failures if key == throttle and at > since]
        return Failures(len(found), max(found)) if found else None

    def add_failure(self, throttle: bytes, at: Instant) -> None:
        self._memory.kept.failures += ((throttle, at),)

    def clear_failures(self, throttle: bytes) -> None:
        kept = self._memory.kept
        kept.failures = tuple(each for each in kept.failures if each[0] != throttle)

    def keep_link(self, digest: bytes, account: AccountId, until: Instant) -> None:
        self._memory.kept.links[digest] = (account, until)

    def use_link(self, digest: bytes, at: Instant) -> AccountId | None:
        link = self._memory.kept.links.get(digest)
        if link is None or link[1] <= at:
            return None
        del self._memory.kept.links[digest]
        return link[0]

    def shift(self, account: AccountId) -> tuple[str, Instant] | None:
        return self._memory.kept.shifts.get(account)

    def keep_shift(self, account: AccountId, purpose: str, at: Instant) -> None:
        self._memory.kept.shifts[account] = (purpose, at)

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

    def get(self, account: AccountId, kind: str) -> Draft | None:
        return self._memory.kept.drafts.get((account, kind))

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
