"""Builders for tests about cases and transfers. Every organisation here is invented, and says so in its name."""

from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from casetrack.domain.actors import Actor, Auth, Role
from casetrack.domain.case import AgeGroup, Areas, BeginReason, Case
from casetrack.domain.disclosures import Disclosure, Regime
from casetrack.domain.errors import CasetrackError
from casetrack.domain.events import Event
from casetrack.domain.holders import Holder, HolderKind
from casetrack.domain.holdings import STRAND_PARTS, Holding, Holdings, Part, Strand
from casetrack.domain.ids import AccountId, CaseId, DisclosureId, HolderCode, SarId, TransferId
from casetrack.domain.records import Recorded, RecordState
from casetrack.domain.references import Pseudonym, Reference
from casetrack.domain.sar_events import SarWithdrawn
from casetrack.domain.transfer import Transfer

NINE: Final = datetime(2026, 11, 2, 9, tzinfo=UTC)
"""Nine in the morning of a Monday in winter, when London and UTC agree: the hour at which every case here is opened."""

SUPPORT: Final = frozenset({Strand.SUPPORT})
INVESTIGATION: Final = frozenset({Strand.INVESTIGATION})
BOTH: Final = frozenset(Strand)
INFORMATION_ONLY: Final[frozenset[Strand]] = frozenset()


def holder(code: str, kind: HolderKind, nation: str = "England") -> Holder:
    """An organisation that there is not."""
    return Holder(HolderCode(code), f"Invented {code.replace('-', ' ').title()}", kind, nation)


EASTMARCH: Final = holder("eastmarch", HolderKind.TERRITORIAL)
NORTHMARCH: Final = holder("northmarch", HolderKind.TERRITORIAL, "Scotland")
RIVERWATCH: Final = holder("riverwatch", HolderKind.SPECIAL, "Great Britain")
LANTERN: Final = holder("lantern-house", HolderKind.PARTNER)
HARBOUR: Final = holder("harbour-trust", HolderKind.PARTNER, "Wales")
DESK: Final = holder("desk", HolderKind.AUDIT_DESK)

FORCES: Final = (EASTMARCH, NORTHMARCH, RIVERWATCH)
PARTNERS: Final = (LANTERN, HARBOUR)
CASE_HOLDERS: Final = (*FORCES, *PARTNERS)


def number(value: int) -> UUID:
    """An id that a failing test can be read by."""
    return UUID(int=value)


WORKER: Final = AccountId(number(70))
"""A worker of whichever organisation takes a strand."""


def actor(of: Holder, role: Role = Role.LEAD, account: int = 1, *, auth: Auth = Auth.PASSWORD) -> Actor:
    """Somebody at work for that organisation."""
    return Actor(AccountId(number(account)), role, of.code, auth)


def after(hours: float) -> datetime:
    """So many hours after nine."""
    return NINE + timedelta(hours=hours)


def opened(
    by: Holder = EASTMARCH,
    strands: Iterable[Strand] = BOTH,
    *,
    age_group: AgeGroup = AgeGroup.ADULT,
    case: int = 10,
) -> Case:
    """A case that the organisation has opened, at nine."""
    return Case.open(
        id=CaseId(number(case)),
        reference=Reference("CT-7K3M-92Q2"),
        pseudonym=Pseudonym("bright lantern"),
        strands=strands,
        by=actor(by),
        holder=by,
        at=NINE,
        age_group=age_group,
        areas=Areas(),
    )


def a_disclosure(**changes: object) -> Disclosure:
    """A council was told of the support, on the day on which a case was opened; or it is otherwise by those changes."""
    told = Disclosure(
        id=DisclosureId(number(82)),
        strand=Strand.SUPPORT,
        on=NINE.date(),
        kind="council",
        recipient=None,
        reason="housing",
        basis=None,
        from_regime=Regime.LAW_ENFORCEMENT,
        to_regime=Regime.GENERAL,
        parts=frozenset({Part.SUPPORT}),
    )
    return replace(told, **changes)  # type: ignore[arg-type]  # each by its own name


def a_step(case: Case, by: AccountId) -> SarWithdrawn:
    """A request of the person was withdrawn."""
    return SarWithdrawn(case=case.id, at=after(1), by=by, sar=SarId(number(83)), strand=Strand.SUPPORT)


def offered(
    case: Case,
    to: Holder,
    strands: Iterable[Strand] = BOTH,
    *,
    by: Holder = EASTMARCH,
    hour: float = 1,
    offer: int = 20,
) -> Transfer:
    """An offer of the case's strands that the organisation has sent."""
    return Transfer.send(
        id=TransferId(number(offer)),
        case=case,
        strands=strands,
        to=to,
        reason="relocated-for-safety",
        already_moved=False,
        by=actor(by),
        at=after(hour),
    )


def accepted(transfer: Transfer, to: Holder, *, hour: float = 2) -> Transfer:
    """The offer, once that organisation has taken it."""
    return transfer.accept(by=actor(to), at=after(hour))


def taken(case: Case, transfer: Transfer, to: Holder, *, hour: float = 2) -> Case:
    """The case, once that organisation has taken what the offer moves."""
    return case.hand_off(accepted(transfer, to, hour=hour), to=to, worker=WORKER, by=actor(to), at=after(hour))


def holder_of(by: Actor) -> Holder:
    """The organisation that the actor works for."""
    return next(each for each in CASE_HOLDERS if each.code == by.holder)


def lacking(case: Case) -> Strand:
    """The strand that the case lacks; of one that lacks none, the investigation."""
    return next(iter(case.holdings.lacking), Strand.INVESTIGATION)


def begun(
    case: Case,
    by: Actor,
    strand: Strand | None = None,
    reason: BeginReason | None = BeginReason.AGREED,
    *,
    hour: float = 1,
) -> Case:
    """The case, once the actor's organisation leads the strand that it lacked too."""
    return case.begin_strand(strand or lacking(case), reason, holder=holder_of(by), by=by, at=after(hour))


def moved(case: Case, to: Holder, strands: Iterable[Strand] = BOTH, *, by: Holder = EASTMARCH, offer: int = 20) -> Case:
    """The case, once the one organisation has offered and the other has taken the strands."""
    return taken(case, offered(case, to, strands, by=by, offer=offer), to)


def closed(case: Case, by: Holder = EASTMARCH) -> Case:
    """The case, once that organisation has closed it, at noon."""
    return case.close("support-ended", by=actor(by), at=after(3))


def met(code: str, outcome: str | None = None, *, hour: float = 0, written: float | None = None) -> Recorded:
    """A milestone that was met at that hour, and written down then or later."""
    recorded_at = after(hour if written is None else written)
    return Recorded(code, RecordState.MET, outcome, after(hour), recorded_at, number(10_000 + int(hour)))


def line(holdings: Holdings, strand: Strand) -> list[Holding]:
    """The leads of the strand, one after another."""
    leads = [row for row in holdings.rows if row.part is STRAND_PARTS[strand]]
    return sorted(leads, key=lambda row: row.number or 0)


def had_at(holdings: Holdings, part: Part, at: datetime) -> list[HolderCode]:
    """Who had the part at that instant: a holding has its first instant and not its last."""
    rows = (row for row in holdings.rows if row.part is part)
    return [row.holder for row in rows if row.since <= at and (row.until is None or at < row.until)]


def is_unbroken(leads: list[Holding]) -> bool:
    """True if each lead begins at the instant at which the one before it ends, and only the last has not ended."""
    numbered = [row.number for row in leads] == [*range(1, len(leads) + 1)]
    return numbered and [row.until for row in leads] == [*(row.since for row in leads[1:]), None]


def only_event(thing: Case | Transfer, before: Case | Transfer) -> Event:
    """The one event by which the one became the other, which is also its next version."""
    assert thing.version == before.version + 1
    assert thing.events[:-1] == before.events
    return thing.events[-1]


def differing(one: Case | Transfer, other: Case | Transfer) -> set[str]:
    """The fields in which the one is not as the other."""
    return {each.name for each in fields(one) if getattr(one, each.name) != getattr(other, each.name)}


def refused_by(attempt: Callable[[], object]) -> type[CasetrackError] | None:
    """What the attempt was refused by; None if it was not."""
    try:
        attempt()
    except CasetrackError as refused:
        return type(refused)
    return None
