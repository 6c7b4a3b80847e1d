"""What left casetrack, to whom and what for: listed for whoever has the case and for auditors, and recorded.

What a transfer or an export gives tells itself. What somebody tells outside casetrack they record: in codes, and in
words that are sealed with the strand it belongs to.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from casetrack.domain.actions import Action
from casetrack.domain.case import Case
from casetrack.domain.disclosures import Disclosure, Regime, regime_of, strand_of
from casetrack.domain.errors import IntegrityBroken
from casetrack.domain.factfiles import Facts
from casetrack.domain.holdings import Part, Strand
from casetrack.domain.ids import DisclosureId, HolderCode
from casetrack.domain.references import Reference
from casetrack.domain.words import N_
from casetrack.services.audit import Use, note_look
from casetrack.services.departures import Departure, read_departure
from casetrack.services.fields import DISCLOSURES
from casetrack.services.lists import Page
from casetrack.services.milestones import strands_seen
from casetrack.services.register import LOG, LOG_USE, ORGANISATION, RIGHT_OF_ACCESS, TRANSFER, RegisterQuery
from casetrack.services.sealing import open_rows, rows_of, seal_fields
from casetrack.services.wording import check_words
from casetrack.services.work import UnitOfWork

REGIMES: Final[Mapping[Regime, str]] = {
    Regime.LAW_ENFORCEMENT: N_("Part 3 of the Data Protection Act 2018"),
    Regime.GENERAL: N_("UK GDPR"),
}


@dataclass(frozen=True, kw_only=True)
class NewDisclosure:
    """What somebody records: what kind of body was told, and which organisation if casetrack knows it."""

    on: date
    kind: str
    recipient: HolderCode | None
    reason: str
    basis: str | None
    parts: frozenset[Part]
    words: str = field(repr=False)


@dataclass(frozen=True)
class Disclosures:
    """A case, and one page of what left of it, the newest first."""

    case: Case
    page: Page[Departure]


def recipient_kinds(facts: Facts) -> Mapping[str, str]:
    """Everything that a recipient may be said to be, past or present, and its words."""
    return {**_labels(facts, "recipient_kinds"), LOG: N_("Whoever is given the log")}


def reasons(facts: Facts) -> Mapping[str, str]:
    """Everything that a disclosure may be said to be for, past or present, and its words."""
    of_itself = {
        TRANSFER: N_("So that the receiving organisation looks after the person"),
        RIGHT_OF_ACCESS: N_("The person asked what is held about them"),
        LOG_USE: N_("So that others can check the log"),
    }
    return {**of_itself, **_labels(facts, "disclosure_purposes")}


def list_disclosures(work: UnitOfWork, reference: Reference, *, page: int) -> Disclosures:
    """One page of what left of the case; what was written of it is opened for those who have its strand."""
    case = work.open(reference, to=Action.DISCLOSURE_LIST)
    unseen = frozenset(Strand) - strands_seen(work, case)
    found = _read(work, RegisterQuery(case=case.id, unseen=unseen, page=page))
    shown = {each.disclosure for each in found.items}
    rows = [row for row in rows_of(work, case, DISCLOSURES.values()) if row.subject in shown]
    work.look(case, Action.DISCLOSURE_LIST, rows)
    said = dict(zip((row.subject for row in rows), open_rows(work, case, rows), strict=True))
    told = (replace(each, words=_words(said.get(each.disclosure))) if each.disclosure else each for each in found.items)
    return Disclosures(case, replace(found, items=tuple(told)))


def look_at_disclosures(work: UnitOfWork, query: RegisterQuery, use: Use) -> Page[Departure]:
    """One page of what left within the auditor's scope; that it was looked at, and what for, is on the log."""
    work.require(Action.AUDIT_SEARCH)
    found = _read(work, query)
    note_look(work, Action.AUDIT_SEARCH, use, *query.filters, entries=len(found.items))
    return found


def record_disclosure(work: UnitOfWork, reference: Reference, new: NewDisclosure, *, seen: int | None) -> Case:
    """It is recorded what the actor's organisation told somebody, and what was written of it is sealed."""
    case = work.open(reference, to=Action.DISCLOSURE_RECORD, seen=seen)
    recipient = work.deployment.holders[new.recipient] if new.recipient else None
    kind = ORGANISATION if recipient else new.kind
    for of, code in (("recipient_kinds", kind), ("disclosure_purposes", new.reason), ("lawful_bases", new.basis)):
        if code is not None:
            work.deployment.check_code(of, code)
    of_kind = work.deployment.facts.codes["recipient_kinds"].codes[kind].more["regime"]
    ours = regime_of(work.deployment.holders[work.actor.holder])
    disclosure = Disclosure(
        id=DisclosureId(work.deployment.chance.uuid()),
        strand=strand_of(new.parts, case.holdings.led_by(work.actor.holder)),
        on=new.on,
        kind=kind,
        recipient=new.recipient,
        reason=new.reason,
        basis=new.basis,
        from_regime=ours,
        to_regime=regime_of(recipient) if recipient else Regime(of_kind) if of_kind else None,
        parts=new.parts,
    )
    recorded = case.disclose(disclosure, by=work.actor, at=work.now)
    check_words(work, case, Action.DISCLOSURE_RECORD, new.words)
    seal_fields(work, case, {DISCLOSURES[disclosure.strand]: new.words}, subject=disclosure.id)
    return work.save(recorded)


def _read(work: UnitOfWork, query: RegisterQuery) -> Page[Departure]:
    found = work.stores.register.find(query)
    holders = work.deployment.holders
    return Page(tuple(read_departure(card, holders) for card in found.items), found.number, found.total, found.size)


def _words(said: object) -> str:
    if said is None or isinstance(said, str):
        return said or ""
    raise IntegrityBroken


def _labels(facts: Facts, of: str) -> Mapping[str, str]:
    return {code: each.label for code, each in facts.codes[of].codes.items()}
