"""What Alembic runs around the migrations: on the connection that `upgrade` was given."""

from alembic import context

from digest.store import schema

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=schema.metadata,
    render_as_batch=True,  # SQLite cannot alter most of a table in place
)
context.run_migrations()
