"""Payment codes of goods that hang at a pick-up point (扫码支付模式一): scanned, ordered, paid, fetched there.

A code names a product and the point where it hangs. WeChat tells us nothing but who scanned which code, and shows the
pay sheet at once: nobody can be asked for a size or an address. See ADR 16.
"""

from collections.abc import Sequence
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import func, select

from app.catalog.models import Product, Sku
from app.catalog.states import ProductState
from app.core import clock
from app.core.db import db
from app.core.errors import GatewayUnreachable, NotFound, OutOfStock, PriceChanged, ShopError
from app.core.incoming import find_row_id
from app.delivery.models import PickupPoint
from app.delivery.points import get_open_point, list_open_points
from app.followers.models import Follower
from app.followers.names import name_of
from app.followers.service import get_or_create
from app.orders import service as orders
from app.orders.models import Order
from app.orders.quoting import Item, Wanted, price_items
from app.orders.states import OrderState
from app.payments import opening
from app.payments.gateways.contract import Gateway
from app.payments.service import start_scan
from app.pricing.freight import FreightRule

NOTHING_IS_SENT = FreightRule(0, 0)
SHORTEST_LEFT = timedelta(minutes=2)  # what ends sooner is not offered for payment once more
NAME_LENGTH = 40


def product_id_of(product: Product, point: PickupPoint) -> str:
    """What a code says: `15-2` is product 15, to be fetched at point 2."""
    return f"{product.id}-{point.id}"


def list_points_for(product: Product) -> Sequence[PickupPoint]:
    """Where a code of this product may hang; nowhere when it cannot be bought by one."""
    return [] if why_not(product) else list_open_points()


def why_not(product: Product) -> str:
    """Why this product cannot be bought by a code, in words for the merchant; empty when it can."""
    if len(product.skus) != 1:
        return str(_("有几种规格的商品，扫码时没有地方选，只能用商品页二维码。"))
    if not list_open_points():
        return str(_("扫码就付款的订单没有收货地址，只能到店自提：请先设一个自提点。"))
    return ""


def pay_by_scan(openid: str, product_id: str, *, gateway: Gateway, ttl: timedelta) -> str:
    """The prepay_id for whoever scanned a code; scanned again while he has not paid, it is the same order.

    Raises: NotOpen while only testers may pay, NotFound, OutOfStock, PriceChanged, InputInvalid, TransitionRefused,
    GatewayError. `say_problem` turns each into words for the buyer. Opens transactions.
    """
    sku, point = _find_goods(product_id)
    follower = get_or_create(openid)
    opening.check(follower.id)
    order = _waiting_or_new(follower, sku, point, product_id, ttl)
    return start_scan(order, gateway=gateway, product_id=product_id)


def say_problem(error: ShopError) -> str:
    """What WeChat shows the buyer in place of the pay sheet."""
    match error:
        case OutOfStock():
            return str(_("这件商品卖完了"))
        case PriceChanged():
            return str(_("价格刚刚变了，请再扫一次"))
        case GatewayUnreachable():
            return str(_("暂时连不上微信支付，请稍后再扫一次"))
        case _:
            return error.message or str(_("现在不能付款，请到店里买"))


def _find_goods(product_id: str) -> tuple[Sku, PickupPoint]:
    product_text, _dash, point_text = product_id.partition("-")
    product_number, point_number = find_row_id(product_text), find_row_id(point_text)
    product = db.session.get(Product, product_number) if product_number is not None else None
    if product is None or point_number is None:
        raise NotFound(_("这个码不是本店现在的，请到店里买"))
    if product.state != ProductState.ON_SALE:
        raise NotFound(_("这件商品已经下架"))
    if len(product.skus) != 1:
        raise NotFound(_("这件商品有几种规格，请到店里选购"))
    try:
        return product.skus[0], get_open_point(point_number)
    except NotFound as error:
        raise NotFound(_("这里暂停自提了，请到店里买")) from error


def _waiting_or_new(
    follower: Follower, sku: Sku, point: PickupPoint, product_id: str, ttl: timedelta
) -> Order:
    """Asked twice at the same instant, both get one order: its number in the row of his scans is its token."""
    beginning = f"scan-{product_id}-"
    number = _count(follower.id, beginning)  # before looking: what is made meanwhile has this number
    if order := _find_waiting(follower.id, beginning, sku.id):
        return order
    items = (Item(sku.id, 1),)
    total_fen = price_items(Wanted(items, follower.id, is_fetched=True), NOTHING_IS_SENT).quote.total_fen
    checkout = orders.Checkout(
        follower_id=follower.id,
        token=f"{beginning}{number}",
        items=items,
        destination=orders.Destination(
            name_of(follower)[:NAME_LENGTH], "", _("到店自提"), f"{point.title} {point.address}"
        ),
        seen_total_fen=total_fen,
        pickup_point_id=point.id,
    )
    return orders.place_order(checkout, freight=NOTHING_IS_SENT, ttl=ttl)


def _count(follower_id: int, beginning: str) -> int:
    mine = (Order.follower_id == follower_id, Order.checkout_token.startswith(beginning, autoescape=True))
    return db.session.scalar(select(func.count()).select_from(Order).where(*mine)) or 0


def _find_waiting(follower_id: int, beginning: str, sku_id: int) -> Order | None:
    """His newest that he has not paid. It keeps the price it was made at, as every order does while it waits."""
    query = select(Order).where(
        Order.follower_id == follower_id,
        Order.checkout_token.startswith(beginning, autoescape=True),
        Order.state == OrderState.UNPAID,
        Order.expires_at > clock.now() + SHORTEST_LEFT,
    )
    order = db.session.scalars(query.order_by(Order.id.desc()).limit(1)).first()
    return order if order is not None and order.lines[0].sku_id == sku_id else None
