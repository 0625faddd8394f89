"""Checkout on one page, for the cart and for buying straight away. One token means one order."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.core import ids
from app.core.errors import InputInvalid, NotFound, OutOfStock, PriceChanged, ShopError
from app.core.incoming import row_id
from app.followers import addresses
from app.followers.models import Address
from app.orders import service as orders
from app.orders.models import Order
from app.payments.opening import may_pay
from webviews.chosen_goods import ChosenGoods, read_form, read_query
from webviews.door import shop
from webviews.guards import follower_only
from webviews.opening import tell_not_open
from webviews.page import freight_rule
from webviews.session import cart_owner, find_entrance_id, get_follower

MAX_NOTE = 100


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why the order was not made yet; `is_price` when a look at the new total is all it takes."""

    sentence: str
    is_price: bool = False
    status: int = 409


@shop.get("/checkout")
@follower_only
def show_checkout() -> ResponseReturnValue:
    """The page; its token stands in its address, so that reload and the back button mean the same order."""
    token = request.args.get("t", "")
    if not _is_token(token):
        # The token goes into the address before the page is shown.
        known = {name: request.args[name] for name in ("sku", "quantity", "address") if name in request.args}
        return redirect(url_for("shop.show_checkout", **known, t=ids.new_token()), 303)
    if order := orders.find_by_token(get_follower().id, token):
        return redirect(_place_of(order), 303)
    if not may_pay(get_follower().id):
        return tell_not_open()
    goods = read_query()
    return _present(goods, token, _find_address(request.args.get("address", type=row_id)))


@shop.post("/checkout")
@follower_only
def place_order() -> ResponseReturnValue:
    """Make the order and go to its pay page; or show the page again with what stands in the way."""
    token, goods = request.form.get("t", ""), read_form()
    if not _is_token(token):
        raise InputInvalid(_("页面已过期，请返回购物车重新结算"))
    if order := orders.find_by_token(get_follower().id, token):
        return redirect(_place_of(order), 303)
    if not may_pay(get_follower().id):
        return tell_not_open()
    address = _find_address(request.form.get("address", type=row_id))
    try:
        order = _place(goods, token, address)
    except ShopError as error:
        return _present(goods, token, address, _explain(error, goods))
    return redirect(_place_of(order), 303)


def _place(goods: ChosenGoods, token: str, address: Address | None) -> Order:
    if address is None:
        raise InputInvalid(_("请先选择收货地址"))
    follower_id, address_id = get_follower().id, address.id
    order = orders.place_order(
        orders.Checkout(
            follower_id=follower_id,
            token=token,
            items=goods.items,
            destination=_destination(address),
            seen_total_fen=request.form.get("seen_total_fen", -1, type=int),
            note=_note(),
            entrance_id=find_entrance_id(),
            owner=cart_owner() if goods.is_cart else "",
        ),
        freight=freight_rule(),
        ttl=timedelta(seconds=current_app.config["ORDER_TTL_SECONDS"]),
    )
    addresses.mark_used(address_id, follower_id=follower_id)
    return order


def _destination(address: Address) -> orders.Destination:
    return orders.Destination(address.receiver, address.phone, addresses.region_of(address), address.detail)


def _explain(error: ShopError, goods: ChosenGoods) -> Trouble:
    match error:
        case PriceChanged():
            return Trouble(_("合计已变动，请确认新的金额"), is_price=True)
        case OutOfStock():
            title = goods.title_of(error.details.get("sku_id"))
            return Trouble(_("“%(title)s”库存不足，请减少数量或选择其他商品", title=title))
        case NotFound():
            return Trouble(_("有商品已经下架，请返回重新选择"))
        case _:
            return Trouble(_(error.message), status=error.http_status)


def _present(
    goods: ChosenGoods, token: str, address: Address | None, trouble: Trouble | None = None
) -> ResponseReturnValue:
    page: dict[str, Any] = {
        "goods": goods,
        "token": token,
        "address": address,
        "region_of": addresses.region_of,
        "price": goods.price(),
        "freight": freight_rule(),
        "trouble": trouble,
        "note": _note(),
        "max_note": MAX_NOTE,
        "here": goods.path(token),
    }
    return render_template("shop/checkout.html", **page), trouble.status if trouble else 200


def _find_address(address_id: int | None) -> Address | None:
    follower_id = get_follower().id
    if address_id is None:
        return addresses.find_preselected(follower_id)
    return addresses.get_own(address_id, follower_id=follower_id)


def _note() -> str:
    return " ".join(request.form.get("note", "").split())[:MAX_NOTE]


def _place_of(order: Order) -> str:
    return url_for("shop.show_pay", order_no=order.order_no)


def _is_token(text: str) -> bool:
    return 16 <= len(text) <= 64 and text.replace("-", "").replace("_", "").isalnum() and text.isascii()
