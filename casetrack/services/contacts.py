"""The safe way to contact the person: recorded, and revealed, apart from who the person is."""

from collections.abc import Mapping

from casetrack.crypto.fields import Value
from casetrack.domain.actions import Action
from casetrack.domain.case import Case
from casetrack.domain.references import Reference
from casetrack.services.fields import CONTACT, SealedField, named
from casetrack.services.identity import reveal
from casetrack.services.sealing import open_fields, seal_fields
from casetrack.services.work import UnitOfWork


def record_contact(work: UnitOfWork, reference: Reference, answers: Mapping[str, Value], *, seen: int | None) -> Case:
    """The safe way to contact the person is sealed. None clears; what was not answered again stays as it was."""
    case = work.open(reference, to=Action.CONTACT_RECORD, seen=seen)
    before, fields = open_fields(work, case, CONTACT), named(CONTACT)
    answered = {fields[name]: value for name, value in answers.items() if value != ""}
    changed = {field: value for field, value in answered.items() if before.get(field.name) != value}
    seal_fields(work, case, changed)
    cleared = [field.name for field, value in changed.items() if value is None]
    labels = (field.name for field in changed)
    recorded = case.record_contact(labels, cleared=cleared, by=work.actor, at=work.now)
    return work.save(recorded, changes=bool(changed))


def reveal_contact(work: UnitOfWork, reference: Reference) -> tuple[Case, dict[str, Value]]:
    """How the person can be contacted safely, for the purpose of this unit of work."""
    case = work.open(reference, to=Action.CONTACT_REVEAL)
    return case, reveal(work, case, Action.CONTACT_REVEAL, CONTACT)


def contact_values(answers: Mapping[str, Value]) -> dict[SealedField, Value]:
    """What is known at first, as sealed fields."""
    fields = named(CONTACT)
    return {fields[name]: value for name, value in answers.items() if value not in (None, "")}
