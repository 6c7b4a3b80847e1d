"""What is said in one's own name: when, of which case, of which step and in which role is the database's to ask too.

Revision: 0007
Follows: 0006

The statements stand beside this file.
"""

from pathlib import Path

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

STATEMENTS = Path(__file__).with_suffix("")


def upgrade() -> None:
    """An event says its own time, case and step; an offer is answered by who may; failures of integrity are counted."""
    _run("up")


def downgrade() -> None:
    """All of that is for the rules alone to ask, and nobody but who verifies counts the failures."""
    _run("down")


def _run(name: str) -> None:
    """All the statements of that file. They go to the server as they stand: nothing in them is a parameter."""
    statements = (STATEMENTS / f"{name}.sql").read_text(encoding="utf-8")
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statements)
