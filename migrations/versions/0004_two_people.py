"""Two people: proposals, legal holds, and the tombstones of cases that were erased.

Revision: 0004
Follows: 0003

The statements stand beside this file. They need the role `casetrack_eraser`, so `create_roles` is run again before.
"""

from pathlib import Path

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

STATEMENTS = Path(__file__).with_suffix("")


def upgrade() -> None:
    """A case can be erased, by one function: two people agreed to it, and no legal hold stands against it."""
    _run("up")


def downgrade() -> None:
    """No case can be erased; proposals and holds are gone, and what was erased is left in the journal alone."""
    _run("down")


def _run(name: str) -> None:
    """All the statements of that file. They go to the server as they stand: nothing in them is a parameter."""
    statements = (STATEMENTS / f"{name}.sql").read_text(encoding="utf-8")
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statements)
