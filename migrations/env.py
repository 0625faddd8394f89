"""Runs the migrations inside the app's context, on the database of its settings."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import context
from flask import current_app
from sqlalchemy import Connection, DateTime, TypeDecorator

db = current_app.extensions["migrate"].db
metadata = current_app.extensions["metadata"]


def render_item(kind: str, item: object, _context: object) -> str | bool:
    """Write our own column types as SQLAlchemy's: a migration must not change when the app does."""
    if kind != "type" or not isinstance(item, TypeDecorator):
        return False
    if isinstance(item.impl_instance, DateTime):
        return "sa.DateTime(timezone=True)"
    return f"sa.{type(item.impl_instance).__name__}()"


@contextmanager
def foreign_keys_paused(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by making it anew and dropping the old one, which rows that point at it would forbid.

    Afterwards every row must point at something again.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.dbapi_connection
    driver.execute("PRAGMA foreign_keys=OFF")  # only outside of a transaction; ours begins with the migration
    try:
        yield
        if dangling := driver.execute("PRAGMA foreign_key_check").fetchall():
            raise RuntimeError(f"rows point at nothing after migrating: {dangling[:5]}")
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def run() -> None:
    """Apply or compare, each migration in a transaction of its own."""
    with db.engine.connect().execution_options(writes=True) as connection:
        context.configure(
            connection=connection,
            target_metadata=metadata,
            render_as_batch=True,
            compare_type=True,
            render_item=render_item,
            transaction_per_migration=True,
        )
        with foreign_keys_paused(connection), context.begin_transaction():
            context.run_migrations()


run()
