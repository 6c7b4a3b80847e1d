"""Accounts over the API: listed for administrators, and nothing more."""

import pytest

from tests.api.door import Door
from tests.world import ACCOUNTS


def test_an_administrator_lists_who_can_sign_in_page_by_page_and_it_is_on_the_log(door: Door) -> None:
    listed = door.caller("administrator").get("/accounts?sort=sign-in-name")
    names = [item["sign_in_name"] for item in listed.json["items"]]
    assert names == sorted(names)
    assert set(names) <= ACCOUNTS.keys()
    assert listed.json["total"] == len(ACCOUNTS)
    assert listed.json["items"][0].keys() == {
        *("id", "sign_in_name", "display_name", "role", "holder", "closed", "signed_in_at")
    }
    assert door.last_action() == "account:list"


def test_a_list_is_narrowed_by_organisation_and_state(door: Door) -> None:
    caller = door.caller("administrator")
    assert {item["holder"] for item in caller.get("/accounts?holder=south").json["items"]} == {"south"}
    assert caller.get("/accounts?state=closed").json["items"] == []
    assert caller.get("/accounts?state=asleep").status_code == 422


@pytest.mark.parametrize("name", ["worker", "supervisor", "auditor"])
def test_nobody_else_lists_accounts(door: Door, name: str) -> None:
    assert door.caller(name).get("/accounts").status_code == 403


def test_no_program_makes_resets_or_closes_an_account(door: Door) -> None:
    assert {method for method, rule in door.rules() if "account" in rule} == {"GET"}
