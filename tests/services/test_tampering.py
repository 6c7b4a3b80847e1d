"""What somebody with the database alone can plant, swap or put back: none of it is ever shown."""

from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

import pytest

from casetrack.crypto.datakeys import OFFER, DataKey, KeyPlace
from casetrack.crypto.fields import Value
from casetrack.crypto.wraps import Wrap
from casetrack.domain.actions import Action
from casetrack.domain.case import Case, IdentityState
from casetrack.domain.errors import IntegrityBroken, NotHeld
from casetrack.domain.holders import Holder
from casetrack.domain.holdings import Part
from casetrack.domain.ids import TransferId
from casetrack.domain.transfer import Transfer
from casetrack.services.cases import view_case
from casetrack.services.fields import CONTACT, IDENTITY, PREVIEW, named
from casetrack.services.identity import record_identity, reveal_identity
from casetrack.services.ports import SealedValue
from casetrack.services.sealing import open_across
from casetrack.services.seals import form_of
from casetrack.services.transfers import decline_transfer, view_transfer
from tests.services import acts
from tests.services.acts import LEADS, REVEALING, kept
from tests.world import EAST, NAME, NORTH, SOUTH, World

FIELDS = named((*IDENTITY, *CONTACT))


def value(world: World, case: Case, name: str) -> SealedValue:
    """The one value of that field of the case."""
    (found,) = (each for each in acts.values_of(world, case) if each.label == FIELDS[name].label)
    return found


def put(world: World, *values: SealedValue) -> None:
    """The rows are as given."""
    kept(world).values.update({each.id: each for each in values})


def across(world: World, *cases: Case) -> object:
    """The names of the cases, as a caseload opens them: no seal is looked at, so that the keys are all there is."""
    with world.work("worker") as work:
        taken = work.take_all([case.id for case in cases])
        return open_across(work, taken, (FIELDS["given_names"], FIELDS["family_name"])).whole()


def rewrapped(world: World, change: Callable[[Wrap], Wrap], *, number: int | None = None) -> None:
    """Every wrap, or every one of that key, is another."""
    kept(world).wraps = tuple(change(wrap) if number in (None, wrap.number) else wrap for wrap in kept(world).wraps)


def wrap_by(world: World, key: DataKey, by: Holder, to: Holder, transfer: TransferId | None = None) -> Wrap:
    """A wrap that the holder's own keys signed."""
    sets = kept(world).keysets
    return world.deployment.keyring.wrap(key, sets[by.code, 1], sets[to.code, 1].public, transfer)


def revealed(world: World, case: Case) -> object:
    with world.work("worker", REVEALING) as work:
        return reveal_identity(work, case.reference)


def test_a_value_moved_to_another_column_opens_nowhere() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    given, family = value(world, case, "given_names"), value(world, case, "family_name")
    put(world, replace(given, stored=family.stored), replace(family, stored=given.stored))

    with pytest.raises(IntegrityBroken):
        across(world, case)
    with pytest.raises(IntegrityBroken):
        revealed(world, case)


def test_a_value_moved_to_another_row_of_the_same_column_opens_nowhere() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    given = value(world, case, "given_names")
    del kept(world).values[given.id]
    put(world, replace(given, id=uuid4()))

    with pytest.raises(IntegrityBroken):
        across(world, case)
    with pytest.raises(IntegrityBroken):
        revealed(world, case)


def test_a_value_moved_to_another_case_of_the_same_holder_opens_nowhere() -> None:
    world = World.in_memory()
    one, other = acts.opened(world), acts.opened(world)
    mine, theirs = value(world, one, "family_name"), value(world, other, "family_name")
    put(world, replace(mine, stored=theirs.stored), replace(theirs, stored=mine.stored))

    with pytest.raises(IntegrityBroken):
        across(world, one, other)
    with pytest.raises(IntegrityBroken):
        revealed(world, one)


def test_a_value_moved_to_another_part_opens_nowhere() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    name, phone = value(world, case, "family_name"), value(world, case, "phone")
    put(world, replace(name, stored=phone.stored))

    with pytest.raises(IntegrityBroken):
        across(world, case)
    with pytest.raises(IntegrityBroken):
        revealed(world, case)


@pytest.mark.parametrize("stored", [b"", b"Invented", bytes(80)], ids=["nothing", "clear", "zeros"])
def test_a_value_that_was_never_sealed_opens_nowhere(stored: bytes) -> None:
    world = World.in_memory()
    case = acts.opened(world)
    put(world, replace(value(world, case, "family_name"), stored=stored))

    with pytest.raises(IntegrityBroken):
        across(world, case)
    with pytest.raises(IntegrityBroken):
        revealed(world, case)


RETOLD: dict[str, Callable[[SealedValue], SealedValue]] = {
    "another's": lambda row: replace(row, subject=uuid4()),
    "of another version": lambda row: replace(row, version=row.version + 1),
    "superseded": lambda row: replace(row, superseded=row.version + 1),
    "in another part": lambda row: replace(row, part=Part.SAFE_ADDRESS),
    "another field's": lambda row: replace(row, label=named(IDENTITY)["given_names"].label),
}


@pytest.mark.parametrize("retell", RETOLD.values(), ids=RETOLD)
def test_a_value_is_nothing_else_than_it_was_said_to_be(retell: Callable[[SealedValue], SealedValue]) -> None:
    world = World.in_memory()
    case = acts.opened(world)
    put(world, retell(value(world, case, "family_name")))

    with pytest.raises(IntegrityBroken):
        across(world, case)
    with pytest.raises(IntegrityBroken):
        revealed(world, case)


def test_a_name_that_was_corrected_is_not_shown_as_it_was_before() -> None:
    """A list of names is held against the seal of each of its cases, as a case that is opened alone is."""
    world = World.in_memory()
    case = acts.opened(world)
    before = value(world, case, "family_name")
    with world.work("worker") as work:
        record_identity(work, case.reference, IdentityState.GIVEN, {"family_name": "Testova"}, seen=None)
    after = next(row for row in kept(world).values.values() if row.label == before.label and row.superseded is None)
    put(world, before, replace(after, superseded=after.version + 1))

    with pytest.raises(IntegrityBroken):
        across(world, case)
    with pytest.raises(IntegrityBroken):
        revealed(world, case)


def test_a_case_whose_wraps_are_gone_opens_for_nobody() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    kept(world).wraps = ()

    with pytest.raises(NotHeld):
        across(world, case)
    with pytest.raises(NotHeld):
        revealed(world, case)


def test_a_wrap_that_nobody_signed_opens_nothing() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    rewrapped(world, lambda wrap: replace(wrap, signature=bytes(64)))

    with pytest.raises(IntegrityBroken):
        revealed(world, case)


@pytest.mark.parametrize(
    "change",
    [
        lambda wrap: replace(wrap, sender=SOUTH.code),
        lambda wrap: replace(wrap, sender="nobody-at-all"),
        lambda wrap: replace(wrap, sender_version=2),
        lambda wrap: replace(wrap, recipient_version=2),
        lambda wrap: replace(wrap, commitment=bytes(32)),
        lambda wrap: replace(wrap, sealed=bytes(1168)),
        lambda wrap: replace(wrap, transfer=TransferId(uuid4())),
    ],
    ids=["sender", "unknown sender", "sender's version", "recipient's version", "commitment", "sealed", "transfer"],
)
def test_a_wrap_that_was_edited_opens_nothing(change: Callable[[Wrap], Wrap]) -> None:
    world = World.in_memory()
    case = acts.opened(world)
    rewrapped(world, change)

    with pytest.raises(IntegrityBroken):
        revealed(world, case)


@pytest.mark.parametrize("by", [NORTH, SOUTH], ids=lambda holder: str(holder.code))
def test_nothing_is_written_under_a_key_that_somebody_planted_though_a_holder_signed_its_wrap(by: Holder) -> None:
    """Otherwise whoever planted it would read all that is recorded from then on."""
    world = World.in_memory()
    case = acts.opened(world)
    number = acts.live_keys(world, case)[Part.SUPPORT].number
    planted = wrap_by(world, DataKey.generate(KeyPlace(NAME, case.id, number)), by, NORTH)
    rewrapped(world, lambda _: planted, number=number)

    with pytest.raises(IntegrityBroken):
        acts.recorded(world, case, note="The first note of this case.")
    assert acts.values_of(world, case, Part.SUPPORT) == []


def test_no_answer_is_written_under_an_offers_key_that_somebody_planted() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    offer = acts.offered(world, case, SOUTH)
    planted = DataKey.generate(KeyPlace(NAME, case.id, OFFER))
    rewrapped(world, lambda _: wrap_by(world, planted, NORTH, SOUTH, offer.id), number=OFFER)

    with pytest.raises(IntegrityBroken), world.work("receiving-lead", REVEALING) as work:
        decline_transfer(work, offer.id, "duplicate", seen=None)
    assert kept(world).transfers[offer.id].answer is None


def test_the_wrap_of_another_part_does_not_stand_in_for_this_one() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    live = acts.live_keys(world, case)
    (address,) = (wrap for wrap in kept(world).wraps if wrap.number == live[Part.SAFE_ADDRESS].number)
    number = live[Part.IDENTITY].number
    rewrapped(world, lambda _: replace(address, number=number), number=number)

    with pytest.raises(IntegrityBroken):
        revealed(world, case)


def test_a_planted_key_row_is_noticed_when_the_case_is_opened() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    key = acts.live_keys(world, case)[Part.IDENTITY]
    planted = DataKey.generate(KeyPlace(NAME, case.id, key.number))
    rewrapped(world, lambda _: wrap_by(world, planted, NORTH, NORTH), number=key.number)
    kept(world).keys[case.id, key.number] = replace(key, commitment=planted.commitment())

    with pytest.raises(IntegrityBroken):
        revealed(world, case)


def test_a_tampered_wrap_stops_the_hand_off_and_nothing_has_moved() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    offer = acts.offered(world, case, SOUTH)
    rewrapped(world, lambda wrap: replace(wrap, signature=bytes(64)) if wrap.number != OFFER else wrap)

    with pytest.raises(IntegrityBroken):
        acts.accepted(world, offer)
    assert acts.kept_case(world, case).case.holdings.holders == {NORTH.code}
    assert kept(world).transfers[offer.id].transfer.state.is_open


def test_an_offers_key_that_somebody_planted_opens_no_preview() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    offer = acts.offered(world, case, SOUTH)
    planted = DataKey.generate(KeyPlace(NAME, case.id, OFFER))
    rewrapped(world, lambda _: wrap_by(world, planted, NORTH, SOUTH, offer.id), number=OFFER)

    with pytest.raises(IntegrityBroken), world.work("receiver") as work:
        view_transfer(work, offer.id)


def test_an_offer_whose_wraps_are_gone_is_read_by_nobody() -> None:
    world = World.in_memory()
    offer = acts.offered(world, acts.opened(world), SOUTH)
    kept(world).wraps = tuple(wrap for wrap in kept(world).wraps if wrap.number != OFFER)

    with pytest.raises(NotHeld), world.work("receiver") as work:
        view_transfer(work, offer.id)


def older(world: World, case: Case) -> None:
    """Everything that is kept of the case but the journal is as it was before its last change."""
    before = kept(world).copy()
    acts.recorded(world, case, note="Written later, and then wiped away.")
    memory = kept(world)
    memory.cases, memory.values = before.cases, before.values
    memory.keys, memory.wraps = before.keys, before.wraps


def test_an_older_state_that_was_put_back_is_noticed_though_every_seal_in_it_is_true() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    older(world, case)

    with pytest.raises(IntegrityBroken), world.work("worker") as work:
        view_case(work, case.reference)


def test_an_older_offer_that_was_put_back_is_noticed_by_both_its_sides() -> None:
    """What was declined could otherwise be accepted after all."""
    world = World.in_memory()
    offer = acts.offered(world, acts.opened(world), SOUTH)
    before = kept(world).transfers[offer.id]
    with world.work(LEADS[offer.to_holder]) as work:
        decline_transfer(work, offer.id, "not-our-area", seen=None)
    kept(world).transfers[offer.id] = before

    with pytest.raises(IntegrityBroken):
        acts.accepted(world, offer)
    with pytest.raises(IntegrityBroken), world.work("worker") as work:
        view_transfer(work, offer.id)


def test_a_case_that_the_journal_does_not_know_is_not_shown() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    kept(world).entries = ()

    with pytest.raises(IntegrityBroken), world.work("worker") as work:
        view_case(work, case.reference)


def sealed_by(world: World, case: Case, by: Holder) -> None:
    """The case is as it was, under a seal of that holder's own keys, and the journal tells of that seal."""
    before = kept(world).cases[case.id]
    form = form_of(before)
    seal = world.deployment.keyring.seal(kept(world).keysets[by.code, 1], form)
    kept(world).cases[case.id] = replace(before, seal=replace(before.seal, seal=seal))


def test_a_holder_that_has_none_of_a_case_cannot_have_sealed_it() -> None:
    """A worker of any organisation who has the database too could otherwise sign a case of its own making."""
    world = World.in_memory()
    case = acts.opened(world)
    sealed_by(world, case, NORTH)
    with world.work("worker") as work:
        assert view_case(work, case.reference) == case

    sealed_by(world, case, SOUTH)
    with pytest.raises(IntegrityBroken), world.work("worker") as work:
        view_case(work, case.reference)


def test_a_holder_that_is_on_neither_side_of_an_offer_cannot_have_sealed_it() -> None:
    world = World.in_memory()
    offer = acts.offered(world, acts.opened(world), SOUTH)
    before = kept(world).transfers[offer.id]
    seal = world.deployment.keyring.seal(kept(world).keysets[EAST.code, 1], form_of(before))
    kept(world).transfers[offer.id] = replace(before, seal=replace(before.seal, seal=seal))

    with pytest.raises(IntegrityBroken), world.work("receiver") as work:
        view_transfer(work, offer.id)


@pytest.mark.parametrize("preview", ["A single sentence.", ["a", "list"]], ids=["text", "list"])
def test_a_preview_that_is_no_preview_is_not_shown(preview: Value) -> None:
    """Whoever has the sender's own keys may seal anything, and be believed in nothing."""
    world = World.in_memory()
    case = acts.opened(world)
    with world.work("worker") as work:
        opened = work.open(case.reference, to=Action.TRANSFER_SEND)
        sent = Transfer.send(
            id=TransferId(uuid4()),
            case=opened,
            strands=acts.SUPPORT,
            to=SOUTH,
            reason="relocated-for-safety",
            already_moved=False,
            by=work.actor,
            at=work.now,
        )
        key = DataKey.generate(KeyPlace(NAME, case.id, OFFER))
        sealed = key.seal(PREVIEW, sent.id, preview)
        work.save_transfer(sent, case=opened, commitment=key.commitment(), preview=sealed)
        work.stores.keys.add_wraps([wrap_by(world, key, NORTH, SOUTH, sent.id)])

    with pytest.raises(IntegrityBroken), world.work("receiver") as work:
        view_transfer(work, sent.id)
