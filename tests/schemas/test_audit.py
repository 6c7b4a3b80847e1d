"""What an auditor asks, and what is said of accounts and tokens."""

from datetime import date

import pytest

from casetrack.domain.actions import Action
from casetrack.schemas.accounts import ChangePassword, CreateAccount, CreateToken, SetPassword
from casetrack.schemas.audit import FindAccount, OpenLog, SearchAudit
from casetrack.services.audit import Use
from tests.schemas.reading import read, refused

ACCOUNT = {
    "sign_in_name": "ann",
    "display_name": "Ann",
    "role": "auditor",
    "holder": "north",
}


def test_a_search_is_of_codes_and_days_however_the_reference_was_typed() -> None:
    said = read(SearchAudit(), {"reference": "ct 0000 0000", "action": "case:view", "since": "2026-11-01"})
    assert (said["reference"], said["action"], said["since"]) == ("CT-0000-0000", Action.CASE_VIEW, date(2026, 11, 1))
    assert (said["account"], said["page"]) == (None, 1)


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"reference": "CT-0000-0001"}, "reference"),
        ({"holder": "nowhere"}, "holder"),
        ({"account": "ann"}, "account"),
        ({"since": "2026-11-02", "until": "2026-11-01"}, "until"),
        ({"words": "Canary"}, "words"),
    ],
)
def test_what_does_not_fit_is_refused(asked: dict[str, str], field: str) -> None:
    assert refused(SearchAudit(), asked).keys() == {field}


def test_the_log_is_older_than_the_list_of_organisations() -> None:
    assert read(SearchAudit(), {"holder": "old"})["holder"] == "old"


def test_one_of_four_lawful_uses_is_said() -> None:
    assert refused(OpenLog(), {"use": "curiosity"}).keys() == {"use"}
    assert read(OpenLog(), {"use": "integrity"}) == {"use": Use.INTEGRITY}
    assert refused(FindAccount(), {"name": " "}).keys() == {"name"}


def test_a_password_is_taken_exactly_as_it_is_and_typed_twice() -> None:
    typed = {"new_password": " four random words ", "new_password_again": " four random words "}
    assert read(SetPassword(), typed) == typed
    assert refused(SetPassword(), {**typed, "new_password_again": "four random words"}).keys() == {"new_password_again"}
    assert refused(ChangePassword(), typed).keys() == {"password"}


def test_nobody_says_a_password_for_another() -> None:
    assert refused(CreateAccount(), {**ACCOUNT, "password": "four random words"}).keys() == {"password"}


@pytest.mark.parametrize("role", ["support_worker", "lead", "supervisor"])
def test_nobody_works_with_the_cases_of_every_organisation(role: str) -> None:
    assert refused(CreateAccount(), {**ACCOUNT, "role": role, "national": "yes"}).keys() == {"national"}
    assert read(CreateAccount(), {**ACCOUNT, "national": "yes"})["national"] is True


@pytest.mark.parametrize(("days", "fits"), [(0, False), (1, True), (365, True), (366, False)])
def test_a_token_ends_within_a_year(*, days: int, fits: bool) -> None:
    assert (not refused(CreateToken(), {"name": "figures", "days": days})) is fits
