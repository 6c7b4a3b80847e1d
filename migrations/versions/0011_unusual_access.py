"""Unusual accesses: found by what accounts have to do with cases, and reviewed by auditors of whom none did them.

Revision: 0011
Follows: 0010

The statements stand beside this file.
"""

from casetrack.persistence.schema import run_statements

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An auditor can ask which accesses had no tie to their case, and who writes reviews and comparisons is asked."""
    run_statements(__file__, "up")


def downgrade() -> None:
    """All of that is for the rules alone to ask. What was written of it stays on the log."""
    run_statements(__file__, "down")
