"""The API finds nobody for a token: that somebody is known here says as much as a name."""

from tests.api.door import Door

LOOK = {"purpose": "contact-person", "words": "Somebody rang.", "name": "Testa Maria", "birth": "1990-02-03"}


def test_a_token_is_refused_and_told_why_whether_or_not_there_is_such_a_person() -> None:
    door = Door()
    caller = door.caller("worker")
    caller.open_case()
    answers = [caller.send("POST", "/find", LOOK | {"name": name}) for name in ("Testa Maria", "Nobody Here")]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert [answer.json["type"].rpartition("/")[2] for answer in answers] == ["needs-step-up"] * 2
    assert answers[0].json == answers[1].json
    assert (door.last_action(), door.entries()[-1].refusal) == ("person:find", "NeedsStepUp")


def test_what_is_sent_is_read_by_the_schema_of_the_form() -> None:
    caller = Door().caller("worker")
    refused = caller.send("POST", "/find", {"name": "Testa", "shoe_size": 38})
    assert refused.status_code == 422
    pointers = {each["pointer"] for each in refused.json["errors"]}
    assert pointers == {"/purpose", "/words", "/shoe_size"}
