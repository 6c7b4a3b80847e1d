"""What sealing costs a page: fifty notes of a case, and the same fifty as if they lay in clear."""

import re
import time
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, Final
from unittest.mock import patch
from uuid import UUID

from flask.testing import FlaskClient

from bench.caseload import SOMEBODY
from bench.house import PASSWORD, BenchHouse
from bench.timing import Timing
from casetrack.app import create_app, utc_now
from casetrack.crypto.fields import Value
from casetrack.domain.case import Case
from casetrack.domain.holdings import Strand
from casetrack.domain.notes import NoteKind, Sensitivity
from casetrack.domain.references import Reference
from casetrack.persistence.work import begin
from casetrack.services import notes
from casetrack.services.cases import open_case
from casetrack.services.notes import NewNote, write_note
from casetrack.services.ports import SealedValue
from casetrack.services.sealing import open_rows
from casetrack.services.work import UnitOfWork, at_work

NOTES: Final = notes.OF_A_PAGE
TIMES: Final = 60
WARMING_UP: Final = 10
WORDS: Final = "An invented note about nobody: the kettle works again, and the window shuts. " * 4
_PROOF: Final = re.compile(r'name="csrf_token" value="([^"]+)"')


def measure_notes(house: BenchHouse, worker: str) -> tuple[Timing, Timing]:
    """The page with its notes opened from what is sealed, and with the same notes given to it as they are.

    Everything else is the same: the case's seal is checked, the same rows are read, the same page is made. The two are
    asked for in turn, in this process, so that whatever else the machine does, it does to both.
    """
    path = f"{_address(house)}/cases/{_a_case_with_notes(house, worker)}/notes"
    client = _signed_in(house, worker)
    known: dict[UUID, Value] = {}

    def remembering(work: UnitOfWork, case: Case, rows: Iterable[SealedValue]) -> list[Value]:
        opened = open_rows(work, case, wanted := list(rows))
        known.update(zip((row.id for row in wanted), opened, strict=True))
        return opened

    def in_clear(_work: UnitOfWork, _case: Case, rows: Iterable[SealedValue]) -> list[Value]:
        return [known[row.id] for row in rows]

    taken: Mapping[str, list[float]] = {"sealed": [], "clear": []}
    with patch.object(notes, "open_rows", remembering):
        _timed(client, path)
    for _ in range(TIMES + WARMING_UP):
        taken["sealed"].append(_timed(client, path))
        with patch.object(notes, "open_rows", in_clear):
            taken["clear"].append(_timed(client, path))
    return (
        Timing.of(f"a page of {NOTES} sealed notes", taken["sealed"][WARMING_UP:]),
        Timing.of("the same page of clear ones", taken["clear"][WARMING_UP:]),
    )


def _a_case_with_notes(house: BenchHouse, worker: str) -> Reference:
    with at_work(begin, house.deployment, house.actor(worker), utc_now()) as work:
        case = open_case(work, SOMEBODY)
    kinds = list(NoteKind)
    for number in range(NOTES):
        new = NewNote(
            strand=Strand.SUPPORT,
            kind=kinds[number % len(kinds)],
            sensitivity=Sensitivity.ORDINARY,
            words=f"{number}: {WORDS}",
        )
        with at_work(begin, house.deployment, house.actor(worker), utc_now()) as work:
            write_note(work, case.reference, new, seen=None)
    return case.reference


def _signed_in(house: BenchHouse, worker: str) -> FlaskClient:
    """A browser in this process, with that worker signed in."""
    app = create_app(house.config, house.addresses.app)
    client = app.test_client()
    proof = _PROOF.search(client.get(f"{_address(house)}/sign-in").text)
    typed: dict[str, Any] = {"csrf_token": proof[1] if proof else "", "name": worker, "password": PASSWORD}
    if client.post(f"{_address(house)}/sign-in", data=typed).status_code != HTTPStatus.SEE_OTHER:
        raise RuntimeError(f"{worker} could not sign in")
    return client


def _address(house: BenchHouse) -> str:
    return f"http://{house.config.server.host}:{house.config.server.port}"


def _timed(client: FlaskClient, path: str) -> float:
    start = time.perf_counter()
    answer = client.get(path)
    taken = time.perf_counter() - start
    if answer.status_code != HTTPStatus.OK or answer.text.count("ct-note") < NOTES:
        raise RuntimeError(f"{path} was answered {answer.status_code}, and not with every note")
    return taken
