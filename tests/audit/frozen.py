"""The vectors that the room must agree with for ever, as `vectors/README.md` lists them."""

import json
from pathlib import Path
from typing import Any

VECTORS = Path(__file__).parent / "vectors"


def read(name: str) -> Any:  # noqa: ANN401 - each file has a shape of its own, which its test spells out
    """The vectors in one JSON file."""
    return json.loads((VECTORS / name).read_text(encoding="utf-8"))


def unhex(values: list[str]) -> tuple[bytes, ...]:
    """The bytes that a list of hexadecimal stands for."""
    return tuple(bytes.fromhex(value) for value in values)
