"""What is said of milestones, and to sign in."""

from datetime import UTC, datetime

from casetrack.schemas.milestones import Recordable, RecordMilestone, ReopenMilestone
from casetrack.schemas.sessions import OpenSession
from tests.schemas.reading import read, refused


def test_what_happened_has_a_date_and_is_met_unless_it_is_said_otherwise() -> None:
    assert refused(RecordMilestone(), {}) == {"happened": ["Enter the date on which it happened."]}
    said = read(RecordMilestone(), {"happened": "2026-11-20T10:05"})
    assert said == {
        "state": Recordable.MET,
        "outcome": "",
        "happened": datetime(2026, 11, 20, 10, 5, tzinfo=UTC),
        "note": "",
        "keep": None,
    }


def test_nobody_records_that_something_was_opened_again() -> None:
    assert refused(RecordMilestone(), {"state": "reopened", "happened": "2026-11-20"}).keys() == {"state"}


def test_opening_again_has_a_reason() -> None:
    assert refused(ReopenMilestone(), {}) == {"words": ["Say why this is opened again."]}


def test_signing_in_takes_a_name_and_a_password_as_it_is() -> None:
    assert refused(OpenSession(), {}) == {
        "name": ["Enter your sign-in name."],
        "password": ["Enter your password."],
    }
    assert read(OpenSession(), {"name": " Ann ", "password": " x "}) == {"name": "Ann", "password": " x "}
