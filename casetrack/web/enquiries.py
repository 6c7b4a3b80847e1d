"""The pages on which two auditors of the audit desk ask about a named person: asked, decided on by a second, answered.

What is typed about the person is in no address and no title, and is kept sealed to the audit desk alone.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from casetrack.domain.actions import Action
from casetrack.domain.enquiries import ANSWERED_FOR
from casetrack.domain.ids import ProposalId
from casetrack.domain.proposals import Proposal, ProposalState
from casetrack.domain.words import N_
from casetrack.http.house import house
from casetrack.http.identity import current_actor, leaves, may
from casetrack.http.work import begin
from casetrack.schemas.enquiries import AskEnquiry, DecideEnquiry, Decision
from casetrack.services.audit import USES, Use
from casetrack.services.enquiries import (
    answer_enquiry,
    approve_enquiry,
    list_enquiries,
    prepare_enquiry,
    propose_enquiry,
    refuse_enquiry,
    view_enquiry,
    withdraw_enquiry,
)
from casetrack.services.journal import Purpose
from casetrack.services.repeats import Answered, done_before, remember_answer, request_digest
from casetrack.services.traces import Doer, Showing
from casetrack.web.forms import Form, new_name, page_asked, submitted
from casetrack.web.log_use import in_force, opening, purpose_of
from casetrack.web.words import INDEXES

pages = Blueprint("enquiries", __name__)

BOTH: Final = ["GET", "POST"]
SHOWINGS: Final[Mapping[Showing, str]] = {
    Showing.LISTED: N_("in a list"),
    Showing.OPENED: N_("a page of the case"),
    Showing.REVEALED: N_("what is sealed"),
}
DECISIONS: Final[Mapping[Decision, tuple[Callable[..., Proposal], str]]] = {
    Decision.AGREE: (approve_enquiry, N_("Two auditors have agreed. Each of you can read the answer now.")),
    Decision.REFUSE: (refuse_enquiry, N_("You have not agreed, so nothing is answered.")),
    Decision.WITHDRAW: (withdraw_enquiry, N_("It is taken back, and nothing is answered.")),
}
"""What each decision does, and what is said once it is done."""


@pages.route("/audit/enquiries", methods=BOTH, endpoint="list")
@opening(Action.ENQUIRY_LIST)
@leaves(GET=[may(Action.ENQUIRY_LIST)], POST=[Action.AUDIT_VIEW])
def show_list(use: Use) -> ResponseReturnValue:
    """Who has asked and how each stands; about whom is on none of it."""
    with begin(purpose_of(use)) as work:
        page = list_enquiries(work, use, page=page_asked())
    actor, now = current_actor(), house().clock()

    def link(**changes: int) -> str:
        return url_for("enquiries.list", page=changes["page"])

    return render_template(
        "enquiries/list.html",
        **in_force(use),
        page=page,
        link=link,
        mine={card.proposal.id for card in page.items if card.proposal.decidable_by(actor)},
        waiting={card.proposal.id for card in page.items if card.proposal.waits(now)},
    )


@pages.route("/audit/enquiries/new", methods=BOTH)
@opening(Action.ENQUIRY_PROPOSE)
@leaves(GET=[], POST=[(Action.AUDIT_VIEW, Action.ENQUIRY_PROPOSE), may(Action.ENQUIRY_PROPOSE)])
def propose(use: Use) -> ResponseReturnValue:
    """Say who is meant, over which days and why."""
    with begin(purpose_of(use)) as work:
        prepare_enquiry(work)
    form = submitted(AskEnquiry())
    if form.said is not None:
        return _proposed(form, form.said, use)
    given = {**form.given, **in_force(use), "days": ANSWERED_FOR.days, "single": new_name()}
    return render_template("enquiries/propose.html", **given), form.status


@pages.route("/audit/enquiries/<uuid:enquiry_id>", methods=BOTH)
@opening(Action.ENQUIRY_VIEW)
@leaves(
    GET=[may(Action.ENQUIRY_VIEW)],
    POST=[
        (Action.AUDIT_VIEW, Action.PROPOSAL_APPROVE, Action.PROPOSAL_REFUSE, Action.PROPOSAL_WITHDRAW),
        (Action.PROPOSAL_APPROVE, Action.PROPOSAL_REFUSE, None),
    ],
)
def view(use: Use, enquiry_id: UUID) -> ResponseReturnValue:
    """One of them: who asks, and for those who may read that, about whom and why; and the second auditor's answer."""
    enquiry = ProposalId(enquiry_id)
    form = submitted(DecideEnquiry())
    if form.said is not None:
        decide, done = DECISIONS[form.said["decision"]]
        with begin(Purpose(use.value, form.said["words"], form.said["keep"])) as work:
            decide(work, enquiry, seen=form.seen)
        flash(gettext(done))
        return redirect(url_for("enquiries.view", enquiry_id=enquiry_id), HTTPStatus.SEE_OTHER)
    with begin(purpose_of(use)) as work:
        viewed = view_enquiry(work, enquiry, use)
    now = house().clock()
    return (
        render_template(
            "enquiries/view.html",
            **form.given,
            **in_force(use),
            **_around(viewed.enquiry),
            viewed=viewed,
            asked=viewed.asked,
            names=viewed.names,
            may=viewed.may,
            is_ones_own=current_actor().account == viewed.enquiry.proposed_by,
            is_over=viewed.until is not None and viewed.until <= now,
        ),
        form.status,
    )


@pages.route("/audit/enquiries/<uuid:enquiry_id>/answer", methods=BOTH)
@opening(Action.ENQUIRY_ANSWER)
@leaves(GET=[may(Action.ENQUIRY_ANSWER)], POST=[Action.AUDIT_VIEW])
def answer(use: Use, enquiry_id: UUID) -> ResponseReturnValue:
    """What the log tells, to the two auditors alone: the same sections, whatever there is."""
    with begin(purpose_of(use)) as work:
        answered = answer_enquiry(work, ProposalId(enquiry_id), use)

    def row(doer: Doer, indexes: Collection[str], how: Collection[Showing] = ()) -> dict[str, Any]:
        return {
            "day": answered.asked.since + timedelta(days=doer.day),
            "account": doer.account,
            "name": doer.name,
            "organisation": house().deployment.holders[doer.holder].name,
            "by": ", ".join(gettext(words) for index, words in INDEXES.items() if index in indexes),
            "how": ", ".join(gettext(words) for showing, words in SHOWINGS.items() if showing in how),
        }

    return render_template(
        "enquiries/answer.html",
        **in_force(use),
        **_around(answered.enquiry),
        answered=answered,
        asked=answered.asked,
        names=answered.names,
        searched=[row(each.doer, each.indexes) for each in answered.searched],
        shown=[row(each.doer, each.indexes, each.how) for each in answered.shown],
    )


def _proposed(form: Form, said: Mapping[str, Any], use: Use) -> ResponseReturnValue:
    """It is asked once, however often its form is sent."""
    request_sent = request_digest(request.path, dict(form.values))
    with begin(Purpose(use.value, said["words"], said["keep"])) as work:
        if done_before(work, form.single, lambda: request_sent):
            flash(gettext("It was asked already, and is asked once."))
            return redirect(url_for("enquiries.list"), HTTPStatus.SEE_OTHER)
        enquiry = propose_enquiry(work, said["asked"], use)
        remember_answer(work, form.single, Answered(request_sent, str(enquiry.id)))
    flash(gettext("It waits for another auditor of the audit desk. Nothing is answered before they agree."))
    return redirect(url_for("enquiries.view", enquiry_id=enquiry.id), HTTPStatus.SEE_OTHER)


def _around(enquiry: Proposal) -> dict[str, Any]:
    """What every page of one enquiry is given."""
    return {
        "enquiry": enquiry,
        "use_asked": gettext(USES[Use(enquiry.rule)]),
        "waits": enquiry.waits(house().clock()),
        "is_agreed": enquiry.state is ProposalState.APPROVED,
    }
