"""Every exception to a rule carries its reason on the same line."""

import io
import re
import tokenize
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, modules, short

EXCEPTION = re.compile(
    r"#\s*(?:noqa|type:\s*ignore|pragma:\s*no)\b[:\s]*(?:\[[\w, -]+\]|[A-Z]+\d+(?:,\s*[A-Z]+\d+)*|cover|branch)?"
)
EVERYTHING = modules("casetrack", "tests", "migrations", "bench")


def unexplained(source: str) -> list[str]:
    """The comments that switch a rule off and do not say why in three words or more."""
    comments = [
        token.string
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT
    ]
    return [
        each for each in comments if EXCEPTION.search(each) and len(EXCEPTION.sub("", each).strip(" #-:").split()) < 3
    ]


@pytest.mark.parametrize("path", EVERYTHING, ids=short)
def test_a_rule_is_switched_off_with_its_reason(path: Path) -> None:
    assert not unexplained(path.read_text(encoding="utf-8"))


def test_every_rule_that_is_off_for_good_says_why() -> None:
    settings = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    rules = re.findall(r'^ *"[A-Z]+\d*",.*$', settings.partition("[tool.ruff.lint]")[2], flags=re.MULTILINE)

    assert rules
    assert not [rule for rule in rules if not re.search(r"# \S+ \S+ \S+", rule)]


@pytest.mark.parametrize(
    "bare", ["x = 1  # noqa: S101", "x = 1  # type: ignore[misc]", "x = 1  # pragma: no cover", "x = 1  # noqa"]
)
def test_an_exception_without_a_reason_is_seen(bare: str) -> None:
    assert unexplained(bare)
    assert not unexplained(f"{bare} - the field's own word")
