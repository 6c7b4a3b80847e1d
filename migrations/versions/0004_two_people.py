"""Two people: proposals, legal holds, and the tombstones of cases that were erased.

Revision: 0004
Follows: 0003

The statements stand beside this file. They need the role `casetrack_eraser`, so `create_roles` is run again before.
"""

from casetrack.persistence.schema import run_statements

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A case can be erased, by one function: two people agreed to it, and no legal hold stands against it."""
    run_statements(__file__, "up")


def downgrade() -> None:
    """No case can be erased; proposals and holds are gone, and what was erased is left in the journal alone."""
    run_statements(__file__, "down")
