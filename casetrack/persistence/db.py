"""The database as SQLAlchemy sees it: the base of all rows, and how engines are made.

Rows name columns, keys and foreign keys, which a test compares with the migrations. Checks, triggers, policies and
grants stand in the migrations alone: they are the database's own, and hold whoever asks.
"""

from collections.abc import MutableMapping
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Final, Protocol, cast
from uuid import UUID

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import ARRAY, Delete, LargeBinary, MetaData, Text, Update, Uuid, event
from sqlalchemy.orm import DeclarativeBase, Mapped, ORMExecuteState, Session

from casetrack.crypto.seals import AggregateSeal, Seal
from casetrack.domain.actors import Role
from casetrack.domain.case import AgeGroup, IdentityState, Status
from casetrack.domain.holders import HolderKind
from casetrack.domain.holdings import Part
from casetrack.domain.proposals import ProposalKind, ProposalState
from casetrack.domain.records import RecordState
from casetrack.domain.transfer import TransferState
from casetrack.persistence.types import Coded, InstantType
from casetrack.services.people import LinkUse

NAMES: Final = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}
CODES: Final[tuple[type[StrEnum], ...]] = (
    AgeGroup,
    HolderKind,
    IdentityState,
    LinkUse,
    Part,
    ProposalKind,
    ProposalState,
    RecordState,
    Role,
    Status,
    TransferState,
)

CONNECT_TIMEOUT_S: Final = 5


class Row(DeclarativeBase):
    """A row of a table. None is seen outside the module that declares it."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text(),
        bytes: LargeBinary(),
        UUID: Uuid(),
        datetime: InstantType(),
        list[str]: ARRAY(Text()),
        **{codes: Coded(codes) for codes in CODES},
    }


class Sealed:
    """The columns of a seal that stand in a row of an aggregate."""

    seal_digest: Mapped[bytes]
    seal_previous: Mapped[bytes]
    seal_holder: Mapped[str]
    seal_keyset: Mapped[int]
    seal_signature: Mapped[bytes]

    def seal(self) -> AggregateSeal:
        """The seal that the row carries."""
        signed = Seal(self.seal_holder, self.seal_keyset, self.seal_signature)
        return AggregateSeal(self.seal_digest, self.seal_previous, signed)


def seal_columns(seal: AggregateSeal) -> dict[str, Any]:
    """The seal as the columns of a row."""
    return {"seal_digest": seal.digest, "seal_previous": seal.previous, **signature_columns(seal.seal)}


def changed_rows(session: Session, change: Update | Delete) -> int:
    """How many rows the change found, of those that the actor may change or take away."""
    return session.connection().execute(change).rowcount


def signature_columns(seal: Seal) -> dict[str, Any]:
    """Who signed, with which keyset, and the signature."""
    return {"seal_holder": seal.holder, "seal_keyset": seal.keyset_version, "seal_signature": seal.signature}


db: Final = SQLAlchemy(metadata=Row.metadata, session_options={"autoflush": False})
"""Its engine is the application's that `init_app` was told of; a session of it belongs to one app context."""


class Application(Protocol):
    """Flask's application, of which this room knows only that it has settings."""

    @property
    def config(self) -> MutableMapping[str, Any]:
        """Its settings."""


def init_app(app: Application, database_url: str, *, statement_timeout_ms: int) -> None:
    """The application has an engine for that database, on which no statement takes longer than that."""
    app.config["SQLALCHEMY_DATABASE_URI"] = database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_settings(statement_timeout_ms)
    db.init_app(cast("Any", app))


def engine_settings(statement_timeout_ms: int) -> dict[str, Any]:
    """What every engine is made with.

    No error repeats a value; a connection that the server dropped is replaced unseen; nobody waits for ever; and no
    query is compiled, which for questions as small as ours takes longer than answering them.
    """
    options = {
        "timezone": "UTC",
        "jit": "off",
        "statement_timeout": statement_timeout_ms,
        "lock_timeout": statement_timeout_ms,
        "idle_in_transaction_session_timeout": statement_timeout_ms,
    }
    return {
        "hide_parameters": True,
        "pool_pre_ping": True,
        "connect_args": {
            "connect_timeout": CONNECT_TIMEOUT_S,
            "options": " ".join(f"-c {name}={value}" for name, value in options.items()),
        },
    }


@event.listens_for(Session, "do_orm_execute")
def _read_afresh(state: ORMExecuteState) -> None:
    """What is read is what the database says now: nothing is remembered from before a change, or for another actor."""
    if state.is_select:
        state.update_execution_options(populate_existing=True)
