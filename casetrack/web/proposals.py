"""The pages of what waits for a second person: the list, one of it, and the three ways in which it ends."""

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from casetrack.crypto.keysets import PublicKeyset
from casetrack.domain import access
from casetrack.domain.actions import Action
from casetrack.domain.errors import MistypedReference
from casetrack.domain.ids import HolderCode, ProposalId
from casetrack.domain.proposals import Proposal, ProposalKind
from casetrack.domain.references import Reference, read_reference
from casetrack.domain.words import N_
from casetrack.http.house import house
from casetrack.http.identity import current_actor, leaves, may, serves
from casetrack.http.work import begin
from casetrack.schemas.proposals import ApproveDestruction, ApproveProposal, RefuseProposal, WithdrawProposal
from casetrack.services.journal import CASEWORK, Purpose
from casetrack.services.proposals import (
    ProposalView,
    approve_proposal,
    list_proposals,
    refuse_proposal,
    view_proposal,
    withdraw_proposal,
)
from casetrack.web.forms import Form, page_asked, submitted
from casetrack.web.words import PROPOSED_FOR

pages = Blueprint("proposals", __name__)

BOTH: Final = ["GET", "POST"]
RULES: Final[Mapping[ProposalKind, str]] = {
    ProposalKind.ERASURE: "erasure_rules",
    ProposalKind.LIFTING: "hold_reasons",
    ProposalKind.DESTRUCTION: "destruction_rules",
}
"""Which code list the rule of each kind is of: of a hold, what it was set for."""
APPROVALS: Final[Mapping[ProposalKind, str]] = {ProposalKind.DESTRUCTION: "destructions/approve.html"}
"""The page on which each kind is agreed to, where it is not the one for cases."""
AGREED: Final[Mapping[ProposalKind, str]] = {
    ProposalKind.LIFTING: N_("The legal hold is lifted."),
    ProposalKind.DESTRUCTION: N_("Two people have agreed. Whoever runs casetrack can destroy these keys from now on."),
}
"""What is said once two people have agreed; of an erasure there is a certificate."""


@pages.route("/proposals", endpoint="list")
@serves(Action.PROPOSAL_LIST)
def show_list() -> ResponseReturnValue:
    """What waits for a second person of one's organisation, or was proposed by one of it; what expires first, first."""
    with begin() as work:
        page = list_proposals(work, page=page_asked())
    actor = current_actor()

    def link(**changes: int) -> str:
        return url_for("proposals.list", page=changes["page"])

    return render_template(
        "proposals/list.html",
        page=page,
        link=link,
        mine={card.proposal.id for card in page.items if card.proposal.decidable_by(actor)},
        holders=house().deployment.holders,
        rule=_rule,
        may_list_erasures=access.may(actor, Action.ERASURE_LIST),
    )


@pages.route("/proposals/<uuid:proposal_id>")
@serves(Action.PROPOSAL_VIEW)
def view(proposal_id: UUID) -> ResponseReturnValue:
    """What is proposed, by whom and why, and what comes of it."""
    return render_template("proposals/view.html", **_around(_looked_at(proposal_id)))


@pages.route("/proposals/<uuid:proposal_id>/approve", methods=BOTH)
@serves(Action.PROPOSAL_APPROVE)
@leaves(
    GET=[Action.PROPOSAL_VIEW],
    POST=[Action.PROPOSAL_VIEW, Action.PROPOSAL_APPROVE, may(Action.PROPOSAL_APPROVE), may(Action.PROPOSAL_APPROVE)],
)
def approve(proposal_id: UUID) -> ResponseReturnValue:
    """Agree as the second person, who types the reference of the case, or the end of the keys' fingerprint.

    What is about a case is done in that instant; keys may be destroyed from then on.
    """
    looked = _looked_at(proposal_id)
    page = APPROVALS.get(looked.proposal.kind, "proposals/approve.html")
    of_keys = looked.proposal.kind is ProposalKind.DESTRUCTION
    form = submitted(ApproveDestruction() if of_keys else ApproveProposal())
    if form.said is not None:
        reference = looked.case.reference if looked.case else None
        form = meaning_keys(looked.keys, form) if of_keys else meaning(reference, form)
    if form.said is None:
        return _asked(page, looked, Action.PROPOSAL_APPROVE, form)
    with begin(Purpose(CASEWORK.code, form.said["words"], form.said["keep"])) as work:
        approved = approve_proposal(work, ProposalId(proposal_id), seen=form.seen)
    if approved.kind is ProposalKind.ERASURE:
        flash(gettext("The case is erased. This is the certificate."))
        return redirect(url_for("erasures.view", case_id=approved.subject), HTTPStatus.SEE_OTHER)
    flash(gettext(AGREED[approved.kind]))
    return redirect(url_for("proposals.view", proposal_id=proposal_id), HTTPStatus.SEE_OTHER)


@pages.route("/proposals/<uuid:proposal_id>/refuse", methods=BOTH)
@serves(Action.PROPOSAL_REFUSE)
@leaves(GET=[Action.PROPOSAL_VIEW], POST=[Action.PROPOSAL_REFUSE, may(Action.PROPOSAL_REFUSE)])
def refuse(proposal_id: UUID) -> ResponseReturnValue:
    """Do not agree, and say why."""
    form = submitted(RefuseProposal())
    if form.said is None:
        return _asked("proposals/refuse.html", _looked_at(proposal_id), Action.PROPOSAL_REFUSE, form)
    with begin(Purpose(CASEWORK.code, form.said["words"], form.said["keep"])) as work:
        refuse_proposal(work, ProposalId(proposal_id), seen=form.seen)
    return _decided(gettext("You have not agreed, so nothing comes of it."))


@pages.route("/proposals/<uuid:proposal_id>/withdraw", methods=BOTH)
@serves(Action.PROPOSAL_WITHDRAW)
@leaves(GET=[Action.PROPOSAL_VIEW])
def withdraw(proposal_id: UUID) -> ResponseReturnValue:
    """Take back what one's own organisation has proposed."""
    form = submitted(WithdrawProposal())
    if form.said is None:
        return _asked("proposals/withdraw.html", _looked_at(proposal_id), Action.PROPOSAL_WITHDRAW, form)
    with begin() as work:
        withdraw_proposal(work, ProposalId(proposal_id), seen=form.seen)
    return _decided(gettext("It is not proposed any more."))


def meaning(reference: Reference | None, form: Form) -> Form:
    """The form, if the reference that was typed into it is that of this case; otherwise it says so."""
    try:
        if form.said is None or read_reference(form.said["reference"]) == reference:
            return form
    except MistypedReference:
        pass
    wrong = {"reference": [gettext("That is not the reference of this case. It stands at the top of this page.")]}
    return replace(form, said=None, errors=wrong)


def meaning_keys(keys: PublicKeyset | None, form: Form) -> Form:
    """The form, if what was typed into it is the end of the fingerprint of these keys; otherwise it says so."""
    typed = "".join(form.said["group"].split()).upper() if form.said else ""
    if form.said is None or (keys is not None and typed == keys.fingerprint.split()[-1]):
        return form
    wrong = {
        "group": [gettext("That is not the end of the fingerprint of these keys. It stands at the top of this page.")]
    }
    return replace(form, said=None, errors=wrong)


def _asked(template: str, looked: ProposalView, action: Action, form: Form) -> ResponseReturnValue:
    """The page that asks; where it could not be done anyway, the page of the proposal says how that stands."""
    if action not in looked.may and not form.errors:
        return redirect(url_for("proposals.view", proposal_id=looked.proposal.id))
    return render_template(template, **_around(looked), **form.given), form.status


def _looked_at(proposal_id: UUID) -> ProposalView:
    with begin() as work:
        return view_proposal(work, ProposalId(proposal_id))


def _around(looked: ProposalView) -> dict[str, Any]:
    """What every page of one proposal is given."""
    proposal, deployment = looked.proposal, house().deployment
    reasons = deployment.facts.codes[PROPOSED_FOR[proposal.kind]].codes
    return {
        "proposal": proposal,
        "case": looked.case,
        "words": looked.words,
        "names": looked.names,
        "may": looked.may,
        "losing": looked.losing,
        "keys": looked.keys,
        "holders": deployment.holders,
        "rule": _rule(proposal),
        "reason": reasons.get(proposal.reason),
        "hold_reasons": deployment.facts.codes["hold_reasons"].codes,
        "waits": proposal.waits(house().clock()),
        "is_ones_own": current_actor().account == proposal.proposed_by,
        "decides": deployment.holders[HolderCode(proposal.to_holder)].name,
    }


def _rule(proposal: Proposal) -> Any:  # noqa: ANN401 - a code of a list, or none that the list still has
    """The rule as its list has it."""
    return house().deployment.facts.codes[RULES[proposal.kind]].codes.get(proposal.rule)


def _decided(notice: str) -> ResponseReturnValue:
    flash(notice)
    return redirect(url_for("proposals.list"), HTTPStatus.SEE_OTHER)
