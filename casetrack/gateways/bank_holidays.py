"""Bank holidays of the four nations, from the `holidays` library.

The library knows the laws and the royal proclamations up to its own release. A bank holiday proclaimed
after that is a working day here until the library is updated; the clocks then read one day early, never late.
"""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Final

from holidays import country_holidays

from casetrack.domain.calendars import Nation

SUBDIVISIONS: Final[Mapping[Nation, str]] = {
    Nation.ENGLAND: "ENG",
    Nation.WALES: "WLS",
    Nation.SCOTLAND: "SCT",
    Nation.NORTHERN_IRELAND: "NIR",
}


class LibraryBankHolidays:
    """Bank holidays as the library knows them, substitute days among them."""

    def on(self, nation: Nation, year: int) -> frozenset[date]:
        """The nation's bank holidays in that year."""
        return _in_year(SUBDIVISIONS[nation], year)


@cache
def _in_year(subdivision: str, year: int) -> frozenset[date]:
    """A list of cases asks for the same few years many times, and the library works each out afresh."""
    return frozenset(country_holidays("GB", subdiv=subdivision, years=year))
