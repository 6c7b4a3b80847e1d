"""My work over the API."""

from tests.api.door import Door


def test_my_work_counts_what_waits_and_shows_the_first_of_it(door: Door) -> None:
    reference = door.caller("worker").open_case()
    door.caller("worker").send_offer(reference)
    sent = door.caller("worker").get("/caseload").json
    assert sent["counts"] == {"overdue": 0, "due_soon": 0, "waiting": 0, "transfers": 1}
    received = door.caller("receiver").get("/caseload").json
    assert [card["reference"] for card in received["inbox"]] == [reference]


def test_whom_it_showed_is_on_the_journal(door: Door) -> None:
    reference = door.caller("worker").open_case()
    door.caller("worker").send_offer(reference)
    door.caller("receiver").get("/caseload")
    last = door.entries()[-1]
    assert (last.action.value, len(last.shown)) == ("caseload:view", 1)
