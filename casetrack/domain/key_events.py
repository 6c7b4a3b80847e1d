"""What can happen to the keys of an organisation, and to those of its cases."""

from dataclasses import dataclass, field

from casetrack.domain.actions import Action
from casetrack.domain.events import Event
from casetrack.domain.ids import HolderCode, ProposalId


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


@dataclass(frozen=True, kw_only=True)
class DoorsSealed(Event):
    """So many accounts and tokens are sealed by that version of the service's keys, and so many are left of before."""

    action: Action = field(default=Action.KEYSET_VOUCH, init=False)
    version: int
    rows: int
    left: int


@dataclass(frozen=True, kw_only=True)
class LogKeyFollowed(Event):
    """A new key of the log signs beside the old one: both keys in a line each, and what the two signed to say so."""

    action: Action = field(default=Action.KEYSET_FOLLOW, init=False)
    old_key: str
    new_key: str
    statement: str


@dataclass(frozen=True, kw_only=True)
class LogKeyEnded(Event):
    """The old key of the log signs no more, and the new one goes on alone; both signed that."""

    action: Action = field(default=Action.KEYSET_END, init=False)
    old_key: str
    new_key: str
    statement: str


@dataclass(frozen=True, kw_only=True)
class KeysetDestroyed(Event):
    """The private half of that version is gone; `agreed` is the proposal on which two people did agree to it."""

    action: Action = field(default=Action.KEYSET_DESTROY, init=False)
    holder: HolderCode
    version: int
    fingerprint: str
    agreed: ProposalId


@dataclass(frozen=True, kw_only=True)
class TagsRemade(Event):
    """So many tags were made by that version of the holder's keys, and so many are left that older ones made."""

    action: Action = field(default=Action.KEYSET_RETAG, init=False)
    holder: HolderCode
    version: int
    rows: int
    left: int


@dataclass(frozen=True, kw_only=True)
class CaseKeysRenewed(Event):
    """What lies in those parts of the case is sealed under data keys that nobody had before.

    They are wrapped by that version of the holder's keys, for whoever has each part. Nothing that is recorded changed.
    """

    changes_case = True
    aspect = "keys"
    action: Action = field(default=Action.DATAKEY_RENEW, init=False)
    holder: HolderCode
    keyset: int
    parts: frozenset[str]
