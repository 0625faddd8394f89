"""Stock moves: reserve, give back. One guarded UPDATE each, and a row that explains it."""

from typing import Any, cast

from flask_babel import gettext as _
from sqlalchemy import CursorResult, update

from app.catalog.models import Sku, StockMove
from app.core import clock
from app.core.db import db
from app.core.errors import OutOfStock


def reserve(sku_id: int, quantity: int, *, order_no: str, cause: str = "order") -> None:
    """Take pieces out of the free stock for an order; joins the open transaction.

    Raises: OutOfStock when fewer are free. Two buyers of the last piece meet in the WHERE: one row changes.
    """
    statement = update(Sku).where(Sku.id == sku_id, Sku.stock >= quantity)
    result = _change(statement.values(stock=Sku.stock - quantity))
    if result.rowcount != 1:
        raise OutOfStock(_("库存不足"), sku_id=sku_id)
    _explain(sku_id, -quantity, cause, order_no)


def give_back(sku_id: int, quantity: int, *, order_no: str, cause: str) -> None:
    """Return reserved pieces; joins the open transaction. The caller's guarded state move makes it once."""
    _change(update(Sku).where(Sku.id == sku_id).values(stock=Sku.stock + quantity))
    _explain(sku_id, quantity, cause, order_no)


def _change(statement: Any) -> "CursorResult[Any]":
    result = db.session.execute(statement.execution_options(synchronize_session="fetch"))
    return cast("CursorResult[Any]", result)


def _explain(sku_id: int, change: int, cause: str, order_no: str) -> None:
    db.session.add(StockMove(at=clock.now(), sku_id=sku_id, change=change, cause=cause, order_no=order_no))
