"""Times: how long something takes, as the middle and the slow end of many times that it was done."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import quantiles
from typing import Final

MS: Final = 1000.0
_TWENTIETHS: Final = 20


@dataclass(frozen=True)
class Timing:
    """How long one thing took, in seconds: half of the times were shorter than `middle`, 19 in 20 than `slow`."""

    what: str
    middle: float
    slow: float
    times: int

    @classmethod
    def of(cls, what: str, taken: Iterable[float]) -> "Timing":
        """What those times say together; at least two."""
        each = sorted(taken)
        cuts = quantiles(each, n=_TWENTIETHS, method="inclusive")
        return cls(what, cuts[_TWENTIETHS // 2 - 1], cuts[-1], len(each))


def timed(what: str, doing: Callable[[], object], times: int) -> Timing:
    """How long `doing` takes, done so many times after one that does not count."""
    doing()
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        doing()
        taken.append(time.perf_counter() - start)
    return Timing.of(what, taken)
