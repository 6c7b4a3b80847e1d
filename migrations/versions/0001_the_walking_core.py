"""The walking core: holders, accounts, cases, transfers, what is sealed, the journal and its log.

Revision: 0001
Follows: nothing

The statements stand beside this file, in the order in which they run. They are run as the role `casetrack_owner`, in a
database where `casetrack.persistence.roles.create_roles` was run before.
"""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

STATEMENTS = Path(__file__).with_suffix("")
UP = ("tables", "triggers", "visibility", "policies", "grants")


def upgrade() -> None:
    """Everything that is kept has its place, its rules, and the roles that may touch it."""
    for name in UP:
        _run(name)


def downgrade() -> None:
    """The database is as it was before casetrack, and everything that was kept in it is gone."""
    _run("down")


def _run(name: str) -> None:
    """All the statements of that file. They go to the server as they stand: nothing in them is a parameter."""
    statements = (STATEMENTS / f"{name}.sql").read_text(encoding="utf-8")
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statements)
