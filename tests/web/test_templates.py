"""What holds of every template."""

import re
from pathlib import Path

import pytest
from jinja2 import Environment

from casetrack import resources

TEMPLATES = sorted(resources.templates().rglob("*.html"))
COMMENTS = re.compile(r"\{#.*?#\}", re.DOTALL)
WORDS_OF_OTHERS = ("owner", "custody", "custodian", "receipt", "ticket", "agency", "user", "users", "victim", "victims")
SHOWN_AS_IT_IS = frozenset({"OFFICIAL-SENSITIVE", "casetrack", "ctdot"})
"""A marking, a name, and an ellipsis as an entity."""
CLASSES = ("ct-", "govuk-")
"""What a block of a layout holds, where the block stands inside a tag."""


def source(path: Path) -> str:
    return COMMENTS.sub("", path.read_text(encoding="utf-8"))


def name(path: Path) -> str:
    return str(path.relative_to(resources.templates()))


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_no_style_and_no_script_stands_in_a_page(path: Path) -> None:
    text = source(path)
    assert not re.search(r"\sstyle\s*=", text)
    assert not re.search(r"<style\b", text)
    assert not re.search(r"\son[a-z]+\s*=", text)
    assert all("src=" in tag for tag in re.findall(r"<script\b[^>]*>", text))


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_no_page_asks_another_site_for_anything(path: Path) -> None:
    assert not re.search(r"https?://|src=\"//|url\(", source(path))


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_screens_use_the_words_of_the_field(path: Path) -> None:
    shown = " ".join(re.findall(r"_\(\s*'((?:[^'\\]|\\.)*)'", source(path))).lower()
    assert not [word for word in WORDS_OF_OTHERS if re.search(rf"\b{word}\b", shown)]


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_only_a_sentence_that_stands_there_is_translated_as_markup(path: Path) -> None:
    assert not re.findall(r"\b_\(\s*(?!'|words\.LIMIT)", source(path))


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_every_sentence_goes_through_gettext(path: Path) -> None:
    written = "".join(text for _, kind, text in Environment(autoescape=True).lex(source(path)) if kind == "data")
    without_tags = re.sub(r"<[^>]*>", " ", written)
    left = set(re.findall(r"[A-Za-z-]{4,}", without_tags)) - SHOWN_AS_IT_IS
    assert not {word for word in left if not word.startswith(CLASSES)}
