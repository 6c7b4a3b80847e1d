"""The pages of transfers: the inbox, an offer as its two sides see it, and its answers. Sending is in `offering`."""

from dataclasses import dataclass, replace
from datetime import date
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date, gettext

from casetrack.domain import access
from casetrack.domain.actions import Action
from casetrack.domain.calendars import Nation
from casetrack.domain.clocks import Due, due
from casetrack.domain.ids import AccountId, HolderCode, Instant, TransferId
from casetrack.domain.transfer import Transfer
from casetrack.http.house import house
from casetrack.http.identity import current_actor, leaves, may, serves
from casetrack.http.terms import terms
from casetrack.http.work import begin
from casetrack.schemas.transfers import AcceptTransfer, DeclineTransfer, WithdrawTransfer, whole_preview
from casetrack.services.cases import workers_of
from casetrack.services.journal import CASEWORK, Purpose
from casetrack.services.lists import OfferCard
from casetrack.services.transfers import (
    Offer,
    accept_transfer,
    decline_transfer,
    list_transfers,
    see_transfer,
    view_transfer,
    withdraw_transfer,
)
from casetrack.web import offering
from casetrack.web.forms import Form, page_asked, submitted
from casetrack.web.handover import handover_points, still_to_do

pages = Blueprint("transfers", __name__)

BOTH: Final = ["GET", "POST"]
ANSWERED: Final = "transfer-decision"
"""The milestone whose limit says by when an offer is answered."""
FIRST_CONTACT: Final = "first-contact-new"
"""The milestone whose limit says by when the receiver has spoken to the person."""

pages.add_url_rule("/cases/<reference:reference>/transfer/new", "start", offering.start, methods=BOTH)
pages.add_url_rule("/cases/<reference:reference>/transfer/new/<step>", "send", offering.send, methods=BOTH)


@dataclass(frozen=True)
class Waiting:
    """An offer in a list, with the time by which it is to be answered and how long it has waited."""

    card: OfferCard
    reply: Due | None
    late: bool
    hours: int


@pages.route("/inbox", endpoint="list")
@serves(Action.TRANSFER_LIST)
def show_list() -> ResponseReturnValue:
    """The offers that wait for one's organisation, those of high risk first; or those that it sent."""
    sent = request.args.get("box") == "sent"
    with begin() as work:
        page = list_transfers(work, page=page_asked(), sent=sent)

    def link(**changes: int) -> str:
        return url_for("transfers.list", box="sent" if sent else None, page=changes["page"])

    return render_template(
        "transfers/list.html",
        page=page,
        offers=[_waiting(card, house().clock()) for card in page.items],
        sent=sent,
        holders=house().deployment.holders,
        reasons=house().deployment.facts.codes["transfer_reasons"].codes,
        link=link,
    )


@pages.route("/transfers/<uuid:transfer_id>")
@serves(Action.TRANSFER_VIEW)
def view(transfer_id: UUID) -> ResponseReturnValue:
    """Where an offer stands. The receiver reads the preview once it has opened the offer."""
    with begin() as work:
        offer = view_transfer(work, TransferId(transfer_id))
    is_sender = access.side(current_actor(), offer.transfer) is access.Side.SENDER
    return render_template("transfers/view.html", **_around(offer), readable=is_sender or offer.transfer.seen_at)


@pages.route("/inbox/<uuid:transfer_id>", methods=BOTH)
@serves(Action.TRANSFER_SEE)
@leaves(GET=[Action.TRANSFER_VIEW])
def see(transfer_id: UUID) -> ResponseReturnValue:
    """Open an offer: the sender is shown that it was seen, and from then on its preview is here to be read."""
    if request.method == "POST":
        with begin() as work:
            see_transfer(work, TransferId(transfer_id))
        return redirect(url_for("transfers.see", transfer_id=transfer_id), HTTPStatus.SEE_OTHER)
    with begin() as work:
        work.require(Action.TRANSFER_SEE)
        offer = view_transfer(work, TransferId(transfer_id))
    if access.side(current_actor(), offer.transfer) is access.Side.SENDER or not offer.transfer.state.is_open:
        return redirect(url_for("transfers.view", transfer_id=transfer_id))
    return render_template("transfers/see.html", **_around(offer))


@pages.route("/transfers/<uuid:transfer_id>/accept", methods=BOTH)
@serves(Action.TRANSFER_ACCEPT)
@leaves(
    GET=[Action.TRANSFER_VIEW],
    POST=[Action.TRANSFER_VIEW, Action.TRANSFER_ACCEPT, may(Action.TRANSFER_ACCEPT), may(Action.TRANSFER_ACCEPT)],
)
def accept(transfer_id: UUID) -> ResponseReturnValue:
    """Take responsibility: who will work with the person, from when, with each point of the handover confirmed."""
    with begin() as work:
        work.require(Action.TRANSFER_ACCEPT)
        offer = view_transfer(work, TransferId(transfer_id))
        workers = workers_of(work)
    moves = bool(offer.transfer.strands)
    points = handover_points(offer)
    form = submitted(AcceptTransfer(only=None if moves else ("words", "keep")))
    if request.method == "GET" and form == Form() and not _is_read(offer):
        return redirect(url_for("transfers.see", transfer_id=transfer_id), HTTPStatus.SEE_OTHER)
    if (
        moves
        and request.method == "POST"
        and not {point.code for point in points} <= set(form.values.get("confirmed", ()))
    ):
        wrong = {"confirmed": [gettext("Read and confirm each point.")]}
        form = replace(form, said=None, errors=wrong | dict(form.errors))
    if form.said is not None:
        return _accepted(offer, form)
    contact_by = _limit(FIRST_CONTACT, offer.transfer, house().clock())
    given = (
        _around(offer)
        | form.given
        | {"points": points, "workers": [(str(worker), name) for worker, name in workers], "contact_by": contact_by}
    )
    return render_template("transfers/accept.html", **given), form.status


@pages.route("/transfers/<uuid:transfer_id>/decline", methods=BOTH)
@serves(Action.TRANSFER_DECLINE)
@leaves(GET=[Action.TRANSFER_VIEW], POST=[Action.TRANSFER_DECLINE, may(Action.TRANSFER_DECLINE)])
def decline(transfer_id: UUID) -> ResponseReturnValue:
    """Do not take what was offered, for a reason of the list; the words go to the sender."""
    form = submitted(DeclineTransfer())
    if form.said is not None:
        with begin(Purpose(CASEWORK.code, form.said["words"], form.said["keep"])) as work:
            decline_transfer(work, TransferId(transfer_id), form.said["reason"], seen=form.seen)
        flash(gettext("The offer is declined. The other organisation stays responsible."))
        return redirect(url_for("transfers.list"), HTTPStatus.SEE_OTHER)
    with begin() as work:
        work.require(Action.TRANSFER_DECLINE)
        offer = view_transfer(work, TransferId(transfer_id))
    reasons = house().deployment.facts.codes["decline_reasons"].offered(terms().today)
    return render_template("transfers/decline.html", **_around(offer), **form.given, reasons=reasons), form.status


@pages.route("/transfers/<uuid:transfer_id>/withdraw", methods=BOTH)
@serves(Action.TRANSFER_WITHDRAW)
@leaves(GET=[Action.TRANSFER_VIEW])
def withdraw(transfer_id: UUID) -> ResponseReturnValue:
    """Take an offer back that was not answered yet."""
    form = submitted(WithdrawTransfer())
    if form.said is not None:
        with begin() as work:
            withdraw_transfer(work, TransferId(transfer_id), seen=form.seen)
        flash(gettext("The offer is withdrawn. Your organisation stays responsible."))
        return redirect(url_for("transfers.view", transfer_id=transfer_id), HTTPStatus.SEE_OTHER)
    with begin() as work:
        work.require(Action.TRANSFER_WITHDRAW)
        offer = view_transfer(work, TransferId(transfer_id))
    return render_template("transfers/withdraw.html", **_around(offer), **form.given), form.status


def _is_read(offer: Offer) -> bool:
    """The offer waits for an answer, and whoever is to give it has read it: nobody takes on what they have not."""
    transfer = offer.transfer
    is_receiver = access.side(current_actor(), transfer) is access.Side.RECEIVER
    return is_receiver and transfer.state.is_open and transfer.seen_at is not None


def _accepted(offer: Offer, form: Form) -> ResponseReturnValue:
    said = form.said or {}
    words = " ".join(filter(None, (_planned(said.get("contact_on")), said["words"])))
    worker = AccountId(said["worker"]) if "worker" in said else current_actor().account
    with begin(Purpose(CASEWORK.code, words, said["keep"])) as work:
        accept_transfer(work, offer.transfer.id, worker=worker, seen=form.seen)
    if not offer.transfer.strands:
        flash(gettext("The information is accepted. The other organisation stays responsible."))
        return redirect(url_for("transfers.list"), HTTPStatus.SEE_OTHER)
    flash(gettext("Your organisation is responsible from now. Speak to the person by the day that you gave."))
    return redirect(url_for("cases.view", reference=offer.reference), HTTPStatus.SEE_OTHER)


def _planned(day: date | None) -> str:
    if day is None:
        return ""
    shown = format_date(day, "EEEE d MMMM y")  # type: ignore[no-untyped-call]  # the library ships no types
    return str(gettext("First contact is planned for %(day)s.", day=shown))


def _around(offer: Offer) -> dict[str, Any]:
    """What every page of one offer is given."""
    transfer, facts = offer.transfer, house().deployment.facts
    holders = house().deployment.holders
    sender, receiver = holders[transfer.from_holder], holders[transfer.to_holder]
    return {
        "offer": offer,
        "preview": whole_preview(offer.preview),
        "transfer": transfer,
        "tracker": {
            "state": transfer.state,
            "sent_at": transfer.sent_at,
            "seen_at": transfer.seen_at,
            "answered_at": transfer.answered_at,
            "sender": sender.name,
            "receiver": receiver.name,
            "moves_strands": bool(transfer.strands),
        },
        "sender": sender,
        "receiver": receiver,
        "may": access.permitted_with(current_actor(), transfer),
        "reply": _limit(ANSWERED, transfer, transfer.sent_at),
        "outstanding": still_to_do(offer),
        "codes": {name: facts.codes[name].codes for name in CODE_LISTS},
        "numbers": [(each.name, each.phone) for each in (sender, receiver) if each.phone],
    }


CODE_LISTS: Final = ("transfer_reasons", "decline_reasons", "support_needs", "languages")


def _waiting(card: OfferCard, now: Instant) -> Waiting:
    reply = _due(ANSWERED, card.to_holder, card.sent_at, high_risk=card.high_risk) if card.state.is_open else None
    hours = int((now - card.sent_at).total_seconds()) // 3600
    return Waiting(card, reply, reply is not None and reply.passed(now), hours)


def _limit(code: str, transfer: Transfer, start: Instant) -> Due | None:
    return _due(code, transfer.to_holder, start, high_risk=transfer.high_risk)


def _due(code: str, receiver: HolderCode, start: Instant, *, high_risk: bool) -> Due | None:
    """When a limit that started then ends for the receiver, by the working days of its nation."""
    deployment = house().deployment
    nation = Nation.named(deployment.holders[receiver].nation)
    return due(deployment.facts.catalogue.rules[code], start, nation, deployment.working_days, high_risk=high_risk)
