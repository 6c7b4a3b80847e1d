"""The field's own facts over the API: organisations, milestones and lists of answers."""

from tests.api.door import Door


def test_the_organisations_are_those_that_can_be_responsible_for_a_person(door: Door) -> None:
    shown = {each["code"]: each for each in door.caller("worker").get("/holders").json["items"]}
    assert set(shown) == {"north", "south", "east", "charity"}
    assert shown["charity"]["area"] == "north"
    assert (shown["charity"]["leads_investigations"], shown["north"]["leads_investigations"]) == (False, True)


def test_every_milestone_says_by_what_right_it_has_its_limit(door: Door) -> None:
    shown = door.caller("worker").get("/milestones").json
    rules = door.world.deployment.facts.catalogue.rules
    assert [rule["code"] for rule in shown["items"]] == list(rules)
    limits = [rule["limit"] for rule in shown["items"] if rule["limit"]]
    assert limits
    assert all(limit["standing"] in {"law", "guidance", "standard", "contract", "our_aim"} for limit in limits)


def test_every_list_of_answers_is_offered(door: Door) -> None:
    shown = {each["name"]: each["items"] for each in door.caller("worker").get("/codes").json["lists"]}
    assert set(shown) == set(door.world.deployment.facts.codes)
    assert {"code": "not-our-area", "label": "It does not belong to our area"} in shown["decline_reasons"]


def test_none_of_it_is_about_a_case_so_none_of_it_is_on_the_journal(door: Door) -> None:
    worker = door.caller("auditor")
    for path in ("/holders", "/milestones", "/codes"):
        assert worker.get(path).status_code == 200
    assert not door.entries()
