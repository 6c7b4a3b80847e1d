"""The administrator's pages: accounts made and closed, tokens made and revoked."""

import re

import pytest

from casetrack.crypto.tokens import token_digest
from casetrack.domain.actors import Role
from casetrack.services.ports import Account
from casetrack.services.sessions import NOBODY, live_token
from tests.web.site import Browser, Place, errors, headings, notice
from tests.world import ACCOUNTS

PASSWORD = "purple lamp seven rivers"
NEW = {
    "sign_in_name": "New.Worker",
    "display_name": "Newly Invented",
    "role": "support_worker",
    "holder": "south",
    "password": PASSWORD,
}
WORKER = f"/admin/accounts/{ACCOUNTS['worker'].id}"


@pytest.fixture(scope="module")
def place() -> Place:
    """The site, which these tests share: each makes what it asks about."""
    return Place()


@pytest.fixture(scope="module")
def administrator(place: Place) -> Browser:
    """An administrator of every organisation."""
    return place.browser("administrator")


def named(place: Place, sign_in_name: str) -> Account | None:
    memory = place.world.memory
    assert memory is not None
    return next((each for each in memory.kept.accounts.values() if each.sign_in_name == sign_in_name), None)


def made_token(html: str) -> str:
    found = re.search(r"<pre>([^<]+)</pre>", html)
    assert found is not None
    return found[1]


class TestAccounts:
    def test_every_account_is_listed_with_its_role_and_organisation(self, administrator: Browser) -> None:
        shown = administrator.get("/admin/accounts").text
        for told in ("worker", "Support worker", "North Invented Police", "Invented Charity"):
            assert told in shown

    def test_somebody_new_can_sign_in(self, place: Place, administrator: Browser) -> None:
        answer = administrator.post("/admin/accounts/new", NEW)
        assert notice(answer.text).startswith("The account is made.")
        assert headings(answer.text) == ["Newly Invented"]
        made = named(place, "new.worker")
        assert made is not None
        assert (made.role, made.holder) == (Role.SUPPORT_WORKER, "south")
        signed_in = Browser(place.app).post("/sign-in", {"name": "new.worker", "password": PASSWORD})
        assert headings(signed_in.text) == ["My work"]
        assert PASSWORD not in str(place.events())

    @pytest.mark.parametrize(
        ("typed", "sentence"),
        [
            ({"password": "too short"}, "Choose a password of at least 15 characters"),
            ({"sign_in_name": "worker"}, "That name is taken."),
            ({"role": "lead", "national": "yes"}, "Only an auditor or an administrator can be of every organisation."),
            ({"role": "king"}, "Choose one of the answers."),
            ({"holder": "nowhere"}, "Choose an organisation from the list."),
        ],
    )
    def test_what_does_not_fit_comes_back_without_the_password(
        self, place: Place, administrator: Browser, typed: dict[str, str], sentence: str
    ) -> None:
        answer = administrator.post("/admin/accounts/new", {**NEW, "sign_in_name": "another.one", **typed})
        assert any(said.startswith(sentence) for said in errors(answer.text)), errors(answer.text)
        assert PASSWORD not in answer.text
        assert "Newly Invented" in answer.text
        assert named(place, "another.one") is None

    def test_a_closed_account_signs_in_no_more_and_its_sessions_have_ended(
        self, place: Place, administrator: Browser
    ) -> None:
        supervisor = place.browser("supervisor")
        assert supervisor.get("/work").status_code == 200
        page = f"/admin/accounts/{ACCOUNTS['supervisor'].id}"
        assert headings(administrator.get(f"{page}/close").text) == ["Close the account of Supervisor Invented"]
        assert notice(administrator.post(f"{page}/close", {}).text).startswith("The account is closed.")
        assert headings(supervisor.get("/work").text) == ["Sign in"]
        assert "Close the account" not in administrator.get(page).text

    def test_nobody_closes_their_own_account(self, administrator: Browser) -> None:
        page = f"/admin/accounts/{ACCOUNTS['administrator'].id}"
        assert f"{page}/close" not in administrator.get(page).text
        assert administrator.post(f"{page}/close", {}).status_code == 403

    def test_an_account_that_there_is_not_is_no_page(self, administrator: Browser) -> None:
        assert administrator.get("/admin/accounts/00000000-0000-0000-0000-000000000000").status_code == 404


class TestTokens:
    def test_a_token_is_shown_once_and_only_its_digest_is_kept(self, place: Place, administrator: Browser) -> None:
        answer = administrator.post(f"{WORKER}/tokens/new", {"name": "nightly figures", "days": "30"})
        token = made_token(answer.text)
        assert "<pre>" not in administrator.get(WORKER).text
        memory = place.world.memory
        assert memory is not None
        kept = next(each for each in memory.kept.tokens.values() if each.name == "nightly figures")
        assert kept.digest == token_digest(token)
        assert kept.until.date().isoformat() == "2026-12-20"
        with place.world.begin(NOBODY) as stores:
            assert live_token(stores, token, place.world.now) is not None

    def test_a_token_that_is_revoked_opens_nothing(self, place: Place, administrator: Browser) -> None:
        made = administrator.post(f"{WORKER}/tokens/new", {"name": "once only", "days": "1"})
        page = re.search(r'href="([^"]+/revoke)">Revoke<span class="govuk-visually-hidden"> once only', made.text)
        assert page is not None
        assert headings(administrator.get(page[1]).text) == ["Revoke the token “once only”"]
        assert notice(administrator.post(page[1], {}).text).startswith("The token is revoked.")
        with place.world.begin(NOBODY) as stores:
            assert live_token(stores, made_token(made.text), place.world.now) is None

    @pytest.mark.parametrize("days", ["0", "366", "many", ""])
    def test_a_token_lasts_a_year_at_the_most(self, administrator: Browser, days: str) -> None:
        answer = administrator.post(f"{WORKER}/tokens/new", {"name": "for ever", "days": days})
        assert answer.status_code == 422
        assert "for ever" in answer.text

    def test_a_token_of_another_account_is_no_page(self, administrator: Browser) -> None:
        absent = "00000000-0000-0000-0000-000000000000"
        assert administrator.get(f"{WORKER}/tokens/{absent}/revoke").status_code == 404


@pytest.mark.parametrize("name", ["worker", "lead", "auditor"])
@pytest.mark.parametrize("page", ["/admin/accounts", "/admin/accounts/new", WORKER, f"{WORKER}/tokens/new"])
def test_accounts_are_for_administrators(place: Place, name: str, page: str) -> None:
    assert place.browser(name).get(page).status_code == 403
