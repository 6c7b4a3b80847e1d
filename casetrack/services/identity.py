"""Who the person is: recorded, and revealed. Reading a name is something that is done, for a reason, on the log."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from casetrack.crypto.fields import Value
from casetrack.domain.actions import Action
from casetrack.domain.case import Case, IdentityState
from casetrack.domain.errors import NoIdentity, ReasonNeeded
from casetrack.domain.events import Revealed
from casetrack.domain.holdings import Part
from casetrack.domain.references import Reference
from casetrack.services.fields import IDENTITY, SealedField, named
from casetrack.services.quotas import spend
from casetrack.services.sealing import open_fields, seal_fields
from casetrack.services.surnames import compare_surnames
from casetrack.services.wording import check_words
from casetrack.services.work import UnitOfWork

ADULT_AT = 18
SURNAME: Final = "family_name"
FOLLOW: Final[Mapping[str, tuple[str, ...]]] = {"birth_date": ("birth_date_is_estimate", "turns_18")}
"""What is said of another field, or follows from it, and goes with it."""


def record_identity(
    work: UnitOfWork, reference: Reference, state: IdentityState, names: Mapping[str, Value], *, seen: int | None
) -> Case:
    """What is known of who the person is, or why it is not, is sealed.

    None clears; what was not answered again stays as it was. A name that was given is not cleared down to nothing.
    """
    case = work.open(reference, to=Action.IDENTITY_RECORD, seen=seen)
    before = open_fields(work, case, IDENTITY)
    lost = _emptied(names) if state is IdentityState.GIVEN else {field.name for field in IDENTITY}
    wanted: dict[SealedField, Value] = {field: None for field in IDENTITY if field.name in lost & before.keys()}
    wanted |= identity_values(state, names)
    after = {**before, **{field.name: value for field, value in wanted.items()}}
    if state is IdentityState.GIVEN and not any(after.values()):
        raise NoIdentity
    changed = {field: value for field, value in wanted.items() if before.get(field.name) != value}
    seal_fields(work, case, changed)
    cleared = [field.name for field, value in changed.items() if value is None]
    labels = (field.name for field in changed)
    recorded = case.record_identity(state, labels, cleared=cleared, by=work.actor, at=work.now)
    return work.save(recorded, changes=bool(changed) or state is not case.identity)


def recorded_of(work: UnitOfWork, case: Case) -> frozenset[str]:
    """Which fields of the identity hold something, by name: nothing is opened for it."""
    names = {field.label: field.name for field in IDENTITY}
    current = work.stores.values.current(case.id, Part.IDENTITY)
    return frozenset(names[value.label] for value in current if value.label in names)


def _emptied(names: Mapping[str, Value]) -> set[str]:
    emptied = {name for name, value in names.items() if value is None}
    return emptied.union(*(FOLLOW.get(name, ()) for name in emptied))


def reveal_identity(work: UnitOfWork, reference: Reference) -> tuple[Case, dict[str, Value]]:
    """Who the person is, for the purpose of this unit of work: the event is journalled before anything is opened."""
    case = work.open(reference, to=Action.IDENTITY_REVEAL)
    if case.identity is not IdentityState.GIVEN:
        raise NoIdentity
    return case, reveal(work, case, Action.IDENTITY_REVEAL, IDENTITY)


def reveal(work: UnitOfWork, case: Case, action: Action, fields: tuple[SealedField, ...]) -> dict[str, Value]:
    """The fields' values, after the showing of them is on the journal with its reason.

    `QuotaSpent` once the actor was shown as much within the hour as one person may be.
    """
    check_reason(work)
    check_words(work, case, action, by_name=False)
    spend(work, reveals=1)
    labels = tuple(field.name for field in fields)
    shown = Revealed(action=action, at=work.now, by=work.actor.account, case=case.id, labels=labels)
    entry = work.note(shown, about=case)
    values = open_fields(work, case, fields)
    if SURNAME in labels:
        compare_surnames(work, entry, [values.get(SURNAME)], case.holdings.holders)
    return {name: value for name, value in values.items() if value not in (None, "")}


def check_reason(work: UnitOfWork) -> None:
    """Somebody who asks to be shown who people are says what for, in a code of the list and in their own words."""
    if not work.purpose.words.strip():
        raise ReasonNeeded
    work.deployment.check_code("reveal_purposes", work.purpose.code)


def identity_values(state: IdentityState, names: Mapping[str, Value]) -> dict[SealedField, Value]:
    """The answers as sealed fields, with what follows from them; none unless the person gave a name."""
    if state is not IdentityState.GIVEN:
        return {}
    fields = named(IDENTITY)
    values: dict[SealedField, Value] = {fields[name]: value for name, value in names.items() if value not in (None, "")}
    birth_date = names.get("birth_date")
    if isinstance(birth_date, date):
        values[fields["turns_18"]] = birthday(birth_date, ADULT_AT)
    return values


def birthday(birth_date: date, age: int) -> date:
    """The day on which the person reaches that age; somebody born on 29 February does so on 1 March of other years."""
    year = birth_date.year + age
    try:
        return birth_date.replace(year=year)
    except ValueError:
        return date(year, 3, 1)
