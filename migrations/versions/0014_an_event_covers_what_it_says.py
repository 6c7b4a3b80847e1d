"""An event covers the change that it tells of, and no other: by what is signed, by its kind, and by whoever may say it.

Revision: 0014
Follows: 0013

The statements stand beside this file.
"""

from casetrack.persistence.schema import run_statements

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What an event says of itself is what is signed, and what changed with it is what such an event changes."""
    run_statements(__file__, "up")


def downgrade() -> None:
    """An event of one of the actions is enough again, whatever it says and whatever changed."""
    run_statements(__file__, "down")
