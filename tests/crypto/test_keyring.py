"""The keyring does what its parts do, for holders whose roots it has."""

from dataclasses import replace
from pathlib import Path

import pytest

from casetrack.crypto.datakeys import DataKey, KeyPlace
from casetrack.crypto.errors import CannotOpen, Reason
from casetrack.crypto.keyring import Keyring
from casetrack.crypto.keysets import trust
from casetrack.crypto.letters import seal_letter
from casetrack.crypto.roots import RootFile
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
    again = keyring.recertify(kent.public, renewed)
    assert trust([again], renewed.public, DEPLOYMENT) == again
    assert keyring.sign(replace(kent, public=again), b"m") == keyring.sign(kent, b"m")


def test_a_data_key_goes_from_holder_to_holder(keyring: Keyring) -> None:
    kent, refuge = keyring.generate("kent"), keyring.generate("refuge")
    key = data_key()
    made = keyring.wrap(key, kent, refuge.public, TRANSFER)
    opened = keyring.open_wrap(refuge, made, kent.public)
    assert opened.open(GIVEN_NAME, ROW, key.seal(GIVEN_NAME, ROW, "Beispiel")) == "Beispiel"
    with pytest.raises(CannotOpen):
        keyring.open_wrap(kent, made, kent.public)


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


def test_a_holder_without_a_root_has_no_keys(keyring: Keyring, roots: RootFile) -> None:
    with pytest.raises(CannotOpen) as refused:
        keyring.generate("devon")
    assert refused.value.reason is Reason.NO_ROOT
    roots.add("devon")
    assert keyring.generate("devon").public.holder == "devon"


def test_another_key_file_opens_no_keyset(keyring: Keyring, tmp_path: Path) -> None:
    others = RootFile.create(tmp_path / "others", "grün leaf river", LEAST_WORK)
    others.add("kent")
    with pytest.raises(CannotOpen):
        Keyring(DEPLOYMENT, others).sign(keyring.generate("kent"), b"message")
