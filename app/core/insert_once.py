"""Insert a row unless it is there already, on both databases, without an error that ends the transaction."""

from typing import Any, cast

from sqlalchemy import CursorResult, Table
from sqlalchemy.dialects import postgresql, sqlite

from app.core.db import Base, db


def insert_once(model: type[Base], **values: object) -> bool:
    """Insert `values`; returns False when a unique column says the row exists. Joins the open transaction."""
    write = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    statement = write(cast("Table", model.__table__)).values(**values).on_conflict_do_nothing()
    statement = statement.execution_options(preserve_rowcount=True)
    result = cast("CursorResult[Any]", db.session.execute(statement))
    return result.rowcount == 1
