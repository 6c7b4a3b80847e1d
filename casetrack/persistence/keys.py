"""Key rows: keysets, the commitments to data keys, and wraps; never a key."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import (
    Computed,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    TextClause,
    delete,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from casetrack.crypto.datakeys import OFFER
from casetrack.crypto.keyring import SealedKeyset
from casetrack.crypto.keysets import PublicKeyset
from casetrack.crypto.wraps import Wrap
from casetrack.domain.holders import SERVICE
from casetrack.domain.holdings import Part
from casetrack.domain.ids import CaseId, HolderCode, TransferId
from casetrack.persistence.db import Row
from casetrack.services.ports import CaseKey, KeyRows

ROWS: Final[TextClause] = text(
    """
    SELECT holder, version, sum(data_keys)::bigint AS data_keys, sum(offer_keys)::bigint AS offer_keys,
           sum(tags)::bigint AS tags, sum(doors)::bigint AS doors
    FROM (
        SELECT recipient, recipient_version, data_keys, offer_keys, 0, 0 FROM key_rows
        UNION ALL
        SELECT holder, keyset_version, 0, 0, tags, 0 FROM tag_rows
        UNION ALL
        SELECT :service, seal_keyset, 0, 0, 0, 1 FROM accounts
        UNION ALL
        SELECT :service, seal_keyset, 0, 0, 0, 1 FROM tokens
    ) counted (holder, version, data_keys, offer_keys, tags, doors)
    GROUP BY holder, version
    """
).bindparams(service=SERVICE)


class KeysetRow(Row):
    """One version of a holder's keyset: its public half, and its private half sealed."""

    __tablename__ = "keysets"

    holder: Mapped[str] = mapped_column(ForeignKey("holders.code"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    kem_public: Mapped[bytes]
    sign_public: Mapped[bytes]
    certificate: Mapped[bytes]
    sealed: Mapped[bytes | None]
    """Nothing of a version that was destroyed."""
    agreed: Mapped[UUID | None]
    """On which proposal that was."""
    destroyed: Mapped[bool] = mapped_column(Computed("(sealed IS NULL)", persisted=True))
    """The same, for a role that reads no private half."""


class CaseKeyRow(Row):
    """That a part of a case has a data key of this number."""

    __tablename__ = "case_keys"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    part: Mapped[Part]
    commitment: Mapped[bytes]
    retired: Mapped[bool]


class WrapRow(Row):
    """A data key or, without a number, an offer's key: for one recipient."""

    __tablename__ = "wraps"
    __table_args__ = (
        ForeignKeyConstraint(["case_id", "number"], ["case_keys.case_id", "case_keys.number"]),
        ForeignKeyConstraint(["recipient", "recipient_version"], ["keysets.holder", "keysets.version"]),
        ForeignKeyConstraint(["sender", "sender_version"], ["keysets.holder", "keysets.version"]),
        Index("ix_wraps_recipient", "recipient", "recipient_version"),
        Index(
            "uq_wraps_data_key",
            *("case_id", "number", "recipient"),
            unique=True,
            postgresql_where=text("number IS NOT NULL"),
        ),
        Index(
            "uq_wraps_offer_key",
            *("transfer_id", "recipient"),
            unique=True,
            postgresql_where=text("number IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    number: Mapped[int | None]
    transfer_id: Mapped[UUID | None] = mapped_column(ForeignKey("transfers.id"))
    commitment: Mapped[bytes]
    recipient: Mapped[str]
    recipient_version: Mapped[int]
    sender: Mapped[str]
    sender_version: Mapped[int]
    sealed: Mapped[bytes]
    signature: Mapped[bytes]


class SqlKeys:
    """Keysets, commitments and wraps, in their tables."""

    def __init__(self, session: Session) -> None:
        """Work in that session's transaction."""
        self._session = session

    def keysets(self, holder: HolderCode) -> tuple[SealedKeyset, ...]:
        """Every version of the holder's keyset, oldest first."""
        rows = self._session.scalars(select(KeysetRow).where(KeysetRow.holder == holder).order_by(KeysetRow.version))
        return tuple(_keyset(row) for row in rows)

    def rows(self) -> Mapping[tuple[str, int], KeyRows]:
        """How many rows there are for each version of each holder's keyset, as administrators are told."""
        counted = self._session.execute(ROWS)
        return {
            (row.holder, row.version): KeyRows(row.data_keys, row.offer_keys, row.tags, row.doors) for row in counted
        }

    def hold_service(self) -> None:
        """Nobody else makes first keys, or the service's next, until this transaction ends.

        The turn is the row of the service's first keys.
        """
        first = select(KeysetRow.version).where(KeysetRow.holder == SERVICE, KeysetRow.version == 1)
        self._session.execute(first.with_for_update())

    def add_keyset(self, keyset: SealedKeyset) -> None:
        """A new version of a holder's keyset is kept."""
        self._session.execute(insert(KeysetRow).values(**vars(keyset.public), sealed=keyset.sealed))

    def add(self, key: CaseKey) -> None:
        """A part of a case has a new data key."""
        self._session.execute(
            insert(CaseKeyRow).values(
                case_id=key.case, number=key.number, part=key.part, commitment=key.commitment, retired=key.retired
            )
        )

    def retire(self, case: CaseId, numbers: Iterable[int]) -> None:
        """The data keys open nothing any more: every wrap of them is deleted."""
        retired = sorted(set(numbers))
        if not retired:
            return
        self._session.execute(delete(WrapRow).where(WrapRow.case_id == case, WrapRow.number.in_(retired)))
        self._session.execute(
            update(CaseKeyRow).where(CaseKeyRow.case_id == case, CaseKeyRow.number.in_(retired)).values(retired=True)
        )

    def wraps(self, cases: Sequence[CaseId], holder: HolderCode) -> tuple[Wrap, ...]:
        """The wraps of the cases' data keys for the holder, in one statement."""
        rows = self._session.scalars(
            select(WrapRow)
            .where(WrapRow.case_id.in_(cases), WrapRow.recipient == holder, WrapRow.number.is_not(None))
            .order_by(WrapRow.case_id, WrapRow.number)
        )
        return tuple(wrap_from(row) for row in rows)

    def offer_wrap(self, transfer: TransferId, holder: HolderCode) -> Wrap | None:
        """The wrap of the offer's key for the holder."""
        row = self._session.scalar(
            select(WrapRow).where(
                WrapRow.transfer_id == transfer, WrapRow.recipient == holder, WrapRow.number.is_(None)
            )
        )
        return wrap_from(row) if row else None

    def add_wraps(self, wraps: Iterable[Wrap]) -> None:
        """New wraps are kept."""
        rows = [_columns(wrap) for wrap in wraps]
        if rows:
            self._session.execute(insert(WrapRow), rows)


def _keyset(row: KeysetRow) -> SealedKeyset:
    public = PublicKeyset(
        holder=row.holder,
        version=row.version,
        kem_public=row.kem_public,
        sign_public=row.sign_public,
        certificate=row.certificate,
    )
    return SealedKeyset(public, row.sealed)


def _columns(wrap: Wrap) -> dict[str, object]:
    """The wrap as columns. An offer's key has no number here, so that it needs no row among the data keys."""
    return {
        "id": uuid4(),
        "case_id": wrap.case,
        "number": None if wrap.number == OFFER else wrap.number,
        "transfer_id": wrap.transfer,
        "commitment": wrap.commitment,
        "recipient": wrap.recipient,
        "recipient_version": wrap.recipient_version,
        "sender": wrap.sender,
        "sender_version": wrap.sender_version,
        "sealed": wrap.sealed,
        "signature": wrap.signature,
    }


def wrap_from(row: WrapRow) -> Wrap:
    """The wrap that the row keeps."""
    return Wrap(
        case=row.case_id,
        number=OFFER if row.number is None else row.number,
        commitment=row.commitment,
        recipient=row.recipient,
        recipient_version=row.recipient_version,
        sender=row.sender,
        sender_version=row.sender_version,
        transfer=row.transfer_id,
        sealed=row.sealed,
        signature=row.signature,
    )
