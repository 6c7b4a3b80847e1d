"""Surnames compared: whether whoever was revealed has that of the account, which is for the audit desk alone.

Both names are in memory by then, and neither is kept. What was found is a letter to the audit desk, beside an entry
that is there whatever was found, and all letters are of one length (docs/decisions/0027). The desk's public key is
enough for it.
"""

from collections.abc import Iterable, Sequence

from casetrack.crypto.fields import Value
from casetrack.domain.ids import EventId, HolderCode
from casetrack.domain.unusual_access import shares_surname
from casetrack.domain.unusual_events import SurnamesCompared
from casetrack.services.journal import Purpose
from casetrack.services.work import UnitOfWork

SAME, OTHER = "1", "0"
"""What the letter says of each person, in the order in which the entry showed them; it is padded as for a page."""


def compare_surnames(
    work: UnitOfWork, entry: EventId, family_names: Sequence[Value], sides: Iterable[HolderCode]
) -> None:
    """That the surname of each person whom the entry showed was compared with the actor's is journalled.

    `sides` are the organisations whose auditors know of the entry.
    """
    own = work.stores.accounts.names([work.actor.account]).get(work.actor.account, "")
    found = "".join(SAME if shares_surname(own, str(name or "")) else OTHER for name in family_names)
    compared = SurnamesCompared(at=work.now, by=work.actor.account, entry=entry)
    work.note(compared, sides=sides, purpose=Purpose(work.purpose.code, found))


def same_in(found: str) -> tuple[int, ...]:
    """Which of the people, from 0, a letter says to have the surname."""
    return tuple(place for place, said in enumerate(found) if said == SAME)
