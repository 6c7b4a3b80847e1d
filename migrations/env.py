"""Runs the migrations over the connection that it is handed: `casetrack.persistence.schema` opens one as the owner."""

from alembic import context

from casetrack.persistence.schema import METADATA

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=METADATA, transaction_per_migration=True)
with context.begin_transaction():
    context.run_migrations()
