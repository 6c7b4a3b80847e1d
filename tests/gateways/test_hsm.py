"""Root keys in a token: what it seals opens again, the key stays inside, and a token that is away refuses."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from pkcs11 import Attribute, KeyType, MechanismFlag, ObjectClass, TokenFlag
from pkcs11 import exceptions as faults
from pkcs11 import lib as pkcs11_library

from casetrack.crypto.errors import CannotOpen, KeysOutOfReach, Reason
from casetrack.crypto.keysets import HolderKeyset
from casetrack.crypto.remote import RemoteRoot
from casetrack.gateways import hsm as hsm_room
from casetrack.gateways.cryptoki import let_go_of_libraries, library_at
from casetrack.gateways.hsm import Token, TokenRoots
from tests.crypto.samples import flipped, frozen, read
from tests.gateways.softhsm import LIBRARY, PIN, SoftHsm, held_up

PLAIN = bytes(range(96))
CONTEXT = b"the digest of a public half"
AGAIN = """
import pathlib, sys
from casetrack.gateways.hsm import Token, TokenRoots
library, pin, sealed = sys.argv[1:]
root = TokenRoots("kent", Token(pathlib.Path(library), "one", pin, timeout_s=5), "casetrack/kent").root("kent")
print(root.open("keyset", b"the digest of a public half", bytes.fromhex(sealed)).hex())
"""


def roots(token: Token, holder: str = "kent") -> TokenRoots:
    return TokenRoots(holder, token, f"casetrack/{holder}")


@pytest.fixture
def one(machine: SoftHsm) -> Path:
    return machine.make("one")


@pytest.fixture
def root(machine: SoftHsm, one: Path) -> RemoteRoot:  # noqa: ARG001 - the token is there first
    return roots(machine.token("one")).add("kent")


def refusal(attempt: Callable[[], object], holder: str = "kent") -> str:
    with pytest.raises(KeysOutOfReach) as refused:
        attempt()
    assert refused.value.holder == holder
    return str(refused.value)


def in_a_copy(attempt: Callable[[], bytes]) -> bytes:
    """What a process gives that is a copy of this one."""
    reading, writing = os.pipe()
    if (copy := os.fork()) == 0:
        try:
            os.write(writing, attempt())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as given:
        answer = given.read()
    os.waitpid(copy, 0)
    return answer


def test_what_a_token_seals_opens_again_and_each_time_otherwise(root: RemoteRoot) -> None:
    sealed = root.seal("keyset", CONTEXT, PLAIN)

    assert root.open("keyset", CONTEXT, sealed) == PLAIN
    assert root.seal("keyset", CONTEXT, PLAIN) != sealed
    assert PLAIN not in sealed


def test_a_keyset_opens_in_another_process_that_has_the_token(root: RemoteRoot) -> None:
    keyset = HolderKeyset.generate("kent", 1)
    sealed = root.seal("keyset", CONTEXT, PLAIN)
    again = subprocess.run(
        [sys.executable, "-c", AGAIN, str(LIBRARY), PIN, sealed.hex()], check=True, capture_output=True, text=True
    )

    assert again.stdout.strip() == PLAIN.hex()
    opened = HolderKeyset.open(keyset.sealed(root), root, public=keyset.public)
    assert opened.sign(b"message") == keyset.sign(b"message")


@pytest.mark.usefixtures("root")
def test_the_key_never_leaves_the_token_and_can_do_nothing_else() -> None:
    session = pkcs11_library(str(LIBRARY)).get_token(token_label="one").open()
    (key,) = session.get_objects({Attribute.CLASS: ObjectClass.SECRET_KEY})

    with pytest.raises(faults.AttributeSensitive):
        key[Attribute.VALUE]
    always = (Attribute.SENSITIVE, Attribute.ALWAYS_SENSITIVE, Attribute.NEVER_EXTRACTABLE, Attribute.PRIVATE)
    assert all(key[each] for each in always)
    never = (Attribute.EXTRACTABLE, Attribute.MODIFIABLE, Attribute.WRAP, Attribute.UNWRAP, Attribute.DERIVE)
    assert not any(key[each] for each in never)
    assert (key[Attribute.VALUE_LEN], len(key[Attribute.ID])) == (32, 16)


def test_adding_a_holder_again_keeps_its_key(machine: SoftHsm, root: RemoteRoot) -> None:
    sealed = root.seal("keyset", CONTEXT, PLAIN)

    assert roots(machine.token("one")).add("kent").open("keyset", CONTEXT, sealed) == PLAIN


def test_another_use_context_or_holder_opens_nothing(machine: SoftHsm, root: RemoteRoot) -> None:
    sealed = root.seal("keyset", CONTEXT, PLAIN)
    other = roots(machine.token("one"), "refuge").add("refuge")
    same_key = TokenRoots("refuge", machine.token("one"), "casetrack/kent").root("refuge")
    for tried, use, context in (
        (root, "log-key", CONTEXT),
        (root, "keyset", CONTEXT + b"s"),
        (other, "keyset", CONTEXT),
        (same_key, "keyset", CONTEXT),
    ):
        with pytest.raises(CannotOpen):
            tried.open(use, context, sealed)


def test_a_byte_changed_anywhere_opens_nothing_and_the_token_works_on(root: RemoteRoot) -> None:
    sealed = root.seal("keyset", CONTEXT, PLAIN)
    for place in range(len(sealed)):
        with pytest.raises(CannotOpen):
            root.open("keyset", CONTEXT, flipped(sealed, place))
    for cut in (0, 1, 2, 4, 20, 32, len(sealed) - 1):
        with pytest.raises(CannotOpen):
            root.open("keyset", CONTEXT, sealed[:cut])

    assert root.open("keyset", CONTEXT, sealed) == PLAIN


def test_what_an_older_key_of_the_same_token_sealed_still_opens(machine: SoftHsm, root: RemoteRoot) -> None:
    sealed = root.seal("keyset", CONTEXT, PLAIN)
    renewed = TokenRoots("kent", machine.token("one"), "casetrack/kent/2").add("kent")

    assert renewed.open("keyset", CONTEXT, sealed) == PLAIN
    assert renewed.seal("keyset", CONTEXT, PLAIN)[4:20] != sealed[4:20]


def test_what_names_a_key_that_the_token_does_not_have_is_refused_for_what_it_is(root: RemoteRoot) -> None:
    sealed = root.seal("keyset", CONTEXT, PLAIN)
    with pytest.raises(CannotOpen) as refused:
        root.open("keyset", CONTEXT, sealed[:4] + bytes(16) + sealed[20:])

    assert refused.value.reason is Reason.KEY


def test_a_token_that_is_pulled_out_refuses_and_works_again_when_it_is_back(
    machine: SoftHsm, one: Path, root: RemoteRoot
) -> None:
    sealed = root.seal("keyset", CONTEXT, PLAIN)
    with machine.without(one):
        assert "finds no token of the label one" in refusal(lambda: root.open("keyset", CONTEXT, sealed))
        assert "finds no token of the label one" in refusal(lambda: root.seal("keyset", CONTEXT, PLAIN))

    assert root.open("keyset", CONTEXT, sealed) == PLAIN


def test_a_token_that_is_pulled_out_does_not_pass_for_one_that_lost_a_key(
    machine: SoftHsm, one: Path, root: RemoteRoot
) -> None:
    sealed = root.seal("keyset", CONTEXT, PLAIN)
    other = roots(machine.token("one")).add("kent")
    with machine.without(one):
        assert "finds no token of the label one" in refusal(lambda: other.open("keyset", CONTEXT, sealed))


def test_a_token_that_was_out_while_nobody_asked_is_found_again(machine: SoftHsm, one: Path, root: RemoteRoot) -> None:
    sealed = root.seal("keyset", CONTEXT, PLAIN)
    with machine.without(one):
        library_at(LIBRARY).call(library_at(LIBRARY).begin_again, 5.0)

    assert root.open("keyset", CONTEXT, sealed) == PLAIN


def test_the_other_tokens_of_a_library_work_on(machine: SoftHsm, one: Path, root: RemoteRoot) -> None:
    machine.make("two")
    other = roots(machine.token("two"), "refuge").add("refuge")
    sealed, theirs = root.seal("keyset", CONTEXT, PLAIN), other.seal("keyset", CONTEXT, PLAIN)
    with machine.without(one):
        for _ in range(2):
            refusal(lambda: root.open("keyset", CONTEXT, sealed))
            assert other.open("keyset", CONTEXT, theirs) == PLAIN

    assert root.open("keyset", CONTEXT, sealed) == PLAIN
    assert other.open("keyset", CONTEXT, theirs) == PLAIN


def test_a_key_is_not_made_anew_while_its_token_is_away(machine: SoftHsm, one: Path, root: RemoteRoot) -> None:
    sealed = root.seal("keyset", CONTEXT, PLAIN)
    with machine.without(one):
        assert "finds no token" in refusal(lambda: roots(machine.token("one")).add("kent"))

    assert roots(machine.token("one")).add("kent").open("keyset", CONTEXT, sealed) == PLAIN


def test_a_token_that_hangs_is_not_waited_for_and_nobody_else_waits_behind_it(
    machine: SoftHsm, one: Path, root: RemoteRoot
) -> None:
    sealed = root.seal("keyset", CONTEXT, PLAIN)
    let_go_of_libraries()
    slow = roots(machine.token("one", timeout_s=0.3)).root("kent")
    with held_up(one):
        begun = time.monotonic()
        assert "has not answered for 0.3 seconds" in refusal(lambda: slow.open("keyset", CONTEXT, sealed))
        waited = time.monotonic() - begun
        assert "has not answered" in refusal(lambda: root.open("keyset", CONTEXT, sealed))
        assert time.monotonic() - begun - waited < 0.2
        assert waited < 2.0
    time.sleep(0.5)

    assert slow.open("keyset", CONTEXT, sealed) == PLAIN


def test_whoever_could_not_be_reached_is_left_alone_for_a_while(
    machine: SoftHsm, one: Path, root: RemoteRoot, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed = root.seal("keyset", CONTEXT, PLAIN)
    monkeypatch.setattr(hsm_room, "REST_S", 60.0)
    with machine.without(one):
        first = refusal(lambda: root.open("keyset", CONTEXT, sealed))

    assert refusal(lambda: root.open("keyset", CONTEXT, sealed)) == first
    assert roots(machine.token("one")).root("kent").open("keyset", CONTEXT, sealed) == PLAIN


@pytest.mark.usefixtures("root")
def test_a_wrong_pin_is_tried_once_and_never_again(machine: SoftHsm, monkeypatch: pytest.MonkeyPatch) -> None:
    let_go_of_libraries()
    wrong = roots(machine.token("one", pin="another"))
    assert "refuses its PIN" in refusal(lambda: wrong.root("kent").seal("keyset", CONTEXT, PLAIN))

    def tried(library: object, label: str) -> object:
        raise AssertionError((library, label))

    monkeypatch.setattr(type(library_at(LIBRARY)), "token", tried)
    assert "refuses its PIN" in refusal(lambda: wrong.root("kent").seal("keyset", CONTEXT, PLAIN))


class LastTry:
    """A token as it shows itself when one wrong PIN more would lock it."""

    flags = TokenFlag.USER_PIN_FINAL_TRY


@pytest.mark.usefixtures("root")
def test_the_last_try_at_a_pin_is_left_to_a_person(machine: SoftHsm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(library_at(LIBRARY)), "token", lambda *_: LastTry())

    assert "one try left" in refusal(lambda: roots(machine.token("one")).root("kent").seal("keyset", CONTEXT, PLAIN))


def test_a_library_that_is_not_there_or_is_none_refuses(machine: SoftHsm, tmp_path: Path) -> None:
    (tmp_path / "text.so").write_text("no library")
    for path in (tmp_path / "absent.so", tmp_path / "text.so"):
        nowhere = roots(Token(path, "one", PIN, timeout_s=5.0)).root("kent")
        assert "cannot be loaded" in refusal(lambda root=nowhere: root.seal("keyset", CONTEXT, PLAIN))  # type: ignore[misc]  # a default binds the loop's root
    assert machine.tokens.is_dir()


def planted(**attributes: Any) -> None:  # noqa: ANN401 - attributes of a key are of any type
    session = pkcs11_library(str(LIBRARY)).get_token(token_label="one").open(user_pin=PIN, rw=True)
    template = {Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False}
    template |= {Attribute[name.upper()]: value for name, value in attributes.items() if name != "bits"}
    session.generate_key(
        KeyType.AES,
        attributes.get("bits", 256),
        label="casetrack/kent",
        store=True,
        capabilities=MechanismFlag.ENCRYPT | MechanismFlag.DECRYPT,
        template=template,
    )
    session.close()


@pytest.mark.parametrize(
    "attributes",
    [{"id": b"x", "extractable": True}, {"id": b"x", "sensitive": False}, {"id": b"x", "bits": 128}, {}],
    ids=["extractable", "not sensitive", "short", "without an id"],
)
@pytest.mark.usefixtures("one")
def test_a_key_that_could_leave_or_is_weak_is_not_used(machine: SoftHsm, attributes: dict[str, Any]) -> None:
    planted(**attributes)
    for use in (lambda: roots(machine.token("one")).add("kent"), lambda: sealed_by(machine)):
        assert "is not fit" in refusal(use)


def sealed_by(machine: SoftHsm) -> bytes:
    return roots(machine.token("one")).root("kent").seal("keyset", CONTEXT, PLAIN)


@pytest.mark.usefixtures("one")
def test_a_fit_key_that_somebody_else_made_is_used(machine: SoftHsm) -> None:
    planted(id=b"x")

    assert sealed_by(machine)[:5] == b"\xc7\x07\0\1x"


@pytest.mark.usefixtures("one")
def test_the_frozen_vector_opens_in_a_token(machine: SoftHsm) -> None:
    case = read("remote-root.json")
    session = pkcs11_library(str(LIBRARY)).get_token(token_label="one").open(user_pin=PIN, rw=True)
    session.create_object(
        {
            Attribute.CLASS: ObjectClass.SECRET_KEY,
            Attribute.KEY_TYPE: KeyType.AES,
            Attribute.VALUE: bytes.fromhex(case["key"]),
            Attribute.ID: bytes.fromhex(case["key_id"]),
            Attribute.TOKEN: True,
            Attribute.SENSITIVE: True,
            Attribute.EXTRACTABLE: False,
            Attribute.DECRYPT: True,
        }
    )
    session.close()
    root = roots(machine.token("one"), case["holder"]).root(case["holder"])
    expected = frozen(case["holder"], case["version"])

    opened = HolderKeyset.open(bytes.fromhex(case["sealed"]), root, public=expected.public)
    assert opened.sign(b"message") == expected.sign(b"message")


@pytest.mark.usefixtures("root")
def test_several_keys_of_one_label_are_refused_and_none_is_chosen(machine: SoftHsm) -> None:
    let_go_of_libraries()
    planted(id=b"x")

    assert "several AES keys" in refusal(lambda: sealed_by(machine))


def test_a_holder_without_a_key_or_of_another_token_has_no_root(machine: SoftHsm, one: Path) -> None:
    assert one.is_dir()
    assert "has no AES key" in refusal(lambda: sealed_by(machine))
    assert "No token was named" in refusal(lambda: roots(machine.token("one")).root("refuge"), "refuge")


def test_threads_share_a_token(root: RemoteRoot) -> None:
    def there_and_back(number: int) -> bytes:
        return root.open("keyset", CONTEXT, root.seal("keyset", CONTEXT, bytes([number])))

    with ThreadPoolExecutor(max_workers=8) as pool:
        assert list(pool.map(there_and_back, range(64))) == [bytes([number]) for number in range(64)]


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
@pytest.mark.parametrize("letting_go", [True, False])
def test_a_process_that_is_a_copy_of_this_one_has_a_session_of_its_own(root: RemoteRoot, *, letting_go: bool) -> None:
    sealed = root.seal("keyset", CONTEXT, PLAIN)
    if letting_go:
        let_go_of_libraries()

    def opened() -> bytes:
        return root.open("keyset", CONTEXT, sealed) + bytes([library_at(LIBRARY).epoch])

    begun_again = bytes([not letting_go])
    assert in_a_copy(opened) == PLAIN + begun_again
    assert in_a_copy(lambda: in_a_copy(opened)) == PLAIN + begun_again
    assert root.open("keyset", CONTEXT, sealed) == PLAIN


def test_a_token_shows_its_label_and_never_its_pin(machine: SoftHsm) -> None:
    assert repr(machine.token("one")) == "<Token one>"
    assert repr(roots(machine.token("one")).root("kent")) == "<RemoteRoot kent>"
