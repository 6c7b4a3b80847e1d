"""Refusals that a page or another check is in front of, and that stand all the same behind it."""

import hashlib
from dataclasses import replace

import pytest
import rfc8785

from casetrack.domain import access
from casetrack.domain.errors import CasetrackError, IntegrityBroken, NotFound
from casetrack.domain.holders import SERVICE
from casetrack.domain.holdings import Strand
from casetrack.services.cases import view_held
from casetrack.services.erasure_list import ErasureListBroken, standing_erasures
from casetrack.services.erasures import view_erasure
from casetrack.services.milestones import check_ours, hidden_codes
from casetrack.services.transfers import accept_transfer
from tests.services import acts, agreed
from tests.services.acts import kept
from tests.services.watched import Watched
from tests.world import NAME, SOUTH, World


def test_a_case_that_is_gone_when_it_is_to_be_taken_over_is_absent() -> None:
    world = World.in_memory()
    offer = acts.offered(world, acts.opened(world), SOUTH)
    with world.work("receiving-lead") as work:
        work.stores = replace(work.stores, cases=Watched(work.stores.cases, gone=True))
        with pytest.raises(NotFound):
            accept_transfer(work, offer.id, worker=acts.account("receiver"), seen=None)


def test_an_erasure_of_which_the_journal_says_nothing_is_not_shown() -> None:
    world = World.in_memory()
    case, _ = agreed.erased(world)
    kept(world).entries = ()
    with pytest.raises(IntegrityBroken), world.work("supervisor") as work:
        view_erasure(work, case.id)


def test_a_tombstone_is_of_whoever_was_responsible_and_of_nobody_else() -> None:
    world = World.in_memory()
    case, _ = agreed.erased(world)
    with pytest.raises(NotFound):
        access.require_of_tombstone(world.actor("receiver"), kept(world).tombstones[case.id].stone)


def test_what_another_strand_alone_sees_is_recorded_by_nobody_else() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    acts.moved(world, case, SOUTH, frozenset({Strand.INVESTIGATION}))
    with pytest.raises(CasetrackError):
        acts.recorded(world, case, "gp-registered", by="receiver")


def test_whose_a_milestone_is_is_not_told_to_a_strand_that_does_not_see_it() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    acts.moved(world, case, SOUTH, frozenset({Strand.INVESTIGATION}))
    with world.work("receiver") as work:
        found = view_held(work, case.reference)
        (code, *_) = sorted(hidden_codes(work, found))
        check_ours(work, found, code)


@pytest.mark.parametrize("body", [{"kind": "void", "line": 9}, {"kind": "erasure"}, {}])
def test_a_line_that_the_service_signed_and_that_says_nothing_true_is_refused(body: dict[str, str | int]) -> None:
    world = World.in_memory()
    agreed.erased(world)
    (first,) = world.deployment.erasures.lines()
    whole: dict[str, str | int] = {"v": 1, "number": 1, "previous": hashlib.sha256(first).hexdigest(), **body}
    with world.work("supervisor") as work:
        seal = world.deployment.keyring.seal(work.trust.mine(SERVICE), rfc8785.dumps(whole))
    signed: dict[str, str | int] = {"keyset": seal.keyset_version, "signature": seal.signature.hex()}
    said: dict[str, dict[str, str | int]] = {"line": whole, "seal": signed}
    line = rfc8785.dumps(said)
    with pytest.raises(ErasureListBroken):
        standing_erasures((first, line), world.deployment.service, NAME)
