"""Whoever wants to know when something can be bought again (到货提醒)."""

from collections.abc import Collection

from flask_babel import gettext as _
from sqlalchemy import delete, func, select

from app.broadcasts.automatic.models import RuleKind, StockRequest
from app.broadcasts.automatic.rules import find_on
from app.catalog.service import get_sku
from app.core import clock
from app.core.db import db, transaction
from app.core.errors import TransitionRefused
from app.core.insert_once import insert_once


def is_offered() -> bool:
    """Whether the shop tells of goods that are back."""
    return bool(find_on(RuleKind.BACK_IN_STOCK))


def ask_for(sku_id: int, follower_id: int) -> None:
    """Note his wish; said twice it is one. Opens a transaction.

    Raises: NotFound when it is off sale; TransitionRefused when it can be bought, or the shop does not tell.
    """
    with transaction():
        sku = get_sku(sku_id)
        if sku.stock > 0:
            raise TransitionRefused(_("这一款现在有货，可以直接买"))
        if not is_offered():
            raise TransitionRefused(_("本店现在不发到货提醒"))
        insert_once(StockRequest, sku_id=sku_id, follower_id=follower_id, at=clock.now())


def forget(sku_id: int, follower_id: int) -> None:
    """Take his wish back. Opens a transaction."""
    with transaction() as session:
        his = (StockRequest.sku_id == sku_id) & (StockRequest.follower_id == follower_id)
        session.execute(delete(StockRequest).where(his))


def find_asked(follower_id: int, sku_ids: Collection[int]) -> set[int]:
    """Which of these SKUs he asked for."""
    query = select(StockRequest.sku_id).where(
        StockRequest.follower_id == follower_id, StockRequest.sku_id.in_(sku_ids)
    )
    return set(db.session.scalars(query))


def count_waiting() -> int:
    """How many wishes wait, of everybody."""
    return db.session.scalar(select(func.count()).select_from(StockRequest)) or 0
