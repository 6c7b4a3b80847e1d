"""What is left of erased cases, to be looked at. Cases are erased signed in, by two people, and never by a token."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Response

from casetrack.api.answers import answer, page_answer
from casetrack.api.calls import Calls
from casetrack.domain.actions import Action
from casetrack.domain.ids import CaseId
from casetrack.http.work import begin
from casetrack.schemas.approvals import CertificateShown, ErasuresShown
from casetrack.schemas.pages import ListPage
from casetrack.services.erasures import list_erasures, view_erasure

calls = Calls("erasures", __name__, "What is left of cases that were erased: that they were, by whom, and why.")


@calls.get("/erasures", Action.ERASURE_LIST, shows=ErasuresShown, asks=ListPage)
def list_(asked: Mapping[str, Any]) -> Response:
    """One page of the erasures of cases that one's own organisation was responsible for at the end, newest first."""
    with begin() as work:
        page = list_erasures(work, page=max(1, asked["page"]))
    return page_answer(ErasuresShown(), page, [kept.stone for kept in page.items])


@calls.get("/erasures/<uuid:case>", Action.ERASURE_VIEW, shows=CertificateShown)
def view(case: UUID) -> Response:
    """The certificate of an erasure."""
    with begin() as work:
        erasure = view_erasure(work, CaseId(case))
    return answer(CertificateShown(), erasure.certificate)
