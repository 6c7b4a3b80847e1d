"""Transfers: listed, sent, declined and withdrawn. A token is refused where an offer is opened or accepted."""

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Response, url_for

from casetrack.api import repeats
from casetrack.api.answers import answer, case_answer, page_answer, seen
from casetrack.api.calls import Calls
from casetrack.domain import access
from casetrack.domain.actions import Action
from casetrack.domain.ids import AccountId, TransferId
from casetrack.domain.references import Reference
from casetrack.domain.transfer import Transfer
from casetrack.http.identity import current_actor, leaves, may
from casetrack.http.work import begin
from casetrack.schemas.offers import CaseTransfersShown, OfferShown, TransferShown, TransfersShown
from casetrack.schemas.shown import CaseShown
from casetrack.schemas.transfers import (
    AcceptTransfer,
    Box,
    DeclineTransfer,
    Handed,
    ListTransfers,
    SendTransfer,
    offer_of,
    whole_preview,
)
from casetrack.services.journal import CASEWORK, Purpose
from casetrack.services.journeys import view_journey
from casetrack.services.transfers import (
    Offer,
    accept_transfer,
    decline_transfer,
    list_transfers,
    see_transfer,
    send_transfer,
    view_transfer,
    withdraw_transfer,
)
from casetrack.services.work import UnitOfWork

calls = Calls("transfers", __name__, "Offers of a case from one organisation to another, and how they were answered.")


@calls.get("/transfers", Action.TRANSFER_LIST, shows=TransfersShown, asks=ListTransfers)
def list_(asked: Mapping[str, Any]) -> Response:
    """One page of the offers that wait for one's own organisation (`box=inbox`), or that it sent (`box=sent`)."""
    with begin() as work:
        page = list_transfers(work, page=max(1, asked["page"]), sent=asked["box"] is Box.SENT)
    return page_answer(TransfersShown(), page)


@calls.get("/cases/<reference:reference>/transfers", Action.JOURNEY_VIEW, shows=CaseTransfersShown)
def of_case(reference: Reference) -> Response:
    """Every offer of a case that one's own organisation may know of, oldest first: part of its journey."""
    with begin() as work:
        journey = view_journey(work, reference)
    return answer(CaseTransfersShown(), {"items": journey.transfers})


@calls.make("/cases/<reference:reference>/transfers", Action.TRANSFER_SEND, shows=TransferShown, reads=SendTransfer)
@leaves(POST=[Action.TRANSFER_SEND, may(Action.TRANSFER_SEND)])
def send(said: Mapping[str, Any], reference: Reference) -> Response:
    """Offer strands of a case to another organisation; one's own stays responsible until it accepts."""
    version, key = seen(), repeats.key()

    def sent(work: UnitOfWork) -> Response:
        transfer = send_transfer(work, reference, offer_of(said), seen=version)
        made = _transfer_answer(transfer, HTTPStatus.CREATED)
        made.headers["Location"] = url_for("api.transfers.view", transfer=transfer.id)
        return made

    with begin(replace(CASEWORK, keeping=said["keep"])) as work:
        return repeats.once(work, key, lambda: sent(work))


@calls.get("/transfers/<uuid:transfer>", Action.TRANSFER_VIEW, shows=OfferShown)
def view(transfer: UUID) -> Response:
    """Where an offer stands, to its two sides. The preview, which can endanger the person, is the sender's alone here.

    Whoever is to answer reads it signed in: a token is only held, and has no step-up yet.
    """
    with begin() as work:
        return _offer_answer(view_transfer(work, TransferId(transfer)))


@calls.post("/transfers/<uuid:transfer>/seen", Action.TRANSFER_SEE, shows=OfferShown, header=None)
def see(transfer: UUID) -> Response:
    """Open the preview of an offer to one's own organisation. A token is refused (403): it has no step-up yet."""
    with begin() as work:
        return _offer_answer(see_transfer(work, TransferId(transfer)))


@calls.post(
    "/transfers/<uuid:transfer>/accept", Action.TRANSFER_ACCEPT, shows=CaseShown, reads=AcceptTransfer(only=("worker",))
)
def accept(said: Mapping[str, Any], transfer: UUID) -> Response:
    """Take responsibility for what was offered. A token is refused (403): it has no step-up yet."""
    version = seen()
    with begin() as work:
        case = accept_transfer(work, TransferId(transfer), worker=AccountId(said["worker"]), seen=version)
        return Response(status=HTTPStatus.NO_CONTENT) if case is None else case_answer(work, case)


@calls.post("/transfers/<uuid:transfer>/decline", Action.TRANSFER_DECLINE, shows=TransferShown, reads=DeclineTransfer)
@leaves(POST=[Action.TRANSFER_DECLINE, may(Action.TRANSFER_DECLINE)])
def decline(said: Mapping[str, Any], transfer: UUID) -> Response:
    """Do not take what was offered, for a reason of the list; the words go to the sender."""
    version = seen()
    with begin(Purpose(CASEWORK.code, said["words"], said["keep"])) as work:
        return _transfer_answer(decline_transfer(work, TransferId(transfer), said["reason"], seen=version))


@calls.post("/transfers/<uuid:transfer>/withdraw", Action.TRANSFER_WITHDRAW, shows=TransferShown)
def withdraw(transfer: UUID) -> Response:
    """Take an offer back that was not answered yet."""
    version = seen()
    with begin() as work:
        return _transfer_answer(withdraw_transfer(work, TransferId(transfer), seen=version))


def _transfer_answer(transfer: Transfer, status: HTTPStatus = HTTPStatus.OK) -> Response:
    return answer(TransferShown(), transfer, version=transfer.version, status=status)


def _offer_answer(offer: Offer) -> Response:
    transfer = offer.transfer
    is_sender = access.side(current_actor(), transfer) is access.Side.SENDER
    facts = {name: getattr(transfer, name) for name in TransferShown().fields} | {
        "reference": offer.reference,
        "pseudonym": offer.pseudonym,
        "case_changed": offer.case_changed,
        "preview": _preview_facts(offer) if is_sender else None,
        "answer": offer.answer,
    }
    return answer(OfferShown(), facts, version=transfer.version)


def _preview_facts(offer: Offer) -> dict[str, Any]:
    preview = whole_preview(offer.preview)
    points = [
        {"code": code, "answer": Handed(said["answer"]), "words": said["words"]}
        for code, said in preview["checklist"].items()
    ]
    standings = [{"code": code, **vars(standing)} for code, standing in offer.standings.items()]
    return {**preview, "checklist": points, "standings": standings}
