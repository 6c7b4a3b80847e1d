"""The keyring does what its parts do, for holders whose roots it has."""

from dataclasses import replace
from pathlib import Path

import pytest

from casetrack.crypto.datakeys import DataKey, KeyPlace
from casetrack.crypto.errors import CannotOpen, KeysOutOfReach
from casetrack.crypto.keyring import Keyring
from casetrack.crypto.keysets import HolderKeyset, trust
from casetrack.crypto.letters import seal_letter
from casetrack.crypto.roots import RootFile, RootKey
from casetrack.crypto.seals import check_seal
from tests.crypto.samples import CASE, DEPLOYMENT, GIVEN_NAME, LEAST_WORK, ROW, TRANSFER, data_key


@pytest.fixture
def roots(tmp_path: Path) -> RootFile:
    roots = RootFile.create(tmp_path / "roots", "grün leaf river", LEAST_WORK)
    for holder in ("service", "kent", "refuge"):
        roots.add(holder)
    return roots


@pytest.fixture
def keyring(roots: RootFile) -> Keyring:
    return Keyring(DEPLOYMENT, roots)


def test_first_keysets_are_certified_from_the_service_on(keyring: Keyring) -> None:
    service = keyring.generate("service")
    kent = keyring.generate("kent", by=service)
    renewed = keyring.renew(kent)
    anchor = keyring.proved(service)
    assert trust([anchor], anchor, DEPLOYMENT) == service.public
    assert trust([kent.public, renewed.public], anchor, DEPLOYMENT) == renewed.public


def test_a_keyset_that_certified_itself_is_believed_of_the_service_only(keyring: Keyring) -> None:
    service, kent = keyring.generate("service"), keyring.generate("kent")
    with pytest.raises(CannotOpen):
        trust([kent.public], service.public, DEPLOYMENT)


def test_a_service_row_that_someone_planted_is_not_proved(keyring: Keyring) -> None:
    service, planted = keyring.generate("service"), keyring.generate("service")
    with pytest.raises(CannotOpen):
        keyring.proved(replace(service, public=planted.public))


def test_first_keysets_are_certified_again_when_the_services_is_renewed(keyring: Keyring) -> None:
    service = keyring.generate("service")
    kent = keyring.generate("kent", by=service)
    renewed = keyring.renew(service)
    with pytest.raises(CannotOpen):
        trust([kent.public], renewed.public, DEPLOYMENT)
    (again,) = keyring.recertify([kent.public], renewed)
    assert trust([again], renewed.public, DEPLOYMENT) == again
    assert keyring.sign(replace(kent, public=again), b"m") == keyring.sign(kent, b"m")


def test_every_version_of_the_service_is_proved_and_none_stands_in_for_one_that_is_missing(keyring: Keyring) -> None:
    first = keyring.generate("service")
    second = keyring.renew(first)
    third = keyring.renew(second)
    assert keyring.all_proved([first, second, third]) == (first.public, second.public, third.public)
    for chain in ([first, third], [second, third], [second, first]):
        with pytest.raises(CannotOpen):
            keyring.all_proved(chain)


def test_a_data_key_goes_from_holder_to_holder(keyring: Keyring) -> None:
    kent, refuge = keyring.generate("kent"), keyring.generate("refuge")
    key = data_key()
    made = keyring.wrap(key, kent, refuge.public, TRANSFER)
    opened = keyring.open_wrap(refuge, made, kent.public)
    assert opened.open(GIVEN_NAME, ROW, key.seal(GIVEN_NAME, ROW, "Beispiel")) == "Beispiel"
    with pytest.raises(CannotOpen):
        keyring.open_wrap(kent, made, kent.public)


def test_many_data_keys_are_opened_in_one_go_and_in_order(keyring: Keyring, monkeypatch: pytest.MonkeyPatch) -> None:
    kent, refuge = keyring.generate("kent"), keyring.generate("refuge")
    keys = [data_key(number) for number in (3, 1, 2)]
    wrapped = [(keyring.wrap(key, kent, refuge.public, TRANSFER), kent.public) for key in keys]
    asked: list[str] = []
    opening = RootKey.open

    def counted(root: RootKey, use: str, context: bytes, sealed: bytes) -> bytes:
        asked.append(root.holder)
        return opening(root, use, context, sealed)

    monkeypatch.setattr(RootKey, "open", counted)
    opened = keyring.open_wraps(refuge, wrapped)

    assert [key.commitment() for key in opened] == [key.commitment() for key in keys]
    assert asked == ["refuge"]
    with pytest.raises(CannotOpen):
        keyring.open_wraps(refuge, [*wrapped, (wrapped[0][0], refuge.public)])
    assert keyring.open_wraps(refuge, []) == []


def test_a_data_key_of_another_deployment_is_not_wrapped(keyring: Keyring) -> None:
    kent = keyring.generate("kent")
    elsewhere = DataKey.generate(KeyPlace("another.example", CASE, 1))
    with pytest.raises(ValueError, match="another deployment"):
        keyring.wrap(elsewhere, kent, kent.public, None)


def test_a_holder_seals_and_signs(keyring: Keyring) -> None:
    kent = keyring.generate("kent")
    check_seal(keyring.seal(kent, b"canonical"), deployment=DEPLOYMENT, canonical=b"canonical", by=kent.public)
    kent.public.verify(b"message", keyring.sign(kent, b"message"))


def test_a_holder_reads_its_letters(keyring: Keyring) -> None:
    kent = keyring.generate("kent")
    letter = seal_letter("Worried.", to=kent.public, context=b"reason", deployment=DEPLOYMENT)
    assert keyring.open_letter(kent, letter, b"reason") == "Worried."


def test_a_holders_tags_are_its_own_and_those_of_its_version(keyring: Keyring) -> None:
    kent, refuge = keyring.generate("kent"), keyring.generate("refuge")
    entries = [("document", 256, "AB123456"), ("document", 20, "AB123456"), ("phone", 16, "0900123")]
    made = keyring.tags(kent, entries)
    assert [len(tag) for tag in made] == [32, 3, 2]
    assert made == keyring.tags(kent, iter(entries))
    assert made[0] not in keyring.tags(refuge, entries) + keyring.tags(keyring.renew(kent), entries)


def test_a_search_is_marked_under_the_audit_desks_keys_alone(keyring: Keyring) -> None:
    desk, kent = keyring.generate("refuge"), keyring.generate("kent")
    (mark,) = keyring.search_marks(desk, [("document", "AB123456")])
    assert [mark] == keyring.search_marks(desk, [("document", "AB123456")])
    assert mark not in keyring.search_marks(kent, [("document", "AB123456")])
    assert mark not in keyring.tags(desk, [("document", 256, "AB123456")])


def test_a_holder_without_a_root_has_no_keys(keyring: Keyring, roots: RootFile) -> None:
    with pytest.raises(KeysOutOfReach) as refused:
        keyring.generate("devon")
    assert refused.value.holder == "devon"
    roots.add("devon")
    assert keyring.generate("devon").public.holder == "devon"


def test_another_key_file_opens_no_keyset(keyring: Keyring, tmp_path: Path) -> None:
    others = RootFile.create(tmp_path / "others", "grün leaf river", LEAST_WORK)
    others.add("kent")
    with pytest.raises(CannotOpen):
        Keyring(DEPLOYMENT, others).sign(keyring.generate("kent"), b"message")


def test_a_private_half_is_known_from_another(keyring: Keyring) -> None:
    kent, other = keyring.generate("kent"), keyring.generate("kent")
    keyring.check(kent)
    with pytest.raises(CannotOpen):
        keyring.check(replace(kent, sealed=other.sealed))
    half = HolderKeyset.generate("kent", 1)
    forged = HolderKeyset(other.public, half._kem_seed + half._sign_seed + half._index_root)  # noqa: SLF001 - forged by its holder's own root
    with pytest.raises(CannotOpen):
        forged.check()


def test_what_was_wrapped_for_one_version_is_wrapped_for_the_next_by_the_holder_itself(keyring: Keyring) -> None:
    kent, refuge = keyring.generate("kent"), keyring.generate("refuge")
    newer, key = keyring.renew(kent), DataKey.generate(KeyPlace(DEPLOYMENT, CASE, 1))
    wrap = keyring.wrap(key, refuge, kent.public, TRANSFER)
    (anew,) = keyring.rewrap(kent, [(wrap, refuge.public)], newer)
    assert (anew.sender, anew.sender_version, anew.recipient_version, anew.transfer) == ("kent", 2, 2, wrap.transfer)
    assert keyring.open_wrap(newer, anew, newer.public).commitment() == key.commitment()
    with pytest.raises(CannotOpen):
        keyring.open_wrap(kent, anew, newer.public)
    with pytest.raises(ValueError, match="its own holder"):
        keyring.rewrap(kent, [(wrap, refuge.public)], refuge)
