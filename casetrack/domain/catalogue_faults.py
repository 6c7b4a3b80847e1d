"""Names every row of the catalogue that does not hold together; nothing is loaded while there is one.

The rows are as a file has them: every value a string, an empty cell an empty string.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final, TypeAlias

FileRow: TypeAlias = Mapping[str, str]
Allowed: TypeAlias = Mapping[str, frozenset[str]]
"""The words that each column of a milestone may hold."""

COLUMNS: Final = frozenset(
    {
        "code",
        "label",
        "person_label",
        "phase",
        "strand",
        "responsible",
        "clock_starts",
        "limit_value",
        "limit_unit",
        "limit_kind",
        "limit_counting",
        "duty_basis",
        "duty_source",
        "limit_basis",
        "limit_source",
        "limit_verified",
        "applies_to",
        "nation",
        "consent",
        "outcomes",
        "visible_to",
        "shown_to_person",
        "repeatable",
        "stops_on",
        "high_risk_limit_hours",
        "in_force_from",
        "in_force_to",
        "on_by_default",
        "notes",
    }
)
EVENT_COLUMNS: Final = frozenset({"code", "label", "kind", "how_it_happens"})
LIMIT: Final = tuple(sorted(column for column in COLUMNS if column.startswith("limit_")))
NATIONS: Final[Mapping[str, str]] = {"E": "E", "W": "W", "EW": "EW", "S": "S", "NI": "N", "GB": "EWS", "UK": "EWSN"}
"""Each nation as one letter, so that two rules overlap where they share a letter."""
AGES: Final[Mapping[str, str]] = {"adult": "a", "child": "c", "both": "ac"}
TRANSFER_STATES: Final = frozenset(
    {"sent", "seen", "information_asked", "accepted", "declined", "disputed", "withdrawn", "expired"}
)
CODE: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
OUTCOME: Final = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")
DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
MOST_WORDS: Final = 15
"""What a person is shown is written for a reading age of nine to eleven."""
UNWELCOME: Final = re.compile(
    r"custod|duty of care|owner|receipt|MSVCC|SVMS|Salvation Army|Migrant Help|TARA\b|Barnardo|Women's Aid",
    re.IGNORECASE,
)
"""Providers' names, which are dated facts and belong in notes, and words that mean something else to the police."""


class FactsRefused(ValueError):
    """A version of the facts does not hold together; `faults` names each row that does not."""

    def __init__(self, faults: Iterable[str]) -> None:
        """Keep the faults, one a line in the message."""
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


def references(text: str) -> tuple[str, ...]:
    """`a=x|y;b` is the events a=x, a=y and b."""
    parts = (part.partition("=") for part in text.split(";") if part)
    return tuple(f"{code}{equals}{outcome}" for code, equals, outcomes in parts for outcome in outcomes.split("|"))


def faults_of(milestones: Sequence[FileRow], events: Sequence[FileRow], allowed: Allowed) -> tuple[str, ...]:
    """What does not hold together, each as `file: code: fault`, in the order of the rows."""
    misshapen = tuple(_faults_of_shape(milestones, events))
    return misshapen or tuple(_faults_of_content(milestones, events, allowed))


def _faults_of_shape(milestones: Sequence[FileRow], events: Sequence[FileRow]) -> Iterator[str]:
    """Nothing else can be asked of a row that has not the agreed columns."""
    if not milestones:
        yield "milestones.csv: has no rows"
    for name, rows, columns in (("milestones.csv", milestones, COLUMNS), ("events.csv", events, EVENT_COLUMNS)):
        for row in rows:
            if row.keys() != columns or None in row.values():
                yield f"{name}: {row.get('code')}: has too many or too few columns"


def _faults_of_content(milestones: Sequence[FileRow], events: Sequence[FileRow], allowed: Allowed) -> Iterator[str]:
    rules, known = _by_code(milestones), _by_code(events)
    used = {event for row in milestones for event in _clock_events(row)}
    for name, rows in (("milestones.csv", milestones), ("events.csv", events)):
        counted = Counter(row["code"] for row in rows)
        yield from (f"{name}: {code}: is there more than once" for code, times in counted.items() if times > 1)
    for row in milestones:
        found = (*_faults_of_row(row, allowed), *_faults_of_clock(row, rules, known))
        yield from (f"milestones.csv: {row['code']}: {fault}" for fault in found)
    for event in events:
        yield from (f"events.csv: {event['code']}: {fault}" for fault in _faults_of_event(event, rules, used))


def _by_code(rows: Iterable[FileRow]) -> Mapping[str, FileRow]:
    return {row["code"]: row for row in rows}


def _clock_events(row: FileRow) -> tuple[str, ...]:
    return (*references(row["clock_starts"]), *references(row["stops_on"]))


def _faults_of_row(row: FileRow, allowed: Allowed) -> Iterator[str]:
    for column, words in allowed.items():
        if row[column] not in words and (row[column] or column not in LIMIT):
            yield f"{column} is {row[column]!r}"
    if not CODE.fullmatch(row["code"]):
        yield "code is not in-this-form"
    if not row["label"] or not row["duty_source"]:
        yield "label or duty_source is empty"
    outcomes = row["outcomes"].split("|") if row["outcomes"] else []
    if len(set(outcomes)) != len(outcomes) or not all(OUTCOME.fullmatch(outcome) for outcome in outcomes):
        yield "outcomes are not unique_words|like_this"
    yield from _faults_of_limit(row)
    yield from _faults_of_showing(row)
    yield from _faults_of_dates(row)
    if row["high_risk_limit_hours"] and not _is_whole(row["high_risk_limit_hours"]):
        yield "high_risk_limit_hours is not a whole number"


def _faults_of_limit(row: FileRow) -> Iterator[str]:
    present = [column for column in LIMIT if row[column]]
    if not present:
        return
    if len(present) != len(LIMIT):
        yield "limit columns are partly empty"
    if not _is_whole(row["limit_value"]):
        yield "limit_value is not a whole number"
    elif int(row["limit_value"]) == 0 and (row["limit_unit"], row["limit_kind"]) != ("hours", "target"):
        yield "a limit of 0 is `do now`: 0 hours, target"
    if (row["limit_verified"] == "no") != (row["limit_basis"] == "our_aim"):
        shown = f"limit_verified {row['limit_verified']} with limit_basis {row['limit_basis']}"
        yield f"{shown}: an unverified limit is our aim, and our aim only"
    if row["limit_kind"] == "repeat" and row["repeatable"] != "yes":
        yield "limit_kind repeat on a row that does not repeat"
    if not row["clock_starts"]:
        yield "a limit without a clock"


def _faults_of_showing(row: FileRow) -> Iterator[str]:
    if (row["shown_to_person"] == "never") != (not row["person_label"]):
        yield "person_label must be empty when never shown, and only then"
    if any(len(sentence.split()) > MOST_WORDS for sentence in re.split(r"[.?!]", row["person_label"])):
        yield f"person_label has a sentence of more than {MOST_WORDS} words"
    if UNWELCOME.search(f"{row['label']} {row['person_label']}"):
        yield "label names a provider, or uses a word kept off screens"
    if row["strand"] != "both" and row["visible_to"] not in ("both", row["strand"]):
        yield "not visible to its own strand"
    if row["consent"] == "not_needed_child" and row["applies_to"] != "child":
        yield "consent not_needed_child on a row not for children"


def _faults_of_dates(row: FileRow) -> Iterator[str]:
    for column in ("in_force_from", "in_force_to"):
        if row[column] and not is_day(row[column]):
            yield f"{column} is {row[column]!r}"


def _faults_of_clock(row: FileRow, rules: Mapping[str, FileRow], events: Mapping[str, FileRow]) -> Iterator[str]:
    for event in _clock_events(row):
        if event not in events:
            yield f"waits on {event}, which is not in events.csv"
            continue
        other = rules.get(event.partition("=")[0])
        if events[event]["kind"] != "milestone_met" or other is None:
            continue
        if other is row:
            yield "waits on itself"
        if not _overlap(row, other, "nation", NATIONS) or not _overlap(row, other, "applies_to", AGES):
            yield f"waits on {event}, which belongs to another nation or age"


def _overlap(one: FileRow, other: FileRow, column: str, meaning: Mapping[str, str]) -> frozenset[str]:
    """What the two rows share; a word that means nothing is named elsewhere, and here overlaps with everything."""
    everything = "".join(meaning.values())
    return frozenset(meaning.get(one[column], everything)) & frozenset(meaning.get(other[column], everything))


def _faults_of_event(event: FileRow, rules: Mapping[str, FileRow], used: set[str]) -> Iterator[str]:
    code, kind = event["code"], event["kind"]
    base, _, outcome = code.partition("=")
    if not event["label"] or not event["how_it_happens"]:
        yield "label or how_it_happens is empty"
    if kind == "milestone_met":
        yield from _faults_of_met(base, outcome, rules)
    elif kind == "fact":
        if "=" in code or base in rules:
            yield "is a fact with an outcome, or with a milestone's name"
    elif kind == "transfer":
        if base != "transfer" or outcome not in TRANSFER_STATES:
            yield "is no state of a transfer"
    else:
        yield f"kind is {kind!r}"
    if kind != "transfer" and code not in used:
        yield "starts and stops nothing"


def _faults_of_met(base: str, outcome: str, rules: Mapping[str, FileRow]) -> Iterator[str]:
    if base not in rules:
        yield "is no milestone"
    elif outcome and outcome not in rules[base]["outcomes"].split("|"):
        yield f"is no outcome of {base}"


def _is_whole(text: str) -> bool:
    return text.isascii() and text.isdigit()


def is_day(text: str) -> bool:
    """True of a date that a calendar has, written as 2026-11-21."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return DAY.fullmatch(text) is not None
