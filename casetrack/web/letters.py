"""What was typed with an entry of the log, on a page of its own at the auditors' desk."""

from uuid import UUID

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from casetrack.domain.actions import Action
from casetrack.domain.ids import EventId
from casetrack.http.house import house
from casetrack.http.identity import leaves, may
from casetrack.http.work import begin
from casetrack.services.audit import Use, purposes
from casetrack.services.letters import look_at_letter, open_letter
from casetrack.services.lists import EventCard
from casetrack.web.log_entries import entry as entry_shown
from casetrack.web.log_use import in_force, opening, purpose_of

pages = Blueprint("letters", __name__)


@pages.route("/audit/entries/<uuid:entry>/words", methods=["GET", "POST"], endpoint="open")
@opening(Action.LETTER_OPEN)
@leaves(GET=[may(Action.AUDIT_SEARCH)], POST=[(Action.AUDIT_VIEW, Action.LETTER_OPEN)])
def show(use: Use, entry: UUID) -> ResponseReturnValue:
    """The entry; and what was typed with it to whoever asks for that, which is on the log first."""
    with begin(purpose_of(use)) as work:
        letter = open_letter(work, EventId(entry), use) if request.method == "POST" else None
        card = letter.card if letter else look_at_letter(work, EventId(entry), use)
    each = entry_shown(card)
    if letter is not None:
        each["may_read"] = False
    return render_template("letters/open.html", **in_force(use), each=each, letter=letter, purpose=_purpose(card))


def _purpose(card: EventCard) -> str:
    """What it was done for; empty if that is no code that there is, or was."""
    words = purposes(house().deployment.facts).get(str(card.payload.get("purpose")))
    return gettext(words) if words else ""
