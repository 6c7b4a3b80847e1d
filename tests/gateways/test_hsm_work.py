"""Cases whose keys are in a token: handed over and read like any others, and refused plainly while it is away."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from casetrack.crypto.keyring import Keyring
from casetrack.crypto.providers import Providers
from casetrack.crypto.roots import RootFile
from casetrack.domain.case import Case
from casetrack.domain.errors import CasetrackError, KeysUnavailable
from casetrack.domain.holdings import Part
from casetrack.gateways.cryptoki import let_go_of_libraries
from casetrack.gateways.hsm import TokenKeys, TokenRoots
from casetrack.services.cases import view_case
from casetrack.services.fields import IDENTITY, named
from casetrack.services.founding import make_keysets
from casetrack.services.identity import reveal_identity
from casetrack.services.sealing import open_across
from casetrack.services.sessions import NOBODY
from casetrack.services.transfers import see_transfer, view_transfer
from tests.gateways.softhsm import SoftHsm
from tests.services import acts
from tests.services.acts import REVEALING, kept
from tests.services.locks import opened_by
from tests.world import CHEAP, NAME, NORTH, PASSPHRASE, SOUTH, World


@pytest.fixture
def one(machine: SoftHsm) -> Path:
    return machine.make("one")


@pytest.fixture
def world(machine: SoftHsm, one: Path, tmp_path: Path) -> World:
    """A world in which the organisation in the south has its keys in a token, and everybody else in the key file."""
    assert one.is_dir()
    world = World.in_memory()
    roots = with_token(machine, RootFile.create(tmp_path / "keys.json", PASSPHRASE, CHEAP))
    keyring = Keyring(NAME, roots)
    kept(world).keysets.clear()
    with world.begin(NOBODY) as stores:
        service, *_ = make_keysets(stores, keyring, roots)
    world.deployment = replace(world.deployment, keyring=keyring, service=(service.public,))
    return world


def with_token(machine: SoftHsm, file: RootFile) -> Providers:
    return Providers(file, {SOUTH.code: TokenRoots(SOUTH.code, machine.token("one"), "casetrack/south")})


def test_the_keys_of_the_organisation_are_sealed_by_its_token(world: World) -> None:
    headers = {holder: (keyset.sealed or b"")[:2] for (holder, _), keyset in kept(world).keysets.items()}

    assert headers.pop(SOUTH.code) == b"\xc7\x07"
    assert set(headers.values()) == {b"\xc7\x02"}


def test_a_case_goes_from_the_key_file_to_a_token_and_back(world: World) -> None:
    case = acts.opened(world)
    moved = acts.moved(world, case, SOUTH)

    assert opened_by(world, NORTH, case) == set()
    assert "identity/family-name" in opened_by(world, SOUTH, case)
    with world.work("receiver", REVEALING) as work:
        assert reveal_identity(work, case.reference)[1]["family_name"] == "Invented"
    assert moved.holdings.holders_of(Part.IDENTITY) == {SOUTH.code}

    acts.moved(world, case, NORTH, by="receiving-lead")
    assert opened_by(world, SOUTH, case) == set()
    with world.work("worker", REVEALING) as work:
        assert reveal_identity(work, case.reference)[1]["family_name"] == "Invented"


def test_a_token_opens_its_cases_again_in_a_process_that_begins_anew(
    world: World, machine: SoftHsm, tmp_path: Path
) -> None:
    case = acts.moved(world, acts.opened(world), SOUTH)
    let_go_of_libraries()
    roots = with_token(machine, RootFile.open(tmp_path / "keys.json", PASSPHRASE))
    world.deployment = replace(world.deployment, keyring=Keyring(NAME, roots))

    with world.work("receiver", REVEALING) as work:
        assert reveal_identity(work, case.reference)[1]["family_name"] == "Invented"


def test_a_token_is_asked_once_for_the_names_of_many_cases(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = [acts.opened(world, "receiver").id for _ in range(5)]
    asked: list[bytes] = []
    decrypt = TokenKeys.decrypt

    def counted(keys: TokenKeys, key_id: bytes, nonce: bytes, sealed: bytes, aad: bytes) -> bytes:
        asked.append(key_id)
        return decrypt(keys, key_id, nonce, sealed, aad)

    monkeypatch.setattr(TokenKeys, "decrypt", counted)
    with world.work("receiver") as work:
        shown = open_across(work, work.take_all(cases), [named(IDENTITY)["family_name"]]).values

    assert [shown[case]["family_name"] for case in cases] == ["Invented"] * 5
    assert len(asked) == 1


def revealed(world: World, by: str, case: Case) -> None:
    with world.work(by, REVEALING) as work:
        reveal_identity(work, case.reference)


def test_while_a_token_is_away_its_organisation_is_refused_by_name_and_nothing_is_written(
    world: World, machine: SoftHsm, one: Path
) -> None:
    theirs = acts.moved(world, acts.opened(world), SOUTH)
    ours = acts.opened(world)
    offer = acts.offered(world, ours, SOUTH)
    doings: list[Callable[[], object]] = [
        lambda: acts.opened(world, "receiver"),
        lambda: acts.recorded(world, theirs, by="receiver"),
        lambda: revealed(world, "receiver", theirs),
        lambda: acts.accepted(world, offer),
    ]
    with machine.without(one):
        for doing in doings:
            before = kept(world).copy()
            with pytest.raises(KeysUnavailable) as refused:
                doing()
            assert refused.value.said.startswith(f"The keys of {SOUTH.name} cannot be reached just now.")
            assert replace(kept(world), entries=before.entries) == before
            (payload,) = acts.journalled(world, len(before.entries))
            assert (payload["event"], payload["refusal"]) == ("Refused", "KeysUnavailable")
    acts.accepted(world, offer)
    revealed(world, "receiver", ours)


def test_while_a_token_is_away_everybody_else_works_on(world: World, machine: SoftHsm, one: Path) -> None:
    case = acts.opened(world)
    offer = acts.offered(world, case, SOUTH)
    other = acts.opened(world)
    with machine.without(one):
        with suppress(CasetrackError), world.work("receiver") as work:
            view_transfer(work, offer.id)
        revealed(world, "worker", case)
        acts.recorded(world, other)
        # What is sent to the organisation is sealed to its public half: it waits until the token is back.
        waiting = acts.offered(world, other, SOUTH)
        with world.work("worker") as work:
            view_case(work, other.reference)

    with world.work("receiver") as work:
        assert see_transfer(work, waiting.id).preview == acts.PREVIEW
