"""Insert a row unless it is there already, on both databases, without an error that ends the transaction."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import CursorResult, Table
from sqlalchemy.dialects import postgresql, sqlite

from app.core.db import Base, db


def insert_into(model: type[Base]) -> Any:
    """An INSERT into this table that knows ON CONFLICT, for either database."""
    write = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    return write(cast("Table", model.__table__))


def insert_rows(
    model: type[Base], rows: Sequence[Mapping[str, object]], on_conflict: Callable[[Any], Any]
) -> int:
    """Insert many rows with few statements; `on_conflict` says what to do with those that exist.

    Returns how many were written. Joins the open transaction.
    """
    if not rows:
        return 0
    key = next(iter(cast("Table", model.__table__).primary_key))
    # Asked for something back, SQLAlchemy sends hundreds of rows in each statement instead of one.
    statement = on_conflict(insert_into(model)).returning(key)
    return len(db.session.connection().execute(statement, list(rows)).all())


def insert_once(model: type[Base], **values: object) -> bool:
    """Insert `values`; returns False when a unique column says the row exists. Joins the open transaction."""
    statement = insert_into(model).values(**values).on_conflict_do_nothing()
    statement = statement.execution_options(preserve_rowcount=True)
    result = cast("CursorResult[Any]", db.session.execute(statement))
    return result.rowcount == 1
