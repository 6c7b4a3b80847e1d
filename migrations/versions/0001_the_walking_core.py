"""The walking core: holders, accounts, cases, transfers, what is sealed, the journal and its log.

Revision: 0001
Follows: nothing

The statements stand beside this file, in the order in which they run. They are run as the role `casetrack_owner`, in a
database where `casetrack.persistence.roles.create_roles` was run before.
"""

from casetrack.persistence.schema import run_statements

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

UP = ("tables", "triggers", "visibility", "policies", "grants")


def upgrade() -> None:
    """Everything that is kept has its place, its rules, and the roles that may touch it."""
    for name in UP:
        run_statements(__file__, name)


def downgrade() -> None:
    """The database is as it was before casetrack, and everything that was kept in it is gone."""
    run_statements(__file__, "down")
