"""Files: the chunks of what is attached to cases.

Revision: 0002
Follows: 0001

The statements stand beside this file. What is said of a file is among the sealed values, which were there before.
"""

from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

STATEMENTS = Path(__file__).with_suffix("")


def upgrade() -> None:
    """The chunks of files have their place, and only whoever has the case of a file reads them or adds one."""
    _run("up")


def downgrade() -> None:
    """Every chunk of every file is gone. What was said of the files stays sealed, and opens nothing."""
    _run("down")


def _run(name: str) -> None:
    """All the statements of that file. They go to the server as they stand: nothing in them is a parameter."""
    statements = (STATEMENTS / f"{name}.sql").read_text(encoding="utf-8")
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statements)
