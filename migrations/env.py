"""Runs the migrations inside the app's context, on the database of its settings."""

from alembic import context
from flask import current_app
from sqlalchemy import DateTime, TypeDecorator

db = current_app.extensions["migrate"].db
metadata = current_app.extensions["metadata"]


def render_item(kind: str, item: object, _context: object) -> str | bool:
    """Write our own column types as SQLAlchemy's: a migration must not change when the app does."""
    if kind != "type" or not isinstance(item, TypeDecorator):
        return False
    if isinstance(item.impl_instance, DateTime):
        return "sa.DateTime(timezone=True)"
    return f"sa.{type(item.impl_instance).__name__}()"


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
        with context.begin_transaction():
            context.run_migrations()


run()
