"""Every page, as everybody who may see it: what is on each, what is said about each, and how each is in a browser."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import ClassVar, Final

import pytest
from playwright.sync_api import BrowserContext

from casetrack.domain import access
from casetrack.domain.actions import Action
from casetrack.domain.actors import Role
from tests.journeys.crawl import HEAVIEST_BYTES, Crawl, Crawler, faults_of, shared_titles, weight
from tests.journeys.looks import Watched
from tests.journeys.seeded import Seeded
from tests.journeys.site import Site
from tests.journeys.stage import Stage
from tests.journeys.visitor import Visitor

NOBODY: Final = "nobody"
STARTS: Final = ("/", "/demo", "/healthz", "/readyz", "/version", "/signed-out")
"""Where a crawl begins; and what no page leads to."""
LED_TO: Final = frozenset({HTTPStatus.OK, HTTPStatus.FOUND, HTTPStatus.SEE_OTHER})
MARKING: Final = "OFFICIAL-SENSITIVE"
UNMARKED: Final = frozenset({"demo.index", "pages.staying_safe", "sessions.closed", "sessions.open"})
"""The pages that are no member of staff's: nothing of a case is on them, and a person may have one before them."""
NOT_CRAWLED: Final[Mapping[str, str]] = {
    "static": "its files are weighed with the pages that ask for them",
    "openapi": "tests/api reads it",
    "demo.link": "it works once, and nothing leads to it: tests/web has it",
    "passwords.set": "it works once, and nothing leads to it: tests/web has it",
    "health.metrics": "tests/web has it, and its numbers change with each request",
    "pages.exit": "it ends the visit: test_main_journey.py leaves by it",
    "cases.opened": "of a case that was opened a moment ago: test_main_journey.py comes to it",
    "cases.another": "a form of the page before: test_main_journey.py comes to it",
    "contacts.hide": "a form of a page that is only shown for a reason: test_main_journey.py takes it",
    "identity.hide": "a form of a page that is only shown for a reason: test_main_journey.py takes it",
    "persons.found": "what somebody who said why has just looked for: tests/web has it",
    "files.open": "what it gives out is no page, and has a policy of its own: tests/web has it",
    "tokens.revoke": "a form of an account that has a token: tests/web has it",
}
"""Where a crawl does not come, and where somebody does instead."""


MAY_CHANGE: Final = frozenset(
    {"events", "event_shown", "log_queue", "leaves", "checkpoints", "sessions", "failures", "quota_uses"}
)
"""What only looking may add to: the journal, the log behind it, when a sitting was last used, and counts of tries."""


@dataclass
class Crawled:
    """What one persona came to, and which tables are not as they were before."""

    visitor: Visitor
    crawl: Crawl
    changed: frozenset[str]


class Everybody:
    """What holds for every page of every persona. Two classes have half of the personas each, and run at once."""

    personas: ClassVar[tuple[str, ...]]
    roles: ClassVar[frozenset[Role]]
    """Whose pages they come to, between them: all of what those roles may do."""
    elsewhere: ClassVar[Mapping[str, str]] = {}
    """Where these do not come, and where somebody else does."""
    there: ClassVar[tuple[Callable[[Stage], object], ...]] = ()
    """What is put there for them to come to, as in no invented life."""

    @pytest.fixture(scope="class")
    @classmethod
    def crawled(cls, site: Site) -> Mapping[str, Crawled]:
        """What each of the personas came to."""
        stage = Stage(site)
        for make in cls.there:
            make(stage)
        return {persona: _crawled(site, persona) for persona in cls.personas}

    @pytest.fixture(scope="class")
    @classmethod
    def seeded(cls, site: Site) -> Seeded:
        """What the invented people said of themselves."""
        return site.seeded()

    def test_every_link_leads_to_a_page(self, crawled: Mapping[str, Crawled]) -> None:
        wrong = [fault for each in crawled.values() for fault in each.crawl.faults]
        for persona, each in crawled.items():
            wrong += [
                f"{answer.path}, linked to for the {persona}, is answered {answer.status}"
                for _, answer in each.crawl.answers
                if answer.status not in LED_TO
            ]
        assert not wrong

    def test_everybody_comes_to_everything_that_their_role_may_do(
        self, crawled: Mapping[str, Crawled], site: Site
    ) -> None:
        reached = {end for each in crawled.values() for end in (*each.crawl.reached, *each.crawl.offered)}
        wanted = set(_pages_for(site, self.roles))
        assert wanted - reached - NOT_CRAWLED.keys() - self.elsewhere.keys() == set()

    def test_every_answer_is_safe_for_the_browser_and_has_one_heading(self, crawled: Mapping[str, Crawled]) -> None:
        assert not [
            fault for each in crawled.values() for _, answer in each.crawl.answers for fault in faults_of(answer)
        ]

    def test_only_looking_changes_nothing_but_the_journal(self, crawled: Mapping[str, Crawled]) -> None:
        assert "events" in frozenset().union(*(each.changed for each in crawled.values()))
        assert not {table for each in crawled.values() for table in each.changed - MAY_CHANGE}

    def test_a_title_tells_one_page_from_another(self, crawled: Mapping[str, Crawled]) -> None:
        assert not [fault for each in crawled.values() for fault in shared_titles(each.crawl)]

    def test_no_page_is_heavy(self, crawled: Mapping[str, Crawled]) -> None:
        known: dict[str, int] = {}
        heaviest = max(
            (weight(answer, each.visitor, known), answer.path)
            for each in crawled.values()
            for _, answer in each.crawl.answers
            if answer.is_page
        )
        assert heaviest[0] < HEAVIEST_BYTES, heaviest[1]

    def test_every_staff_page_is_marked_and_no_other(self, crawled: Mapping[str, Crawled]) -> None:
        wrong = [
            f"{answer.path} for the {persona}"
            for persona, each in crawled.items()
            for endpoint, answer in each.crawl.answers
            if answer.is_page
            and not answer.leads_to
            and (MARKING in answer.text) == (persona == NOBODY or endpoint in UNMARKED)
        ]
        assert not wrong

    def test_nothing_that_a_person_said_is_on_a_page_or_in_an_address(
        self, crawled: Mapping[str, Crawled], seeded: Seeded
    ) -> None:
        assert len(seeded) > 100, "there is something to look for"
        found = [
            f"{whose}: at {endpoint} for the {persona}"
            for persona, each in crawled.items()
            for endpoint, answer in each.crawl.answers
            for whose in seeded.in_text(f"{answer.path} {answer.headers} {answer.text}")
        ]
        assert not found

    def test_nothing_that_a_person_said_is_in_what_casetrack_says_of_itself(
        self, crawled: Mapping[str, Crawled], seeded: Seeded, site: Site
    ) -> None:
        said = site.log.getvalue()
        assert "/cases/CT-" in said, f"the server says which of {len(crawled)} crawls' pages were asked for"
        assert not list(seeded.in_text(said))

    @pytest.mark.browser
    def test_every_kind_of_page_is_accessible_and_keeps_to_its_own_policy(
        self, crawled: Mapping[str, Crawled], context: BrowserContext, site: Site
    ) -> None:
        faults: list[str] = []
        seen: dict[str, set[str]] = {}
        for each in crawled.values():
            context.clear_cookies()
            context.add_cookies(
                [{"name": name, "value": value, "url": site.address} for name, value in each.visitor.cookies.items()]
            )
            watched = Watched.open(context)
            for answer in each.crawl.shapes(seen):
                watched.tab.goto(answer.path)
                faults += watched.faults()
            watched.tab.close()
        assert not faults


class TestThoseWhoSend(Everybody):
    personas = ("worker", "lead", "supervisor", "charity worker")
    roles = frozenset({Role.SUPPORT_WORKER, Role.LEAD, Role.SUPERVISOR})
    elsewhere: ClassVar[Mapping[str, str]] = {"sars.extend": "no law lets a force extend it: tests/web has it"}
    there = (Stage.asked, Stage.checked, Stage.decided)


class TestEverybodyElse(Everybody):
    personas = ("receiving worker", "receiving lead", "auditor", "administrator", NOBODY)
    roles = frozenset({Role.AUDITOR, Role.ADMINISTRATOR})
    elsewhere = dict.fromkeys(
        ("proposals.view", "proposals.approve", "proposals.refuse", "proposals.withdraw"),
        "nothing waits for an administrator in the demonstration: the others come to these pages, about a case",
    )
    there = (Stage.enquired, Stage.answerable)


def _crawled(site: Site, persona: str) -> Crawled:
    visitor = site.visitor(None if persona == NOBODY else persona)
    starts = list(STARTS)
    if persona == "auditor":
        visitor.go("/audit/search")
        visitor.answer({"use": "lawfulness"})
        starts.append("/audit")
    before = site.contents()
    crawl = Crawler(site.app).crawl(visitor, starts)
    after = site.contents()
    changed = frozenset(table for table in after if after[table] != before[table])
    return Crawled(visitor, crawl, changed)


def _pages_for(site: Site, roles: frozenset[Role]) -> Iterator[str]:
    """The endpoints that are open to anybody, or serve what one of the roles may do."""
    for rule in site.app.url_map.iter_rules():
        view = site.app.view_functions[rule.endpoint]
        actions: tuple[Action, ...] = getattr(view, "serves", ())
        anybodys = getattr(view, "is_public", False) or not actions
        theirs = any(role in access.RULES[action].roles for role in roles for action in actions)
        if not rule.endpoint.startswith("api.") and (anybodys or theirs):
            yield rule.endpoint
