"""Who is doing it: an account, in a role, for a holder. Nobody is police by default."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from casetrack.domain.ids import AccountId, HolderCode


class Role(StrEnum):
    """What an account is trusted to do for its holder; each account has one."""

    SUPPORT_WORKER = "support_worker"
    LEAD = "lead"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"

    @property
    def is_caseworker(self) -> bool:
        """True of the roles that work with people's cases."""
        return self in CASEWORKERS


CASEWORKERS = frozenset({Role.SUPPORT_WORKER, Role.LEAD, Role.SUPERVISOR})


class Auth(StrEnum):
    """How the actor proved who they are."""

    PASSWORD = "password"  # noqa: S105 - the name of a way to sign in, not a secret
    LINK = "link"
    """A link by which a password was chosen, just now."""
    TOKEN = "token"  # noqa: S105 - the name of a way to sign in, not a secret
    DEMO = "demo"
    COMMAND_LINE = "command-line"


@dataclass(frozen=True)
class Actor:
    """An account at work: its role and holder, and the session or token that it comes by."""

    account: AccountId
    role: Role
    holder: HolderCode
    auth: Auth
    session: UUID | None = None
    national: bool = False
    """An auditor or administrator of every organisation, not of one."""
    client: bytes = b""
    """A keyed hash of where the request came from; never the address itself."""
