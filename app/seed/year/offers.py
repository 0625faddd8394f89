"""Offers through the year: full reductions, and flash sales with pieces of their own."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from app.core.db import db
from app.orders.models import Order, OrderLine
from app.orders.states import OrderState
from app.pricing.offers import ReductionRule
from app.pricing.quote import PricedLine
from app.promotions.models import FlashItem, FlashSale, FlashTake, Reduction
from app.promotions.reductions import rule_of
from app.seed.year.goods import Goods
from app.seed.year.plan import Year, start_of
from app.seed.year.words import Words

KNOWN_BEFORE = timedelta(days=2)  # an offer is made so long before it begins
TENTH_YUAN = 10  # fen; flash prices end with a zero


def add_offers(year: Year, words: Words, goods: Sequence[Goods], session: Session) -> None:
    """Those of the seed folder; joins the open transaction."""
    for entry in words.reductions:
        steps = [{"from_fen": from_fen, "off_fen": off_fen} for from_fen, off_fen in entry["steps"]]
        session.add(Reduction(steps=steps, product_ids=None, **_span(year, entry)))
    for entry in words.flash_sales:
        sold = [each for slug in entry["goods"] for each in goods if each.slug == slug]
        session.add(FlashSale(items=[_item(each, entry) for each in sold], **_span(year, entry)))
    session.flush()


class Offers:
    """What takes off how much at which moment, and how much of it each buyer had."""

    def __init__(self) -> None:
        reductions = db.session.scalars(select(Reduction).order_by(Reduction.id))
        self._reductions = [(row.starts_at, row.ends_at, rule_of(row)) for row in reductions]
        items = db.session.scalars(select(FlashItem).join(FlashSale).order_by(FlashItem.id))
        self._items = [_Item.of(row) for row in items]
        self._sold: Counter[int] = Counter()
        self._taken: Counter[tuple[int, int]] = Counter()
        # what was given up is not sold again, here and after a killed run
        lines = select(OrderLine.flash_item_id, Order.follower_id, func.sum(OrderLine.quantity)).join(Order)
        lines = lines.where(OrderLine.flash_item_id.is_not(None))
        grouped = lines.group_by(OrderLine.flash_item_id, Order.follower_id)
        for item_id, follower_id, quantity in db.session.execute(grouped):
            self._count(item_id, follower_id, int(quantity))

    def reductions_at(self, at: datetime) -> list[ReductionRule]:
        """Those that count then."""
        return [rule for first, end, rule in self._reductions if first <= at < end]

    def price(
        self, goods: Goods, quantity: int, at: datetime, follower_id: int
    ) -> tuple[PricedLine, int | None]:
        """A line at the flash price where one covers it, with the number of the flash item; it is then taken."""
        usual = PricedLine(goods.price_fen, quantity, goods.product_id, goods.weight_grams)
        item = next((each for each in self._items if each.sku_id == goods.id and each.is_on(at)), None)
        if item is None or not self._covers(item, quantity, follower_id):
            return usual, None
        self._count(item.id, follower_id, quantity)
        line = PricedLine(
            item.price_fen,
            quantity,
            goods.product_id,
            goods.weight_grams,
            list_price_fen=goods.price_fen,
            is_flash=True,
        )
        return line, item.id

    def _covers(self, item: "_Item", quantity: int, follower_id: int) -> bool:
        has = self._taken[item.id, follower_id]
        return self._sold[item.id] + quantity <= item.pieces and has + quantity <= item.per_person

    def _count(self, item_id: int, follower_id: int, quantity: int) -> None:
        self._sold[item_id] += quantity
        self._taken[item_id, follower_id] += quantity


def count_flash(session: Session) -> None:
    """Write what of each flash sale is reserved or paid, and by whom; joins the open transaction."""
    item_id, pieces = OrderLine.flash_item_id, func.sum(OrderLine.quantity)
    kept = (
        select(item_id, Order.follower_id, pieces)
        .join(Order)
        .where(item_id.is_not(None), Order.state != OrderState.CANCELLED)
    )
    session.execute(
        insert(FlashTake).from_select(
            ["item_id", "follower_id", "quantity"], kept.group_by(item_id, Order.follower_id)
        )
    )
    own = select(func.sum(FlashTake.quantity)).where(FlashTake.item_id == FlashItem.id).scalar_subquery()
    session.execute(
        update(FlashItem).values(sold=func.coalesce(own, 0)).execution_options(synchronize_session=False)
    )


@dataclass(frozen=True, slots=True)
class _Item:
    """A flash item, free of the session that read it."""

    id: int
    sku_id: int
    price_fen: int
    pieces: int
    per_person: int
    starts_at: datetime
    ends_at: datetime

    @classmethod
    def of(cls, row: FlashItem) -> "_Item":
        return cls(
            row.id,
            row.sku_id,
            row.price_fen,
            row.pieces,
            row.per_person,
            row.sale.starts_at,
            row.sale.ends_at,
        )

    def is_on(self, at: datetime) -> bool:
        return self.starts_at <= at < self.ends_at


def _span(year: Year, entry: Mapping[str, Any]) -> dict[str, Any]:
    """From `days_ago` (0: today, -1: tomorrow) at `hour` on, for so many hours."""
    starts_at = start_of(year.days[-1]) - timedelta(days=entry["days_ago"]) + timedelta(hours=entry["hour"])
    return {
        "title": entry["title"],
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=entry["hours"]),
        "created_at": min(starts_at - KNOWN_BEFORE, year.now),
    }


def _item(goods: Goods, entry: Mapping[str, Any]) -> FlashItem:
    price_fen = goods.price_fen * entry["percent"] // 100 // TENTH_YUAN * TENTH_YUAN
    return FlashItem(
        sku_id=goods.id, price_fen=price_fen, pieces=entry["pieces"], per_person=entry["per_person"]
    )
