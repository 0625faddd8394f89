"""The goods on a checkout page: the cart's lines that can be bought, or the one SKU bought straight away."""

from dataclasses import dataclass

from flask import request, url_for
from flask_babel import gettext as _

from app.carts import service as carts
from app.carts.service import CartView, Trouble
from app.catalog.models import Sku
from app.catalog.service import get_sku
from app.core.errors import InputInvalid, NotFound
from app.core.incoming import find_row_id, row_id
from app.delivery.regions import Region
from app.orders.service import Item
from webviews.session import cart_owner


@dataclass(frozen=True, slots=True)
class ChosenLine:
    """One line as the page shows it."""

    sku: Sku
    quantity: int

    @property
    def is_short(self) -> bool:
        """Whether fewer are in stock than wanted."""
        return self.sku.stock < self.quantity


@dataclass(frozen=True, slots=True)
class ChosenGoods:
    """What is about to be bought. `left_out` are lines of the cart that cannot be: they are named."""

    lines: tuple[ChosenLine, ...]
    is_cart: bool
    left_out: tuple[CartView, ...] = ()
    repriced: tuple[CartView, ...] = ()

    @property
    def items(self) -> tuple[Item, ...]:
        """The same for `place_order`."""
        return tuple(Item(line.sku.id, line.quantity) for line in self.lines)

    @property
    def is_short(self) -> bool:
        """Whether some line cannot be had in that number."""
        return any(line.is_short for line in self.lines)

    def title_of(self, sku_id: object) -> str:
        """The product's title, for a sentence."""
        return next((line.sku.product.title for line in self.lines if line.sku.id == sku_id), "")

    def path(self, token: str, **choices: object) -> str:
        """The address of this very checkout, with these choices."""
        if self.is_cart or not self.lines:
            return url_for("shop.show_checkout", t=token, **choices)
        line = self.lines[0]
        return url_for("shop.show_checkout", sku=line.sku.id, quantity=line.quantity, t=token, **choices)


def read_query(region: Region | None) -> ChosenGoods:
    """`?sku=&quantity=` is one SKU straight away; without them it is the cart, as far as it is sent to `region`."""
    if "sku" not in request.args:
        return _from_cart(region)
    sku_id = request.args.get("sku", type=row_id)
    if sku_id is None:
        raise NotFound(_("这件商品已经下架"))
    quantity = request.args.get("quantity", type=row_id) if "quantity" in request.args else 1
    return ChosenGoods((ChosenLine(get_sku(sku_id), carts.check_quantity(quantity)),), is_cart=False)


def read_form() -> ChosenGoods:
    """The goods the buyer was shown: `item=<sku>:<quantity>`, once per line.

    What he saw is what he gets, whatever has happened to the cart in between; prices are looked up anew.
    """
    pairs = [text.partition(":") for text in request.form.getlist("item")][: carts.MAX_LINES]
    lines = tuple(_read_line(sku, quantity) for sku, _, quantity in pairs)
    return ChosenGoods(lines, is_cart=request.form.get("from") == "cart")


def _read_line(sku: str, quantity: str) -> ChosenLine:
    sku_id = find_row_id(sku)
    if sku_id is None:
        raise InputInvalid(_("请返回重新选择商品"))
    return ChosenLine(get_sku(sku_id), carts.check_quantity(find_row_id(quantity)))


def _from_cart(region: Region | None) -> ChosenGoods:
    views = carts.view(cart_owner(), region)
    return ChosenGoods(
        tuple(ChosenLine(view.line.sku, view.line.quantity) for view in views if view.can_buy),
        is_cart=True,
        left_out=tuple(view for view in views if not view.can_buy),
        repriced=tuple(view for view in views if view.trouble == Trouble.PRICE_CHANGED),
    )
