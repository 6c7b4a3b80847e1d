"""Whom casetrack vouches for: every account, every token and the keys of every organisation, as the journal has them.

A seal or a certificate says only that somebody had the service's keys. Whoever stole those, and can write to the
database, makes accounts and organisations that are sealed as they should be, and takes over accounts and tokens that
are there. The journal does not know of the ones, and says otherwise of the others.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from casetrack.crypto.keysets import PublicKeyset, believed, continued
from casetrack.domain.errors import IntegrityBroken
from casetrack.domain.holders import SERVICE
from casetrack.domain.ids import HolderCode
from casetrack.domain.words import N_
from casetrack.services.events_read import EventsRead
from casetrack.services.evidence import Evidence, KeptAccount
from casetrack.services.findings import About, Finding
from casetrack.services.people import Token
from casetrack.services.seals import check_signature
from casetrack.services.verifying_journal import Believed, verify_journal
from casetrack.services.vouching import DoorSeal, check_vouches, form_digest, seal_of_account, seal_of_token

NOT_SEALED_SO: Final = N_("It is not what was sealed.")
NOT_MADE_SO: Final = N_("It is not what the journal says that was made.")
UNKNOWN: Final = N_("The journal does not know of it.")
PUT_BACK: Final = N_("It is not what the journal's newest change of it says: an older row was put back.")


@dataclass(frozen=True)
class Vetted:
    """What came of asking the journal about everything that the service vouches for."""

    findings: tuple[Finding, ...]
    doors: Mapping[UUID, str]
    """The accounts and tokens that fit, each with the digest of its form."""
    firsts: Mapping[HolderCode, bytes]
    """The organisations whose first keys fit, each with their digest."""
    doors_apart: frozenset[UUID]
    apart: frozenset[HolderCode]
    """The accounts and tokens, and the organisations, that do not. They are named among what was found."""


class Vouched:
    """Holds accounts, tokens and keys against their seals and certificates, and against what the journal says."""

    def __init__(
        self,
        keysets: Mapping[str, tuple[PublicKeyset, ...]],
        read: EventsRead,
        trusted: Believed,
        *,
        is_copy: bool = False,
    ) -> None:
        """Start from the versions of the service's keyset that its root proved.

        In an older copy of the database any of them may have vouched, and they need not be there.
        """
        self._keysets = keysets
        self._read = read
        self._deployment = trusted.deployment
        self._is_copy = is_copy
        service = trusted.service
        chain = service if is_copy else continued(service, keysets.get(SERVICE, ()), trusted.deployment)
        self._service = chain or service
        """Whose newest certifies the first keys of every other organisation."""
        self._trusted = {str(SERVICE): chain}

    def sealer(self, holder: str, version: int) -> PublicKeyset:
        """The keyset that is said to have sealed, if it was certified; `IntegrityBroken` otherwise."""
        if not 1 <= version <= len(self._certified(holder)):
            raise IntegrityBroken
        return self._certified(holder)[version - 1]

    def wrong_with_account(self, kept: KeptAccount) -> Iterator[str]:
        """What is wrong with an account; nothing if it is as it was made and last changed."""
        account, epochs = kept.account, self._read.epochs
        yield from self._wrong_with_form(seal_of_account(kept))
        if account.id not in self._read.accounts:
            yield UNKNOWN
        elif account.epoch < epochs.get(account.id, 0):
            yield PUT_BACK

    def wrong_with_token(self, token: Token) -> Iterator[str]:
        """What is wrong with a token."""
        yield from self._wrong_with_form(seal_of_token(token))
        if token.id not in self._read.tokens:
            yield UNKNOWN
        elif token.revoked_at is None and token.id in self._read.revoked:
            yield PUT_BACK

    def wrong_with_keys(self) -> Iterator[tuple[str, int, str]]:
        """Which version of which organisation's keys is not certified, or not the one that the journal speaks of."""
        for holder, chain in sorted(self._keysets.items()):
            certified = len(self._certified(holder))
            for place, public in enumerate(chain):
                said = self._read.made((holder, public.version))
                if place >= certified:
                    yield holder, public.version, N_("Nobody certified them who might.")
                elif said is None:
                    yield holder, public.version, N_("The journal does not know of them.")
                elif public.fingerprint != said:
                    yield holder, public.version, N_("The journal says that other keys were made in their place.")
                elif len(self._read.keysets[holder, public.version]) > 1:
                    yield holder, public.version, N_("The journal says that other keys were made of that version too.")
        there = {(holder, public.version) for holder, chain in self._keysets.items() for public in chain}
        for holder, version in sorted(set(self._read.keysets) - there):
            yield holder, version, N_("They are in the journal, and their row is gone.")

    def _wrong_with_form(self, door: DoorSeal) -> Iterator[str]:
        """The seal does not fit; or it does, and the journal says that another form was sealed.

        Of an account or a token that was last changed before the journal had forms, it says none.
        """
        version, said = door.seal.keyset_version, self._read.forms.get(door.id)
        try:
            check_vouches(version, newest=version if self._is_copy else self._service[-1].version)
            check_signature(door.form, door.seal, self._deployment, self.sealer(SERVICE, version))
        except IntegrityBroken:
            yield NOT_SEALED_SO
            return
        if said and form_digest(door.form) not in said:
            yield NOT_MADE_SO

    def first(self, holder: str) -> PublicKeyset | None:
        """The first keys of the organisation, if they are certified and the journal says that they were made."""
        certified = self._certified(holder)[:1]
        return next((first for first in certified if first.fingerprint == self._read.made((holder, 1))), None)

    def _certified(self, holder: str) -> tuple[PublicKeyset, ...]:
        if holder not in self._trusted:
            chain, by = self._keysets.get(holder, ()), self._service if self._is_copy else self._service[-1:]
            certified = (believed(chain, each, self._deployment) for each in reversed(by))
            self._trusted[holder] = next(filter(None, certified), ())
        return self._trusted[holder]


def vet(evidence: Evidence, trusted: Believed, *, is_copy: bool = False) -> Vetted:
    """What the service vouches for, and whether it should: the journal is verified first, and then asked.

    In an older copy of the database whatever any version of the service's keys has vouched for may fit.
    """
    read = EventsRead()
    findings = [each for each in verify_journal(evidence, trusted, read) if each.about is not About.QUEUE]
    keysets = evidence.keysets()
    vouched = Vouched(keysets, read, trusted, is_copy=is_copy)
    findings += (
        Finding(About.KEYS, f"{holder} {version}", wrong) for holder, version, wrong in vouched.wrong_with_keys()
    )
    firsts = {holder: vouched.first(holder) for holder in keysets if holder != SERVICE}
    doors, apart = dict[UUID, str](), set[UUID]()
    for about, door, wrong in _doors(evidence, vouched):
        findings += (Finding(about, str(door.id), each) for each in wrong)
        if wrong:
            apart.add(door.id)
        else:
            doors[door.id] = form_digest(door.form)
    return Vetted(
        tuple(findings),
        doors,
        {HolderCode(holder): first.digest for holder, first in firsts.items() if first},
        frozenset(apart),
        frozenset(HolderCode(holder) for holder, first in firsts.items() if not first),
    )


def _doors(evidence: Evidence, vouched: Vouched) -> Iterator[tuple[About, DoorSeal, list[str]]]:
    for account in evidence.accounts():
        yield About.ACCOUNT, seal_of_account(account), list(vouched.wrong_with_account(account))
    for token in evidence.tokens():
        yield About.TOKEN, seal_of_token(token), list(vouched.wrong_with_token(token))
