"""The settings of working hours, and what is said of those that are wrong."""

import re
from datetime import time
from pathlib import Path

import pytest

from casetrack.config import read_config
from casetrack.config.opening import DAYS
from casetrack.domain.ids import HolderCode
from casetrack.domain.working_hours import Hours, WorkingHours
from tests.test_config import EXAMPLE, faults, written

KENT, ESSEX = HolderCode("kent"), HolderCode("essex")


def hours(folder: Path, text: str) -> Hours:
    return read_config(written(folder, text), {}).hours.hours


def test_where_nothing_is_said_it_is_from_seven_to_seven_from_monday_to_friday(tmp_path: Path) -> None:
    assert hours(tmp_path, "") == Hours(WorkingHours(), {})


def test_days_are_counted_as_the_rules_count_them(tmp_path: Path) -> None:
    for number, day in enumerate(DAYS):
        assert hours(tmp_path, f'[hours]\ndays = ["{day}"]').usual.days == {number}


def test_an_organisation_that_works_at_other_hours_says_only_what_is_other(tmp_path: Path) -> None:
    told = hours(
        tmp_path,
        '[hours]\nopens = "08:30"\nbank_holidays = true\n[hours.holders.kent]\nround_the_clock = true\n'
        '[hours.holders.essex]\nopens = "22:00"\ncloses = "06:00"\nbank_holidays = false\n',
    )
    assert told.usual == WorkingHours(opens=time(8, 30), on_bank_holidays=True)
    assert told.of(KENT) == WorkingHours(opens=time(8, 30), on_bank_holidays=True, round_the_clock=True)
    assert told.of(ESSEX) == WorkingHours(opens=time(22), closes=time(6))


def test_the_example_has_an_organisation_of_each_kind_to_be_uncommented(tmp_path: Path) -> None:
    text = EXAMPLE.read_text(encoding="utf-8").partition("\n[hours]")[2].partition("\n[facts]")[0]
    lines = [line.removeprefix("# ") if re.match(r"# (\[|[a-z_]+ = )", line) else line for line in text.splitlines()]
    told = hours(tmp_path, "\n".join(("[hours]", *lines)))
    assert told.usual == WorkingHours()
    assert told.of(KENT).round_the_clock
    assert told.of(HolderCode("west-midlands")) == WorkingHours(opens=time(22), closes=time(6))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("days = []", "[hours] days: [] is not a list of days such as monday, one at least"),
        ('days = "monday"', '[hours] days: "monday" is not a list of days such as monday, one at least'),
        ('days = ["Mon"]', '[hours] days: ["Mon"] is not a list of days such as monday, one at least'),
        ('opens = "7:00"', '[hours] opens: "7:00" is not a time such as 07:00'),
        ('opens = "07:00:30"', '[hours] opens: "07:00:30" is not a time such as 07:00'),
        ('opens = "24:00"', '[hours] opens: "24:00" is not a time such as 07:00'),
        ("closes = 19", "[hours] closes: 19 is not a time such as 07:00"),
        ('bank_holidays = "no"', '[hours] bank_holidays: "no" is not true or false'),
        ("holders = 1", "[hours] holders: this is not tables, each as [hours.holders.name]"),
        ("[hours.holders]\nkent = 1", "[hours.holders] kent: this is not a table, as [hours.holders.kent]"),
        (
            "[hours.holders.kent]\nopen = true",
            "[hours.holders.kent] open: there is no such setting; did you mean opens?",
        ),
        ('[hours.holders.kent]\ncloses = "late"', '[hours.holders.kent] closes: "late" is not a time such as 07:00'),
        ('[hours.holders."Kent!"]', '[hours.holders.Kent!]: "Kent!" is not small letters, digits, hyphens'),
        (
            "[hours.teams]\n",
            "[hours] teams: there is no such setting; there are days, opens, closes, bank_holidays, round_the_clock",
        ),
    ],
)
def test_a_fault_names_the_setting_and_what_is_allowed(tmp_path: Path, text: str, fault: str) -> None:
    assert faults(tmp_path, f"[hours]\n{text}") == (fault,)


def test_every_fault_is_found_at_once(tmp_path: Path) -> None:
    found = faults(
        tmp_path, "[hours]\nopens = 1\n[hours.holders.kent]\nopens = 2\ncloses = 3\n[hours.holders.essex]\ndays = 4"
    )
    assert {fault.split(":")[0] for fault in found} == {
        *("[hours] opens", "[hours.holders.kent] opens", "[hours.holders.kent] closes", "[hours.holders.essex] days"),
    }
