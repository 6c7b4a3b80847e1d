"""What is said in one's own name: when, of which case, of which step and in which role is the database's to ask too.

Revision: 0007
Follows: 0006

The statements stand beside this file.
"""

from casetrack.persistence.schema import run_statements

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An event says its own time, case and step; an offer is answered by who may; failures of integrity are counted."""
    run_statements(__file__, "up")


def downgrade() -> None:
    """All of that is for the rules alone to ask, and nobody but who verifies counts the failures."""
    run_statements(__file__, "down")
