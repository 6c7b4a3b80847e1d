"""The log, for auditors' programs: searched and checked. What it is opened for goes with every call."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Response, abort

from casetrack.api.answers import answer, page_answer
from casetrack.api.calls import Calls
from casetrack.domain.actions import Action
from casetrack.http.house import house, in_time
from casetrack.http.work import begin
from casetrack.schemas.audit import AskAudit, OpenLog
from casetrack.schemas.shown_log import EntriesShown, VerificationShown
from casetrack.services.audit import Inspection, begin_verifying, search_audit, verify_audit
from casetrack.services.lists import LogQuery

calls = Calls("audit", __name__, "The tamper-evident log, for auditors.")


@calls.get("/audit/entries", Action.AUDIT_SEARCH, shows=EntriesShown, asks=AskAudit)
def search(asked: Mapping[str, Any]) -> Response:
    """One page of the entries of the auditor's scope that match, the newest first."""
    said = {**asked, "page": max(1, asked["page"])}
    use = said.pop("use")
    with begin() as work:
        page = search_audit(work, LogQuery(**said), use)
    return page_answer(EntriesShown(), page)


@calls.post("/audit/verifications", Action.AUDIT_VERIFY, shows=VerificationShown, reads=OpenLog, header=None)
def verify(said: Mapping[str, Any]) -> Response:
    """Whether everything that is kept is what was recorded, and what is not; as far as there is time for it."""
    inspect = house().inspect
    with begin() as work:
        begin_verifying(work, said["use"])
        is_national = work.actor.national
    if inspect is None:
        abort(HTTPStatus.SERVICE_UNAVAILABLE)
    with inspect() as (evidence, believed):
        inspection = verify_audit(in_time(evidence), believed)
    return answer(VerificationShown(), _facts_of(inspection, named=is_national))


def _facts_of(inspection: Inspection, *, named: bool) -> dict[str, Any]:
    """What `VerificationShown` shows of it; which cases they are is for those who may look at any."""
    findings = [
        {"about": each.about.name.lower(), "name": each.name if named else None, "sentence": each.sentence}
        for each in inspection.findings
    ]
    log = inspection.verified
    return {
        "holds": False if findings else inspection.is_whole or None,
        "whole": inspection.is_whole,
        "findings": findings,
        "entries": log and log.entries,
        "unsigned": log and log.unsigned,
        "checkpoint": inspection.checkpoint,
    }
