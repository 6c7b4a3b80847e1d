"""The whole site over stores that a test can look into, with a browser for each of the people of `tests.world`."""

import json
import re
import secrets
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from casetrack import resources, web
from casetrack.crypto.keyring import Keyring
from casetrack.crypto.roots import RootFile
from casetrack.crypto.tokens import SessionBox
from casetrack.domain.actors import Auth
from casetrack.domain.case import BeginReason, Case, IdentityState
from casetrack.domain.errors import CasetrackError, Unavailable
from casetrack.domain.holdings import Part, Strand
from casetrack.domain.ids import CaseId, TransferId
from casetrack.domain.records import RecordState
from casetrack.http import converters, headers, identity, sessions
from casetrack.http.house import EXTENSION, House
from casetrack.http.identity import serves
from casetrack.http.sessions import cookie_name, current_session, sign_in
from casetrack.services.cases import begin_strand, close_case, open_case
from casetrack.services.drafts import keep_draft, open_draft
from casetrack.services.lifetimes import SessionLimits
from casetrack.services.milestones import NewRecord, record_milestone
from casetrack.services.people import Account
from casetrack.services.ports import Journal, JournalEntry, Scope, SealedValue, SealedValues, Stores
from casetrack.services.sessions import NOBODY
from casetrack.services.transfers import NewOffer, accept_transfer, send_transfer
from casetrack.services.work import Begin
from tests.web.compiled import OF_THE_SITE
from tests.world import ACCOUNTS, CHEAP, PASSPHRASE, SOUTH, World, a_new_case, sealed

IDLE = timedelta(minutes=20)
REVEAL_FOR = timedelta(minutes=5)
SHIFT = timedelta(hours=12)
MET = RecordState.MET
COOKIE = cookie_name(secure=False)
NAME = "Testa"
"""Of every person in `tests.world`: no page shows it before it is asked for."""

OF_OTHER_ROOMS: Mapping[str, str] = {
    "accounts.list": "/admin/accounts",
    "audit.search": "/audit/search",
    "audit.verify": "/audit/verify",
    "transfers.list": "/inbox",
    "transfers.start": "/cases/<reference:reference>/transfer/new",
    "transfers.view": "/transfers/<uuid:transfer_id>",
}
"""Where pages lead that only have to be there."""


@serves()
def somewhere(**_: Any) -> str:  # noqa: ANN401 - the parts of any address
    """A page that only has to be there."""
    return ""


def site(world: World, *, troubles: tuple[str, ...] = ()) -> Flask:
    """The pages over the world's stores and by its clock. A fault of ours is raised, not answered."""
    app = Flask("casetrack", template_folder=str(resources.templates()), static_folder=None)
    app.jinja_options = {"bytecode_cache": OF_THE_SITE}
    app.secret_key = secrets.token_bytes(32)
    app.testing = True
    app.extensions[EXTENSION] = House(
        begin=world.begin,
        deployment=world.deployment,
        clock=lambda: world.now,
        sessions=SessionLimits(idle=IDLE, absolute=timedelta(hours=12)),
        reveal_for=REVEAL_FOR,
        shift=SHIFT,
        secure_cookies=False,
        client_key=bytes(32),
        before_sign_in=SessionBox("only for tests"),
        troubles=lambda: troubles,
        counts=lambda: {"events_waiting": 3},
        promise=lambda _: None,
    )
    app.url_map.converters["reference"] = converters.ReferenceConverter
    app.session_interface = sessions.SealedSessions()
    headers.init_app(app, secure=False)
    identity.init_app(app)
    web.init_app(app)
    app.register_error_handler(CasetrackError, web.refused)
    app.register_error_handler(HTTPException, web.failed)
    for endpoint, rule in OF_OTHER_ROOMS.items():
        if endpoint not in app.view_functions:
            app.add_url_rule(rule, endpoint, somewhere)
    return app


class Browser:
    """A browser without scripts: it keeps one cookie, and sends back the hidden fields of the page that it shows."""

    def __init__(self, app: Flask, account: Account | None = None) -> None:
        """A browser that is signed in as that account, or not at all."""
        self._app = app
        self.account = account
        self.client = app.test_client()
        if account is not None:
            self.sign_in(account)

    def sign_in(self, account: Account) -> None:
        """The browser signs in as that account, with whatever cookie it has."""
        cookie = self.client.get_cookie(COOKIE)
        had = {"Cookie": f"{COOKIE}={cookie.value}"} if cookie else {}
        self.account = account
        with self._app.test_request_context(headers=had):
            sign_in(account, Auth.PASSWORD)
            answer = self._app.make_response("")
            self._app.session_interface.save_session(self._app, current_session(), answer)
        self.client.set_cookie(COOKIE, answer.headers["Set-Cookie"].partition("=")[2].partition(";")[0])

    def sign_in_again(self) -> None:
        """The same account signs in again, once its session has run out."""
        assert self.account is not None
        self.sign_in(self.account)

    def get(self, path: str) -> TestResponse:
        """The page at that address, redirects followed."""
        return self.client.get(path, follow_redirects=True)

    def post(
        self,
        path: str,
        typed: Mapping[str, Any] | None = None,
        *,
        page: str | None = None,
        follow: bool = True,
        **headers: str,
    ) -> TestResponse:
        """The form on that page, or at the address itself, is filled in and sent."""
        shown = self.get(page or path).text
        return self.client.post(path, data=hidden(shown) | dict(typed or {}), headers=headers, follow_redirects=follow)


def hidden(html: str) -> dict[str, str]:
    """The proof that stands in a page and, where there is one, what else it says of itself."""
    found = re.findall(r'<input type="hidden" name="(csrf_token|seen|draft|single)" value="([^"]*)"', html)
    return dict(found)


def title(html: str) -> str:
    """What the browser's tab says."""
    found = re.search(r"<title>(.*?)</title>", html, re.DOTALL)
    return " ".join(unescape(found[1]).split()) if found else ""


def headings(html: str) -> list[str]:
    """What the page's h1 says, of each that it has."""
    found = re.findall(r"<h1\b[^>]*>(.*?)</h1>", html, re.DOTALL)
    return [" ".join(unescape(re.sub(r"<[^>]+>", " ", each)).split()) for each in found]


def errors(html: str) -> list[str]:
    """What the error summary says."""
    summary = re.search(r'govuk-error-summary__list">(.*?)</ul>', html, re.DOTALL)
    return (
        [
            " ".join(unescape(re.sub(r"<[^>]+>", "", each)).split())
            for each in re.findall(r"<li>(.*?)</li>", summary[1], re.DOTALL)
        ]
        if summary
        else []
    )


def links(html: str) -> list[str]:
    """The addresses within the site that the page leads to."""
    return [unescape(each) for each in re.findall(r'<a [^>]*href="(/[^"]*)"', html)]


def notice(html: str) -> str:
    """What the page's one notice says."""
    found = re.findall(r'govuk-notification-banner__heading">(.*?)</p>', html, re.DOTALL)
    assert len(found) <= 1
    return unescape(found[0]) if found else ""


class Place:
    """A world with its site, and a case of North's that has a name, a safe contact, and an encounter on the record."""

    def __init__(self, *, identity: IdentityState = IdentityState.GIVEN, troubles: tuple[str, ...] = ()) -> None:
        """Everything in memory."""
        self.world = World.in_memory()
        self.app = site(self.world, troubles=troubles)
        self.case = self.open_case(identity=identity)

    @property
    def at(self) -> str:
        """The address of the case."""
        return f"/cases/{self.case.reference}"

    def browser(self, name: str) -> Browser:
        """The browser of somebody of `tests.world`."""
        return Browser(self.app, ACCOUNTS[name])

    def open_case(
        self,
        by: str = "worker",
        strands: frozenset[Strand] = frozenset(Strand),
        *,
        identity: IdentityState = IdentityState.GIVEN,
    ) -> Case:
        """One more case."""
        with self.world.work(by) as work:
            return open_case(work, a_new_case(strands, identity=identity))

    def record(self, code: str, outcome: str | None = None, *, by: str = "worker", note: str = "") -> Case:
        """Something has just happened in the case, and is on its record."""
        with self.world.work(by) as work:
            new = NewRecord(code=code, state=MET, outcome=outcome, at=work.now, note=note)
            return record_milestone(work, self.case.reference, new, seen=None)

    def record_past(self, code: str, *, days: int) -> None:
        """Something happened in the case some days ago, and is on its record now."""
        with self.world.work("worker") as work:
            new = NewRecord(code=code, state=MET, outcome=None, at=work.now - timedelta(days=days))
            record_milestone(work, self.case.reference, new, seen=None)

    def open_quietly(self) -> Case:
        """A case in which no way to contact the person is recorded."""
        with self.world.work("worker") as work:
            return open_case(work, replace(a_new_case(), contact={}))

    def lose_keys(self) -> None:
        """No key of any organisation can be reached any more."""
        empty = RootFile.create(Path(tempfile.mkdtemp()) / "keys.json", PASSPHRASE, CHEAP)
        deployment = replace(self.world.deployment, keyring=Keyring(self.world.deployment.name, empty))
        self.app.extensions[EXTENSION] = replace(self.app.extensions[EXTENSION], deployment=deployment)

    def open_deployment(self) -> None:
        """The site stands on the world's deployment as it is now."""
        held = self.app.extensions[EXTENSION]
        self.app.extensions[EXTENSION] = replace(held, deployment=self.world.deployment)

    def lose_journal(self) -> list[Part]:
        """No reveal can be journalled any more; gives the parts whose sealed values are read from now on."""
        read: list[Part] = []
        begin = self.world.begin

        @contextmanager
        def broken(scope: Scope) -> Iterator[Stores]:
            with begin(scope) as stores:
                yield replace(stores, journal=LostJournal(stores.journal), values=Watched(stores.values, read))

        self.open_stores(broken)
        return read

    def kept(self) -> Case:
        """The case as it is kept now."""
        memory = self.world.memory
        assert memory is not None
        return memory.kept.cases[self.case.id].case

    def events(self, *, since: int = 0) -> list[dict[str, Any]]:
        """The payloads that the journal has, oldest first; those after the first `since` of them."""
        memory = self.world.memory
        assert memory is not None
        return [json.loads(entry.payload) for entry in memory.kept.entries[since:]]

    def words_kept(self) -> int:
        """How many of the events carry words that somebody typed."""
        return sum(event["words"] is not None for event in self.events())

    def later(self, **time: float) -> None:
        """Time passes."""
        self.world.now += timedelta(**time)

    def found(self, reference: str) -> Case:
        """The case of that reference, as it is kept now."""
        memory = self.world.memory
        assert memory is not None
        return next(kept.case for kept in memory.kept.cases.values() if kept.case.reference == reference)

    def keep_draft(self, name: str, step: str, answers: Mapping[str, Any]) -> None:
        """What somebody answered to one of the questions of a new case is this."""
        with self.world.work(name) as work:
            keep_draft(work, "case", {**open_draft(work, "case"), step: answers})

    def begin(self, strand: str) -> Case:
        """North's worker begins the strand that the case lacks, and the person has agreed."""
        reason = BeginReason.AGREED if strand == Strand.INVESTIGATION else None
        with self.world.work("worker") as work:
            return begin_strand(work, self.case.reference, Strand(strand), reason, seen=None)

    def offer(self, strands: frozenset[Strand] = frozenset(Strand)) -> TransferId:
        """North's worker offers the case to South."""
        offer = NewOffer(
            to=SOUTH.code,
            strands=strands,
            reason="relocated-for-safety",
            already_moved=False,
            preview={"risks": "None."},
        )
        with self.world.work("worker") as work:
            return send_transfer(work, self.case.reference, offer, seen=None).id

    def hand_over(self, strands: frozenset[Strand] = frozenset(Strand)) -> None:
        """South's lead accepts what North's worker offered of the case."""
        sent = self.offer(strands)
        with self.world.work("receiving-lead") as work:
            accept_transfer(work, sent, worker=ACCOUNTS["receiver"].id, seen=None)

    def close(self) -> None:
        """North's lead closes the case."""
        with self.world.work("lead") as work:
            close_case(work, self.case.reference, "support-complete", seen=None)

    def close_account(self, account: Account) -> None:
        """The account signs in no more."""
        with self.world.begin(NOBODY) as stores:
            stores.accounts.put(sealed(replace(account, closed_at=self.world.now)), before=account)

    def close_stores(self, *, after: int = 0) -> None:
        """Nothing answers any more, once that many transactions have begun."""
        begin, begun = self.world.begin, iter(range(after))

        def at_last(scope: Scope) -> AbstractContextManager[Stores]:
            return begin(scope) if next(begun, None) is not None else out_of_reach(scope)

        self.open_stores(at_last)

    def open_stores(self, begin: Begin) -> None:
        """These answer again."""
        self.app.extensions[EXTENSION] = replace(self.app.extensions[EXTENSION], begin=begin)


class LostJournal:
    """A journal that cannot keep that somebody was shown something."""

    def __init__(self, journal: Journal) -> None:
        """Everything else goes on."""
        self._journal = journal

    def write(self, entry: JournalEntry) -> None:
        if b'"event":"Revealed"' in entry.payload:
            raise Unavailable
        self._journal.write(entry)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the journal has
        return getattr(self._journal, name)


class Watched:
    """Sealed values, with a note of whose were read."""

    def __init__(self, values: SealedValues, read: list[Part]) -> None:
        """Write down each part that is read."""
        self._values = values
        self._read = read

    def current(self, case: CaseId, part: Part) -> tuple[SealedValue, ...]:
        self._read.append(part)
        return self._values.current(case, part)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the store has
        return getattr(self._values, name)


def out_of_reach(scope: Scope) -> AbstractContextManager[Stores]:
    """A database that is down."""
    raise Unavailable(holder=scope.holder or "")
