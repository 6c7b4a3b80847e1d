"""Tags of one's own: made anew without touching those of others, and counted for whoever watches over the keys.

Revision: 0005
Follows: 0004

The statements stand beside this file.
"""

from pathlib import Path

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

STATEMENTS = Path(__file__).with_suffix("")


def upgrade() -> None:
    """An organisation takes away its own tags of a part, and administrators are told how many each version made."""
    _run("up")


def downgrade() -> None:
    """The tags of a part go all at once, whoever's they are, and nobody counts them. No tag is lost by this."""
    _run("down")


def _run(name: str) -> None:
    """All the statements of that file. They go to the server as they stand: nothing in them is a parameter."""
    statements = (STATEMENTS / f"{name}.sql").read_text(encoding="utf-8")
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statements)
