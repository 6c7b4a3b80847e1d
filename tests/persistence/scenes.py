"""A case to which everybody stands differently, and what each may see of every table, worked out without the database.

Riverwatch had the case and passed it on to Eastmarch, which passed the investigation on to Northmarch and is offering
the support to Lantern. Harbour has nothing of it, and nobody but Lantern anything of another case.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from uuid import uuid4

from sqlalchemy import Connection, RowMapping, text

from casetrack.crypto.fields import FieldLabel
from casetrack.domain.case import Case
from casetrack.domain.holdings import Part, Strand
from casetrack.domain.ids import FileId, HolderCode
from casetrack.domain.records import Recorded, RecordState
from casetrack.persistence.embedded import SUPERUSER
from casetrack.services.people import Account
from casetrack.services.ports import KeptTransfer
from tests import builders
from tests.builders import EASTMARCH, HARBOUR, LANTERN, NORTHMARCH, RIVERWATCH, actor_of, after
from tests.persistence.databases import Database
from tests.persistence.walls import ABOUT_CASES
from tests.persistence.worlds import World

HELD: Mapping[HolderCode, frozenset[Part]] = {
    EASTMARCH.code: frozenset({Part.SUPPORT, Part.SAFE_ADDRESS, Part.IDENTITY}),
    NORTHMARCH.code: frozenset({Part.INVESTIGATION, Part.IDENTITY}),
}
"""The parts of the case that each organisation has."""
STANDING: Mapping[str, HolderCode] = {
    "who leads the support": EASTMARCH.code,
    "who leads the investigation": NORTHMARCH.code,
    "a former holder": RIVERWATCH.code,
    "the receiver of an open offer": LANTERN.code,
    "a stranger": HARBOUR.code,
}
KEYS: Mapping[str, str] = {
    "holdings": "case_id || '/' || position",
    "case_keys": "case_id || '/' || number",
    "file_chunks": "file_id || '/' || number",
    "event_shown": "event || '/' || position",
    "index_tags": "holder || '/' || encode(tag, 'hex')",
}
"""What tells the rows of a table apart; elsewhere it is the id."""


@dataclass(frozen=True)
class Scene:
    """The case, its open offer, another case, and who is who."""

    world: World
    database: Database
    case: Case
    offer: KeptTransfer
    elsewhere: Case
    people: Mapping[HolderCode, Account]
    kept: Mapping[str, Mapping[str, RowMapping]]
    """Every row of every table by its key, as a superuser reads them."""

    @classmethod
    def begin(cls, world: World, database: Database) -> "Scene":
        """Everybody has done their part."""
        first = builders.new_account(RIVERWATCH)
        with world.begin(builders.NOBODY) as stores:
            stores.accounts.add(first)
        case = _passed_about(world, first)
        _seal(world, case)
        case = _worked_on(world, case)
        offer = world.offer(case, LANTERN, (Strand.SUPPORT,))
        elsewhere = world.case(world.partner, LANTERN, (Strand.SUPPORT,))
        everybody = (world.sender, world.receiver, world.stranger, world.partner, first)
        people = {each.holder: each for each in everybody}
        with database.engine(SUPERUSER).connect() as connection:
            kept = {table: _rows(connection, table) for table in ABOUT_CASES}
        return cls(world, database, case, offer, elsewhere, people, kept)

    def rows(self, table: str) -> Mapping[str, RowMapping]:
        """Every row of the table by its key."""
        return self.kept[table]

    def expected(self, holder: HolderCode, table: str) -> set[str]:
        """The rows of that table that the holder may see, by the rules as they are written down."""
        return {key for key, row in self.rows(table).items() if self._may_see(holder, table, row)}

    def part_of(self, table: str, key: str) -> str | None:
        """The part that a row of sealed values, or of wraps, is of; None of the wrap of an offer's key."""
        row = self.rows(table)[key]
        if table == "sealed_values":
            return str(row["part"])
        return str(self.rows("case_keys")[f"{row['case_id']}/{row['number']}"]["part"]) if row["number"] else None

    def _may_see(self, holder: HolderCode, table: str, row: RowMapping) -> bool:
        if table == "event_shown":
            return self._may_see(holder, "events", self.rows("events")[str(row["event"])])
        if row["id" if table == "cases" else "case_id"] == self.elsewhere.id:
            return holder == LANTERN.code
        parts = HELD.get(holder, frozenset())
        rules: Mapping[str, Callable[[], bool]] = {
            "sealed_values": lambda: row["part"] in parts,
            "file_chunks": lambda: row["part"] in parts,
            "index_tags": lambda: row["part"] in parts and row["holder"] == holder,
            "wraps": lambda: self._may_open(holder, row),
            "holdings": lambda: bool(parts) or row["holder"] == holder or self._leads_what_was(holder, row),
            "transfers": lambda: bool(parts) or holder in (row["from_holder"], row["to_holder"]),
            "events": lambda: self._may_read(holder, row),
        }
        return bool(rules.get(table, lambda: bool(parts))())

    def _may_open(self, holder: HolderCode, wrap: RowMapping) -> bool:
        part = self.part_of("wraps", str(wrap["id"]))
        return part in HELD.get(holder, ()) if part is not None else bool(wrap["recipient"] == holder)

    def _leads_what_was(self, holder: HolderCode, holding: RowMapping) -> bool:
        had = self.case.holdings.ever_held_by(holder)
        return had and holding["until"] is None and holding["number"] is not None

    def _may_read(self, holder: HolderCode, event: RowMapping) -> bool:
        """One's own; of the case that one has or, until it went, had; and each step of an offer of one's own."""
        offer = self.rows("transfers").get(str(event["aggregate_id"]))
        is_step = offer is not None and holder in (offer["from_holder"], offer["to_holder"])
        left = [row.until for row in self.case.holdings.rows if row.holder == holder and row.until is not None]
        was_there = holder in HELD or (bool(left) and event["at"] <= max(left))
        is_own = event["account"] == self.people[holder].id
        return bool(is_own or is_step or (event["case_id"] == self.case.id and was_there))


def key_of(table: str) -> str:
    """What tells the rows of that table apart."""
    return KEYS.get(table, "id::text")


def _rows(connection: Connection, table: str) -> dict[str, RowMapping]:
    found = connection.execute(text(f"SELECT {key_of(table)} AS key, * FROM {table}"))  # noqa: S608 - a table of ours
    return {str(row["key"]): row for row in found.mappings()}


def _passed_about(world: World, first: Account) -> Case:
    """From Riverwatch to Eastmarch and, the investigation, on to Northmarch: each step on the journal, hours apart."""
    opened = world.case(first, RIVERWATCH)
    there = builders.new_offer(opened, first, EASTMARCH)
    with world.as_(first) as stores:
        came = builders.keep_offer(stores, there)
        stores.journal.write(builders.new_entry(there.events[0], first, version=1))
    mine = world.take(opened, came, world.sender, hour=2)
    return world.take(mine, world.offer(mine, NORTHMARCH, (Strand.INVESTIGATION,)), hour=3)


def _seal(world: World, case: Case) -> None:
    """Each part has a key wrapped for its holders, a value and a tag of each holder's; each strand a file."""
    for number, part in enumerate(Part, start=1):
        holders = [code for code, parts in HELD.items() if part in parts]
        account = world.sender if EASTMARCH.code in holders else world.receiver
        with world.as_(account) as stores:
            stores.keys.add(builders.new_key(case, number, part))
            wraps = [builders.new_wrap(case, holder, by=account.holder, number=number) for holder in holders]
            stores.keys.add_wraps(wraps)
            stores.values.add([replace(builders.new_value(case, label=FieldLabel("of", part.value)), part=part)])
            stores.tags.replace(case.id, part, [builders.new_tag(holder) for holder in holders])
            if part in (Part.SUPPORT, Part.INVESTIGATION):
                stores.files.add(case.id, part, FileId(uuid4()), builders.new_chunks())


def _worked_on(world: World, case: Case) -> Case:
    """Since then a milestone was met, and a list showed the case."""
    met = Recorded("risk-assessed", RecordState.MET, None, after(4), after(4), uuid4())
    changed = case.record(met, by=actor_of(world.sender))
    with world.as_(world.sender) as stores:
        kept = builders.keep_change(stores, changed, case, by=EASTMARCH.code)
        builders.journal_changes(stores, changed, world.sender)
        listed = builders.listed([kept], world.sender, at=after(5))
        stores.journal.write(builders.new_entry(listed, world.sender))
    return kept
