"""The administrator's pages: accounts made, found, reset and closed; nobody's password and nobody's token shown."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from casetrack.crypto.passwords import hash_password
from casetrack.domain.actors import Role
from casetrack.services.accounts import close_account, create_token
from casetrack.services.lists import AccountSort
from casetrack.services.people import Account
from tests.web.site import Browser, Place, errors, headings, notice
from tests.world import ACCOUNTS, sealed

NEW = {
    "sign_in_name": "New.Worker",
    "display_name": "Newly Invented",
    "role": "support_worker",
    "holder": "south",
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


def shown_link(html: str) -> str:
    """The path of the link that a page shows."""
    found = re.search(r"<pre>http://localhost(/set-up/[^<]+)</pre>", html)
    assert found is not None
    return found[1]


def listed(html: str) -> list[str]:
    """The sign-in names that the list shows, in its order."""
    return re.findall(r'href="/admin/accounts/[0-9a-f-]{36}">([^<]+)</a>', html)


class TestAccounts:
    def test_every_account_is_listed_with_its_role_organisation_and_last_sign_in(self, administrator: Browser) -> None:
        shown = administrator.get("/admin/accounts").text
        for told in ("worker", "Support worker", "North Invented Police", "Invented Charity", "Never", "20 Nov"):
            assert told in shown

    def test_the_list_is_narrowed_to_one_organisation_and_to_what_is_closed(self, administrator: Browser) -> None:
        charity = administrator.get("/admin/accounts?holder=charity").text
        assert listed(charity) == ["charity-lead", "charity-worker"]
        assert "/admin/accounts?holder=charity" not in listed(charity)
        none = administrator.get("/admin/accounts?holder=charity&state=closed").text
        assert listed(none) == []
        assert "No account fits these filters." in none

    @pytest.mark.parametrize("sort", AccountSort)
    def test_the_list_is_ordered_as_asked(self, administrator: Browser, sort: AccountSort) -> None:
        up = listed(administrator.get(f"/admin/accounts?sort={sort}").text)
        down = listed(administrator.get(f"/admin/accounts?sort={sort}&descending=yes").text)
        assert sorted(up) == sorted(down)
        assert up != down

    @pytest.mark.parametrize("query", ["holder=nowhere", "state=king", "sort=password", "page=x", "page=9999999999999"])
    def test_an_address_that_no_page_leads_to_is_refused(self, administrator: Browser, query: str) -> None:
        assert administrator.get(f"/admin/accounts?{query}").status_code == 400

    def test_an_account_is_found_by_its_whole_name_which_stands_in_no_address(self, administrator: Browser) -> None:
        answer = administrator.post("/admin/accounts", {"name": " Worker "})
        assert headings(answer.text) == ["Worker Invented"]
        assert answer.request.full_path == f"{WORKER}?"
        unknown = administrator.post("/admin/accounts", {"name": "work"})
        assert errors(unknown.text) == ["Nobody whose account you look after signs in by that name."]
        assert 'value="work"' in unknown.text

    def test_somebody_new_chooses_a_password_by_a_link_that_is_shown_once(
        self, place: Place, administrator: Browser
    ) -> None:
        answer = administrator.post("/admin/accounts/new", NEW)
        assert notice(answer.text).startswith("The account is made.")
        assert headings(answer.text) == ["Newly Invented"]
        assert "Not chosen yet" in answer.text
        link = shown_link(answer.text)
        assert link not in administrator.get(answer.request.path).text
        made = named(place, "new.worker")
        assert made is not None
        assert (made.role, made.holder, made.password) == (Role.SUPPORT_WORKER, "south", "")
        assert link.rpartition("/")[2] not in str(place.events())

    def test_there_is_no_password_to_be_set_for_somebody_else(self, place: Place, administrator: Browser) -> None:
        assert "password" not in administrator.get("/admin/accounts/new").text.lower().replace(
            "chooses the password", ""
        )
        answer = administrator.post("/admin/accounts/new", {**NEW, "sign_in_name": "another", "password": "x" * 20})
        assert answer.status_code == 422
        assert named(place, "another") is None

    @pytest.mark.parametrize(
        ("typed", "sentence"),
        [
            ({"sign_in_name": "worker"}, "That name is taken."),
            ({"role": "lead", "national": "yes"}, "Only an auditor or an administrator can be of every organisation."),
            ({"role": "king"}, "Choose one of the answers."),
            ({"holder": "nowhere"}, "Choose an organisation from the list."),
            ({"holder": "service"}, "That organisation has no cases"),
        ],
    )
    def test_what_does_not_fit_comes_back(
        self, place: Place, administrator: Browser, typed: dict[str, str], sentence: str
    ) -> None:
        answer = administrator.post("/admin/accounts/new", {**NEW, "sign_in_name": "another.one", **typed})
        assert any(said.startswith(sentence) for said in errors(answer.text)), errors(answer.text)
        assert "Newly Invented" in answer.text
        assert named(place, "another.one") is None

    def test_a_reset_ends_the_password_and_the_sessions_and_shows_a_link_once(
        self, place: Place, administrator: Browser
    ) -> None:
        memory = place.world.memory
        assert memory is not None
        lead = replace(ACCOUNTS["lead"], password=hash_password("four plain words here"))
        memory.kept.accounts[lead.id] = sealed(lead)
        browser = place.browser("lead")
        assert browser.get("/work").status_code == 200
        page = f"/admin/accounts/{lead.id}"

        assert headings(administrator.get(f"{page}/reset").text) == ["Reset the password of Lead Invented"]
        answer = administrator.post(f"{page}/reset", {})
        assert notice(answer.text).startswith("The account is reset.")
        assert shown_link(answer.text)
        assert headings(browser.get("/work").text) == ["Sign in"]
        assert memory.kept.accounts[lead.id].password == ""
        assert [event["event"] for event in place.events()][-2:] == ["AccountReset", "Consulted"]

    def test_a_closed_account_signs_in_no_more_and_its_sessions_have_ended(
        self, place: Place, administrator: Browser
    ) -> None:
        supervisor = place.browser("supervisor")
        assert supervisor.get("/work").status_code == 200
        page = f"/admin/accounts/{ACCOUNTS['supervisor'].id}"
        assert headings(administrator.get(f"{page}/close").text) == ["Close the account of Supervisor Invented"]
        assert notice(administrator.post(f"{page}/close", {}).text).startswith("The account is closed.")
        assert headings(supervisor.get("/work").text) == ["Sign in"]
        shown = administrator.get(page).text
        assert "Close the account" not in shown
        assert "Reset the password" not in shown

    def test_nobody_closes_or_resets_their_own_account(self, administrator: Browser) -> None:
        page = f"/admin/accounts/{ACCOUNTS['administrator'].id}"
        for act in ("close", "reset"):
            assert f"{page}/{act}" not in administrator.get(page).text
            assert administrator.post(f"{page}/{act}", {}).status_code == 403

    def test_an_account_that_there_is_not_is_no_page(self, administrator: Browser) -> None:
        assert administrator.get("/admin/accounts/00000000-0000-0000-0000-000000000000").status_code == 404


class TestTokensOfOthers:
    def test_an_administrator_sees_that_there_is_a_token_and_revokes_it(
        self, place: Place, administrator: Browser
    ) -> None:
        worker = ACCOUNTS["receiver"].id
        with place.world.work("receiver") as work:
            token = create_token(work, worker, "nightly figures", timedelta(days=1))
        shown = administrator.get(f"/admin/accounts/{worker}").text
        assert "nightly figures" in shown
        assert token not in shown
        page = re.search(r'href="([^"]+/revoke)">Revoke<span class="govuk-visually-hidden"> nightly figures', shown)
        assert page is not None
        assert headings(administrator.get(page[1]).text) == ["Revoke the token “nightly figures”"]
        assert notice(administrator.post(page[1], {}).text).startswith("The token is revoked.")

    def test_and_has_no_way_to_make_one(self, administrator: Browser) -> None:
        assert "tokens/new" not in administrator.get(WORKER).text
        assert administrator.client.get(f"{WORKER}/tokens/new").status_code == 404

    def test_a_token_of_another_account_is_no_page(self, administrator: Browser) -> None:
        absent = "00000000-0000-0000-0000-000000000000"
        assert administrator.get(f"{WORKER}/tokens/{absent}/revoke").status_code == 404

    def test_those_of_a_closed_account_cannot_be_revoked_any_more(self, place: Place, administrator: Browser) -> None:
        leaver = ACCOUNTS["scottish-lead"].id
        with place.world.work("scottish-lead") as work:
            create_token(work, leaver, "left behind", timedelta(days=1))
        with place.world.work("administrator") as work:
            close_account(work, leaver)
        shown = administrator.get(f"/admin/accounts/{leaver}").text
        assert "left behind" in shown
        assert "/revoke" not in shown


@pytest.mark.parametrize("name", ["worker", "receiving-lead", "auditor"])
@pytest.mark.parametrize(
    "page", ["/admin/accounts", "/admin/accounts/new", WORKER, f"{WORKER}/reset", f"{WORKER}/close"]
)
def test_accounts_are_for_administrators(place: Place, name: str, page: str) -> None:
    assert place.browser(name).get(page).status_code == 403
