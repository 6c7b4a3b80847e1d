"""How a running program speaks of itself: one line an event, in JSON or for a person to read. Not the audit log."""

import logging
import sys
from typing import Any, Final

import structlog
from gunicorn.glogging import Logger  # type: ignore[import-untyped]  # gunicorn ships no types
from structlog.typing import Processor

from casetrack.config import Log

LEVELS: Final = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


def quiet() -> None:
    """A command says what it has to say itself: what its parts say of themselves is not shown."""
    logging.getLogger("casetrack").addHandler(logging.NullHandler())


def speak(settings: Log) -> None:
    """From here on the program speaks as the settings say, on its standard error; so do the libraries in it."""
    level = LEVELS[settings.level]
    before: list[Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer = structlog.processors.JSONRenderer() if settings.json else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[*before, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=renderer, foreign_pre_chain=before))
    logging.basicConfig(level=level, handlers=[handler], force=True)


class ServerLog(Logger):  # type: ignore[misc]  # gunicorn ships no types
    """What gunicorn says goes where everything else goes. Of requests it says nothing: the journal knows of those."""

    def setup(self, cfg: Any) -> None:  # noqa: ANN401 - as gunicorn has it
        """The error log is passed on."""
        self.error_log.setLevel(LEVELS[cfg.loglevel])
        self.error_log.handlers = []
        self.error_log.propagate = True
