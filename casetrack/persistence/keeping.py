"""Every key row there is, for the keeper of the keys: a role that reads wraps and keysets, and no sealed value."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Engine,
    Select,
    Uuid,
    any_,
    bindparam,
    func,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.engine import Row as Found
from sqlalchemy.orm import Session, defer

from casetrack.crypto.datakeys import OFFER
from casetrack.crypto.keyring import SealedKeyset
from casetrack.crypto.keysets import PublicKeyset
from casetrack.crypto.wraps import Wrap
from casetrack.domain.destructions import Need
from casetrack.domain.holders import Holder
from casetrack.domain.holdings import Part
from casetrack.domain.ids import HolderCode, ProposalId, TransferId
from casetrack.domain.references import Reference
from casetrack.persistence.accounts import ACCOUNT_SIGNED, AccountRow, TokenRow, signed_account_from, token_from
from casetrack.persistence.cases import CaseRow, HoldingRow, key_from
from casetrack.persistence.holders import SqlHolders
from casetrack.persistence.journal import SqlJournal
from casetrack.persistence.keys import CaseKeyRow, KeysetRow, SqlKeys, WrapRow, wrap_from
from casetrack.persistence.proposals import ProposalRow, wordless_from
from casetrack.persistence.refusals import refusing
from casetrack.persistence.transfers import TransferRow
from casetrack.services.approvals import KeptProposal
from casetrack.services.keysets import KeyedCase, KeyedOffer
from casetrack.services.ports import CaseKey, JournalEntry
from casetrack.services.vouching import Door, DoorSeal, seal_of_account, seal_of_token

Listed = TypeVar("Listed")

AT_A_TIME: Final = 500
_THIS_RECIPIENT: Final = update(WrapRow).where(WrapRow.recipient == bindparam("of_recipient"))
OF_A_CASE: Final = _THIS_RECIPIENT.where(
    WrapRow.case_id == bindparam("of_case"), WrapRow.number == bindparam("of_number")
)
OF_AN_OFFER: Final = _THIS_RECIPIENT.where(WrapRow.transfer_id == bindparam("of_transfer"), WrapRow.number.is_(None))
"""Which row a wrap takes the place in, for each of the two kinds of key; what is given besides is what changes."""
SEALING: Final = {
    Door.ACCOUNT: update(AccountRow).where(AccountRow.id == bindparam("of_id")),
    Door.TOKEN: update(TokenRow).where(TokenRow.id == bindparam("of_id")),
}
"""The same of a seal of the service's."""
NEEDS: Final = text("SELECT need, number FROM keyset_needs(:holder, :version)")
DESTROY: Final = text("SELECT destroy_keyset(:holder, :version, :agreed)")


@contextmanager
def keeping(engine: Engine) -> Iterator["SqlKeyRoom"]:
    """The key rows, in one transaction over an engine of the role `casetrack_keeper`."""
    with refusing(), Session(engine, autoflush=False) as session, session.begin():
        yield SqlKeyRoom(session)


@contextmanager
def keeping_still(engine: Engine) -> Iterator["SqlKeyRoom"]:
    """The same, as they are at one instant, for whoever only looks."""
    with keeping(engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)) as room:
        yield room


class SqlKeyRoom:
    """Every key row, in its table."""

    def __init__(self, session: Session) -> None:
        """Work in that session's transaction."""
        self._session = session

    def holders(self) -> tuple[Holder, ...]:
        """Every holder, by its code."""
        return SqlHolders(self._session).all()

    def keysets(self, holder: HolderCode) -> tuple[SealedKeyset, ...]:
        """Every version of the holder's keyset, oldest first."""
        return SqlKeys(self._session).keysets(holder)

    def hold_service(self) -> None:
        """Nobody else makes first keys, or the service's next, until this transaction ends."""
        SqlKeys(self._session).hold_service()

    def add_keyset(self, keyset: SealedKeyset) -> None:
        """A new version of a holder's keyset is kept; `Stale` if somebody else made that version first."""
        with refusing():
            SqlKeys(self._session).add_keyset(keyset)

    def reseal(self, keyset: SealedKeyset) -> None:
        """The private half of that keyset is kept under another root."""
        public = keyset.public
        self._session.execute(
            update(KeysetRow)
            .where(KeysetRow.holder == public.holder, KeysetRow.version == public.version)
            .values(sealed=keyset.sealed)
        )

    def recertify(self, first: PublicKeyset) -> None:
        """The first version of a holder's keyset is kept with that certificate."""
        self._session.execute(
            update(KeysetRow)
            .where(KeysetRow.holder == first.holder, KeysetRow.version == first.version)
            .values(certificate=first.certificate)
        )

    def door_seals(self, version: int, most: int, of: Collection[UUID]) -> tuple[DoorSeal, ...]:
        """Some of the seals by versions of the service before that one, locked; what others hold is passed by."""
        accounts = select(*ACCOUNT_SIGNED).where(*_sealed_before(AccountRow, version, of))
        found = [seal_of_account(signed_account_from(row)) for row in self._some(accounts, most)]
        tokens = select(TokenRow).where(*_sealed_before(TokenRow, version, of))
        found += [seal_of_token(token_from(row.TokenRow)) for row in self._some(tokens, most - len(found))]
        return tuple(found)

    def door_seals_left(self, version: int, of: Collection[UUID]) -> int:
        """How many accounts and tokens versions before that one sealed, of those alone."""
        return sum(
            self._session.scalars(select(func.count()).where(*_sealed_before(kind, version, of))).one()
            for kind in (AccountRow, TokenRow)
        )

    def seal_doors(self, seals: Iterable[DoorSeal]) -> None:
        """Each account and token is kept with that seal."""
        made = tuple(seals)
        for door, changed in SEALING.items():
            rows = [
                {"of_id": each.id, "seal_keyset": each.seal.keyset_version, "seal_signature": each.seal.signature}
                for each in made
                if each.door is door
            ]
            if rows:
                self._session.connection().execute(changed, rows)

    def older(self, holder: HolderCode, version: int, most: int) -> tuple[Wrap, ...]:
        """Some of the wraps for versions before that one, locked; what others hold is passed by."""
        found = self._session.scalars(
            select(WrapRow)
            .where(WrapRow.recipient == holder, WrapRow.recipient_version < version)
            .limit(most)
            .with_for_update(skip_locked=True)
        )
        return tuple(wrap_from(row) for row in found)

    def left(self, holder: HolderCode, version: int) -> int:
        """How many wraps there are for versions before that one."""
        counted = select(func.count()).where(WrapRow.recipient == holder, WrapRow.recipient_version < version)
        return self._session.scalars(counted).one()

    def rewrap(self, wraps: Iterable[Wrap]) -> None:
        """Each takes the place of the wrap of the same key for the same recipient."""
        made = tuple(wraps)
        for of_offers in (False, True):
            rows = [_changed(wrap) for wrap in made if (wrap.number == OFFER) is of_offers]
            if rows:
                self._session.connection().execute(OF_AN_OFFER if of_offers else OF_A_CASE, rows)

    def size(self) -> int:
        """How many cases and offers there are."""
        return sum(
            self._session.scalars(select(func.count()).select_from(column)).one()
            for column in (select(CaseRow.id).subquery(), select(TransferRow.id).subquery())
        )

    def holders_of(self, reference: Reference) -> frozenset[HolderCode]:
        """Who has any of the case now."""
        now = (
            select(HoldingRow.holder)
            .join(CaseRow, CaseRow.id == HoldingRow.case_id)
            .where(CaseRow.reference == reference, HoldingRow.until.is_(None))
        )
        return frozenset(HolderCode(holder) for holder in self._session.scalars(now))

    def cases(self) -> Iterator[KeyedCase]:
        """Every case, with its keys, its wraps and who has which part now."""
        listed = self._session.execute(select(CaseRow.id, CaseRow.reference).order_by(CaseRow.id)).all()
        for some in _in_batches(listed):
            ids = [row.id for row in some]
            keys, wraps, holders = self._keys(ids), self._wraps(ids), self._holders(ids)
            for row in some:
                yield KeyedCase(row.id, row.reference, tuple(keys[row.id]), holders[row.id], tuple(wraps[row.id]))

    def offers(self) -> Iterator[KeyedOffer]:
        """Every offer, with the wraps of its key."""
        columns = (TransferRow.id, TransferRow.from_holder, TransferRow.to_holder, TransferRow.commitment)
        listed = self._session.execute(select(*columns).order_by(TransferRow.id)).all()
        for some in _in_batches(listed):
            wraps: dict[UUID, list[Wrap]] = defaultdict(list)
            of_these = WrapRow.transfer_id.in_([row.id for row in some])
            for wrapped in self._session.scalars(select(WrapRow).where(of_these, WrapRow.number.is_(None))):
                if wrapped.transfer_id is not None:
                    wraps[wrapped.transfer_id].append(wrap_from(wrapped))
            for row in some:
                sides = frozenset({HolderCode(row.from_holder), HolderCode(row.to_holder)})
                yield KeyedOffer(TransferId(row.id), row.commitment, sides, tuple(wraps[row.id]))

    def proposals(self, subject: UUID) -> tuple[KeptProposal, ...]:
        """Every proposal to destroy the keys of that subject, without its words."""
        asked = select(ProposalRow).options(defer(ProposalRow.words, raiseload=True))
        rows = self._session.scalars(asked.where(ProposalRow.subject == subject).order_by(ProposalRow.proposed_at))
        return tuple(wordless_from(row) for row in rows)

    def needs(self, holder: HolderCode, version: int) -> Mapping[Need, int]:
        """How many of what open with the private half of that version alone."""
        counted = self._session.execute(NEEDS, {"holder": holder, "version": version})
        return {Need[row.need]: row.number for row in counted}

    def destroy(self, holder: HolderCode, version: int, agreed: ProposalId) -> None:
        """The private half of that version is gone; the database asks for the two people, and for what needs it."""
        with refusing():
            self._session.execute(DESTROY, {"holder": holder, "version": version, "agreed": agreed})

    def write(self, entry: JournalEntry) -> None:
        """The event is kept, in this transaction, and queued for the log by the database itself."""
        SqlJournal(self._session).write(entry)

    def _some(self, sought: Select[Any], most: int) -> Sequence[Found[Any]]:
        return self._session.execute(sought.limit(most).with_for_update(skip_locked=True)).all()

    def _keys(self, cases: Sequence[UUID]) -> Mapping[UUID, list[CaseKey]]:
        keys: dict[UUID, list[CaseKey]] = defaultdict(list)
        listed = select(CaseKeyRow).where(CaseKeyRow.case_id.in_(cases)).order_by(CaseKeyRow.number)
        for row in self._session.scalars(listed):
            keys[row.case_id].append(key_from(row))
        return keys

    def _wraps(self, cases: Sequence[UUID]) -> Mapping[UUID, list[Wrap]]:
        wraps: dict[UUID, list[Wrap]] = defaultdict(list)
        for row in self._session.scalars(
            select(WrapRow).where(WrapRow.case_id.in_(cases), WrapRow.number.is_not(None))
        ):
            wraps[row.case_id].append(wrap_from(row))
        return wraps

    def _holders(self, cases: Sequence[UUID]) -> Mapping[UUID, Mapping[Part, frozenset[HolderCode]]]:
        holders: dict[UUID, dict[Part, frozenset[HolderCode]]] = defaultdict(dict)
        now = select(HoldingRow.case_id, HoldingRow.part, HoldingRow.holder).where(
            HoldingRow.case_id.in_(cases), HoldingRow.until.is_(None)
        )
        for row in self._session.execute(now):
            of_case = holders[row.case_id]
            of_case[row.part] = of_case.get(row.part, frozenset()) | {HolderCode(row.holder)}
        return holders


def _sealed_before(
    kind: type[AccountRow] | type[TokenRow], version: int, of: Collection[UUID]
) -> tuple[ColumnElement[bool], ...]:
    return kind.seal_keyset < version, kind.id == any_(literal(list(of), ARRAY(Uuid)))


def _in_batches(listed: Sequence[Listed]) -> Iterator[Sequence[Listed]]:
    for start in range(0, len(listed), AT_A_TIME):
        yield listed[start : start + AT_A_TIME]


def _changed(wrap: Wrap) -> dict[str, Any]:
    place = {"of_transfer": wrap.transfer} if wrap.number == OFFER else {"of_case": wrap.case, "of_number": wrap.number}
    return place | {
        "of_recipient": wrap.recipient,
        "recipient_version": wrap.recipient_version,
        "sender": wrap.sender,
        "sender_version": wrap.sender_version,
        "sealed": wrap.sealed,
        "signature": wrap.signature,
    }
