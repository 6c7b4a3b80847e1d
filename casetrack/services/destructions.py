"""Destroying old keys: proposed by one administrator, agreed to by another, and done on the machine that reaches them.

What goes is the private half of one version. Its public half, certificate and fingerprint stay for ever, so that what
it sealed can be checked. A copy of the database from before still has it, under the root that it always was.
"""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from casetrack.crypto.keyring import SealedKeyset
from casetrack.crypto.keysets import PublicKeyset
from casetrack.domain.actions import Action
from casetrack.domain.destructions import agreed_among, check_proposing, check_unneeded
from casetrack.domain.errors import NotFound, RuleBroken
from casetrack.domain.events import Consulted
from casetrack.domain.holders import Holder
from casetrack.domain.ids import HolderCode
from casetrack.domain.key_events import KeysetDestroyed
from casetrack.domain.keyset_refusals import NoSuchHolder, NoSuchVersion
from casetrack.domain.proposals import Proposal, ProposalKind
from casetrack.services.keysets import Keeper, KeyRoom
from casetrack.services.ports import KeyRows
from casetrack.services.proposing import What, propose_to
from casetrack.services.seals import check_kept
from casetrack.services.trust import Trust
from casetrack.services.work import UnitOfWork


@dataclass(frozen=True)
class OldKeys:
    """One version of an organisation's keys, as the page that proposes to destroy it shows it."""

    holder: Holder
    public: PublicKeyset
    rows: KeyRows
    """How many keys are still wrapped for it: while there are any, it is not destroyed."""


@dataclass(frozen=True)
class Destruction:
    """What destroying would do: of which keys, and what stands in the way of it."""

    public: PublicKeyset
    obstacles: tuple[RuleBroken, ...]


def subject_of(public: PublicKeyset) -> UUID:
    """What a proposal about this version names: the first 16 bytes of what its fingerprint is made of."""
    return UUID(bytes=public.digest[:16])


def propose_destruction(work: UnitOfWork, holder: HolderCode, version: int, rule: str, reason: str) -> Proposal:
    """That the version be destroyed waits for another administrator, who is of the organisation whose keys they are."""
    old = _old_keys(work, holder, version)
    work.deployment.check_code("destruction_rules", rule)
    work.deployment.check_code("destruction_reasons", reason)
    subject = subject_of(old.public)
    what = What(ProposalKind.DESTRUCTION, subject, rule, reason)
    return propose_to(work, what, None, to=holder, before=work.stores.proposals.of_subject(subject))


def prepare_destruction(work: UnitOfWork, holder: HolderCode, version: int) -> OldKeys:
    """The keys, for the page that proposes it; what would be refused anyway is refused now. Journalled here."""
    old = _old_keys(work, holder, version)
    looked = (f"holder={holder}", f"version={version}")
    work.note(Consulted(action=Action.KEYSET_LIST, at=work.now, by=work.actor.account, filters=looked))
    return old


def keys_proposed(work: UnitOfWork, proposal: Proposal) -> PublicKeyset | None:
    """The public half of the keys that the proposal is about; None of one about a case."""
    if proposal.kind is not ProposalKind.DESTRUCTION:
        return None
    chain = (keyset.public for keyset in work.trust.chain(proposal.to_holder))
    return next((public for public in chain if subject_of(public) == proposal.subject), None)


def plan_destruction(keeper: Keeper, holder: HolderCode, version: int) -> Destruction:
    """What stands in the way of destroying that version now, all of it; nothing is done."""
    with keeper.enter() as room:
        chain, mine = _chain_of(keeper, room, holder, version)
        checks = (
            lambda: check_proposing(version, len(chain), is_destroyed=mine.is_destroyed),
            lambda: check_unneeded(room.needs(holder, version)),
            lambda: _agreed(keeper, room, mine.public),
        )
        return Destruction(mine.public, tuple(found for check in checks if (found := _refused(check))))


def destroy_keyset(keeper: Keeper, holder: HolderCode, version: int) -> KeysetDestroyed:
    """The private half of that version is gone, and an event says on whose word: both in one transaction."""
    with keeper.enter() as room:
        chain, mine = _chain_of(keeper, room, holder, version)
        check_proposing(version, len(chain), is_destroyed=mine.is_destroyed)
        check_unneeded(room.needs(holder, version))
        agreed = _agreed(keeper, room, mine.public)
        room.destroy(holder, version, agreed.id)
        event = KeysetDestroyed(
            at=keeper.now,
            by=keeper.actor.account,
            holder=holder,
            version=version,
            fingerprint=mine.public.fingerprint,
            agreed=agreed.id,
        )
        keeper.note(room, event)
        return event


def _old_keys(work: UnitOfWork, holder: HolderCode, version: int) -> OldKeys:
    """One version of the keys of an organisation that the actor administers, if its destruction can be proposed."""
    work.require(Action.DESTRUCTION_PROPOSE)
    named = next((each for each in work.stores.holders.all() if each.code == holder), None)
    if named is None or not (work.actor.national or work.actor.holder == holder):
        raise NotFound
    chain = work.trust.chain(holder)
    found = next((each for each in chain if each.public.version == version), None)
    if found is None:
        raise NotFound
    check_proposing(version, len(chain), is_destroyed=found.is_destroyed)
    return OldKeys(named, found.public, work.stores.keys.rows().get((holder, version), KeyRows()))


def _chain_of(
    keeper: Keeper, room: KeyRoom, holder: HolderCode, version: int
) -> tuple[tuple[SealedKeyset, ...], SealedKeyset]:
    """Every version of the holder's keys, and that one; refused where there is no such holder or version."""
    if holder not in {each.code for each in room.holders()}:
        raise NoSuchHolder
    chain = Trust(room, keeper.deployment).chain(holder)
    found = next((keyset for keyset in chain if keyset.public.version == version), None)
    if found is None:
        raise NoSuchVersion
    return chain, found


def _agreed(keeper: Keeper, room: KeyRoom, public: PublicKeyset) -> Proposal:
    """The proposal on which two people have agreed to destroy exactly these keys, as it was sealed when they did."""
    trust = Trust(room, keeper.deployment)
    kept = {each.proposal.id: each for each in room.proposals(subject_of(public))}
    holder = HolderCode(public.holder)
    agreed = agreed_among((each.proposal for each in kept.values()), holder, keeper.now)
    sealed = kept[agreed.id]
    seal = sealed.seal.seal
    check_kept(sealed, keeper.deployment.name, trust.version(seal.holder, seal.keyset_version))
    return agreed


def _refused(check: Callable[[], object]) -> RuleBroken | None:
    try:
        check()
    except RuleBroken as refusal:
        return refusal
    return None
