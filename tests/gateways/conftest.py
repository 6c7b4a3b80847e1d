"""What tests of the outside world share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from casetrack.gateways import hsm as hsm_room
from tests.gateways.softhsm import SoftHsm, softhsm


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SoftHsm]:
    """A machine with SoftHSM2, where what could not be reached is asked for again at once."""
    monkeypatch.setattr(hsm_room, "REST_S", 0.0)
    with softhsm(tmp_path / "softhsm", monkeypatch) as machine:
        yield machine
