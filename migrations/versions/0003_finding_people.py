"""Finding people: the tags by which sealed values are found, and how much each account is shown in an hour.

Revision: 0003
Follows: 0002

The statements stand beside this file. Tags are made with the keys of the holders, which a migration does not have: of a
part that was sealed before, they are made when something of it that a person is found by is next recorded.
"""

from casetrack.persistence.schema import run_statements

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Tags have their place, and are read by the holder that they are of; and it is counted what accounts are shown."""
    run_statements(__file__, "up")


def downgrade() -> None:
    """Every tag and every count is gone: nobody is found by what is sealed."""
    run_statements(__file__, "down")
