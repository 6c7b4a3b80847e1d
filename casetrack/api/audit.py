"""The log, for auditors' programs: searched and checked. What it is opened for goes with every call."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Response, abort

from casetrack.api.answers import answer, page_answer
from casetrack.api.calls import Calls
from casetrack.domain.actions import Action
from casetrack.domain.ids import AccountId, HolderCode
from casetrack.domain.references import Reference
from casetrack.http.bundles import ZIP, given_out
from casetrack.http.house import house, in_time
from casetrack.http.work import begin
from casetrack.schemas.audit import AskAudit, AskComparison, AskExport, AskThen, LookAt, OpenLog
from casetrack.schemas.disclosures import AskDisclosures
from casetrack.schemas.shown_desk import (
    AccountAuditedShown,
    CaseAuditedShown,
    ComparisonShown,
    ErasuresToldShown,
    LogStateShown,
    RegisterShown,
    ThenShown,
)
from casetrack.schemas.shown_log import EntriesShown, VerificationShown
from casetrack.services.audit import Inspection, begin_verifying, inspect_audit, is_late, search_audit, view_audit
from casetrack.services.audit_accounts import look_at_account
from casetrack.services.audit_cases import look_at_case
from casetrack.services.audit_checkpoints import begin_comparing, compare_checkpoint
from casetrack.services.audit_erasures import look_at_erasures
from casetrack.services.audit_hindsight import Responsible, who_could_open
from casetrack.services.bundles import BundleAsked
from casetrack.services.disclosures import look_at_disclosures
from casetrack.services.journal import Purpose
from casetrack.services.lists import LogQuery
from casetrack.services.register import RegisterQuery

calls = Calls("audit", __name__, "The tamper-evident log, for auditors.")


@calls.get("/audit/log", Action.AUDIT_VIEW, shows=LogStateShown, asks=OpenLog)
def view(asked: Mapping[str, Any]) -> Response:
    """How far the log is, and how long events wait for their place in it."""
    with begin(Purpose(asked["use"])) as work:
        state, now = view_audit(work, asked["use"]), work.now
    waited = int(state.waited(now).total_seconds())
    return answer(LogStateShown(), {**vars(state), "waited": waited, "late": is_late(state, now)})


@calls.get("/audit/entries", Action.AUDIT_SEARCH, shows=EntriesShown, asks=AskAudit)
def search(asked: Mapping[str, Any]) -> Response:
    """One page of the entries of the auditor's scope that match, the newest first; of very many the newest 10,000."""
    said = {**asked, "page": max(1, asked["page"])}
    use = said.pop("use")
    with begin(Purpose(use)) as work:
        page = search_audit(work, LogQuery(**said), use)
    return page_answer(EntriesShown(), page)


@calls.get("/audit/cases/<reference:reference>", Action.AUDIT_SEARCH, shows=CaseAuditedShown, asks=LookAt)
def look_at_case_(asked: Mapping[str, Any], reference: Reference) -> Response:
    """Everybody who looked at the case, changed it or was refused, and one page of the entries about it."""
    with begin(Purpose(asked["use"])) as work:
        audited = look_at_case(work, reference, asked["use"], page=max(1, asked["page"]))
    return answer(CaseAuditedShown(), audited)


@calls.get("/audit/cases/<reference:reference>/as-at", Action.AUDIT_SEARCH, shows=ThenShown, asks=AskThen)
def ask_then(asked: Mapping[str, Any], reference: Reference) -> Response:
    """Who could have opened the case at an instant that has passed, by the rules of access of today."""
    with begin(Purpose(asked["use"])) as work:
        then = who_could_open(work, reference, asked["at"], asked["use"])
    return answer(ThenShown(), {**vars(then), "responsible": [_responsible(each) for each in then.responsible]})


@calls.get("/audit/disclosures", Action.AUDIT_SEARCH, shows=RegisterShown, asks=AskDisclosures)
def look_at_disclosures_(asked: Mapping[str, Any]) -> Response:
    """One page of what left casetrack, to whom, under which regime and what for, the newest first."""
    said = dict(asked)
    use = said.pop("use")
    codes = {name: HolderCode(said[name]) if said[name] else None for name in ("sender", "recipient")}
    with begin(Purpose(use)) as work:
        page = look_at_disclosures(work, RegisterQuery(**{**said, **codes, "page": max(1, said["page"])}), use)
    return page_answer(RegisterShown(), page)


@calls.get("/audit/erasures", Action.AUDIT_SEARCH, shows=ErasuresToldShown, asks=LookAt)
def look_at_erasures_(asked: Mapping[str, Any]) -> Response:
    """One page of the cases that two people have agreed to erase, the newest first."""
    with begin(Purpose(asked["use"])) as work:
        page = look_at_erasures(work, asked["use"], page=asked["page"])
    return page_answer(ErasuresToldShown(), page)


@calls.get("/audit/accounts/<uuid:account>", Action.AUDIT_SEARCH, shows=AccountAuditedShown, asks=LookAt)
def look_at_account_(asked: Mapping[str, Any], account: UUID) -> Response:
    """What one account did and at which cases, what was done about it, and one page of its entries."""
    with begin(Purpose(asked["use"])) as work:
        audited = look_at_account(work, AccountId(account), asked["use"], page=max(1, asked["page"]))
    return answer(AccountAuditedShown(), audited)


@calls.post("/audit/verifications", Action.AUDIT_VERIFY, shows=VerificationShown, reads=OpenLog, header=None)
def verify(said: Mapping[str, Any]) -> Response:
    """Whether everything that is kept is what was recorded, and what is not; as far as there is time for it."""
    place = house()
    with begin(Purpose(said["use"])) as work:
        begin_verifying(work, said["use"])
        is_national = work.actor.national
    if place.inspect is None:
        abort(HTTPStatus.SERVICE_UNAVAILABLE)
    inspection = inspect_audit(place.inspect, in_time, place.promise)
    return answer(VerificationShown(), _facts_of(inspection, named=is_national))


@calls.post("/audit/comparisons", Action.AUDIT_VERIFY, shows=ComparisonShown, reads=AskComparison, header=None)
def compare(said: Mapping[str, Any]) -> Response:
    """Whether the log still begins with what an older checkpoint has promised, or was rolled back, or rewritten."""
    inspect = house().inspect
    with begin(Purpose(said["use"], said["words"])) as work:
        begin_comparing(work, said["checkpoint"], said["use"])
    if inspect is None:
        abort(HTTPStatus.SERVICE_UNAVAILABLE)
    return answer(ComparisonShown(), compare_checkpoint(said["checkpoint"], inspect, in_time))


@calls.give("/audit/exports", Action.AUDIT_EXPORT, reads=AskExport, media_type=ZIP)
def export(said: Mapping[str, Any]) -> Response:
    """Be given an evidence bundle: the whole log as hashes, and what its entries say of a case or of some days.

    It is a ZIP of the files that `casetrack audit verify` checks, and its README.txt says how to without casetrack.
    """
    return given_out(BundleAsked(**said))


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


def _responsible(each: Responsible) -> dict[str, Any]:
    """What `ResponsibleShown` shows of an organisation: its people by their accounts, and no name of theirs."""
    people = each.people and [{**vars(able.could.account), "parts": sorted(able.could.parts)} for able in each.people]
    return {**vars(each), "strands": sorted(each.strands), "parts": sorted(each.parts), "people": people}
