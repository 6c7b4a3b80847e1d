"""What the auditors' desk asks of the journal: the same over dictionaries and over PostgreSQL."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from casetrack.domain.actions import Action
from casetrack.domain.actors import Role
from casetrack.domain.case import Areas, Case
from casetrack.domain.door_events import AccountClosed, AccountCreated, PasswordChanged, SignedIn, SignInRefused
from casetrack.domain.events import LogOpened, NamesShown, Refused, Revealed
from casetrack.domain.holdings import Strand
from casetrack.domain.ids import CaseId, EventId, HolderCode, Instant
from casetrack.domain.references import Reference
from casetrack.services.desk import MOST_CASES, MOST_TOLD, CaseOfAccount, PersonAtCase, SignIns
from casetrack.services.lists import LogQuery, Unseen
from casetrack.services.people import Account
from casetrack.services.ports import JournalEntry, KeptHolding
from tests import builders
from tests.builders import EASTMARCH, HARBOUR, LANTERN, NOBODY, NORTHMARCH, after, listed, new_entry, viewed
from tests.persistence.worlds import World


def write(world: World, entry: JournalEntry, by: Account) -> JournalEntry:
    with world.as_(by) as stores:
        stores.journal.write(entry)
    return entry


def looked(world: World, case: Case, by: Account, *, hour: float, then: Iterable[HolderCode] = ()) -> None:
    write(world, new_entry(viewed(case, by, at=after(hour)), by, holders_then=[*then]), by)


def revealed(world: World, case: Case, by: Account, *, hour: float) -> None:
    event = Revealed(action=Action.IDENTITY_REVEAL, at=after(hour), by=by.id, case=case.id, labels=("given-names",))
    write(world, new_entry(event, by, holders_then=sorted(case.holdings.holders)), by)


def refused(world: World, reference: Reference, by: Account, *, hour: float) -> None:
    event = Refused(action=Action.CASE_VIEW, refusal="NotFound", reference=reference, at=after(hour), by=by.id)
    write(world, new_entry(event, by), by)


def made(world: World, account: Account, *, hour: float, closed: float | None = None) -> Account:
    """The account is there, and what the journal says of it: by nobody, as from the command line."""
    with world.begin(NOBODY) as stores:
        stores.accounts.add(account)
        created = AccountCreated(
            at=after(hour), by=None, account=account.id, role=account.role.value, holder=account.holder, form=""
        )
        stores.journal.write(new_entry(created, None))
        if closed is not None:
            ended = AccountClosed(at=after(closed), by=None, account=account.id, epoch=1, form="")
            stores.journal.write(new_entry(ended, None))
    return account


def people(world: World, reference: Reference, by: Account) -> list[PersonAtCase]:
    with world.as_(by) as stores:
        return list(stores.desk.people_at(reference))


class TestWhoWasAtACase:
    def test_everybody_is_counted_by_what_they_did_whoever_was_there_last_first(self, world: World) -> None:
        case, sender, stranger = world.case(), world.sender, world.stranger
        looked(world, case, sender, hour=1, then=[EASTMARCH.code])
        revealed(world, case, sender, hour=2)
        write(world, new_entry(listed([case], sender, at=after(3)), sender), sender)
        refused(world, case.reference, stranger, hour=4)
        refused(world, case.reference, stranger, hour=5)

        for auditor in (world.auditor, world.national):
            assert people(world, case.reference, auditor) == [
                PersonAtCase(stranger.id, stranger.display_name, HARBOUR.code, 0, 0, 2, first=after(4), last=after(5)),
                PersonAtCase(sender.id, sender.display_name, EASTMARCH.code, 3, 1, 0, first=after(0), last=after(3)),
            ]

    def test_an_auditor_of_one_organisation_is_told_of_others_while_it_was_responsible(self, world: World) -> None:
        mine, theirs = world.case(), world.case(world.partner, LANTERN, (Strand.SUPPORT,))
        world.offer(mine)
        looked(world, mine, world.receiver, hour=1, then=[EASTMARCH.code])
        looked(world, mine, world.receiver, hour=9, then=[NORTHMARCH.code])
        looked(world, theirs, world.partner, hour=1, then=[LANTERN.code])

        (receiver,) = [
            each for each in people(world, mine.reference, world.auditor) if each.account == world.receiver.id
        ]
        assert (receiver.looked, receiver.last) == (1, after(1)), "what came later is neither counted nor dated"
        assert people(world, theirs.reference, world.auditor) == []
        assert len(people(world, theirs.reference, world.national)) == 1

    def test_nobody_was_at_a_case_that_there_is_not(self, world: World) -> None:
        assert people(world, Reference("CT-0000-0000"), world.national) == []

    def test_auditors_who_look_in_the_log_were_not_at_the_case(self, world: World) -> None:
        case = world.case()
        asked = LogOpened(
            action=Action.AUDIT_SEARCH,
            at=after(1),
            by=world.national.id,
            use="self-monitoring",
            filters=(f"reference={case.reference}",),
        )
        write(world, new_entry(asked, world.national), world.national)
        assert [each.account for each in people(world, case.reference, world.national)] == [world.sender.id]
        with world.as_(world.sender) as stores:
            assert stores.journal.search(LogQuery(action=Action.AUDIT_SEARCH)).total == 0
            told = stores.journal.history(case.id, page=1, unseen=Unseen())
        assert [card.action for card in told.items] == [Action.CASE_OPEN]


class TestWhatAnAccountDid:
    def test_each_case_that_it_was_at_is_there_with_how_often_and_when(self, world: World) -> None:
        first, second, sender = world.case(), world.case(), world.sender
        looked(world, first, sender, hour=1)
        revealed(world, first, sender, hour=2)
        write(world, new_entry(listed([second], sender, at=after(3)), sender), sender)
        names = NamesShown(at=after(4), by=sender.id, cases=(second.id,), page=1)
        write(world, new_entry(names, sender), sender)
        refused(world, first.reference, sender, hour=5)

        with world.as_(world.auditor) as stores:
            page = stores.desk.cases_of(sender.id)
        assert (page.total, page.items) == (
            2,
            (
                CaseOfAccount(second.id, second.reference, 0, 1, 1, first=after(0), last=after(4)),
                CaseOfAccount(first.id, first.reference, 1, 1, 1, first=after(0), last=after(2)),
            ),
        )

    def test_of_many_cases_those_are_listed_that_it_was_last_at(self, world: World) -> None:
        cases = [world.case() for _ in range(MOST_CASES + 2)]
        for hour, case in enumerate(cases, start=1):
            looked(world, case, world.sender, hour=hour)

        with world.as_(world.auditor) as stores:
            page = stores.desk.cases_of(world.sender.id)
        assert page.total == len(cases)
        assert [each.case for each in page.items] == [case.id for case in reversed(cases)][:MOST_CASES]

    def test_signing_in_is_counted_and_so_is_what_was_refused_since(self, world: World) -> None:
        sender = world.sender
        for hour in (1, 3, 2):
            entered = SignedIn(at=after(hour), by=sender.id, account=sender.id, auth="password")
            write(world, new_entry(entered, sender), sender)
        with world.begin(NOBODY) as stores:
            stores.journal.write(new_entry(SignInRefused(at=after(9), by=None, account=sender.id), None))
            stores.journal.write(new_entry(SignInRefused(at=after(9), by=None, account=None), None))
        refused(world, Reference("CT-0000-0000"), sender, hour=4)

        for auditor in (world.auditor, world.national):
            with world.as_(auditor) as stores:
                assert stores.desk.sign_ins(sender.id) == SignIns(3, 1, after(1), after(3), 1)
                assert stores.desk.sign_ins(world.partner.id) == SignIns(0, 0, None, None, 0)

    def test_what_was_done_about_it_is_told_newest_first_and_its_signing_in_is_not(self, world: World) -> None:
        account = made(world, builders.new_account(EASTMARCH), hour=1, closed=3)
        changed = PasswordChanged(at=after(2), by=account.id, account=account.id, epoch=1, form="")
        entered = SignedIn(at=after(2), by=account.id, account=account.id, auth="password")
        for event in (changed, entered):
            write(world, new_entry(event, account), account)

        for auditor in (world.auditor, world.national):
            with world.as_(auditor) as stores:
                told = stores.desk.told_of(account.id)
            assert [each.payload["event"] for each in told] == ["AccountClosed", "PasswordChanged", "AccountCreated"]

    def test_of_much_that_was_done_about_it_the_newest_is_told(self, world: World) -> None:
        account = world.sender
        with world.as_(account) as stores:
            for hour in range(MOST_TOLD + 1):
                changed = PasswordChanged(at=after(hour), by=account.id, account=account.id, epoch=hour, form="")
                stores.journal.write(new_entry(changed, account))

        with world.as_(world.auditor) as stores:
            told = stores.desk.told_of(account.id)
        assert (len(told), told[0].at, told[-1].at) == (MOST_TOLD, after(MOST_TOLD), after(1))


class TestScope:
    def test_an_auditor_of_one_organisation_reads_what_is_about_its_own_people_and_nobody_elses(
        self, world: World
    ) -> None:
        ours = made(world, builders.new_account(EASTMARCH), hour=1)
        theirs = made(world, builders.new_account(NORTHMARCH), hour=1)

        with world.as_(world.auditor) as stores:
            assert [each.at for each in stores.desk.told_of(ours.id)] == [after(1)]
            assert stores.desk.told_of(theirs.id) == ()
            assert stores.desk.made_for([NORTHMARCH.code]) == ()
            assert stores.journal.search(LogQuery(action=Action.ACCOUNT_CREATE)).total == 1
        with world.as_(world.national) as stores:
            assert len(stores.desk.told_of(theirs.id)) == 1
            assert stores.journal.search(LogQuery(action=Action.ACCOUNT_CREATE)).total == 2

    def test_an_auditor_of_one_organisation_counts_nothing_of_others_but_what_they_did_while_it_was_responsible(
        self, world: World
    ) -> None:
        mine, theirs = world.case(), world.case(world.partner, LANTERN, (Strand.SUPPORT,))
        world.offer(mine, LANTERN, (Strand.SUPPORT,))
        for case, hour, then in ((mine, 2, EASTMARCH.code), (theirs, 3, LANTERN.code), (mine, 4, LANTERN.code)):
            looked(world, case, world.partner, hour=hour, then=[then])
        entered = SignedIn(at=after(1), by=world.partner.id, account=world.partner.id, auth="password")
        write(world, new_entry(entered, world.partner), world.partner)
        refused(world, theirs.reference, world.partner, hour=5)

        with world.as_(world.auditor) as stores:
            page = stores.desk.cases_of(world.partner.id)
            assert (page.total, page.items) == (
                1,
                (CaseOfAccount(mine.id, mine.reference, 1, 0, 0, first=after(2), last=after(2)),),
            )
            assert stores.desk.sign_ins(world.partner.id) == SignIns(0, 0, None, None, 0)
            assert stores.desk.became_responsible(theirs.reference) == ()
            assert stores.journal.search(LogQuery(account=world.partner.id)).total == 1
            assert stores.journal.search(LogQuery(account=world.partner.id, purpose="casework")).total == 1
        with world.as_(world.national) as stores:
            assert stores.desk.cases_of(world.partner.id).total == 2
            assert stores.desk.sign_ins(world.partner.id) == SignIns(1, 0, after(1), after(1), 1)
            assert len(stores.desk.became_responsible(theirs.reference)) == 1
            assert stores.journal.search(LogQuery(account=world.partner.id, purpose="casework")).total == 6

    def test_what_came_before_or_after_it_was_responsible_is_in_no_answer_to_an_auditor_of_one_organisation(
        self, world: World
    ) -> None:
        case = world.case()
        case = world.take(case, world.offer(case), hour=2)
        now = case.place(Areas(home=HARBOUR.code), by=builders.actor_of(world.receiver), at=after(3))
        with world.as_(world.receiver) as stores:
            builders.keep_change(stores, now, case, by=NORTHMARCH.code)
            builders.journal_changes(stores, now, world.receiver)

        def told(holder: HolderCode) -> tuple[list[Instant], int]:
            with world.as_(replace(world.auditor, holder=holder)) as stores:
                responsible = stores.desk.became_responsible(case.reference)
                people = stores.desk.people_at(case.reference)
            return [each.at for each in responsible], sum(each.changed for each in people)

        assert told(EASTMARCH.code) == ([after(0)], 1), "what was done while it had the case, and nothing after"
        assert told(NORTHMARCH.code) == ([after(2)], 2), "the hand-off and what came after, and nothing before"
        assert told(LANTERN.code) == ([], 0)

    @pytest.mark.parametrize("role", [role for role in Role if role is not Role.AUDITOR])
    def test_to_nobody_else_is_anything_told_that_is_not_theirs(self, world: World, role: Role) -> None:
        account = made(world, builders.new_account(EASTMARCH), hour=1)
        colleague = replace(world.sender, id=builders.new_account().id, role=role, national=False)
        case = world.case(world.partner, LANTERN, (Strand.SUPPORT,))
        with world.as_(colleague) as stores:
            assert stores.desk.told_of(account.id) == ()
            assert stores.desk.made_for([EASTMARCH.code]) == ()
            assert stores.desk.sign_ins(account.id).opened == 0
            assert stores.desk.people_at(case.reference) == ()
            assert stores.desk.cases_of(world.partner.id).total == 0
            assert stores.cases.audited(case.reference) == ()

    def test_what_says_no_account_is_about_none(self, world: World) -> None:
        for detail in (b"null", b"[]", b'{"account":7}', b'{"account":"x"}'):
            entry = new_entry(viewed(world.case(), world.sender), world.sender)
            write(world, builders.with_detail(entry, detail), world.sender)
        with world.as_(world.national) as stores:
            assert stores.journal.search(LogQuery(action=Action.CASE_VIEW)).total == 4
            assert stores.desk.told_of(world.sender.id) == ()


class TestWhoWasResponsible:
    def test_what_the_journal_says_of_it_is_in_the_order_of_the_versions(self, world: World) -> None:
        case = world.case()
        world.take(case, world.offer(case))
        looked(world, case, world.receiver, hour=3)

        with world.as_(world.national) as stores:
            told = stores.desk.became_responsible(case.reference)
        assert [(each.at, each.payload["event"]) for each in told] == [
            (after(0), "CaseOpened"),
            (after(2), "HandedOff"),
        ]

    def test_every_holding_is_there_as_it_was_sealed(self, world: World) -> None:
        case = world.case()
        case = world.take(case, world.offer(case))

        for auditor in (world.national, world.auditor):
            kept = audited(world, case, auditor)
            assert [each.position for each in kept] == sorted(each.position for each in kept)
            assert {(each.case, each.reference, each.opened_at) for each in kept} == {
                (case.id, case.reference, case.opened_at)
            }
        assert {each.holding for each in audited(world, case, world.national)} == set(case.holdings.rows)

    def test_an_auditor_of_one_organisation_is_told_of_the_time_in_which_it_was_responsible_itself(
        self, world: World
    ) -> None:
        case = world.case()
        case = world.take(case, world.offer(case), hour=2)
        ours, theirs = (replace(world.auditor, holder=code) for code in (EASTMARCH.code, NORTHMARCH.code))
        elsewhere = replace(world.auditor, holder=LANTERN.code)

        assert {each.holding.holder for each in audited(world, case, ours)} == {EASTMARCH.code}
        assert {each.holding.holder for each in audited(world, case, theirs)} == {NORTHMARCH.code}
        assert audited(world, case, elsewhere) == []

    def test_whoever_had_the_other_strand_meanwhile_is_told_too(self, world: World) -> None:
        case = world.case()
        case = world.take(case, world.offer(case, NORTHMARCH, (Strand.INVESTIGATION,)))
        theirs = replace(world.auditor, holder=NORTHMARCH.code)

        both = {EASTMARCH.code, NORTHMARCH.code}
        assert {each.holding.holder for each in audited(world, case, theirs)} == both
        ended = [each.holding for each in audited(world, case, theirs) if each.holding.until is not None]
        assert ended == [], "what ended before they came is nothing that they are told"


def audited(world: World, case: Case, by: Account) -> list[KeptHolding]:
    with world.as_(by) as stores:
        return list(stores.cases.audited(case.reference))


class TestTheLog:
    def test_what_waits_is_counted_and_since_when_is_said(self, world: World) -> None:
        with world.as_(world.auditor) as stores:
            before = stores.desk.log_state()
        world.case()
        with world.as_(world.auditor) as stores:
            state = stores.desk.log_state()
        assert (state.size, state.signed_at) == (0, None)
        assert state.waiting > before.waiting
        assert state.waits_since is not None
        waited = state.waited(state.waits_since + timedelta(minutes=3))
        assert waited == timedelta(minutes=3)
        assert state.waited(state.waits_since - timedelta(minutes=3)) == timedelta(), "a clock that is behind"


class TestSearching:
    def test_a_search_is_narrowed_by_what_things_were_done_for(self, world: World) -> None:
        case, sender = world.case(), world.sender
        event = viewed(case, sender)
        for_court = write(world, new_entry(event, sender, purpose="court"), sender)
        with world.as_(world.auditor) as stores:
            assert [card.id for card in stores.journal.search(LogQuery(purpose="court")).items] == [for_court.id]
            both = LogQuery(purpose="court", action=Action.CASE_OPEN)
            assert stores.journal.search(both).total == 0


class TestOneEntry:
    def test_it_comes_with_what_was_typed_to_whoever_may_read_it(self, world: World) -> None:
        case, sender = world.case(), world.sender
        typed = new_entry(viewed(case, sender), sender, words=b"sealed")
        write(world, typed, sender)
        plain = write(world, new_entry(viewed(case, sender), sender), sender)
        for auditor in (world.auditor, world.national):
            with world.as_(auditor) as stores:
                found, without = stores.desk.entry(typed.id), stores.desk.entry(plain.id)
            assert found is not None
            assert without is not None
            assert (found.card.id, found.card.reference, found.card.has_words, found.letter) == (
                *(typed.id, case.reference),
                *(True, b"sealed"),
            )
            assert (without.card.has_words, without.letter) == (False, None)

    def test_one_that_is_of_others_alone_is_as_one_that_is_not_there(self, world: World) -> None:
        theirs = world.case(world.partner, LANTERN, (Strand.SUPPORT,))
        entry = write(world, new_entry(viewed(theirs, world.partner), world.partner), world.partner)
        with world.as_(world.auditor) as stores:
            assert stores.desk.entry(entry.id) is None
            assert stores.desk.entry(EventId(uuid4())) is None
        with world.as_(world.national) as stores:
            assert stores.desk.entry(entry.id) is not None


class TestReferences:
    def test_a_case_is_known_by_its_reference_to_whoever_may_look_for_it(self, world: World) -> None:
        mine, theirs = world.case(), world.case(world.partner, LANTERN, (Strand.SUPPORT,))
        both = {mine.id: mine.reference, theirs.id: theirs.reference}
        for auditor, known in ((world.national, both), (world.auditor, {mine.id: mine.reference})):
            with world.as_(auditor) as stores:
                assert stores.desk.references([mine.id, theirs.id, CaseId(uuid4())]) == known
                assert stores.desk.references([]) == {}
                found = {case: stores.desk.case_of(reference) for case, reference in both.items()}
                assert {case for case, one in found.items() if one == case} == known.keys()
                assert all(one in (case, None) for case, one in found.items())
                assert stores.desk.case_of(Reference("CT-7K3M-92Q2")) is None
