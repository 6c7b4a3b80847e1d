"""The keys of the holders: how they are, and how they are renewed while everybody works on.

A renewal has one state, the rows that are still wrapped for an older version: whatever stops it, it goes on from there.
The older versions stay. Their public halves check old seals for ever, and a wrap that was made while the renewal began
still opens.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Final, Protocol, TypeAlias
from uuid import UUID

from casetrack.crypto.errors import CannotOpen, KeysOutOfReach
from casetrack.crypto.keyring import SealedKeyset
from casetrack.crypto.keysets import PublicKeyset
from casetrack.crypto.wraps import Wrap
from casetrack.domain.actions import Action
from casetrack.domain.actors import Actor
from casetrack.domain.destructions import Need
from casetrack.domain.errors import IntegrityBroken, KeysUnavailable
from casetrack.domain.events import Consulted, Event
from casetrack.domain.holders import AUDIT_DESK, SERVICE, Holder
from casetrack.domain.holdings import Part
from casetrack.domain.ids import CaseId, EventId, HolderCode, Instant, ProposalId, TransferId
from casetrack.domain.key_events import KeysetRenewed, KeysRewrapped, RootMoved
from casetrack.domain.keyset_refusals import NoSuchHolder, RootStays, ServiceKeysApart
from casetrack.domain.references import Reference
from casetrack.services.approvals import KeptProposal
from casetrack.services.deployment import Deployment
from casetrack.services.journal import Purpose, journal_entry
from casetrack.services.ports import CaseKey, JournalEntry, KeyRows, Keysets
from casetrack.services.trust import Trust
from casetrack.services.vouching import DoorSeal
from casetrack.services.work import UnitOfWork

KEY_FILE: Final = "file"
AT_A_TIME: Final = 200
"""How many wraps are made anew in one transaction: some tenths of a second, for which nobody waits long."""


class Reach(StrEnum):
    """Whether the newest keys of a holder work."""

    WORKING = "working"
    OUT_OF_REACH = "out-of-reach"
    """The provider does not answer."""
    BROKEN = "broken"
    """They are not certified, or the root does not open them."""


@dataclass(frozen=True)
class KeysetHealth:
    """One version of a holder's keyset: its fingerprint, when it was made, and how many keys are wrapped for it."""

    version: int
    fingerprint: str
    made: Instant | None
    rows: KeyRows
    destroyed: bool = False
    """Its private half is gone."""


@dataclass(frozen=True)
class HolderKeys:
    """The keys of one holder: what their provider is, whether it answers, and every version, the newest first."""

    holder: Holder
    provider: str
    reach: Reach
    sentence: str
    """What is wrong, for whoever runs this; empty if nothing is."""
    keysets: tuple[KeysetHealth, ...]

    @property
    def left(self) -> int:
        """How many keys are still wrapped for an older version than the newest."""
        return sum(keyset.rows.both for keyset in self.keysets[1:])

    @property
    def doors_left(self) -> int:
        """How many accounts and tokens are still sealed by an older version: of the service alone."""
        return sum(keyset.rows.doors for keyset in self.keysets[1:])

    @property
    def tags_left(self) -> int:
        """How many tags there are still that an older version than the newest made."""
        return sum(keyset.rows.tags for keyset in self.keysets[1:])


def list_keysets(work: UnitOfWork) -> tuple[HolderKeys, ...]:
    """The keys of the administrator's holder, or of all for a national one; that somebody looked is journalled."""
    work.require(Action.KEYSET_LIST)
    work.note(Consulted(action=Action.KEYSET_LIST, at=work.now, by=work.actor.account))
    rows, made = work.stores.keys.rows(), work.stores.journal.keysets_made()
    holders = (
        holder for holder in work.stores.holders.all() if work.actor.national or holder.code == work.actor.holder
    )
    return tuple(_health(work, holder, rows, made) for holder in holders)


def _health(
    work: UnitOfWork,
    holder: Holder,
    rows: Mapping[tuple[str, int], KeyRows],
    made: Mapping[tuple[str, int], Instant],
) -> HolderKeys:
    keysets = tuple(
        KeysetHealth(
            keyset.public.version,
            keyset.public.fingerprint,
            made.get((holder.code, keyset.public.version)),
            rows.get((holder.code, keyset.public.version), KeyRows()),
            keyset.is_destroyed,
        )
        for keyset in reversed(work.stores.keys.keysets(holder.code))
    )
    reach, sentence = Reach.WORKING, ""
    try:
        work.deployment.keyring.proved(work.trust.mine(holder.code))
    except KeysOutOfReach as missed:
        reach, sentence = Reach.OUT_OF_REACH, str(missed)
    except (KeysUnavailable, IntegrityBroken) as refused:
        reach, sentence = Reach.BROKEN, refused.said
    except CannotOpen as refused:
        reach, sentence = Reach.BROKEN, str(refused)
    return HolderKeys(holder, work.deployment.providers.get(holder.code, KEY_FILE), reach, sentence, keysets)


@dataclass(frozen=True)
class KeyedCase:
    """Which keys a case has, whom they are wrapped for, and who should have them: no value and nothing of a person."""

    case: CaseId
    reference: str
    keys: tuple[CaseKey, ...]
    holders: Mapping[Part, frozenset[HolderCode]]
    wraps: tuple[Wrap, ...]


@dataclass(frozen=True)
class KeyedOffer:
    """The same of an offer, which has one key and two sides."""

    transfer: TransferId
    commitment: bytes
    sides: frozenset[HolderCode]
    wraps: tuple[Wrap, ...]


class KeyRoom(Keysets, Protocol):
    """Every key row there is, whoever's: for the keeper of the keys, who reads no sealed value."""

    def holders(self) -> tuple[Holder, ...]:
        """Every holder, past and present."""

    def add_keyset(self, keyset: SealedKeyset) -> None:
        """A new version of a holder's keyset is kept."""

    def reseal(self, keyset: SealedKeyset) -> None:
        """The private half of that keyset is kept under another root."""

    def recertify(self, first: PublicKeyset) -> None:
        """The first version of a holder's keyset is kept with that certificate."""

    def hold_service(self) -> None:
        """Nobody else makes first keys, or the service's next, until this transaction ends."""

    def door_seals(self, version: int, most: int, of: Collection[UUID]) -> tuple[DoorSeal, ...]:
        """Some of the seals by versions of the service before that one, of those alone; nobody changes them now."""

    def door_seals_left(self, version: int, of: Collection[UUID]) -> int:
        """How many of those accounts and tokens versions before that one sealed."""

    def seal_doors(self, seals: Iterable[DoorSeal]) -> None:
        """Each account and token is kept with that seal."""

    def older(self, holder: HolderCode, version: int, most: int) -> tuple[Wrap, ...]:
        """Some of the wraps for versions before that one, which nobody else is changing now, nor may until the end."""

    def left(self, holder: HolderCode, version: int) -> int:
        """How many wraps there are for versions before that one."""

    def rewrap(self, wraps: Iterable[Wrap]) -> None:
        """Each takes the place of the wrap of the same key for the same recipient."""

    def holders_of(self, reference: Reference) -> frozenset[HolderCode]:
        """Who has any of the case now; nobody, if there is no such case."""

    def size(self) -> int:
        """How many cases and offers there are."""

    def cases(self) -> Iterator[KeyedCase]:
        """Every case."""

    def offers(self) -> Iterator[KeyedOffer]:
        """Every offer, open or answered."""

    def proposals(self, subject: UUID) -> tuple[KeptProposal, ...]:
        """Every proposal to destroy the keys of that subject, without its words."""

    def needs(self, holder: HolderCode, version: int) -> Mapping[Need, int]:
        """How many of what open with the private half of that version alone."""

    def destroy(self, holder: HolderCode, version: int, agreed: ProposalId) -> None:
        """The private half of that version is gone, on the word of that proposal.

        `NotPermitted` if two people have not agreed to exactly that, or while anything needs it.
        """

    def write(self, entry: JournalEntry) -> None:
        """The event is kept, in this transaction, and queued for the log."""


Enter: TypeAlias = Callable[[], AbstractContextManager[KeyRoom]]
"""Begins a transaction among the key rows: what the block did is kept if it ends well, and nothing otherwise."""


@dataclass(frozen=True)
class Keeper:
    """Whoever keeps the keys in order, from the command line of the machine that reaches their roots."""

    enter: Enter
    deployment: Deployment
    actor: Actor
    now: Instant
    purpose: Purpose

    def note(self, room: KeyRoom, event: Event) -> EventId:
        """The event is on the log by that id, and what the keeper said of it is sealed to the audit desk."""
        entry = journal_entry(
            event,
            actor=self.actor,
            purpose=self.purpose,
            holders_then=(),
            change=None,
            desk=Trust(room, self.deployment).current(AUDIT_DESK),
            deployment=self.deployment.name,
            chance=self.deployment.chance,
        )
        room.write(entry)
        return entry.id


@dataclass(frozen=True)
class Renewal:
    """Which version a holder's keys are to be wrapped for, and how many are left; `begun` if it was made before."""

    version: int
    left: int
    begun: bool


def plan_renewal(keeper: Keeper, holder: HolderCode) -> Renewal:
    """What renewing would do, without doing it: begin the next version, or go on with the one that was begun."""
    with keeper.enter() as room:
        newest = _renewable(keeper, room, holder).public.version
        left = room.left(holder, newest)
        if left:
            return Renewal(newest, left, begun=True)
        return Renewal(newest + 1, room.left(holder, newest + 1), begun=False)


def renew_keyset(keeper: Keeper, holder: HolderCode) -> Renewal:
    """The holder has a next version of its keys, certified by the one before; if one is half taken up, that one."""
    with keeper.enter() as room:
        mine = _renewable(keeper, room, holder)
        left = room.left(holder, mine.public.version)
        if left:
            return Renewal(mine.public.version, left, begun=True)
        trust = Trust(room, keeper.deployment)
        made = trust.asking(lambda: keeper.deployment.keyring.renew(mine))
        keep_next(keeper, room, made)
        return Renewal(made.public.version, room.left(holder, made.public.version), begun=False)


def keep_next(keeper: Keeper, room: KeyRoom, made: SealedKeyset) -> None:
    """The next version of a holder's keys is kept, and is on the log."""
    room.add_keyset(made)
    note_renewal(keeper, room, made.public)


def note_renewal(keeper: Keeper, room: KeyRoom, public: PublicKeyset) -> None:
    """That version of a holder's keys is on the log."""
    keeper.note(
        room,
        KeysetRenewed(
            at=keeper.now,
            by=keeper.actor.account,
            holder=HolderCode(public.holder),
            version=public.version,
            fingerprint=public.fingerprint,
        ),
    )


def rewrap_keyset(keeper: Keeper, holder: HolderCode) -> KeysRewrapped | None:
    """Some of what an older version of the holder's keys opens is wrapped for the newest; None if nothing was left.

    One transaction with its own event. What a hand-off holds meanwhile is left for the next time.
    """
    with keeper.enter() as room:
        trust = Trust(room, keeper.deployment)
        newest = trust.mine(holder)
        found = room.older(holder, newest.public.version, AT_A_TIME)
        if not found:
            return None
        for version in sorted({wrap.recipient_version for wrap in found}):
            mine = trust.sealed(holder, version)
            asked = [
                (wrap, trust.version(wrap.sender, wrap.sender_version))
                for wrap in found
                if wrap.recipient_version == version
            ]
            room.rewrap(trust.asking(partial(keeper.deployment.keyring.rewrap, mine, asked, newest)))
        event = KeysRewrapped(
            at=keeper.now,
            by=keeper.actor.account,
            holder=holder,
            version=newest.public.version,
            rows=len(found),
            left=room.left(holder, newest.public.version),
        )
        keeper.note(room, event)
        return event


def reseal_keyset(keeper: Keeper, holder: HolderCode) -> RootMoved:
    """Every version of the holder's keys is sealed under the root that its provider of now has, and opens with it.

    What was destroyed stays destroyed.
    """
    provider = keeper.deployment.providers.get(holder)
    with keeper.enter() as room:
        _known(room, holder)
        if provider is None:
            raise RootStays
        trust = Trust(room, keeper.deployment)
        trust.mine(holder)
        chain = tuple(keyset for keyset in room.keysets(holder) if not keyset.is_destroyed)
        for keyset in chain:
            moved = trust.asking(partial(keeper.deployment.keyring.reseal, keyset))
            trust.asking(partial(keeper.deployment.keyring.check, moved))
            room.reseal(moved)
        event = RootMoved(at=keeper.now, by=keeper.actor.account, holder=holder, provider=provider, versions=len(chain))
        keeper.note(room, event)
        return event


def _renewable(keeper: Keeper, room: KeyRoom, holder: HolderCode) -> SealedKeyset:
    """The newest keys of the holder, which can be renewed and which its provider opens."""
    _known(room, holder)
    if holder == SERVICE:
        raise ServiceKeysApart
    trust = Trust(room, keeper.deployment)
    mine = trust.mine(holder)
    trust.asking(lambda: keeper.deployment.keyring.check(mine))
    return mine


def _known(room: KeyRoom, holder: HolderCode) -> None:
    if holder not in {each.code for each in room.holders()}:
        raise NoSuchHolder
