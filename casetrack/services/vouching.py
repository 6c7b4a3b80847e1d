"""That who signs in, and by what, is as casetrack wrote it: whoever can only write to the database opens no door.

What lasts, an account and a token, is sealed by the service's keyset as a case is by its holder's (docs/formats/
sealing.md), so that an auditor checks it with a public key. What is gone in days, a session and a link, carries a keyed
hash under a secret of the key folder.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC
from enum import StrEnum
from typing import Any
from uuid import UUID

import rfc8785

from casetrack.crypto.errors import CannotOpen
from casetrack.crypto.keysets import PublicKeyset
from casetrack.crypto.seals import Seal
from casetrack.domain.errors import IntegrityBroken
from casetrack.domain.holders import SERVICE
from casetrack.domain.ids import Instant
from casetrack.services.deployment import Deployment
from casetrack.services.evidence import KeptAccount
from casetrack.services.people import Account, Link, Session, Token
from casetrack.services.ports import Keys
from casetrack.services.seals import check_signature
from casetrack.services.trust import Trust


class Door(StrEnum):
    """By what somebody comes in, or a program."""

    ACCOUNT = "account"
    TOKEN = "token"  # noqa: S105 - the name of a door, not a secret


@dataclass(frozen=True)
class DoorSeal:
    """The seal of an account or of a token, and the form that it covers."""

    door: Door
    id: UUID
    form: bytes
    seal: Seal


def canonical_account(account: Account, password_digest: bytes) -> bytes:
    """The account as its seal covers it: every column but the one that says when it was last signed in to.

    Of the password's hash it has the SHA-256 alone, so that checking it takes no hash.
    """
    return rfc8785.dumps(
        {
            "v": 1,
            "kind": "account",
            "id": str(account.id),
            "sign_in_name": account.sign_in_name,
            "display_name": account.display_name,
            "role": account.role.value,
            "holder": account.holder,
            "national": account.national,
            "password": password_digest.hex(),
            "closed_at": _instant(account.closed_at),
            "epoch": account.epoch,
        }
    )


def canonical_token(token: Token) -> bytes:
    """The token as its seal covers it."""
    return rfc8785.dumps(
        {
            "v": 1,
            "kind": "token",
            "id": str(token.id),
            "name": token.name,
            "digest": token.digest.hex(),
            "account": str(token.account),
            "epoch": token.epoch,
            "until": _instant(token.until),
            "revoked_at": _instant(token.revoked_at),
        }
    )


def form_digest(form: bytes) -> str:
    """The SHA-256 of what a seal covers, in hexadecimal: what the journal says of it."""
    return hashlib.sha256(form).hexdigest()


def account_form(account: Account) -> str:
    """The digest of the account as its seal covers it, whose hash is at hand."""
    return form_digest(canonical_account(account, account.password_digest))


def token_form(token: Token) -> str:
    """The digest of the token as its seal covers it."""
    return form_digest(canonical_token(token))


def seal_of_account(kept: KeptAccount) -> DoorSeal:
    """The seal of an account of which nobody reads the hash."""
    account = kept.account
    return DoorSeal(Door.ACCOUNT, account.id, canonical_account(account, kept.password_digest), account.seal)


def seal_of_token(token: Token) -> DoorSeal:
    """The seal of a token."""
    return DoorSeal(Door.TOKEN, token.id, canonical_token(token), token.seal)


def sealed_account(account: Account, keys: Keys, deployment: Deployment) -> Account:
    """The account, sealed as it stands: by the newest keys if it is new, and else by those that sealed it before.

    Only a renewal seals by newer keys what older ones did, and asks the journal about it first. So what somebody
    planted with stolen keys does not outlive them by being changed.
    """
    form = canonical_account(account, account.password_digest)
    return replace(account, seal=_seal(form, account.seal, keys, deployment))


def sealed_token(token: Token, keys: Keys, deployment: Deployment) -> Token:
    """The token, sealed as it stands, by the same keys as an account would be."""
    return replace(token, seal=_seal(canonical_token(token), token.seal, keys, deployment))


def check_vouches(version: int, *, newest: int) -> None:
    """That version of the service's keyset may vouch for an account or a token; `IntegrityBroken` if it is too old.

    The newest does, and the one before it while what that sealed is sealed again. So whoever has an older one, and can
    write to the database, lets nobody in once the service's keys were renewed twice.
    """
    if version < max(1, newest - 1):
        raise IntegrityBroken


def check_account(account: Account, keys: Keys, deployment: Deployment) -> None:
    """The account is as the service sealed it; `IntegrityBroken` if a single value differs."""
    form = canonical_account(account, account.password_digest)
    check_signature(form, account.seal, deployment.name, _sealer(account.seal, keys, deployment))


def check_token(token: Token, keys: Keys, deployment: Deployment) -> None:
    """The token is as the service sealed it."""
    check_signature(canonical_token(token), token.seal, deployment.name, _sealer(token.seal, keys, deployment))


def vouched_session(session: Session, deployment: Deployment) -> Session:
    """The session, with what shows that it is ours as it stands."""
    return replace(session, mac=deployment.rows.mac(_session(session)))


def check_session(session: Session, deployment: Deployment) -> None:
    """The session is one of ours, as it stands; otherwise `IntegrityBroken`."""
    _check_mac(_session(session), session.mac, deployment)


def vouched_link(link: Link, deployment: Deployment) -> Link:
    """The link, with what shows that it is ours."""
    return replace(link, mac=deployment.rows.mac(_link(link)))


def check_link(link: Link, deployment: Deployment) -> None:
    """The link is one of ours; otherwise `IntegrityBroken`."""
    _check_mac(_link(link), link.mac, deployment)


def _seal(form: bytes, before: Seal, keys: Keys, deployment: Deployment) -> Seal:
    trust = Trust(keys, deployment)
    mine = trust.sealed(SERVICE, before.keyset_version) if before.signature else trust.mine(SERVICE)
    return trust.asking(lambda: deployment.keyring.seal(mine, form))


def _sealer(seal: Seal, keys: Keys, deployment: Deployment) -> PublicKeyset:
    """The service's keyset of that version; those of when this process began are asked of nobody."""
    version, known = seal.keyset_version, deployment.service
    check_vouches(version, newest=len(known))
    return known[version - 1] if version <= len(known) else Trust(keys, deployment).version(SERVICE, version)


def _check_mac(row: bytes, mac: bytes, deployment: Deployment) -> None:
    try:
        deployment.rows.check(row, mac)
    except CannotOpen:
        raise IntegrityBroken from None


def _session(session: Session) -> bytes:
    told: dict[str, Any] = {
        "kind": "session",
        "id": str(session.id),
        "token": session.token.hex(),
        "account": str(session.account),
        "auth": session.auth,
        "epoch": session.epoch,
        "since": _instant(session.since),
        "seen": _instant(session.seen),
        "sealed": session.sealed.hex(),
    }
    return rfc8785.dumps(told)


def _link(link: Link) -> bytes:
    told: dict[str, Any] = {
        "kind": "link",
        "digest": link.digest.hex(),
        "account": str(link.account),
        "use": link.use.value,
        "epoch": link.epoch,
        "until": _instant(link.until),
    }
    return rfc8785.dumps(told)


def _instant(at: Instant | None) -> str:
    return at.astimezone(UTC).isoformat() if at else ""
