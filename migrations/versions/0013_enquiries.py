"""Enquiries: two auditors of the audit desk ask whether a named person was looked for, listed or revealed.

Revision: 0013
Follows: 0012

The statements stand beside this file.
"""

from casetrack.persistence.schema import run_statements

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Auditors of the audit desk ask together, and the database asks for the two of them itself."""
    run_statements(__file__, "up")


def downgrade() -> None:
    """Nobody can ask; what was asked, and by whom, is left in the journal alone."""
    run_statements(__file__, "down")
