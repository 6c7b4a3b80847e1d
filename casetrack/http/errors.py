"""From a refusal to an answer: one table of statuses for both doors."""

from collections.abc import Mapping
from typing import Final

from casetrack.domain.errors import (
    CasetrackError,
    DraftChanged,
    IntegrityBroken,
    LinkEnded,
    NoPendingTransfer,
    NotFound,
    NotPermitted,
    OfferOpen,
    RuleBroken,
    SessionEnded,
    SignInFailed,
    Stale,
    StillAnswering,
    TooManyTries,
    Unavailable,
)
from casetrack.domain.proposal_refusals import CaseChangedSince, NoPendingProposal

STATUSES: tuple[tuple[type[CasetrackError], int], ...] = (
    (NotFound, 404),
    (NotPermitted, 403),
    (Stale, 409),
    (StillAnswering, 409),
    (DraftChanged, 409),
    (NoPendingTransfer, 409),
    (NoPendingProposal, 409),
    (CaseChangedSince, 409),
    (OfferOpen, 409),
    (SignInFailed, 401),
    (SessionEnded, 401),
    (LinkEnded, 410),
    (TooManyTries, 429),
    (Unavailable, 503),
    (IntegrityBroken, 500),
    (RuleBroken, 422),
)


WAITS: Final[Mapping[type[CasetrackError], str]] = {StillAnswering: "1", Unavailable: "60"}
"""When to try again what was not ready or could not be reached, in seconds (RFC 9110, section 10.2.3)."""


def headers_of(refusal: CasetrackError) -> dict[str, str]:
    """What an answer says beside the refusal: when to try again, where that may help."""
    wait = next((wait for kind, wait in WAITS.items() if isinstance(refusal, kind)), None)
    return {"Retry-After": wait} if wait else {}


def status_of(refusal: CasetrackError) -> int:
    """The HTTP status that says what kind of refusal it is."""
    return next((status for kind, status in STATUSES if isinstance(refusal, kind)), 500)
