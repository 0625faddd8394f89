"""Stock moves: reserve, give back, set by hand. One guarded UPDATE each, and a row that explains it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from flask_babel import gettext as _
from sqlalchemy import CursorResult, func, select, update

from app.catalog.models import Sku, StockMove
from app.core import clock
from app.core.db import db
from app.core.errors import OutOfStock

EDITED, IMPORTED = "edit", "import"  # causes of a person's doing
HISTORY_PAGE = 50


@dataclass(frozen=True, slots=True)
class StockLine:
    """One line of the history: what moved, and how much there was afterwards."""

    id: int
    at: datetime
    change: int
    left: int
    cause: str
    order_no: str
    actor: str
    note: str


def reserve(sku_id: int, quantity: int, *, order_no: str, cause: str = "order") -> None:
    """Take pieces out of the free stock for an order; joins the open transaction.

    Raises: OutOfStock when fewer are free. Two buyers of the last piece meet in the WHERE: one row changes.
    """
    if not _move(sku_id, -quantity, cause=cause, order_no=order_no):
        raise OutOfStock(_("库存不足"), sku_id=sku_id)


def give_back(sku_id: int, quantity: int, *, order_no: str, cause: str) -> None:
    """Return reserved pieces; joins the open transaction. The caller's guarded state move makes it once."""
    _move(sku_id, quantity, cause=cause, order_no=order_no)


def change_stock(sku_id: int, change: int, *, cause: str, actor: str, note: str = "") -> None:
    """Add pieces that came, or take away those that are gone; joins the open transaction.

    A difference and not a number: what orders take or return in between is not overwritten.
    Raises: OutOfStock when fewer are free than are to go.
    """
    if change and not _move(sku_id, change, cause=cause, actor=actor, note=note[:200]):
        raise OutOfStock(_("库存不足"), sku_id=sku_id)


def list_history(sku_id: int, *, page: int = 1) -> Sequence[StockLine]:
    """The last move first, each with what was left after it."""
    left = func.sum(StockMove.change).over(order_by=StockMove.id).label("left")
    columns = (StockMove.id, StockMove.at, StockMove.change, left, StockMove.cause)
    query = select(*columns, StockMove.order_no, StockMove.actor, StockMove.note)
    query = query.where(StockMove.sku_id == sku_id).order_by(StockMove.id.desc())
    rows = db.session.execute(query.limit(HISTORY_PAGE).offset((page - 1) * HISTORY_PAGE))
    return [StockLine(*row) for row in rows]


def count_history(sku_id: int) -> int:
    """How many moves there are."""
    return db.session.scalar(select(func.count()).where(StockMove.sku_id == sku_id)) or 0


def find_unexplained() -> Sequence[tuple[int, int, int]]:
    """SKUs whose stock is not the sum of their moves: id, stock, sum. Always empty, or something is broken."""
    moved = func.coalesce(func.sum(StockMove.change), 0)
    query = select(Sku.id, Sku.stock, moved).outerjoin(StockMove, StockMove.sku_id == Sku.id)
    rows = db.session.execute(query.group_by(Sku.id, Sku.stock).having(Sku.stock != moved)).all()
    return [(sku_id, stock, total) for sku_id, stock, total in rows]


def _move(
    sku_id: int, change: int, *, cause: str, order_no: str = "", actor: str = "", note: str = ""
) -> bool:
    statement = update(Sku).where(Sku.id == sku_id, Sku.stock + change >= 0)
    statement = statement.values(stock=Sku.stock + change)
    result = db.session.execute(statement.execution_options(synchronize_session="fetch"))
    if cast("CursorResult[Any]", result).rowcount != 1:
        return False
    db.session.add(
        StockMove(
            at=clock.now(),
            sku_id=sku_id,
            change=change,
            cause=cause,
            order_no=order_no,
            actor=actor,
            note=note,
        )
    )
    return True
