"""Trying keys: what an organisation's own keys open of everything that is kept, rightly or not."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from casetrack.crypto.datakeys import DataKey
from casetrack.crypto.errors import CannotOpen
from casetrack.crypto.fields import Value
from casetrack.crypto.keyring import Keyring, SealedKeyset
from casetrack.crypto.roots import RootFile
from casetrack.crypto.wraps import Wrap
from casetrack.domain.case import Case
from casetrack.domain.holders import Holder
from casetrack.services.ports import SealedValue
from tests.services.acts import kept, values_of
from tests.world import CHEAP, NAME, PASSPHRASE, World


def keys_opened_by(world: World, holder: Holder) -> list[DataKey]:
    """Every data key that comes out of any wrap there is, tried with each keyset of the holder.

    A wrap for somebody else is tried as if it were the holder's own, too: what a row says of itself is only a row.
    """
    mine = [keyset for keyset in kept(world).keysets.values() if keyset.public.holder == holder.code]
    assert mine
    return [key for wrap in kept(world).wraps for keyset in mine for key in _tried(world, wrap, keyset)]


def _tried(world: World, wrap: Wrap, mine: SealedKeyset) -> Iterator[DataKey]:
    sender = kept(world).keysets[wrap.sender, wrap.sender_version].public
    mislabelled = replace(wrap, recipient=mine.public.holder, recipient_version=mine.public.version)
    for each in {wrap, mislabelled}:
        try:
            yield world.deployment.keyring.open_wrap(mine, each, sender)
        except CannotOpen:
            continue


def values_under(keys: Iterable[DataKey], values: Iterable[SealedValue]) -> list[Value]:
    """What any of the keys opens of the values, each key tried whatever its number and its case."""
    found = []
    for key in keys:
        for value in values:
            try:
                found.append(key.open(value.label, value.id, value.stored))
            except CannotOpen:
                continue
    return found


def opened_by(world: World, holder: Holder, case: Case) -> set[str]:
    """The columns of the case's sealed values, old ones too, that the holder's keys open."""
    keys = keys_opened_by(world, holder)
    return {f"{value.part}/{value.label.column}" for value in values_of(world, case) if values_under(keys, [value])}


def out_of_reach(world: World) -> None:
    """From here on, this world's process has a key file without a single root."""
    with TemporaryDirectory() as folder:
        roots = RootFile.create(Path(folder) / "keys.json", PASSPHRASE, CHEAP)
    world.deployment = replace(world.deployment, keyring=Keyring(NAME, roots))
