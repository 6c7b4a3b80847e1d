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
    """The safe way to contact the person is sealed. What was not answered again stays as it was."""
    case = work.open(reference, to=Action.CONTACT_RECORD, seen=seen)
    before = open_fields(work, case, CONTACT)
    changed = {field: value for field, value in contact_values(answers).items() if before.get(field.name) != value}
    seal_fields(work, case, changed)
    return work.save(case.record_contact((field.name for field in changed), by=work.actor, at=work.now))


def reveal_contact(work: UnitOfWork, reference: Reference) -> tuple[Case, dict[str, Value]]:
    """How the person can be contacted safely, for the purpose of this unit of work."""
    case = work.open(reference, to=Action.CONTACT_REVEAL)
    return case, reveal(work, case, Action.CONTACT_REVEAL, CONTACT)


def contact_values(answers: Mapping[str, Value]) -> dict[SealedField, Value]:
    """The answers as sealed fields."""
    fields = named(CONTACT)
    return {fields[name]: value for name, value in answers.items() if value not in (None, "")}
