"""Counts who comes in by which door: one row for a visitor, an entrance and a Beijing day."""

from datetime import date
from typing import cast

from sqlalchemy import Table, update
from sqlalchemy.dialects import postgresql, sqlite

from app.core import clock
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
    statement = write(table).values(
        entrance_id=entrance_id, day=day, visitor=visitor, visits=1, first_at=clock.now()
    )
    with transaction() as session:
        session.execute(
            statement.on_conflict_do_update(
                index_elements=["entrance_id", "day", "visitor"], set_={"visits": table.c.visits + 1}
            )
        )


def record_product_seen(entrance_id: int, mark: str, day: date) -> None:
    """Who came in by this door on this day has opened a product's page. Opens a transaction."""
    row = EntranceVisit
    visitor = get_signer().hide_visitor(entrance_id, mark)
    his = (row.entrance_id == entrance_id, row.day == day, row.visitor == visitor)
    with transaction() as session:
        session.execute(update(row).where(*his).values(saw_product=True))
