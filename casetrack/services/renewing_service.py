"""The keys of casetrack itself, renewed while everybody works on: from them all other keys are believed.

The version before certifies the next, and that certifies the first keys of every organisation anew, in one
transaction: there is no moment at which some of them are believed and others are not. Who began before it follows the
certificates (`Trust`). What the service sealed, accounts and tokens, is then sealed anew in small steps. A renewal has
one state, the rows that an older version sealed: whatever stops it, it goes on from there.

Nothing is vouched for anew but what the journal was asked about, and that fits (`Vetted`). What does not is left as it
is, and holds nobody else up.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from casetrack.crypto.keyring import SealedKeyset
from casetrack.crypto.keysets import PublicKeyset
from casetrack.domain.errors import IntegrityBroken
from casetrack.domain.holders import AUDIT_DESK, SERVICE
from casetrack.domain.ids import HolderCode
from casetrack.domain.key_events import DoorsSealed, RootMoved
from casetrack.domain.keyset_refusals import NotAsMade
from casetrack.services.keysets import KEY_FILE, Keeper, KeyRoom, Renewal, keep_next, note_renewal
from casetrack.services.seals import check_signature
from casetrack.services.trust import Trust
from casetrack.services.verifying_trust import Vetted
from casetrack.services.vouching import DoorSeal, check_vouches, form_digest

AT_A_TIME: Final = 200
"""How many rows are sealed anew in one transaction: some hundredths of a second."""


def plan_service(keeper: Keeper, vetted: Vetted) -> Renewal:
    """What renewing would do, without doing it: begin the next version, or go on with the one that was begun."""
    with keeper.enter() as room:
        newest = Trust(room, keeper.deployment).current(SERVICE).version
        if left := room.door_seals_left(newest, vetted.doors):
            return Renewal(newest, left, begun=True)
        return Renewal(newest + 1, room.door_seals_left(newest + 1, vetted.doors), begun=False)


def renew_service(keeper: Keeper, vetted: Vetted) -> Renewal:
    """The service has a next version of its keys, by which the keys of every organisation are believed from now on.

    If one is half taken up, nothing is done, and it is that one. `NotAsMade` names an organisation whose keys are not
    those that the journal was asked about; or the audit desk, which nothing goes on without, if its keys do not fit.
    """
    with keeper.enter() as room:
        room.hold_service()
        trust, keyring = Trust(room, keeper.deployment), keeper.deployment.keyring
        mine = trust.mine(SERVICE)
        trust.asking(partial(keyring.check, mine))
        if left := room.door_seals_left(mine.public.version, vetted.doors):
            return Renewal(mine.public.version, left, begun=True)
        made = trust.asking(partial(keyring.renew, mine))
        _certify(keeper, room, made, vetted)
        keep_next(keeper, room, made)
        return Renewal(made.public.version, room.door_seals_left(made.public.version, vetted.doors), begun=False)


def reseal_doors(keeper: Keeper, vetted: Vetted) -> DoorsSealed | None:
    """Some of the accounts and tokens that the version before sealed are sealed by the newest; None if none was left.

    One transaction with its own event. What somebody changes meanwhile is left for the next time. `NotAsMade` names one
    that is not as it was when the journal was asked about it: then nothing of the step is kept.
    """
    with keeper.enter() as room:
        trust = Trust(room, keeper.deployment)
        newest = trust.mine(SERVICE)
        found = room.door_seals(newest.public.version, AT_A_TIME, vetted.doors)
        if not found:
            return None
        for each in found:
            _check(each, trust, keeper.deployment.name, newest.public.version)
        return _seal(keeper, room, newest, found, vetted)


def vouch_for_copy(
    keeper: Keeper, room: KeyRoom, added: Iterable[SealedKeyset], vetted: Vetted, *, resealed: int = 0
) -> None:
    """An older copy has those versions of the service's keys, and the newest vouches for everything in it that fits.

    Whichever version vouched for it before, and however long ago. So many of the versions that were there before have
    been put as the key folder has them. Nobody else is in the database.
    """
    trust = Trust(room, keeper.deployment)
    newest = trust.newest(SERVICE)
    _certify(keeper, room, newest, vetted)
    for keyset in added:
        note_renewal(keeper, room, keyset.public)
    if resealed:
        by = keeper.actor.account
        keeper.note(room, RootMoved(at=keeper.now, by=by, holder=SERVICE, provider=KEY_FILE, versions=resealed))
    found = room.door_seals(newest.public.version, len(vetted.doors), vetted.doors)
    if found:
        _seal(keeper, room, newest, found, vetted)


def _certify(keeper: Keeper, room: KeyRoom, by: SealedKeyset, vetted: Vetted) -> None:
    """The first keys of every organisation that fits are certified by that version of the service's."""
    if AUDIT_DESK not in vetted.firsts:
        # Nothing could be done any more that says why: each reason is sealed to the audit desk.
        raise NotAsMade(about=_keys_of(AUDIT_DESK))
    holders = (holder.code for holder in room.holders() if holder.code not in {SERVICE, *vetted.apart})
    firsts = [first for holder in holders for first in _first(room, holder, vetted)]
    for first in Trust(room, keeper.deployment).asking(partial(keeper.deployment.keyring.recertify, firsts, by)):
        room.recertify(first)


def _first(room: KeyRoom, holder: HolderCode, vetted: Vetted) -> Sequence[PublicKeyset]:
    """The first keys of that organisation; nothing of one that has no keys."""
    first = [keyset.public for keyset in room.keysets(holder)[:1]]
    if any(public.digest != vetted.firsts.get(holder) for public in first):
        raise NotAsMade(about=_keys_of(holder))
    return first


def _keys_of(holder: HolderCode) -> str:
    return f"Keys {holder} 1"


def _check(each: DoorSeal, trust: Trust, deployment: str, newest: int) -> None:
    version = each.seal.keyset_version
    try:
        check_vouches(version, newest=newest)
        check_signature(each.form, each.seal, deployment, trust.version(SERVICE, version))
    except IntegrityBroken:
        raise NotAsMade(about=_named(each)) from None


def _seal(keeper: Keeper, room: KeyRoom, by: SealedKeyset, found: Sequence[DoorSeal], vetted: Vetted) -> DoorsSealed:
    """Those accounts and tokens are sealed by that version, if they are as they were when the journal was asked."""
    for each in found:
        if form_digest(each.form) != vetted.doors.get(each.id):
            raise NotAsMade(about=_named(each))
    trust, version = Trust(room, keeper.deployment), by.public.version
    anew = trust.asking(partial(keeper.deployment.keyring.seal_all, by, [each.form for each in found]))
    room.seal_doors(replace(each, seal=seal) for each, seal in zip(found, anew, strict=True))
    left = room.door_seals_left(version, vetted.doors)
    event = DoorsSealed(at=keeper.now, by=keeper.actor.account, version=version, rows=len(found), left=left)
    keeper.note(room, event)
    return event


def _named(each: DoorSeal) -> str:
    return f"{each.door.value.capitalize()} {each.id}"
