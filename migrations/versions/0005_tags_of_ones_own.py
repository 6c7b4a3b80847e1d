"""Tags of one's own: made anew without touching those of others, and counted for whoever watches over the keys.

Revision: 0005
Follows: 0004

The statements stand beside this file.
"""

from casetrack.persistence.schema import run_statements

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An organisation takes away its own tags of a part, and administrators are told how many each version made."""
    run_statements(__file__, "up")


def downgrade() -> None:
    """The tags of a part go all at once, whoever's they are, and nobody counts them. No tag is lost by this."""
    run_statements(__file__, "down")
