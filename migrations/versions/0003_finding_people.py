"""Finding people: the tags by which sealed values are found, and how much each account is shown in an hour.

Revision: 0003
Follows: 0002

The statements stand beside this file. Tags are made with the keys of the holders, which a migration does not have: of a
part that was sealed before, they are made when something of it that a person is found by is next recorded.
"""

from pathlib import Path

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

STATEMENTS = Path(__file__).with_suffix("")


def upgrade() -> None:
    """Tags have their place, and are read by the holder that they are of; and it is counted what accounts are shown."""
    _run("up")


def downgrade() -> None:
    """Every tag and every count is gone: nobody is found by what is sealed."""
    _run("down")


def _run(name: str) -> None:
    """All the statements of that file. They go to the server as they stand: nothing in them is a parameter."""
    statements = (STATEMENTS / f"{name}.sql").read_text(encoding="utf-8")
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statements)
