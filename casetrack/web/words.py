"""What happened, in plain sentences: from the codes of events to what a page says, with no person in it."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Final

from flask_babel import format_date, format_datetime, gettext, ngettext

from casetrack.domain.actions import Action
from casetrack.domain.calendars import london_date
from casetrack.domain.catalogue import Catalogue
from casetrack.domain.finding_indexes import CRIME, DOCUMENT, EMAIL, NAME, NRM, PHONE
from casetrack.domain.ids import HolderCode
from casetrack.domain.proposals import ProposalKind
from casetrack.domain.unusual_access import Disposition
from casetrack.domain.words import N_
from casetrack.services.audit import USES
from casetrack.services.deployment import Deployment
from casetrack.services.fields import CONTACT, IDENTITY
from casetrack.services.finding import CASE_NAME
from casetrack.services.identity import FOLLOW
from casetrack.services.ports import Change
from casetrack.services.unusual import DISPOSITIONS

ITEMS: Final[Mapping[str, str]] = {
    "identity": N_("who the person is"),
    "milestones": N_("what happened and when"),
    "support-notes": N_("notes of the support"),
    "investigation-notes": N_("notes of the investigation"),
    "looks": N_("which organisations looked"),
}
"""What the answer to a subject access request is made of; a test holds it against what there is."""
DECISIONS: Final[Mapping[str, str]] = {
    "give": N_("the person is given a copy"),
    "refuse": N_("the person is given nothing"),
}
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
AGREEMENTS: Final[Mapping[str, str]] = {
    "person-agreed": N_("; the person has agreed"),
    "without-agreement": N_(", without the agreement of the person"),
}
"""What is said of an investigation that began later than its case."""
MISPLACED: Final[Mapping[str, str]] = {
    "postcode": N_("a postcode"),
    "phone": N_("a telephone number"),
    "email": N_("an e-mail address"),
    "name": N_("a name of the person"),
}
"""What seems to belong elsewhere."""
KEEPINGS: Final[Mapping[str, str]] = {
    "looks-like": N_("it only looks like that"),
    "not-the-persons": N_("it is not the person\N{RIGHT SINGLE QUOTATION MARK}s own"),
    "needed-here": N_("whoever reads it must have it there"),
}
"""Why it stays all the same."""
OUTCOMES: Final[Mapping[str, str]] = {
    "could_not_contact": N_("Could not be contacted"),
    "no_safe_way": N_("There was no safe way"),
    "not_safe_plan_changed": N_("Not safe, and the plan was changed"),
    "section_17": N_("Section 17, child in need"),
    "section_47": N_("Section 47, child at risk of harm"),
    "unsafe_plan_in_place": N_("Unsafe, with a plan in place"),
}
"""The outcomes that their codes do not say well enough by themselves."""

INDEXES: Final[Mapping[str, str]] = {
    NAME.name: N_("name"),
    NRM.name: N_("NRM reference"),
    CRIME.name: N_("crime reference"),
    DOCUMENT.name: N_("document"),
    PHONE.name: N_("telephone"),
    EMAIL.name: N_("e-mail"),
    CASE_NAME: N_("reference or pseudonym"),
}
"""What each index that a person is found by is of; a test holds it against the indexes that there are."""

EVENTS: Final[Mapping[str, str]] = {
    "CaseOpened": N_("The case was opened by %(holder)s, for %(strands)s"),
    "CasePlaced": N_("The areas were recorded: exploitation %(exploitation)s; home %(home)s; encounter %(encounter)s"),
    "WorkerAssigned": N_("A worker was given the strand: %(strand)s"),
    "IdentityRecorded": N_("The identity was recorded: %(identity)s%(cleared)s"),
    "ContactRecorded": N_("How to contact the person safely was recorded%(cleared)s"),
    "MilestoneRecorded": N_("%(milestone)s: %(record)s, %(happened)s"),
    "MilestoneReopened": N_("%(milestone)s: opened again"),
    "FileAttached": N_("A file was attached: %(strand)s"),
    "NoteWritten": N_("A note was written%(corrected)s: %(strand)s"),
    "Disclosed": N_("It was recorded what was told to somebody outside casetrack: %(told)s. %(reason)s"),
    "SarRecorded": N_("A subject access request was recorded: it came on %(received)s, and is due on %(due)s"),
    "SarChecked": N_("Who asked for access was checked with the person alone"),
    "SarExtended": N_("The answer to a subject access request is due later: on %(due)s. %(reason)s"),
    "SarRestricted": N_("What is given of a subject access request was changed: %(restricted)s"),
    "SarDecided": N_("A subject access request was decided on: %(decided)s"),
    "SarDelivered": N_("A subject access request was answered, on %(on)s: %(decided)s"),
    "SarWithdrawn": N_("A subject access request was withdrawn"),
    "SarCopied": N_("The copy for the person was shown, to be printed"),
    "CaseClosed": N_("The case was closed: %(reason)s"),
    "CaseReopened": N_("The case was opened again"),
    "StrandBegun": N_("%(holder)s became responsible for %(strand)s too%(agreement)s"),
    "HandedOff": N_("%(to_holder)s became responsible for %(strands)s, instead of %(from_holder)s"),
    "TransferSent": N_("Offered to %(to_holder)s: %(strands)s. %(reason)s"),
    "TransferSeen": N_("The offer was seen by the organisation that it was made to"),
    "TransferAccepted": N_("The offer was accepted"),
    "TransferDeclined": N_("The offer was declined: %(reason)s"),
    "TransferWithdrawn": N_("The offer was withdrawn"),
    "Proposed": N_("It was proposed that %(what)s: %(reason)s"),
    "ProposalApproved": N_("A second person agreed that %(what)s"),
    "ProposalRefused": N_("The second person did not agree that %(what)s"),
    "ProposalWithdrawn": N_("It is not proposed any more that %(what)s"),
    "HoldSet": N_("A legal hold was set: %(reason)s"),
    "HoldLifted": N_("A legal hold was lifted, by two people"),
    "CaseErased": N_("The case was erased, by two people%(repeated)s. %(rule)s"),
    "Consulted": N_("Looked at: %(action)s"),
    "Revealed": N_("Shown: %(action)s"),
    "FileOpened": N_("A file was opened"),
    "NoteOpened": N_("A note was shown that is closed until it is asked for"),
    "WordsKept": N_("What seems to belong elsewhere was left where it is (%(found)s): %(kept)s. In: %(action)s"),
    "NamesShown": N_("The names of a caseload were shown"),
    "SearchBegun": N_("A search for a person was begun, by %(indexes)s"),
    "PeopleSearched": N_("A person was looked for by %(indexes)s: %(shown)s"),
    "QuotaRaised": N_("A colleague was allowed to be shown more, until %(until)s"),
    "LogOpened": N_("The log was opened %(use)s: %(action)s"),
    "LogExported": N_("The log was given out"),
    "LogShipped": N_("The log is given to a log shipper"),
    "CheckpointCosigned": N_("A witness cosigned the log"),
    "SurnamesCompared": N_("Surnames of people who were shown were compared with the name of the account"),
    "AccessReviewed": N_("What came of an unusual access was recorded: %(disposition)s"),
    "Refused": N_("Refused: %(action)s"),
    "SignedIn": N_("Signed in"),
    "SignInRefused": N_("Signing in was refused"),
    "SignedOut": N_("Signed out"),
    "AccountCreated": N_("An account was made: %(role)s of %(holder)s"),
    "AccountClosed": N_("An account was closed"),
    "TokenCreated": N_("A token was made for a program"),
    "TokenRevoked": N_("A token was ended"),
    "AccountReset": N_("The password of an account was ended, and a link made to choose another"),
    "PasswordSet": N_("The password of an account was chosen, by a link"),
    "PasswordChanged": N_("Somebody changed their own password"),
    "PasswordRehashed": N_("The password of an account stayed what it was, and is kept at the cost of today"),
    "KeysetMade": N_("Keys were made for %(holder)s"),
    "KeysetRenewed": N_("The keys of %(holder)s were renewed"),
    "KeysRewrapped": N_("Keys were wrapped again for %(holder)s"),
    "RootMoved": N_("The keys of %(holder)s were sealed again, under another root"),
    "DoorsSealed": N_("Accounts and tokens were sealed again, by the newest keys of casetrack itself"),
    "TagsRemade": N_("What %(holder)s finds people by was made again, under its newest keys"),
    "CaseKeysRenewed": N_("What is sealed of the case was sealed again by %(holder)s, under new keys: %(parts)s"),
    "KeysetDestroyed": N_("An old version of the keys of %(holder)s was destroyed, on the word of two people"),
    "LogReopened": N_("The log goes on under a new name"),
    "LogKeyFollowed": N_("A new key of the log signs beside the old one"),
    "LogKeyEnded": N_("The old key of the log signs no more"),
}
"""What each event says; a test holds it against the events that there are."""

PROPOSED: Final[Mapping[str, str]] = {
    "erasure": N_("the case be erased"),
    "lifting": N_("a legal hold be lifted"),
    "destruction": N_("an old version of keys be destroyed"),
    "enquiry": N_("two auditors be told whether a named person was looked for, listed or revealed"),
}
"""What needs two people; a test holds it against what there is."""
PROPOSED_FOR: Final = {
    "erasure": "erasure_reasons",
    "lifting": "lifting_reasons",
    "destruction": "destruction_reasons",
}
"""Which code list the reason of each is of; that of an enquiry is in words alone, and its rule a use of the log."""
REASONS: Final = {
    "SarExtended": "extension_reasons",
    "Disclosed": "disclosure_purposes",
    "HoldSet": "hold_reasons",
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
    Action.PERSON_FIND: N_("finding a person"),
    Action.STRAND_BEGIN: N_("beginning another strand"),
    Action.IDENTITY_RECORD: N_("recording the identity"),
    Action.IDENTITY_REVEAL: N_("the identity"),
    Action.CONTACT_RECORD: N_("recording the safe contact"),
    Action.CONTACT_REVEAL: N_("the safe contact"),
    Action.MILESTONE_LIST: N_("the milestones"),
    Action.MILESTONE_RECORD: N_("recording a milestone"),
    Action.MILESTONE_REOPEN: N_("opening a milestone again"),
    Action.FILE_LIST: N_("the files"),
    Action.FILE_ATTACH: N_("attaching a file"),
    Action.FILE_OPEN: N_("a file"),
    Action.NOTE_LIST: N_("the notes"),
    Action.NOTE_WRITE: N_("writing a note"),
    Action.NOTE_OPEN: N_("a note"),
    Action.DISCLOSURE_LIST: N_("what left, and to whom"),
    Action.DISCLOSURE_RECORD: N_("recording what was told to somebody"),
    Action.SAR_LIST: N_("subject access requests"),
    Action.SAR_RECORD: N_("recording a subject access request"),
    Action.SAR_CHECK: N_("checking who asks for access"),
    Action.SAR_EXTEND: N_("extending a subject access request"),
    Action.SAR_RESTRICT: N_("leaving something out of an answer"),
    Action.SAR_DECIDE: N_("deciding on a subject access request"),
    Action.SAR_COPY: N_("the copy for the person"),
    Action.SAR_DELIVER: N_("answering a subject access request"),
    Action.SAR_WITHDRAW: N_("withdrawing a subject access request"),
    Action.JOURNEY_VIEW: N_("the journey"),
    Action.HISTORY_VIEW: N_("the history"),
    Action.TRANSFER_LIST: N_("a list of offers"),
    Action.TRANSFER_VIEW: N_("an offer"),
    Action.TRANSFER_SEND: N_("offering the case"),
    Action.TRANSFER_SEE: N_("the preview of an offer"),
    Action.TRANSFER_ACCEPT: N_("accepting an offer"),
    Action.TRANSFER_DECLINE: N_("declining an offer"),
    Action.TRANSFER_WITHDRAW: N_("withdrawing an offer"),
    Action.QUOTA_RAISE: N_("the hourly limits"),
    Action.HOLD_SET: N_("setting a legal hold"),
    Action.HOLD_LIFT: N_("lifting a legal hold"),
    Action.ERASURE_PROPOSE: N_("erasing the case"),
    Action.ERASURE_LIST: N_("a list of erased cases"),
    Action.ERASURE_VIEW: N_("a certificate of erasure"),
    Action.DESTRUCTION_PROPOSE: N_("destroying old keys"),
    Action.PROPOSAL_LIST: N_("a list of what waits for a second person"),
    Action.PROPOSAL_VIEW: N_("what waits for a second person"),
    Action.PROPOSAL_APPROVE: N_("agreeing as the second person"),
    Action.PROPOSAL_REFUSE: N_("not agreeing as the second person"),
    Action.PROPOSAL_WITHDRAW: N_("taking back what was proposed"),
    Action.AUDIT_VIEW: N_("the auditors\N{RIGHT SINGLE QUOTATION MARK} desk"),
    Action.AUDIT_SEARCH: N_("a search of the log"),
    Action.AUDIT_VERIFY: N_("a check of the log"),
    Action.AUDIT_EXPORT: N_("giving out the log"),
    Action.LETTER_OPEN: N_("what was typed with an entry of the log"),
    Action.CHECKPOINT_COSIGN: N_("keeping what a witness says of the log"),
    Action.UNUSUAL_LIST: N_("the list of unusual accesses"),
    Action.UNUSUAL_REVIEW: N_("what came of an unusual access"),
    Action.ENQUIRY_LIST: N_("the list of enquiries about named people"),
    Action.ENQUIRY_PROPOSE: N_("an enquiry about a named person"),
    Action.ENQUIRY_VIEW: N_("about whom an enquiry is"),
    Action.ENQUIRY_ANSWER: N_("the answer to an enquiry about a named person"),
    Action.SURNAME_COMPARE: N_("comparing surnames"),
    Action.ACCOUNT_LIST: N_("the list of accounts"),
    Action.ACCOUNT_CREATE: N_("making an account"),
    Action.ACCOUNT_CLOSE: N_("closing an account"),
    Action.ACCOUNT_RESET: N_("ending a password"),
    Action.PASSWORD_CHANGE: N_("changing a password"),
    Action.PASSWORD_SET: N_("choosing a password"),
    Action.PASSWORD_REHASH: N_("keeping a password at the cost of today"),
    Action.TOKEN_CREATE: N_("making a token"),
    Action.TOKEN_REVOKE: N_("ending a token"),
    Action.KEYSET_LIST: N_("the list of keys"),
    Action.KEYSET_MAKE: N_("making keys"),
    Action.KEYSET_RENEW: N_("renewing keys"),
    Action.KEYSET_REWRAP: N_("wrapping keys again"),
    Action.KEYSET_RESEAL: N_("sealing keys again"),
    Action.KEYSET_VOUCH: N_("sealing accounts and tokens again"),
    Action.KEYSET_RETAG: N_("making again what people are found by"),
    Action.DATAKEY_RENEW: N_("renewing the keys of a case"),
    Action.KEYSET_DESTROY: N_("destroying keys"),
    Action.KEYSET_REOPEN: N_("having the log go on under a new name"),
    Action.KEYSET_FOLLOW: N_("renewing the key of the log"),
    Action.KEYSET_END: N_("ending the old key of the log"),
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
    Action.STRAND_BEGIN: N_("Another strand was begun"),
    Action.IDENTITY_RECORD: N_("The identity was recorded"),
    Action.CONTACT_RECORD: N_("How to contact the person safely was recorded"),
    Action.MILESTONE_RECORD: N_("A milestone was recorded: %(milestone)s"),
    Action.MILESTONE_REOPEN: N_("A milestone was opened again: %(milestone)s"),
    Action.FILE_ATTACH: N_("A file was attached"),
    Action.NOTE_WRITE: N_("A note was written"),
    Action.DISCLOSURE_RECORD: N_("It was recorded what was told to somebody"),
    Action.SAR_RECORD: N_("A subject access request was recorded"),
    Action.SAR_CHECK: N_("Who asked for access was checked"),
    Action.SAR_EXTEND: N_("The answer to a request is due later"),
    Action.SAR_RESTRICT: N_("What is given of a request was changed"),
    Action.SAR_DECIDE: N_("A subject access request was decided on"),
    Action.SAR_DELIVER: N_("A subject access request was answered"),
    Action.SAR_WITHDRAW: N_("A subject access request was withdrawn"),
    Action.TRANSFER_ACCEPT: N_("Another organisation became responsible"),
    Action.PROPOSAL_APPROVE: N_("The case was erased"),
    Action.DATAKEY_RENEW: N_("What is sealed of the case was sealed again, under new keys"),
}
"""What each action that changes a case has done to it."""

OTHER_STRAND: Final = N_("Something was recorded in the strand of another organisation")
"""What is said of a milestone that only the workers of that strand see."""
MILESTONES: Final = frozenset({"MilestoneRecorded", "MilestoneReopened"})


def outcome_words(code: str) -> str:
    """The outcome of a milestone, as a page says it."""
    return gettext(OUTCOMES.get(code) or code.replace("_", " ").capitalize())


def within(sentence: str) -> str:
    """The same, as it stands within another sentence."""
    return f"{sentence[:1].lower()}{sentence[1:]}"


def change_words(change: Change, catalogue: Catalogue) -> str:
    """What a change of a case was, from its action and what it touched."""
    if change.aspect == "milestone:":
        return gettext(OTHER_STRAND)
    return gettext(CHANGES[change.action], milestone=_milestone(change.aspect.partition(":")[2], catalogue))


UNREADABLE: Final = N_("This entry cannot be read: it is not as casetrack writes them")


def event_words(payload: Mapping[str, Any], deployment: Deployment) -> str:
    """What happened, in one sentence, from the payload of an event."""
    if payload["event"] in MILESTONES and not payload["detail"]:
        return gettext(OTHER_STRAND)
    return gettext(EVENTS[payload["event"]]) % _Facts(payload, deployment)


def entry_words(payload: Mapping[str, Any], deployment: Deployment) -> tuple[str, str]:
    """Both of those, of an entry that is shown as it stands in the database, where somebody may have edited it."""
    try:
        return event_words(payload, deployment), account_words(payload, deployment)
    except (LookupError, TypeError, ValueError, AttributeError):
        return gettext(UNREADABLE), ""


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
            "agreement": lambda: gettext(AGREEMENTS[self.detail["reason"]]) if self.detail["reason"] else "",
            "cleared": self._cleared,
            "disposition": lambda: gettext(DISPOSITIONS[Disposition(self.detail["disposition"])]),
            "corrected": lambda: gettext(", in the place of another") if self.detail["corrects"] else "",
            "found": lambda: ", ".join(gettext(MISPLACED[kind]) for kind in self.detail["found"]),
            "kept": lambda: gettext(KEEPINGS[self.detail["reason"]]),
            "indexes": lambda: gettext(" and ").join(gettext(INDEXES[index]) for index in self.detail["indexes"]),
            "shown": self._shown,
            "until": lambda: _moment(self.detail["until"]),
            "use": lambda: within(gettext(USES[self.detail["use"]])),
            "identity": lambda: gettext(IDENTITIES[self.detail["state"]]),
            "record": self._record,
            "happened": self._happened,
            "milestone": lambda: _milestone(self.detail["code"], deployment.facts.catalogue),
            "parts": lambda: ", ".join(gettext(PARTS[part]) for part in self.detail["parts"]),
            "reason": self._reason,
            "role": lambda: gettext(ROLES[self.detail["role"]]),
            "what": lambda: gettext(PROPOSED[self.detail["kind"]]),
            "rule": lambda: _label(deployment, "erasure_rules", self.detail["rule"]),
            "repeated": lambda: gettext(", once more after a copy was put back") if self.detail["repeated"] else "",
            "told": self._told,
            "received": lambda: self._on("received"),
            "due": lambda: self._on("due"),
            "on": lambda: self._on("on"),
            "restricted": self._restricted,
            "decided": lambda: gettext(DECISIONS[self.detail["decision"]]),
            "strand": lambda: gettext(STRANDS[self.detail["strand"]]),
            "strands": self._strands,
        }

    def __getitem__(self, name: str) -> str:
        """The words for that; an organisation, if it is nothing else."""
        if name in self.words:
            return self.words[name]()
        code = self.detail[name]
        return self.deployment.holders[HolderCode(code)].name if code else gettext("not recorded")

    def _cleared(self) -> str:
        """Which fields say nothing any more, but for what goes with others; older entries do not tell."""
        cleared = set(self.detail.get("cleared", ())).difference(*FOLLOW.values())
        fields = [gettext(field.says) for field in (*IDENTITY, *CONTACT) if field.name in cleared]
        return gettext(" (cleared: %(fields)s)", fields=", ".join(fields)) if fields else ""

    def _shown(self) -> str:
        """How many people a search opened to compare, and how many of those it showed."""
        opened = ngettext("%(num)s person was opened", "%(num)s people were opened", self.detail["opened"])
        shown = ngettext("%(num)s was shown", "%(num)s were shown", len(self.payload["shown"]))
        return gettext("%(opened)s, %(shown)s", opened=opened, shown=shown)

    def _told(self) -> str:
        """The organisation, if it is one that casetrack knows, or what kind of body it was."""
        recipient, kind = self.detail["recipient"], self.detail["kind"]
        if recipient:
            return self.deployment.holders[HolderCode(recipient)].name
        return within(_label(self.deployment, "recipient_kinds", kind))

    def _on(self, name: str) -> str:
        return str(format_date(date.fromisoformat(self.detail[name]), "d MMM y"))  # type: ignore[no-untyped-call]  # the library ships no types

    def _restricted(self) -> str:
        """What is left out for which ground, or is given after all."""
        item, ground = gettext(ITEMS[self.detail["item"]]), self.detail["ground"]
        if ground is None:
            return gettext("%(item)s, not left out any more", item=item)
        return gettext(
            "%(item)s left out. %(ground)s", item=item, ground=_label(self.deployment, "restriction_grounds", ground)
        )

    def _record(self) -> str:
        said = gettext(RECORDS[self.detail["state"]])
        outcome = self.detail["outcome"]
        return f"{said} ({outcome_words(outcome).lower()})" if outcome else said

    def _happened(self) -> str:
        on = london_date(datetime.fromisoformat(self.detail["happened"]))
        return str(format_date(on, "d MMM y"))  # type: ignore[no-untyped-call]  # the library ships no types

    def _reason(self) -> str:
        """The label of a reason, from whichever list the event's reasons are of."""
        if self.detail.get("kind") == ProposalKind.ENQUIRY:
            return within(gettext(USES[self.detail["rule"]]))
        of = REASONS.get(self.payload["event"]) or PROPOSED_FOR[self.detail["kind"]]
        return _label(self.deployment, of, self.detail["reason"])

    def _strands(self) -> str:
        strands = [gettext(STRANDS[code]) for code in self.detail["strands"]]
        return gettext(" and ").join(strands) or gettext("information")


def _label(deployment: Deployment, of: str, code: str) -> str:
    """The words for a code of that list; the code itself, if the list has lost it."""
    found = deployment.facts.codes[of].codes.get(code)
    return gettext(found.label) if found else code


def _moment(instant: str) -> str:
    """An instant of an event, in London."""
    return str(format_datetime(datetime.fromisoformat(instant), "d MMM y, HH:mm"))  # type: ignore[no-untyped-call]  # the library ships no types


def _milestone(code: str, catalogue: Catalogue) -> str:
    about = catalogue.rules.get(code) or catalogue.events.get(code)
    return gettext(about.label) if about else code
