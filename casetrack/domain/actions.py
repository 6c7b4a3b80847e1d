"""What may be asked, `noun:verb`: the unit of permission, and the first half of every name that serves it."""

from enum import StrEnum


class Action(StrEnum):
    """Everything that somebody may ask casetrack to do."""

    CASELOAD_VIEW = "caseload:view"
    """My work: what is due, overdue, waiting and offered among the cases of one's holder."""
    CASELOAD_NAME = "caseload:name"
    """Once a shift, the names behind the pseudonyms of one's own caseload."""

    CASE_LIST = "case:list"
    CASE_FIND = "case:find"
    CASE_OPEN = "case:open"
    """Open a case for a person: the opener's holder becomes responsible."""
    CASE_VIEW = "case:view"
    CASE_PLACE = "case:place"
    """Record the areas of exploitation, home and encounter."""
    CASE_ASSIGN = "case:assign"
    CASE_CLOSE = "case:close"
    CASE_REOPEN = "case:reopen"

    PERSON_FIND = "person:find"
    """Look for a person by what is sealed, among the cases that one may open."""

    STRAND_BEGIN = "strand:begin"
    """Begin, for one's own organisation, the strand that its case lacks."""

    IDENTITY_RECORD = "identity:record"
    IDENTITY_REVEAL = "identity:reveal"
    CONTACT_RECORD = "contact:record"
    CONTACT_REVEAL = "contact:reveal"

    MILESTONE_LIST = "milestone:list"
    MILESTONE_RECORD = "milestone:record"
    MILESTONE_REOPEN = "milestone:reopen"
    FILE_LIST = "file:list"
    FILE_ATTACH = "file:attach"
    FILE_OPEN = "file:open"
    """Be given a file that is attached to the case."""
    NOTE_LIST = "note:list"
    NOTE_WRITE = "note:write"
    """Write a note, or another wording in the place of one."""
    NOTE_OPEN = "note:open"
    """Be shown a note that is closed until it is asked for."""

    JOURNEY_VIEW = "journey:view"
    HISTORY_VIEW = "history:view"

    TRANSFER_LIST = "transfer:list"
    """The inbox: offers that wait for one's holder."""
    TRANSFER_VIEW = "transfer:view"
    """Where an offer that one's holder sent or received stands."""
    TRANSFER_SEND = "transfer:send"
    TRANSFER_SEE = "transfer:see"
    """Open the least preview of an offer to one's holder."""
    TRANSFER_ACCEPT = "transfer:accept"
    TRANSFER_DECLINE = "transfer:decline"
    TRANSFER_WITHDRAW = "transfer:withdraw"

    QUOTA_RAISE = "quota:raise"
    """Let a colleague be shown more in an hour than one person may be."""

    HOLD_SET = "hold:set"
    """Set a legal hold on a case: nothing of it is erased while that stands."""
    HOLD_LIFT = "hold:lift"
    """Propose to a second person that a legal hold be lifted."""
    ERASURE_PROPOSE = "erasure:propose"
    """Propose to a second person that a closed case be erased."""
    ERASURE_LIST = "erasure:list"
    """What one's own organisation was the last to be responsible for, and has erased."""
    ERASURE_VIEW = "erasure:view"
    """The certificate of an erasure."""
    DESTRUCTION_PROPOSE = "destruction:propose"
    """Propose to a second person that an old version of an organisation's keys be destroyed."""
    PROPOSAL_LIST = "proposal:list"
    """What waits for a second person of one's own organisation, or was proposed by one."""
    PROPOSAL_VIEW = "proposal:view"
    PROPOSAL_APPROVE = "proposal:approve"
    """Agree, as the second person; what was proposed is done in that instant, or may be done from then on."""
    PROPOSAL_REFUSE = "proposal:refuse"
    PROPOSAL_WITHDRAW = "proposal:withdraw"

    AUDIT_VIEW = "audit:view"
    """Open the log, for one of its four lawful uses: the auditors' desk."""
    AUDIT_SEARCH = "audit:search"
    AUDIT_VERIFY = "audit:verify"
    AUDIT_EXPORT = "audit:export"
    """Be given the log in files, with the payloads of the entries that one may see."""
    LETTER_OPEN = "letter:open"
    """Read what somebody typed when something was done, which is sealed to the audit desk."""
    CHECKPOINT_COSIGN = "checkpoint:cosign"
    """Keep what a witness says of a checkpoint of the log."""
    UNUSUAL_LIST = "unusual:list"
    """The accesses that are unusual, and what came of each."""
    UNUSUAL_REVIEW = "unusual:review"
    """Record what came of one."""
    ENQUIRY_LIST = "enquiry:list"
    """What auditors of the audit desk have asked about named people: who asked, and how it stands."""
    ENQUIRY_PROPOSE = "enquiry:propose"
    """Ask, with a second auditor, whether a named person was looked for, listed or revealed."""
    ENQUIRY_VIEW = "enquiry:view"
    """Look at one: the two, and whoever may become the second, read about whom it is."""
    ENQUIRY_ANSWER = "enquiry:answer"
    """Read the answer, as one of the two."""
    SURNAME_COMPARE = "surname:compare"
    """Compare the surname of somebody who was revealed with the account's own: done by the service at each reveal."""

    ACCOUNT_LIST = "account:list"
    ACCOUNT_CREATE = "account:create"
    ACCOUNT_CLOSE = "account:close"
    ACCOUNT_RESET = "account:reset"
    """End an account's password and whatever it opened; a new one is chosen by whoever has the link that is made."""
    PASSWORD_CHANGE = "password:change"  # noqa: S105 - the name of an action, not a secret
    """Change one's own password, on the page of one's own account."""
    PASSWORD_SET = "password:set"  # noqa: S105 - the name of an action, not a secret
    """Choose the password of an account by the link that was made for that."""
    PASSWORD_REHASH = "password:rehash"  # noqa: S105 - the name of an action, not a secret
    """Keep a password, which stays what it is, at today's cost: done by the service when its account signs in."""
    TOKEN_CREATE = "token:create"  # noqa: S105 - the name of an action, not a secret
    """Let a program act for one's own account."""
    TOKEN_REVOKE = "token:revoke"  # noqa: S105 - the name of an action, not a secret

    KEYSET_LIST = "keyset:list"
    """See how the keys of each holder are, and their fingerprints."""
    KEYSET_MAKE = "keyset:make"
    """Make the keys of a holder: done by the service when a holder is first kept."""
    KEYSET_RENEW = "keyset:renew"
    """Make the next version of a holder's keys: from the command line alone, as all that follows."""
    KEYSET_REWRAP = "keyset:rewrap"
    """Wrap anew, for the newest version, what an older one opens."""
    KEYSET_RESEAL = "keyset:reseal"
    """Seal a holder's keysets anew, under the root that it has now."""
    KEYSET_VOUCH = "keyset:vouch"
    """Seal accounts and tokens anew, by the newest version of the service's own keys."""
    KEYSET_RETAG = "keyset:retag"
    """Make anew, under the newest version, the tags by which an organisation finds people."""
    DATAKEY_RENEW = "datakey:renew"
    """Seal what an organisation can open of a case anew, under data keys that nobody had before."""
    KEYSET_DESTROY = "keyset:destroy"
    """Destroy the private half of an old version, once two people have agreed and nothing needs it any more."""
    KEYSET_FOLLOW = "keyset:follow"
    KEYSET_REOPEN = "keyset:reopen"
    """Have the log go on under a new name, with a key of its own, where the old one cannot go on."""
    """Let a new key of the log sign beside the old one."""
    KEYSET_END = "keyset:end"
    """Let the old key of the log sign no more."""

    SESSION_OPEN = "session:open"
    """Sign in."""
    SESSION_CLOSE = "session:close"

    @property
    def noun(self) -> str:
        """What it is done to."""
        return self.value.partition(":")[0]

    @property
    def verb(self) -> str:
        """What is done."""
        return self.value.partition(":")[2]
