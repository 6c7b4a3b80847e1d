"""For how long what is kept beside the cases counts for anything. What is past its life is swept away.

Each is longer than anybody needs the thing for. The settings say when somebody must sign in again; that comes sooner.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final


@dataclass(frozen=True)
class SessionLimits:
    """How long a session lasts without use, and at most."""

    idle: timedelta
    absolute: timedelta


SESSIONS_WAIT: Final = SessionLimits(idle=timedelta(days=1), absolute=timedelta(days=2))
"""For how long what a session held waits for the same account to sign in again, once the session itself has run out."""
FAILURES_COUNT: Final = timedelta(hours=1)
"""For how long a failure to sign in makes the next tries wait."""
DRAFTS_WAIT: Final = timedelta(days=30)
"""For how long answers that were not sent wait, since the last of them."""
ANSWERS_REPEAT: Final = timedelta(days=2)
"""For how long, at least, a request that is sent again has the answer that it had the first time."""
SET_UP_WAITS: Final = timedelta(days=2)
"""For how long the link waits by which somebody chooses the password of their account."""
