"""The sweeper: what is past its life is kept no longer.

Nothing depends on it. A session that has run out opens nothing, a link that was used is used, and a failure of long ago
slows nobody down, whether or not it was swept away. But what has no use any more says, to whoever has the database, who
was here and when.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import timedelta
from threading import Event
from typing import Final, Protocol

import structlog

from casetrack.domain.errors import CasetrackError
from casetrack.domain.ids import Instant
from casetrack.services.lifetimes import ANSWERS_REPEAT, DRAFTS_WAIT, FAILURES_COUNT, SESSIONS_WAIT
from casetrack.services.limits import COUNTED_FOR

LOG: Final = structlog.get_logger()
SWEPT_EVERY: Final = timedelta(minutes=10)


class Leftovers(Protocol):
    """What can be past its life, in one transaction. Each of these is one statement, and says how much is gone."""

    def hold(self) -> None:
        """Nobody else sweeps until this transaction ends."""

    def end_sessions(self, *, unused_since: Instant, begun_before: Instant) -> int:
        """The sessions that nobody has used since, or that began before, are gone."""

    def end_links(self, *, by: Instant) -> int:
        """The links that were used, or that had ended by then, are gone."""

    def end_failures(self, *, by: Instant) -> int:
        """The failures to sign in until then are gone."""

    def end_drafts(self, *, before: Instant) -> int:
        """The drafts to which nothing was added since are gone."""

    def end_answers(self, *, before: Instant) -> int:
        """The answers that were first given before then are gone."""

    def end_quota_uses(self, *, by: Instant) -> int:
        """What accounts were shown until then is gone."""

    def end_quota_raises(self, *, by: Instant) -> int:
        """What supervisors allowed, and what had ended by then, is gone."""


BeginSweep = Callable[[], AbstractContextManager[Leftovers]]


def sweep(begin: BeginSweep, now: Instant) -> Mapping[str, int]:
    """What is past its life at that instant is gone, all of it or nothing; how much that was, by kind."""
    with begin() as left:
        left.hold()
        return {
            "sessions": left.end_sessions(
                unused_since=now - SESSIONS_WAIT.idle, begun_before=now - SESSIONS_WAIT.absolute
            ),
            "links": left.end_links(by=now),
            "failures": left.end_failures(by=now - FAILURES_COUNT),
            "drafts": left.end_drafts(before=now - DRAFTS_WAIT),
            "answers": left.end_answers(before=now - ANSWERS_REPEAT),
            "quota_uses": left.end_quota_uses(by=now - COUNTED_FOR),
            "quota_raises": left.end_quota_raises(by=now),
        }


def keep_sweeping(begin: BeginSweep, stop: Event, *, clock: Callable[[], Instant]) -> None:
    """It is swept now and then until `stop` is set. A sweep that is refused changes nothing, and is tried again."""
    while not stop.is_set():
        try:
            gone = sweep(begin, clock())
        except CasetrackError as refusal:
            LOG.warning("sweep waits", reason=type(refusal).__name__)
        else:
            LOG.debug("swept", **gone)
        stop.wait(SWEPT_EVERY.total_seconds())
