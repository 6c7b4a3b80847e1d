"""Every address of the site, held to what was declared of it; and one thread of names through every floor."""

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from importlib import import_module
from typing import Final

import pytest

from bench.caseload import OF_A_TRANSACTION, open_some
from casetrack import resources
from casetrack.cli.demo.acts import Desk
from casetrack.domain.actions import Action
from casetrack.domain.actors import Actor, Auth, Role
from casetrack.domain.ids import HolderCode
from casetrack.http.house import EXTENSION
from tests.journeys.site import Site
from tests.journeys.visitor import Visitor

SINGULAR: Final = frozenset({"audit", "caseload", "history", "identity", "unusual"})
"""The nouns that are one thing each or have no plural, and so name their rooms as they are."""
PLURALS: Final[Mapping[str, str]] = {"enquiry": "enquiries"}
"""The nouns whose plural is not made by adding a letter."""
USE_CASES: Final[Mapping[Action, str]] = {
    Action.STRAND_BEGIN: "cases.begin_strand",
    Action.KEYSET_MAKE: "founding.make_keysets",
    Action.KEYSET_RETAG: "renewing_tags.remake_tags",
    Action.DATAKEY_RENEW: "renewing_case_keys.renew_case_keys",
    Action.KEYSET_VOUCH: "renewing_service.reseal_doors",
    Action.KEYSET_REOPEN: "reopening.reopen_log",
    Action.KEYSET_FOLLOW: "log_keys.renew_log_key",
    Action.KEYSET_END: "log_keys.end_log_key",
    Action.AUDIT_EXPORT: "exporting.export_log",
    Action.CHECKPOINT_COSIGN: "exporting.cosign_checkpoint",
    Action.SAR_COPY: "sar_copies.copy_sar",
    Action.PERSON_FIND: "finding.find_people",
    Action.KEYSET_DESTROY: "destructions.destroy_keyset",
    Action.PASSWORD_REHASH: "sessions.rehash_password",
    Action.TOKEN_CREATE: "accounts.create_token",
    Action.TOKEN_REVOKE: "accounts.revoke_token",
}
"""Use cases that are elsewhere: a strand is its case's, a token its account's, people are found, a password is kept
anew as somebody signs in, and an installation begins with keys."""
ENDPOINTS: Final[Mapping[Action, str]] = {
    Action.STRAND_BEGIN: "cases.begin",
    Action.AUDIT_EXPORT: "audit_exports.export",
}
"""Endpoints that are elsewhere, as their use cases are."""
PAGES: Final[Mapping[Action, str]] = {
    Action.STRAND_BEGIN: "cases/begin.html",
    Action.CASE_FIND: "cases/list.html",
    Action.AUDIT_EXPORT: "audit_exports/export.html",
    Action.FILE_OPEN: "files/list.html",
    Action.SESSION_CLOSE: "sessions/closed.html",
}
"""Templates by another name: what is found is a list, a file is given out from its list, and whoever signs out is told
that it is done."""
UNSERVED: Final = frozenset(
    {
        Action.PASSWORD_REHASH,
        Action.KEYSET_MAKE,
        Action.KEYSET_RENEW,
        Action.KEYSET_REWRAP,
        Action.KEYSET_RESEAL,
        Action.KEYSET_VOUCH,
        Action.KEYSET_RETAG,
        Action.DATAKEY_RENEW,
        Action.KEYSET_REOPEN,
        Action.KEYSET_FOLLOW,
        Action.KEYSET_END,
        Action.KEYSET_DESTROY,
        Action.CHECKPOINT_COSIGN,
        Action.SURNAME_COMPARE,
    }
)
"""What only the service itself does, or whoever is at its command line: keys are made and renewed, what a password
costs to check, and how a person's surname compares with a colleague's."""
SERVED: Final = tuple(action for action in Action if action not in UNSERVED)
"""What pages are for."""
UNDECLARED: Final[Mapping[str, str]] = {"static": "the files that every page asks for, which say nothing of anybody"}
QUIET: Final = Desk(HolderCode("cumbria"), Role.SUPPORT_WORKER)
"""Somebody whose organisation has few cases or none, until it is given many."""
LISTS: Final = (
    "/work",
    "/cases",
    "/cases?due=overdue",
    "/cases?sort=opened",
    "/cases?status=any",
    "/caseload/names",
    "/inbox",
)
FEW, MANY, VERY_MANY = 10, 200, 10_000
READS_THE_LOG: Final = re.compile(r"\b(FROM|JOIN|,) *(public\.)?(events|event_shown|leaves)\b", re.IGNORECASE)


def noun_of(action: Action) -> str:
    """The name of the rooms that serve it."""
    return action.noun if action.noun in SINGULAR else PLURALS.get(action.noun, f"{action.noun}s")


def test_every_route_says_whether_it_is_open_to_anybody_or_which_action_it_serves(site: Site) -> None:
    undeclared = [
        rule.endpoint
        for rule in site.app.url_map.iter_rules()
        if not any(hasattr(site.app.view_functions[rule.endpoint], said) for said in ("serves", "is_public"))
    ]
    assert set(undeclared) == set(UNDECLARED)


def test_a_route_that_is_not_open_asks_who_is_there(site: Site) -> None:
    open_to_anybody = [
        rule.rule
        for rule in site.app.url_map.iter_rules()
        if not rule.arguments
        and not getattr(site.app.view_functions[rule.endpoint], "is_public", False)
        and rule.endpoint not in UNDECLARED
        and "GET" in (rule.methods or ())
        and site.visitor().request("GET", rule.rule).status not in {HTTPStatus.FOUND, HTTPStatus.UNAUTHORIZED}
    ]
    assert not open_to_anybody


@pytest.mark.parametrize("action", Action)
def test_an_action_has_a_use_case_of_its_name(action: Action) -> None:
    room, _, name = USE_CASES.get(action, f"{noun_of(action)}.{action.verb}_").rpartition(".")
    use_cases = vars(import_module(f"casetrack.services.{room}"))
    wanted = (name,) if action in USE_CASES else (f"{name}{action.noun}", f"{name}{noun_of(action)}")
    assert any(callable(use_cases.get(each)) for each in wanted)


@pytest.mark.parametrize("action", SERVED)
def test_an_action_has_an_endpoint_of_its_name_that_serves_it(action: Action, site: Site) -> None:
    view = site.app.view_functions[ENDPOINTS.get(action, f"{noun_of(action)}.{action.verb}")]
    assert action in getattr(view, "serves", ())


@pytest.mark.parametrize("action", SERVED)
def test_an_action_has_a_page_of_its_name(action: Action) -> None:
    assert (resources.templates() / PAGES.get(action, f"{noun_of(action)}/{action.verb}.html")).is_file()


def test_a_page_that_a_browser_asks_for_before_anybody_does_is_refused(site: Site) -> None:
    worker = site.visitor("worker")
    before = site.contents()["events"]
    assert worker.request("GET", "/work", sec_purpose="prefetch").status == HTTPStatus.FORBIDDEN
    assert site.contents()["events"] == before


def test_a_list_asks_the_same_number_of_questions_of_few_cases_and_of_many(site: Site) -> None:
    worker = quiet_worker(site)
    fill(site, range(FEW))
    few = questions(site, worker)
    fill(site, range(FEW, MANY))
    assert questions(site, worker) == few
    assert min(few.values()) > 1, "what was counted is what pages ask"


# A list of names is opened: each seal is held against the newest change of its case, which is what the log is for.
@pytest.mark.parametrize("address", [each for each in LISTS if each != "/caseload/names"])
def test_what_waits_and_what_is_past_its_limit_is_counted_from_cases_and_never_from_the_log(
    site: Site, address: str
) -> None:
    """The log may be opened for four uses (Data Protection Act 2018 s.62(4)), and how fast somebody works is none."""
    statements = asked(site, quiet_worker(site), address)
    assert statements
    assert [each for each in statements if READS_THE_LOG.search(each)] == []


@pytest.mark.proof
def test_a_list_asks_the_same_number_of_questions_of_ten_thousand_cases(site: Site) -> None:
    worker = quiet_worker(site)
    fill(site, range(FEW))
    few = questions(site, worker)
    fill(site, range(FEW, VERY_MANY))
    assert questions(site, worker) == few


def quiet_worker(site: Site) -> Visitor:
    """Somebody of the quiet organisation, who has given the reason for which they open names in this shift."""
    worker = site.visitor(QUIET)
    worker.go("/caseload/names")
    if "words" in worker.page.forms[-1]:
        worker.answer({"purpose": "contact-person", "words": "To ring each of them today."})
    return worker


def fill(site: Site, numbers: range) -> None:
    """The quiet organisation has a case more for each number."""
    actor = Actor(site.accounts[QUIET], QUIET.role, QUIET.holder, Auth.PASSWORD)
    deployment = site.app.extensions[EXTENSION].deployment
    with site.app.app_context():
        for start in range(numbers.start, numbers.stop, OF_A_TRANSACTION):
            open_some(deployment, actor, range(start, min(start + OF_A_TRANSACTION, numbers.stop)))


def questions(site: Site, worker: Visitor) -> Mapping[str, int]:
    """How many statements each list sends, once whatever is only said now and then was said."""
    return {address: len(asked(site, worker, address)) for address in LISTS}


def asked(site: Site, worker: Visitor, address: str) -> Sequence[str]:
    """The statements of one list."""
    worker.get(address)
    with site.statements() as statements:
        assert worker.get(address).status == HTTPStatus.OK
    return statements
