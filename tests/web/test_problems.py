"""What each kind of refusal means, on a page that anybody can open."""

import re
from html import unescape

import pytest

from casetrack.domain import errors
from casetrack.domain.errors import CasetrackError
from casetrack.domain.milestone_refusals import FutureDate
from casetrack.http.errors import STATUSES
from casetrack.http.problems import BY_STATUS, OF_KINDS, WHAT_TO_DO, kind_of, problems
from tests.web.site import Browser, Place, headings, title

PROBLEMS = problems()
RULES = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, CasetrackError)]


@pytest.fixture(scope="module")
def browser() -> Browser:
    """The browser of nobody."""
    return Browser(Place().app)


@pytest.mark.parametrize("rule", [*(rule for rule in RULES if rule is not CasetrackError), FutureDate])
def test_every_refusal_has_its_kind(rule: type[CasetrackError]) -> None:
    assert PROBLEMS[kind_of(rule)].sentence == rule.sentence


def test_every_status_that_is_answered_says_what_to_do() -> None:
    assert {status for _, status in STATUSES} | BY_STATUS.keys() == WHAT_TO_DO.keys()


def test_what_would_not_help_is_said_of_no_kind() -> None:
    """What is said of a status is true of each kind that has nothing said of itself."""
    assert OF_KINDS.keys() <= PROBLEMS.keys()
    conflicts = {kind for kind, problem in PROBLEMS.items() if 409 in problem.statuses}
    assert conflicts - OF_KINDS.keys() == {"stale", "case-changed-since"}
    forbidden = {kind for kind, problem in PROBLEMS.items() if 403 in problem.statuses}
    assert forbidden - OF_KINDS.keys() == {"not-permitted"}
    again = {kind for kind, problem in PROBLEMS.items() if WHAT_TO_DO[422] in problem.what_to_do}
    so_already = {kind for kind in PROBLEMS if re.search(r"\balready\b", PROBLEMS[kind].sentence)}
    assert again & so_already == {"same-holder"}


def test_of_a_request_that_is_being_answered_it_is_said_how_to_send_it_again(browser: Browser) -> None:
    said = unescape(browser.client.get("/problems/still-answering").text)
    assert "Retry-After" in said
    assert "the same Idempotency-Key" in said
    assert WHAT_TO_DO[409] not in said


def test_what_two_doors_answer_otherwise_is_one_kind_with_both_statuses() -> None:
    assert PROBLEMS["stale"].statuses == (409, 412)
    assert PROBLEMS["not-found"].statuses == (404,)


@pytest.mark.parametrize("kind", PROBLEMS)
def test_each_kind_has_a_page_that_says_what_it_means_and_what_to_do(browser: Browser, kind: str) -> None:
    problem = PROBLEMS[kind]
    answer = browser.client.get(f"/problems/{kind}")
    said = unescape(answer.text)
    assert answer.status_code == 200
    assert headings(answer.text) == [f"Refused: {problem.title}"]
    assert title(answer.text).startswith(f"Refused: {problem.title}")
    assert all(sentence in said for sentence in (problem.sentence, *problem.what_to_do))
    assert f"the type /problems/{kind}." in said


def test_the_list_leads_to_each_of_them_and_help_to_the_list(browser: Browser) -> None:
    found = re.findall(r'href="/problems/([a-z-]+)"', browser.get("/problems").text)
    assert found == sorted(problems())
    assert set(found) >= PROBLEMS.keys()
    assert 'href="/problems"' in browser.get("/help").text


def test_what_is_no_kind_of_refusal_has_no_page(browser: Browser) -> None:
    assert browser.client.get("/problems/nothing").status_code == 404
