"""How a running program speaks of itself: one line an event, in JSON or for a person to read. Not the audit log.

The JSON is of the Elastic Common Schema, in the form of its logging libraries (`docs/formats/ecs.md`).
"""

import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import structlog
from gunicorn.glogging import Logger  # type: ignore[import-untyped]  # gunicorn ships no types
from structlog.typing import EventDict, Processor

from casetrack.config import Config
from casetrack.exchange import ecs

LEVELS: Final = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
DATASET: Final = f"{ecs.SERVICE}.log"
FIELDS: Final[Mapping[str, str]] = {
    "kind": "error.type",
    "reason": "event.reason",
    "file": "log.origin.file.name",
    "line": "log.origin.file.line",
}
"""What the parts of the program say beside what happened, as the schema has it; all else is casetrack's own."""
UNSAID: Final = ("exc_info", "stack_info")
"""Of an error its kind is said, and never its words: they may be of somebody."""


def quiet() -> None:
    """A command says what it has to say itself: what its parts say of themselves is not shown."""
    logging.getLogger("casetrack").addHandler(logging.NullHandler())


@dataclass(frozen=True)
class InEcs:
    """Says what happened in the names of the schema, as that deployment; what a person looks for first comes first."""

    service: str

    def __call__(self, logger: Any, name: str, said: EventDict) -> EventDict:  # noqa: ANN401, ARG002 - as structlog has it
        """The same event."""
        error = said.get("exc_info")
        kind = {"error.type": error[0].__name__} if isinstance(error, tuple) and error[0] is not None else {}
        base = {
            "@timestamp": said.pop("timestamp"),
            "log.level": said.pop("level"),
            "message": said.pop("event"),
            "ecs.version": ecs.VERSION,
            "service.type": ecs.SERVICE,
            "service.name": self.service,
            "event.dataset": DATASET,
        }
        told = {FIELDS.get(key, f"casetrack.{key}"): value for key, value in said.items() if key not in UNSAID}
        return base | kind | told


def speak(config: Config) -> None:
    """From here on the program speaks as the settings say, on its standard error; so do the libraries in it."""
    level = LEVELS[config.log.level]
    before: list[Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    rendered: list[Processor] = (
        [InEcs(config.service.name), structlog.processors.JSONRenderer()]
        if config.log.json
        else [structlog.dev.ConsoleRenderer(colors=False)]
    )
    structlog.configure(
        processors=[*before, *rendered],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    handler = logging.StreamHandler(sys.stderr)
    unmarked = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(processors=[unmarked, *rendered], foreign_pre_chain=before)
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)


class ServerLog(Logger):  # type: ignore[misc]  # gunicorn ships no types
    """What gunicorn says goes where everything else goes. Of requests it says nothing: the journal knows of those."""

    @contextmanager
    def hushed(self) -> Iterator[None]:
        """What gunicorn says inside the block goes nowhere."""
        self.error_log.disabled = True
        try:
            yield
        finally:
            self.error_log.disabled = False

    def setup(self, cfg: Any) -> None:  # noqa: ANN401 - as gunicorn has it
        """The error log is passed on."""
        self.error_log.setLevel(LEVELS[cfg.loglevel])
        self.error_log.handlers = []
        self.error_log.propagate = True
