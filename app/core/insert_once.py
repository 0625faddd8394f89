"""Insert a row unless it is there already, on both databases, without an error that ends the transaction."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import CursorResult, Table
from sqlalchemy.dialects import postgresql, sqlite

from app.core.db import Base, db

ROWS = 500  # in one statement: SQLite takes 32,766 values


def insert_into(model: type[Base]) -> Any:
    """An INSERT into this table that knows ON CONFLICT, for either database."""
    write = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    return write(cast("Table", model.__table__))


def insert_rows(
    model: type[Base], rows: Sequence[Mapping[str, object]], on_conflict: Callable[[Any], Any]
) -> None:
    """Insert many rows with few statements; `on_conflict` says what to do with those that exist.

    Joins the open transaction. A statement with many rows is several times as fast as many statements.
    """
    for first in range(0, len(rows), ROWS):
        statement = insert_into(model).values(rows[first : first + ROWS])
        db.session.connection().execute(on_conflict(statement))


def insert_once(model: type[Base], **values: object) -> bool:
    """Insert `values`; returns False when a unique column says the row exists. Joins the open transaction."""
    statement = insert_into(model).values(**values).on_conflict_do_nothing()
    statement = statement.execution_options(preserve_rowcount=True)
    result = cast("CursorResult[Any]", db.session.execute(statement))
    return result.rowcount == 1
