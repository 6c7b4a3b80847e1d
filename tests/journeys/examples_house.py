"""One request of each page of the house, or a few: what needs two people, accounts, keys, the log, the doors."""

from collections.abc import Callable
from itertools import chain
from typing import Final

from casetrack.cli.demo.partners import CHARITY
from casetrack.domain.case import Case
from casetrack.domain.proposals import Proposal
from casetrack.services.destructions import prepare_destruction
from tests.journeys.asking import API, KEPT, RING, Example, Place, Prepare, Request, ask, look, posted, send
from tests.journeys.examples import CASE, at, fresh
from tests.journeys.pages import Answers
from tests.journeys.site import PASSWORD
from tests.journeys.stage import KNOWN_AS, Stage

PROPOSAL: Final = "/proposals/<uuid:proposal_id>"
ACCOUNT: Final = "/admin/accounts/<uuid:account_id>"
NEW_PASSWORD: Final = "another password for these tests"


# What needs two people


def _proposal(path: str, make: Callable[[Stage], tuple[Case, Proposal]] = Stage.erasing) -> Prepare:
    def prepare(stage: Stage) -> Place:
        case, proposal = make(stage)
        answers: Answers = {"reference": case.reference} if path == "/approve" else {}
        return Place(f"/proposals/{proposal.id}{path}", case.id, answers)

    return prepare


def _to_erase(stage: Stage) -> Place:
    case = stage.closed()
    return Place(f"/cases/{case.reference}/erase", case.id, {"reference": case.reference})


def _to_lift(stage: Stage) -> Place:
    case = stage.case()
    return Place(f"/cases/{case.reference}/holds/{stage.hold_on(case).id}/lift", case.id)


def _erased(path: str = "") -> Prepare:
    def prepare(stage: Stage) -> Place:
        case = stage.erased()
        return Place(f"/erasures/{case.id}{path}", case.id)

    return prepare


OF_TWO: Final = (
    *ask(f"{CASE}/hold", "lead", fresh("/hold"), {"reason": "complaint", "words": RING}, KEPT),
    *ask(f"{CASE}/holds/<uuid:hold_id>/lift", "lead", _to_lift, {"reason": "not-needed", "words": RING}, KEPT),
    *ask(f"{CASE}/erase", "lead", _to_erase, {"rule": "storage-limit", "reason": "review", "words": RING}, KEPT),
    look("/proposals", "supervisor", at("/proposals")),
    look(PROPOSAL, "supervisor", _proposal("")),
    *ask(f"{PROPOSAL}/approve", "supervisor", _proposal("/approve"), {"words": RING}, KEPT),
    send(
        f"{PROPOSAL}/approve",
        "supervisor",
        _proposal("/approve", Stage.lifting),
        {"words": RING},
        beside=KEPT,
        also="of lifting",
    ),
    *ask(f"{PROPOSAL}/refuse", "supervisor", _proposal("/refuse"), {"words": RING}, KEPT),
    *ask(f"{PROPOSAL}/withdraw", "lead", _proposal("/withdraw")),
    look("/erasures", "supervisor", at("/erasures")),
    look("/erasures/<uuid:case_id>", "lead", _erased()),
    look("/erasures/<uuid:case_id>/certificate.json", "lead", _erased("/certificate.json")),
)


# Accounts, keys and the log


def _account(path: str = "") -> Prepare:
    return lambda stage: Place(f"/admin/accounts/{stage.account().account.id}{path}")


def _token(stage: Stage) -> Place:
    return Place(f"/account/tokens/{stage.token_of('lead')}/revoke")


def _somebodys_token(stage: Stage) -> Place:
    whose = stage.actor("lead").account
    return Place(f"/admin/accounts/{whose}/tokens/{stage.token_of('lead')}/revoke")


def _colleague(stage: Stage) -> Place:
    return Place("/quotas", answers={"worker": str(stage.actor("worker").account)})


def _old_keys(stage: Stage) -> Place:
    with stage.work("administrator") as work:
        old = prepare_destruction(work, CHARITY, 1)
    return Place(f"/admin/keys/{CHARITY}/1/destroy", answers={"group": old.public.fingerprint.split()[-1]})


def _account_named(stage: Stage) -> Place:
    return Place("/admin/accounts", answers={"name": stage.account().account.sign_in_name})


NEWLY: Final = {"sign_in_name": "newly.made", "display_name": "Newly Made", "role": "lead", "holder": "kent"}
HOUSE: Final = (
    look("/quotas", "supervisor", at("/quotas")),
    send("/quotas", "supervisor", _colleague, {"how_long": "hour", "words": "A long list."}),
    look("/admin/accounts", "administrator", at("/admin/accounts")),
    send("/admin/accounts", "administrator", _account_named),
    send("/admin/accounts/new", "administrator", at("/admin/accounts/new"), NEWLY),
    look(ACCOUNT, "administrator", _account()),
    *ask(f"{ACCOUNT}/reset", "administrator", _account("/reset")),
    *ask(f"{ACCOUNT}/close", "administrator", _account("/close")),
    look("/admin/keys", "administrator", at("/admin/keys")),
    *ask(
        "/admin/keys/<holder>/<int:version>/destroy",
        "administrator",
        _old_keys,
        {"rule": "superseded", "reason": "renewed", "words": RING},
        KEPT,
    ),
    look("/account", "lead", at("/account")),
    send("/account/tokens/new", "lead", at("/account/tokens/new"), {"name": "A program", "days": "30"}),
    *ask("/account/tokens/<uuid:token_id>/revoke", "lead", _token),
    *ask("/admin/accounts/<uuid:account_id>/tokens/<uuid:token_id>/revoke", "administrator", _somebodys_token),
)

# The doors


def _signing_in(stage: Stage) -> Request:
    visitor = stage.site.visitor()
    visitor.go("/sign-in")
    said = {"name": stage.site.names[stage.actor("lead").account], "password": PASSWORD}
    return posted(visitor, visitor.page.form("password"), said, by=stage.actor("lead").account)


def _signing_out(stage: Stage) -> Request:
    visitor = stage.site.visitor("lead")
    form = next(form for form in visitor.page.forms if form.action.endswith("/sign-out"))
    return posted(visitor, form, {}, by=stage.actor("lead").account)


def _leaving(stage: Stage) -> Request:
    return Request(stage.site.visitor("lead"), "GET", "/exit", by=stage.actor("lead").account)


def _choosing(stage: Stage) -> Request:
    made = stage.account()
    visitor = stage.site.visitor()
    visitor.go(f"/set-up/{made.link}")
    said = {"new_password": NEW_PASSWORD, "new_password_again": NEW_PASSWORD}
    return posted(visitor, visitor.page.form("new_password"), said, by=made.account.id)


def _changing(stage: Stage) -> Request:
    """Somebody new has chosen a password by their link, and changes it at once."""
    chosen = _choosing(stage)
    chosen.send()
    visitor = chosen.who
    visitor.go("/account")
    said = {"password": NEW_PASSWORD, "new_password": PASSWORD, "new_password_again": PASSWORD}
    return posted(visitor, visitor.page.form("password"), said, by=chosen.by)


def _being(stage: Stage) -> Request:
    visitor = stage.site.visitor()
    visitor.go("/demo")
    form = next(form for form in visitor.page.forms if ("persona", "leeds") in form.filled())
    return posted(visitor, form, {}, by=stage.actor("worker").account)


def _led(stage: Stage) -> Request:
    visitor = stage.site.visitor()
    visitor.go(f"/demo/link/{stage.link()}")
    return posted(visitor, visitor.page.form(), {}, by=stage.actor("worker").account)


DOORS: Final = (
    Example("POST /sign-in", _signing_in),
    Example("POST /sign-out", _signing_out),
    Example("GET /exit", _leaving, is_used_up=True),
    Example("POST /set-up/<token>", _choosing),
    Example("POST /account", _changing),
    Example("POST /demo/sign-in", _being),
    Example("POST /demo/link/<token>", _led, is_used_up=True),
)


# What shows nothing of anybody


def _linked(to: str) -> Prepare:
    return lambda stage: Place(to.format(stage.account().link))


SAYING_NOTHING: Final = (
    *(look(each, "", at(each)) for each in ("/demo", "/healthz", "/readyz", "/version", "/metrics", "/signed-out")),
    *(look(each, "", at(each)) for each in ("/staying-safe", "/help", "/accessibility", "/privacy", "/cookies")),
    *(look(each, "", at(each)) for each in ("/problems", "/sign-in", f"{API}/openapi.json")),
    look("/problems/<kind>", "", at("/problems/not-journalled")),
    look("/static/<path:filename>", "", at("/static/build/casetrack.css")),
    look("/demo/link/<token>", "", _linked("/demo/link/{}")),
    look("/set-up/<token>", "", _linked("/set-up/{}")),
    look("/", "worker", at("/")),
    look("/admin/accounts/new", "administrator", at("/admin/accounts/new")),
    look("/find", "worker", at("/find")),
    send(
        "/find",
        "worker",
        at("/find"),
        {"purpose": "contact-person", "words": "They rang.", "name": KNOWN_AS, "birth-year": "1991"},
    ),
    look("/account/tokens/new", "lead", at("/account/tokens/new")),
    look("/caseload/names", "charity worker", at("/caseload/names"), also="before why is said"),
)

HOUSES: Final[tuple[Example, ...]] = tuple(chain(OF_TWO, HOUSE, DOORS, SAYING_NOTHING))
