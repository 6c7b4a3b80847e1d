"""The auditors' desk: what each event was for and whose account it is about are columns, and each filter has an index.

Revision: 0012
Follows: 0011

The statements stand beside this file.
"""

from casetrack.persistence.schema import run_statements

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An auditor asks the journal by purpose and by account, and who was responsible then: by an index."""
    run_statements(__file__, "up")


def downgrade() -> None:
    """The journal is asked as before: nothing in it is of this revision."""
    run_statements(__file__, "down")
