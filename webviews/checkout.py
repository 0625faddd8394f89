"""Checkout on one page, for the cart and for buying straight away. One token means one order."""

from dataclasses import dataclass
from datetime import timedelta

from flask import current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.core import ids
from app.core.errors import InputInvalid, NotFound, NotServed, OutOfStock, PriceChanged, ShopError
from app.core.i18n import language_here
from app.core.incoming import row_id
from app.core.live_settings import read_live
from app.delivery.points import list_open_points
from app.followers import addresses
from app.followers.models import Address
from app.orders import service as orders
from app.orders.destinations import to_address, to_point
from app.orders.models import Order
from app.orders.quoting import Priced, list_choices
from app.payments.opening import may_pay
from app.words.service import keep_terms, mark_of_terms
from webviews.checkout_choices import Choices, read_choices
from webviews.chosen_goods import ChosenGoods, read_form, read_query
from webviews.door import shop
from webviews.guards import follower_only
from webviews.opening import tell_not_open
from webviews.page import freight_rule
from webviews.region_question import ask_region
from webviews.session import cart_owner, find_entrance_id, get_follower

MAX_NOTE = 100
KEPT = ("sku", "quantity", "address", "point", "coupon")


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
        known = {name: request.args[name] for name in KEPT if name in request.args}
        return redirect(url_for("shop.show_checkout", **known, t=ids.new_token()), 303)
    if order := orders.find_by_token(get_follower().id, token):
        return redirect(_place_of(order), 303)
    if not may_pay(get_follower().id):
        return tell_not_open()
    choices = read_choices(_find_address(request.args.get("address", type=row_id)))
    goods = read_query(None if choices.point else choices.region)
    return _present(goods, token, choices)


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
    choices = read_choices(_find_address(request.form.get("address", type=row_id)))
    try:
        order = _place(goods, token, choices)
    except ShopError as error:
        return _present(goods, token, choices, _explain(error, goods))
    return redirect(_place_of(order), 303)


def _place(goods: ChosenGoods, token: str, choices: Choices) -> Order:
    destination = _destination(choices)
    follower_id, address = get_follower().id, choices.address
    address_id = address.id if address and not choices.point else None
    order = orders.place_order(
        orders.Checkout(
            follower_id=follower_id,
            token=token,
            items=goods.items,
            destination=destination,
            seen_total_fen=request.form.get("seen_total_fen", -1, type=int),
            note=_note(),
            entrance_id=find_entrance_id(),
            owner=cart_owner() if goods.is_cart else "",
            agreed=keep_terms(request.form.get("terms", ""), language_here()),
            region=choices.region,
            coupon_id=choices.wanted(goods.items).coupon_id,
            pickup_point_id=choices.point.id if choices.point else None,
        ),
        freight=freight_rule(),
        ttl=timedelta(seconds=read_live("ORDER_TTL_SECONDS", current_app.config)),
    )
    if address_id is not None:
        addresses.mark_used(address_id, follower_id=follower_id)
    return order


def _destination(choices: Choices) -> orders.Destination:
    if choices.point:
        return to_point(choices.point, *_contact(choices))
    if choices.address is None:
        raise InputInvalid(_("请先选择收货地址"))
    return to_address(choices.address)


def _contact(choices: Choices) -> tuple[str, str]:
    """Who comes for the goods: as written, else as the address says."""
    address = choices.address
    known = (address.receiver, address.phone) if address else ("", "")
    return request.form.get("receiver", known[0]), request.form.get("phone", known[1])


def _explain(error: ShopError, goods: ChosenGoods) -> Trouble:
    match error:
        case PriceChanged():
            return Trouble(_(error.message), is_price=True)
        case OutOfStock():
            title = goods.title_of(error.details.get("sku_id"))
            return Trouble(_("“%(title)s”库存不足，请减少数量或选择其他商品", title=title))
        case NotServed():
            return Trouble(_("有商品不能送到这个地址，请换一个地址，或返回购物车去掉它们"))
        case NotFound():
            return Trouble(_("有商品已经下架，请返回重新选择"))
        case _:
            return Trouble(_(error.message), status=error.http_status)


def _present(
    goods: ChosenGoods, token: str, choices: Choices, trouble: Trouble | None = None
) -> ResponseReturnValue:
    priced = choices.price(goods.items)
    contact = _contact(choices)
    page = render_template(
        "shop/checkout.html",
        goods=goods,
        token=token,
        choices=choices,
        address=choices.address,
        region_of=addresses.region_of,
        priced=priced,
        price=priced.quote,
        coupons=list_choices(get_follower().id, priced.quote),
        points=list_open_points(),
        receiver=contact[0],
        phone=contact[1],
        question=ask_region(choices, priced),
        is_changed=bool(trouble and trouble.is_price) or _has_moved(token, choices, priced),
        trouble=trouble,
        terms=mark_of_terms(language_here()),
        note=_note(),
        max_note=MAX_NOTE,
        here=goods.path(token, **choices.query),
        path=goods.path,
    )
    return page, trouble.status if trouble else 200


def _has_moved(token: str, choices: Choices, priced: Priced) -> bool:
    """Whether the total is another one than when this very checkout was looked at last."""
    address = choices.address
    same = [token, f"{address.id if address else 0}/{choices.query}"]
    before, total_fen = session.get("checkout_seen"), priced.quote.total_fen
    session["checkout_seen"] = [*same, total_fen]
    return bool(before) and before[:2] == same and before[2] != total_fen


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
