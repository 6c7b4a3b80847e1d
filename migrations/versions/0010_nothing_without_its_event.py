"""Nothing that is recorded changes without its event: asked by the database, as each transaction ends.

Revision: 0010
Follows: 0009

The statements stand beside this file.
"""

from casetrack.persistence.schema import run_statements

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What changed and has no event is refused."""
    run_statements(__file__, "up")


def downgrade() -> None:
    """It is refused by the application alone."""
    run_statements(__file__, "down")
