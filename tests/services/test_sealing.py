"""Whose keys open what: before an offer is accepted, after it, and for ever after."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from casetrack.crypto.datakeys import OFFER
from casetrack.domain.actions import Action
from casetrack.domain.case import Case, IdentityState
from casetrack.domain.errors import KeysUnavailable, NotHeld
from casetrack.domain.holders import Holder
from casetrack.domain.holdings import Part, Strand
from casetrack.domain.transfer import Transfer
from casetrack.services.cases import open_case
from casetrack.services.contacts import reveal_contact
from casetrack.services.fields import CONTACT, IDENTITY, NOTES, PREVIEW
from casetrack.services.founding import OWN_HOLDERS
from casetrack.services.identity import record_identity, reveal_identity
from casetrack.services.journal import Purpose
from casetrack.services.milestones import list_milestones
from casetrack.services.sealing import open_fields, seal_fields
from casetrack.services.transfers import decline_transfer, see_transfer, view_transfer, withdraw_transfer
from tests.services import acts
from tests.services.acts import BOTH, INFORMATION_ONLY, INVESTIGATION, LEADS, REVEALING, SUPPORT
from tests.services.locks import keys_opened_by, opened_by, out_of_reach, values_under
from tests.world import CHARITY, EAST, HOLDERS, NORTH, SOUTH, World, a_new_case

NAMES = {"identity/given-names", "identity/family-name"}
ADDRESS = {"safe-address/phone", "safe-address/times"}
NOTE = "Likes to sit by the door."


def declined(world: World, offer: Transfer) -> None:
    with world.work(LEADS[offer.to_holder]) as work:
        decline_transfer(work, offer.id, "not-our-area", seen=None)


def withdrawn(world: World, offer: Transfer) -> None:
    with world.work(LEADS[offer.from_holder]) as work:
        withdraw_transfer(work, offer.id, seen=None)


def seen(world: World, offer: Transfer) -> None:
    with world.work(LEADS[offer.to_holder]) as work:
        see_transfer(work, offer.id)


def renamed(world: World, case: Case, by: str = "worker") -> None:
    with world.work(by) as work:
        record_identity(work, case.reference, IdentityState.GIVEN, {"family_name": "Otherwise"}, seen=None)


@pytest.mark.parametrize(
    "steps", [(), (seen,), (declined,), (withdrawn,)], ids=["sent", "seen", "declined", "withdrawn"]
)
@pytest.mark.parametrize("strands", [BOTH, SUPPORT, INVESTIGATION, INFORMATION_ONLY], ids=acts.called)
def test_until_an_offer_is_accepted_no_key_of_the_receiver_opens_anything_of_the_case(
    strands: frozenset[Strand], steps: tuple[Callable[[World, Transfer], None], ...]
) -> None:
    world = World.in_memory()
    case = acts.opened(world)
    offer = acts.offered(world, case, SOUTH, strands)
    for step in steps:
        step(world, offer)

    assert opened_by(world, SOUTH, case) == set()
    assert {key.place.number for key in keys_opened_by(world, SOUTH)} == {OFFER}
    assert opened_by(world, NORTH, case) == NAMES | ADDRESS


def test_sending_moves_no_data_key() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    before = [wrap for wrap in acts.kept(world).wraps if wrap.number != OFFER]

    acts.offered(world, case, SOUTH)

    assert [wrap for wrap in acts.kept(world).wraps if wrap.number != OFFER] == before


def test_after_a_full_hand_off_the_receivers_keys_open_all_of_it_and_the_senders_none() -> None:
    world = World.in_memory()
    case = acts.opened(world)

    taken = acts.moved(world, case, SOUTH)

    assert opened_by(world, SOUTH, case) == NAMES | ADDRESS
    assert opened_by(world, NORTH, case) == set()
    assert {wrap.number for wrap in acts.kept(world).wraps if wrap.recipient == NORTH.code} == {OFFER}
    with world.work("receiver", REVEALING) as work:
        assert reveal_identity(work, taken.reference)[1] == {"given_names": "Testa Maria", "family_name": "Invented"}
    with world.work("receiver", REVEALING) as work:
        assert reveal_contact(work, taken.reference)[1] == {"phone": "01632 960001", "times": "Mornings"}


@pytest.mark.parametrize("to", [SOUTH, EAST, CHARITY], ids=lambda holder: str(holder.code))
def test_after_support_has_moved_the_investigation_keeps_the_identity_and_no_more(to: Holder) -> None:
    world = World.in_memory()
    case = acts.opened(world)
    acts.recorded(world, case, note=NOTE)

    acts.moved(world, case, to, SUPPORT)

    assert opened_by(world, NORTH, case) == NAMES
    assert opened_by(world, to, case) == NAMES | ADDRESS | {"support/support-note"}
    live = {part: key.number for part, key in acts.live_keys(world, case).items()}
    holders = {part: acts.wrapped_for(world, case, number) for part, number in live.items()}
    assert holders == {
        Part.IDENTITY: {NORTH.code, to.code},
        Part.SAFE_ADDRESS: {to.code},
        Part.SUPPORT: {to.code},
        Part.INVESTIGATION: {NORTH.code},
    }


def test_the_identity_is_wrapped_again_for_the_investigation_that_stays_and_by_the_receiver() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    before = acts.live_keys(world, case)[Part.IDENTITY]

    acts.moved(world, case, CHARITY, SUPPORT)

    after = acts.live_keys(world, case)[Part.IDENTITY]
    assert after.number == max(key.number for key in acts.kept(world).keys.values() if key.part is Part.IDENTITY)
    assert after.number > before.number
    assert {wrap.sender for wrap in acts.kept(world).wraps if wrap.number == after.number} == {CHARITY.code}
    with world.work("worker", REVEALING) as work:
        assert reveal_identity(work, case.reference)[1]["family_name"] == "Invented"


def test_what_does_not_move_keeps_its_key() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    before = acts.live_keys(world, case)[Part.INVESTIGATION]

    acts.moved(world, case, SOUTH, SUPPORT)

    assert acts.live_keys(world, case)[Part.INVESTIGATION] == before


def test_two_strands_that_come_together_again_are_sealed_for_the_one_holder_alone() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    acts.moved(world, case, SOUTH, SUPPORT)

    acts.moved(world, case, NORTH, SUPPORT, by="receiving-lead")

    assert opened_by(world, NORTH, case) == NAMES | ADDRESS
    assert opened_by(world, SOUTH, case) == set()


def test_an_investigation_that_begins_opens_the_identity_and_neither_the_address_nor_the_notes() -> None:
    world = World.in_memory()
    case = acts.opened(world, "charity-worker", SUPPORT)
    acts.recorded(world, case, by="charity-worker", note=NOTE)

    acts.moved(world, case, NORTH, INVESTIGATION, by="charity-lead")

    assert opened_by(world, NORTH, case) == NAMES
    assert opened_by(world, CHARITY, case) == NAMES | ADDRESS | {"support/support-note"}
    assert acts.wrapped_for(world, case, acts.live_keys(world, case)[Part.INVESTIGATION].number) == {NORTH.code}


def test_a_case_that_a_partner_alone_has_is_opened_by_no_keys_but_its_own() -> None:
    world = World.in_memory()
    acts.opened(world)
    case = acts.opened(world, "charity-worker", SUPPORT)
    acts.recorded(world, case, by="charity-worker", note=NOTE)

    for holder in (*HOLDERS, *OWN_HOLDERS):
        mine = opened_by(world, holder, case)
        assert mine == (NAMES | ADDRESS | {"support/support-note"} if holder is CHARITY else set())


def test_what_a_new_value_superseded_is_sealed_again_too() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    renamed(world, case)
    old = keys_opened_by(world, NORTH)
    assert sorted(map(str, values_under(old, acts.values_of(world, case, Part.IDENTITY)))) == [
        "Invented",
        "Otherwise",
        "Testa Maria",
    ]

    acts.moved(world, case, SOUTH)

    now = acts.values_of(world, case, Part.IDENTITY)
    assert values_under(old, now) == []
    assert len(values_under(keys_opened_by(world, SOUTH), now)) == 3
    assert [value.superseded for value in now].count(None) == 2


def test_a_key_that_the_sender_kept_opens_nothing_that_is_kept_after_the_hand_off() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    remembered = keys_opened_by(world, NORTH)

    acts.moved(world, case, SOUTH)
    renamed(world, case, "receiver")

    assert remembered
    assert values_under(remembered, acts.values_of(world, case)) == []


def test_a_key_that_was_retired_has_no_wrap_for_anybody() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    for to, by in ((SOUTH, "lead"), (EAST, "receiving-lead"), (NORTH, "scottish-lead")):
        acts.moved(world, case, to, by=by)

    keys = [key for key in acts.kept(world).keys.values() if key.case == case.id]
    assert [key.retired for key in sorted(keys, key=lambda key: key.number)] == [True] * 12 + [False] * 4
    assert not [key for key in keys if key.retired and acts.wrapped_for(world, case, key.number)]
    assert all(acts.wrapped_for(world, case, key.number) == {NORTH.code} for key in keys if not key.retired)


def test_a_holder_that_comes_back_opens_what_was_written_while_it_was_away() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    acts.moved(world, case, SOUTH)
    renamed(world, case, "receiver")

    acts.moved(world, case, NORTH, by="receiving-lead")

    with world.work("worker", REVEALING) as work:
        assert reveal_identity(work, case.reference)[1]["family_name"] == "Otherwise"


def test_information_only_changes_no_key() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    before = acts.live_keys(world, case)

    acts.moved(world, case, SOUTH, INFORMATION_ONLY)

    assert acts.live_keys(world, case) == before
    assert opened_by(world, SOUTH, case) == set()


def test_a_note_is_read_by_the_strand_that_wrote_it_alone() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    acts.moved(world, case, CHARITY, SUPPORT)
    acts.recorded(world, case, by="charity-worker", note="What support wrote.")
    acts.recorded(world, case, "investigator", by="worker", note="What the investigation wrote.")

    found = {}
    for name in ("charity-worker", "worker"):
        with world.work(name) as work:
            found[name] = [*list_milestones(work, case.reference).notes.values()]

    assert found == {"charity-worker": ["What support wrote."], "worker": ["What the investigation wrote."]}
    assert "support/support-note" not in opened_by(world, NORTH, case)
    assert "investigation/investigation-note" not in opened_by(world, CHARITY, case)


def test_an_offers_key_opens_its_preview_and_nothing_else() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    first = acts.offered(world, case, SOUTH)
    declined(world, first)
    second = acts.offered(world, case, SOUTH)

    for holder in (NORTH, SOUTH):
        keys = [key for key in keys_opened_by(world, holder) if key.place.number == OFFER]
        assert len(keys) == 2
        assert values_under(keys, acts.values_of(world, case)) == []
        for offer in (first, second):
            sealed = acts.kept(world).transfers[offer.id].preview
            opening = [key for key in keys if key.commitment() == acts.kept(world).transfers[offer.id].commitment]
            known = {"reference": case.reference, "pseudonym": case.pseudonym, "standings": {}}
            assert [key.open(PREVIEW, offer.id, sealed) for key in opening] == [acts.PREVIEW | known]
    for holder in (EAST, CHARITY, *OWN_HOLDERS):
        assert keys_opened_by(world, holder) == []


def test_both_sides_of_an_offer_read_its_preview_and_what_the_receiver_answered() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    offer = acts.offered(world, case, SOUTH)
    with world.work("receiving-lead") as work:
        assert see_transfer(work, offer.id).preview == acts.PREVIEW

    with world.work("receiving-lead", Purpose("casework", "We have no safe place this week.")) as work:
        decline_transfer(work, offer.id, "not-our-area", seen=None)

    with world.work("worker") as work:
        shown = view_transfer(work, offer.id)
    assert (shown.preview, shown.answer) == (acts.PREVIEW, "We have no safe place this week.")


def test_keys_that_cannot_be_reached_are_said_to_be_so_and_nothing_is_changed() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    offer = acts.offered(world, case, SOUTH)
    out_of_reach(world)
    doings: list[Callable[[], object]] = [
        lambda: acts.opened(world),
        lambda: acts.recorded(world, case),
        lambda: acts.recorded(world, case, note=NOTE),
        lambda: renamed(world, case),
        lambda: acts.accepted(world, offer),
        lambda: withdrawn(world, offer),
        lambda: declined(world, offer),
    ]
    for doing in doings:
        before = acts.kept(world).copy()
        with pytest.raises(KeysUnavailable):
            doing()
        after = acts.kept(world)
        assert replace(after, entries=before.entries) == before
        assert acts.names_of(acts.journalled(world, len(before.entries))) == ["Refused"]


def test_a_preview_whose_keys_cannot_be_reached_is_not_opened_and_nothing_is_sent_without_them() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    offer = acts.offered(world, acts.opened(world), SOUTH)
    out_of_reach(world)

    with pytest.raises(KeysUnavailable), world.work("receiver") as work:
        view_transfer(work, offer.id)
    with pytest.raises(KeysUnavailable):
        acts.offered(world, case, SOUTH)


def test_what_was_never_recorded_is_left_out() -> None:
    world = World.in_memory()
    with world.work("worker") as work:
        case = open_case(work, a_new_case(identity=IdentityState.NOT_GIVEN))

        assert open_fields(work, case, IDENTITY) == {}
        assert open_fields(work, case, CONTACT) == {"phone": "01632 960001", "times": "Mornings"}


def test_what_a_part_that_the_case_does_not_have_would_hold_is_not_sealed() -> None:
    world = World.in_memory()
    case = acts.opened(world, "charity-worker", SUPPORT)

    with pytest.raises(NotHeld), world.work("charity-worker") as work:
        seal_fields(work, work.open(case.reference, to=Action.CASE_VIEW), {NOTES[Strand.INVESTIGATION]: NOTE})


def test_what_lies_in_a_part_of_somebody_elses_is_not_opened() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    acts.moved(world, case, SOUTH, SUPPORT)

    with pytest.raises(NotHeld), world.work("worker") as work:
        open_fields(work, work.open(case.reference, to=Action.CASE_VIEW), CONTACT)
