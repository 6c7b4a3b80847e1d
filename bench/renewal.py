"""How fast the keys of an organisation are renewed while casetrack runs: its own first, and then those of its cases.

Of its own, every wrap is opened, made again and signed. What lies in each part of a case is sealed under a new key.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from bench.house import BenchHouse
from casetrack.app import utc_now
from casetrack.cli.house import House
from casetrack.domain.ids import HolderCode
from casetrack.persistence.installing import engine_at
from casetrack.persistence.keeping import keeping
from casetrack.services.keysets import renew_keyset, rewrap_keyset
from casetrack.services.renewing_case_keys import plan_case_keys, renew_case_keys

WHAT: Final = "Keys renewed by the bench"
MOST_CASES: Final = 2_000
"""How many cases get new data keys, which is some tens of times the work of wrapping the old ones again."""


@dataclass(frozen=True)
class CasesRenewed:
    """How long each of those cases took, in seconds, and how many data keys they have now that are new."""

    rows: int
    taken: Sequence[float]


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


def measure_cases(house: BenchHouse, holder: HolderCode) -> CasesRenewed:
    """The organisation, whose own keys were renewed just before, renews those of so many cases, one after another."""
    keeper = House(house.config, house.deployment, utc_now()).case_keeper(WHAT, holder)
    rows, taken = 0, []
    for named in plan_case_keys(keeper)[:MOST_CASES]:
        start = time.perf_counter()
        case = renew_case_keys(keeper, named)
        taken.append(time.perf_counter() - start)
        assert case is not None, "nobody else is working on it"
        rows += len(case.holdings.parts_of(holder))
    return CasesRenewed(rows, taken)
