"""The keys of casetrack itself are renewed: organisations are certified anew, and accounts and tokens sealed anew.

Revision: 0008
Follows: 0007

The statements stand beside this file.
"""

from casetrack.persistence.schema import run_statements

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The keeper of the keys may do what such a renewal takes, and no more."""
    run_statements(__file__, "up")


def downgrade() -> None:
    """It may not."""
    run_statements(__file__, "down")
