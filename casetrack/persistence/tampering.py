"""Changes the past behind casetrack's back, as whoever has a superuser's password could: to show that it is noticed.

Only the demonstration and the tests of verifying use this.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, NullPool, create_engine, text

from casetrack.audit.tree import Frontier, leaf_hash
from casetrack.persistence.refusals import refusing

Guards = Mapping[str, str]
"""The table of each trigger that would forbid the change."""

_ASKING: Final[Guards] = {"events": "events_are_for_ever", "cases": "nothing_untold", "holdings": "nothing_untold"}

_EVENT: Final = text(
    """
    UPDATE events e SET account = (
        SELECT a.id FROM accounts a WHERE a.holder = e.holder AND a.id <> e.account ORDER BY a.sign_in_name LIMIT 1
    )
    WHERE e.id = (
        SELECT id FROM events WHERE case_id IS NOT NULL ORDER BY action = 'identity:reveal' DESC, at DESC, id LIMIT 1
    )
    RETURNING e.id::text
    """
)
"""Somebody else looked at a name or, if nobody did, was the last to do something with a case."""
_CASE: Final = text(
    """
    UPDATE cases SET age_group = CASE age_group WHEN 'child' THEN 'adult' ELSE 'child' END
    WHERE id = (SELECT id FROM cases WHERE status = 'open' ORDER BY reference LIMIT 1)
    RETURNING reference
    """
)
_HOLDING: Final = text(
    """
    UPDATE holdings h SET holder = (
        SELECT code FROM holders WHERE kind = 'territorial' AND code <> h.holder ORDER BY code LIMIT 1
    )
    FROM cases c
    WHERE c.id = h.case_id AND (h.case_id, h.position) = (
        SELECT o.case_id, o.position FROM holdings o JOIN cases oc ON oc.id = o.case_id
        WHERE o.part = 'safe-address' AND o.until IS NULL AND oc.status = 'open' ORDER BY oc.reference DESC LIMIT 1
    )
    RETURNING h.position || ' of case ' || c.reference
    """
)


@dataclass(frozen=True)
class Tampered:
    """What was changed: the id of an event, the reference of a case, the place of a holding; empty without one."""

    event: str
    case: str
    holding: str


def tamper_with(superuser_url: str) -> Tampered:
    """Another account did something, an adult is a child or a child an adult, and a stranger has an address."""
    engine = create_engine(superuser_url, poolclass=NullPool)
    with refusing(), engine.begin() as connection:
        _guard(connection, _ASKING, "DISABLE TRIGGER")
        event, case, holding = (str(connection.scalar(change) or "") for change in (_EVENT, _CASE, _HOLDING))
        _guard(connection, _ASKING, "ENABLE ALWAYS TRIGGER")
    return Tampered(event, case, holding)


_FOR_EVER: Final[Guards] = {
    "events": "events_are_for_ever",
    "event_shown": "shown_is_for_ever",
    "leaves": "leaves_are_for_ever",
    "checkpoints": "checkpoints_are_for_ever",
    "cosignatures": "cosignatures_are_for_ever",
}
_LOOK: Final = text(
    """
    SELECT e.id, l.number FROM events e JOIN leaves l ON l.event = e.id
    WHERE e.case_id IS NOT NULL AND e.case_version IS NULL AND e.step IS NULL
    ORDER BY e.action = 'identity:reveal' DESC, l.number LIMIT 1
    """
)
"""The first look at a name or, if there was none, at anything else of a case."""
_ABOUT_IT: Final = text(
    """
    SELECT e.id, l.number FROM events e JOIN leaves l ON l.event = e.id
    WHERE CAST(:look AS uuid) IN (e.id, e.aggregate_id)
       OR convert_from(e.payload, 'UTF8')::jsonb -> 'detail' -> 'filters' ? ('entry=' || :look)
    """
)
"""The look and whatever speaks of it: what was compared when it was shown, and whose auditors read it in the log."""
_TAKEN_OUT: Final = (
    "DELETE FROM cosignatures WHERE size > :number",
    "DELETE FROM checkpoints WHERE size > :number",
    "DELETE FROM leaves WHERE event = ANY(:events)",
    "DELETE FROM event_shown WHERE event = ANY(:events)",
    "DELETE FROM events WHERE id = ANY(:events)",
    # In two steps, so that no place is taken twice meanwhile.
    "UPDATE leaves SET number = number + 1000000000 WHERE number > :number",
    """
    UPDATE leaves l SET number = :number + next.place
    FROM (SELECT number, row_number() OVER (ORDER BY number) - 1 AS place FROM leaves WHERE number > 1000000000) next
    WHERE l.number = next.number
    """,
)


@dataclass(frozen=True)
class Rewritten:
    """What was taken out of the log: the id of a look and the index of its entry, and whatever spoke of it."""

    event: str
    index: int
    entries: int
    """By how many entries the log is shorter."""


def rewrite_log(superuser_url: str, sign: Callable[[Frontier], str]) -> Rewritten | None:
    """The first look at a name, or else at a case, never happened, and `sign` has signed every checkpoint since anew.

    None, and nothing is changed, if nobody has. Whoever does this has a superuser's password and the log's own key.
    """
    engine = create_engine(superuser_url, poolclass=NullPool)
    with refusing(), engine.begin() as connection:
        found = connection.execute(_LOOK).one_or_none()
        if found is None:
            return None
        _guard(connection, _FOR_EVER, "DISABLE TRIGGER")
        again = connection.execute(
            text("SELECT size, at FROM checkpoints WHERE size > :number ORDER BY size"), {"number": found.number}
        ).all()
        gone = connection.execute(_ABOUT_IT, {"look": str(found.id)}).all()
        for statement in _TAKEN_OUT:
            connection.execute(text(statement), {"number": found.number, "events": [row.id for row in gone]})
        _sign_again(connection, {row.size - sum(one.number < row.size for one in gone): row.at for row in again}, sign)
        _guard(connection, _FOR_EVER, "ENABLE ALWAYS TRIGGER")
    return Rewritten(str(found.id), found.number, len(gone))


def _sign_again(connection: Connection, sizes: dict[int, object], sign: Callable[[Frontier], str]) -> None:
    there = set(connection.scalars(text("SELECT size FROM checkpoints")))
    frontier = Frontier()
    for leaf in connection.scalars(text("SELECT leaf FROM leaves ORDER BY number")).all():
        frontier = frontier.append(leaf_hash(leaf))
        if frontier.size in sizes.keys() - there:
            connection.execute(
                text("INSERT INTO checkpoints (size, note, frontier, at) VALUES (:size, :note, :frontier, :at)"),
                {
                    "size": frontier.size,
                    "note": sign(frontier),
                    "frontier": b"".join(frontier.hashes),
                    "at": sizes[frontier.size],
                },
            )


def _guard(connection: Connection, guards: Guards, change: str) -> None:
    """What forbids to change the past does so, or does not."""
    for table, trigger in guards.items():
        connection.execute(text(f"ALTER TABLE {table} {change} {trigger}"))
