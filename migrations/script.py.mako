"""${message}.

Revision: ${up_revision}
Follows: ${down_revision or "nothing"}
"""

from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    """What is true after it."""
    ${upgrades if upgrades else "op.execute('')"}


def downgrade() -> None:
    """What is true after it is taken back."""
    ${downgrades if downgrades else "op.execute('')"}
