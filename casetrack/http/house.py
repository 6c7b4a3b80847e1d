"""What a request finds in the house: the stores' door, the deployment, the clock and the limits. Made in `app.py`."""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from flask import Request, current_app

from casetrack.crypto.tokens import SessionBox
from casetrack.domain.ids import Instant
from casetrack.services.audit import Inspect
from casetrack.services.bundles import Giving, KeepInTime
from casetrack.services.deployment import Deployment
from casetrack.services.evidence import Evidence, InTime
from casetrack.services.exporting import Keep
from casetrack.services.lifetimes import SessionLimits
from casetrack.services.work import Begin

EXTENSION = "casetrack"


@dataclass(frozen=True)
class House:
    """Everything that a request needs and that does not change between requests."""

    begin: Begin
    deployment: Deployment
    clock: Callable[[], Instant]
    sessions: SessionLimits
    reveal_for: timedelta
    """How long a reveal lasts before its reason is asked again."""
    shift: timedelta
    """How long the purpose lasts for which somebody opened the names of their caseload."""
    secure_cookies: bool
    client_key: bytes
    """Under which addresses are hashed for the log."""
    before_sign_in: SessionBox
    """What seals the little that an anonymous browser has to bring back, in its own cookie."""
    troubles: Callable[[], tuple[str, ...]]
    """What keeps casetrack from serving, a code for each: `database`, `migrations`, `sequencer`; or nothing."""
    counts: Callable[[], Mapping[str, int]]
    """How much there is of what an operator watches, by name: asked of the database, so the same from each process."""
    promise: Callable[[str], None]
    """Keeps in mind that others hold this signed checkpoint, before which the log may never go; or `NotPromised`."""
    is_demo: bool = False
    inspect: Inspect | None = None
    """Everything that is kept and signed, for an auditor to have checked; None where no address was given for that."""
    giving: Giving | None = None
    """How the log is given out from a page; None where no address was given for that."""
    check_for: timedelta = timedelta(seconds=20)
    """How long a request goes on checking that: less than it may take in all."""


def house() -> House:
    """The house of the application that serves this request."""
    found = current_app.extensions[EXTENSION]
    if not isinstance(found, House):
        raise TypeError(EXTENSION)
    return found


def in_time(evidence: Evidence) -> Evidence:
    """The same evidence, for as long as a request may go on reading it from now."""
    place = house()
    return InTime(evidence, until=place.clock() + place.check_for, clock=place.clock)


def keep_in_time(keep: Keep) -> Keep:
    """The same place for the files of an export, for as long as a request may go on from now."""
    place = house()
    return KeepInTime(keep, until=place.clock() + place.check_for, clock=place.clock)


def client_of(asked: Request) -> bytes:
    """A keyed hash of where a request came from: two from one place are alike, and no address is kept."""
    return hmac.digest(house().client_key, (asked.remote_addr or "").encode(), hashlib.sha256)[:16]
