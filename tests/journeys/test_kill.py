"""Power that fails at any moment: everything is killed in the middle of its work, and nothing acknowledged is lost."""

import json
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from threading import Event, Thread
from typing import Final

import pytest
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError

from casetrack.app import utc_now
from casetrack.persistence.embedded import SUPERUSER, EmbeddedCluster
from casetrack.persistence.installing import DATABASE
from casetrack.persistence.roles import SEQUENCER
from tests.cli.installation import free_port
from tests.journeys.killing import Power, power_in, wait_until
from tests.journeys.visitor import Answer, Visitor

pytestmark = pytest.mark.proof

A_MOMENT: Final = timedelta(minutes=2)
TIMES: Final = 8
AT_ONCE: Final = 6
LEAST_MS: Final = 1_500
"""By then the log has begun to sign."""
MOST_MS: Final = 4_000
SIGNING: Final = text("SELECT count(*) FROM pg_stat_activity WHERE usename = :role")
PUBLISHED: Final = text("SELECT note FROM checkpoints ORDER BY size")
TOKEN: Final = re.compile(r"^[\w-]{40,}$", re.MULTILINE)


@dataclass
class Program:
    """A program that opens cases and records milestones, and keeps what it was told."""

    power: Power
    token: str
    told: dict[str, int] = field(default_factory=dict)
    """The newest version of each case that was acknowledged."""

    def work(self, stop: Event) -> None:
        """Go on until it is time to stop, whatever breaks meanwhile."""
        while not stop.is_set():
            with suppress(OSError, HTTPException):
                self._one()

    def _one(self) -> None:
        opened = self.send("/cases", {"strands": ["support"], "age_group": "adult", "identity": "not-yet-asked"})
        self._tell(opened)
        if opened.status == HTTPStatus.CREATED:
            reference = json.loads(opened.body)["reference"]
            happened = (utc_now() - A_MOMENT).isoformat(timespec="minutes")
            met = {"code": "risk-assessed", "state": "met", "outcome": "standard", "happened": happened}
            self._tell(self.send(f"/cases/{reference}/milestones", met, if_match=opened.headers["ETag"]))

    def _tell(self, answer: Answer) -> None:
        if answer.status == HTTPStatus.CREATED:
            self.told[json.loads(answer.body)["reference"]] = int(answer.headers["ETag"].strip('"'))

    def send(self, path: str, body: object, **headers: str) -> Answer:
        """The answer to sending that."""
        return self._request("POST", path, json.dumps(body).encode(), **headers)

    def version(self, reference: str) -> int:
        """The version of the case that the database has; 0 if it has none."""
        answer = self._request("GET", f"/cases/{reference}", None)
        return int(answer.headers["ETag"].strip('"')) if answer.status == HTTPStatus.OK else 0

    def _request(self, method: str, path: str, body: bytes | None, **headers: str) -> Answer:
        return Visitor("127.0.0.1", self.power.port).request(
            method,
            f"/api/v1{path}",
            body,
            authorization=f"Bearer {self.token}",
            content_type="application/json",
            accept="application/json",
            **({"idempotency_key": secrets.token_hex(8)} | headers),
        )


@dataclass
class Outsider:
    """Somebody who keeps every checkpoint that was published, as soon as anybody can see it."""

    power: Power
    held: dict[str, None] = field(default_factory=dict)
    """The signed notes, in the order in which they were seen."""

    def watch(self, stop: Event) -> None:
        """Look on until it is time to stop, whatever breaks meanwhile."""
        url = EmbeddedCluster(self.power.folder / "data" / "postgres").url(SUPERUSER, DATABASE)
        engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        with suppress(DBAPIError), engine.connect() as connection:
            while not stop.is_set():
                self.held |= dict.fromkeys(connection.scalars(PUBLISHED))

    def sees_the_worker(self) -> bool:
        """Somebody is there who signs checkpoints."""
        url = EmbeddedCluster(self.power.folder / "data" / "postgres").url(SUPERUSER, DATABASE)
        with create_engine(url, poolclass=NullPool).connect() as connection:
            return bool(connection.scalar(SIGNING, {"role": SEQUENCER}))

    def still_there(self) -> bool:
        """Every one of them is the log's own now, word for word."""
        url = EmbeddedCluster(self.power.folder / "data" / "postgres").url(SUPERUSER, DATABASE)
        with create_engine(url, poolclass=NullPool).connect() as connection:
            return self.held.keys() <= set(connection.scalars(PUBLISHED))


@pytest.fixture
def power(tmp_path: Path) -> Iterator[Power]:
    """An installation with its power off."""
    with power_in(tmp_path, free_port()) as power:
        yield power


def test_killed_in_the_middle_of_writing_nothing_acknowledged_is_lost(power: Power) -> None:
    who = ("--name", "A Worker", "--role", "support_worker", "--holder", "kent")
    power.command("account", "create", "a.worker", *who)
    found = TOKEN.search(power.command("token", "create", "a.worker", "a-test", "--days", "1"))
    assert found is not None
    programs = [Program(power, found[0]) for _ in range(AT_ONCE)]
    outsider, newest = Outsider(power), []
    for number in range(TIMES):
        power.on()
        wait_until(outsider.sees_the_worker)
        _work_until_the_power_fails(power, programs, outsider)
        assert sum(len(program.told) for program in programs) > number, "something was acknowledged each time"
        newest += [*outsider.held][-1:]
    assert len(outsider.held) > TIMES, "the log signed something each time"
    power.on()
    assert outsider.still_there()
    lost = [
        reference
        for program in programs
        for reference, version in program.told.items()
        if program.version(reference) < version
    ]
    assert not lost
    power.off()
    power.command("worker", "--once")
    held = [power.folder / f"held-{number}" for number in range(len(newest))]
    for file, note in zip(held, newest, strict=True):
        file.write_text(note)
    options = [word for file in held for word in ("--held", str(file))]
    said = power.command("audit", "verify", "--database", *options)
    assert "Every event, case, holding and transfer is as it was recorded" in said


def _work_until_the_power_fails(power: Power, programs: list[Program], outsider: Outsider) -> None:
    stop = Event()
    threads = [Thread(target=each, args=(stop,)) for each in (outsider.watch, *(program.work for program in programs))]
    for thread in threads:
        thread.start()
    time.sleep((LEAST_MS + secrets.randbelow(MOST_MS - LEAST_MS)) / 1000)
    power.off()
    stop.set()
    for thread in threads:
        thread.join()
