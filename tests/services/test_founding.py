"""How an installation begins: organisations, and keys that its own service certified."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from casetrack.crypto.keyring import Keyring
from casetrack.crypto.keysets import trust
from casetrack.crypto.roots import RootFile
from casetrack.domain.factfiles import ForceFact
from casetrack.domain.holders import AUDIT_DESK, SERVICE, HolderKind
from casetrack.services.founding import forces, journal_keysets, keep_holders, make_keysets
from casetrack.services.sessions import NOBODY
from tests.fakes import MemoryStores
from tests.services import acts
from tests.services.acts import kept, read
from tests.world import CHEAP, HOLDERS, NAME, NORTH, PASSPHRASE, SOUTH, START, World


@contextmanager
def a_key_file() -> Iterator[RootFile]:
    """A new key file, with no root in it."""
    with TemporaryDirectory() as folder:
        yield RootFile.create(Path(folder) / "keys.json", PASSPHRASE, CHEAP)


def test_every_organisation_has_keys_that_the_service_certified() -> None:
    memory = MemoryStores()
    with a_key_file() as roots, memory.begin(NOBODY) as stores:
        keep_holders(stores, HOLDERS)
        made = make_keysets(stores, Keyring(NAME, roots), roots)

    service = next(keyset.public for keyset in made if keyset.public.holder == SERVICE)
    assert made[0].public == service
    assert {keyset.public.holder for keyset in made} == {SERVICE, AUDIT_DESK, *(holder.code for holder in HOLDERS)}
    for keyset in made:
        assert trust([keyset.public], service, NAME) == keyset.public
    assert {*memory.kept.keysets.values()} == {*made}


def test_founding_again_makes_keys_for_newcomers_alone() -> None:
    memory = MemoryStores()
    with a_key_file() as roots:
        keyring = Keyring(NAME, roots)
        with memory.begin(NOBODY) as stores:
            keep_holders(stores, [NORTH])
            first = make_keysets(stores, keyring, roots)
        with memory.begin(NOBODY) as stores:
            keep_holders(stores, [NORTH, SOUTH])
            second = make_keysets(stores, keyring, roots)
            third = make_keysets(stores, keyring, roots)

    assert [keyset.public.holder for keyset in second] == [SOUTH.code]
    assert third == ()
    assert trust([second[0].public], first[0].public, NAME) == second[0].public


def test_a_deployment_that_begins_again_has_the_services_keys_that_it_had() -> None:
    memory = MemoryStores()
    with a_key_file() as roots:
        keyring = Keyring(NAME, roots)
        roots.add(SERVICE)
        first = keyring.generate(SERVICE)
        known = (first, keyring.renew(first))
        with memory.begin(NOBODY) as stores:
            keep_holders(stores, HOLDERS)
            made = make_keysets(stores, keyring, roots, known=known)
            again = make_keysets(stores, keyring, roots, known=known)

    assert made[:2] == known
    assert again == ()
    for keyset in made[2:]:
        assert trust([keyset.public], known[1].public, NAME) == keyset.public


def test_that_keys_were_made_is_journalled_with_the_fingerprint_to_compare() -> None:
    world = World.in_memory()
    with world.begin(NOBODY) as stores:
        journal_keysets(stores, world.deployment, stores.keys.keysets(SOUTH.code), START)

    (entry,) = kept(world).entries
    public = kept(world).keysets[SOUTH.code, 1].public
    assert read(entry)["detail"] == {"holder": SOUTH.code, "version": 1, "fingerprint": public.fingerprint}
    assert (read(entry)["event"], read(entry)["purpose"]) == ("KeysetMade", "founding")
    assert acts.events(world)[0]["actor"] is None


def test_the_police_bodies_of_the_facts_become_holders() -> None:
    world = World.in_memory()
    made = {holder.code: holder for holder in forces(world.deployment.facts.forces.values())}

    assert len(made) == len(world.deployment.facts.forces) >= 45
    assert {holder.kind for holder in made.values()} == {
        HolderKind.TERRITORIAL,
        HolderKind.SPECIAL,
        HolderKind.AGENCY,
    }
    assert all(holder.kind.is_police for holder in made.values())


def test_a_force_that_ended_names_the_one_that_came_after_it() -> None:
    fact = ForceFact(
        code="old",
        name="Old Invented Police",
        kind="territorial",
        nation="Wales",
        region="",
        valid_from=None,
        valid_to=date(2026, 3, 31),
        successor="new",
        ons_code="",
        nrm_service_list_name="",
    )
    (holder,) = forces([fact])
    assert (holder.successor, holder.valid_to, holder.nation) == ("new", date(2026, 3, 31), "Wales")
