"""Flash sales as buyers meet them: which SKU costs what now, taking pieces, giving them back.

A flash price has pieces of its own besides the SKU's stock; both are guarded, so neither is ever oversold.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, select, update

from app.catalog.models import Sku
from app.core import clock
from app.core.db import db
from app.core.insert_once import insert_once
from app.promotions.models import FlashItem, FlashSale, FlashTake

SOON = timedelta(hours=24)  # how long before its beginning a sale is announced


@dataclass(frozen=True, slots=True)
class FlashOffer:
    """A flash price of one SKU for one buyer. `left`: pieces there are; `left_for_me`: he may still have."""

    item_id: int
    sku_id: int
    title: str
    price_fen: int
    starts_at: datetime
    ends_at: datetime
    left: int
    left_for_me: int
    per_person: int

    @property
    def is_on(self) -> bool:
        """Whether it has begun."""
        return self.starts_at <= clock.now()

    @property
    def seconds(self) -> int:
        """Until it ends, or until it begins."""
        end = self.ends_at if self.is_on else self.starts_at
        return max(0, int((end - clock.now()).total_seconds()))

    def covers(self, quantity: int) -> bool:
        """Whether so many pieces may be had at this price now."""
        return self.is_on and quantity <= min(self.left, self.left_for_me)


def find_offers(
    sku_ids: Iterable[int], *, follower_id: int | None = None, soon: bool = False
) -> Mapping[int, FlashOffer]:
    """The flash price of each SKU that has one now; with `soon` also of those that begin within a day."""
    ids, now = list(sku_ids), clock.now()
    if not ids:
        return {}
    query = (
        select(FlashItem)
        .join(FlashSale)
        .where(FlashItem.sku_id.in_(ids), FlashSale.is_active)
        .where(FlashSale.starts_at <= (now + SOON if soon else now), FlashSale.ends_at > now)
        .order_by(FlashSale.starts_at.desc(), FlashItem.price_fen.desc(), FlashItem.id)
        .execution_options(populate_existing=True)
    )
    items = db.session.scalars(query).all()
    taken = _find_taken([item.id for item in items], follower_id)
    return {item.sku_id: _offer(item, taken.get(item.id, 0)) for item in items}


def unit_price_fen(sku: Sku, offer: FlashOffer | None, quantity: int = 1) -> int:
    """What one piece costs when so many are bought: the flash price if it covers them all, else the usual one."""
    return offer.price_fen if offer is not None and offer.covers(quantity) else sku.price_fen


def take(item_id: int, quantity: int, *, follower_id: int) -> bool:
    """Take pieces at the flash price; False when they are gone or his share is used up, and then nothing is
    taken. Joins the open transaction; the caller rolls back or goes on.
    """
    insert_once(FlashTake, item_id=item_id, follower_id=follower_id, quantity=0)
    item = db.session.get_one(FlashItem, item_id)
    share = update(FlashTake).where(
        FlashTake.item_id == item_id,
        FlashTake.follower_id == follower_id,
        FlashTake.quantity + quantity <= item.per_person,
    )
    if not _changed_one(share.values(quantity=FlashTake.quantity + quantity)):
        return False
    pieces = update(FlashItem).where(FlashItem.id == item_id, FlashItem.sold + quantity <= FlashItem.pieces)
    if _changed_one(pieces.values(sold=FlashItem.sold + quantity)):
        return True
    _change_share(item_id, follower_id, -quantity)
    return False


def give_back(item_id: int, quantity: int, *, follower_id: int) -> None:
    """Return pieces of an order that was given up; joins the open transaction."""
    _change_share(item_id, follower_id, -quantity)
    _changed_one(update(FlashItem).where(FlashItem.id == item_id).values(sold=FlashItem.sold - quantity))


def _offer(item: FlashItem, taken: int) -> FlashOffer:
    return FlashOffer(
        item_id=item.id,
        sku_id=item.sku_id,
        title=item.sale.title,
        price_fen=item.price_fen,
        starts_at=item.sale.starts_at,
        ends_at=item.sale.ends_at,
        left=item.pieces - item.sold,
        left_for_me=max(0, item.per_person - taken),
        per_person=item.per_person,
    )


def _find_taken(item_ids: list[int], follower_id: int | None) -> dict[int, int]:
    if follower_id is None or not item_ids:
        return {}
    query = select(FlashTake.item_id, FlashTake.quantity).where(
        FlashTake.item_id.in_(item_ids), FlashTake.follower_id == follower_id
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def _change_share(item_id: int, follower_id: int, change: int) -> None:
    row = update(FlashTake).where(FlashTake.item_id == item_id, FlashTake.follower_id == follower_id)
    _changed_one(row.values(quantity=FlashTake.quantity + change))


def _changed_one(statement: Any) -> bool:
    result = db.session.execute(statement.execution_options(synchronize_session=False))
    return cast("CursorResult[Any]", result).rowcount == 1
