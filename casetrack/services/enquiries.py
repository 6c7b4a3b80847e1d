"""Enquiries: two auditors of the audit desk ask whether a named person was looked for, listed or revealed.

What is typed about the person is a letter to the audit desk, and in nothing else. The answer is the same in form
whether or not there is a case of the person: none is named, counted or opened for it (docs/decisions/0032).
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from functools import partial
from typing import Any

from casetrack.crypto.indexes import Entry
from casetrack.crypto.keyring import SealedKeyset
from casetrack.domain import access
from casetrack.domain.actions import Action
from casetrack.domain.enquiries import answered_until, answering_until, check_desk, check_named, enough, reads_question
from casetrack.domain.errors import KeysUnavailable, NotFound, ReasonNeeded
from casetrack.domain.events import LogOpened
from casetrack.domain.finding import Birth, Known, ask
from casetrack.domain.finding_indexes import INDEXES
from casetrack.domain.holders import AUDIT_DESK, Holder
from casetrack.domain.ids import AccountId, Instant, ProposalId
from casetrack.domain.proposals import Proposal, ProposalKind
from casetrack.domain.working_hours import day_bounds
from casetrack.services.approvals import KeptProposal, ProposalCard
from casetrack.services.audit import Use, note_look
from casetrack.services.indexed import entries_in
from casetrack.services.journal import Purpose
from casetrack.services.lists import Page
from casetrack.services.proposing import What, propose_to, save_proposal, words_of
from casetrack.services.traces import MOST_TRACES, Searched, Shown, SoughtTag
from casetrack.services.wording import check_words
from casetrack.services.work import UnitOfWork


@dataclass(frozen=True, repr=False)
class Enquired:
    """What is asked: about whom, over which days, and why."""

    known: Known
    since: date
    until: date
    why: str = ""
    """In words: as the asker typed them, for the second."""


@dataclass(frozen=True)
class EnquiryView:
    """An enquiry as its page shows it."""

    enquiry: Proposal
    asked: Enquired | None
    """None to whoever neither is one of the two nor may become the second."""
    names: Mapping[AccountId, str]
    may: frozenset[Action]
    until: Instant | None
    """Until when its answer may be read; None where there is none to read, or not for the reader."""


@dataclass(frozen=True)
class Answer:
    """What the log tells, within the auditors' scope: the same sections, whatever there is."""

    enquiry: Proposal
    asked: Enquired
    until: Instant
    names: Mapping[AccountId, str]
    """What colleagues call the two."""
    searched: tuple[Searched, ...]
    shown: tuple[Shown, ...]
    is_whole: bool
    """False where there is more than is told."""
    unasked: tuple[Holder, ...]
    """The organisations whose keys could not be reached: nobody asked by what they would find a person."""


def list_enquiries(work: UnitOfWork, use: Use, *, page: int) -> Page[ProposalCard]:
    """What auditors of the audit desk have asked, the newest first: who asked and how it stands, never about whom."""
    work.require(Action.ENQUIRY_LIST)
    check_desk(work.actor)
    cards = work.stores.proposals.enquiries(page=page)
    note_look(work, Action.ENQUIRY_LIST, use)
    return cards


def enquiries_to_decide(work: UnitOfWork) -> int:
    """How many enquiries wait for the actor or a colleague as the second auditor; none out of the audit desk.

    Of more than a page of them, those of the page that expires first.
    """
    if work.actor.holder != AUDIT_DESK:
        return 0
    waiting = work.stores.proposals.waiting(AUDIT_DESK, work.now, page=1).items
    of_desk = [card.proposal for card in waiting if card.proposal.kind is ProposalKind.ENQUIRY]
    return sum(enquiry.decidable_by(work.actor) for enquiry in of_desk)


def prepare_enquiry(work: UnitOfWork) -> None:
    """Whoever may not ask is refused before anything is typed."""
    work.require(Action.ENQUIRY_PROPOSE)
    check_desk(work.actor)


def propose_enquiry(work: UnitOfWork, asked: Enquired, use: Use) -> Proposal:
    """It waits for a second auditor of the audit desk, who reads who is meant and the words of this work's purpose.

    What is too little to know somebody by is refused as for a search; a name needs a birth besides.
    """
    prepare_enquiry(work)
    check_named(asked.known)
    ask(asked.known, today=work.today)
    what = What(ProposalKind.ENQUIRY, work.deployment.chance.uuid(), use.value, "")
    letter = _written(asked, work.purpose.words)
    return propose_to(work, what, None, to=AUDIT_DESK, before=(), letter=letter)


def view_enquiry(work: UnitOfWork, enquiry_id: ProposalId, use: Use) -> EnquiryView:
    """Who asks; and to the two, and whoever may become the second, about whom and why. Journalled here."""
    kept = _open(work, enquiry_id, to=Action.ENQUIRY_VIEW)
    enquiry = kept.proposal
    _note_look(work, Action.ENQUIRY_VIEW, enquiry, use)
    names = _names(work, enquiry)
    asked = _read(words_of(work, kept)) if reads_question(work.actor, enquiry, work.now) else None
    may = access.permitted_of_two(work.actor, enquiry, work.now)
    until = answered_until(enquiry) if work.actor.account in names else None
    return EnquiryView(enquiry, asked, names, may, until)


def approve_enquiry(work: UnitOfWork, enquiry_id: ProposalId, *, seen: int | None) -> Proposal:
    """Two auditors ask: from now on, and for as long as it is answered, each of them may read the answer."""
    kept = _open(work, enquiry_id, to=Action.PROPOSAL_APPROVE, seen=seen)
    check_words(work, None, Action.PROPOSAL_APPROVE)
    return save_proposal(work, kept.proposal.approve(by=work.actor, at=work.now), kept, about=None)


def refuse_enquiry(work: UnitOfWork, enquiry_id: ProposalId, *, seen: int | None) -> Proposal:
    """The second auditor does not agree, so nothing is answered; why is this work's purpose, sealed to the desk."""
    kept = _open(work, enquiry_id, to=Action.PROPOSAL_REFUSE, seen=seen)
    if not work.purpose.words.strip():
        raise ReasonNeeded
    check_words(work, None, Action.PROPOSAL_REFUSE)
    return save_proposal(work, kept.proposal.refuse(by=work.actor, at=work.now), kept, about=None)


def withdraw_enquiry(work: UnitOfWork, enquiry_id: ProposalId, *, seen: int | None) -> Proposal:
    """The audit desk has taken it back."""
    kept = _open(work, enquiry_id, to=Action.PROPOSAL_WITHDRAW, seen=seen)
    return save_proposal(work, kept.proposal.withdraw(by=work.actor, at=work.now), kept, about=None)


def answer_enquiry(work: UnitOfWork, enquiry_id: ProposalId, use: Use) -> Answer:
    """What the log tells one of the two, while it may be read: that it was read is journalled, and not what it said.

    The same is done whatever there is: every term in every organisation's indexes, and two questions of the log.
    """
    kept = _open(work, enquiry_id, to=Action.ENQUIRY_ANSWER)
    enquiry = kept.proposal
    until = answering_until(work.actor, enquiry, work.now)
    _note_look(work, Action.ENQUIRY_ANSWER, enquiry, use)
    asked = _read(words_of(work, kept))
    days = day_bounds(asked.since, asked.until)
    entries = entries_in(ask(asked.known, today=work.today).terms)
    searched = work.stores.traces.searches(_marks(work, entries), days)
    sought, unasked = _sought(work, entries, asked.known)
    shown = work.stores.traces.showings(enquiry.id, sought, days)
    is_whole = max(len(searched), len(shown)) <= MOST_TRACES
    return Answer(
        enquiry, asked, until, _names(work, enquiry), searched[:MOST_TRACES], shown[:MOST_TRACES], is_whole, unasked
    )


def _open(work: UnitOfWork, enquiry_id: ProposalId, *, to: Action, seen: int | None = None) -> KeptProposal:
    """The enquiry, for that action; `NotFound` of whatever else two people are needed for."""
    kept, _ = work.open_proposal(enquiry_id, to=to, seen=seen)
    if kept.proposal.kind is not ProposalKind.ENQUIRY:
        raise NotFound
    return kept


def _note_look(work: UnitOfWork, action: Action, enquiry: Proposal, use: Use) -> None:
    """That it was read is on the log, beside the enquiry. It says no number: that would say what was found."""
    looked = LogOpened(action=action, at=work.now, by=work.actor.account, proposal=enquiry.id, use=use)
    work.note(looked, sides=enquiry.sides, purpose=Purpose(work.purpose.code))


def _names(work: UnitOfWork, enquiry: Proposal) -> Mapping[AccountId, str]:
    """What colleagues call the two, as far as there are two."""
    return work.stores.accounts.names(each for each in (enquiry.proposed_by, enquiry.decided_by) if each is not None)


def _marks(work: UnitOfWork, entries: list[Entry]) -> Mapping[str, str]:
    """What the log has of a search for any of these, by every version of the audit desk's keys, with its index."""
    terms = [(index, value) for index, _, value in entries]
    keyring, found = work.deployment.keyring, dict[str, str]()
    for desk in _there(work.trust.chain(AUDIT_DESK)):
        made = work.trust.asking(partial(keyring.search_marks, desk, terms))
        found |= {f"{index}:{mark.hex()}": index for (index, _), mark in zip(terms, made, strict=True)}
    return found


def _sought(work: UnitOfWork, entries: list[Entry], known: Known) -> tuple[list[SoughtTag], tuple[Holder, ...]]:
    """The tags that a record of the person may have with any organisation, and those whose keys cannot be reached."""
    keyring, needed = work.deployment.keyring, {index.name: enough(index, known) for index in INDEXES}
    sought, unasked = list[SoughtTag](), list[Holder]()
    for holder in (each for each in work.stores.holders.all() if each.kind.holds_cases):
        try:
            for keyset in _there(work.trust.chain(holder.code)):
                made = work.trust.asking(partial(keyring.tags, keyset, entries))
                sought += [
                    SoughtTag(index, holder.code, keyset.public.version, tag, term, needed[index])
                    for term, ((index, _, _), tag) in enumerate(zip(entries, made, strict=True))
                ]
        except KeysUnavailable:
            unasked.append(holder)
    return sought, tuple(unasked)


def _there(chain: tuple[SealedKeyset, ...]) -> list[SealedKeyset]:
    """Those whose private half is there: nothing is left that one was needed for whose is gone."""
    return [keyset for keyset in chain if not keyset.is_destroyed]


def _written(asked: Enquired, why: str) -> str:
    """What is asked, as the letter to the audit desk has it."""
    said = {"known": asdict(asked.known), "since": asked.since, "until": asked.until, "why": why}
    return json.dumps(said, default=date.isoformat, ensure_ascii=False)


def _read(letter: str) -> Enquired:
    said: dict[str, Any] = json.loads(letter)
    known = {name: tuple(value) for name, value in said["known"].items() if name != "birth"}
    born = said["known"]["birth"]
    birth = Birth(born["year"], date.fromisoformat(born["day"]) if born["day"] else None) if born else None
    since, until = (date.fromisoformat(said[name]) for name in ("since", "until"))
    return Enquired(Known(**known, birth=birth), since, until, said["why"])
