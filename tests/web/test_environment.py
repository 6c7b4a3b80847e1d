"""How templates are read."""

import pytest
from flask import render_template_string
from jinja2 import UndefinedError

from tests.web.bare import APP


def test_a_name_that_a_page_was_not_given_is_an_error() -> None:
    with APP.test_request_context(), pytest.raises(UndefinedError):
        render_template_string("{% if nobody %}somebody{% endif %}")


def test_what_is_not_there_of_a_thing_that_is_there_is_an_error() -> None:
    with APP.test_request_context(), pytest.raises(UndefinedError):
        render_template_string("{{ case.name }}", case={"reference": "CT-7K3M-92Q2"})


def test_a_macro_of_govuk_frontend_may_be_given_as_little_as_it_takes() -> None:
    source = (
        '{% from "govuk_frontend_jinja/components/input/macro.html" import govukInput %}'
        "{{ govukInput({'id': 'phone', 'name': 'phone', 'label': {'text': 'Telephone'}}) }}"
    )
    with APP.test_request_context():
        assert 'name="phone"' in render_template_string(source)


def test_what_somebody_typed_is_text_and_never_markup() -> None:
    with APP.test_request_context():
        assert render_template_string("{{ typed }}", typed="<script>") == "&lt;script&gt;"
        assert render_template_string("{{ _('For %(typed)s', typed=typed) }}", typed="<b>") == "For &lt;b&gt;"


def test_a_label_out_of_data_is_text_too() -> None:
    with APP.test_request_context():
        assert render_template_string("{{ label|translated }}", label="100% <b>") == "100% &lt;b&gt;"
