"""Whose keys are believed."""

from dataclasses import replace

import pytest

from casetrack.crypto.errors import CannotOpen, KeysOutOfReach, Reason
from casetrack.crypto.keyring import SealedKeyset
from casetrack.crypto.keysets import check_certificate
from casetrack.domain.errors import IntegrityBroken, KeysUnavailable, Unavailable
from casetrack.domain.holders import SERVICE
from casetrack.domain.ids import HolderCode
from casetrack.services.cases import view_case
from casetrack.services.identity import reveal_identity
from casetrack.services.sessions import NOBODY
from casetrack.services.trust import Trust, opening
from tests.services import acts
from tests.services.acts import REVEALING, kept
from tests.services.keeping import renewed_service
from tests.world import NORTH, SOUTH, World


def renewed(world: World, holder: HolderCode) -> SealedKeyset:
    """The organisation has a second version of its keys."""
    second = world.deployment.keyring.renew(kept(world).keysets[holder, 1])
    kept(world).keysets[holder, 2] = second
    return second


def test_the_newest_keys_of_an_organisation_are_the_ones_that_are_used() -> None:
    world = World.in_memory()
    second = renewed(world, NORTH.code)
    with world.begin(NOBODY) as stores:
        trust = Trust(stores.keys, world.deployment)
        assert trust.mine(NORTH.code) == second
        assert trust.current(NORTH.code) == second.public
        assert trust.version(NORTH.code, 1) == kept(world).keysets[NORTH.code, 1].public
        assert trust.sealed(NORTH.code, 2) == second


def test_what_was_sealed_and_wrapped_under_older_keys_still_opens() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    renewed(world, NORTH.code)
    with world.work("worker", REVEALING) as work:
        assert reveal_identity(work, case.reference)[1]["family_name"] == "Invented"

    acts.recorded(world, case)
    assert acts.kept_case(world, case).seal.seal.keyset_version == 2


def test_the_keys_of_an_organisation_are_looked_up_once_in_a_unit_of_work() -> None:
    world = World.in_memory()
    with world.begin(NOBODY) as stores:
        trust = Trust(stores.keys, world.deployment)
        first = trust.mine(NORTH.code)
        kept(world).keysets.clear()
        assert trust.mine(NORTH.code) == first


def test_an_organisation_without_keys_can_do_nothing_yet() -> None:
    world = World.in_memory()
    with world.begin(NOBODY) as stores:
        trust = Trust(stores.keys, world.deployment)
        with pytest.raises(KeysUnavailable):
            trust.mine(HolderCode("newcomer"))
        with pytest.raises(KeysUnavailable):
            trust.current(HolderCode("newcomer"))


@pytest.mark.parametrize(("holder", "version"), [("newcomer", 1), (NORTH.code, 2), (NORTH.code, 0)])
def test_what_names_keys_that_there_never_were_is_not_believed(holder: str, version: int) -> None:
    world = World.in_memory()
    with world.begin(NOBODY) as stores, pytest.raises(IntegrityBroken):
        Trust(stores.keys, world.deployment).version(holder, version)


def test_a_key_row_that_nobody_certified_is_not_believed() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    first = kept(world).keysets[NORTH.code, 1]
    kept(world).keysets[NORTH.code, 1] = replace(first, public=replace(first.public, certificate=bytes(64)))

    with pytest.raises(IntegrityBroken), world.work("worker") as work:
        view_case(work, case.reference)


def test_a_newer_key_row_that_nobody_certified_changes_nothing() -> None:
    """Whoever can write to the table could otherwise stop an organisation's work with one row."""
    world = World.in_memory()
    case = acts.opened(world)
    first = kept(world).keysets[NORTH.code, 1]
    planted = world.deployment.keyring.renew(first)
    forged = replace(planted.public, certificate=kept(world).keysets[SOUTH.code, 1].public.certificate)
    kept(world).keysets[NORTH.code, 2] = replace(planted, public=forged)

    acts.recorded(world, case)

    assert acts.kept_case(world, case).seal.seal.keyset_version == 1
    with world.begin(NOBODY) as stores, pytest.raises(IntegrityBroken):
        Trust(stores.keys, world.deployment).version(NORTH.code, 2)


def test_the_keys_of_another_organisation_do_not_stand_in_for_ones_own() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    theirs = kept(world).keysets[SOUTH.code, 1]
    kept(world).keysets[NORTH.code, 1] = replace(theirs, public=replace(theirs.public, holder=NORTH.code))

    with pytest.raises(IntegrityBroken), world.work("worker") as work:
        view_case(work, case.reference)


def test_a_version_that_was_skipped_is_not_believed() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    renewed(world, NORTH.code)
    del kept(world).keysets[NORTH.code, 1]

    with pytest.raises(IntegrityBroken), world.work("worker") as work:
        view_case(work, case.reference)


def failing(failure: Exception) -> object:
    raise failure


@pytest.mark.parametrize("reason", Reason)
def test_a_failure_to_open_says_that_something_was_changed(reason: Reason) -> None:
    with World.in_memory().work("worker") as work:
        for attempt in (opening, work.trust.asking):
            with pytest.raises(IntegrityBroken) as refused:
                attempt(lambda: failing(CannotOpen(reason)))
            assert refused.value.__cause__ is None
        with pytest.raises(CannotOpen):
            work.trust.reaching(lambda: failing(CannotOpen(reason)))


@pytest.mark.parametrize(("holder", "name"), [(NORTH.code, NORTH.name), ("newcomer", "newcomer")])
def test_keys_that_are_out_of_reach_are_said_to_be_whose_they_are(holder: str, name: str) -> None:
    with World.in_memory().work("worker") as work:
        for attempt in (work.trust.asking, work.trust.reaching):
            with pytest.raises(KeysUnavailable) as refused:
                attempt(lambda: failing(KeysOutOfReach(holder, "The token is away.")))
            assert refused.value.__cause__ is None
            assert refused.value.said.startswith(f"The keys of {name} cannot be reached just now.")
    assert issubclass(KeysUnavailable, Unavailable)


class Renewing:
    """The key rows of a world, whose service is renewed just before its organisations are read for the first time."""

    def __init__(self, world: World) -> None:
        self._world = world

    def keysets(self, holder: HolderCode) -> tuple[SealedKeyset, ...]:
        if holder != SERVICE and (SERVICE, 2) not in kept(self._world).keysets:
            renewed_service(self._world)
        with self._world.begin(NOBODY) as stores:
            return tuple(stores.keys.keysets(holder))


def test_a_certificate_names_the_service_that_certified_its_signer_though_that_was_renewed_in_between() -> None:
    world = World.in_memory()
    service, signer = Trust(Renewing(world), world.deployment).certified(NORTH.code)
    assert service.version == 2
    check_certificate(world.deployment.name, signer[0], service)


def test_what_the_newest_keys_of_the_service_did_not_certify_has_no_certificate() -> None:
    world = World.in_memory()
    first = kept(world).keysets[NORTH.code, 1]
    renewed_service(world)
    kept(world).keysets[NORTH.code, 1] = first
    with world.begin(NOBODY) as stores, pytest.raises(IntegrityBroken):
        Trust(stores.keys, world.deployment).certified(NORTH.code)
