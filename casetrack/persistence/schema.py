"""The state of the database's schema: taken up and down by the migrations, over a connection of the owner role."""

from pathlib import Path
from typing import Final

from alembic import command, op
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData

from casetrack import resources
from casetrack.persistence.accounts import AccountRow, TokenRow
from casetrack.persistence.cases import CaseRow, HoldingRow, RecordRow
from casetrack.persistence.db import Row
from casetrack.persistence.doors import AnswerRow, FailureRow, LinkRow, SessionRow, ShiftRow
from casetrack.persistence.drafts import DraftRow
from casetrack.persistence.files import FileChunkRow
from casetrack.persistence.holders import HolderRow
from casetrack.persistence.holds import HoldRow
from casetrack.persistence.journal import EventRow, ShownRow
from casetrack.persistence.keys import CaseKeyRow, KeysetRow, WrapRow
from casetrack.persistence.log import CheckpointRow, CosignatureRow, LeafRow, QueueRow
from casetrack.persistence.proposals import ProposalRow
from casetrack.persistence.quotas import QuotaRaiseRow, QuotaUseRow
from casetrack.persistence.tags import IndexTagRow
from casetrack.persistence.tombstones import TombstoneRow
from casetrack.persistence.transfers import TransferRow
from casetrack.persistence.values import SealedValueRow

ROWS: Final[tuple[type[Row], ...]] = (
    *(HolderRow, KeysetRow, AccountRow, TokenRow),
    *(SessionRow, FailureRow, LinkRow, ShiftRow, AnswerRow, DraftRow, QuotaUseRow, QuotaRaiseRow),
    *(CaseRow, TransferRow, HoldingRow, RecordRow, CaseKeyRow, WrapRow, SealedValueRow, IndexTagRow, FileChunkRow),
    *(ProposalRow, HoldRow, TombstoneRow),
    *(EventRow, ShownRow, QueueRow, LeafRow, CheckpointRow, CosignatureRow),
)
"""Every row there is: to name them here is to have them in the schema that the migrations are compared with."""
METADATA: Final[MetaData] = Row.metadata


def upgrade(connection: Connection, to: str = "head") -> None:
    """The schema is at that revision, the newest unless another is named."""
    command.upgrade(_config(connection), to)


def downgrade(connection: Connection, to: str = "base") -> None:
    """The schema is back at that revision, and what later ones kept is gone."""
    command.downgrade(_config(connection), to)


def run_statements(migration: str, name: str) -> None:
    """All the statements of that file have run, of the folder beside a migration, whose `__file__` is given.

    They go to the server as they stand: nothing in them is a parameter.
    """
    statements = (Path(migration).with_suffix("") / f"{name}.sql").read_text(encoding="utf-8")
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statements)


def current(connection: Connection) -> str | None:
    """The revision that the database is at; None before the first."""
    return MigrationContext.configure(connection).get_current_revision()


def head() -> str | None:
    """The newest revision that there is."""
    return ScriptDirectory(str(resources.migrations())).get_current_head()


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(resources.migrations()).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
