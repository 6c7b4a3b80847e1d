"""The keys of casetrack itself, renewed while everybody works on: from them all other keys are believed.

The version before certifies the next, and that certifies the first keys of every organisation anew, in one
transaction: there is no moment at which some of them are believed and others are not. Who began before it follows the
certificates (`Trust`). What the service sealed, accounts and tokens, is then sealed anew in small steps. A renewal has
one state, the rows that an older version sealed: whatever stops it, it goes on from there.
"""

from dataclasses import replace
from functools import partial
from typing import Final

from casetrack.domain.holders import SERVICE
from casetrack.domain.key_events import DoorsSealed, KeysetRenewed
from casetrack.services.keysets import Keeper, Renewal
from casetrack.services.seals import check_signature
from casetrack.services.trust import Trust
from casetrack.services.vouching import check_vouches

AT_A_TIME: Final = 200
"""How many rows are sealed anew in one transaction: some hundredths of a second."""


def plan_service(keeper: Keeper) -> Renewal:
    """What renewing would do, without doing it: begin the next version, or go on with the one that was begun."""
    with keeper.enter() as room:
        newest = Trust(room, keeper.deployment).current(SERVICE).version
        if left := room.door_seals_left(newest):
            return Renewal(newest, left, begun=True)
        return Renewal(newest + 1, room.door_seals_left(newest + 1), begun=False)


def renew_service(keeper: Keeper) -> Renewal:
    """The service has a next version of its keys, by which the keys of every organisation are believed from now on.

    If one is half taken up, nothing is done, and it is that one. `IntegrityBroken` if the keys of an organisation are
    not certified now: whoever certified them anew would make them so.
    """
    with keeper.enter() as room:
        trust = Trust(room, keeper.deployment)
        mine = trust.mine(SERVICE)
        if left := room.door_seals_left(mine.public.version):
            return Renewal(mine.public.version, left, begun=True)
        trust.asking(partial(keeper.deployment.keyring.check, mine))
        made = trust.asking(partial(keeper.deployment.keyring.renew, mine))
        chains = (trust.chain(holder.code) for holder in room.holders() if holder.code != SERVICE)
        firsts = [chain[0].public for chain in chains if chain]
        for first in trust.asking(partial(keeper.deployment.keyring.recertify, firsts, made)):
            room.recertify(first)
        room.add_keyset(made)
        public = made.public
        keeper.note(
            room,
            KeysetRenewed(
                at=keeper.now,
                by=keeper.actor.account,
                holder=SERVICE,
                version=public.version,
                fingerprint=public.fingerprint,
            ),
        )
        return Renewal(public.version, room.door_seals_left(public.version), begun=False)


def reseal_doors(keeper: Keeper) -> DoorsSealed | None:
    """Some of the accounts and tokens that the version before sealed are sealed by the newest; None if none was left.

    One transaction with its own event. What somebody changes meanwhile is left for the next time. `IntegrityBroken` if
    one is not as it was sealed, or is of a version too old to vouch for it: then nothing of the step is kept, and
    `audit verify --database` names it.
    """
    with keeper.enter() as room:
        trust, name = Trust(room, keeper.deployment), keeper.deployment.name
        newest = trust.mine(SERVICE)
        found = room.door_seals(newest.public.version, AT_A_TIME)
        if not found:
            return None
        for each in found:
            check_vouches(each.seal.keyset_version, newest=newest.public.version)
            check_signature(each.form, each.seal, name, trust.version(SERVICE, each.seal.keyset_version))
        anew = trust.asking(partial(keeper.deployment.keyring.seal_all, newest, [each.form for each in found]))
        room.seal_doors(replace(each, seal=seal) for each, seal in zip(found, anew, strict=True))
        event = DoorsSealed(
            at=keeper.now,
            by=keeper.actor.account,
            version=newest.public.version,
            rows=len(found),
            left=room.door_seals_left(newest.public.version),
        )
        keeper.note(room, event)
        return event
