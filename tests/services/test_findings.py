"""What verifying names, as a terminal shows it: one line, in which nothing hides or forges another."""

import pytest

from casetrack.services.findings import About, Finding
from casetrack.services.verifying_keys import KeyFinding, Wrong


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("north 1", "north 1"),
        ("Gwynedd a Môn 香", "Gwynedd a Môn 香"),
        ("\x1b[2K\rnorth", "\\x1b[2K\\rnorth"),
        ("north\nThe log holds", "north\\nThe log holds"),
        ("\x00\x7f\x9b", "\\x00\\x7f\\x9b"),
        ("\u202ehtron\u2028", "\\u202ehtron\\u2028"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_what_would_steer_a_terminal_is_seen_instead(name: str, seen: str) -> None:
    said = [str(Finding(About.KEYS, name, "Nobody certified them.")), str(KeyFinding(Wrong.NO_KEYS, name))]

    assert said == [f"Keys {seen}: Nobody certified them.", f"{seen}: {Wrong.NO_KEYS.value}"]
    assert all(each.isprintable() and each.encode() for each in said)


def test_a_sentence_that_quotes_what_was_found_is_one_line_too() -> None:
    assert str(Finding(About.LOG, "", "It says \r.")) == "The log: It says \\r."
