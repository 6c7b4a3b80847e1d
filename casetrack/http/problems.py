"""What can be refused, a kind each: the types of problems (RFC 9457), and what each page of them says.

A kind is the name of a refusal, or of what HTTP itself refuses. Each has an address, under which anybody can read what
it means and what to do.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from casetrack.domain.errors import CasetrackError, NotFound, Stale
from casetrack.domain.words import N_
from casetrack.http.errors import status_of

TYPES: Final = "/problems/"

BY_STATUS: Final[Mapping[int, tuple[str, str]]] = {
    HTTPStatus.BAD_REQUEST: ("bad-request", N_("casetrack could not read the request. Check that it is JSON.")),
    HTTPStatus.UNAUTHORIZED: ("token-needed", N_("Send a token that has not ended: Authorization: Bearer …")),
    HTTPStatus.FORBIDDEN: ("not-allowed", N_("This cannot be asked from here.")),
    HTTPStatus.NOT_FOUND: ("not-found", NotFound.sentence),
    HTTPStatus.METHOD_NOT_ALLOWED: ("method-not-allowed", N_("This cannot be done to that. See the Allow header.")),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ("too-large", N_("The request is too large.")),
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: ("json-only", N_("Send JSON, as Content-Type: application/json.")),
    HTTPStatus.UNPROCESSABLE_ENTITY: ("not-valid", N_("Something that was sent does not fit. See errors.")),
    HTTPStatus.PRECONDITION_REQUIRED: (
        "version-needed",
        N_("Send the version that you were looking at, from its ETag, in If-Match."),
    ),
    HTTPStatus.PRECONDITION_FAILED: ("stale", Stale.sentence),
    HTTPStatus.INTERNAL_SERVER_ERROR: ("fault", N_("Something went wrong in casetrack. Nothing was changed.")),
}
"""What HTTP itself refuses: the kind of problem, and what to do."""

WHAT_TO_DO: Final[Mapping[int, str]] = {
    HTTPStatus.BAD_REQUEST: N_("Put the request right, and send it again."),
    HTTPStatus.UNAUTHORIZED: N_("Sign in again. A program sends a token that has not ended."),
    HTTPStatus.FORBIDDEN: N_("Ask somebody whose role allows it. To send it again changes nothing."),
    HTTPStatus.NOT_FOUND: N_("Check the address and the reference. What you may not know of is answered so too."),
    HTTPStatus.METHOD_NOT_ALLOWED: N_("Look in the description of the API for what can be done there."),
    HTTPStatus.CONFLICT: N_("Nothing was changed. Look again at how things stand now, and then decide."),
    HTTPStatus.GONE: N_("Ask your administrator for another. To send it again changes nothing."),
    HTTPStatus.PRECONDITION_FAILED: N_("Nothing was changed. Look again, and send the change with the new ETag."),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: N_("Send less at a time."),
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: N_("Send it again as JSON."),
    HTTPStatus.UNPROCESSABLE_ENTITY: N_("Nothing was changed. Put right what the sentence names, and send it again."),
    HTTPStatus.PRECONDITION_REQUIRED: N_("Look at the case first, and send the ETag of the answer as If-Match."),
    HTTPStatus.TOO_MANY_REQUESTS: N_("Wait before you try again. Each try that fails makes the next wait longer."),
    HTTPStatus.INTERNAL_SERVER_ERROR: N_("Tell your administrator at what time it happened."),
    HTTPStatus.SERVICE_UNAVAILABLE: N_(
        "Wait a few minutes, and send it again. With the same Idempotency-Key, nothing is done twice."
    ),
}
"""What to do about a refusal of that status, where its kind needs nothing else."""

SO_ALREADY: Final = N_("It is so already, and there is nothing to do. To send it again changes nothing.")
OF_OTHERS: Final = N_("Ask the organisation that has it, by the number on the page of the case.")
OF_KINDS: Final[Mapping[str, str]] = {
    "one-is-open": N_("Go to the open request on the case. Answer it or withdraw it, and then record the new one."),
    "desk-alone": N_("Ask an auditor of the audit desk, and say to them why."),
    "still-answering": N_(
        "Wait for as many seconds as Retry-After says, then send the same request with the same Idempotency-Key: the "
        "answer is what the first has done. With another key it would be done twice. On a page, wait a moment and "
        "then use the button that sends the form again."
    ),
    "draft-changed": N_(
        "Look at the answers that stand now: the page shows them beside yours. Then send one of the two."
    ),
    "draft-sent": N_("There is nothing to send. Look at the case or the offer that was made of these answers."),
    "offer-open": N_(
        "Go to the offer. Withdraw it, or ask the receiving organisation for its answer, and then try again."
    ),
    "no-pending-transfer": N_(
        "Look at the offer: its page says how it ended. If the case is still to move, a new offer is needed."
    ),
    "no-pending-proposal": N_(
        "Look at what was proposed: its page says how it ended. If it is still wanted, propose it again."
    ),
    "not-your-password": N_(
        "Type your present password again. If you have forgotten it, ask your administrator for a link."
    ),
    "sign-in-failed": N_("Try again. If you have forgotten your password, ask your administrator for a link."),
    "needs-step-up": N_(
        "Do it on the pages of casetrack, where you sign in yourself. No other token would be let in either."
    ),
    "not-allowed": N_("Open the page in casetrack itself, and send it from there."),
    "not-our-part": OF_OTHERS,
    "not-ours-to-close": N_("Ask the organisation that leads the support. If your own work is done, offer your part."),
    "passed-on": OF_OTHERS,
    "own-quota": N_("Ask another supervisor of your organisation."),
    "quota-spent": N_(
        "Wait: what was shown an hour ago counts no more. Or ask a supervisor to allow you more for this hour."
    ),
    "case-is-open": SO_ALREADY,
    "keys-destroyed": SO_ALREADY,
    "no-hold": SO_ALREADY,
    "nothing-to-reopen": SO_ALREADY,
    "same-hold-stands": SO_ALREADY,
    "strand-exists": SO_ALREADY,
    "proposal-stands": N_("Ask the second person to look at it, under Approvals. To propose it again changes nothing."),
    "own-access": N_("Ask another auditor, who is shown the same access, to record what came of it."),
    "own-offer": N_("Wait for the receiving organisation, or withdraw the offer."),
    "other-holder-decides": N_("Ask the other organisation to look at it, under Approvals."),
    "second-person-needed": N_("Ask somebody else who may decide on it, or withdraw it."),
    "not-your-words": N_("Ask the audit desk, or an auditor of the organisation of whoever typed it."),
    "no-time-to-give-out": N_(
        "Ask whoever runs casetrack to run that command, and to give you the folder that it makes."
    ),
    "not-given-out": N_(
        "Have everything verified, tell whoever runs casetrack, and keep the checkpoints that you have."
    ),
    "not-accepted": N_("Wait for the receiving organisation: there is a handover record once it has accepted."),
}
"""What to do about the refusals of which their status says too little, or what would not help."""


@dataclass(frozen=True)
class Problem:
    """One kind of refusal, under each status with which it is answered."""

    kind: str
    sentence: str
    statuses: tuple[int, ...]

    @property
    def title(self) -> str:
        """The kind in words."""
        return title_of(self.kind)

    @property
    def what_to_do(self) -> tuple[str, ...]:
        """What to do about this kind; or else, for each status, about what is answered so."""
        if self.kind in OF_KINDS:
            return (OF_KINDS[self.kind],)
        return tuple(WHAT_TO_DO[status] for status in self.statuses)


def problems() -> Mapping[str, Problem]:
    """Every kind of problem that there is, by its kind, in the order of the alphabet."""
    found: dict[str, Problem] = {}
    for kind, sentence, status in sorted((*_of_rules(), *_of_http())):
        before = found.get(kind)
        statuses = dict.fromkeys((*(before.statuses if before else ()), status))
        found[kind] = Problem(kind, before.sentence if before else sentence, tuple(sorted(statuses)))
    return found


def kind_of(refusal: type[CasetrackError]) -> str:
    """`OfferOpen` is `offer-open`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", refusal.__name__).lower()


def title_of(kind: str) -> str:
    """`offer-open` is "Offer open"."""
    return kind.replace("-", " ").capitalize()


def _of_rules() -> Iterator[tuple[str, str, int]]:
    for refusal in _kinds_of(CasetrackError):
        yield kind_of(refusal), refusal.sentence, status_of(refusal())


def _of_http() -> Iterator[tuple[str, str, int]]:
    for status, (kind, sentence) in BY_STATUS.items():
        yield kind, sentence, int(status)


def _kinds_of(family: type[CasetrackError]) -> Iterator[type[CasetrackError]]:
    for kind in family.__subclasses__():
        yield kind
        yield from _kinds_of(kind)
