"""An event is, in every column, what is signed; what was refused covers nothing; and a tie to a case ends.

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
    """Nobody has an event signed as another's; a step is covered by its own; a tie that a change made lapses."""
    run_statements(__file__, "up")


def downgrade() -> None:
    """Of what is signed the action alone is compared, any event of a version or step covers it, and ties never end."""
    run_statements(__file__, "down")
