"""How long the keys take: sealing a field and opening it, wrapping a data key and unwrapping it, sealing a case."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from uuid import uuid4

from bench.timing import Timing, timed
from casetrack.crypto.datakeys import DataKey, KeyPlace
from casetrack.crypto.fields import FieldLabel
from casetrack.crypto.keyring import Keyring
from casetrack.crypto.roots import PassphraseWork, RootFile
from casetrack.crypto.seals import check_seal

TIMES: Final = 400
DEPLOYMENT: Final = "bench.example"
GIVEN_NAMES: Final = FieldLabel("identity", "given-names")
CHEAP: Final = PassphraseWork(memory_kib=64, passes=1, lanes=1)
"""What a passphrase costs is paid once, at start-up, and is not measured here."""
A_FORM: Final = b"x" * 2048
"""About as long as the canonical form of a case."""


def measure_keys() -> Iterator[Timing]:
    """Each thing that keys do for a page, by itself and without a database."""
    with tempfile.TemporaryDirectory() as folder:
        roots = RootFile.create(Path(folder) / "keys.json", "only for the bench", CHEAP)
        for holder in ("one", "other"):
            roots.add(holder)
        keyring = Keyring(DEPLOYMENT, roots)
        one = keyring.generate("one")
        other = keyring.generate("other", by=one)
    key = DataKey.generate(KeyPlace(DEPLOYMENT, uuid4(), 1))
    row = uuid4()
    stored = key.seal(GIVEN_NAMES, row, "Testa Maria")
    wrap = keyring.wrap(key, one, other.public, None)
    seal = keyring.seal(one, A_FORM)
    yield timed("seal a field", lambda: key.seal(GIVEN_NAMES, row, "Testa Maria"), TIMES)
    yield timed("open a field", lambda: key.open(GIVEN_NAMES, row, stored), TIMES)
    yield timed("wrap a data key", lambda: keyring.wrap(key, one, other.public, None), TIMES)
    yield timed("unwrap a data key", lambda: keyring.open_wrap(other, wrap, one.public), TIMES)
    yield timed("seal a case", lambda: keyring.seal(one, A_FORM), TIMES)
    yield timed(
        "check a case's seal",
        lambda: check_seal(seal, deployment=DEPLOYMENT, canonical=A_FORM, by=one.public),
        TIMES,
    )
