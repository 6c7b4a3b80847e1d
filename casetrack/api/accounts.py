"""Who can sign in. Accounts are made, reset and closed signed in: what lets somebody in is given out by no program."""

from collections.abc import Mapping
from typing import Any

from flask import Response

from casetrack.api.answers import page_answer
from casetrack.api.calls import Calls
from casetrack.domain.actions import Action
from casetrack.http.work import begin
from casetrack.schemas.accounts import ListAccounts
from casetrack.schemas.shown_accounts import AccountsShown
from casetrack.services.accounts import list_accounts
from casetrack.services.lists import AccountQuery

calls = Calls("accounts", __name__, "Who can sign in, for administrators.")


@calls.get("/accounts", Action.ACCOUNT_LIST, shows=AccountsShown, asks=ListAccounts)
def list_(asked: Mapping[str, Any]) -> Response:
    """One page of the accounts of the administrator's organisation, or of every one."""
    with begin() as work:
        page = list_accounts(work, AccountQuery(**{**asked, "page": max(1, asked["page"])}))
    return page_answer(AccountsShown(), page)
