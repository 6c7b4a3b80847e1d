"""From a refusal to an answer: one table of statuses for both doors."""

from casetrack.domain.errors import (
    CasetrackError,
    IntegrityBroken,
    NoPendingTransfer,
    NotFound,
    NotPermitted,
    OfferOpen,
    RuleBroken,
    SignInFailed,
    Stale,
    TooManyTries,
    Unavailable,
)

STATUSES: tuple[tuple[type[CasetrackError], int], ...] = (
    (NotFound, 404),
    (NotPermitted, 403),
    (Stale, 409),
    (NoPendingTransfer, 409),
    (OfferOpen, 409),
    (SignInFailed, 401),
    (TooManyTries, 429),
    (Unavailable, 503),
    (IntegrityBroken, 500),
    (RuleBroken, 422),
)


def status_of(refusal: CasetrackError) -> int:
    """The HTTP status that says what kind of refusal it is."""
    return next((status for kind, status in STATUSES if isinstance(refusal, kind)), 500)
