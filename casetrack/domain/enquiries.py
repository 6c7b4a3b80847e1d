"""An enquiry: two auditors of the audit desk ask together whether a named person was looked for, listed or revealed.

Who may ask, about whom and which days, for how long it is answered, and when a record is like enough to be counted as
that person's: it is compared by its tags alone, which nobody opens to see who it is about.
"""

from datetime import timedelta
from typing import Final

from casetrack.domain.actors import Actor
from casetrack.domain.errors import NotFound
from casetrack.domain.finding import Known
from casetrack.domain.finding_indexes import NAME, Index
from casetrack.domain.finding_names import sound
from casetrack.domain.holders import AUDIT_DESK
from casetrack.domain.ids import Instant
from casetrack.domain.proposal_refusals import AnswerLapsed, BirthNeeded, DeskAlone, NotAgreedYet
from casetrack.domain.proposals import Proposal, ProposalState

ANSWERED_FOR: Final = timedelta(days=28)
"""For how long the two may read the answer, from when the second agreed."""
_ENOUGH_OF_A_NAME: Final = 2
"""Terms of two names that a record and a question share: one alone is shared by chance, of twenty thousand people."""


def check_desk(actor: Actor) -> None:
    """Refuses everybody but the audit desk's own: what is asked is sealed to its keys."""
    if actor.holder != AUDIT_DESK:
        raise DeskAlone


def check_named(known: Known) -> None:
    """A name comes with a birth: without one it is that of many people."""
    if known.words and known.birth is None:
        raise BirthNeeded


def enough(index: Index, known: Known) -> int:
    """How many terms of the index a record must share with the question, to be counted as that person's."""
    has_more_names = len({sound(word) for word in known.words}) > 1
    return _ENOUGH_OF_A_NAME if index == NAME and has_more_names else 1


def answered_until(enquiry: Proposal) -> Instant | None:
    """Until when the answer may be read; None of one that two people have not agreed to."""
    if enquiry.state is not ProposalState.APPROVED or enquiry.decided_at is None:
        return None
    return enquiry.decided_at + ANSWERED_FOR


def reads_question(actor: Actor, enquiry: Proposal, at: Instant) -> bool:
    """True of the two, and of whoever may still become the second: nobody else reads about whom it is."""
    is_one_of_two = actor.account in (enquiry.proposed_by, enquiry.decided_by)
    return is_one_of_two or (enquiry.waits(at) and enquiry.decidable_by(actor))


def answering_until(actor: Actor, enquiry: Proposal, at: Instant) -> Instant:
    """Until when one of the two who agreed may read the answer; to everybody else there is none.

    `NotAgreedYet`, or `AnswerLapsed` once that is over.
    """
    if actor.account not in (enquiry.proposed_by, enquiry.decided_by):
        raise NotFound
    until = answered_until(enquiry)
    if until is None:
        raise NotAgreedYet
    if at >= until:
        raise AnswerLapsed
    return until
