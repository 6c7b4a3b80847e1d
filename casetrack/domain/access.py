"""Who may do what: one table, and readers of it that cannot disagree.

First it is asked how much of a case the actor has (`reach`), or on which side of an offer the actor
is (`side`); then whether the role may do the thing with that. What an actor has nothing of does not
exist for them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum

from casetrack.domain.actions import Action
from casetrack.domain.actors import CASEWORKERS, Actor, Auth, Role
from casetrack.domain.case import Case, Status
from casetrack.domain.errors import NeedsStepUp, NotFound, NotPermitted
from casetrack.domain.holdings import Part
from casetrack.domain.transfer import Transfer


class Reach(IntEnum):
    """How much of a case an actor has."""

    NOTHING = 0
    STUB = 1
    """A former holder's: the reference, the dates and who is responsible now."""
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
    sides: frozenset[Side] = frozenset()
    """The sides of an offer from which it is done; who answers which offer is then the transfer's own rule."""


LEADS = frozenset({Role.LEAD, Role.SUPERVISOR})
AUDITORS = frozenset({Role.AUDITOR})
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
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
    Action.CASE_CLOSE: Rule(CASEWORKERS, Reach.CASE),
    Action.CASE_REOPEN: Rule(LEADS, Reach.CASE),
    Action.IDENTITY_RECORD: Rule(CASEWORKERS, Reach.CASE, Part.IDENTITY),
    Action.IDENTITY_REVEAL: Rule(CASEWORKERS, Reach.CASE, Part.IDENTITY),
    Action.CONTACT_RECORD: Rule(CASEWORKERS, Reach.CASE, Part.SAFE_ADDRESS),
    Action.CONTACT_REVEAL: Rule(CASEWORKERS, Reach.CASE, Part.SAFE_ADDRESS),
    Action.MILESTONE_LIST: Rule(CASEWORKERS, Reach.CASE),
    Action.MILESTONE_RECORD: Rule(CASEWORKERS, Reach.CASE),
    Action.MILESTONE_REOPEN: Rule(CASEWORKERS, Reach.CASE),
    Action.JOURNEY_VIEW: Rule(CASEWORKERS, Reach.CASE),
    Action.HISTORY_VIEW: Rule(CASEWORKERS, Reach.CASE),
    Action.TRANSFER_LIST: Rule(CASEWORKERS),
    Action.TRANSFER_VIEW: Rule(CASEWORKERS, sides=EITHER),
    Action.TRANSFER_SEND: Rule(CASEWORKERS, Reach.CASE),
    Action.TRANSFER_SEE: Rule(CASEWORKERS, sides=EITHER),
    Action.TRANSFER_ACCEPT: Rule(LEADS, sides=EITHER),
    Action.TRANSFER_DECLINE: Rule(LEADS, sides=EITHER),
    Action.TRANSFER_WITHDRAW: Rule(CASEWORKERS, sides=EITHER),
    Action.AUDIT_SEARCH: Rule(AUDITORS),
    Action.AUDIT_VERIFY: Rule(AUDITORS),
    Action.ACCOUNT_LIST: Rule(ADMINISTRATORS),
    Action.ACCOUNT_CREATE: Rule(ADMINISTRATORS),
    Action.ACCOUNT_CLOSE: Rule(ADMINISTRATORS),
    Action.TOKEN_CREATE: Rule(ADMINISTRATORS),
    Action.TOKEN_REVOKE: Rule(ADMINISTRATORS),
    Action.KEYSET_MAKE: Rule(NOBODY),
    Action.SESSION_OPEN: Rule(EVERYONE),
    Action.SESSION_CLOSE: Rule(EVERYONE),
}
"""Every action has a rule: a test walks `Action`."""

NOT_BY_TOKEN = frozenset({Action.IDENTITY_REVEAL, Action.CONTACT_REVEAL, Action.CASELOAD_NAME, Action.TRANSFER_ACCEPT})
"""What shows who a person is, or makes an organisation responsible: a person does it, who has just proved who they are.

A token is only held, and has no way yet to prove more (a step-up).
"""

ONLY_WHILE: Mapping[Action, Status] = {
    Action.CASE_PLACE: Status.OPEN,
    Action.CASE_ASSIGN: Status.OPEN,
    Action.CASE_CLOSE: Status.OPEN,
    Action.CASE_REOPEN: Status.CLOSED,
    Action.IDENTITY_RECORD: Status.OPEN,
    Action.CONTACT_RECORD: Status.OPEN,
    Action.MILESTONE_RECORD: Status.OPEN,
    Action.MILESTONE_REOPEN: Status.OPEN,
    Action.TRANSFER_SEND: Status.OPEN,
}
"""What a page has a button for only while the case is so; asked for anyway, the case's own rule refuses it."""

ONLY_FROM: Mapping[Action, Side] = {
    Action.TRANSFER_SEE: Side.RECEIVER,
    Action.TRANSFER_ACCEPT: Side.RECEIVER,
    Action.TRANSFER_DECLINE: Side.RECEIVER,
    Action.TRANSFER_WITHDRAW: Side.SENDER,
}
"""What a page has a button for on one side only; asked for from the other, the transfer's own rule refuses it."""


def reach(actor: Actor, case: Case) -> Reach:
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


def require(actor: Actor, action: Action, case: Case) -> None:
    """Refuses what the actor may not do with this case: as absent, if they have nothing of it."""
    if reach(actor, case) is Reach.NOTHING:
        raise NotFound
    if not _allows(actor, action, case):
        raise _refusal(actor, action)


def require_side(actor: Actor, action: Action, transfer: Transfer) -> None:
    """Refuses what the actor may not do with this offer: as absent, if it is no business of theirs."""
    if side(actor, transfer) is None:
        raise NotFound
    require_role(actor, action)


def permitted(actor: Actor, case: Case) -> frozenset[Action]:
    """What the actor may do with this case as it is: the buttons that its pages have."""
    allowed = (action for action, rule in RULES.items() if rule.reach and _allows(actor, action, case))
    return frozenset(action for action in allowed if ONLY_WHILE.get(action, case.status) is case.status)


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


def _allows(actor: Actor, action: Action, case: Case) -> bool:
    rule = RULES[action]
    if not may(actor, action) or reach(actor, case) < rule.reach:
        return False
    return rule.part is None or rule.part in case.holdings.parts_of(actor.holder)


def _lacks_step_up(actor: Actor, action: Action) -> bool:
    return actor.auth is Auth.TOKEN and action in NOT_BY_TOKEN


def _refusal(actor: Actor, action: Action) -> NotPermitted:
    """Which refusal it is: a token is told that it is the token, where the role alone would do."""
    in_role = actor.role in RULES[action].roles
    return NeedsStepUp() if in_role and _lacks_step_up(actor, action) else NotPermitted()
