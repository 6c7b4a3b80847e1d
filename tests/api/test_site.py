"""What holds for every call: a token, JSON, no cookie, nothing that may be kept by anybody on the way."""

import re

from tests.api.door import V1, Door

FILLED = {
    "<reference:reference>": "CT-0000-0000",
    "<uuid:transfer>": "00000000-0000-0000-0000-000000000000",
    "<uuid:note>": "00000000-0000-0000-0000-000000000000",
    "<uuid:file>": "00000000-0000-0000-0000-000000000000",
    "<uuid:proposal>": "00000000-0000-0000-0000-000000000000",
    "<uuid:entry>": "00000000-0000-0000-0000-000000000000",
    "<uuid:account>": "00000000-0000-0000-0000-000000000000",
    "<uuid:case>": "00000000-0000-0000-0000-000000000000",
    "<any(support, investigation):strand>": "support",
    "<code>": "encounter",
}


def filled(rule: str) -> str:
    for part, value in FILLED.items():
        rule = rule.replace(part, value)
    assert "<" not in rule
    return rule


def test_every_call_is_closed_to_whoever_has_no_token(door: Door) -> None:
    rules = list(door.rules())
    assert len(rules) > 20
    for method, rule in rules:
        answer = door.client.open(V1 + filled(rule), method=method, json={})
        assert answer.status_code == 401, rule
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert answer.mimetype == "application/problem+json"


def test_a_token_that_has_ended_is_said_to_be_invalid(door: Door) -> None:
    worker = door.caller("worker")
    door.world.now = door.world.now.replace(year=door.world.now.year + 2)
    answer = worker.get("/cases")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'


def test_every_call_says_which_actions_it_serves(door: Door) -> None:
    views = [
        door.app.view_functions[rule.endpoint] for rule in door.app.url_map.iter_rules() if rule.rule.startswith(V1)
    ]
    assert all(hasattr(view, "serves") or getattr(view, "is_public", False) for view in views)


def test_no_cookie_is_read_or_set(door: Door) -> None:
    worker = door.caller("worker")
    worker.client.set_cookie("__Host-casetrack", "planted", secure=True)
    answers = [worker.get("/cases"), worker.send("POST", "/cases", {}, Idempotency_Key="k")]
    assert not [answer for answer in answers if "Set-Cookie" in answer.headers]
    assert door.client.get(f"{V1}/cases").status_code == 401


def test_a_change_needs_no_form_token_because_no_cookie_is_read(door: Door) -> None:
    assert door.caller("worker").open_case()


def test_nothing_is_kept_on_the_way(door: Door) -> None:
    worker = door.caller("worker")
    reference = worker.open_case()
    for path in ("/cases", f"/cases/{reference}", "/nothing"):
        assert worker.get(path).headers["Cache-Control"] == "no-store"


def test_only_json_is_read(door: Door) -> None:
    worker = door.caller("worker")
    answer = worker.client.post(
        f"{V1}/cases", data={"strands": "support"}, headers={"Authorization": f"Bearer {worker.token}"}
    )
    assert answer.status_code == 415
    assert answer.get_json()["type"] == "/problems/json-only"


def test_what_is_no_json_is_refused_as_such(door: Door) -> None:
    worker = door.caller("worker")
    answer = worker.client.post(
        f"{V1}/cases",
        data="{",
        content_type="application/json",
        headers={"Authorization": f"Bearer {worker.token}", "Idempotency-Key": "k"},
    )
    assert answer.status_code == 400
    assert answer.get_json()["type"] == "/problems/bad-request"


def test_another_sites_page_changes_nothing(door: Door) -> None:
    answer = door.caller("worker").send("POST", "/cases", {}, Sec_Fetch_Site="cross-site")
    assert answer.status_code == 403
    assert re.fullmatch(r"/problems/[a-z-]+", answer.json["type"])


def test_an_administrator_and_an_auditor_know_of_no_case(door: Door) -> None:
    reference = door.caller("worker").open_case()
    for name in ("administrator", "auditor"):
        caller = door.caller(name)
        assert caller.get("/cases").status_code == 403
        assert caller.get(f"/cases/{reference}").status_code == 404
