"""A log that was rewritten with its own key: the database agrees with itself, and a kept checkpoint does not."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from casetrack.app import key_folder
from casetrack.audit.checkpoint import Checkpoint
from casetrack.audit.tree import Frontier
from casetrack.config import read_config
from casetrack.gateways.held_checkpoint import HeldCheckpoint
from casetrack.persistence.embedded import SUPERUSER, EmbeddedCluster
from casetrack.persistence.installing import DATABASE
from casetrack.persistence.tampering import Rewritten, rewrite_log
from casetrack.services.identity import reveal_identity
from casetrack.services.journal import Purpose
from tests.cli.installation import Installation, running_in
from tests.cli.peopled import WORKER, at_desk, open_cases

EXPORT: Final = "audit export --out given --use integrity"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    monkeypatch.chdir(tmp_path)
    with running_in(tmp_path) as here:
        here.done("casetrack db upgrade")
        here.done(WORKER)
        here.done("casetrack worker --once")
        yield here


def rewritten(here: Installation) -> Rewritten | None:
    config = read_config(here.folder / "config.toml", here.environ)
    keys = key_folder(config).signing(config.service.name)

    def sign(frontier: Frontier) -> str:
        return keys.signed(Checkpoint(keys.believed.origin, frontier.size, frontier.root()))

    return rewrite_log(EmbeddedCluster(here.folder / "var" / "postgres").url(SUPERUSER, DATABASE), sign)


def revealed(here: Installation) -> None:
    """Somebody looked at a name, and then worked on."""
    case, _ = open_cases(here, 2)
    with at_desk(here) as working, working(Purpose("contact-person", "I must ring.")) as work:
        reveal_identity(work, case.reference)
    here.done("casetrack worker --once")
    open_cases(here, 1)
    here.done("casetrack worker --once")


def test_only_who_kept_a_checkpoint_finds_out(here: Installation) -> None:
    revealed(here)
    kept = here.done("casetrack audit checkpoint")
    (here.folder / "kept").write_text(kept, encoding="utf-8")
    here.done("casetrack audit verify --database --held kept")
    done = rewritten(here)
    assert done is not None
    # The look itself, and the comparison of the surname that it showed.
    assert done.entries == 2
    for line in (
        "worker --once",
        "audit verify --database",
        "audit checkpoint",
        EXPORT,
    ):
        assert "older than a checkpoint of the log that others hold" in here.refused(f"casetrack {line}")

    # Somebody takes away what casetrack itself keeps of what others hold, and the log grows again.
    config = read_config(here.folder / "config.toml", here.environ)
    promised = HeldCheckpoint.beside(config.key_file)
    before = promised.path.read_bytes()
    promised.path.unlink()
    assert "as it was recorded" in here.done("casetrack audit verify --database")
    assert "the log has only" in here.refused("casetrack audit verify --held kept")
    open_cases(here, 1)
    here.done("casetrack worker --once")
    assert "as it was recorded" in here.done("casetrack audit verify --database")

    # With it, nothing of the other log leaves, which would take its place.
    promised.path.write_bytes(before)
    for line in ("worker --once", "audit verify", "audit checkpoint", EXPORT):
        assert "the log was rewritten" in here.refused(f"casetrack {line}")
    assert promised.path.read_bytes() == before
    promised.path.unlink()
    size = Checkpoint.parse(kept.split("\n\n")[0] + "\n").size
    assert f"The first {size} entries of the log are not those" in here.refused("casetrack audit verify --held kept")


def test_without_a_look_nothing_is_taken_out(here: Installation) -> None:
    open_cases(here, 1)
    here.done("casetrack worker --once")
    before = here.done("casetrack audit checkpoint")
    assert rewritten(here) is None
    assert here.done("casetrack audit checkpoint") == before
