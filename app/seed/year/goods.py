"""The shelf through the year: what is bought when, what comes in, and a history that explains the stock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from random import Random

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.catalog.models import Product, Sku, StockMove
from app.catalog.service import options_label
from app.catalog.states import ProductState
from app.catalog.stock import EDITED
from app.core.db import db
from app.seed.year.plan import LENGTH, Year, start_of
from app.seed.year.rows import Rows
from app.seed.year.seasons import Season, liking, seasons_of

ARRIVES = timedelta(hours=8, minutes=40)  # after midnight
KEEPS_FOR, FETCHES_FOR = 14, 45  # days that must be there on a Monday, days that are brought
PIECES_OF_AN_ORDER = 1.8
SOME = 6  # pieces of what hardly sells


@dataclass(slots=True)
class Goods:
    """One SKU on the shelf; `stock` follows its history."""

    id: int
    product_id: int
    slug: str
    title: str
    options: str
    picture: str
    price_fen: int
    weight_grams: int
    stock: int
    seasons: frozenset[Season]
    popularity: float = 0.0


class Shelf:
    """All that is on sale. What was sold out from the beginning stays so: a shop has that too."""

    def __init__(self, year: Year, seasons: Mapping[str, frozenset[Season]], actor: str) -> None:
        self._year, self._actor = year, actor
        self.goods = [each for each in _load(seasons) if each.stock]
        total = sum(each.price_fen**-0.5 for each in self.goods)
        for each in self.goods:
            each.popularity = each.price_fen**-0.5 / total
        self._by_id = {each.id: each for each in self.goods}
        self._weights: dict[frozenset[Season], list[float]] = {}

    def pick(self, chance: Random, day: int) -> Goods:
        """What somebody takes from it on that day of the year."""
        seasons = seasons_of(self._year.days[day])
        if seasons not in self._weights:
            self._weights[seasons] = [each.popularity * liking(seasons, each.seasons) for each in self.goods]
        return chance.choices(self.goods, self._weights[seasons])[0]

    def bring(self, day: int, rows: Rows) -> None:
        """On a Monday, and on the first day, goods come in where the next two weeks need them."""
        date = self._year.days[day]
        at = start_of(date) + ARRIVES
        if (day and date.weekday() != 0) or at > self._year.now:
            return
        for each in self.goods:
            daily = each.popularity * self._year.orders * PIECES_OF_AN_ORDER / LENGTH
            daily *= max(liking(seasons_of(date), each.seasons), 1.0)
            if each.stock < daily * KEEPS_FOR + SOME:
                self.restock(each, ceil(daily * FETCHES_FOR + SOME), at, rows)

    def restock(self, goods: Goods, pieces: int, at: datetime, rows: Rows) -> None:
        """Goods came: so many and up to the next ten."""
        self.move(goods.id, ceil(pieces / 10) * 10, at, rows, cause=EDITED, actor=self._actor)

    def move(
        self,
        sku_id: int,
        change: int,
        at: datetime,
        rows: Rows,
        *,
        cause: str,
        order_no: str = "",
        actor: str = "",
    ) -> None:
        """Add to the stock or take from it, with the line that explains it."""
        self._by_id[sku_id].stock += change
        moved = {"at": at, "sku_id": sku_id, "change": change, "cause": cause}
        rows.add(StockMove, **moved, order_no=order_no, actor=actor, note="")

    def keep(self, session: Session) -> None:
        """Write what there is now; joins the open transaction."""
        session.execute(update(Sku), [{"id": each.id, "stock": each.stock} for each in self.goods])


def _load(seasons: Mapping[str, frozenset[Season]]) -> list[Goods]:
    query = select(Sku).join(Product).where(Product.state == ProductState.ON_SALE, Sku.removed_at.is_(None))
    return [
        Goods(
            id=sku.id,
            product_id=sku.product_id,
            slug=sku.product.slug,
            title=sku.product.title,
            options=options_label(sku.options),
            picture=sku.product.pictures[0].file if sku.product.pictures else "",
            price_fen=sku.price_fen,
            weight_grams=sku.weight_grams,
            stock=sku.stock,
            seasons=seasons.get(sku.product.slug, frozenset()),
        )
        for sku in db.session.scalars(query.order_by(Sku.id))
    ]
