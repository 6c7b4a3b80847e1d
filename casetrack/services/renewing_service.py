"""The keys of casetrack itself, renewed while everybody works on: from them all other keys are believed.

The version before certifies the next, and that certifies the first keys of every organisation anew, in one
transaction: there is no moment at which some of them are believed and others are not. Who began before it follows the
certificates (`Trust`). What the service sealed, accounts and tokens, is then sealed anew in small steps. A renewal has
one state, the rows that an older version sealed: whatever stops it, it goes on from there.

What does not fit (`Misfits`) is left as it is. It is not vouched for anew, and holds nobody else up.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from casetrack.crypto.keyring import SealedKeyset
from casetrack.crypto.keysets import PublicKeyset
from casetrack.domain.errors import IntegrityBroken
from casetrack.domain.holders import SERVICE
from casetrack.domain.ids import HolderCode
from casetrack.domain.key_events import DoorsSealed
from casetrack.domain.keyset_refusals import NotAsMade
from casetrack.services.keysets import Keeper, Renewal, keep_next
from casetrack.services.seals import check_signature
from casetrack.services.trust import Trust
from casetrack.services.verifying_trust import ALL_FIT, Misfits
from casetrack.services.vouching import DoorSeal, check_vouches

AT_A_TIME: Final = 200
"""How many rows are sealed anew in one transaction: some hundredths of a second."""


def plan_service(keeper: Keeper, apart: Misfits = ALL_FIT) -> Renewal:
    """What renewing would do, without doing it: begin the next version, or go on with the one that was begun."""
    with keeper.enter() as room:
        newest = Trust(room, keeper.deployment).current(SERVICE).version
        if left := room.door_seals_left(newest, apart.doors):
            return Renewal(newest, left, begun=True)
        return Renewal(newest + 1, room.door_seals_left(newest + 1, apart.doors), begun=False)


def renew_service(keeper: Keeper, apart: Misfits = ALL_FIT, known: SealedKeyset | None = None) -> Renewal:
    """The service has a next version of its keys, by which the keys of every organisation are believed from now on.

    If one is half taken up, nothing is done, and it is that one. `known` is the next version where it was made before,
    and this is a copy of the database from before that. `NotAsMade` names the organisation whose keys are not certified
    now, and is not among those that do not fit.
    """
    with keeper.enter() as room:
        room.hold_service()
        trust, keyring = Trust(room, keeper.deployment), keeper.deployment.keyring
        mine = trust.mine(SERVICE)
        if left := room.door_seals_left(mine.public.version, apart.doors):
            return Renewal(mine.public.version, left, begun=True)
        trust.asking(partial(keyring.check, mine))
        made = known or trust.asking(partial(keyring.renew, mine))
        holders = (holder.code for holder in room.holders() if holder.code not in {SERVICE, *apart.holders})
        firsts = [first for holder in holders for first in _first(trust, holder)]
        for first in trust.asking(partial(keyring.recertify, firsts, made)):
            room.recertify(first)
        keep_next(keeper, room, made)
        return Renewal(made.public.version, room.door_seals_left(made.public.version, apart.doors), begun=False)


def reseal_doors(keeper: Keeper, apart: Misfits = ALL_FIT) -> DoorsSealed | None:
    """Some of the accounts and tokens that the version before sealed are sealed by the newest; None if none was left.

    One transaction with its own event. What somebody changes meanwhile is left for the next time. `NotAsMade` names one
    that is not as it was sealed, or is of a version too old to vouch for it: then nothing of the step is kept.
    """
    with keeper.enter() as room:
        trust = Trust(room, keeper.deployment)
        newest = trust.mine(SERVICE)
        version = newest.public.version
        found = room.door_seals(version, AT_A_TIME, apart.doors)
        if not found:
            return None
        for each in found:
            _check(each, trust, keeper.deployment.name, version)
        anew = trust.asking(partial(keeper.deployment.keyring.seal_all, newest, [each.form for each in found]))
        room.seal_doors(replace(each, seal=seal) for each, seal in zip(found, anew, strict=True))
        left = room.door_seals_left(version, apart.doors)
        event = DoorsSealed(at=keeper.now, by=keeper.actor.account, version=version, rows=len(found), left=left)
        keeper.note(room, event)
        return event


def _first(trust: Trust, holder: HolderCode) -> Sequence[PublicKeyset]:
    """The first keys of that organisation, which are believed now; nothing of one that has no keys."""
    try:
        return [keyset.public for keyset in trust.chain(holder)[:1]]
    except IntegrityBroken:
        raise NotAsMade(about=f"Keys {holder} 1") from None


def _check(each: DoorSeal, trust: Trust, deployment: str, newest: int) -> None:
    version = each.seal.keyset_version
    try:
        check_vouches(version, newest=newest)
        check_signature(each.form, each.seal, deployment, trust.version(SERVICE, version))
    except IntegrityBroken:
        raise NotAsMade(about=f"{each.door.value.capitalize()} {each.id}") from None
