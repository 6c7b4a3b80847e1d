"""How fast the keys of an organisation are renewed while casetrack runs: every wrap opened, made again and signed."""

import time
from functools import partial
from typing import Final

from bench.house import BenchHouse
from casetrack.app import utc_now
from casetrack.cli.house import House
from casetrack.domain.ids import HolderCode
from casetrack.persistence.installing import engine_at
from casetrack.persistence.keeping import keeping
from casetrack.services.keysets import renew_keyset, rewrap_keyset

WHAT: Final = "Keys renewed by the bench"


def measure_renewal(house: BenchHouse, holder: HolderCode) -> tuple[int, float]:
    """How many rows were wrapped again for the organisation's next version, and how many seconds that took."""
    at = House(house.config, house.deployment, utc_now())
    with engine_at(house.addresses.keeper, statement_timeout_ms=house.config.database.statement_timeout_ms) as engine:
        keeper = at.keeper(WHAT, partial(keeping, engine))
        start, rows = time.perf_counter(), 0
        renew_keyset(keeper, holder)
        while (step := rewrap_keyset(keeper, holder)) is not None:
            rows += step.rows
        return rows, time.perf_counter() - start
