"""The keeper of the keys of a world in memory, and what the tests of the keys do with it."""

from collections.abc import Mapping
from dataclasses import replace

from casetrack.crypto.errors import KeysOutOfReach
from casetrack.crypto.keyring import Keyring
from casetrack.crypto.providers import GivenRoot, MovedRoot, Root, Roots
from casetrack.crypto.roots import RootKey
from casetrack.domain.actors import Auth
from casetrack.domain.holders import Holder
from casetrack.domain.ids import HolderCode
from casetrack.services.journal import Purpose
from casetrack.services.keysets import Keeper, rewrap_keyset
from casetrack.services.renewing_case_keys import CaseKeeper
from casetrack.services.renewing_service import renew_service, reseal_doors
from casetrack.services.verifying_keys import KeyFinding, verify_keys
from casetrack.services.verifying_trust import Vetted, vet
from tests.memory.keeping import MemoryKeyRoom
from tests.services.acts import kept
from tests.services.evidence import inspecting
from tests.world import NORTH, World

SPARE = RootKey(NORTH.code, bytes(range(32)))


class Moved:
    """A provider of which one holder's root was moved elsewhere."""

    def __init__(self, before: Roots) -> None:
        self._before = before
        self._now = GivenRoot(SPARE)

    def root(self, holder: str) -> Root:
        before = self._before.root(holder)
        return MovedRoot(self._now.root(holder), before) if holder == NORTH.code else before

    def add(self, holder: str) -> Root:
        return self._now.add(holder) if holder == NORTH.code else self._before.add(holder)


class Away:
    """A provider that does not answer."""

    def root(self, holder: str) -> Root:
        raise KeysOutOfReach(holder, "The token is away.")

    def add(self, holder: str) -> Root:
        return self.root(holder)


def with_roots(world: World, roots: Roots, providers: Mapping[str, str] | None = None) -> World:
    """The same world, whose keys are reached otherwise."""
    keyring = Keyring(world.deployment.name, roots)
    return replace(world, deployment=replace(world.deployment, keyring=keyring, providers=providers or {}))


def moved(world: World) -> World:
    """The same world, after one holder's root was moved out of the key file."""
    return with_roots(world, Moved(roots(world)), {NORTH.code: "environment"})


def roots(world: World) -> Roots:
    """Where that world's keys are reached."""
    return world.deployment.keyring._roots  # noqa: SLF001 - roots are made and moved beneath the keyring


def keeper(world: World) -> Keeper:
    """Whoever keeps that world's keys in order."""
    return Keeper(
        enter=lambda: MemoryKeyRoom(kept(world)).enter(),
        deployment=world.deployment,
        actor=world.actor("administrator"),
        now=world.now,
        purpose=Purpose("command-line"),
    )


def rewrapped(world: World, holder: HolderCode) -> int:
    """How many keys were wrapped again, until nothing was left."""
    rows = 0
    while (step := rewrap_keyset(keeper(world), holder)) is not None:
        rows += step.rows
    return rows


def vetted(world: World) -> Vetted:
    """What came of asking that world's journal about what the service vouches for."""
    with inspecting(world) as (evidence, trusted):
        return vet(evidence, trusted)


def renewed_service(world: World) -> int:
    """The service's keys were renewed; how many accounts and tokens were sealed again."""
    asked = vetted(world)
    renew_service(keeper(world), asked)
    return resealed(world, asked)


def resealed(world: World, asked: Vetted | None = None) -> int:
    """How many accounts and tokens were sealed again, until nothing was left."""
    rows = 0
    while (step := reseal_doors(keeper(world), asked or vetted(world))) is not None:
        rows += step.rows
    return rows


def findings(world: World) -> list[KeyFinding]:
    """What is wrong with the keys of that world."""
    return list(verify_keys(MemoryKeyRoom(kept(world)), world.deployment, lambda: None))


def case_keeper(world: World, holder: Holder = NORTH) -> CaseKeeper:
    """Whoever keeps the keys of that organisation's cases in order, at the command line."""
    actor = replace(world.actor("administrator", Auth.COMMAND_LINE), holder=holder.code, national=False)
    return CaseKeeper(world.begin, world.deployment, actor, lambda: world.now, Purpose("command-line"))
