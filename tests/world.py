"""A small deployment for tests: invented organisations with real keys, people who work there, and a clock.

world = World.in_memory()
with world.work(world.worker) as work:
case = open_case(work, a_new_case())
"""

import secrets
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Protocol
from uuid import UUID, uuid5

from casetrack import resources
from casetrack.crypto.keyring import Keyring, SealedKeyset
from casetrack.crypto.roots import PassphraseWork, RootFile
from casetrack.crypto.rows import RowKey
from casetrack.domain.actors import Actor, Auth, Role
from casetrack.domain.calendars import WorkingDays
from casetrack.domain.case import AgeGroup, Areas, IdentityState
from casetrack.domain.door_events import AccountCreated, TokenCreated
from casetrack.domain.events import Event
from casetrack.domain.factfiles import Facts, read_facts
from casetrack.domain.holders import AUDIT_DESK, SERVICE, Holder, HolderKind, Holders
from casetrack.domain.holdings import Strand
from casetrack.domain.ids import AccountId, HolderCode
from casetrack.domain.wordlists import WordLists, read_wordlists
from casetrack.gateways.bank_holidays import LibraryBankHolidays
from casetrack.services.cases import NewCase
from casetrack.services.deployment import Chance, Deployment
from casetrack.services.founding import FOUNDING, OWN_HOLDERS, journal_keysets
from casetrack.services.journal import CASEWORK, Purpose, journal_entry
from casetrack.services.people import Account, Token
from casetrack.services.ports import JournalEntry, Scope, Stores
from casetrack.services.sessions import NOBODY
from casetrack.services.vouching import account_form, canonical_account, canonical_token, token_form
from casetrack.services.work import Begin, UnitOfWork, at_work
from tests.fakes import MemoryStores
from tests.memory.kept import Kept
from tests.memory.two_people import MemoryErasureList

NAME = "casetrack.test"
PASSPHRASE = "only for tests"
CHEAP = PassphraseWork(memory_kib=64, passes=1, lanes=1)
START = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
REASON = Purpose("contact-person", "The person asked me to ring about tomorrow.")

NORTH = Holder(HolderCode("north"), "North Invented Police", HolderKind.TERRITORIAL, "England")
SOUTH = Holder(HolderCode("south"), "South Invented Police", HolderKind.TERRITORIAL, "England")
EAST = Holder(HolderCode("east"), "East Invented Police", HolderKind.TERRITORIAL, "Scotland")
CHARITY = Holder(HolderCode("charity"), "Invented Charity", HolderKind.PARTNER, "England", seat=HolderCode("north"))
HOLDERS = (NORTH, SOUTH, EAST, CHARITY)
DESK = next(holder for holder in OWN_HOLDERS if holder.code == AUDIT_DESK)


@cache
def _facts() -> Facts:
    return read_facts(resources.facts(), "2026-11-21")


@cache
def _words() -> WordLists:
    return read_wordlists(resources.facts() / "words")


@cache
def _keys() -> tuple[Keyring, tuple[SealedKeyset, ...]]:
    """Keys for every holder, made once: they are slow to make, and no test changes them."""
    roots = RootFile.create(Path(tempfile.mkdtemp()) / "keys.json", PASSPHRASE, CHEAP)
    keyring = Keyring(NAME, roots)
    made: dict[str, SealedKeyset] = {}
    for holder in (*OWN_HOLDERS, *HOLDERS):
        roots.add(holder.code)
        made[holder.code] = keyring.generate(holder.code, by=made.get(SERVICE))
    return keyring, tuple(made.values())


def account(name: str, role: Role, holder: Holder, *, national: bool = False) -> Account:
    """An account whose id follows from its name; no password opens it."""
    id_ = AccountId(uuid5(UUID(int=0), name))
    return Account(id_, name, f"{name.title()} Invented", role, holder.code, "", national)


def sealed(account: Account) -> Account:
    """The account as the service seals it."""
    keyring, keysets = _keys()
    return replace(account, seal=keyring.seal(keysets[0], canonical_account(account, account.password_digest)))


def sealed_token(token: Token) -> Token:
    """The token as the service seals it."""
    keyring, keysets = _keys()
    return replace(token, seal=keyring.seal(keysets[0], canonical_token(token)))


ACCOUNTS = {
    each.sign_in_name: sealed(each)
    for each in (
        account("worker", Role.SUPPORT_WORKER, NORTH),
        account("lead", Role.LEAD, NORTH),
        account("supervisor", Role.SUPERVISOR, NORTH),
        account("receiver", Role.SUPPORT_WORKER, SOUTH),
        account("receiving-lead", Role.LEAD, SOUTH),
        account("scottish-lead", Role.LEAD, EAST),
        account("charity-worker", Role.SUPPORT_WORKER, CHARITY),
        account("charity-lead", Role.LEAD, CHARITY),
        account("auditor", Role.AUDITOR, NORTH, national=True),
        account("north-auditor", Role.AUDITOR, NORTH),
        account("asking-auditor", Role.AUDITOR, DESK, national=True),
        account("agreeing-auditor", Role.AUDITOR, DESK, national=True),
        account("administrator", Role.ADMINISTRATOR, NORTH, national=True),
        account("second-administrator", Role.ADMINISTRATOR, NORTH),
        account("scottish-administrator", Role.ADMINISTRATOR, EAST),
    )
}


def made_then(account: Account) -> AccountCreated:
    """That the account was made when the deployment began, as it is."""
    role, form = account.role.value, account_form(account)
    return AccountCreated(at=START, by=None, account=account.id, role=role, holder=account.holder, form=form)


def from_the_beginning(event: Event, deployment: Deployment) -> JournalEntry:
    """What the journal says of something that was there when the deployment began."""
    _, (_, desk, *_) = _keys()
    return journal_entry(
        event,
        actor=None,
        purpose=FOUNDING,
        holders_then=(),
        change=None,
        desk=desk.public,
        deployment=deployment.name,
        chance=deployment.chance,
    )


class OpenStores(Protocol):
    """Stores that show a test all that they keep, whoever may know of it."""

    @property
    def kept(self) -> Kept: ...

    def begin(self, scope: Scope) -> AbstractContextManager[Stores]: ...

    def founding(self, scope: Scope) -> AbstractContextManager[Stores]: ...


@dataclass
class World:
    """A deployment, its stores, and what time it is there."""

    begin: Begin
    deployment: Deployment
    now: datetime = START
    memory: OpenStores | None = None
    """The stores of a world in the open: where a test sees what is kept."""

    @classmethod
    def in_memory(cls) -> "World":
        """The world over the memory stores."""
        memory = MemoryStores()
        world = cls.in_the_open(memory)
        memory.kept.founding, memory.kept.entries = memory.kept.entries, ()
        return world

    @classmethod
    def in_the_open(cls, stores: OpenStores) -> "World":
        """The world over stores that are empty yet, and show what they keep."""
        world = cls.over(stores.begin, stores.founding)
        world.memory = stores
        return world

    @classmethod
    def over(cls, begin: Begin, founding: Begin) -> "World":
        """The world over stores that are empty yet; its organisations and their keys are kept by whoever founds it."""
        keyring, keysets = _keys()
        with founding(NOBODY) as stores:
            stores.holders.add((*OWN_HOLDERS, *HOLDERS))
            for keyset in keysets:
                stores.keys.add_keyset(keyset)
        deployment = Deployment(
            name=NAME,
            keyring=keyring,
            service=(keysets[0].public,),
            rows=RowKey(bytes(32)),
            facts=_facts(),
            words=_words(),
            holders=Holders.of((*OWN_HOLDERS, *HOLDERS)),
            working_days=WorkingDays(LibraryBankHolidays()),
            chance=Chance(below=secrets.randbelow, uuid=_random_uuid(), bytes=secrets.token_bytes),
            erasures=MemoryErasureList(),
        )
        with founding(NOBODY) as stores:
            journal_keysets(stores, deployment, keysets, START)
        with begin(NOBODY) as stores:
            for each in ACCOUNTS.values():
                stores.accounts.add(each)
                stores.journal.write(from_the_beginning(made_then(each), deployment))
        return cls(begin, deployment)

    def hand_token(self, token: Token) -> None:
        """A program has had that token since the deployment began."""
        made = TokenCreated(
            at=START,
            by=None,
            account=token.account,
            token=str(token.id),
            until=token.until.date(),
            form=token_form(token),
        )
        entry = from_the_beginning(made, self.deployment)
        with self.begin(NOBODY) as stores:
            stores.accounts.add_token(sealed_token(token))
            if self.memory is None:
                stores.journal.write(entry)
        if self.memory is not None:
            self.memory.kept.founding += (entry,)

    def actor(self, name: str, auth: Auth = Auth.PASSWORD) -> Actor:
        """The account of that name, at work."""
        found = ACCOUNTS[name]
        return Actor(found.id, found.role, found.holder, auth, national=found.national)

    def work(self, name: str, purpose: Purpose = CASEWORK) -> AbstractContextManager[UnitOfWork]:
        """A unit of work of that account's, a minute after the one before."""
        self.now += timedelta(minutes=1)
        return at_work(self.begin, self.deployment, self.actor(name), self.now, purpose)


def _random_uuid() -> Callable[[], UUID]:
    return lambda: UUID(bytes=secrets.token_bytes(16), version=4)


def a_new_case(
    strands: frozenset[Strand] = frozenset(Strand), *, identity: IdentityState = IdentityState.GIVEN
) -> NewCase:
    """A person who gave an invented name, and a safe telephone number."""
    given = identity is IdentityState.GIVEN
    return NewCase(
        strands=strands,
        age_group=AgeGroup.ADULT,
        areas=Areas(exploitation=SOUTH.code, home=NORTH.code, encounter=NORTH.code),
        identity=identity,
        names={"given_names": "Testa Maria", "family_name": "Invented"} if given else {},
        contact={"phone": "01632 960001", "times": "Mornings"},
    )
