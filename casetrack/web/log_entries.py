"""Entries of the log as a page shows them: in plain words, each with what the log has exactly."""

import json
from collections.abc import Mapping
from typing import Any, Final

from flask_babel import gettext

from casetrack.domain.errors import MistypedReference
from casetrack.domain.events import Refused
from casetrack.domain.references import Reference, read_reference
from casetrack.domain.unusual_events import SurnamesCompared
from casetrack.domain.words import N_
from casetrack.http.house import house
from casetrack.http.identity import current_actor
from casetrack.services.journal import read_kind
from casetrack.services.letters import is_typed, may_read
from casetrack.services.lists import MOST_FOUND, EventCard, Page
from casetrack.web.words import entry_words

REASON_IS_SEALED: Final = N_("A reason was typed. It is sealed to the audit desk; the log has only its digest.")
FOUND_IS_SEALED: Final = N_("What was found is sealed to the audit desk; the log has only its digest.")


def entries_of(page: Page[EventCard]) -> dict[str, Any]:
    """A page of entries, and whether there may be older ones that were not looked for."""
    return {"page": page, "entries": [entry(card) for card in page.items], "most": page.total >= MOST_FOUND}


def entry(card: EventCard) -> dict[str, Any]:
    """An entry as the page shows it."""
    sentence, who = entry_words(card.payload, house().deployment)
    is_compared = read_kind(card.payload) == SurnamesCompared.__name__
    is_sealed = card.has_words or is_typed(card)
    return {
        "card": card,
        "sentence": sentence,
        "who": who,
        "reference": card.reference or _asked_for(card.payload),
        "sealed": gettext(FOUND_IS_SEALED if is_compared else REASON_IS_SEALED) if is_sealed else "",
        "may_read": may_read(current_actor(), card),
        "raw": json.dumps(card.payload, indent=1, sort_keys=True, ensure_ascii=False),
    }


def _asked_for(payload: Mapping[str, Any]) -> Reference | None:
    """The reference by which somebody asked for a case and was refused, whether or not there is such a case.

    Whoever is shown the entry is shown that; what a search by it finds is what the reader may know.
    """
    try:
        return read_reference(str(payload["detail"]["reference"])) if payload["event"] == Refused.__name__ else None
    except (LookupError, TypeError, MistypedReference):
        return None
