"""Unusual accesses, for auditors' programs: listed, and reviewed. Same surnames are told to no program."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Response

from casetrack.api.answers import answer, page_answer
from casetrack.api.calls import Calls
from casetrack.domain.actions import Action
from casetrack.domain.ids import EventId
from casetrack.http.identity import leaves
from casetrack.http.work import begin
from casetrack.schemas.shown_unusual import OccasionShown, OccasionsShown
from casetrack.schemas.unusual import AskUnusual, RecordReview
from casetrack.services.journal import Purpose
from casetrack.services.occasions import Occasion, UnusualQuery
from casetrack.services.unusual import list_unusual, review_unusual

calls = Calls("unusual", __name__, "Unusual accesses, for auditors.")


@calls.get("/audit/unusual", Action.UNUSUAL_LIST, shows=OccasionsShown, asks=AskUnusual)
def list_(asked: Mapping[str, Any]) -> Response:
    """One page of the unusual accesses of the auditor's scope that match, the newest first; of a week, or of more."""
    said = dict(asked)
    use = said.pop("use")
    with begin(Purpose(use)) as work:
        page = list_unusual(work, UnusualQuery(**said), use).page
    return page_answer(OccasionsShown(), page, [_facts_of(each) for each in page.items])


@calls.post(
    "/audit/unusual/<uuid:entry>/reviews", Action.UNUSUAL_REVIEW, shows=OccasionShown, reads=RecordReview, header=None
)
@leaves(POST=[Action.UNUSUAL_REVIEW, Action.UNUSUAL_REVIEW])
def review(said: Mapping[str, Any], entry: UUID) -> Response:
    """Record what came of the unusual access that this entry is of. Sent twice, it is there twice."""
    with begin(Purpose(said["use"], said["words"])) as work:
        reviewed = review_unusual(work, EventId(entry), said["disposition"], said["use"], of_day=said["of_day"])
    return answer(OccasionShown(), _facts_of(reviewed))


def _facts_of(occasion: Occasion) -> dict[str, Any]:
    """What `OccasionShown` shows of it."""
    return {**vars(occasion), "of_day": occasion.volume is not None, "reasons": sorted(occasion.reasons)}
