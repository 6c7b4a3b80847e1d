"""What requests are about in the tests of every route: people at their desks, and cases in every state, each made anew.

Whatever is on the stage has words in it that nobody types into a request: where one of them is in an answer, something
was shown.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from itertools import count
from typing import Final
from uuid import UUID

from sqlalchemy import text

from casetrack.crypto.tokens import new_token, token_digest
from casetrack.domain.actions import Action
from casetrack.domain.actors import Actor, Auth, Role
from casetrack.domain.calendars import london_date
from casetrack.domain.case import AgeGroup, Areas, Case, IdentityState
from casetrack.domain.finding import Known
from casetrack.domain.holdings import Part, Strand
from casetrack.domain.holds import LegalHold
from casetrack.domain.ids import NoteId, SarId
from casetrack.domain.notes import NoteKind, Sensitivity
from casetrack.domain.proposals import Proposal
from casetrack.domain.records import RecordState
from casetrack.domain.sars import Asker, Checked, Decision, Interpreter
from casetrack.domain.transfer import Transfer
from casetrack.http.house import EXTENSION
from casetrack.persistence.embedded import SUPERUSER
from casetrack.persistence.work import begin
from casetrack.services.accounts import NewAccount, SetUp, create_account, create_token, own_account
from casetrack.services.audit import Use, search_audit
from casetrack.services.cases import NewCase, close_case, open_case, view_case
from casetrack.services.disclosures import NewDisclosure, record_disclosure
from casetrack.services.enquiries import Enquired, approve_enquiry, propose_enquiry
from casetrack.services.erasures import propose_erasure
from casetrack.services.files import FileCard, NewFile, attach_file
from casetrack.services.holds import lift_hold, set_hold
from casetrack.services.journal import CASEWORK, Purpose
from casetrack.services.lists import LogQuery
from casetrack.services.milestones import NewRecord, record_milestone
from casetrack.services.notes import NewNote, write_note
from casetrack.services.occasions import UnusualQuery
from casetrack.services.people import Link, LinkUse
from casetrack.services.proposals import approve_proposal
from casetrack.services.sars import check_sar, decide_sar, record_sar
from casetrack.services.sessions import NOBODY
from casetrack.services.transfers import NewOffer, accept_transfer, see_transfer, send_transfer
from casetrack.services.unusual import list_unusual
from casetrack.services.vouching import vouched_link
from casetrack.services.work import UnitOfWork, at_work
from tests.journeys.site import PERSONAS, Site
from tests.journeys.visitor import Visitor

BOTH: Final = frozenset(Strand)
SUPPORT: Final = frozenset({Strand.SUPPORT})
STEM: Final = "Kanarienvogel"
"""What every word begins with that is on the stage and in no request."""
WHY: Final = Purpose(CASEWORK.code, f"{STEM}warum")
LIFE: Final = timedelta(days=30)
KNOWN_AS: Final = "Zoribeth Anouk"
"""By which other names whoever is on the stage can be found."""
SECRETS: Final = "SELECT reference FROM cases UNION SELECT pseudonym FROM cases"
NAMES: Final = "SELECT display_name FROM accounts UNION SELECT sign_in_name FROM accounts"


@dataclass
class Stage:
    """A site, and what tests put on it; the personas are those of `site.PERSONAS`."""

    site: Site
    _visitors: dict[str, Visitor] = field(default_factory=dict)
    _tokens: dict[str, str] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def actor(self, persona: str) -> Actor:
        """The persona, at work."""
        desk = PERSONAS[persona]
        national = desk.role in {Role.AUDITOR, Role.ADMINISTRATOR}
        return Actor(self.site.accounts[desk], desk.role, desk.holder, Auth.PASSWORD, national=national)

    def work(self, persona: str, purpose: Purpose = CASEWORK) -> AbstractContextManager[UnitOfWork]:
        """A unit of work of that persona's."""
        return self.working(self.actor(persona), purpose)

    @contextmanager
    def working(self, actor: Actor, purpose: Purpose) -> Iterator[UnitOfWork]:
        """A unit of work of somebody's."""
        deployment = self.site.app.extensions[EXTENSION].deployment
        with self.site.app.app_context(), at_work(begin, deployment, actor, self.site.clock(), purpose) as work:
            yield work

    def visitor(self, persona: str) -> Visitor:
        """The browser in which that persona has signed in; an anonymous one of nobody."""
        if persona not in self._visitors:
            self._visitors[persona] = self.site.visitor(persona or None)
        return self._visitors[persona]

    def token(self, persona: str) -> str:
        """A token that acts for that persona."""
        if persona not in self._tokens:
            actor = self.actor(persona)
            with self.work(persona) as work:
                self._tokens[persona] = create_token(work, actor.account, "a test", LIFE)
        return self._tokens[persona]

    def secrets(self) -> frozenset[str]:
        """What was said of somebody, and what cases go by: in no answer that shows nothing."""
        return frozenset({STEM, *self._listed(SECRETS)})

    def names(self) -> frozenset[str]:
        """What everybody who works here is called and signs in by."""
        return frozenset(self._listed(NAMES))

    def _listed(self, query: str) -> list[str]:
        with self.site.database.engine(SUPERUSER).connect() as connection:
            return list(connection.scalars(text(query)))

    # Cases

    def case(self, by: str = "worker", strands: frozenset[Strand] = BOTH) -> Case:
        """A new case of a person who gave a name."""
        with self.work(by) as work:
            return open_case(work, _a_person(strands))

    @cached_property
    def full(self) -> Case:
        """A case with everything in it, which every request that only looks can be about."""
        case = self.case()
        self.record_on(case)
        self.note_on(case)
        self.told_of(case)
        self.asked(case)
        self.file_on(case)
        self.hold_on(case)
        self.offered(case)
        return case

    def closed(self) -> Case:
        """A new case on which nobody works any more."""
        case = self.case()
        with self.work("lead") as work:
            return close_case(work, case.reference, "person-asked", seen=None)

    def record_on(self, case: Case) -> None:
        """A milestone of the case was met."""
        met = NewRecord(code="encounter", state=RecordState.MET, outcome=None, at=self.site.clock(), note=STEM)
        with self.work("worker") as work:
            record_milestone(work, case.reference, met, seen=None)

    def note_on(self, case: Case, sensitivity: Sensitivity = Sensitivity.SENSITIVE) -> NoteId:
        """A new note on the case."""
        new = NewNote(strand=Strand.SUPPORT, kind=NoteKind.FACT, sensitivity=sensitivity, words=f"{STEM}notiz")
        with self.work("worker") as work:
            return write_note(work, case.reference, new, seen=None)[1]

    def told_of(self, case: Case) -> None:
        """A council was told something of the person, and it is recorded."""
        new = NewDisclosure(
            on=london_date(self.site.clock()),
            kind="council",
            recipient=None,
            reason="housing",
            basis=None,
            parts=frozenset({Part.SUPPORT}),
            words=f"{STEM}erzählt",
        )
        with self.work("worker") as work:
            record_disclosure(work, case.reference, new, seen=None)

    def asked(self, case: Case | None = None, asker: Asker = Asker.PERSON) -> tuple[Case, SarId]:
        """The person asks what is held about them; of a new case, if none is named."""
        of = case or self.case()
        with self.work("lead") as work:
            today = london_date(self.site.clock())
            return of, record_sar(work, of.reference, asker, today, f"{STEM}frage", seen=None)[1]

    def checked(self, case: Case | None = None) -> tuple[Case, SarId]:
        """And it was found out with them alone that it is they."""
        of, sar = self.asked(case)
        said = Checked(way="in-person", alone=True, interpreter=Interpreter.NONE, mandate=False, words=f"{STEM}allein")
        with self.work("lead") as work:
            check_sar(work, of.reference, sar, said, seen=None)
        return of, sar

    def decided(self) -> tuple[Case, SarId]:
        """And it was decided to give them a copy."""
        of, sar = self.checked()
        with self.work("lead") as work:
            decide_sar(work, of.reference, sar, Decision.GIVE, list(NoteKind), seen=None)
        return of, sar

    def charity_asked(self) -> tuple[Case, SarId]:
        """A person whom a charity supports asks it."""
        with self.work("charity lead") as work:
            of = open_case(work, _a_person(SUPPORT))
            today = london_date(self.site.clock())
            return of, record_sar(work, of.reference, Asker.PERSON, today, f"{STEM}frage", seen=None)[1]

    def file_on(self, case: Case) -> FileCard:
        """A new file on the case."""
        new = NewFile(strand=Strand.SUPPORT, name=f"{STEM}.txt", declared="text/plain", pieces=[STEM.encode()])
        with self.work("worker") as work:
            return attach_file(work, case.reference, new, seen=None)[1]

    def hold_on(self, case: Case) -> LegalHold:
        """A legal hold, which stands on the case."""
        with self.work("lead", WHY) as work:
            return set_hold(work, case.reference, "investigation")

    # Offers

    def offered(self, case: Case | None = None, strands: frozenset[Strand] = SUPPORT) -> Transfer:
        """An offer of a case to Manchester, which nobody there has opened yet."""
        preview = {"risks": f"{STEM}gefahr", "language": "sq", "tonight": STEM, "unsafe_areas": STEM}
        new = NewOffer(
            to=PERSONAS["receiving lead"].holder,
            strands=strands,
            reason="moved-home",
            already_moved=False,
            preview=preview,
        )
        with self.work("worker") as work:
            return send_transfer(work, (case or self.case()).reference, new, seen=None)

    def seen(self, strands: frozenset[Strand] = SUPPORT) -> Transfer:
        """The same, which somebody there has opened."""
        offer = self.offered(strands=strands)
        with self.work("receiving lead") as work:
            return see_transfer(work, offer.id).transfer

    def passed_on(self) -> Case:
        """A case that Leeds has handed to Manchester, and of which it has a stub."""
        offer = self.seen(BOTH)
        with self.work("receiving lead") as work:
            taken = accept_transfer(work, offer.id, worker=self.actor("receiving lead").account, seen=None)
        assert taken is not None
        return taken

    def checkpoint(self) -> str:
        """The first checkpoint of the log, as somebody kept it."""
        with self.site.database.engine(SUPERUSER).connect() as connection:
            return str(connection.scalar(text("SELECT note FROM checkpoints ORDER BY size LIMIT 1")))

    def looked(self) -> UUID:
        """An entry of the log that says that the supervisor looked at a new case of the worker's."""
        case = self.case()
        with self.work("supervisor") as work:
            view_case(work, case.reference)
        today = london_date(self.site.clock())
        asked = UnusualQuery(since=today, until=today, account=self.actor("supervisor").account)
        with self.work("auditor") as work:
            return list_unusual(work, asked, Use.LAWFULNESS).page.items[0].first.id

    def typed(self) -> UUID:
        """An entry of the log with which the lead typed why a hold was set."""
        self.hold_on(self.case())
        asked = LogQuery(action=Action.HOLD_SET, account=self.actor("lead").account)
        with self.work("auditor") as work:
            return search_audit(work, asked, Use.LAWFULNESS).items[0].id

    # What needs two people

    def erasing(self) -> tuple[Case, Proposal]:
        """A closed case that one person has proposed to erase."""
        case = self.closed()
        with self.work("lead", WHY) as work:
            return case, propose_erasure(work, case.reference, "storage-limit", "review", seen=None)

    def erased(self) -> Case:
        """A case of which a tombstone is left."""
        case, proposal = self.erasing()
        with self.work("supervisor") as work:
            approve_proposal(work, proposal.id, seen=None)
        return case

    def lifting(self) -> tuple[Case, Proposal]:
        """A case with a hold that one person has proposed to lift."""
        case = self.case()
        hold = self.hold_on(case)
        with self.work("lead", WHY) as work:
            return case, lift_hold(work, case.reference, hold.id, "not-needed")

    def enquired(self, *, by_other: bool = True) -> Proposal:
        """An auditor of the audit desk has asked about somebody; the persona, or another of whom it is the second."""
        actor = self.actor("auditor")
        if by_other:
            name = f"{STEM.casefold()}.{next(self._numbers)}"
            new = NewAccount(
                sign_in_name=name, display_name=f"{STEM} Neu", role=Role.AUDITOR, holder=actor.holder, national=True
            )
            with self.work("administrator") as work:
                actor = replace(actor, account=create_account(work, new).account.id)
        today = london_date(self.site.clock())
        asked = Enquired(Known(documents=(f"{STEM} 12345",)), today, today)
        with self.working(actor, Purpose(Use.LAWFULNESS.value, WHY.words)) as work:
            return propose_enquiry(work, asked, Use.LAWFULNESS)

    def answerable(self) -> Proposal:
        """The same, once the persona has agreed."""
        enquiry = self.enquired()
        with self.work("auditor") as work:
            return approve_enquiry(work, enquiry.id, seen=None)

    # Accounts

    def account(self) -> SetUp:
        """Somebody new, whose password is to be chosen by the link."""
        name = f"{STEM.casefold()}.{next(self._numbers)}"
        new = NewAccount(
            sign_in_name=name, display_name=f"{STEM} Neu", role=Role.SUPPORT_WORKER, holder=PERSONAS["worker"].holder
        )
        with self.work("administrator") as work:
            return create_account(work, new)

    def link(self) -> str:
        """A link of the demonstration's, by which somebody is the worker."""
        deployment, token = self.site.app.extensions[EXTENSION].deployment, new_token()
        made = Link(
            token_digest(token), self.actor("worker").account, LinkUse.DEMO, 0, self.site.clock() + timedelta(hours=1)
        )
        with self.site.app.app_context(), begin(NOBODY) as stores:
            stores.doors.keep_link(vouched_link(made, deployment))
        return token

    def token_of(self, persona: str) -> UUID:
        """A new token of the persona's own, by its id."""
        actor = self.actor(persona)
        with self.work(persona) as work:
            create_token(work, actor.account, "another test", LIFE)
        with self.work(persona) as work:
            tokens = own_account(work)[1]
        return next(token.id for token in tokens if token.name == "another test" and token.revoked_at is None)


def _a_person(strands: frozenset[Strand]) -> NewCase:
    return NewCase(
        strands=strands,
        age_group=AgeGroup.ADULT,
        areas=Areas(),
        identity=IdentityState.GIVEN,
        names={
            "given_names": f"{STEM}vorname",
            "family_name": f"{STEM}nachname",
            "other_names": KNOWN_AS,
            "birth_date": date(1991, 2, 3),
            "birth_date_is_estimate": "no",
        },
        contact={"phone": f"{STEM}telefon", "address": f"{STEM}adresse"},
    )
