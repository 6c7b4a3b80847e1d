"""A deployment of its own for the bench: an embedded database in a folder that goes away, keys, and workers."""

import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Final

from sqlalchemy import create_engine, text

from bench.browser import Browser
from casetrack.app import key_folder, open_deployment, utc_now
from casetrack.cli.databases import found
from casetrack.cli.house import Addresses, House, among_stores, database
from casetrack.config import Config, read_config
from casetrack.crypto.passwords import hash_password
from casetrack.domain.actors import Actor, Auth, Role
from casetrack.domain.ids import AccountId, HolderCode
from casetrack.persistence import ready
from casetrack.persistence.embedded import SUPERUSER, EmbeddedCluster
from casetrack.persistence.installing import DATABASE
from casetrack.services.accounts import add_account
from casetrack.services.deployment import Deployment
from casetrack.services.people import Account

LISTED: Final = HolderCode("west-yorkshire")
"""Whose cases the pages list: nobody else's work adds to them."""
SENDER: Final = HolderCode("merseyside")
RECEIVER: Final = HolderCode("greater-manchester")
PASSWORD: Final = "an invented password for the bench"  # noqa: S105 - it opens nothing that outlives the bench
PASSPHRASE: Final = "only for the bench"  # noqa: S105 - it opens nothing that outlives the bench
PATIENCE_S: Final = 60.0
PAUSE_S: Final = 0.1


@dataclass(frozen=True)
class BenchHouse:
    """A deployment, and who works there."""

    file: Path
    """The settings."""
    config: Config
    addresses: Addresses
    deployment: Deployment
    workers: Mapping[str, Account]

    def actor(self, name: str) -> Actor:
        """That worker, at work."""
        account = self.workers[name]
        return Actor(account.id, account.role, account.holder, Auth.PASSWORD)

    def analyse(self) -> None:
        """PostgreSQL knows how much there is, as it does of itself a minute after much has changed."""
        url = EmbeddedCluster(self.config.embedded_folder).url(SUPERUSER, DATABASE)
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text("VACUUM ANALYZE"))
        engine.dispose()

    @contextmanager
    def served(self) -> Iterator[Browser]:
        """The pages are served as `casetrack serve` serves them, by processes of their own."""
        server = self.config.server
        command = [sys.executable, "-m", "casetrack", "--config", str(self.file), "serve"]
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL)  # noqa: S603 - this program itself
        try:
            browser = Browser(server.host, server.port)
            _wait_for(browser, process)
            yield browser
        finally:
            process.terminate()
            process.wait()


@contextmanager
def bench_house() -> Iterator[BenchHouse]:
    """The deployment, in a folder and on a port of its own, inside the application's context."""
    with tempfile.TemporaryDirectory(prefix="casetrack-bench-") as folder:
        file = _written(Path(folder))
        config = read_config(file, {})
        keys = key_folder(config)
        with database(config, new=True) as addresses:
            ready.upgrade(addresses.owner)
            found(config, addresses.app, addresses.keeper, keys)
            with among_stores(config, addresses.app):
                deployment = open_deployment(config, keys)
                yield BenchHouse(file, config, addresses, deployment, _workers(config, deployment))


def open_again(file: Path) -> tuple[Config, Addresses]:
    """The same deployment, for another process while this one runs."""
    config = read_config(file, {})
    with database(config) as addresses:
        return config, addresses


def _written(folder: Path) -> Path:
    """The file of settings: everything usual but the port, and where things are."""
    file = folder / "config.toml"
    (folder / "passphrase").write_text(PASSPHRASE)
    file.write_text(
        f"""
        [service]
        name = "bench.example"
        [folder]
        data = {json.dumps(str(folder / "data"))}
        [keys]
        passphrase_file = "passphrase"
        [server]
        port = {_free_port()}
        [cookies]
        secure = false
        [log]
        level = "error"
        """
    )
    return file


def _workers(config: Config, deployment: Deployment) -> Mapping[str, Account]:
    """Whoever is needed to offer a case and to accept it."""
    kept = hash_password(PASSWORD)
    workers = {
        f"{holder}.{role}": Account(
            AccountId(deployment.chance.uuid()), f"{holder}.{role}", "Invented Worker", role, holder, kept
        )
        for holder in (LISTED, SENDER, RECEIVER)
        for role in (Role.SUPPORT_WORKER, Role.LEAD)
    }
    with House(config, deployment, utc_now()).work("bench") as work:
        for account in workers.values():
            add_account(work, account)
    return workers


def _wait_for(browser: Browser, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until and process.poll() is None:
        try:
            if browser.get("/readyz") == HTTPStatus.OK:
                return
        except OSError:
            time.sleep(PAUSE_S)
    raise RuntimeError("casetrack serve did not answer")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
