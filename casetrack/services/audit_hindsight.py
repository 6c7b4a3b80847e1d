"""As at an instant that has passed, who could have opened a case: from what the journal tells, and the sealed holdings.

Who was responsible is asked of the holdings, each checked by its own seal, and held against what the journal says of
who became responsible. Whose accounts there were is asked of the journal alone.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from casetrack.domain.access import Reach
from casetrack.domain.actions import Action
from casetrack.domain.actors import Role
from casetrack.domain.door_events import AccountClosed, AccountCreated
from casetrack.domain.events import HandedOff, StrandBegun
from casetrack.domain.hindsight import AccountThen, CouldOpen, Passing, told, who_could
from casetrack.domain.holdings import Holdings, Part, Strand
from casetrack.domain.ids import AccountId, HolderCode, Instant, TransferId
from casetrack.domain.references import Reference
from casetrack.services.audit import Use, note_look
from casetrack.services.desk import Told
from casetrack.services.journal import read_detail, read_kind
from casetrack.services.seals import check_holding
from casetrack.services.work import UnitOfWork


@dataclass(frozen=True)
class Able:
    """Somebody who could have opened the case then, and what colleagues call them."""

    could: CouldOpen
    name: str


@dataclass(frozen=True)
class Responsible:
    """An organisation that was responsible for some of the case then, and whose accounts could have opened it."""

    holder: HolderCode
    strands: frozenset[Strand]
    """What it led."""
    parts: frozenset[Part]
    """What its keys opened."""
    since: Instant
    people: tuple[Able, ...] | None
    """By name. None where that is for the organisation's own auditors to know."""


@dataclass(frozen=True)
class Then:
    """How a case stood at an instant that has passed."""

    at: Instant
    is_known: bool
    """The auditor may know who was responsible then: for one of a single organisation, because that was."""
    responsible: tuple[Responsible, ...] = ()
    """Nobody, before the case was opened."""
    passed_on: tuple[HolderCode, ...] = ()
    """Who had been responsible before, and then knew that, and no more of the case."""
    is_told_so: bool | None = None
    """The journal tells of the same holdings; None where the auditor does not read all that it says of that."""


def who_could_open(work: UnitOfWork, reference: Reference, at: Instant, use: Use) -> Then:
    """Who could have opened the case then, by the rules of access of today; that the auditor asked is on the log.

    `IntegrityBroken` if a holding is not as it was sealed: nothing that rests on it is said.
    """
    work.require(Action.AUDIT_SEARCH)
    note_look(work, Action.AUDIT_SEARCH, use, f"as-at={at.isoformat()}", f"reference={reference}")
    kept = work.stores.cases.audited(reference)
    for each in kept:
        check_holding(each, work.deployment.name, work.trust.version(each.seal.holder, each.seal.keyset_version))
    every = Holdings(tuple(each.holding for each in kept))
    then = every.as_at(at)
    if not kept or not (work.actor.national or work.actor.holder in then.holders):
        return Then(at, is_known=False)
    before = {row.holder for row in then.rows} - then.holders
    return Then(
        at,
        is_known=True,
        responsible=_responsible(work, then, at),
        passed_on=tuple(sorted(before)),
        is_told_so=_is_told(work, reference, every) if work.actor.national else None,
    )


def _responsible(work: UnitOfWork, then: Holdings, at: Instant) -> tuple[Responsible, ...]:
    asked = then.holders if work.actor.national else then.holders & {work.actor.holder}
    accounts = _accounts(work.stores.desk.made_for(sorted(asked)))
    names = work.stores.accounts.names(accounts)
    could = [each for each in who_could(accounts.values(), then, at) if each.reach is Reach.CASE]

    def people(holder: HolderCode) -> tuple[Able, ...]:
        theirs = (each for each in could if each.account.holder == holder)
        able = (Able(each, names.get(each.account.account, "")) for each in theirs)
        return tuple(sorted(able, key=lambda each: (each.name, each.could.account.account)))

    return tuple(
        Responsible(
            holder,
            then.led_by(holder),
            then.parts_of(holder),
            since=min(row.since for row in then.rows if row.holder == holder and row.is_open),
            people=people(holder) if holder in asked else None,
        )
        for holder in sorted(then.holders)
    )


def _accounts(events: Iterable[Told]) -> Mapping[AccountId, AccountThen]:
    """The accounts that were made, and when those were closed that were; what cannot be read makes none."""
    made: dict[AccountId, AccountThen] = {}
    for each in events:
        kind, detail = read_kind(each.payload), read_detail(each.payload)
        try:
            account = AccountId(UUID(str(detail.get("account"))))
            if kind == AccountCreated.__name__:
                role, holder = Role(str(detail.get("role"))), HolderCode(str(detail.get("holder")))
                made.setdefault(account, AccountThen(account, role, holder, each.at))
        except ValueError:
            continue
        if kind == AccountClosed.__name__ and account in made:
            made[account] = replace(made[account], until=made[account].until or each.at)
    return made


def _is_told(work: UnitOfWork, reference: Reference, kept: Holdings) -> bool:
    """The journal tells of exactly those holdings."""
    try:
        passings = [_passing(each) for each in work.stores.desk.became_responsible(reference)]
    except (KeyError, TypeError, ValueError):
        return False
    return set(told(passings).rows) == set(kept.rows)


def _passing(event: Told) -> Passing:
    """Who became responsible; any of several errors, if the event cannot be read."""
    kind, detail = read_kind(event.payload), read_detail(event.payload)
    codes: Collection[str] = [detail["strand"]] if kind == StrandBegun.__name__ else detail["strands"]
    to = detail["to_holder" if kind == HandedOff.__name__ else "holder"]
    transfer = event.payload["transfer"]
    via = TransferId(UUID(str(transfer))) if transfer is not None else None
    return Passing(event.at, frozenset(map(Strand, codes)), HolderCode(str(to)), via)
