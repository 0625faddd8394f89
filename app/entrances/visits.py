"""Counts who comes in by which door: one row for a visitor, an entrance and a Beijing day."""

from datetime import date
from typing import cast

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite

from app.core.db import db, transaction
from app.entrances.models import EntranceVisit
from app.entrances.signing import get_signer


def record_visit(entrance_id: int, mark: str, day: date) -> None:
    """Somebody came in. `mark` is what his cookie is known by; only a hash of it is kept.

    One statement, whether he is new that day or not. Opens a transaction.
    """
    table = cast("Table", EntranceVisit.__table__)
    write = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    visitor = get_signer().hide_visitor(entrance_id, mark)
    statement = write(table).values(entrance_id=entrance_id, day=day, visitor=visitor, visits=1)
    with transaction() as session:
        session.execute(
            statement.on_conflict_do_update(
                index_elements=["entrance_id", "day", "visitor"], set_={"visits": table.c.visits + 1}
            )
        )
