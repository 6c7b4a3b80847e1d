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

    IDENTITY_RECORD = "identity:record"
    IDENTITY_REVEAL = "identity:reveal"
    CONTACT_RECORD = "contact:record"
    CONTACT_REVEAL = "contact:reveal"

    MILESTONE_LIST = "milestone:list"
    MILESTONE_RECORD = "milestone:record"
    MILESTONE_REOPEN = "milestone:reopen"
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

    AUDIT_SEARCH = "audit:search"
    AUDIT_VERIFY = "audit:verify"

    ACCOUNT_LIST = "account:list"
    ACCOUNT_CREATE = "account:create"
    ACCOUNT_CLOSE = "account:close"
    TOKEN_CREATE = "token:create"  # noqa: S105 - the name of an action, not a secret
    TOKEN_REVOKE = "token:revoke"  # noqa: S105 - the name of an action, not a secret

    KEYSET_MAKE = "keyset:make"
    """Make the keys of a holder: done by the service when a holder is first kept."""

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
