"""Changes the past behind casetrack's back, as whoever has a superuser's password could: to show that it is noticed.

Only the demonstration and the tests of verifying use this.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import NullPool, create_engine, text

from casetrack.persistence.refusals import refusing

_OFF: Final = text("ALTER TABLE events DISABLE TRIGGER events_are_for_ever")
_ON: Final = text("ALTER TABLE events ENABLE ALWAYS TRIGGER events_are_for_ever")

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
        connection.execute(_OFF)
        event, case, holding = (str(connection.scalar(change) or "") for change in (_EVENT, _CASE, _HOLDING))
        connection.execute(_ON)
    return Tampered(event, case, holding)
