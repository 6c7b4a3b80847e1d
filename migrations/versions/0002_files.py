"""Files: the chunks of what is attached to cases.

Revision: 0002
Follows: 0001

The statements stand beside this file. What is said of a file is among the sealed values, which were there before.
"""

from casetrack.persistence.schema import run_statements

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The chunks of files have their place, and only whoever has the case of a file reads them or adds one."""
    run_statements(__file__, "up")


def downgrade() -> None:
    """Every chunk of every file is gone. What was said of the files stays sealed, and opens nothing."""
    run_statements(__file__, "down")
