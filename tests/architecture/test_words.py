"""One vocabulary, the field's: docs/glossary.md says which words, and this test looks."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, Function, modules, parsed, short

# Each word, and the word to use.
INSTEAD = {
    "agency": "holder, force or partner",
    "agencies": "holders, forces or partners",
    "custodian": "holder",
    "custody": "responsible: to the police, custody is detention",
    "owner": "holder, or responsible organisation",
    "owners": "holders",
    "receipt": "handover record",
    "receipts": "handover records",
    "ticket": "case",
    "tickets": "cases",
    "user": "actor or account",
    "users": "accounts",
}
INSTEAD_ON_SCREEN = INSTEAD | {"victim": "person or survivor", "victims": "people or survivors"}

# Where a name may hold such a word, and why. A folder ends in a slash.
NAMES_ALLOWED = {
    ("casetrack/cli/", "owner"): "PostgreSQL's word for the role that made a table",
    ("casetrack/config/", "owner"): "PostgreSQL's word for the role that made a table",
    ("casetrack/domain/holders.py", "agency"): "the kind of holder that the forces' data file calls an agency",
    ("casetrack/http/", "user"): "Flask-Login's word, in the names that it calls",
    ("casetrack/persistence/", "owner"): "PostgreSQL's word for the role that made a table",
    ("casetrack/persistence/", "user"): "libpq's word, in a connection address",
}

# What may be shown though it holds such a word, and why.
PHRASES_ALLOWED = {
    "code of practice for victims of crime": "the name of a statutory code",
    "potential victim of modern slavery": "the status that the National Referral Mechanism decides on",
    "victim support": "the name of a charity",
    "victims' code": "the name of a statutory code",
}

MARKS = {"N_", "_", "gettext", "lazy_gettext", "ngettext", "lazy_ngettext"}


def words(text: str) -> set[str]:
    """The words of a sentence or of a name in any case."""
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", text)}


def wrong(text: str) -> set[str]:
    """The words of a sentence that no screen may show."""
    plain = text.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    for phrase in PHRASES_ALLOWED:
        plain = plain.replace(phrase, "")
    return words(plain) & INSTEAD_ON_SCREEN.keys()


def public_names(tree: ast.AST) -> Iterator[str]:
    """Every name that the module gives to a class, a function, an argument, an attribute or a value."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | Function):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def marked(tree: ast.AST) -> Iterator[str]:
    """Every sentence marked for translation, and so for showing."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in MARKS:
            yield from (
                part.value for part in node.args if isinstance(part, ast.Constant) and isinstance(part.value, str)
            )


def allowed(path: Path, word: str) -> bool:
    return any(
        word == exempt and (short(path) == place or (place.endswith("/") and short(path).startswith(place)))
        for place, exempt in NAMES_ALLOWED
    )


@pytest.mark.parametrize("path", modules("casetrack"), ids=short)
def test_names_use_the_words_of_the_field(path: Path) -> None:
    found = {
        f"{name}: {INSTEAD[word]}"
        for name in public_names(parsed(path))
        if not name.startswith("_")
        for word in words(name) & INSTEAD.keys()
        if not allowed(path, word)
    }

    assert not found


@pytest.mark.parametrize("path", modules("casetrack"), ids=short)
def test_sentences_use_the_words_that_keep_people_safe(path: Path) -> None:
    assert not {sentence: wrong(sentence) for sentence in marked(parsed(path)) if wrong(sentence)}


def test_templates_use_the_words_that_keep_people_safe() -> None:
    pages = sorted((ROOT / "templates").rglob("*.*"))
    shown = {short(page): re.sub(r"{#.*?#}", "", page.read_text(encoding="utf-8"), flags=re.DOTALL) for page in pages}

    assert not {page: wrong(text) for page, text in shown.items() if wrong(text)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The case owner accepts.", {"owner"}),
        ("{{ current_user.name }}", {"user"}),
        ("caseOwner HTTPUser", {"owner", "user"}),
        ("The Code of Practice for Victims of Crime", set()),
        ("the victim's address", {"victim"}),
        ("username, ownership, ticketing", set()),
    ],
)
def test_a_wrong_word_is_seen_in_a_sentence_and_in_a_name(text: str, expected: set[str]) -> None:
    assert wrong(text) | (words(text) & INSTEAD.keys()) == expected
