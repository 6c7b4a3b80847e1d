"""The components of forms: what was typed is shown again, and what was wrong is said twice."""

from collections.abc import Mapping
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from tests.web.bare import drawn, tags, words

CHOICES = [("support", "Support", "Care for the person"), ("investigation", "Investigation")]
FIELDS: Mapping[str, str] = {
    "text": "text_input('field', 'A question', values, errors, hint='A hint')",
    "area": "textarea('field', 'A question', values, errors, hint='A hint')",
    "counted": "textarea('field', 'A question', values, errors, hint='A hint', longest=2000)",
    "radios": "radios('field', 'A question', choices, values, errors, hint='A hint')",
    "boxes": "checkboxes('field', 'A question', choices, values, errors, hint='A hint')",
    "select": "select('field', 'A question', [('support', 'Support')], values, errors, hint='A hint', blank='Choose')",
    "date": "date_input('field', 'A question', values, errors, hint='A hint', time=true)",
}


def field(kind: str, values: Mapping[str, Any] | None = None, errors: Mapping[str, Any] | None = None) -> str:
    return drawn("forms", FIELDS[kind], values=values or {}, errors=errors or {}, choices=CHOICES)


@pytest.mark.parametrize("kind", list(FIELDS))
def test_a_field_has_its_question_and_its_hint(kind: str) -> None:
    said = words(field(kind))
    assert "A question" in said
    assert "A hint" in said
    assert "Error" not in said


@pytest.mark.parametrize("kind", list(FIELDS))
def test_what_was_wrong_is_said_at_the_field_and_the_summary_leads_to_its_first_control(kind: str) -> None:
    errors = {"field": ["Answer the question."]}
    html = field(kind, errors=errors)
    assert "Error: Answer the question." in words(html)
    assert 'id="field-error"' in html
    assert html.count(' id="field"') == 1
    summary = drawn("forms", "error_summary(errors)", errors=errors)
    assert [each["href"] for each in tags(summary, "a")] == ["#field"]


@pytest.mark.parametrize(("kind", "typed"), [("text", "Tue<s>day"), ("area", "Tue<s>day"), ("counted", "Tue<s>day")])
def test_what_was_typed_is_there_again(kind: str, typed: str) -> None:
    html = field(kind, {"field": typed})
    assert "Tue&lt;s&gt;day" in html


@pytest.mark.parametrize("kind", ["radios", "boxes"])
def test_what_was_chosen_is_chosen_again(kind: str) -> None:
    html = field(kind, {"field": "investigation"})
    assert [each["value"] for each in tags(html, "input") if "checked" in each] == ["investigation"]


def test_several_that_were_chosen_are_chosen_again() -> None:
    for values in (
        {"field": ["support", "investigation"]},
        MultiDict([("field", "support"), ("field", "investigation")]),
    ):
        assert len([each for each in tags(field("boxes", values), "input") if "checked" in each]) == 2


def test_the_answer_of_a_list_is_chosen_again() -> None:
    chosen = [each["value"] for each in tags(field("select", {"field": "support"}), "option") if "selected" in each]
    assert chosen == ["support"]


def test_a_date_is_typed_in_parts_and_each_part_is_there_again() -> None:
    typed = {"field-day": "31", "field-month": "02", "field-year": "2027", "field-time": "15:05"}
    inputs = tags(field("date", typed, {"field": ["Enter a real date."]}), "input")
    assert {each["name"]: each["value"] for each in inputs} == typed


def test_a_password_is_never_sent_back() -> None:
    html = drawn(
        "forms", "password_input('password', 'Password', errors)", errors={"password": ["Enter your password."]}
    )
    (control,) = (each for each in tags(html, "input") if each["name"] == "password")
    assert control.get("value", "") == ""
    assert control["type"] == "password"


def test_no_spelling_checker_reads_what_is_typed() -> None:
    for kind, tag in (("text", "input"), ("area", "textarea"), ("counted", "textarea")):
        assert tags(field(kind), tag)[0]["spellcheck"] == "false"


def test_a_question_can_be_the_heading_of_its_page() -> None:
    for call in (
        "text_input('field', 'A question', heading=true)",
        "textarea('field', 'A question', heading=true)",
        "radios('field', 'A question', choices, heading=true)",
        "checkboxes('field', 'A question', choices, heading=true)",
        "date_input('field', 'A question', heading=true)",
    ):
        assert drawn("forms", call, choices=CHOICES).count("<h1") == 1
    assert "<h1" in drawn("forms", "fieldset('A question', true)", around="")


def test_two_choices_can_stand_apart() -> None:
    html = drawn("forms", "radios('field', 'A question', choices)", choices=[("a", "One"), None, ("b", "Other")])
    assert words(html) == "A question One or Other"


def test_the_summary_says_everything_that_marshmallow_said() -> None:
    errors = {
        "reason": ["Choose why.", "Choose one from the list."],
        "needs": {0: ["Choose one from the list."]},
        "checklist": {"risks": ["Choose where this stands."]},
        "words": "Say why.",
        "_schema": ["This case is closed."],
    }
    html = drawn("forms", "error_summary(errors)", errors=errors)
    assert [each["href"] for each in tags(html, "a")] == ["#reason", "#reason", "#needs", "#checklist-risks", "#words"]
    assert "This case is closed." in words(html)


def test_without_an_error_there_is_no_summary() -> None:
    assert drawn("forms", "error_summary(errors)", errors={}).strip() == ""


def test_a_form_carries_its_proof_and_the_version_that_was_seen() -> None:
    fields = tags(drawn("forms", "hidden(0)"), "input")
    assert [(each["name"], each["value"]) for each in fields] == [("csrf_token", "proof"), ("seen", "0")]
    assert len(tags(drawn("forms", "hidden()"), "input")) == 1


def test_the_second_click_of_a_double_click_does_nothing() -> None:
    assert tags(drawn("forms", "button('Save')"), "button")[0]["data-prevent-double-click"] == "true"


def test_a_link_can_look_like_the_button_that_comes_next() -> None:
    html = drawn("forms", "link_button('Go on', '/next', 'secondary')")
    assert tags(html, "a")[0]["href"] == "/next"
    assert "Go on" in words(drawn("forms", "buttons()", around=html))
