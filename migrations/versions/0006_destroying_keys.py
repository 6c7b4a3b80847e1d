"""Destroying keys: an old version's private half can go, once two people have agreed and nothing needs it.

Revision: 0006
Follows: 0005

The statements stand beside this file.
"""

from casetrack.persistence.schema import run_statements

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A private half can be destroyed, by one function; and by nothing else is one blanked, or put back."""
    run_statements(__file__, "up")


def downgrade() -> None:
    """Nothing can be destroyed; what was is left empty, and the proposals about keys are left in the journal alone."""
    run_statements(__file__, "down")
