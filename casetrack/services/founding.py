"""How an installation begins: its holders are kept, and each has keys that the service certified."""

from collections.abc import Iterable, Sequence

from casetrack.crypto.keyring import Keyring, SealedKeyset
from casetrack.crypto.providers import Roots
from casetrack.domain.factfiles import ForceFact
from casetrack.domain.holders import AUDIT_DESK, SERVICE, Holder, HolderKind
from casetrack.domain.ids import HolderCode, Instant
from casetrack.domain.key_events import KeysetMade
from casetrack.services.deployment import Deployment
from casetrack.services.journal import Purpose, journal_entry
from casetrack.services.ports import Stores

FOUNDING = Purpose("founding")
OWN_HOLDERS = (
    Holder(SERVICE, "casetrack", HolderKind.SERVICE, "United Kingdom"),
    Holder(AUDIT_DESK, "Audit desk", HolderKind.AUDIT_DESK, "United Kingdom"),
)


def forces(facts: Iterable[ForceFact]) -> tuple[Holder, ...]:
    """The police bodies of the facts, as holders."""
    return tuple(
        Holder(
            code=HolderCode(fact.code),
            name=fact.name,
            kind=HolderKind(fact.kind),
            nation=fact.nation,
            region=fact.region,
            valid_from=fact.valid_from,
            valid_to=fact.valid_to,
            successor=HolderCode(fact.successor) if fact.successor else None,
        )
        for fact in facts
    )


def keep_holders(stores: Stores, holders: Iterable[Holder]) -> None:
    """The holders are kept, those of the service itself first; those that are there already stay as they are."""
    stores.holders.add((*OWN_HOLDERS, *holders))


def make_keysets(
    stores: Stores, keyring: Keyring, roots: Roots, *, known: Sequence[SealedKeyset] = ()
) -> tuple[SealedKeyset, ...]:
    """Every holder without keys has its first keyset, certified by the service; gives the new ones.

    `known` are the service's where it had some before: in another database, which is gone.
    """
    # Whoever renews the service's keys certifies all first keys anew: none may be certified by the old ones meanwhile.
    stores.keys.hold_service()
    service = stores.keys.keysets(SERVICE)
    made = list(known) if not service else []
    for keyset in made:
        stores.keys.add_keyset(keyset)
    if not service and not made:
        made.append(_made(stores, keyring, roots, SERVICE, None))
    newest = (*service, *made)[-1]
    without = [holder.code for holder in stores.holders.all() if not stores.keys.keysets(holder.code)]
    made.extend(_made(stores, keyring, roots, holder, newest) for holder in without)
    return tuple(made)


def journal_keysets(stores: Stores, deployment: Deployment, made: Iterable[SealedKeyset], now: Instant) -> None:
    """That each keyset was made is on the log, with the fingerprint by which it is checked out of band."""
    desk = stores.keys.keysets(AUDIT_DESK)[-1].public
    for keyset in made:
        public = keyset.public
        event = KeysetMade(
            at=now, by=None, holder=HolderCode(public.holder), version=public.version, fingerprint=public.fingerprint
        )
        entry = journal_entry(
            event,
            actor=None,
            purpose=FOUNDING,
            holders_then=(),
            change=None,
            desk=desk,
            deployment=deployment.name,
            chance=deployment.chance,
        )
        stores.journal.write(entry)


def _made(
    stores: Stores, keyring: Keyring, roots: Roots, holder: HolderCode, service: SealedKeyset | None
) -> SealedKeyset:
    roots.add(holder)
    keyset = keyring.generate(holder, by=service)
    stores.keys.add_keyset(keyset)
    return keyset
