"""Whom casetrack vouches for: every account, every token and the keys of every organisation, as the journal has them.

A seal or a certificate says only that somebody had the service's keys. Whoever stole those, and can write to the
database, makes accounts and organisations that are sealed as they should be; the journal does not know of them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from casetrack.crypto.keysets import PublicKeyset, believed, continued
from casetrack.domain.actions import Action
from casetrack.domain.errors import IntegrityBroken
from casetrack.domain.holders import SERVICE
from casetrack.domain.ids import HolderCode
from casetrack.domain.words import N_
from casetrack.services.events_read import EventsRead
from casetrack.services.evidence import Evidence, KeptAccount
from casetrack.services.findings import About, Finding
from casetrack.services.people import Token
from casetrack.services.seals import check_signature
from casetrack.services.vouching import DoorSeal, check_vouches, seal_of_account, seal_of_token

NOT_SEALED_SO: Final = N_("It is not what was sealed.")
UNKNOWN: Final = N_("The journal does not know of it.")
PUT_BACK: Final = N_("It is not what the journal's newest change of it says: an older row was put back.")
VOUCHING: Final = frozenset(
    {
        *(Action.ACCOUNT_CREATE, Action.ACCOUNT_CLOSE, Action.ACCOUNT_RESET, Action.PASSWORD_SET),
        *(Action.PASSWORD_CHANGE, Action.TOKEN_CREATE, Action.TOKEN_REVOKE),
        *(Action.KEYSET_MAKE, Action.KEYSET_RENEW),
    }
)
"""The actions by which the journal speaks of what the service vouches for."""


@dataclass(frozen=True)
class Misfits:
    """What casetrack does not vouch for any further: each named, and whose it is."""

    findings: tuple[Finding, ...] = ()
    doors: frozenset[UUID] = frozenset()
    """The accounts and tokens that are not as they were made."""
    holders: frozenset[HolderCode] = frozenset()
    """The organisations whose first keys are not those that were made."""


ALL_FIT: Final = Misfits()


class Vouched:
    """Holds accounts, tokens and keys against their seals and certificates, and against what the journal says."""

    def __init__(
        self,
        keysets: Mapping[str, tuple[PublicKeyset, ...]],
        read: EventsRead,
        service: Sequence[PublicKeyset],
        deployment: str,
    ) -> None:
        """Start from the versions of the service's keyset that its root proved."""
        self._keysets = keysets
        self._read = read
        self._deployment = deployment
        chain = continued(service, keysets.get(SERVICE, ()), deployment)
        self._newest = (chain or service)[-1]
        """The service's keyset, which certifies the first of every other organisation."""
        self._trusted = {str(SERVICE): chain}

    def sealer(self, holder: str, version: int) -> PublicKeyset:
        """The keyset that is said to have sealed, if it was certified; `IntegrityBroken` otherwise."""
        if not 1 <= version <= len(self._certified(holder)):
            raise IntegrityBroken
        return self._certified(holder)[version - 1]

    def wrong_with_account(self, kept: KeptAccount) -> Iterator[str]:
        """What is wrong with an account; nothing if it is as it was made and last changed."""
        account, epochs = kept.account, self._read.epochs
        yield from self._wrong_with_seal(seal_of_account(kept))
        if account.id not in self._read.accounts:
            yield UNKNOWN
        elif account.epoch < epochs.get(account.id, 0):
            yield PUT_BACK

    def wrong_with_token(self, token: Token) -> Iterator[str]:
        """What is wrong with a token."""
        yield from self._wrong_with_seal(seal_of_token(token))
        if token.id not in self._read.tokens:
            yield UNKNOWN
        elif token.revoked_at is None and token.id in self._read.revoked:
            yield PUT_BACK

    def wrong_with_keys(self) -> Iterator[tuple[str, int, str]]:
        """Which version of which organisation's keys is not certified, or not the one that the journal speaks of."""
        for holder, chain in sorted(self._keysets.items()):
            certified = len(self._certified(holder))
            for place, public in enumerate(chain):
                said = self._read.keysets.get((holder, public.version), set())
                if place >= certified:
                    yield holder, public.version, N_("Nobody certified them who might.")
                elif not said:
                    yield holder, public.version, N_("The journal does not know of them.")
                elif public.fingerprint not in said:
                    yield holder, public.version, N_("The journal says that other keys were made in their place.")
                elif len(said) > 1:
                    yield holder, public.version, N_("The journal says that other keys were made of that version too.")
        there = {(holder, public.version) for holder, chain in self._keysets.items() for public in chain}
        for holder, version in sorted(set(self._read.keysets) - there):
            yield holder, version, N_("They are in the journal, and their row is gone.")

    def _wrong_with_seal(self, door: DoorSeal) -> Iterator[str]:
        version = door.seal.keyset_version
        try:
            check_vouches(version, newest=self._newest.version)
            check_signature(door.form, door.seal, self._deployment, self.sealer(SERVICE, version))
        except IntegrityBroken:
            yield NOT_SEALED_SO

    def _certified(self, holder: str) -> tuple[PublicKeyset, ...]:
        if holder not in self._trusted:
            self._trusted[holder] = believed(self._keysets.get(holder, ()), self._newest, self._deployment)
        return self._trusted[holder]


def find_misfits(evidence: Evidence, service: Sequence[PublicKeyset], deployment: str) -> Misfits:
    """Everything that the service's keys vouch for and should not; reads what the journal says of that alone."""
    read, findings = EventsRead(), list[Finding]()
    for event in evidence.events_of(VOUCHING):
        findings += (Finding(About.EVENT, str(event.id), wrong) for wrong in read.wrong_with(event))
    vouched = Vouched(evidence.keysets(), read, service, deployment)
    doors, holders = set[UUID](), set[HolderCode]()
    for holder, version, wrong in vouched.wrong_with_keys():
        findings.append(Finding(About.KEYS, f"{holder} {version}", wrong))
        if version == 1 and holder != SERVICE:
            holders.add(HolderCode(holder))
    for account in evidence.accounts():
        for wrong in vouched.wrong_with_account(account):
            findings.append(Finding(About.ACCOUNT, str(account.account.id), wrong))
            doors.add(account.account.id)
    for token in evidence.tokens():
        for wrong in vouched.wrong_with_token(token):
            findings.append(Finding(About.TOKEN, str(token.id), wrong))
            doors.add(token.id)
    return Misfits(tuple(findings), frozenset(doors), frozenset(holders))
