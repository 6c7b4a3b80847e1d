"""The layouts, the pages that say the same to everybody, and the pages of refusals."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from flask import flash, render_template, render_template_string

from casetrack import resources
from tests.web.bare import APP, bare_app, page, tags, words

ACCOUNT = {"name": "A. Worker", "organisation": "Harbour Trust"}
NAVIGATION = [("My work", "caseload.view", False), ("Cases", "cases.list", True)]
NUMBERS = [("Harbour Trust", "0300 000 0101")]
COOKIES = [("casetrack", "Keeps you signed in.", "30 minutes")]
PUBLIC = ("help", "accessibility", "cookies", "privacy")
ERRORS = tuple(sorted(path.stem for path in (resources.templates() / "errors").glob("*.html")))
MARKING = "OFFICIAL-SENSITIVE"


def laid_out(layout: str = "page", body: str = "", **given: object) -> str:
    with APP.test_request_context():
        return render_template_string(
            f'{{% extends "layouts/{layout}.html" %}}{{% block title %}}Cases{{% endblock %}}{body}', **given
        )


def signed_in(body: str = "", **given: object) -> str:
    return laid_out("page", body, account=ACCOUNT, navigation=NAVIGATION, demo=False, numbers=NUMBERS, **given)


def title(html: str) -> str:
    return words(html[html.index("<title>") : html.index("</title>")])


def every_page() -> dict[str, str]:
    pages = {name: page(f"pages/{name}.html", cookies=COOKIES) for name in PUBLIC}
    pages |= {f"{name}, signed in": page(f"pages/{name}.html", cookies=COOKIES, account=ACCOUNT) for name in PUBLIC}
    pages |= {name: page(f"errors/{name}.html") for name in ERRORS}
    pages["staying-safe"] = page("pages/staying-safe.html", numbers=NUMBERS)
    pages["a page"] = signed_in()
    pages["demo"] = page("demo/index.html", personas=[PERSONA], tour=[STEP, STEP_WITHOUT_PERSONA])
    return pages


PERSONA = SimpleNamespace(
    key="amara",
    name="Amara",
    role="Support worker",
    organisation="Harbour Trust",
    waiting="Two milestones are overdue.",
)
STEP = SimpleNamespace(title="Open a case", text="Amara opens one.", persona="amara")
STEP_WITHOUT_PERSONA = SimpleNamespace(title="Tamper", text="Run it.", persona=None)


@pytest.mark.parametrize(("name", "html"), every_page().items())
def test_a_page_has_one_heading_one_main_part_a_title_and_a_way_past_the_menu(name: str, html: str) -> None:
    assert html.count("<h1") == 1, name
    assert html.count("<main") == 1
    assert tags(html, "html")[0]["lang"] == "en-GB"
    assert 'href="#main-content"' in html
    assert title(html).removesuffix("casetrack").strip(" \N{EN DASH}")


@pytest.mark.parametrize(("name", "html"), every_page().items())
def test_a_page_holds_no_style_and_no_script_and_works_under_the_policy(name: str, html: str) -> None:
    assert " style=" not in html, name
    assert "<style" not in html
    assert [each["src"] for each in tags(html, "script")] == ["/static/casetrack.js"]
    assert all(each["href"].startswith(("/", "#", "tel:")) for each in tags(html, "a") + tags(html, "link"))


def test_titles_differ() -> None:
    pages = [html for name, html in every_page().items() if "signed in" not in name]
    assert len({title(html) for html in pages}) == len(pages)


def test_a_staff_page_is_marked_and_says_who_is_signed_in() -> None:
    said = words(signed_in())
    assert said.count(MARKING) == 1
    assert "A. Worker , Harbour Trust" in said


def test_signing_out_is_a_form_because_it_changes_something() -> None:
    (form,) = tags(signed_in(), "form")
    assert (form["method"], form["action"]) == ("post", "/sign-out")


def test_nobody_signed_in_means_no_way_to_sign_out() -> None:
    html = laid_out(account=None, navigation=(), demo=False)
    assert tags(html, "form") == []
    assert "Sign out" not in words(html)


def test_the_menu_says_where_one_is() -> None:
    links = [each for each in tags(signed_in(), "a") if "service-navigation" in each["class"]]
    assert [(each["href"], each.get("aria-current")) for each in links] == [("/work", None), ("/cases", "true")]


def test_a_page_with_errors_says_so_first_in_its_title_and_at_its_top() -> None:
    html = signed_in(errors={"reason": ["Choose why."]})
    assert title(html).startswith("Error: Cases")
    assert html.index("There is a problem") < html.index("<h1")


def test_a_page_without_errors_does_not_say_error() -> None:
    assert "Error" not in words(signed_in(errors={}))


def test_invented_data_says_so() -> None:
    html = laid_out(account=ACCOUNT, navigation=NAVIGATION, demo=True)
    assert "Invented data" in words(html)
    assert "Invented data" not in words(signed_in())


def test_there_is_one_banner_at_most() -> None:
    with APP.test_request_context():
        flash("The case is closed.")
        flash("The offer is sent.")
        both = render_template_string('{% extends "layouts/page.html" %}', account=ACCOUNT)
    assert both.count("govuk-notification-banner__content") == 1
    assert "Done The offer is sent." in words(both)
    notice = signed_in(notice=SimpleNamespace(kind="important", text="This case is high risk."))
    assert "Important This case is high risk." in words(notice)


def test_the_foot_of_every_staff_page_says_what_to_do_in_an_emergency() -> None:
    html = signed_in()
    said = words(html)
    assert "casetrack is not for emergencies. If somebody is in danger now, call 999." in said
    assert "Harbour Trust: 0300 000 0101" in said
    for address in ("/staying-safe", "/help", "/accessibility", "/cookies", "/privacy"):
        assert address in [each["href"] for each in tags(html, "a")]


def test_the_page_for_the_person_does_not_give_them_away() -> None:
    html = page("pages/staying-safe.html", numbers=NUMBERS)
    said = words(html)
    assert "casetrack" not in said
    assert MARKING not in said
    assert title(html) == "Staying safe"
    assert "icon" not in [each["rel"] for each in tags(html, "link")]
    assert "victim" not in said.lower()


def test_the_page_for_the_person_has_999_the_numbers_and_a_way_out_without_a_script() -> None:
    html = page("pages/staying-safe.html", numbers=NUMBERS)
    links = {each["href"]: each for each in tags(html, "a")}
    assert {"tel:999", "tel:03000000101", "/exit"} <= links.keys()
    assert "Call the number that your worker gave you." in words(page("pages/staying-safe.html"))


def test_a_persona_is_one_click_away_and_says_what_awaits() -> None:
    html = page("demo/index.html", personas=[PERSONA], tour=[STEP, STEP_WITHOUT_PERSONA])
    assert "Two milestones are overdue." in words(html)
    forms = tags(html, "form")
    assert [(each["method"], each["action"]) for each in forms] == [("post", "/demo/sign-in")] * 2
    assert [each["value"] for each in tags(html, "input") if each["name"] == "persona"] == ["amara", "amara"]


def test_what_is_said_of_a_persona_and_of_a_step_is_in_the_readers_language() -> None:
    app = bare_app()
    app.jinja_env.filters["translated"] = lambda text: f"[{text}]"
    with app.test_request_context():
        said = words(render_template("demo/index.html", personas=[PERSONA], tour=[STEP]))
    for each in (PERSONA.role, PERSONA.waiting, STEP.title, STEP.text):
        assert f"[{each}]" in said


@pytest.mark.parametrize("name", ERRORS)
def test_a_refusal_reveals_nothing_and_says_what_to_do(name: str) -> None:
    said = words(page(f"errors/{name}.html"))
    assert MARKING not in said
    assert "Traceback" not in said
    assert words(page(f"errors/{name}.html", account=ACCOUNT))


@pytest.mark.parametrize("name", ["400", "403", "409", "410", "503"])
def test_a_refusal_is_said_in_its_own_words_if_it_has_some(name: str) -> None:
    assert "A sentence of its own." in words(page(f"errors/{name}.html", sentence="A sentence of its own."))


def test_what_changed_meanwhile_is_said_and_what_was_typed_is_not_lost() -> None:
    said = words(
        page(
            "errors/409.html",
            account=ACCOUNT,
            changes=[(datetime(2026, 11, 21, 9, tzinfo=UTC), "Interpreter arranged.", "a lead, Eastmarch")],
            unsent=SimpleNamespace(typed=[("Note", "She is free on Tuesday.")]),
            again="/cases/CT-7K3M-92Q2",
        )
    )
    assert "Interpreter arranged. 21 Nov 2026 at 09:00 , a lead, Eastmarch" in said
    assert "Note She is free on Tuesday." in said
    assert "See it as it is now" in said


def test_how_long_to_wait_is_said_if_it_is_known() -> None:
    assert "Wait 5 minutes" in words(page("errors/429.html", minutes=5))
    assert "Wait a few minutes" in words(page("errors/429.html"))


@pytest.mark.parametrize("name", ["500", "503"])
def test_where_nothing_can_be_kept_what_was_typed_is_there_to_be_sent_again(name: str) -> None:
    sent = SimpleNamespace(typed=[("Note", "<b>Tuesday</b>")], again=[("note", "<b>Tuesday</b>"), ("seen", "3")])
    html = page(f"errors/{name}.html", unsent=sent)
    assert "Note <b>Tuesday</b>" in words(html)
    assert [(each["name"], each["value"]) for each in tags(html, "input")] == sent.again
    assert MARKING in words(html)


@pytest.mark.parametrize("name", ["403", "409", "422"])
def test_a_rule_that_refuses_leads_back_to_the_case(name: str) -> None:
    html = page(f"errors/{name}.html", back=("Go to the case", "/cases/CT-7K3M-92Q2"))
    assert "/cases/CT-7K3M-92Q2" in [each["href"] for each in tags(html, "a")]


def test_only_of_a_page_that_was_open_for_long_it_is_said_that_it_was() -> None:
    assert "still on the page" not in words(page("errors/400.html"))
    assert "still on the page" in words(page("errors/400.html", again="/cases/CT-7K3M-92Q2/place"))
