"""An evidence bundle over the API: the archive itself, in the scope of whoever asks, and on the log first."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from werkzeug.test import TestResponse

from casetrack.gateways.evidence_archive import EvidenceArchive
from casetrack.http.house import EXTENSION
from casetrack.services.bundles import Giving
from casetrack.services.exporting import NO_WITNESSES, Source
from casetrack.services.journal import read_payload
from casetrack.services.verifying_journal import Believed
from tests.api.door import Door
from tests.services.evidence import MemoryEvidence, believed

EXPORTS = "/audit/exports"
DAYS = {"use": "integrity", "since": "2026-11-01", "until": "2026-11-30"}


@pytest.fixture
def giving(door: Door) -> Iterator[Door]:
    """A door from which the log can be given out."""

    @contextmanager
    def reading() -> Iterator[tuple[Source, Believed]]:
        yield MemoryEvidence(door.world), believed(door.world)

    house = door.app.extensions[EXTENSION]
    given = Giving(reading, lambda: NO_WITNESSES, EvidenceArchive)
    door.app.extensions[EXTENSION] = replace(house, giving=given)
    yield door
    door.app.extensions[EXTENSION] = house


def unpacked(answer: TestResponse) -> ZipFile:
    """The answer, read to its end as a server sends it."""
    with closing(answer):
        return ZipFile(BytesIO(answer.data))


def test_a_program_is_given_the_archive_and_that_is_on_the_log(giving: Door) -> None:
    reference = giving.caller("worker").open_case()
    answer = giving.caller("auditor").send("POST", EXPORTS, {"use": "lawfulness", "reference": reference})
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    with unpacked(answer) as bundle:
        assert {"checkpoint", "manifest", "disclosures.jsonl", "README.txt"} <= set(bundle.namelist())
    exported = giving.entries()[-1]
    assert (exported.action.value, read_payload(exported.payload)["purpose"]) == ("audit:export", "lawfulness")
    assert reference not in str(exported.payload)


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ({"use": "integrity"}, "reference"),
        ({"since": "2026-11-01", "until": "2026-11-30"}, "use"),
        (DAYS | {"since": "2026-12-01"}, "until"),
        (DAYS | {"holder": "nobody"}, "holder"),
        (DAYS | {"everything": True}, "everything"),
    ],
)
def test_what_cannot_be_asked_is_named(giving: Door, asked: dict[str, Any], named: str) -> None:
    refused = giving.caller("auditor").send("POST", EXPORTS, asked)
    assert (refused.status_code, refused.mimetype) == (422, "application/problem+json")
    assert refused.json["errors"][0]["pointer"] == f"/{named}"


def test_an_auditor_of_one_organisation_is_given_their_own_and_refused_anothers(giving: Door) -> None:
    theirs = giving.caller("receiver").open_case(home="south")
    auditor = giving.caller("north-auditor")
    with unpacked(auditor.send("POST", EXPORTS, DAYS)) as bundle:
        assert b"\nholder=north " in bundle.read("manifest")
    assert auditor.send("POST", EXPORTS, DAYS | {"holder": "south"}).status_code == 403
    refused = auditor.send("POST", EXPORTS, {"use": "integrity", "reference": theirs})
    assert (refused.status_code, refused.json["type"].rpartition("/")[2]) == (422, "no-case-to-give-out")


def test_where_there_is_no_time_the_command_is_named(giving: Door) -> None:
    house = giving.app.extensions[EXTENSION]
    giving.app.extensions[EXTENSION] = replace(house, check_for=timedelta())
    refused = giving.caller("auditor").send("POST", EXPORTS, DAYS)
    assert refused.status_code == 422
    assert refused.json["detail"].endswith(
        "casetrack audit export --out FOLDER --use integrity --from 2026-11-01 --to 2026-11-30"
    )


def test_where_none_can_be_made_from_here_that_is_said(door: Door) -> None:
    assert door.caller("auditor").send("POST", EXPORTS, DAYS).status_code == 503


@pytest.mark.parametrize("name", ["worker", "supervisor", "administrator"])
def test_nobody_else_is_given_the_log(giving: Door, name: str) -> None:
    assert giving.caller(name).send("POST", EXPORTS, DAYS).status_code == 403


def test_what_is_answered_is_described_as_a_file(door: Door) -> None:
    described = door.caller("auditor").get("/openapi.json").json["paths"]["/api/v1/audit/exports"]["post"]
    assert list(described["responses"]["200"]["content"]) == ["application/zip"]
    assert "Content-Disposition" in described["responses"]["200"]["headers"]
