"""Chance that comes out the same every time: the same words give the same numbers, on every machine and for ever.

It is for invented people alone. Keys never come from here.
"""

import hashlib
from collections.abc import Mapping, Sequence
from math import exp, log
from statistics import NormalDist
from typing import Final, TypeVar
from uuid import UUID

from casetrack.services.deployment import Chance

Choice = TypeVar("Choice")

_BLOCK: Final = 64
_EIGHT_BYTES: Final = 1 << 64


class Stream:
    """A stream of numbers that is known from the words it begins with."""

    def __init__(self, *words: object) -> None:
        """Begin at the beginning."""
        self._begin = "\0".join(str(word) for word in words).encode()
        self._block = 0
        self._left = b""

    def bytes(self, count: int) -> bytes:
        """The next bytes of the stream."""
        while len(self._left) < count:
            self._left += hashlib.blake2b(self._begin, salt=self._block.to_bytes(16), digest_size=_BLOCK).digest()
            self._block += 1
        taken, self._left = self._left[:count], self._left[count:]
        return taken

    def below(self, limit: int) -> int:
        """A number from 0 up to but not including the limit, each as likely as any other to one part in 2^32."""
        return int.from_bytes(self.bytes(8)) * limit // _EIGHT_BYTES

    def uuid(self) -> UUID:
        """An id of the form that random ids have (RFC 9562, version 4)."""
        return UUID(bytes=self.bytes(16), version=4)

    def unit(self) -> float:
        """A number between 0 and 1, never either."""
        return (int.from_bytes(self.bytes(4)) + 0.5) / (1 << 32)

    def between(self, least: int, most: int) -> int:
        """A whole number from the least to the most, both included; the least if there is nothing between."""
        return least + self.below(max(1, most - least + 1))

    def happens(self, share: float) -> bool:
        """True in that share of all cases."""
        return self.unit() < share

    def pick(self, choices: Sequence[Choice]) -> Choice:
        """One of them, each as likely as any other."""
        return choices[self.below(len(choices))]

    def weigh(self, weights: Mapping[Choice, float]) -> Choice:
        """One of them, each as likely as its weight says."""
        left = self.unit() * sum(weights.values())
        for choice, weight in weights.items():
            left -= weight
            if left < 0:
                return choice
        return next(reversed(list(weights)))

    def days(self, median: float, spread: float, least: int = 0) -> int:
        """A number of days, log-normal: half are under the median, and two in three within the spread as a factor."""
        return max(least, round(exp(NormalDist(log(median), log(spread)).inv_cdf(self.unit()))))

    def chance(self) -> Chance:
        """The stream as a deployment's source of ids, salts and references."""
        return Chance(below=self.below, uuid=self.uuid, bytes=self.bytes)
