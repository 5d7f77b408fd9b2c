"""alembic's environment, one for all services: runs a service's revisions in its schema (called by services.kit.migrate)."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection, version_table_schema=context.config.attributes["schema"])
with context.begin_transaction():
    context.run_migrations()
