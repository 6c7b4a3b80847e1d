"""The journal as it is kept: the same over dictionaries and over PostgreSQL."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from casetrack.domain.actions import Action
from casetrack.domain.actors import Role
from casetrack.domain.case import Areas, Case
from casetrack.domain.door_events import SignedIn, SignInRefused
from casetrack.domain.errors import NotJournalled, Stale
from casetrack.domain.events import Refused
from casetrack.domain.holdings import Strand
from casetrack.domain.ids import FileId, NoteId, TransferId
from casetrack.domain.key_events import KeysetMade
from casetrack.domain.transfer import Transfer
from casetrack.services.lists import LogQuery, Outcome, Unseen
from casetrack.services.people import Account
from casetrack.services.ports import Change, JournalEntry, KeptTransfer, LastChange
from tests import builders
from tests.builders import EASTMARCH, LANTERN, NINE, NOBODY, NORTHMARCH, actor_of, after, listed, new_entry, viewed
from tests.domain.made import number
from tests.persistence.worlds import World


def write(world: World, entry: JournalEntry, by: Account) -> JournalEntry:
    with world.as_(by) as stores:
        stores.journal.write(entry)
    return entry


def change(world: World, case: Case, hour: float) -> tuple[Case, JournalEntry]:
    now = case.place(Areas(home=NORTHMARCH.code), by=actor_of(world.sender), at=after(hour))
    with world.as_(world.sender) as stores:
        kept = builders.keep_change(stores, now, case, by=EASTMARCH.code)
        (entry,) = builders.journal_changes(stores, now, world.sender)
    return kept, entry


def take_step(world: World, transfer: Transfer, by: Account, *, like: KeptTransfer) -> None:
    """The offer is kept as it stands now, and that step journalled with it."""
    with world.as_(by) as stores:
        stores.transfers.put(builders.kept_offer(transfer, by.holder, like=like))
        stores.journal.write(new_entry(transfer.events[-1], by, version=transfer.version))


def searched(world: World, query: LogQuery, by: Account) -> list[object]:
    with world.as_(by) as stores:
        page = stores.journal.search(query)
    assert page.total == len(page.items)
    return [card.id for card in page.items]


def test_the_newest_change_is_the_one_with_the_highest_version(world: World) -> None:
    case = world.case()
    case, entry = change(world, case, 1)
    write(world, new_entry(viewed(case, world.sender, at=after(2)), world.sender), world.sender)

    with world.as_(world.sender) as stores:
        last = stores.journal.last_changes([case.id])[case.id]
    assert (last.event, last.version, last.seal_digest) == (entry.id, case.version, bytes(32))


def test_the_newest_step_of_an_offer_is_known_to_both_its_sides_after_it_was_declined(world: World) -> None:
    kept = world.offer(world.case())
    offer = kept.transfer
    declined = offer.decline("duplicate", by=actor_of(world.receiver), at=after(2))
    step = new_entry(declined.events[-1], world.receiver, version=declined.version, seal_digest=bytes(32))
    with world.as_(world.receiver) as stores:
        stores.transfers.put(builders.kept_offer(declined, NORTHMARCH.code, b"words", like=kept))
        stores.journal.write(step)

    for side in (world.sender, world.receiver):
        with world.as_(side) as stores:
            assert stores.journal.last_step(offer.id) == LastChange(step.id, 2, bytes(32))
    with world.as_(world.stranger) as stores:
        assert stores.journal.last_step(offer.id) is None


def test_no_two_steps_make_the_same_version_of_an_offer(world: World) -> None:
    kept = world.offer(world.case())
    seen = kept.transfer.see(by=actor_of(world.receiver), at=after(2))

    with world.as_(world.receiver) as stores:
        stores.transfers.put(builders.kept_offer(seen, NORTHMARCH.code, like=kept))
        stores.journal.write(new_entry(seen.events[-1], world.receiver, version=seen.version))
        with pytest.raises(Stale):
            stores.journal.write(new_entry(seen.events[-1], world.receiver, version=seen.version))


def test_changes_since_a_version_say_what_was_touched_by_whom(world: World) -> None:
    case = world.case()
    seen = case.version
    case, _ = change(world, case, 1)
    case, _ = change(world, case, 2)

    with world.as_(world.sender) as stores:
        assert stores.journal.changes(case.id, seen) == (
            Change(seen + 1, Action.CASE_PLACE, "areas", world.sender.id, after(1), EASTMARCH.code),
            Change(seen + 2, Action.CASE_PLACE, "areas", world.sender.id, after(2), EASTMARCH.code),
        )
        assert stores.journal.changes(case.id, case.version) == ()


def test_no_two_changes_make_the_same_version(world: World) -> None:
    case = world.case()
    now = case.place(Areas(home=NORTHMARCH.code), by=actor_of(world.sender), at=after(1))

    with world.as_(world.sender) as stores:
        builders.keep_change(stores, now, case, by=EASTMARCH.code)
        builders.journal_changes(stores, now, world.sender)
        with pytest.raises(Stale):
            builders.journal_changes(stores, now, world.sender)


def test_history_is_what_changed_newest_first_and_never_who_looked(world: World) -> None:
    case = world.case()
    write(world, new_entry(viewed(case, world.sender), world.sender), world.sender)
    refused = Refused(
        action=Action.CASE_CLOSE,
        refusal="Stale",
        reference=case.reference,
        at=after(1),
        by=world.sender.id,
        case=case.id,
    )
    write(world, new_entry(refused, world.sender), world.sender)
    case, placed = change(world, case, 2)

    with world.as_(world.sender) as stores:
        page = stores.journal.history(case.id, page=1, unseen=Unseen())
    assert [(card.action, card.case_version) for card in page.items] == [(Action.CASE_PLACE, 2), (Action.CASE_OPEN, 1)]
    newest = page.items[0]
    assert page.total == 2
    assert (newest.id, newest.at, newest.holder) == (placed.id, after(2), EASTMARCH.code)
    assert (newest.account, newest.account_name) == (world.sender.id, world.sender.display_name)
    assert (newest.case, newest.reference) == (case.id, case.reference)
    assert newest.payload["detail"] == {"exploitation": None, "home": NORTHMARCH.code, "encounter": None}
    assert (newest.has_words, newest.leaf) == (False, None)


def test_history_tells_each_step_of_an_offer_once(world: World) -> None:
    case = world.case()
    sent = builders.new_offer(case, world.sender, NORTHMARCH)
    with world.as_(world.sender) as stores:
        offer = builders.keep_offer(stores, sent)
        stores.journal.write(new_entry(sent.events[0], world.sender, version=1))
    receiver = actor_of(world.receiver)
    seen = offer.transfer.see(by=receiver, at=after(2))
    again = replace(seen, events=()).see(by=receiver, at=after(2.5))
    accepted = replace(again, events=()).accept(by=receiver, at=after(3))
    for step in (seen, again, accepted):
        take_step(world, step, world.receiver, like=offer)

    with world.as_(world.sender) as stores:
        told = [card.payload["event"] for card in stores.journal.history(case.id, page=1, unseen=Unseen()).items]
    assert told == ["TransferSeen", "TransferSent", "CaseOpened"]


def test_history_tells_of_information_that_was_taken_without_a_strand(world: World) -> None:
    case = world.case()
    offer = world.offer(case, LANTERN, ())
    accepted = offer.transfer.accept(by=actor_of(world.partner), at=after(3))
    take_step(world, accepted, world.partner, like=offer)

    with world.as_(world.sender) as stores:
        told = [card.payload["event"] for card in stores.journal.history(case.id, page=1, unseen=Unseen()).items]
    assert told == ["TransferAccepted", "CaseOpened"]


def test_history_tells_of_no_step_that_took_its_offer_nowhere(world: World) -> None:
    """Whoever knows of a case may journal in their own name; what is a step of nothing is no part of its history."""
    case = world.case()
    sent = builders.new_offer(case, world.sender, NORTHMARCH).events[0]
    write(world, new_entry(sent, world.sender), world.sender)

    with world.as_(world.sender) as stores:
        told = [card.payload["event"] for card in stores.journal.history(case.id, page=1, unseen=Unseen()).items]
    assert told == ["CaseOpened"]


@pytest.mark.parametrize(
    ("unseen", "told"),
    [
        (Unseen(), [2, 3, 4, 5, 6, 7]),
        (Unseen(strands=frozenset({Strand.SUPPORT})), [3, 5, 6, 7]),
        (Unseen(strands=frozenset({Strand.INVESTIGATION})), [2, 4, 6, 7]),
        (Unseen(strands=frozenset(Strand), aspects=frozenset({"contact"})), [7]),
        (Unseen(aspects=frozenset({"areas", "contact"})), [2, 3, 4, 5]),
    ],
)
def test_history_leaves_out_what_is_unseen_and_counts_the_rest(world: World, unseen: Unseen, told: list[int]) -> None:
    case, by = world.case(), actor_of(world.sender)
    now = case
    for nth, strand in enumerate(Strand):
        now = now.write_note(NoteId(number(700 + nth)), strand, corrects=None, by=by, at=after(1))
    for nth, strand in enumerate(Strand):
        now = now.attach(FileId(number(800 + nth)), strand, bytes(32), by=by, at=after(2))
    now = now.record_contact(("phone",), by=by, at=after(3)).place(Areas(), by=by, at=after(3))
    with world.as_(world.sender) as stores:
        builders.keep_change(stores, now, case, by=EASTMARCH.code)
        builders.journal_changes(stores, now, world.sender)

    with world.as_(world.sender) as stores:
        page = stores.journal.history(case.id, page=1, unseen=unseen)
    assert sorted(card.case_version or 0 for card in page.items) == [1, *told]
    assert page.total == len(told) + 1


def test_history_comes_in_pages(world: World) -> None:
    case = world.case()
    for hour in range(30):
        case, _ = change(world, case, hour)

    with world.as_(world.sender) as stores:
        second = stores.journal.history(case.id, page=2, unseen=Unseen())
    assert (second.total, second.pages, len(second.items)) == (31, 2, 6)
    assert second.items[-1].action is Action.CASE_OPEN


def test_a_stranger_has_no_history(world: World) -> None:
    case = world.case()

    with world.as_(world.stranger) as stores:
        assert stores.journal.history(case.id, page=1, unseen=Unseen()).items == ()
        assert stores.journal.last_changes([case.id]) == {}
        assert stores.journal.changes(case.id, 0) == ()


def test_an_event_is_written_in_ones_own_name(world: World) -> None:
    case = world.case()
    entry = new_entry(viewed(case, world.stranger), world.stranger)

    with pytest.raises(NotJournalled):
        write(world, entry, world.sender)
    with pytest.raises(NotJournalled), world.begin(NOBODY) as stores:
        stores.journal.write(entry)


def test_not_even_a_colleague_writes_an_event_in_ones_name(world: World) -> None:
    colleague = builders.new_account()
    with world.begin(NOBODY) as stores:
        stores.accounts.add(colleague)
    entry = new_entry(viewed(world.case(), colleague), colleague)

    with pytest.raises(NotJournalled):
        write(world, entry, world.sender)


def test_a_sign_in_that_failed_has_no_actor(world: World) -> None:
    entry = new_entry(SignInRefused(at=NINE, by=None, account=None), None)
    with world.begin(NOBODY) as stores:
        stores.journal.write(entry)

    assert searched(world, LogQuery(action=Action.SESSION_OPEN), world.national) == [entry.id]
    assert searched(world, LogQuery(action=Action.SESSION_OPEN), world.auditor) == []


def test_an_auditor_reads_what_its_holder_did_and_what_was_done_with_its_cases(world: World) -> None:
    mine = world.case()
    world.offer(mine)
    opened = searched(world, LogQuery(), world.auditor)
    looked = write(
        world,
        new_entry(viewed(mine, world.receiver), world.receiver, holders_then=(EASTMARCH.code,)),
        world.receiver,
    )
    signed_in = SignedIn(at=NINE, by=world.stranger.id, account=world.stranger.id, auth="demo")
    elsewhere = write(world, new_entry(signed_in, world.stranger), world.stranger)

    found = searched(world, LogQuery(), world.auditor)
    assert set(found) == {*opened, looked.id}
    assert elsewhere.id not in found
    assert set(searched(world, LogQuery(), world.national)) == {*found, elsewhere.id}


def test_an_auditor_reads_the_reference_of_a_case_and_no_case(world: World) -> None:
    case = world.case()

    for account in (world.auditor, world.national):
        with world.as_(account) as stores:
            (card,) = stores.journal.search(LogQuery(reference=case.reference)).items
            assert card.reference == case.reference
            assert stores.cases.find(case.reference) is None


def test_a_search_by_reference_finds_the_lists_that_showed_the_case(world: World) -> None:
    case, other = world.case(), world.case()
    both = write(world, new_entry(listed([other, case], world.sender), world.sender), world.sender)
    write(world, new_entry(listed([other], world.sender), world.sender), world.sender)

    with world.as_(world.auditor) as stores:
        page = stores.journal.search(LogQuery(reference=case.reference))
    assert {card.id for card in page.items if card.action is Action.CASE_LIST} == {both.id}
    assert {card.action for card in page.items} == {Action.CASE_LIST, Action.CASE_OPEN}


def test_what_was_refused_is_read_by_the_auditors_of_whose_case_it_was_and_found_by_its_reference(world: World) -> None:
    case, other = world.case(), world.case()
    offer = world.offer(case)

    def refused(by: Account, reference: str | None = None, transfer: TransferId | None = None) -> object:
        event = Refused(
            action=Action.CASE_VIEW,
            refusal="NotFound",
            reference=reference,
            transfer=transfer,
            at=after(3),
            by=by.id,
        )
        return write(world, new_entry(event, by), by).id

    asked = refused(world.stranger, reference=case.reference)
    answered = refused(world.stranger, transfer=offer.transfer.id)
    refused(world.stranger, reference=other.reference)
    unknown = refused(world.stranger, reference="CT-0000-0000")
    elsewhere = replace(world.auditor, holder=LANTERN.code)
    by_reference = LogQuery(reference=case.reference, outcome=Outcome.REFUSED)

    assert set(searched(world, by_reference, world.auditor)) == {asked, answered}
    assert set(searched(world, by_reference, world.national)) == {asked, answered}
    assert searched(world, by_reference, replace(world.auditor, holder=NORTHMARCH.code)) == [], (
        "it is offered, not theirs"
    )
    assert set(searched(world, LogQuery(reference=case.reference), world.auditor)) > {asked, answered}
    for query in (by_reference, LogQuery()):
        assert searched(world, query, elsewhere) == []
    assert unknown not in searched(world, LogQuery(), world.auditor)
    assert searched(world, LogQuery(outcome=Outcome.REFUSED), world.sender) == []


def test_a_search_is_narrowed_by_account_holder_action_and_day(world: World) -> None:
    case = world.case()
    # Half past midnight in London on the 1st of July, when it is still the 30th of June in UTC.
    midnight = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    early = write(world, new_entry(viewed(case, world.sender, at=midnight), world.sender), world.sender)
    signed_in = SignedIn(at=after(5), by=world.receiver.id, account=world.receiver.id, auth="demo")
    late = write(world, new_entry(signed_in, world.receiver), world.receiver)

    def found(**narrowed: object) -> list[object]:
        return searched(world, LogQuery(**narrowed), world.national)  # type: ignore[arg-type] # the fields of a query

    assert found(account=world.receiver.id) == [late.id]
    assert found(holder=NORTHMARCH.code) == [late.id]
    assert found(action=Action.CASE_VIEW) == [early.id]
    assert found(since=date(2026, 7, 1), until=date(2026, 7, 1)) == [early.id]
    assert found(until=date(2026, 6, 30)) == []
    assert found(action=Action.CASE_VIEW, outcome=Outcome.DONE) == [early.id]
    assert found(action=Action.CASE_VIEW, outcome=Outcome.REFUSED) == []
    assert early.id not in found(since=date(2026, 7, 2))


def test_a_caseworker_who_searches_finds_their_own_acts_and_their_cases(world: World) -> None:
    case = world.case(world.partner, LANTERN, (Strand.SUPPORT,))
    opened = searched(world, LogQuery(reference=case.reference), world.partner)

    assert len(opened) == 1
    assert searched(world, LogQuery(), world.stranger) == []


def test_words_are_kept_and_never_shown(world: World) -> None:
    case = world.case()
    entry = new_entry(viewed(case, world.sender), world.sender, words=b"sealed")
    write(world, entry, world.sender)

    with world.as_(world.auditor) as stores:
        (card,) = stores.journal.search(LogQuery(action=Action.CASE_VIEW)).items
    assert card.has_words


NO_VERSION = (b"[1]", b"{}", b"null", b"true", b"1.0", b'"1"', b"0", b"4294967296", b"9" * 5000)
UNREADABLE = (
    *(b"null", b"[]", b'{"holder":["eastmarch"],"version":1}'),
    *(b'{"holder":"eastmarch","version":%s,"keyset":%s}' % (said, said) for said in NO_VERSION),
)
"""What says of no keys that they were made, nor that those of a case were renewed by them."""


def administrator_of(world: World) -> Account:
    made = builders.new_account(EASTMARCH, Role.ADMINISTRATOR)
    with world.begin(NOBODY) as stores:
        stores.accounts.add(made)
    return made


def made_keys(version: int) -> JournalEntry:
    """The journal says that the version was made, so many hours after nine."""
    made = KeysetMade(at=after(version), by=None, holder=EASTMARCH.code, version=version, fingerprint="")
    return new_entry(made, None)


def test_administrators_are_told_when_keys_were_made_where_that_can_be_read(world: World) -> None:
    with world.founding(NOBODY) as kept:
        for entry in (made_keys(1), made_keys(2)):
            kept.journal.write(entry)
        for detail in UNREADABLE:
            kept.journal.write(builders.with_detail(made_keys(3), detail))

    with world.as_(administrator_of(world)) as stores:
        assert stores.journal.keysets_made() == {(EASTMARCH.code, version): after(version) for version in (1, 2)}


def test_a_change_of_a_case_that_cannot_be_read_renewed_no_keys(world: World) -> None:
    case = world.case()
    for detail in UNREADABLE:
        now = case.renew_keys(2, by=actor_of(world.sender), at=after(1))
        then = sorted(case.holdings.holders)
        with world.as_(world.sender) as stores:
            case = builders.keep_change(stores, now, case, by=EASTMARCH.code)
            entry = new_entry(now.events[-1], world.sender, version=now.version, holders_then=then)
            stores.journal.write(builders.with_detail(entry, detail))

    with world.as_(world.sender) as stores:
        assert stores.journal.case_keys_renewed(EASTMARCH.code) == {}
