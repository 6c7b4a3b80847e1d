"""Who may do what: one table, and readers of it that cannot disagree.

First it is asked how much of a case the actor has (`reach`), or on which side of an offer the actor
is (`side`); then whether the role may do the thing with that. What an actor has nothing of does not
exist for them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import Final, Protocol

from casetrack.domain.actions import Action
from casetrack.domain.actors import CASEWORKERS, Actor, Auth, Role
from casetrack.domain.case import Case, Status
from casetrack.domain.erasures import Tombstone
from casetrack.domain.errors import NeedsStepUp, NotFound, NotOurPart, NotOursToClose, NotPermitted, PassedOn
from casetrack.domain.holdings import Holdings, Part
from casetrack.domain.ids import Instant
from casetrack.domain.proposals import Proposal, ProposalKind
from casetrack.domain.transfer import Transfer


class Held(Protocol):
    """Whatever somebody is responsible for: a case as it is, or as it was at an instant."""

    @property
    def holdings(self) -> Holdings:
        """Who is responsible for what of it."""


class Reach(IntEnum):
    """How much of a case an actor has."""

    NOTHING = 0
    STUB = 1
    """A former holder's: what the case was called, when it had it, and who is responsible now since when."""
    CASE = 2


class Side(Enum):
    """Where an actor stands to an offer. A receiver sees what the sender chose to share, and no identity."""

    SENDER = "sender"
    RECEIVER = "receiver"


EITHER = frozenset(Side)


@dataclass(frozen=True)
class Rule:
    """The roles that may do something, and how much of the case, or which side of the offer, they must have for it."""

    roles: frozenset[Role]
    reach: Reach = Reach.NOTHING
    part: Part | None = None
    """A part that the actor's holder must hold."""
    looks_after: bool = False
    """The actor's holder must look after the person: lead the support strand, or the only strand there is."""
    sides: frozenset[Side] = frozenset()
    """The sides of an offer from which it is done; who answers which offer is then the transfer's own rule."""
    of_two: bool = False
    """It is done with a proposal, of which the actor is of either side; who decides is then the proposal's own rule."""


LEADS = frozenset({Role.LEAD, Role.SUPERVISOR})
SUPERVISORS = frozenset({Role.SUPERVISOR})
AUDITORS = frozenset({Role.AUDITOR})
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
DECIDERS = LEADS | ADMINISTRATORS
"""Who may be one of two people: leads and supervisors about a case, administrators about keys."""
OF_TWO = DECIDERS | AUDITORS
"""The same, and auditors, about whether a named person was looked for: that has pages of its own, at their desk."""
EVERYONE = frozenset(Role)
NOBODY: frozenset[Role] = frozenset()

RULES: Mapping[Action, Rule] = {
    Action.CASELOAD_VIEW: Rule(CASEWORKERS),
    Action.CASELOAD_NAME: Rule(CASEWORKERS),
    Action.CASE_LIST: Rule(CASEWORKERS),
    Action.CASE_FIND: Rule(CASEWORKERS),
    Action.CASE_OPEN: Rule(CASEWORKERS),
    Action.CASE_VIEW: Rule(CASEWORKERS, Reach.STUB),
    Action.CASE_PLACE: Rule(CASEWORKERS, Reach.CASE),
    Action.CASE_ASSIGN: Rule(LEADS, Reach.CASE),
    Action.CASE_CLOSE: Rule(CASEWORKERS, Reach.CASE, looks_after=True),
    Action.CASE_REOPEN: Rule(LEADS, Reach.CASE, looks_after=True),
    Action.PERSON_FIND: Rule(CASEWORKERS),
    # As for opening a case: whoever may open one for both strands may begin the second later, or would open another.
    Action.STRAND_BEGIN: Rule(CASEWORKERS, Reach.CASE),
    Action.IDENTITY_RECORD: Rule(CASEWORKERS, Reach.CASE, Part.IDENTITY),
    Action.IDENTITY_REVEAL: Rule(CASEWORKERS, Reach.CASE, Part.IDENTITY),
    Action.CONTACT_RECORD: Rule(CASEWORKERS, Reach.CASE, Part.SAFE_ADDRESS),
    Action.CONTACT_REVEAL: Rule(CASEWORKERS, Reach.CASE, Part.SAFE_ADDRESS),
    Action.MILESTONE_LIST: Rule(CASEWORKERS, Reach.CASE),
    Action.MILESTONE_RECORD: Rule(CASEWORKERS, Reach.CASE),
    Action.MILESTONE_REOPEN: Rule(CASEWORKERS, Reach.CASE),
    # Files and notes: which strand's they are is then asked of the part that each lies in.
    Action.FILE_LIST: Rule(CASEWORKERS, Reach.CASE),
    Action.FILE_ATTACH: Rule(CASEWORKERS, Reach.CASE),
    Action.FILE_OPEN: Rule(CASEWORKERS, Reach.CASE),
    Action.NOTE_LIST: Rule(CASEWORKERS, Reach.CASE),
    Action.NOTE_WRITE: Rule(CASEWORKERS, Reach.CASE),
    Action.NOTE_OPEN: Rule(CASEWORKERS, Reach.CASE),
    # As for notes: what is recorded lies with a strand. Of a closed case too: something may leave at any time.
    Action.DISCLOSURE_LIST: Rule(CASEWORKERS, Reach.CASE),
    Action.DISCLOSURE_RECORD: Rule(CASEWORKERS, Reach.CASE),
    # A request is answered by whoever looks after the person, of a closed case too. Its turn is the request's own rule.
    Action.SAR_LIST: Rule(LEADS, Reach.CASE, looks_after=True),
    Action.SAR_RECORD: Rule(LEADS, Reach.CASE, looks_after=True),
    Action.SAR_CHECK: Rule(LEADS, Reach.CASE, looks_after=True),
    Action.SAR_EXTEND: Rule(LEADS, Reach.CASE, looks_after=True),
    Action.SAR_RESTRICT: Rule(LEADS, Reach.CASE, looks_after=True),
    Action.SAR_DECIDE: Rule(LEADS, Reach.CASE, looks_after=True),
    Action.SAR_COPY: Rule(LEADS, Reach.CASE, looks_after=True),
    Action.SAR_DELIVER: Rule(LEADS, Reach.CASE, looks_after=True),
    Action.SAR_WITHDRAW: Rule(LEADS, Reach.CASE, looks_after=True),
    Action.JOURNEY_VIEW: Rule(CASEWORKERS, Reach.CASE),
    Action.HISTORY_VIEW: Rule(CASEWORKERS, Reach.CASE),
    Action.TRANSFER_LIST: Rule(CASEWORKERS),
    Action.TRANSFER_VIEW: Rule(CASEWORKERS, sides=EITHER),
    Action.TRANSFER_SEND: Rule(CASEWORKERS, Reach.CASE),
    Action.TRANSFER_SEE: Rule(CASEWORKERS, sides=EITHER),
    Action.TRANSFER_ACCEPT: Rule(LEADS, sides=EITHER),
    Action.TRANSFER_DECLINE: Rule(LEADS, sides=EITHER),
    Action.TRANSFER_WITHDRAW: Rule(CASEWORKERS, sides=EITHER),
    Action.QUOTA_RAISE: Rule(SUPERVISORS),
    Action.HOLD_SET: Rule(LEADS, Reach.CASE),
    Action.HOLD_LIFT: Rule(LEADS, Reach.CASE),
    Action.ERASURE_PROPOSE: Rule(LEADS, Reach.CASE),
    Action.ERASURE_LIST: Rule(SUPERVISORS),
    # Whose tombstone it is, is asked of that.
    Action.ERASURE_VIEW: Rule(LEADS),
    Action.DESTRUCTION_PROPOSE: Rule(ADMINISTRATORS),
    # Which of them know of which proposal is asked of its kind.
    Action.PROPOSAL_LIST: Rule(DECIDERS),
    Action.PROPOSAL_VIEW: Rule(DECIDERS, of_two=True),
    Action.PROPOSAL_APPROVE: Rule(OF_TWO, of_two=True),
    Action.PROPOSAL_REFUSE: Rule(OF_TWO, of_two=True),
    Action.PROPOSAL_WITHDRAW: Rule(OF_TWO, of_two=True),
    Action.AUDIT_VIEW: Rule(AUDITORS),
    Action.AUDIT_SEARCH: Rule(AUDITORS),
    Action.AUDIT_VERIFY: Rule(AUDITORS),
    Action.AUDIT_EXPORT: Rule(AUDITORS),
    # Whose words an auditor may read is asked of the entry.
    Action.LETTER_OPEN: Rule(AUDITORS),
    Action.CHECKPOINT_COSIGN: Rule(NOBODY),
    Action.UNUSUAL_LIST: Rule(AUDITORS),
    Action.UNUSUAL_REVIEW: Rule(AUDITORS),
    # Of the audit desk alone: that is asked of the enquiry.
    Action.ENQUIRY_LIST: Rule(AUDITORS),
    Action.ENQUIRY_PROPOSE: Rule(AUDITORS),
    Action.ENQUIRY_VIEW: Rule(AUDITORS),
    Action.ENQUIRY_ANSWER: Rule(AUDITORS),
    Action.SURNAME_COMPARE: Rule(NOBODY),
    Action.ACCOUNT_LIST: Rule(ADMINISTRATORS),
    Action.ACCOUNT_CREATE: Rule(ADMINISTRATORS),
    Action.ACCOUNT_CLOSE: Rule(ADMINISTRATORS),
    Action.ACCOUNT_RESET: Rule(ADMINISTRATORS),
    Action.PASSWORD_CHANGE: Rule(EVERYONE),
    Action.PASSWORD_SET: Rule(EVERYONE),
    Action.PASSWORD_REHASH: Rule(NOBODY),
    # Of one's own account; whose tokens an administrator may revoke too is asked of the account.
    Action.TOKEN_CREATE: Rule(EVERYONE),
    Action.TOKEN_REVOKE: Rule(EVERYONE),
    Action.KEYSET_LIST: Rule(ADMINISTRATORS),
    Action.KEYSET_MAKE: Rule(NOBODY),
    Action.KEYSET_RENEW: Rule(NOBODY),
    Action.KEYSET_REWRAP: Rule(NOBODY),
    Action.KEYSET_RESEAL: Rule(NOBODY),
    Action.KEYSET_VOUCH: Rule(NOBODY),
    Action.KEYSET_RETAG: Rule(NOBODY),
    Action.DATAKEY_RENEW: Rule(NOBODY),
    Action.KEYSET_DESTROY: Rule(NOBODY),
    Action.KEYSET_FOLLOW: Rule(NOBODY),
    Action.KEYSET_REOPEN: Rule(NOBODY),
    Action.KEYSET_END: Rule(NOBODY),
    Action.SESSION_OPEN: Rule(EVERYONE),
    Action.SESSION_CLOSE: Rule(EVERYONE),
}
"""Every action has a rule: a test walks `Action`."""

NOT_BY_TOKEN = frozenset(
    {
        Action.IDENTITY_REVEAL,
        Action.CONTACT_REVEAL,
        Action.CASELOAD_NAME,
        Action.PERSON_FIND,
        Action.FILE_LIST,
        Action.FILE_OPEN,
        Action.NOTE_LIST,
        Action.NOTE_OPEN,
        Action.LETTER_OPEN,
        Action.DISCLOSURE_LIST,
        Action.SAR_LIST,
        Action.SAR_RECORD,
        Action.SAR_CHECK,
        Action.SAR_EXTEND,
        Action.SAR_RESTRICT,
        Action.SAR_DECIDE,
        Action.SAR_COPY,
        Action.SAR_DELIVER,
        Action.SAR_WITHDRAW,
        Action.QUOTA_RAISE,
        Action.TRANSFER_SEE,
        Action.TRANSFER_ACCEPT,
        Action.HOLD_SET,
        Action.HOLD_LIFT,
        Action.ERASURE_PROPOSE,
        Action.DESTRUCTION_PROPOSE,
        Action.ENQUIRY_LIST,
        Action.ENQUIRY_PROPOSE,
        Action.ENQUIRY_VIEW,
        Action.ENQUIRY_ANSWER,
        Action.PROPOSAL_APPROVE,
        Action.PROPOSAL_REFUSE,
        Action.PROPOSAL_WITHDRAW,
        Action.PASSWORD_CHANGE,
        Action.PASSWORD_SET,
        Action.TOKEN_CREATE,
    }
)
"""What shows what is sealed, lets somebody be shown more of who a person is, makes an organisation responsible, needs
two people, answers the person, or opens the door once more.

A person does it, who has just proved who they are.

A token is only held, and has no way yet to prove more (a step-up).
"""

ONLY_WHILE: Mapping[Action, Status] = {
    Action.CASE_PLACE: Status.OPEN,
    Action.CASE_ASSIGN: Status.OPEN,
    Action.CASE_CLOSE: Status.OPEN,
    Action.CASE_REOPEN: Status.CLOSED,
    Action.ERASURE_PROPOSE: Status.CLOSED,
    Action.STRAND_BEGIN: Status.OPEN,
    Action.IDENTITY_RECORD: Status.OPEN,
    Action.CONTACT_RECORD: Status.OPEN,
    Action.MILESTONE_RECORD: Status.OPEN,
    Action.MILESTONE_REOPEN: Status.OPEN,
    Action.FILE_ATTACH: Status.OPEN,
    Action.NOTE_WRITE: Status.OPEN,
    Action.TRANSFER_SEND: Status.OPEN,
}
"""What a page has a button for only while the case is so; asked for anyway, the case's own rule refuses it."""

CLOSING = frozenset({Action.CASE_CLOSE, Action.CASE_REOPEN})
"""What ends the work on a case or begins it again; whose that is has a refusal of its own."""
ONLY_LACKING = frozenset({Action.STRAND_BEGIN})
"""What a page has a button for only while the case lacks a strand."""

ONLY_FROM: Mapping[Action, Side] = {
    Action.TRANSFER_SEE: Side.RECEIVER,
    Action.TRANSFER_ACCEPT: Side.RECEIVER,
    Action.TRANSFER_DECLINE: Side.RECEIVER,
    Action.TRANSFER_WITHDRAW: Side.SENDER,
}
"""What a page has a button for on one side only; asked for from the other, the transfer's own rule refuses it."""


CONCERNED: Final[Mapping[ProposalKind, frozenset[Role]]] = {
    ProposalKind.DESTRUCTION: ADMINISTRATORS,
    ProposalKind.ENQUIRY: AUDITORS,
}
"""Whom a proposal concerns that is about no case."""

SHOWING: Final[Mapping[Part, Action]] = {
    Part.IDENTITY: Action.IDENTITY_REVEAL,
    Part.SAFE_ADDRESS: Action.CONTACT_REVEAL,
    Part.SUPPORT: Action.NOTE_OPEN,
    Part.INVESTIGATION: Action.NOTE_OPEN,
}
"""By which action somebody is shown what is sealed in each part."""


def reach(actor: Actor, case: Held) -> Reach:
    """How much of the case the actor has."""
    if not actor.role.is_caseworker:
        return Reach.NOTHING
    if case.holdings.parts_of(actor.holder):
        return Reach.CASE
    return Reach.STUB if case.holdings.ever_held_by(actor.holder) else Reach.NOTHING


def side(actor: Actor, transfer: Transfer) -> Side | None:
    """On which side of the offer the actor is; None for everybody else."""
    if not actor.role.is_caseworker:
        return None
    return {transfer.from_holder: Side.SENDER, transfer.to_holder: Side.RECEIVER}.get(actor.holder)


def may(actor: Actor, action: Action) -> bool:
    """True if the actor's role does such things at all, and the way in which the actor came allows them."""
    return actor.role in RULES[action].roles and not _lacks_step_up(actor, action)


def require_role(actor: Actor, action: Action) -> None:
    """Refuses what the actor's role never does, and what a token cannot do."""
    if not may(actor, action):
        raise _refusal(actor, action)


def require_command_line(actor: Actor) -> None:
    """Refuses what keeps an organisation's keys in order to everybody but whoever is at the command line."""
    if actor.auth is not Auth.COMMAND_LINE:
        raise NotPermitted


def require(actor: Actor, action: Action, case: Case) -> None:
    """Refuses what the actor may not do with this case: as absent, if they have nothing of it.

    Where it is the organisation that is in the way, and no other role of it would do, that is said.
    """
    has = reach(actor, case)
    if has is Reach.NOTHING:
        raise NotFound
    if has is Reach.STUB:
        require_stub(actor, action)
    require_role(actor, action)
    if not _allows(actor, action, case):
        raise NotOursToClose if action in CLOSING else NotOurPart


def require_stub(actor: Actor, action: Action) -> None:
    """Refuses what the actor may not do with a case that their organisation passed on."""
    if RULES[action].reach is not Reach.STUB:
        raise PassedOn
    require_role(actor, action)


def reads_preview(actor: Actor, transfer: Transfer) -> bool:
    """The actor may read what the sender shared: as its sender, or once the receiver was seen to open it."""
    return side(actor, transfer) is Side.SENDER or transfer.seen_at is not None


def require_side(actor: Actor, action: Action, transfer: Transfer) -> None:
    """Refuses what the actor may not do with this offer: as absent, if it is no business of theirs."""
    if side(actor, transfer) is None:
        raise NotFound
    require_role(actor, action)


def permitted(actor: Actor, case: Case) -> frozenset[Action]:
    """What the actor may do with this case as it is: the buttons that its pages have."""
    allowed = (action for action, rule in RULES.items() if rule.reach and _allows(actor, action, case))
    return frozenset(action for action in allowed if _in_its_time(action, case))


def permitted_with(actor: Actor, transfer: Transfer) -> frozenset[Action]:
    """What the actor may do with this offer as it stands: the buttons that its pages have."""
    where = side(actor, transfer)
    if where is None:
        return frozenset()
    allowed = {action for action, rule in RULES.items() if rule.sides and may(actor, action)}
    return frozenset(
        action
        for action in allowed
        if action not in ONLY_FROM or (transfer.state.is_open and ONLY_FROM[action] is where)
    )


def knows(actor: Actor, proposal: Proposal) -> bool:
    """True of those of its two sides whom such things concern: everybody else is told that there is no such proposal.

    What is about keys concerns administrators, what is about the log, auditors, and what is about a case, caseworkers.
    """
    return actor.role in CONCERNED.get(proposal.kind, CASEWORKERS) and actor.holder in proposal.sides


def require_of_two(actor: Actor, action: Action, proposal: Proposal) -> None:
    """Refuses what the actor may not do with this proposal: as absent, if it is no business of theirs."""
    if not knows(actor, proposal):
        raise NotFound
    require_role(actor, action)


def permitted_of_two(actor: Actor, proposal: Proposal, at: Instant) -> frozenset[Action]:
    """What the actor may do with this proposal as it stands at that instant: the buttons that its page has."""
    if not knows(actor, proposal):
        return frozenset()
    waits = proposal.waits(at)
    in_turn = {
        Action.PROPOSAL_APPROVE: waits and proposal.decidable_by(actor),
        Action.PROPOSAL_REFUSE: waits and proposal.decidable_by(actor),
        Action.PROPOSAL_WITHDRAW: waits and actor.holder == proposal.from_holder,
    }
    allowed = {action for action, rule in RULES.items() if rule.of_two and may(actor, action)}
    return frozenset(action for action in allowed if in_turn.get(action, True))


def openable(actor: Actor, case: Held) -> frozenset[Part]:
    """The parts of the case of which the actor may be shown what is sealed."""
    held = case.holdings.parts_of(actor.holder)
    return frozenset(part for part, action in SHOWING.items() if part in held and _allows(actor, action, case))


def require_of_tombstone(actor: Actor, stone: Tombstone) -> None:
    """Refuses, as absent, whoever is neither a supervisor of who was responsible last nor one of the two people."""
    is_one_of_two = actor.account in (stone.proposed_by, stone.approved_by)
    if actor.holder not in stone.holders or not (actor.role is Role.SUPERVISOR or is_one_of_two):
        raise NotFound


def _allows(actor: Actor, action: Action, case: Held) -> bool:
    rule = RULES[action]
    if not may(actor, action) or reach(actor, case) < rule.reach:
        return False
    if rule.looks_after and case.holdings.looks_after != actor.holder:
        return False
    return rule.part is None or rule.part in case.holdings.parts_of(actor.holder)


def _in_its_time(action: Action, case: Case) -> bool:
    """True while the case is as the action asks."""
    lacks = action not in ONLY_LACKING or bool(case.holdings.lacking)
    return lacks and ONLY_WHILE.get(action, case.status) is case.status


def _lacks_step_up(actor: Actor, action: Action) -> bool:
    return actor.auth is Auth.TOKEN and action in NOT_BY_TOKEN


def _refusal(actor: Actor, action: Action) -> NotPermitted:
    """Which refusal it is: a token is told that it is the token, where the role alone would do."""
    in_role = actor.role in RULES[action].roles
    return NeedsStepUp() if in_role and _lacks_step_up(actor, action) else NotPermitted()
