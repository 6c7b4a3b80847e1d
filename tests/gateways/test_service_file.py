"""The keys of casetrack itself as a file: every version, for its own account, and never fewer than before."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from casetrack.crypto.keyring import SealedKeyset
from casetrack.domain.holders import SERVICE
from casetrack.gateways.service_file import NotKept, ServiceFile, ServiceFileBroken
from tests.services.acts import kept
from tests.services.keeping import renewed_service
from tests.world import World


def chain(versions: int) -> tuple[SealedKeyset, ...]:
    """So many versions of the service's keyset."""
    world = World.in_memory()
    for _ in range(versions - 1):
        renewed_service(world)
    return tuple(kept(world).keysets[SERVICE, version] for version in range(1, versions + 1))


def test_there_are_none_before_the_first_were_kept(tmp_path: Path) -> None:
    file = ServiceFile.beside(tmp_path / "keys.json")
    assert file.chain() == ()
    assert list(tmp_path.iterdir()) == []


def test_what_was_kept_is_read_again_as_it_was(tmp_path: Path) -> None:
    file, versions = ServiceFile.beside(tmp_path / "keys.json"), chain(2)
    file.keep(versions)
    assert file.chain() == versions
    assert file.path.stat().st_mode & 0o077 == 0


def test_it_never_knows_of_fewer_than_before(tmp_path: Path) -> None:
    file, versions = ServiceFile.beside(tmp_path / "keys.json"), chain(2)
    file.keep(versions)
    file.keep(versions[:1])
    assert file.chain() == versions


def test_a_root_that_was_moved_is_the_one_that_they_are_sealed_under(tmp_path: Path) -> None:
    file, versions = ServiceFile.beside(tmp_path / "keys.json"), chain(1)
    file.keep(versions)
    file.keep([replace(each, sealed=b"under another root") for each in versions])
    assert [each.sealed for each in file.chain()] == [b"under another root"]


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"format": "casetrack/v1/service-keys"}', '{"format": "another", "keysets": []}']
)
def test_another_file_is_none(tmp_path: Path, content: str) -> None:
    file = ServiceFile.beside(tmp_path / "keys.json")
    file.path.write_text(content)
    with pytest.raises(ServiceFileBroken, match=str(file.path)):
        file.chain()


def test_a_version_that_lacks_something_is_none(tmp_path: Path) -> None:
    file = ServiceFile.beside(tmp_path / "keys.json")
    file.keep(chain(1))
    said = json.loads(file.path.read_text())
    for member in said["keysets"][0]:
        (without,) = [{name: value for name, value in said["keysets"][0].items() if name != member}]
        file.path.write_text(json.dumps({**said, "keysets": [without]}))
        with pytest.raises(ServiceFileBroken, match=str(file.path)):
            file.chain()


def test_keys_that_differ_from_those_that_are_known_take_no_place(tmp_path: Path) -> None:
    file, versions = ServiceFile.beside(tmp_path / "keys.json"), chain(2)
    file.keep(versions)
    file.keep([versions[0], chain(2)[1], chain(3)[2]])
    assert file.chain() == versions


def test_a_folder_that_nobody_may_write_to_is_named_and_nothing_is_lost(tmp_path: Path) -> None:
    file, versions = ServiceFile.beside(tmp_path / "keys.json"), chain(2)
    file.keep(versions[:1])
    file.path.with_name(f"{file.path.name}.part").mkdir()
    with pytest.raises(NotKept, match=str(file.path)):
        file.keep(versions)
    assert file.chain() == versions[:1]
