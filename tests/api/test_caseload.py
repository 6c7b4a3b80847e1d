"""My work over the API."""

from tests.api.door import Door


def test_my_work_counts_what_waits_and_shows_the_first_of_it(door: Door) -> None:
    reference = door.caller("worker").open_case()
    door.caller("worker").send_offer(reference)
    sent = door.caller("worker").get("/caseload").json
    assert sent["counts"] == {"overdue": 0, "due_soon": 1, "waiting": 0, "transfers": 1}
    (card,) = sent["due_soon"]
    assert (card["reference"], card["do_now"], card["due"], card["milestone"]) == (reference, True, None, "encounter")
    received = door.caller("receiver").get("/caseload").json
    assert [card["reference"] for card in received["inbox"]] == [reference]


def test_whom_it_showed_is_on_the_journal(door: Door) -> None:
    reference = door.caller("worker").open_case()
    door.caller("worker").send_offer(reference)
    door.caller("receiver").get("/caseload")
    last = door.entries()[-1]
    assert (last.action.value, len(last.shown)) == ("caseload:view", 1)
