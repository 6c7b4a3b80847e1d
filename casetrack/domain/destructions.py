"""Destroying an old version of an organisation's keys: what stands in the way of it.

Two people agree to exactly one version. What needs it is asked when it is done, not when it is proposed: a renewal may
still be under way then.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from casetrack.domain.ids import HolderCode, Instant
from casetrack.domain.keyset_refusals import AgreementLapsed, KeysDestroyed, NewestKeysStay, NotAgreed, StillNeeded
from casetrack.domain.proposals import Proposal, ProposalKind, ProposalState
from casetrack.domain.words import N_


class Need(StrEnum):
    """What can need the private half of one version, in words."""

    DATA_KEYS = N_("keys of cases")
    OFFER_KEYS = N_("keys of offers")
    TAGS = N_("tags by which people are found")
    LOG_WORDS = N_("reasons on the log")
    SEARCHES = N_("marks of searches on the log")
    PROPOSAL_WORDS = N_("words of proposals")
    DRAFTS = N_("drafts")
    ANSWERS = N_("answers of the API")


def check_proposing(version: int, newest: int, *, is_destroyed: bool) -> None:
    """An older version than the newest, whose private half is there; refused otherwise."""
    if version >= newest:
        raise NewestKeysStay
    if is_destroyed:
        raise KeysDestroyed


def agreed_among(proposals: Iterable[Proposal], holder: HolderCode, at: Instant) -> Proposal:
    """The proposal about one version of that holder's keys on which two people have agreed, and not too long ago.

    `NotAgreed` or `AgreementLapsed` otherwise.
    """
    agreed = [each for each in proposals if is_agreed(each, holder)]
    if not agreed:
        raise NotAgreed
    newest = max(agreed, key=lambda each: each.proposed_at)
    if at >= newest.until:
        raise AgreementLapsed
    return newest


def is_agreed(proposal: Proposal, holder: HolderCode | str) -> bool:
    """Two people have agreed to destroy keys of that holder, the second of whom is of its own."""
    is_approved = (proposal.kind, proposal.state) == (ProposalKind.DESTRUCTION, ProposalState.APPROVED)
    return is_approved and proposal.to_holder == holder and proposal.proposed_by != proposal.decided_by


def check_unneeded(needs: Mapping[Need, int]) -> None:
    """Nothing needs the version any more; `StillNeeded` says how many of what do."""
    counted = [f"{number} {need.value}" for need, number in needs.items() if number]
    if counted:
        raise StillNeeded(what=", ".join(counted))
