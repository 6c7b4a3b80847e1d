"""What can happen to the keys of an organisation."""

from dataclasses import dataclass, field

from casetrack.domain.actions import Action
from casetrack.domain.events import Event
from casetrack.domain.ids import HolderCode


@dataclass(frozen=True, kw_only=True)
class KeysetMade(Event):
    """A holder has a new version of its keys."""

    action: Action = field(default=Action.KEYSET_MAKE, init=False)
    holder: HolderCode
    version: int
    fingerprint: str


@dataclass(frozen=True, kw_only=True)
class KeysetRenewed(Event):
    """A holder has the next version of its keys, which the version before it certified."""

    action: Action = field(default=Action.KEYSET_RENEW, init=False)
    holder: HolderCode
    version: int
    fingerprint: str


@dataclass(frozen=True, kw_only=True)
class KeysRewrapped(Event):
    """That many keys are wrapped for that version of the holder's keys, and so many are left under older ones."""

    action: Action = field(default=Action.KEYSET_REWRAP, init=False)
    holder: HolderCode
    version: int
    rows: int
    left: int


@dataclass(frozen=True, kw_only=True)
class RootMoved(Event):
    """Every version of the holder's keys is sealed under the root that its provider of now has."""

    action: Action = field(default=Action.KEYSET_RESEAL, init=False)
    holder: HolderCode
    provider: str
    versions: int
