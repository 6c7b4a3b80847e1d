"""How a running program speaks of itself, for a log shipper: in the names of the Elastic Common Schema, of nobody."""

import json
import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from casetrack.cli.logs import speak
from casetrack.config import Config, Log, Service

NAMED = Config(service=Service("casetrack.test"))


@pytest.fixture(autouse=True)
def _said_elsewhere_afterwards() -> Iterator[None]:
    """What speaks in this process speaks as before."""
    root, before = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**before)


def said(captured: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in captured.readouterr().err.splitlines()]


def test_what_casetrack_says_is_in_the_names_of_the_schema(capsys: pytest.CaptureFixture[str]) -> None:
    speak(NAMED)
    structlog.get_logger().error("fault", kind="ZeroDivisionError", file="app.py", line=7)
    structlog.get_logger().warning("log waits", reason="database unavailable", left=3)
    fault, waits = said(capsys)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", fault.pop("@timestamp"))
    assert fault == {
        "log.level": "error",
        "message": "fault",
        "ecs.version": "9.4.0",
        "service.type": "casetrack",
        "service.name": "casetrack.test",
        "event.dataset": "casetrack.log",
        "error.type": "ZeroDivisionError",
        "log.origin.file.name": "app.py",
        "log.origin.file.line": 7,
    }
    assert (waits["event.reason"], waits["casetrack.left"]) == ("database unavailable", 3)
    assert list(waits)[:3] == ["@timestamp", "log.level", "message"], "what people look for first"


def test_so_is_what_the_libraries_say_and_of_their_errors_the_kind_alone(capsys: pytest.CaptureFixture[str]) -> None:
    speak(NAMED)
    try:
        int("Canary")
    except ValueError:
        logging.getLogger("a.library").exception("it %s", "failed", stack_info=True)
    (line,) = said(capsys)
    assert (line["message"], line["log.level"], line["error.type"]) == ("it failed", "error", "ValueError")
    assert "Canary" not in json.dumps(line)
    assert line.keys() <= {
        *("@timestamp", "log.level", "message", "ecs.version", "service.type", "service.name", "event.dataset"),
        "error.type",
    }


def test_what_is_less_than_was_asked_for_is_not_said(capsys: pytest.CaptureFixture[str]) -> None:
    speak(Config(log=Log(level="error")))
    structlog.get_logger().warning("log waits")
    logging.getLogger("a.library").warning("so so")
    assert said(capsys) == []


def test_for_a_person_to_read_it_is_no_json(capsys: pytest.CaptureFixture[str]) -> None:
    speak(Config(log=Log(json=False)))
    structlog.get_logger().error("fault", kind="ZeroDivisionError")
    line = capsys.readouterr().err
    assert "fault" in line
    assert "kind=ZeroDivisionError" in line
    assert "ecs.version" not in line
