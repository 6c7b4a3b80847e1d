"""How a refusal is answered: the form again with what was wrong, or a page that says what to do and leads back."""

from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from typing import Any, Final

from flask import current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from casetrack.domain.errors import (
    CasetrackError,
    DraftChanged,
    DraftSent,
    NoPendingTransfer,
    NotOurPart,
    OfferOpen,
    PassedOn,
    RuleBroken,
    SignInFailed,
    Stale,
    StillAnswering,
    Unavailable,
)
from casetrack.domain.words import N_
from casetrack.http.errors import headers_of, status_of
from casetrack.http.house import house
from casetrack.http.sessions import current_session, hold_form, is_from_its_page
from casetrack.http.work import begin
from casetrack.schemas.fields import whole_number
from casetrack.services.drafts import view_draft
from casetrack.services.history import changes_since
from casetrack.web.elsewhere import found_elsewhere
from casetrack.web.forms import unsent
from casetrack.web.wizards import CHECK, in_words_of_fields, made_of
from casetrack.web.words import change_words

PAGES_OF_THEIR_OWN: Final = frozenset({400, 403, 404, 409, 410, 413, 422, 429, 500, 503})
HEADINGS: Final[Mapping[type[CasetrackError], str]] = {
    StillAnswering: N_("This is being done"),
    OfferOpen: N_("An offer of this case waits for an answer"),
    NoPendingTransfer: N_("This offer is no longer open"),
}
"""What heads the page of a refusal where its status alone would say too little."""
OF_A_CASE_THAT_IS_KNOWN: Final = (RuleBroken, PassedOn, NotOurPart)
"""What is refused only to somebody who may know of the case, or of the offer, and so can be led back to it."""


def refused(refusal: CasetrackError) -> ResponseReturnValue:
    """A rule of the field sends the form back with what was typed; anything else is a page that says what to do."""
    status = status_of(refusal)
    sentence = gettext(refusal.sentence, **refusal.facts)
    is_rule = isinstance(refusal, RuleBroken) and status == HTTPStatus.UNPROCESSABLE_ENTITY
    comes_back = is_rule or isinstance(refusal, SignInFailed)
    if request.method == "POST":
        found = found_elsewhere(refusal)
        hold_form(sentence if comes_back else "", afresh=isinstance(refusal, Stale), found=found)
        if comes_back and (page := _this_page()):
            return redirect(page, HTTPStatus.SEE_OTHER)
    if isinstance(refusal, DraftChanged):
        return _draft_changed(refusal)
    if isinstance(refusal, Stale):
        sentence = gettext("%(sentence)s It is still on the page that you sent it from.", sentence=sentence)
        return _page(status, sentence, changes=_changes(), again=_this_page())
    heading = HEADINGS.get(type(refusal))
    given = {"heading": gettext(heading)} if heading else {}
    answer = make_response(_page(status, sentence, **given, back=_back(refusal), unsent=unsent()))
    answer.headers.update(headers_of(refusal))
    return answer


def failed(error: HTTPException) -> ResponseReturnValue:
    """A page for what HTTP itself refuses; a form whose proof ran out is held, and is there again on its page.

    One from a page that was not made for this account is not: what is in it is somebody else's.
    """
    if isinstance(error, CSRFError) and current_session().unavailable:
        return refused(Unavailable())  # Its proof could not be looked up: nothing is known to be wrong with it.
    if isinstance(error, CSRFError) and not is_from_its_page():
        sentence = gettext("This page was made before the present sign-in, so what was typed in it is not kept.")
        return _page(HTTPStatus.BAD_REQUEST, sentence, afresh=_this_page())
    if isinstance(error, CSRFError):
        hold_form("")
        return _page(HTTPStatus.BAD_REQUEST, gettext("This page was open for too long."), again=_this_page())
    if error.response is not None:
        return error.response
    return _page(error.code or HTTPStatus.INTERNAL_SERVER_ERROR, "", unsent=unsent())


def _page(status: int, sentence: str, **given: Any) -> ResponseReturnValue:  # noqa: ANN401 - what the status's own page asks for
    name = status if status in PAGES_OF_THEIR_OWN else (400 if status < HTTPStatus.INTERNAL_SERVER_ERROR else 500)
    return render_template(f"errors/{name}.html", sentence=sentence, **given), status


def _draft_changed(refusal: DraftChanged) -> ResponseReturnValue:
    """What stands now in the place of the answers that the page was made from; what was typed is on its page again.

    Whoever sends the same answers twice is led to what was made of them.
    """
    made = made_of(refusal) if isinstance(refusal, DraftSent) else None
    if made is not None and (request.view_args or {}).get("step") == CHECK:
        return redirect(made[1], HTTPStatus.SEE_OTHER)
    standing: Mapping[str, Any] = {}
    with suppress(CasetrackError), begin() as work:
        standing = view_draft(work, str(refusal.facts["draft"])).answers
    return _page(
        status_of(refusal),
        gettext(refusal.sentence),
        heading=gettext("These answers have changed"),
        standing=in_words_of_fields(standing),
        unsent=unsent(),
        again=_this_page(),
        back=made,
    )


def _back(refusal: CasetrackError) -> tuple[str, str] | None:
    """What a refusal leads back to, in words, and its address: the offer that is in the way, or what it was about."""
    about: Mapping[str, Any] = {**(request.view_args or {}), **_in_the_way(refusal)}
    if not isinstance(refusal, OF_A_CASE_THAT_IS_KNOWN):
        return None
    if "transfer_id" in about:
        return gettext("Go to the offer"), url_for("transfers.view", transfer_id=about["transfer_id"])
    if "reference" in about:
        return gettext("Go to the case"), url_for("cases.view", reference=about["reference"])
    return None


def _in_the_way(refusal: CasetrackError) -> Mapping[str, Any]:
    return {"transfer_id": refusal.facts["transfer"]} if "transfer" in refusal.facts else {}


def _changes() -> list[tuple[Any, str, str | None]]:
    """What others changed on the case since this request's form was opened; nothing that the actor may not read."""
    reference, seen = (request.view_args or {}).get("reference"), whole_number(request.form.get("seen"))
    if reference is None or seen is None:
        return []
    catalogue = house().deployment.facts.catalogue
    with suppress(CasetrackError), begin() as work:
        since = changes_since(work, reference, seen)
        return [
            (change.at, change_words(change, catalogue), since.names.get(change.account) if change.account else None)
            for change in since.made
        ]
    return []


def _this_page() -> str | None:
    """The address of the page that this request's form stands on, if it can be gone to."""
    adapter = current_app.create_url_adapter(request)
    return request.path if adapter is not None and adapter.test(request.path, "GET") else None
