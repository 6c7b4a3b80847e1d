"""What happened, in plain sentences: from the codes of events to what a page says, with no person in it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from flask_babel import format_date, gettext

from casetrack.domain.actions import Action
from casetrack.domain.calendars import london_date
from casetrack.domain.catalogue import Catalogue
from casetrack.domain.ids import HolderCode
from casetrack.domain.words import N_
from casetrack.services.deployment import Deployment
from casetrack.services.ports import Change

STRANDS: Final[Mapping[str, str]] = {"support": N_("support"), "investigation": N_("investigation")}
PARTS: Final[Mapping[str, str]] = {
    "identity": N_("identity"),
    "safe-address": N_("safe address"),
    "support": N_("support notes"),
    "investigation": N_("investigation notes"),
}
ROLES: Final[Mapping[str, str]] = {
    "support_worker": N_("Support worker"),
    "lead": N_("Lead"),
    "supervisor": N_("Supervisor"),
    "auditor": N_("Auditor"),
    "administrator": N_("Administrator"),
}
IDENTITIES: Final[Mapping[str, str]] = {
    "given": N_("a name was given"),
    "not-given": N_("no name was given"),
    "withheld": N_("the name is withheld"),
    "not-yet-asked": N_("not yet asked"),
}
RECORDS: Final[Mapping[str, str]] = {
    "met": N_("met"),
    "not_applicable": N_("does not apply"),
    "declined": N_("declined"),
    "reopened": N_("reopened"),
    "fact": N_("happened"),
}
OUTCOMES: Final[Mapping[str, str]] = {
    "could_not_contact": N_("Could not be contacted"),
    "no_safe_way": N_("There was no safe way"),
    "not_safe_plan_changed": N_("Not safe, and the plan was changed"),
    "section_17": N_("Section 17, child in need"),
    "section_47": N_("Section 47, child at risk of harm"),
    "unsafe_plan_in_place": N_("Unsafe, with a plan in place"),
}
"""The outcomes that their codes do not say well enough by themselves."""

EVENTS: Final[Mapping[str, str]] = {
    "CaseOpened": N_("The case was opened by %(holder)s, for %(strands)s"),
    "CasePlaced": N_("The areas were recorded: exploitation %(exploitation)s; home %(home)s; encounter %(encounter)s"),
    "WorkerAssigned": N_("A worker was given the strand: %(strand)s"),
    "IdentityRecorded": N_("The identity was recorded: %(identity)s"),
    "ContactRecorded": N_("How to contact the person safely was recorded"),
    "MilestoneRecorded": N_("%(milestone)s: %(record)s, %(happened)s"),
    "MilestoneReopened": N_("%(milestone)s: opened again"),
    "CaseClosed": N_("The case was closed: %(reason)s"),
    "CaseReopened": N_("The case was opened again"),
    "HandedOff": N_("%(to_holder)s became responsible for %(strands)s, instead of %(from_holder)s"),
    "TransferSent": N_("Offered to %(to_holder)s: %(strands)s. %(reason)s"),
    "TransferSeen": N_("The offer was seen by the organisation that it was made to"),
    "TransferAccepted": N_("The offer was accepted"),
    "TransferDeclined": N_("The offer was declined: %(reason)s"),
    "TransferWithdrawn": N_("The offer was withdrawn"),
    "Consulted": N_("Looked at: %(action)s"),
    "Revealed": N_("Shown: %(action)s"),
    "NamesShown": N_("The names of a caseload were shown"),
    "LogOpened": N_("The log was opened"),
    "Refused": N_("Refused: %(action)s"),
    "SignedIn": N_("Signed in"),
    "SignInRefused": N_("Signing in was refused"),
    "SignedOut": N_("Signed out"),
    "AccountCreated": N_("An account was made: %(role)s of %(holder)s"),
    "AccountClosed": N_("An account was closed"),
    "TokenCreated": N_("A token was made for a program"),
    "TokenRevoked": N_("A token was ended"),
    "KeysetMade": N_("Keys were made for %(holder)s"),
}
"""What each event says; a test holds it against the events that there are."""

REASONS: Final = {
    "CaseClosed": "close_reasons",
    "TransferDeclined": "decline_reasons",
    "TransferSent": "transfer_reasons",
}
"""Which code list the reason of an event is of."""

ACTIONS: Final[Mapping[Action, str]] = {
    Action.CASELOAD_VIEW: N_("my work"),
    Action.CASELOAD_NAME: N_("the names of a caseload"),
    Action.CASE_LIST: N_("a list of cases"),
    Action.CASE_FIND: N_("finding a case"),
    Action.CASE_OPEN: N_("opening a case"),
    Action.CASE_VIEW: N_("the case"),
    Action.CASE_PLACE: N_("the areas"),
    Action.CASE_ASSIGN: N_("the worker"),
    Action.CASE_CLOSE: N_("closing the case"),
    Action.CASE_REOPEN: N_("opening the case again"),
    Action.IDENTITY_RECORD: N_("recording the identity"),
    Action.IDENTITY_REVEAL: N_("the identity"),
    Action.CONTACT_RECORD: N_("recording the safe contact"),
    Action.CONTACT_REVEAL: N_("the safe contact"),
    Action.MILESTONE_LIST: N_("the milestones"),
    Action.MILESTONE_RECORD: N_("recording a milestone"),
    Action.MILESTONE_REOPEN: N_("opening a milestone again"),
    Action.JOURNEY_VIEW: N_("the journey"),
    Action.HISTORY_VIEW: N_("the history"),
    Action.TRANSFER_LIST: N_("a list of offers"),
    Action.TRANSFER_VIEW: N_("an offer"),
    Action.TRANSFER_SEND: N_("offering the case"),
    Action.TRANSFER_SEE: N_("the preview of an offer"),
    Action.TRANSFER_ACCEPT: N_("accepting an offer"),
    Action.TRANSFER_DECLINE: N_("declining an offer"),
    Action.TRANSFER_WITHDRAW: N_("withdrawing an offer"),
    Action.AUDIT_SEARCH: N_("a search of the log"),
    Action.AUDIT_VERIFY: N_("a check of the log"),
    Action.ACCOUNT_LIST: N_("the list of accounts"),
    Action.ACCOUNT_CREATE: N_("making an account"),
    Action.ACCOUNT_CLOSE: N_("closing an account"),
    Action.TOKEN_CREATE: N_("making a token"),
    Action.TOKEN_REVOKE: N_("ending a token"),
    Action.KEYSET_MAKE: N_("making keys"),
    Action.SESSION_OPEN: N_("signing in"),
    Action.SESSION_CLOSE: N_("signing out"),
}
"""What each action is about; a test holds it against the actions that there are."""

CHANGES: Final[Mapping[Action, str]] = {
    Action.CASE_OPEN: N_("The case was opened"),
    Action.CASE_PLACE: N_("The areas were recorded"),
    Action.CASE_ASSIGN: N_("A strand was given to a worker"),
    Action.CASE_CLOSE: N_("The case was closed"),
    Action.CASE_REOPEN: N_("The case was opened again"),
    Action.IDENTITY_RECORD: N_("The identity was recorded"),
    Action.CONTACT_RECORD: N_("How to contact the person safely was recorded"),
    Action.MILESTONE_RECORD: N_("A milestone was recorded: %(milestone)s"),
    Action.MILESTONE_REOPEN: N_("A milestone was opened again: %(milestone)s"),
    Action.TRANSFER_ACCEPT: N_("Another organisation became responsible"),
}
"""What each action that changes a case has done to it."""

OTHER_STRAND: Final = N_("Something was recorded in the strand of another organisation")
"""What is said of a milestone that only the workers of that strand see."""
MILESTONES: Final = frozenset({"MilestoneRecorded", "MilestoneReopened"})


def outcome_words(code: str) -> str:
    """The outcome of a milestone, as a page says it."""
    return gettext(OUTCOMES.get(code) or code.replace("_", " ").capitalize())


def change_words(change: Change, catalogue: Catalogue) -> str:
    """What a change of a case was, from its action and what it touched."""
    if change.aspect == "milestone:":
        return gettext(OTHER_STRAND)
    return gettext(CHANGES[change.action], milestone=_milestone(change.aspect.partition(":")[2], catalogue))


def event_words(payload: Mapping[str, Any], deployment: Deployment) -> str:
    """What happened, in one sentence, from the payload of an event."""
    if payload["event"] in MILESTONES and not payload["detail"]:
        return gettext(OTHER_STRAND)
    return gettext(EVENTS[payload["event"]]) % _Facts(payload, deployment)


def account_words(payload: Mapping[str, Any], deployment: Deployment) -> str:
    """By which role of which organisation it was done; the service itself has no role."""
    if not payload["role"]:
        return gettext("casetrack itself")
    organisation = deployment.holders[HolderCode(payload["holder"])].name
    return gettext("%(role)s, %(organisation)s", role=gettext(ROLES[payload["role"]]), organisation=organisation)


class _Facts:
    """What a sentence about an event may name; each is put into words only when the sentence asks for it."""

    def __init__(self, payload: Mapping[str, Any], deployment: Deployment) -> None:
        self.payload = payload
        self.detail: Mapping[str, Any] = payload["detail"]
        self.deployment = deployment
        self.words: Mapping[str, Callable[[], str]] = {
            "action": lambda: gettext(ACTIONS[Action(payload["action"])]),
            "identity": lambda: gettext(IDENTITIES[self.detail["state"]]),
            "record": self._record,
            "happened": self._happened,
            "milestone": lambda: _milestone(self.detail["code"], deployment.facts.catalogue),
            "reason": self._reason,
            "role": lambda: gettext(ROLES[self.detail["role"]]),
            "strand": lambda: gettext(STRANDS[self.detail["strand"]]),
            "strands": self._strands,
        }

    def __getitem__(self, name: str) -> str:
        """The words for that; an organisation, if it is nothing else."""
        if name in self.words:
            return self.words[name]()
        code = self.detail[name]
        return self.deployment.holders[HolderCode(code)].name if code else gettext("not recorded")

    def _record(self) -> str:
        said = gettext(RECORDS[self.detail["state"]])
        outcome = self.detail["outcome"]
        return f"{said} ({outcome_words(outcome).lower()})" if outcome else said

    def _happened(self) -> str:
        on = london_date(datetime.fromisoformat(self.detail["happened"]))
        return str(format_date(on, "d MMM y"))  # type: ignore[no-untyped-call]  # the library ships no types

    def _reason(self) -> str:
        """The label of a reason, from whichever list the event's reasons are of."""
        reasons = self.deployment.facts.codes[REASONS[self.payload["event"]]].codes
        code = reasons.get(self.detail["reason"])
        return gettext(code.label) if code else str(self.detail["reason"])

    def _strands(self) -> str:
        strands = [gettext(STRANDS[code]) for code in self.detail["strands"]]
        return gettext(" and ").join(strands) or gettext("information")


def _milestone(code: str, catalogue: Catalogue) -> str:
    about = catalogue.rules.get(code) or catalogue.events.get(code)
    return gettext(about.label) if about else code
