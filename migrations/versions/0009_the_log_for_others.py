"""The log for others: what witnesses say of its checkpoints is kept beside them.

Revision: 0009
Follows: 0008

The statements stand beside this file.
"""

from casetrack.persistence.schema import run_statements

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Cosignatures have a table."""
    run_statements(__file__, "up")


def downgrade() -> None:
    """They have none."""
    run_statements(__file__, "down")
