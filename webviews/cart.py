"""The cart: put in, change, take out. Works before login."""

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.carts import service as carts
from app.carts.service import CartView, Trouble
from app.core.errors import InputInvalid
from app.core.incoming import row_id
from app.delivery.regions import Region
from app.followers import addresses
from app.orders.quoting import Item, Priced, Wanted, price_items
from webviews.checkout_choices import region_of_address
from webviews.cost_words import tariff_words
from webviews.door import shop
from webviews.guards import open_to_all
from webviews.page import freight_rule
from webviews.session import cart_owner, find_follower


@shop.get("/cart")
@open_to_all
def show_cart() -> ResponseReturnValue:
    """Every line; what cannot be bought as it is stands named at the top."""
    region = _region()
    lines = carts.view(cart_owner(), region)
    priced = price_of(lines, region)
    return render_template(
        "shop/cart.html",
        lines=lines,
        troubled=[line for line in lines if line.trouble],
        price=priced.quote,
        list_prices={sku.id: _list_price(priced, at) for at, sku in enumerate(priced.skus)},
        freight=_freight_words(priced),
        needs_region=priced.needs_region,
        region=region,
        can_check_out=any(line.can_buy for line in lines),
        max_quantity=carts.MAX_QUANTITY,
        Trouble=Trouble,
    )


@shop.post("/cart/add")
@open_to_all
def add_to_cart() -> ResponseReturnValue:
    """From the product page's form."""
    carts.add(cart_owner(), *_read_choice())
    return redirect(url_for("shop.show_cart"), 303)


@shop.post("/api/cart/add")
@open_to_all
def add_to_cart_in_place() -> ResponseReturnValue:
    """The same from a script, so that the product page stays open."""
    carts.add(cart_owner(), *_read_choice())
    return jsonify(count=carts.count_lines(cart_owner()), message=_("已加入购物车"))


@shop.post("/cart/<int:line_id>")
@open_to_all
def change_line(line_id: int) -> ResponseReturnValue:
    """Set a line's quantity; 0 takes it out. Another one's line does not exist."""
    carts.change_quantity(cart_owner(), line_id, _read_quantity(least=0))
    return redirect(url_for("shop.show_cart"), 303)


@shop.post("/cart/prices")
@open_to_all
def accept_prices() -> ResponseReturnValue:
    """The buyer has read which prices changed."""
    carts.acknowledge_prices(cart_owner())
    flash(_("已按新价格更新"))
    return redirect(url_for("shop.show_cart"), 303)


def price_of(lines: list[CartView], region: Region | None) -> Priced:
    """What the lines that can be bought cost, freight included, before any coupon."""
    follower = find_follower()
    items = tuple(Item(view.line.sku_id, view.line.quantity) for view in lines if view.can_buy)
    return price_items(Wanted(items, follower.id if follower else None, region), freight_rule())


def _region() -> Region | None:
    """Where the follower had things sent last."""
    follower = find_follower()
    return region_of_address(addresses.find_preselected(follower.id)) if follower else None


def _freight_words(priced: Priced) -> str:
    """How freight is counted, when it is one way for all of it."""
    tariffs = {quoted.line.tariff or freight_rule().tariff for quoted in priced.quote.lines}
    return tariff_words(tariffs.pop()) if len(tariffs) == 1 else ""


def _list_price(priced: Priced, at: int) -> int:
    return priced.quote.lines[at].line.list_price_fen


def _read_choice() -> tuple[int, int]:
    sku_id = request.form.get("sku", type=row_id)
    if sku_id is None:
        raise InputInvalid(_("请先选择规格"))
    return sku_id, _read_quantity(least=1)


def _read_quantity(*, least: int) -> int:
    quantity = request.form.get("quantity", type=row_id)
    if quantity is None or quantity < least:
        raise InputInvalid(_("请填写数量"))
    return quantity
