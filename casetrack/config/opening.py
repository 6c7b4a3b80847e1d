"""The settings of working hours: the usual ones, and a table of its own for each organisation that has others."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import time
from typing import Annotated, Any, Final, get_type_hints

from casetrack.config.checks import instead, shown, yes_or_no
from casetrack.config.providers import NAME
from casetrack.domain.ids import HolderCode
from casetrack.domain.working_hours import Hours, WorkingHours

DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
"""As a file names them, in the order in which the rules count them."""


def week(given: object) -> tuple[str, ...]:
    """One or more days of the week."""
    if isinstance(given, list) and given and all(each in DAYS for each in given):
        return tuple(given)
    raise ValueError(f"{shown(given)} is not a list of days such as {DAYS[0]}, one at least")


def clock(given: object) -> time:
    """A time of day, to the minute."""
    try:
        told = time.fromisoformat(given) if isinstance(given, str) else None
    except ValueError:
        told = None
    if told is not None and given == told.isoformat("minutes"):
        return told
    raise ValueError(f"{shown(given)} is not a time such as 07:00")


@dataclass(frozen=True)
class Opening:
    """When an organisation works; `holders` are of those that work at other hours than the rest."""

    days: Annotated[tuple[str, ...], week] = DAYS[:5]
    opens: Annotated[time, clock] = time(7)
    closes: Annotated[time, clock] = time(19)
    bank_holidays: Annotated[bool, yes_or_no] = False
    round_the_clock: Annotated[bool, yes_or_no] = False
    holders: Mapping[str, "Opening"] = field(default_factory=dict)

    @property
    def hours(self) -> Hours:
        """The same, as the rules have it."""
        return Hours(_rule(self), {HolderCode(code): _rule(opening) for code, opening in self.holders.items()})


def _rule(opening: Opening) -> WorkingHours:
    return WorkingHours(
        days=frozenset(map(DAYS.index, opening.days)),
        opens=opening.opens,
        closes=opening.closes,
        on_bank_holidays=opening.bank_holidays,
        round_the_clock=opening.round_the_clock,
    )


FAMILY: Final = "holders"
_CHECKS: Final[Mapping[str, Callable[[object], Any]]] = {
    each.name: get_type_hints(Opening, include_extras=True)[each.name].__metadata__[0]
    for each in fields(Opening)
    if each.name != FAMILY
}


class ReadingOpening:
    """One pass over the named tables of `[hours]`, which goes on after a fault so that all are found."""

    def __init__(self, hours: object, usual: Opening) -> None:
        """Read what stands under [hours]; what an organisation does not say is as usual."""
        self._hours = hours if isinstance(hours, dict) else {}
        self._usual = usual
        self.faults: list[str] = []

    def holders(self) -> dict[str, Opening]:
        """When each organisation works that has a table, by its code."""
        tables = self._hours.get(FAMILY, {})
        if not isinstance(tables, dict):
            self.faults.append(f"[hours] {FAMILY}: this is not tables, each as [hours.{FAMILY}.name]")
            return {}
        return {code: self._opening(f"[hours.{FAMILY}.{code}]", code, table) for code, table in tables.items()}

    def _opening(self, where: str, code: str, table: object) -> Opening:
        if not isinstance(table, dict):
            self.faults.append(f"[hours.{FAMILY}] {code}: this is not a table, as {where}")
            return self._usual
        for key in sorted(table.keys() - _CHECKS.keys()):
            self.faults.append(f"{where} {key}: there is no such setting; {instead(key, _CHECKS)}")
        self._checked(where, NAME, code)
        told = {key: self._checked(f"{where} {key}", _CHECKS[key], table[key]) for key in _CHECKS if key in table}
        return replace(self._usual, **{key: value for key, value in told.items() if value is not None})

    def _checked(self, where: str, check: Callable[[object], Any], given: object) -> Any:  # noqa: ANN401 - each setting has a type of its own
        """The value, or None after its fault is kept."""
        try:
            return check(given)
        except ValueError as fault:
            self.faults.append(f"{where}: {fault}")
            return None
