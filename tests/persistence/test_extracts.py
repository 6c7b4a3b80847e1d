"""What is given out for an organisation is what the desk's search shows its auditors: one rule, and the database's."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from casetrack.audit.entry import Entry
from casetrack.domain.actors import Role
from casetrack.domain.errors import NotFound
from casetrack.domain.holders import AUDIT_DESK
from casetrack.domain.ids import AccountId, EventId, HolderCode
from casetrack.domain.references import Reference
from casetrack.domain.unusual_events import AccessReviewed
from casetrack.persistence import work
from casetrack.persistence.cases import HoldingRow
from casetrack.persistence.db import signature_columns
from casetrack.persistence.embedded import SUPERUSER
from casetrack.persistence.extracts import SqlSource
from casetrack.persistence.inspection import inspecting
from casetrack.persistence.log import LeafRow
from casetrack.persistence.roles import APP, AUDITOR
from casetrack.persistence.work import stores_on
from casetrack.services.cases import view_case
from casetrack.services.extracts import Extract
from casetrack.services.journal import read_payload
from casetrack.services.lists import LogQuery
from casetrack.services.ports import JournalEntry, Scope
from casetrack.services.transfers import view_transfer
from tests.memory.kept import Kept
from tests.persistence.databases import Database
from tests.services.a_day import Day, a_full_day
from tests.services.acts import kept
from tests.services.enquired import ASKER
from tests.world import CHARITY, EAST, NORTH, SOUTH

HOLDERS = (NORTH.code, SOUTH.code, EAST.code, CHARITY.code, AUDIT_DESK)


@dataclass(frozen=True)
class Given:
    """A log in which everything has happened that there is an event for, over PostgreSQL."""

    database: Database
    day: Day
    events: tuple[JournalEntry, ...]

    def by_desk(
        self, holder: HolderCode | None, reference: Reference | None = None, *, national: bool = False
    ) -> set[int]:
        """The places of the entries that the search shows an auditor of that organisation, or a national one."""
        scope = Scope(AccountId(uuid4()), Role.AUDITOR, holder or AUDIT_DESK, national=national or holder is None)
        with work.begin(scope) as stores:
            found = stores.journal.search(LogQuery(reference=reference, size=10_000))
        return {card.leaf for card in found.items if card.leaf is not None}

    def by_export(self, extract: Extract) -> set[int]:
        """The places of the entries that an export discloses."""
        with inspecting(self.database.engine(AUDITOR)) as evidence:
            source = SqlSource(evidence, 0, self.database.engine(APP))
            return {each.index for each in source.disclosed(extract, len(self.events))}

    def kinds(self, places: set[int]) -> set[str]:
        """What happened in those entries."""
        return {str(read_payload(self.events[place].payload)["event"]) for place in places}


@pytest.fixture(scope="module")
def given(standing: Database) -> Iterator[Given]:
    day = a_full_day.__wrapped__()
    for offer in kept(day.world).transfers:
        with pytest.raises(NotFound), day.world.work("charity-lead") as at:
            view_transfer(at, offer)
    with pytest.raises(NotFound), day.world.work("charity-lead") as at:
        view_case(at, day.case.reference)
    with day.world.work(ASKER) as at:
        looked = EventId(kept(day.world).entries[-1].id)
        said = AccessReviewed(
            at=at.now, by=at.actor.account, entry=looked, disposition="expected", of_day=False, entries=1
        )
        at.note(said)
    there = kept(day.world)
    events = (*there.founding, *there.entries)
    put_in(standing, there, events)
    yield Given(standing, day, events)
    standing.empty()


def put_in(database: Database, there: Kept, events: tuple[JournalEntry, ...]) -> None:
    """What the rule asks is in the tables as a world in memory has it: put there as only a superuser can."""
    with Session(database.engine(SUPERUSER)) as session, session.begin():
        session.execute(text("SET LOCAL session_replication_role = replica"))
        stores = stores_on(session)
        stores.holders.add(there.holders.values())
        for account in there.accounts.values():
            stores.accounts.add(account)
        for case in there.cases.values():
            stores.cases.add(case, [])
        for each in there.holdings.values():
            columns = {**asdict(each.holding), "case_id": each.case, "position": each.position}
            ended = {"pseudonym": "an old name"} if each.holding.until else {}
            session.add(HoldingRow(**columns, **ended, **signature_columns(each.seal)))
        for transfer in there.transfers.values():
            stores.transfers.add(transfer)
        for number, entry in enumerate(events):
            stores.journal.write(entry)
            leaf = Entry(int(entry.at.timestamp() * 1000), entry.id.bytes, entry.commitment).leaf()
            session.add(LeafRow(number=number, event=entry.id, leaf=leaf))


@pytest.mark.parametrize("holder", HOLDERS)
def test_of_each_kind_of_event_an_export_for_an_organisation_has_what_the_desk_shows_its_auditors(
    given: Given, holder: HolderCode
) -> None:
    shown, disclosed = given.by_desk(holder), given.by_export(Extract(holder=holder))
    assert disclosed == shown
    assert disclosed < given.by_export(Extract()) == given.by_desk(None) == set(range(len(given.events)))


@pytest.mark.parametrize("holder", [None, *HOLDERS])
def test_so_it_is_of_each_case(given: Given, holder: HolderCode | None) -> None:
    for case in kept(given.day.world).cases.values():
        extract = Extract(case=case.case.id, reference=case.case.reference, holder=holder)
        shown, disclosed = given.by_desk(holder, case.case.reference), given.by_export(extract)
        assert disclosed == shown


def test_who_was_refused_a_case_is_found_by_its_reference_and_on_its_offers(given: Given) -> None:
    extract = Extract(case=given.day.case.id, reference=given.day.case.reference)
    found, named = given.by_export(extract), given.by_export(replace(extract, reference=None))
    assert {given.events[place].attempted for place in found - named} == {given.day.case.reference}
    offers = {given.events[place].aggregate for place in named if given.events[place].holder == CHARITY.code}
    assert offers == set(kept(given.day.world).transfers)


def test_what_others_did_about_its_accounts_and_what_they_were_refused_on_its_offers_is_among_it(given: Given) -> None:
    north, south = (given.by_export(Extract(holder=each)) for each in (NORTH.code, SOUTH.code))
    about_accounts = {"AccountCreated", "SignInRefused"}
    assert about_accounts <= given.kinds({place for place in north if given.events[place].holder != NORTH.code})
    refused = {place for place in south if given.events[place].holder == CHARITY.code}
    assert given.kinds(refused) == {"Refused"}
    offers = {given.events[place].aggregate for place in refused}
    assert offers >= set(kept(given.day.world).transfers)


@pytest.mark.parametrize("holder", HOLDERS)
def test_a_national_auditor_out_of_the_audit_desk_is_given_what_the_search_shows_them(
    given: Given, holder: HolderCode
) -> None:
    shown, disclosed = given.by_desk(holder, national=True), given.by_export(Extract(national_of=holder))

    assert disclosed == shown
    of_the_desk = given.by_export(Extract()) - disclosed
    assert given.kinds(of_the_desk) == (set() if holder == AUDIT_DESK else {"AccessReviewed"})
