"""What somebody wrote that belongs elsewhere: found again in the form that was refused for it, to be shown to them."""

from contextlib import suppress
from typing import Final

from flask import current_app, request

from casetrack.domain.actions import Action
from casetrack.domain.errors import BelongsElsewhere, CasetrackError
from casetrack.domain.misplaced import Misplaced, find_misplaced
from casetrack.http.work import begin
from casetrack.services.wording import look_over
from casetrack.web.forms import NEVER_SHOWN

REVEALS: Final = frozenset({Action.IDENTITY_REVEAL, Action.CONTACT_REVEAL})
OWN_NUMBER: Final = "phone"
"""The number of the sender's own desk, which an offer asks for."""


def found_elsewhere(refusal: CasetrackError) -> list[tuple[str, str]]:
    """The kind of each thing that was found, and the very words; nothing of any other refusal.

    The refusal itself says neither: an error is no place for either.
    """
    if not isinstance(refusal, BelongsElsewhere):
        return []
    texts = [text for name, text in request.form.items(multi=True) if name not in {*NEVER_SHOWN, OWN_NUMBER}]
    return list(dict.fromkeys((each.kind.value, each.said) for each in _found(texts)))


def _found(texts: list[str]) -> tuple[Misplaced, ...]:
    """The person's names are looked for by whoever has the case, where they may be opened: not to ask for them."""
    reference = (request.view_args or {}).get("reference")
    view = current_app.view_functions[request.endpoint or ""]
    if reference is not None and REVEALS.isdisjoint(getattr(view, "serves", ())):
        with suppress(CasetrackError), begin() as work:
            return look_over(work, reference, texts)
    return tuple(found for text in texts for found in find_misplaced(text))
