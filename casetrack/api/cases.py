"""Cases: listed, opened, viewed, placed, assigned, closed and reopened; and given the strand that they lack."""

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from flask import Response, url_for

from casetrack.api import repeats
from casetrack.api.answers import case_answer, page_answer, seen, stub_answer
from casetrack.api.calls import Calls
from casetrack.domain.actions import Action
from casetrack.domain.case import Areas, Case, Status
from casetrack.domain.holdings import Strand
from casetrack.domain.ids import AccountId
from casetrack.domain.references import Reference
from casetrack.domain.stub import Stub
from casetrack.http.identity import leaves, may
from casetrack.http.work import begin
from casetrack.schemas.cases import (
    EVERY_STATUS,
    AssignCase,
    BeginStrand,
    CloseCase,
    ListCases,
    OpenCase,
    PlaceCase,
    ReopenCase,
)
from casetrack.schemas.contacts import RecordContact
from casetrack.schemas.identity import RecordIdentity
from casetrack.schemas.shown import CaseShown, CasesShown
from casetrack.services.caseload import everything
from casetrack.services.cases import (
    NewCase,
    assign_case,
    begin_strand,
    close_case,
    list_cases,
    open_case,
    place_case,
    reopen_case,
    view_case,
)
from casetrack.services.journal import CASEWORK, Purpose
from casetrack.services.work import UnitOfWork

calls = Calls("cases", __name__, "The cases of one's own organisation.")


@calls.get("/cases", Action.CASE_LIST, shows=CasesShown, asks=ListCases)
def list_(asked: Mapping[str, Any]) -> Response:
    """One page of the cases of one's own organisation, or of those that it passed on."""
    status = None if asked["status"] == EVERY_STATUS else Status(asked["status"])
    with begin() as work:
        narrowed = {**asked, "status": status, "page": max(1, asked["page"])}
        page = list_cases(work, replace(everything(work), **narrowed))
    return page_answer(CasesShown(), page)


@calls.make("/cases", Action.CASE_OPEN, shows=CaseShown, reads=OpenCase, header=None)
@leaves(POST=[Action.CASE_OPEN, Action.IDENTITY_RECORD, may(Action.CONTACT_RECORD)])
def open_(said: Mapping[str, Any]) -> Response:
    """Open a case for a person: one's own organisation is responsible."""
    key = repeats.key()
    with begin() as work:
        return repeats.once(work, key, lambda: _opened(work, open_case(work, _new_case(said))))


@calls.get("/cases/<reference:reference>", Action.CASE_VIEW, shows=CaseShown)
def view(reference: Reference) -> Response:
    """A case. Of one that was passed on: its names, its dates and who is responsible now."""
    with begin() as work:
        case = view_case(work, reference)
        return stub_answer(case) if isinstance(case, Stub) else case_answer(work, case)


@calls.put("/cases/<reference:reference>/areas", Action.CASE_PLACE, shows=CaseShown, reads=PlaceCase)
def place(said: Mapping[str, Any], reference: Reference) -> Response:
    """Record the areas of exploitation, home and encounter."""
    version = seen()
    with begin() as work:
        return case_answer(work, place_case(work, reference, Areas(**said), seen=version))


@calls.put(
    "/cases/<reference:reference>/workers/<any(support, investigation):strand>",
    Action.CASE_ASSIGN,
    shows=CaseShown,
    reads=AssignCase(exclude=("strand",)),
)
def assign(said: Mapping[str, Any], reference: Reference, strand: str) -> Response:
    """Give a strand to a worker."""
    version = seen()
    with begin() as work:
        worker = AccountId(said["worker"])
        return case_answer(work, assign_case(work, reference, Strand(strand), worker, seen=version))


@calls.post("/cases/<reference:reference>/closing", Action.CASE_CLOSE, shows=CaseShown, reads=CloseCase)
@leaves(POST=[Action.CASE_CLOSE, may(Action.CASE_CLOSE)])
def close(said: Mapping[str, Any], reference: Reference) -> Response:
    """Close a case, for a reason of the list."""
    version = seen()
    with begin(Purpose(CASEWORK.code, said["words"], said["keep"])) as work:
        return case_answer(work, close_case(work, reference, said["reason"], seen=version))


@calls.post("/cases/<reference:reference>/reopening", Action.CASE_REOPEN, shows=CaseShown, reads=ReopenCase)
@leaves(POST=[Action.CASE_REOPEN, may(Action.CASE_REOPEN)])
def reopen(said: Mapping[str, Any], reference: Reference) -> Response:
    """Open a closed case again."""
    version = seen()
    with begin(Purpose(CASEWORK.code, said["words"], said["keep"])) as work:
        return case_answer(work, reopen_case(work, reference, seen=version))


@calls.make("/cases/<reference:reference>/strands", Action.STRAND_BEGIN, shows=CaseShown, reads=BeginStrand)
@leaves(POST=[Action.STRAND_BEGIN, may(Action.STRAND_BEGIN)])
def begin_(said: Mapping[str, Any], reference: Reference) -> Response:
    """Begin the strand that a case lacks: one's own organisation, which leads the other, is responsible for it too."""
    version, key = seen(), repeats.key()

    def begun(work: UnitOfWork) -> Response:
        case = begin_strand(work, reference, said["strand"], said["reason"], seen=version)
        return case_answer(work, case, HTTPStatus.CREATED)

    with begin(Purpose(CASEWORK.code, said["words"], said["keep"])) as work:
        return repeats.once(work, key, lambda: begun(work))


def _new_case(said: Mapping[str, Any]) -> NewCase:
    """What was said, apart by what it is about."""
    return NewCase(
        strands=frozenset(said["strands"]),
        age_group=said["age_group"],
        areas=Areas(**{name: said[name] for name in PlaceCase().fields}),
        identity=said["identity"],
        names={name: said[name] for name in RecordIdentity().fields if name != "identity"},
        contact={name: said[name] for name in RecordContact().fields},
    )


def _opened(work: UnitOfWork, case: Case) -> Response:
    made = case_answer(work, case, HTTPStatus.CREATED)
    made.headers["Location"] = url_for("api.cases.view", reference=case.reference)
    return made
