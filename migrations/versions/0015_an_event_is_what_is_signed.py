"""An event is, in every column, what is signed; and what was refused covers nothing.

Revision: 0015
Follows: 0014

The statements stand beside this file.
"""

from casetrack.persistence.schema import run_statements

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody has an event signed as another's, and a step is covered by its own."""
    run_statements(__file__, "up")


def downgrade() -> None:
    """Of what is signed the action alone is compared, and any event of a version or a step covers it."""
    run_statements(__file__, "down")
