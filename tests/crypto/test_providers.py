"""Which provider each holder's root is asked of, and what becomes of a holder that moves from one to another."""

from pathlib import Path

import pytest

from casetrack.crypto.errors import CannotOpen, KeysOutOfReach
from casetrack.crypto.keyring import Keyring
from casetrack.crypto.providers import GivenRoot, MovedRoot, Providers, Root, Roots
from casetrack.crypto.roots import RootFile, RootKey
from tests.crypto.samples import DEPLOYMENT, LEAST_WORK

GIVEN = bytes(range(32))


class Away:
    """A provider that does not answer."""

    def __init__(self, holder: str) -> None:
        self.holder = holder

    def root(self, holder: str) -> Root:
        assert holder == self.holder
        return self

    def add(self, holder: str) -> Root:
        raise KeysOutOfReach(holder, "It is away.")

    def seal(self, use: str, context: bytes, plain: bytes) -> bytes:
        raise KeysOutOfReach(self.holder, f"It is away: {use} {context!r} {plain!r}")

    def open(self, use: str, context: bytes, sealed: bytes) -> bytes:
        raise KeysOutOfReach(self.holder, f"It is away: {use} {context!r} {sealed!r}")


@pytest.fixture
def file(tmp_path: Path) -> RootFile:
    return RootFile.create(tmp_path / "roots", "grün leaf river", LEAST_WORK)


def given(holder: str, root: bytes = GIVEN) -> GivenRoot:
    return GivenRoot(RootKey(holder, root))


def test_a_holder_has_its_own_provider_or_else_the_key_file(file: RootFile) -> None:
    providers = Providers(file, {"kent": given("kent")})
    for holder in ("kent", "refuge"):
        providers.add(holder)
    sealed = providers.root("kent").seal("use", b"", b"plain")

    assert RootKey("kent", GIVEN).open("use", b"", sealed) == b"plain"
    assert not file.has("kent")
    assert file.root("refuge").open("use", b"", providers.root("refuge").seal("use", b"", b"plain")) == b"plain"
    assert [providers.root(holder).holder for holder in ("kent", "refuge")] == ["kent", "refuge"]


@pytest.mark.parametrize("apart", [{}, {"devon": given("kent")}])
def test_a_holder_that_the_provider_does_not_know_is_out_of_reach_by_name(
    file: RootFile, apart: dict[str, Roots]
) -> None:
    with pytest.raises(KeysOutOfReach, match="devon") as refused:
        Providers(file, apart).root("devon")
    assert refused.value.holder == "devon"


def test_a_holder_that_is_moved_opens_what_was_sealed_before_and_seals_with_what_it_has_now(file: RootFile) -> None:
    old = file.add("kent").seal("use", b"", b"plain")
    moved = Providers(file, {"kent": given("kent")}).root("kent")
    new = moved.seal("use", b"", b"plain")

    assert isinstance(moved, MovedRoot)
    assert moved.holder == "kent"
    assert moved.open("use", b"", old) == moved.open("use", b"", new) == b"plain"
    with pytest.raises(CannotOpen):
        file.root("kent").open("use", b"", new)
    with pytest.raises(CannotOpen):
        moved.open("other", b"", new)


def test_a_holder_that_is_moved_to_a_provider_that_is_away_is_out_of_reach(file: RootFile) -> None:
    old = file.add("kent").seal("use", b"", b"plain")
    moved = Providers(file, {"kent": Away("kent")}).root("kent")

    with pytest.raises(KeysOutOfReach):
        moved.open("use", b"", old)
    with pytest.raises(KeysOutOfReach):
        moved.seal("use", b"", b"plain")


def test_a_keyset_sealed_again_needs_its_old_provider_no_more(file: RootFile) -> None:
    file.add("kent")
    first = Keyring(DEPLOYMENT, file).generate("kent")
    again = Keyring(DEPLOYMENT, Providers(file, {"kent": given("kent")})).reseal(first)

    assert again.public == first.public
    assert again.sealed != first.sealed
    alone = Keyring(DEPLOYMENT, given("kent"))
    assert alone.sign(again, b"message") == Keyring(DEPLOYMENT, file).sign(first, b"message")
    with pytest.raises(CannotOpen):
        alone.sign(first, b"message")


def test_a_provider_that_is_away_stops_its_own_holder_and_no_other(file: RootFile) -> None:
    for holder in ("kent", "refuge"):
        file.add(holder)
    all_here = Keyring(DEPLOYMENT, file)
    kent, refuge = all_here.generate("kent"), all_here.generate("refuge")
    without = Keyring(DEPLOYMENT, Providers(file, {"kent": Away("kent")}))

    with pytest.raises(KeysOutOfReach) as refused:
        without.sign(kent, b"message")
    assert refused.value.holder == "kent"
    assert without.sign(refuge, b"message") == all_here.sign(refuge, b"message")
    with pytest.raises(KeysOutOfReach):
        without.generate("kent")
    with pytest.raises(KeysOutOfReach):
        without.reseal(kent)
