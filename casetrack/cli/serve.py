"""`casetrack serve`: the pages and the API, served by gunicorn over plain HTTP."""

import os
import socket
from typing import Any, Final

import click
import structlog
from flask import Flask
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]  # gunicorn ships no types
from gunicorn.workers.sync import SyncWorker  # type: ignore[import-untyped]  # gunicorn ships no types

from casetrack.app import create_app
from casetrack.cli.commands import Surroundings, example, here
from casetrack.cli.erasures import check_settled
from casetrack.cli.house import database, require_promised_in
from casetrack.cli.logs import ServerLog, speak
from casetrack.config import Config, Server
from casetrack.gateways.cryptoki import let_go_of_libraries
from casetrack.persistence.installing import engine_at, forget_connections, require_durability

BACKLOG: Final = 256
LOOKED_EVERY_S: Final = 1.0
LOG: Final = structlog.get_logger()


class PagesWorker(SyncWorker):  # type: ignore[misc]  # gunicorn ships no types
    """A worker process that looks every second whether the process that began it is still there, and ends if not.

    gunicorn's own looks only when it has waited for half of a request's time limit. Until it does, it answers in the
    name of a server that is gone, and keeps its port.
    """

    def wait(self, timeout: float) -> Any:  # noqa: ANN401 - gunicorn ships no types
        """Wait for a connection, and no longer than that."""
        return super().wait(min(timeout, LOOKED_EVERY_S))

    def handle(self, listener: Any, client: Any, addr: Any) -> None:  # noqa: ANN401 - gunicorn ships no types
        """Answer a connection. What gunicorn says meanwhile would name who asks, or repeat what: it goes nowhere."""
        with self.log.hushed():
            super().handle(listener, client, addr)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:  # noqa: ANN401 - gunicorn ships no types
        """Of a request that cannot be read, or was given up, the kind of the fault is said and nothing else."""
        LOG.warning("request not answered", kind=type(exc).__name__)
        super().handle_error(req, client, addr, exc)

    def handle_quit(self, sig: int, frame: Any) -> None:  # noqa: ANN401 - gunicorn ships no types
        """Whoever stops the server in a hurry still gets the page that is being made: nothing is cut off within it."""
        self.handle_exit(sig, frame)


class PagesServer(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
    """gunicorn with its settings from ours, around an application that is ready.

    The application is made before the worker processes are, so that the keys are opened once; its connections, and
    its sessions with tokens, are let go of first, so that none is shared.
    """

    def __init__(self, app: Flask, settings: dict[str, Any]) -> None:
        """Serve that application."""
        self._app = app
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        """The settings are ours, and no file or variable of gunicorn's own."""
        for name, value in self._settings.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """The application that is ready."""
        return self._app


def settings(config: Config) -> dict[str, Any]:
    """Settings of gunicorn: workers by the number of cores, a time limit for requests, and as long to end them."""
    server = config.server
    return {
        "bind": [_place(server)],
        "backlog": BACKLOG,
        "worker_class": PagesWorker,
        "workers": server.workers_on(len(os.sched_getaffinity(0))),
        "timeout": server.timeout_s,
        "graceful_timeout": server.timeout_s,
        "accesslog": None,
        "loglevel": config.log.level,
        "logger_class": ServerLog,
        "proc_name": "casetrack",
        "forwarded_allow_ips": "",
        "control_socket_disable": True,
    }


@click.command(epilog=example("casetrack serve"))
@here
def serve(around: Surroundings) -> None:
    """Serve the pages and the API, until this is stopped: by Ctrl-C, or by SIGTERM once it has answered what it began.

    Put a server that does HTTPS in front of it, and run the command worker beside it.
    """
    config = around.config
    speak(config)
    check_free(config.server, "[server] port in the settings")
    with database(config) as addresses:
        with engine_at(addresses.app, statement_timeout_ms=config.database.statement_timeout_ms) as engine:
            require_durability(engine)
        check_settled(config, addresses)
        require_promised_in(config, addresses.auditor)
        app = create_app(config, addresses.app, auditor_url=addresses.auditor)
        run(app, config)


def run(app: Flask, config: Config) -> None:
    """The application is served until this process is told to stop, which ends it."""
    with app.app_context():
        forget_connections()
    let_go_of_libraries()
    PagesServer(app, settings(config)).run()


def check_free(server: Server, choice: str) -> None:
    """Nobody else listens where this is to; otherwise a sentence says so before anything starts, and what to choose."""
    family = socket.AF_INET6 if ":" in server.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((server.host, server.port))
        except OSError as refused:
            wrong = f"{_place(server)} cannot be listened on ({refused.strerror})"
            raise click.ClickException(f"{wrong}: choose another port with {choice}.") from None


def _place(server: Server) -> str:
    return f"[{server.host}]:{server.port}" if ":" in server.host else f"{server.host}:{server.port}"
