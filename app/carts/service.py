"""Putting in, changing, reading and merging carts. A line that cannot be bought is named, never dropped."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from flask_babel import gettext as _
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from app.carts.models import CartLine
from app.catalog.models import Sku
from app.catalog.service import get_sku, is_for_sale
from app.core import clock
from app.core.db import db, transaction
from app.core.errors import InputInvalid, NotFound
from app.delivery.freight import Carriage, find_carriages
from app.delivery.regions import Region
from app.promotions import flash

MAX_QUANTITY = 99
MAX_LINES = 50


class Trouble(StrEnum):
    NONE = ""
    GONE = "gone"  # off sale
    SOLD_OUT = "sold_out"
    TOO_FEW = "too_few"  # fewer in stock than wanted
    NOT_SERVED = "not_served"  # not sent to the buyer's region
    PRICE_CHANGED = "price_changed"


@dataclass(frozen=True, slots=True)
class CartView:
    """A line, what a piece costs now, and what the buyer has to know about it."""

    line: CartLine
    trouble: Trouble
    price_fen: int

    @property
    def can_buy(self) -> bool:
        """Whether this line may go into an order as it is."""
        return self.trouble in (Trouble.NONE, Trouble.PRICE_CHANGED)


def add(owner: str, sku_id: int, quantity: int) -> CartLine:
    """Put pieces in, on top of those already there, up to MAX_QUANTITY.

    Raises: InputInvalid, NotFound.
    """
    check_quantity(quantity)
    with transaction() as session:
        sku = get_sku(sku_id)
        price_fen = _prices(owner, [sku])[sku_id]
        line = _find(owner, sku_id)
        if line is None:
            if count_lines(owner) >= MAX_LINES:
                raise InputInvalid(_("购物车已满，请先结算一些商品"))
            line = CartLine(
                owner=owner,
                sku_id=sku_id,
                quantity=quantity,
                seen_price_fen=price_fen,
                created_at=clock.now(),
            )
            session.add(line)
        else:
            line.quantity = min(line.quantity + quantity, MAX_QUANTITY)
            line.seen_price_fen = price_fen
            line.changed_at = clock.now()
    return line


def change_quantity(owner: str, line_id: int, quantity: int) -> None:
    """Set the pieces of a line; 0 takes it out. Raises: NotFound when it is not this owner's."""
    if quantity:
        check_quantity(quantity)
    with transaction() as session:
        line = session.scalars(
            select(CartLine).where(CartLine.id == line_id, CartLine.owner == owner)
        ).first()
        if line is None:
            raise NotFound(_("购物车里没有这一项"))
        if quantity:
            line.quantity, line.changed_at = quantity, clock.now()
        else:
            session.delete(line)


def view(owner: str, region: Region | None = None) -> list[CartView]:
    """The cart as it is to be shown, each line with its trouble; `region` is where it is to be sent, if known."""
    lines = db.session.scalars(select(CartLine).where(CartLine.owner == owner).order_by(CartLine.id)).all()
    prices = _prices(owner, [line.sku for line in lines])
    carriages = find_carriages((line.sku.product_id for line in lines), region)
    views = []
    for line in lines:
        price_fen, carriage = prices[line.sku_id], carriages[line.sku.product_id]
        views.append(CartView(line, _trouble(line, price_fen, carriage), price_fen))
    return views


def acknowledge_prices(owner: str) -> None:
    """Remember the present prices as seen by the buyer."""
    with transaction() as session:
        lines = session.scalars(select(CartLine).where(CartLine.owner == owner)).all()
        prices = _prices(owner, [line.sku for line in lines])
        for line in lines:
            line.seen_price_fen = prices[line.sku_id]


def count_lines(owner: str) -> int:
    """How many lines the cart has."""
    return db.session.scalar(select(func.count()).select_from(CartLine).where(CartLine.owner == owner)) or 0


def remove(owner: str, sku_ids: Iterable[int]) -> None:
    """Take out what has just been ordered; joins the open transaction."""
    db.session.execute(delete(CartLine).where(CartLine.owner == owner, CartLine.sku_id.in_(list(sku_ids))))


def empty_cart(owner: str, *, before: datetime) -> None:
    """Take out everything that was put in before a moment. Opens a transaction or joins one."""
    with transaction() as session:
        old = (CartLine.owner == owner) & (CartLine.created_at < before)
        session.execute(delete(CartLine).where(old))


def merge(visitor: str, follower: str) -> None:
    """After login: what was put in before belongs to the follower. Repeating it changes nothing."""
    try:
        with transaction() as session:
            for line in session.scalars(select(CartLine).where(CartLine.owner == visitor)):
                same = _find(follower, line.sku_id)
                if same is None:
                    line.owner = follower
                else:
                    same.quantity = min(max(same.quantity, line.quantity), MAX_QUANTITY)
                    session.delete(line)
    except IntegrityError:  # two logins of one follower at the same instant: the other one has merged
        return


def _find(owner: str, sku_id: int) -> CartLine | None:
    query = select(CartLine).where(CartLine.owner == owner, CartLine.sku_id == sku_id)
    return db.session.scalars(query).first()


def check_quantity(quantity: int | None) -> int:
    """The quantity itself when one may buy that many of one SKU. Raises: InputInvalid, also for None."""
    if quantity is None or not 1 <= quantity <= MAX_QUANTITY:
        raise InputInvalid(_("数量须在 1 到 %(most)s 之间", most=MAX_QUANTITY))
    return quantity


def _trouble(line: CartLine, price_fen: int, carriage: Carriage) -> Trouble:
    if not is_for_sale(line.sku):
        return Trouble.GONE
    if line.sku.stock == 0:
        return Trouble.SOLD_OUT
    if line.sku.stock < line.quantity:
        return Trouble.TOO_FEW
    if not carriage.is_served:
        return Trouble.NOT_SERVED
    return Trouble.PRICE_CHANGED if price_fen != line.seen_price_fen else Trouble.NONE


def _prices(owner: str, skus: Sequence[Sku]) -> dict[int, int]:
    """What one piece of each costs this owner now, in fen; flash sales count what he has had already."""
    kind, _colon, number = owner.partition(":")
    follower_id = int(number) if kind == "follower" else None
    offers = flash.find_offers((sku.id for sku in skus), follower_id=follower_id)
    return {sku.id: flash.unit_price_fen(sku, offers.get(sku.id)) for sku in skus}
