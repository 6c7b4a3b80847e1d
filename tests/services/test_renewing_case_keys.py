"""New data keys for cases: all opens as before and under other keys, nothing is lost, and a stopped one goes on."""

from dataclasses import replace

import pytest

from casetrack.crypto.datakeys import OFFER
from casetrack.domain.case import Areas, Case
from casetrack.domain.errors import IntegrityBroken, NotFound, NotPermitted
from casetrack.domain.holders import Holder
from casetrack.domain.holdings import Part, Strand
from casetrack.domain.ids import HolderCode
from casetrack.domain.keyset_refusals import NoSuchHolder, SeveralHaveIt
from casetrack.domain.references import Reference
from casetrack.services.cases import close_case, place_case
from casetrack.services.files import attach_file, open_file, read_file
from casetrack.services.history import view_history
from casetrack.services.identity import record_identity, reveal_identity
from casetrack.services.keysets import renew_keyset
from casetrack.services.ports import NamedCase
from casetrack.services.renewing_case_keys import find_holder, find_named, plan_case_keys, renew_case_keys
from casetrack.services.transfers import view_transfer
from tests.services import acts
from tests.services.acts import REVEALING, SUPPORT, kept, live_keys, values_of, wrapped_for
from tests.services.deeds import a_file
from tests.services.everything import Everything
from tests.services.keeping import case_keeper, findings, keeper
from tests.services.locks import keys_opened_by, opened_by, values_under
from tests.world import CHARITY, NORTH, SOUTH, World


def named(case: Case) -> NamedCase:
    return NamedCase(case.id, case.reference)


def renewed(world: World, case: Case, of: Holder = NORTH) -> Case:
    """The case, once the organisation has renewed the keys of what it has of it."""
    after = renew_case_keys(case_keeper(world, of), named(case), anyway=True)
    assert after is not None
    return after


def all_renewed(world: World, of: Holder = NORTH) -> int:
    """Of how many cases the keys were renewed, until none was left."""
    left = plan_case_keys(case_keeper(world, of))
    return sum(renew_case_keys(case_keeper(world, of), each) is not None for each in left)


def named_otherwise(world: World, case: Case) -> None:
    with world.work("worker") as work:
        record_identity(work, case.reference, case.identity, {"family_name": "Otherwise"}, seen=None)


def test_every_value_old_ones_too_is_under_another_key_and_says_what_it_did() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    named_otherwise(world, case)
    before = {value.id: value for value in values_of(world, case)}
    keys = keys_opened_by(world, NORTH)
    said = sorted(map(str, values_under(keys, before.values())))
    numbers = live_keys(world, case)
    renewed(world, case)

    after = {value.id: value for value in values_of(world, case)}
    assert before.keys() == after.keys()
    assert not {value.stored for value in after.values()} & {value.stored for value in before.values()}
    assert sorted(map(str, values_under(keys_opened_by(world, NORTH), after.values()))) == said
    assert values_under(keys, after.values()) == []
    now = live_keys(world, case)
    assert {key.number for key in now.values()} == {number + 4 for number in (key.number for key in numbers.values())}
    assert {replace(value, stored=b"") for value in after.values()} == {
        replace(value, stored=b"") for value in before.values()
    }


def test_the_old_keys_are_retired_and_nobody_has_a_wrap_of_them() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    old = {key.number for key in live_keys(world, case).values()}
    renewed(world, case)

    assert {key.number for key in kept(world).keys.values() if key.retired} == old
    assert not {wrap.number for wrap in kept(world).wraps} & old
    assert not findings(world)
    with world.work("worker", REVEALING) as work:
        assert reveal_identity(work, case.reference)[1]["family_name"] == "Invented"


def test_a_file_opens_as_before_and_its_chunks_stay_as_they_are() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    with world.work("worker") as work:
        _, card = attach_file(work, case.reference, a_file(Strand.SUPPORT), seen=None)
    chunks = dict(kept(world).files)
    renewed(world, case)

    assert kept(world).files == chunks
    with world.work("worker") as work:
        opened = open_file(work, case.reference, card.id)
    with world.work("worker") as work:
        assert b"".join(read_file(work, opened)) == b"An invented conversation."


def test_the_other_holder_of_a_part_opens_it_under_the_new_key_and_its_own_parts_stay() -> None:
    world = World.in_memory()
    case = acts.moved(world, acts.opened(world), CHARITY, SUPPORT)
    before = live_keys(world, case)
    opened = opened_by(world, CHARITY, case)
    renewed(world, case)

    after = live_keys(world, case)
    assert {part for part in Part if before[part] != after[part]} == {Part.IDENTITY, Part.INVESTIGATION}
    assert wrapped_for(world, case, after[Part.IDENTITY].number) == {NORTH.code, CHARITY.code}
    assert opened_by(world, CHARITY, case) == opened
    assert not findings(world)
    renewed(world, case, CHARITY)
    assert not findings(world)
    assert live_keys(world, case)[Part.INVESTIGATION] == after[Part.INVESTIGATION]


def test_it_needs_no_keys_of_the_other_holder_and_leaves_its_tags() -> None:
    world = World.in_memory()
    case = acts.moved(world, acts.opened(world), CHARITY, SUPPORT)
    tags = kept(world).tags
    without = replace(world, deployment=replace(world.deployment, keyring=acts.without_keys_of(world, CHARITY)))
    renewed(without, case)

    assert kept(world).tags == tags
    assert not findings(world)


def test_it_is_one_change_of_the_case_which_its_history_has_and_the_log_verifies() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    after = renewed(world, case)

    assert after == replace(case, version=case.version + 1)
    (said,) = acts.events(world, "CaseKeysRenewed")
    assert (said["action"], said["holder"], said["role"], said["case_version"]) == (
        *("datakey:renew", NORTH.code, "administrator"),
        after.version,
    )
    assert said["detail"] == {"holder": NORTH.code, "keyset": 1, "parts": sorted(Part)}
    assert Everything.of(world).findings(world) == []
    with world.work("worker") as work:
        _, page = view_history(work, case.reference, page=1)
    assert page.items[0].payload["event"] == "CaseKeysRenewed"


def test_an_open_offer_is_accepted_afterwards_and_does_not_say_that_the_case_has_changed() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    offer = acts.offered(world, case, SOUTH)
    offers = [wrap for wrap in kept(world).wraps if wrap.number == OFFER]
    renewed(world, case)

    assert [wrap for wrap in kept(world).wraps if wrap.number == OFFER] == offers
    with world.work("lead") as work:
        assert view_transfer(work, offer.id).case_changed is False
    with world.work("worker") as work:
        place_case(work, case.reference, Areas(encounter=SOUTH.code), seen=None)
    with world.work("lead") as work:
        assert view_transfer(work, offer.id).case_changed is True
    acts.accepted(world, offer)
    assert not findings(world)


def test_whoever_had_the_page_open_saves_what_they_wrote() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    renewed(world, case)
    with world.work("worker") as work:
        saved = record_identity(work, case.reference, case.identity, {"family_name": "Otherwise"}, seen=case.version)
    assert saved.version == case.version + 2


def test_a_closed_case_is_renewed_too() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    with world.work("worker") as work:
        close_case(work, case.reference, "support-complete", seen=None)
    assert renewed(world, case).version == case.version + 2


def test_what_is_left_is_what_an_older_version_of_the_organisations_keys_was_there_for() -> None:
    world = World.in_memory()
    cases = [acts.opened(world) for _ in range(3)]
    assert plan_case_keys(case_keeper(world)) == ()
    renew_keyset(keeper(world), NORTH.code)
    newer = acts.opened(world)

    left = plan_case_keys(case_keeper(world))
    assert {each.reference for each in left} == {case.reference for case in cases}
    assert renew_case_keys(case_keeper(world), left[0]) is not None
    assert renew_case_keys(case_keeper(world), left[0]) is None
    assert renew_case_keys(case_keeper(world), named(newer)) is None
    assert plan_case_keys(case_keeper(world)) == left[1:]
    assert all_renewed(world) == 2
    assert plan_case_keys(case_keeper(world)) == ()
    assert not findings(world)
    renew_keyset(keeper(world), NORTH.code)
    assert len(plan_case_keys(case_keeper(world))) == 4


def test_what_another_organisation_renewed_is_left_and_what_was_handed_over_is_not() -> None:
    world = World.in_memory()
    shared = acts.moved(world, acts.opened(world), CHARITY, SUPPORT)
    gone = acts.opened(world)
    renew_keyset(keeper(world), NORTH.code)
    renewed(world, shared, CHARITY)
    acts.moved(world, gone, SOUTH)

    assert plan_case_keys(case_keeper(world)) == (named(shared),)
    assert plan_case_keys(case_keeper(world, SOUTH)) == ()
    assert renew_case_keys(case_keeper(world), named(gone)) is None


def test_planning_changes_nothing() -> None:
    world = World.in_memory()
    acts.opened(world)
    renew_keyset(keeper(world), NORTH.code)
    before = kept(world).copy()
    assert len(plan_case_keys(case_keeper(world))) == 1
    assert vars(kept(world)) == vars(before)


def test_a_value_that_was_edited_is_refused_on_the_log_and_nothing_of_the_case_is_changed() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    value = values_of(world, case, Part.IDENTITY)[0]
    kept(world).values[value.id] = replace(value, stored=value.stored[:-1] + bytes([value.stored[-1] ^ 1]))
    before = kept(world).copy()

    with pytest.raises(IntegrityBroken):
        renew_case_keys(case_keeper(world), named(case), anyway=True)
    *same, refused = kept(world).entries
    assert (tuple(same), refused.refusal, refused.attempted) == (before.entries, "IntegrityBroken", case.reference)
    kept(world).entries = before.entries
    assert vars(kept(world)) == vars(before)


def test_an_older_wrap_that_was_put_in_its_place_is_refused() -> None:
    world = World.in_memory()
    case, other = acts.opened(world), acts.opened(world)
    swapped = {wrap.number: wrap for wrap in kept(world).wraps if wrap.case == other.id}
    kept(world).wraps = tuple(
        replace(swapped[wrap.number], case=wrap.case) if wrap.case == case.id else wrap for wrap in kept(world).wraps
    )
    with pytest.raises(IntegrityBroken):
        renew_case_keys(case_keeper(world), named(case), anyway=True)


def test_only_the_command_line_renews_and_only_of_organisations_that_there_are() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    at_a_page = replace(case_keeper(world), actor=world.actor("administrator"))
    with pytest.raises(NotPermitted):
        renew_case_keys(at_a_page, named(case), anyway=True)
    with pytest.raises(NotPermitted):
        plan_case_keys(replace(case_keeper(world), actor=world.actor("supervisor")))
    nowhere = replace(case_keeper(world).actor, holder=HolderCode("nowhere"))
    with pytest.raises(NoSuchHolder):
        plan_case_keys(replace(case_keeper(world), actor=nowhere))


def test_a_case_is_found_by_whoever_has_it() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    assert find_holder(keeper(world), case.reference) == NORTH.code
    assert find_named(case_keeper(world), case.reference) == named(case)
    with pytest.raises(NotFound):
        find_named(case_keeper(world, SOUTH), case.reference)
    with pytest.raises(NotFound):
        find_holder(keeper(world), Reference("CT-0000-0000"))
    acts.moved(world, case, CHARITY, SUPPORT)
    with pytest.raises(SeveralHaveIt) as several:
        find_holder(keeper(world), case.reference)
    assert "charity, north" in several.value.said
