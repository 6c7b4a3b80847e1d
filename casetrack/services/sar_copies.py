"""The copy for the person: what is recorded of them, and which organisations looked at it.

No address is in it, nor any way to reach somebody: whoever finds the paper is led to nobody. No colleague is named.
What people wrote is looked over for both; of somebody else it may speak all the same, so whoever gives it reads it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from casetrack.crypto.fields import Value
from casetrack.domain.actions import Action
from casetrack.domain.case import Case, IdentityState
from casetrack.domain.catalogue import SEALED_FACTS
from casetrack.domain.holdings import Strand
from casetrack.domain.ids import SarId
from casetrack.domain.misplaced import find_misplaced
from casetrack.domain.notes import Note
from casetrack.domain.records import Recorded, RecordState, in_effect, when
from casetrack.domain.references import Reference
from casetrack.domain.sar_events import SarCopied
from casetrack.domain.sars import NOTES_OF, Item, Period, Sar, controllers
from casetrack.services.fields import IDENTITY
from casetrack.services.identity import reveal
from casetrack.services.milestones import hidden_codes
from casetrack.services.notes import standing_notes
from casetrack.services.register import Looks
from casetrack.services.sars import find_sar
from casetrack.services.work import UnitOfWork

LEFT_OUT: Final = "[…]"
"""What stands where an address, a number or the name of a colleague was."""


@dataclass(frozen=True)
class SarCopy:
    """What is given to the person, each of it empty where it is restricted."""

    case: Case
    sar: Sar
    identity: Mapping[str, Value]
    records: tuple[Recorded, ...]
    """What stands on the record of milestones and facts, in the order in which it happened."""
    notes: tuple[Note, ...]
    """The oldest first, with what they say."""
    looks: tuple[Looks, ...]
    periods: tuple[Period, ...]
    """Who was a controller of what, when: whom the person may ask too."""


def copy_sar(work: UnitOfWork, reference: Reference, sar_id: SarId) -> SarCopy:
    """The copy, after the showing of it is on the journal: of who the person is, as any other showing of that.

    `NotItsTurn` before it was decided to give something.
    """
    case = work.open(reference, to=Action.SAR_COPY)
    sar = find_sar(work, case, sar_id)
    sar.check_copying()
    named = Item.IDENTITY in sar.given and case.identity is IdentityState.GIVEN
    identity = reveal(work, case, Action.IDENTITY_REVEAL, IDENTITY) if named else {}
    notes = tuple(_notes(work, case, sar)) if sar.notes else ()
    copied = SarCopied(at=work.now, by=work.actor.account, case=case.id, sar=sar.id, items=sar.given, notes=len(notes))
    work.note(copied, about=case)
    return SarCopy(
        case,
        sar,
        identity,
        tuple(_records(work, case)) if Item.MILESTONES in sar.given else (),
        notes,
        work.stores.register.looks(case.id) if Item.LOOKS in sar.given else (),
        controllers(case.holdings, work.deployment.holders),
    )


def looked_over(words: str, colleagues: Iterable[str]) -> str:
    """The words without what leads to an address or names a colleague."""
    kept, end = [], 0
    for found in find_misplaced(words, colleagues):
        kept += [words[end : found.start], LEFT_OUT]
        end = found.start + len(found.said)
    return "".join([*kept, words[end:]])


def _notes(work: UnitOfWork, case: Case, sar: Sar) -> Iterable[Note]:
    """The notes that stand, of the kinds that are given, without colleagues and addresses."""
    strands = [strand for strand in Strand if NOTES_OF[strand] in sar.given]
    notes = [note for note in standing_notes(work, case, strands) if note.kind in sar.notes]
    accounts = {change.account for change in work.stores.journal.changes(case.id, 0) if change.account}
    colleagues = tuple(work.stores.accounts.names({*accounts, *case.workers.values()}).values())
    for note in notes:
        yield replace(note, words=looked_over(note.words, colleagues))


def _records(work: UnitOfWork, case: Case) -> Iterable[Recorded]:
    """What stands on the record and is not of a strand that is another's, nor sealed elsewhere."""
    hidden = hidden_codes(work, case) | SEALED_FACTS
    codes = {record.code for record in case.records} - hidden
    standing = (record for code in codes for record in in_effect(each for each in case.records if each.code == code))
    return sorted((record for record in standing if record.state in (RecordState.MET, RecordState.FACT)), key=when)
