"""Subject access requests: recorded, checked with the person alone, restricted, decided on and answered.

A request is one sealed value, which each step seals anew: what was typed lies in no event. What is in clear is in the
events: dates, codes, and which step it was.
"""

import contextlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from casetrack.crypto.fields import Value
from casetrack.domain import access
from casetrack.domain.actions import Action
from casetrack.domain.calendars import Nation
from casetrack.domain.case import Case
from casetrack.domain.disclosures import Regime, regime_of
from casetrack.domain.errors import IntegrityBroken, NotFound, ReasonNeeded
from casetrack.domain.events import Consulted, Event
from casetrack.domain.holdings import Strand
from casetrack.domain.ids import CaseId, SarId
from casetrack.domain.notes import NoteKind
from casetrack.domain.references import Reference
from casetrack.domain.sar_events import (
    SarChecked,
    SarDecided,
    SarDelivered,
    SarExtended,
    SarRecorded,
    SarRestricted,
    SarWithdrawn,
)
from casetrack.domain.sars import (
    MONTHS,
    MORE_MONTHS,
    Asker,
    Checked,
    Decision,
    Delivery,
    Interpreter,
    Item,
    OneIsOpen,
    Period,
    ReceivedLater,
    Restriction,
    Sar,
    SarState,
    controllers,
    due_on,
)
from casetrack.services.caseload import everything
from casetrack.services.fields import SARS
from casetrack.services.in_hand import Broken
from casetrack.services.ports import SealedValue
from casetrack.services.sealing import open_rows, open_rows_across, rows_of, seal_fields
from casetrack.services.wording import check_words
from casetrack.services.work import UnitOfWork


@dataclass(frozen=True)
class OpenSars:
    """The open requests of many cases, and which of those cases are not as they were sealed."""

    sars: tuple[tuple[Case, Sar], ...]
    """The soonest due first."""
    broken: tuple[Reference, ...]
    """Of these nothing is shown: whether a request of theirs is open is not known."""
    soon: date
    """The last day that counts as soon."""


@dataclass(frozen=True)
class Sars:
    """The requests of a case, the newest first, and who was a controller of what, when."""

    case: Case
    sars: tuple[Sar, ...]
    periods: tuple[Period, ...]


def list_sars(work: UnitOfWork, reference: Reference) -> Sars:
    """Every request that lies with a strand of the actor's holder, as it stands."""
    case = work.open(reference, to=Action.SAR_LIST)
    rows = rows_of(work, case, SARS.values())
    work.look(case, Action.SAR_LIST, rows)
    sars = sorted(_opened(work, case, rows), key=lambda sar: (sar.received, sar.id.int), reverse=True)
    return Sars(case, tuple(sars), controllers(case.holdings, work.deployment.holders))


def list_open_sars(work: UnitOfWork) -> OpenSars:
    """Every open request of the cases of which the actor's holder looks after the person.

    Which cases it shows is journalled, and each that is broken as refused: it hides no other.
    """
    work.require(Action.SAR_LIST)
    found, broken = _open_across(work)
    found.sort(key=lambda each: (each[1].due, each[0].reference))
    work.refuse_each(broken, Action.SAR_LIST)
    shown = Consulted(
        action=Action.SAR_LIST,
        at=work.now,
        by=work.actor.account,
        cases=tuple(case.id for case, _ in found),
        labels=tuple(sorted({SARS[sar.strand].label.column for _, sar in found})),
        values=len(found),
    )
    work.note(shown)
    return OpenSars(tuple(found), tuple(sorted(each.reference for each in broken.values())), everything(work).soon)


def record_sar(
    work: UnitOfWork, reference: Reference, asker: Asker, received: date, words: str, *, seen: int | None
) -> tuple[Case, SarId]:
    """A request came on that day; the month runs, under the regime of the organisation that looks after the person."""
    case = work.open(reference, to=Action.SAR_RECORD, seen=seen)
    if received > work.today:
        raise ReceivedLater
    if any(sar.state.is_open for sar in _opened(work, case, rows_of(work, case, SARS.values()))):
        raise OneIsOpen
    sar = Sar(
        id=SarId(work.deployment.chance.uuid()),
        strand=Strand.SUPPORT if case.holdings.lead(Strand.SUPPORT) else Strand.INVESTIGATION,
        asker=asker,
        received=received,
        due=_due(work, case, received, MONTHS),
        regime=regime_of(work.deployment.holders[work.actor.holder]),
        words=words,
    )
    step = SarRecorded(**_of(work, case, sar), asker=asker, received=received, due=sar.due, regime=sar.regime)
    return _saved(work, case, sar, step, words), sar.id


def check_sar(work: UnitOfWork, reference: Reference, sar_id: SarId, checked: Checked, *, seen: int | None) -> Case:
    """It was found out with the person alone that whoever asks may have it."""
    work.deployment.check_code("authority_checks", checked.way)
    case, sar = _open(work, reference, sar_id, Action.SAR_CHECK, seen)
    step = SarChecked(**_of(work, case, sar), way=checked.way, interpreter=checked.interpreter)
    return _saved(work, case, sar.check(checked), step, checked.words)


def extend_sar(work: UnitOfWork, reference: Reference, sar_id: SarId, reason: str, *, seen: int | None) -> Case:
    """The request is due two months later, for that reason."""
    work.deployment.check_code("extension_reasons", reason)
    case, sar = _open(work, reference, sar_id, Action.SAR_EXTEND, seen)
    due = _due(work, case, sar.received, MONTHS + MORE_MONTHS)
    step = SarExtended(**_of(work, case, sar), reason=reason, due=due)
    return _saved(work, case, sar.extend(reason, due, work.today), step)


def restrict_sar(
    work: UnitOfWork, reference: Reference, sar_id: SarId, item: Item, why: Restriction | None, *, seen: int | None
) -> Case:
    """The item is left out of the answer for that reason; without one, it is not left out any more."""
    case, sar = _open(work, reference, sar_id, Action.SAR_RESTRICT, seen)
    of = None
    if why is not None:
        work.deployment.check_code("restriction_grounds", why.ground)
        if not why.words.strip():
            raise ReasonNeeded
        of = Regime(work.deployment.facts.codes["restriction_grounds"].codes[why.ground].more["regime"])
    step = SarRestricted(**_of(work, case, sar), item=item, ground=why.ground if why else None)
    return _saved(work, case, sar.restrict(item, why, of), step, why.words if why else "")


def decide_sar(
    work: UnitOfWork,
    reference: Reference,
    sar_id: SarId,
    decision: Decision,
    notes: Iterable[NoteKind],
    *,
    seen: int | None,
) -> Case:
    """What is given is decided: all but what is restricted, with those kinds of note; or nothing."""
    case, sar = _open(work, reference, sar_id, Action.SAR_DECIDE, seen)
    decided = sar.decide(decision, notes, work.today)
    grounds = frozenset(why.ground for why in sar.restrictions.values())
    step = SarDecided(**_of(work, case, sar), decision=decision, items=_given(decided), grounds=grounds)
    return _saved(work, case, decided, step)


def deliver_sar(work: UnitOfWork, reference: Reference, sar_id: SarId, delivery: Delivery, *, seen: int | None) -> Case:
    """The person has the answer, in a way that was agreed with them alone."""
    work.deployment.check_code("delivery_ways", delivery.way)
    case, sar = _open(work, reference, sar_id, Action.SAR_DELIVER, seen)
    answered = sar.deliver(delivery, work.today)
    step = SarDelivered(
        **_of(work, case, sar),
        on=delivery.on,
        way=delivery.way,
        decision=str(sar.decision),
        items=_given(sar),
        regime=sar.regime,
    )
    return _saved(work, case, answered, step, delivery.words)


def withdraw_sar(work: UnitOfWork, reference: Reference, sar_id: SarId, *, seen: int | None) -> Case:
    """The person does not ask any more."""
    case, sar = _open(work, reference, sar_id, Action.SAR_WITHDRAW, seen)
    return _saved(work, case, sar.withdraw(), SarWithdrawn(**_of(work, case, sar)))


def prepare_sar(work: UnitOfWork, reference: Reference, sar_id: SarId, to: Action) -> tuple[Case, Sar]:
    """The case and its request as they are, for the page of a step; that they were looked at is journalled."""
    case = work.open(reference, to=to, lock=False)
    rows = _rows(work, case, sar_id)
    work.look(case, Action.CASE_VIEW, rows)
    return case, _opened(work, case, rows)[0]


def find_sar(work: UnitOfWork, case: Case, sar_id: SarId) -> Sar:
    """The request of that id; `NotFound` if the case has none that the actor's holder can open."""
    return _opened(work, case, _rows(work, case, sar_id))[0]


def _rows(work: UnitOfWork, case: Case, sar_id: SarId) -> list[SealedValue]:
    rows = [row for row in rows_of(work, case, SARS.values()) if row.subject == sar_id]
    if not rows:
        raise NotFound
    return rows


def _open(work: UnitOfWork, reference: Reference, sar_id: SarId, to: Action, seen: int | None) -> tuple[Case, Sar]:
    case = work.open(reference, to=to, seen=seen)
    return case, find_sar(work, case, sar_id)


def _saved(work: UnitOfWork, case: Case, sar: Sar, step: Event, *words: str) -> Case:
    after = case.take_step(step, strand=sar.strand, by=work.actor)
    check_words(work, case, step.action, *words)
    seal_fields(work, case, {SARS[sar.strand]: written(sar)}, subject=sar.id)
    return work.save(after)


def _of(work: UnitOfWork, case: Case, sar: Sar) -> dict[str, Any]:
    """What every step of the request tells."""
    return {"case": case.id, "at": work.now, "by": work.actor.account, "sar": sar.id, "strand": sar.strand}


def _due(work: UnitOfWork, case: Case, received: date, months: int) -> date:
    return due_on(received, months, Nation.named(case.nation), work.deployment.working_days)


def _given(sar: Sar) -> frozenset[str]:
    return sar.given if sar.decision is Decision.GIVE else frozenset()


def _opened(work: UnitOfWork, case: Case, rows: Iterable[SealedValue]) -> list[Sar]:
    listed = list(rows)
    return [read(SarId(row.subject), said) for row, said in zip(listed, open_rows(work, case, listed), strict=True)]


def _open_across(work: UnitOfWork) -> tuple[list[tuple[Case, Sar]], dict[CaseId, Broken]]:
    """What is open in each case that the actor may list the requests of; and the cases that are broken."""
    held = work.stores.values.cases_with([field.label for field in SARS.values()], work.actor.holder)
    opened = open_rows_across(work, work.take_all(held), SARS.values())
    broken = dict(opened.broken)
    found: list[tuple[Case, Sar]] = []
    # Asked of each case as it was opened: somebody may have passed it on since it was found.
    for case in (case for case in opened.cases.values() if Action.SAR_LIST in access.permitted(work.actor, case)):
        try:
            sars = [read(SarId(row.subject), said) for row, said in opened.values.get(case.id, ())]
        except IntegrityBroken:
            broken[case.id] = Broken(case.reference, IntegrityBroken)
        else:
            found.extend((case, sar) for sar in sars if sar.state.is_open)
    return found, broken


def written(sar: Sar) -> dict[str, Any]:
    """The request as it is sealed."""
    checked, delivery = sar.checked, sar.delivery
    return {
        "strand": sar.strand.value,
        "asker": sar.asker.value,
        "received": sar.received.isoformat(),
        "due": sar.due.isoformat(),
        "regime": sar.regime.value,
        "words": sar.words,
        "state": sar.state.value,
        "checked": checked and {**vars(checked), "interpreter": checked.interpreter.value},
        "extension": sar.extension,
        "restrictions": {item.value: vars(why) for item, why in sar.restrictions.items()},
        "decision": sar.decision and sar.decision.value,
        "decided": sar.decided and sar.decided.isoformat(),
        "notes": sorted(kind.value for kind in sar.notes),
        "delivery": delivery and {**vars(delivery), "on": delivery.on.isoformat()},
    }


def read(sar_id: SarId, said: Value) -> Sar:
    """The request that was sealed so."""
    # Whoever has the keys may seal anything. An error of reading it would quote it: ours is raised outside its reach.
    if isinstance(said, dict):
        with contextlib.suppress(AttributeError, KeyError, TypeError, ValueError):
            return _read(sar_id, said)
    raise IntegrityBroken


def _read(sar_id: SarId, said: Mapping[str, Any]) -> Sar:
    maybe: Callable[[Any, Callable[[Any], Any]], Any] = lambda value, kind: None if value is None else kind(value)  # noqa: E731 - four fields are so
    return Sar(
        id=sar_id,
        strand=Strand(said["strand"]),
        asker=Asker(said["asker"]),
        received=date.fromisoformat(said["received"]),
        due=date.fromisoformat(said["due"]),
        regime=Regime(said["regime"]),
        words=str(said["words"]),
        state=SarState(said["state"]),
        checked=maybe(said["checked"], lambda it: Checked(**{**it, "interpreter": Interpreter(it["interpreter"])})),
        extension=said["extension"],
        restrictions={Item(item): Restriction(**why) for item, why in said["restrictions"].items()},
        decision=maybe(said["decision"], Decision),
        decided=maybe(said["decided"], date.fromisoformat),
        notes=frozenset(NoteKind(kind) for kind in said["notes"]),
        delivery=maybe(said["delivery"], lambda it: Delivery(**{**it, "on": date.fromisoformat(it["on"])})),
    )
