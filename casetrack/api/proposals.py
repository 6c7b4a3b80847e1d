"""What waits for a second person, to be looked at. It is proposed and decided signed in, and never by a token."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Response

from casetrack.api.answers import answer, page_answer
from casetrack.api.calls import Calls
from casetrack.domain.actions import Action
from casetrack.domain.ids import ProposalId
from casetrack.http.work import begin
from casetrack.schemas.approvals import ProposalShown, ProposalsShown
from casetrack.schemas.pages import ListPage
from casetrack.services.proposals import list_proposals, view_proposal

calls = Calls("proposals", __name__, "What needs two people: proposed by one, and decided on by another.")


@calls.get("/proposals", Action.PROPOSAL_LIST, shows=ProposalsShown, asks=ListPage)
def list_(asked: Mapping[str, Any]) -> Response:
    """One page of what waits for a second person of one's own organisation, or was proposed by one of its people."""
    with begin() as work:
        page = list_proposals(work, page=max(1, asked["page"]))
    return page_answer(ProposalsShown(), page)


@calls.get("/proposals/<uuid:proposal>", Action.PROPOSAL_VIEW, shows=ProposalShown)
def view(proposal: UUID) -> Response:
    """What is proposed, by whom, and what came of it."""
    with begin() as work:
        found = view_proposal(work, ProposalId(proposal)).proposal
    return answer(ProposalShown(), found, version=found.version)
