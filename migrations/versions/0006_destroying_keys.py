"""Destroying keys: an old version's private half can go, once two people have agreed and nothing needs it.

Revision: 0006
Follows: 0005

The statements stand beside this file.
"""

from pathlib import Path

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

STATEMENTS = Path(__file__).with_suffix("")


def upgrade() -> None:
    """A private half can be destroyed, by one function; and by nothing else is one blanked, or put back."""
    _run("up")


def downgrade() -> None:
    """Nothing can be destroyed; what was is left empty, and the proposals about keys are left in the journal alone."""
    _run("down")


def _run(name: str) -> None:
    """All the statements of that file. They go to the server as they stand: nothing in them is a parameter."""
    statements = (STATEMENTS / f"{name}.sql").read_text(encoding="utf-8")
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statements)
