"""Alembic's entry: brings the connection that it is handed up to date, in that connection's transaction."""

from __future__ import annotations

from alembic import context

from whaleid_core.catalogue.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
