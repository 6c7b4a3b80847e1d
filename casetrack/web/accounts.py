"""The administrator's pages of accounts: who can sign in, in which role, for which organisation."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from marshmallow import ValidationError

from casetrack.domain.actions import Action
from casetrack.domain.ids import AccountId, HolderCode
from casetrack.domain.words import N_
from casetrack.http.house import house
from casetrack.http.identity import current_actor, leaves, serves
from casetrack.http.work import begin
from casetrack.schemas.accounts import CloseAccount, CreateAccount, ListAccounts, ResetAccount
from casetrack.schemas.audit import FindAccount
from casetrack.services.accounts import (
    NewAccount,
    SetUp,
    account_named,
    close_account,
    create_account,
    list_accounts,
    reset_account,
    view_account,
)
from casetrack.services.lists import AccountQuery, AccountState
from casetrack.services.people import Account, Token
from casetrack.web.forms import Form, read, submitted
from casetrack.web.words import ROLES

pages = Blueprint("accounts", __name__)

BOTH: Final = ["GET", "POST"]
NEW_LINK: Final = "new-link"
STATES: Final[Mapping[AccountState, str]] = {AccountState.OPEN: N_("Open"), AccountState.CLOSED: N_("Closed")}
USUAL: Final[Mapping[str, Any]] = ListAccounts().load({})
"""What is asked for by an address that asks for nothing."""


@dataclass(frozen=True)
class Asked:
    """What the address of the list asks for: the filters, the order and the page."""

    said: Mapping[str, Any]

    @property
    def query(self) -> AccountQuery:
        """The same, as the stores are asked."""
        return AccountQuery(**self.said)

    def link(self, **changes: Any) -> str:  # noqa: ANN401 - the parts of an address
        """The address of the same list, otherwise; what is usual is left out, and other filters begin at page one."""
        said = {**self.said, "page": 1, **changes}
        codes: dict[str, Any] = {name: _coded(value) for name, value in said.items() if value != USUAL[name]}
        return url_for("accounts.list", **codes)

    @property
    def chosen(self) -> list[tuple[str, str]]:
        """Each filter in force, with the address of the list without it."""
        holder, state = self.said["holder"], self.said["state"]
        words = []
        if holder is not None:
            words.append((house().deployment.holders[holder].name, self.link(holder=None)))
        if state is not None:
            words.append((gettext(STATES[state]), self.link(state=None)))
        return words


@pages.route("/admin/accounts", methods=BOTH, endpoint="list")
@serves(Action.ACCOUNT_LIST)
def show_list() -> ResponseReturnValue:
    """The accounts of the administrator's organisation, or of every one; or the one that was looked for."""
    form = submitted(FindAccount())
    if form.said is not None:
        with begin() as work:
            found = account_named(work, form.said["name"])
        if found is not None:
            return redirect(url_for("accounts.view", account_id=found), HTTPStatus.SEE_OTHER)
        sentence = gettext("Nobody whose account you look after signs in by that name.")
        form = Form(values=form.values, errors={"name": [sentence]})
    asked = _asked()
    with begin() as work:
        page = list_accounts(work, asked.query)
    return _listed(asked, page, form), form.status


def _listed(asked: Asked, page: Any, form: Form) -> str:  # noqa: ANN401 - a page of cards
    return render_template(
        "accounts/list.html",
        asked=asked.said,
        chosen=asked.chosen,
        page=page,
        holders=house().deployment.holders,
        link=asked.link,
        states=[(state.value, gettext(words)) for state, words in STATES.items()],
        values={name: _coded(value) if value else "" for name, value in asked.said.items()},
        **form.given,
        **_choices(),
    )


@pages.route("/admin/accounts/new", methods=BOTH)
@serves(Action.ACCOUNT_CREATE)
@leaves(GET=[])
def create() -> ResponseReturnValue:
    """Make an account for somebody, who chooses their password by the link that is then shown, once."""
    form = submitted(CreateAccount())
    if form.said is not None:
        with begin() as work:
            made = create_account(work, NewAccount(**form.said))
        flash(gettext("The account is made. Nobody can sign in to it until its password is chosen."))
        return _to_link(made)
    with begin() as work:
        work.require(Action.ACCOUNT_CREATE)
    return render_template("accounts/create.html", **form.given, **_choices()), form.status


@pages.route("/admin/accounts/<uuid:account_id>")
@serves(Action.ACCOUNT_LIST)
def view(account_id: UUID) -> ResponseReturnValue:
    """One account, and the programs that act for it. A link to choose its password is shown here, once."""
    with begin() as work:
        account, tokens = view_account(work, AccountId(account_id))
    made = session.pop(NEW_LINK, None)
    is_its_own = made is not None and made["account"] == str(account_id)
    return render_template(
        "accounts/view.html",
        account_shown=account,
        holder=house().deployment.holders[account.holder],
        is_me=account.id == current_actor().account,
        tokens=[(token, stands(account, token)) for token in tokens],
        made=url_for("passwords.set", token=made["link"], _external=True) if is_its_own else None,
    )


@pages.route("/admin/accounts/<uuid:account_id>/reset", methods=BOTH)
@serves(Action.ACCOUNT_RESET)
@leaves(GET=[Action.ACCOUNT_LIST])
def reset(account_id: UUID) -> ResponseReturnValue:
    """The account has no password until somebody chooses one, by the link that is then shown, once."""
    form = submitted(ResetAccount())
    if form.said is not None:
        with begin() as work:
            made = reset_account(work, AccountId(account_id))
        flash(gettext("The account is reset. Its password, its sessions and its tokens have ended."))
        return _to_link(made)
    with begin() as work:
        work.require(Action.ACCOUNT_RESET)
        account, _ = view_account(work, AccountId(account_id))
    return render_template("accounts/reset.html", **form.given, account_shown=account), form.status


@pages.route("/admin/accounts/<uuid:account_id>/close", methods=BOTH)
@serves(Action.ACCOUNT_CLOSE)
@leaves(GET=[Action.ACCOUNT_LIST])
def close(account_id: UUID) -> ResponseReturnValue:
    """The account signs in no more, and no token acts for it."""
    form = submitted(CloseAccount())
    if form.said is not None:
        with begin() as work:
            close_account(work, AccountId(account_id))
        flash(gettext("The account is closed. Its sessions and tokens have ended."))
        return redirect(url_for("accounts.view", account_id=account_id), HTTPStatus.SEE_OTHER)
    with begin() as work:
        work.require(Action.ACCOUNT_CLOSE)
        account, _ = view_account(work, AccountId(account_id))
    return render_template("accounts/close.html", **form.given, account_shown=account), form.status


def stands(account: Account, token: Token) -> str:
    """Whether a token opens anything, in one word."""
    if token.revoked_at is not None:
        return gettext("Revoked")
    if account.closed_at is not None or token.epoch != account.epoch or token.until <= house().clock():
        return gettext("Ended")
    return gettext("In use")


def _to_link(made: SetUp) -> ResponseReturnValue:
    """To the account's page, with the link in the sealed session: it is shown there once, and stands in no address."""
    session[NEW_LINK] = {"account": str(made.account.id), "link": made.link}
    return redirect(url_for("accounts.view", account_id=made.account.id), HTTPStatus.SEE_OTHER)


def _asked() -> Asked:
    """What this request's address asks for; 400 if it is no address that a page of ours leads to."""
    try:
        return Asked(read(ListAccounts(), {name: value for name, value in request.args.items() if value}))
    except ValidationError:
        abort(HTTPStatus.BAD_REQUEST)


def _choices() -> dict[str, Any]:
    """The roles, and the organisations that the administrator may make accounts of."""
    actor, holders = current_actor(), house().deployment.holders
    mine: list[HolderCode] = [actor.holder]
    codes = list(holders.by_code) if actor.national else mine
    return {
        "roles": [(role, gettext(words)) for role, words in ROLES.items()],
        "organisations": sorted(((code, holders[code].name) for code in codes), key=lambda each: each[1]),
        "national": actor.national,
    }


def _coded(value: Any) -> str:  # noqa: ANN401 - a code, a number, or yes
    return "yes" if value is True else str(value)
