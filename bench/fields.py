"""A sealed field beside the encrypted column of sqlalchemy-utils: the same value there and back, keys derived."""

import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import String
from sqlalchemy.dialects import postgresql
from sqlalchemy_utils.types.encrypted import encrypted_type

from bench.timing import Timing
from casetrack.crypto.datakeys import DataKey, KeyPlace
from casetrack.crypto.fields import FieldLabel

ROUNDS: Final = 400
OF_A_ROUND: Final = 25
"""One is too short for the clock."""
VALUE: Final = "An invented name, 32 bytes long."
LABEL: Final = FieldLabel("identity", "given-names")


def measure_fields() -> tuple[Timing, Timing]:
    """Ours, which binds the value to its field, row, case and deployment and hides its length; and theirs.

    Theirs derives its key by one SHA-256 whenever it seals or opens; ours by HKDF for the field, and by XAES for the
    nonce. They take turns.
    """
    key, row = DataKey.generate(KeyPlace("bench.example", uuid4(), 1)), uuid4()
    library: Any = encrypted_type  # it ships no types
    postgres: Any = postgresql.dialect  # nor has this any
    column = library.StringEncryptedType(String, secrets.token_hex(), library.AesGcmEngine)
    dialect = postgres()

    def ours() -> object:
        return key.open(LABEL, row, key.seal(LABEL, row, VALUE))

    def theirs() -> object:
        return column.process_result_value(column.process_bind_param(VALUE, dialect), dialect)

    taken: Mapping[str, list[float]] = {"ours": [], "theirs": []}
    for _ in range(ROUNDS):
        for name, doing in (("ours", ours), ("theirs", theirs)):
            taken[name].append(_timed(doing))
    return (
        Timing.of("seal and open a field of 32 bytes", taken["ours"]),
        Timing.of("the same, by sqlalchemy-utils (AES-GCM)", taken["theirs"]),
    )


def _timed(doing: Callable[[], object]) -> float:
    if doing() != VALUE:
        raise RuntimeError("what was sealed did not come back")
    start = time.perf_counter()
    for _ in range(OF_A_ROUND):
        doing()
    return (time.perf_counter() - start) / OF_A_ROUND
