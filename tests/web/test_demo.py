"""The demonstration's own pages."""

from http import HTTPStatus

import pytest
from flask import Flask

from casetrack.crypto.tokens import new_token, token_digest
from casetrack.services.people import Link, LinkUse
from casetrack.services.sessions import NOBODY
from casetrack.services.vouching import vouched_link
from casetrack.web import demo
from casetrack.web.demo import Demonstration, Persona, Step
from tests.services import acts
from tests.web.site import Browser, site
from tests.world import ACCOUNTS, START, World

PERSONAS = tuple(
    Persona(
        key=name,
        sign_in_name=name,
        name=ACCOUNTS[name].display_name,
        role="Support worker",
        organisation="North Invented Police",
        waiting=f"Something waits for {name}.",
        start="caseload.view",
    )
    for name in ("worker", "receiving-lead")
)
TOUR = (
    Step(title="Look", text="See what is due.", persona="worker", start="caseload.view"),
    Step(title="Answer", text="Open an offer.", persona="receiving-lead", start="transfers.list"),
)


@pytest.fixture
def world() -> World:
    return World.in_memory()


@pytest.fixture
def app(world: World) -> Flask:
    """The whole site, with a demonstration."""
    app = site(world)
    demo.init_app(app, Demonstration(PERSONAS, TOUR))
    return app


def test_the_page_names_each_persona_what_awaits_them_and_the_tour(app: Flask) -> None:
    page = Browser(app).get("/demo").text

    for persona in PERSONAS:
        assert persona.name in page
        assert persona.waiting in page
    for step in TOUR:
        assert step.title in page


def test_one_click_signs_in_where_the_persona_begins(app: Flask, world: World) -> None:
    browser = Browser(app)
    answer = browser.post("/demo/sign-in", {"persona": "worker"}, page="/demo", follow=False)

    assert (answer.status_code, answer.location) == (HTTPStatus.SEE_OTHER, "/work")
    assert browser.get("/work").status_code == HTTPStatus.OK
    signed_in = next(each for each in acts.events(world, "SignedIn") if each["auth"] == "demo")
    assert signed_in["actor"] == str(ACCOUNTS["worker"].id)


def test_a_step_of_the_tour_begins_where_it_happens(app: Flask) -> None:
    answer = Browser(app).post("/demo/sign-in", {"persona": "receiving-lead", "step": "2"}, page="/demo", follow=False)

    assert answer.location == "/inbox"


@pytest.mark.parametrize("step", ["0", "3", "-1", "x", ""])
def test_a_step_that_is_not_there_is_refused(app: Flask, step: str) -> None:
    answer = Browser(app).post("/demo/sign-in", {"persona": "worker", "step": step}, page="/demo", follow=False)

    assert answer.status_code == HTTPStatus.BAD_REQUEST


@pytest.mark.parametrize("key", ["", "nobody", "administrator"])
def test_nobody_but_the_personas_can_be_signed_in_as(app: Flask, key: str) -> None:
    answer = Browser(app).post("/demo/sign-in", {"persona": key}, page="/demo", follow=False)

    assert answer.status_code == HTTPStatus.NOT_FOUND


def test_a_persona_whose_account_is_gone_is_not_there(world: World) -> None:
    app = site(world)
    gone = Persona(key="x", sign_in_name="x", name="X", role="", organisation="", waiting="", start="caseload.view")
    demo.init_app(app, Demonstration((gone,), ()))

    answer = Browser(app).post("/demo/sign-in", {"persona": "x"}, page="/demo", follow=False)

    assert answer.status_code == HTTPStatus.NOT_FOUND


def test_another_site_cannot_sign_a_visitor_in(app: Flask) -> None:
    assert app.test_client().post("/demo/sign-in", data={"persona": "worker"}).status_code == HTTPStatus.BAD_REQUEST


def a_link(world: World) -> str:
    """A link that signs in once, as the worker."""
    token = new_token()
    with world.begin(NOBODY) as stores:
        link = Link(token_digest(token), ACCOUNTS["worker"].id, LinkUse.DEMO, 0, START.replace(year=START.year + 1))
        stores.doors.keep_link(vouched_link(link, world.deployment))
    return f"/demo/link/{token}"


def test_a_link_signs_in_once(app: Flask, world: World) -> None:
    link = a_link(world)
    first, second = Browser(app), Browser(app)

    assert first.post(link, follow=False).location == "/work"
    assert second.post(link, follow=False).location != "/work"
    assert len(acts.events(world, "SignedIn")) == 1


def test_a_program_that_looks_ahead_does_not_use_a_link_up(app: Flask, world: World) -> None:
    link = a_link(world)
    for _ in range(2):
        assert Browser(app).get(link).status_code == HTTPStatus.OK

    assert Browser(app).post(link, follow=False).location == "/work"


def test_a_link_that_nobody_made_signs_nobody_in(app: Flask, world: World) -> None:
    assert Browser(app).post("/demo/link/made-up", follow=False).location != "/work"
    assert not acts.events(world, "SignedIn")


@pytest.mark.parametrize("step", ["0", "6", "-1", "x", "٣", "9" * 5000])
def test_a_step_that_the_tour_does_not_have_is_refused(app: Flask, step: str) -> None:
    browser = Browser(app)
    answer = browser.post("/demo/sign-in", {"persona": "worker", "step": step}, page="/demo")
    assert answer.status_code == HTTPStatus.BAD_REQUEST


def test_without_a_demonstration_there_is_no_such_page(world: World) -> None:
    browser = Browser(site(world))

    for path in ("/demo", "/demo/link/x"):
        assert browser.get(path).status_code == HTTPStatus.NOT_FOUND


def test_a_site_whose_demonstration_is_none_is_a_fault(world: World) -> None:
    app = site(world)
    app.register_blueprint(demo.pages)
    app.extensions[demo.EXTENSION] = "none"

    with pytest.raises(TypeError):
        app.test_client().get("/demo")
