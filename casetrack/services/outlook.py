"""Where a case's milestones stand: read afresh for a page, and kept in brief for lists whenever the case is saved."""

from collections.abc import Collection, Iterable, Sequence

from casetrack.domain.calendars import Nation
from casetrack.domain.case import Case
from casetrack.domain.case import Status as CaseStatus
from casetrack.domain.catalogue import Responsible, Side
from casetrack.domain.holders import Holders
from casetrack.domain.holdings import Part, Strand
from casetrack.domain.ids import Instant
from casetrack.domain.progress import (
    OTHER_BODIES,
    EarlierNation,
    Row,
    Status,
    first_due,
    first_now,
    is_to_do_now,
    phase_of,
    progress,
    when_closed,
)
from casetrack.domain.records import Recorded, RecordState
from casetrack.domain.transfer import Transfer, TransferState
from casetrack.services.deployment import Deployment
from casetrack.services.ports import Outlook


def milestones_of(
    case: Case,
    deployment: Deployment,
    now: Instant,
    *,
    transfers: Iterable[Transfer] = (),
    strands: frozenset[Strand] = frozenset(Strand),
) -> tuple[Row, ...]:
    """Every milestone of the case as it stands now; whoever has those strands waits on what is for others to do.

    Once the case is closed nothing is due, for whatever page, list or program asks.
    """
    offers = tuple(transfers)
    rows = progress(
        deployment.facts.catalogue,
        case.records,
        age_group=case.age_group.treated_as,
        nation=Nation.named(case.nation),
        strands=case.holdings.strands,
        now=now,
        working_days=deployment.working_days,
        high_risk=case.is_high_risk,
        transfer_events=[state for transfer in offers for state in _states(transfer)],
        earlier_nations=_earlier_nations(case, deployment.holders),
        other_bodies=OTHER_BODIES | _not_for(strands, case.holdings.strands) | _other_side(offers),
    )
    return when_closed(rows) if case.status is CaseStatus.CLOSED else rows


def seen_by(rows: Iterable[Row], strands: Iterable[Strand]) -> tuple[Row, ...]:
    """The milestones that the workers of those strands see at all."""
    sides = {Side.BOTH, *(Side(strand) for strand in strands)}
    return tuple(row for row in rows if row.rule.visible_to in sides)


def outlook_of(case: Case, deployment: Deployment, now: Instant) -> Outlook:
    """What lists show of the case. A date that a sealed one could be told from is in none of it."""
    rows = milestones_of(case, deployment, now)
    support, investigation = (_to_do(rows, strand, case.holdings.strands) for strand in Strand)
    due_support, due_investigation = first_due(support), first_due(investigation)
    first_support = due_support or first_now(support)
    first_investigation = due_investigation or first_now(investigation)
    return Outlook(
        phase=phase_of(rows),
        due_support=due_support.due_on if due_support else None,
        due_investigation=due_investigation.due_on if due_investigation else None,
        milestone_support=first_support.rule.code if first_support else None,
        milestone_investigation=first_investigation.rule.code if first_investigation else None,
        do_now_support=is_to_do_now(support),
        do_now_investigation=is_to_do_now(investigation),
        waiting=any(row.status is Status.WAITING for row in rows),
        high_risk=case.is_high_risk,
    )


def _to_do(rows: Iterable[Row], strand: Strand, strands: Collection[Strand]) -> tuple[Row, ...]:
    """What the lead of that strand sees and has to do."""
    others = _not_for({strand}, strands)
    return tuple(row for row in seen_by(rows, {strand}) if row.rule.responsible not in others)


def _other_side(transfers: Sequence[Transfer]) -> frozenset[Responsible]:
    """Who is waited on in a transfer: the receiver until it answers, and the sender once it was accepted."""
    if any(transfer.state.is_open for transfer in transfers):
        return frozenset({Responsible.RECEIVING_HOLDER})
    if transfers and transfers[-1].state is TransferState.ACCEPTED:
        return frozenset({Responsible.SENDING_HOLDER})
    return frozenset()


def _not_for(mine: Collection[Strand], strands: Collection[Strand]) -> frozenset[Responsible]:
    """Who acts instead of the lead of these strands: the police, or everybody but them where each has its lead."""
    if Strand.INVESTIGATION not in mine:
        return frozenset({Responsible.POLICE_FORCE})
    if Strand.SUPPORT not in mine and Strand.SUPPORT in strands:
        return frozenset(Responsible) - {Responsible.POLICE_FORCE}
    return frozenset()


def _earlier_nations(case: Case, holders: Holders) -> tuple[EarlierNation, ...]:
    """A clock keeps the rules of the nation that it started in: that of whoever then looked after the person.

    Who that is, the holdings of the safe address say, whichever strands the case had at the time.
    """
    line = (row for row in case.holdings.rows if row.part is Part.SAFE_ADDRESS)
    return tuple(EarlierNation(Nation.named(holders[row.holder].nation), row.until) for row in line if row.until)


def _states(transfer: Transfer) -> Iterable[Recorded]:
    """The states that an offer has been through, as the clocks of the catalogue wait on them."""
    reached = [("sent", transfer.sent_at), ("seen", transfer.seen_at)]
    if not transfer.state.is_open:
        reached.append((transfer.state.value, transfer.answered_at))
    for state, at in reached:
        if at is not None:
            yield Recorded("transfer", RecordState.FACT, state, at, at, transfer.id)
