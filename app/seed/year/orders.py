"""Orders as buyers place them: priced by the shop's own quote, their goods taken, paid or given up."""

from bisect import insort
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from app.core import clock
from app.orders.models import Order, OrderLine
from app.orders.states import OrderState
from app.pricing.freight import FreightRule
from app.pricing.quote import Quote, quote
from app.seed.year.coupons import Wallet
from app.seed.year.doors import Doors
from app.seed.year.goods import ARRIVES, Goods, Shelf
from app.seed.year.money import Bill, Course, decide, pay
from app.seed.year.offers import Offers
from app.seed.year.people import Crowd, Person
from app.seed.year.plan import Year, start_of
from app.seed.year.rows import Rows
from app.seed.year.seasons import Season, seasons_of

FETCHED = 0.06  # of the orders are fetched, where there is a place for it
WAREHOUSE = timedelta(minutes=1)  # before an order, when nothing else helps
NOTES = ("请用防震包装", "送人的，请不要放价格", "工作日送", "放门口即可")


@dataclass(frozen=True, slots=True)
class Trade:
    """What the orders of every batch share. `point`: number, title and address of the place to fetch goods at."""

    year: Year
    crowd: Crowd
    shelf: Shelf
    doors: Doors
    wallet: Wallet
    offers: Offers
    freight: FreightRule
    ttl: timedelta
    point: tuple[int, str, str] | None
    actor: str


@dataclass(frozen=True, slots=True)
class Placed:
    """One order for those who go on with it. `lines`: the number of its row, what, how many pieces."""

    id: int
    order_no: str
    person: Person
    lines: list[tuple[int, Goods, int]]
    total_fen: int
    at: datetime
    course: Course
    entrance_id: int | None
    is_fetched: bool


def place_orders(
    trade: Trade, days: range, moments: list[datetime], first: int, chance: Random, rows: Rows
) -> list[Placed]:
    """Orders at these moments of these days; `first` is the number of the first one in the year."""
    placed: list[Placed] = []
    returns: list[tuple[datetime, int]] = []  # when the goods of which order come back
    arrivals = [(start_of(trade.year.days[day]) + ARRIVES, day) for day in days]
    for number, at in enumerate(sorted(moments), start=first):
        while arrivals and arrivals[0][0] <= at:
            trade.shelf.bring(arrivals.pop(0)[1], rows)
        while returns and returns[0][0] <= at:
            _give_back(trade, placed[returns.pop(0)[1]], rows)
        order = _place(trade, number, at, chance, rows)
        if order.course.cancelled_at is not None:
            insort(returns, (order.course.cancelled_at, len(placed)))
        placed.append(order)
    for _at, place in returns:
        _give_back(trade, placed[place], rows)
    return placed


def _place(trade: Trade, number: int, at: datetime, chance: Random, rows: Rows) -> Placed:
    person = trade.crowd.pick(chance, at, buys=True)
    chosen = _choose(trade, at, chance, rows)
    expires_at = at + trade.ttl
    course = decide(number, at, expires_at, trade.year.now, chance)
    is_fetched = trade.point is not None and chance.random() < FETCHED
    price, flash = _price(trade, chosen, person, at, is_fetched, chance)
    order_no = f"{clock.beijing_day(at):%Y%m%d}{chance.randrange(10**10):010d}"
    coupon_id = None
    if price.coupon is not None:
        coupon_id = trade.wallet.keep(person, at, course.state, order_no, course.moved_at, rows)
    entrance_id = trade.doors.pick(chance)
    order_id = rows.add(
        Order,
        order_no=order_no,
        follower_id=person.id,
        state=course.state,
        goods_fen=price.goods_fen,
        reduction_fen=price.reduction_fen,
        reduction_label=price.reduction_label,
        coupon_fen=price.coupon_fen,
        coupon_label=price.coupon_label,
        follower_coupon_id=coupon_id,
        shipping_fen=price.shipping_fen,
        total_fen=price.total_fen,
        refunded_fen=0,
        is_fetched=is_fetched,
        **_destination(trade, person, is_fetched),
        note=chance.choice(NOTES) if chance.random() < 0.08 else "",
        entrance_id=entrance_id,
        checkout_token=f"seed-{number}-{chance.getrandbits(64):016x}",
        created_at=at,
        expires_at=expires_at,
        paid_at=course.paid_at,
        cancelled_at=course.cancelled_at,
        cancel_reason=course.reason,
    )
    lines = _add_lines(trade, order_id, order_no, at, chosen, price, flash, rows)
    order = Placed(order_id, order_no, person, lines, price.total_fen, at, course, entrance_id, is_fetched)
    _tell_history(order, rows)
    more = f" 等 {len(chosen)} 种" if len(chosen) > 1 else ""
    bill = Bill(
        order_id, order_no, at, expires_at, price.total_fen, person.openid, f"{chosen[0][0].title[:60]}{more}"
    )
    pay(bill, course, trade.year.now, chance, rows)
    return order


def _choose(trade: Trade, at: datetime, chance: Random, rows: Rows) -> list[tuple[Goods, int]]:
    """One to three goods; before a festival somebody orders gifts for many."""
    day = (clock.beijing_day(at) - trade.year.days[0]).days
    is_gift_time = Season.GIFT in seasons_of(trade.year.days[day])
    chosen: dict[int, tuple[Goods, int]] = {}
    for _line in range(chance.choices((1, 2, 3), (62, 27, 11))[0]):
        goods = trade.shelf.pick(chance, day)
        quantity = chance.choices((1, 2, 3), (82, 14, 4))[0]
        if is_gift_time and Season.GIFT in goods.seasons:
            quantity = chance.choices((1, 2, 4, 10), (60, 25, 11, 4))[0]
        if goods.stock < quantity:
            trade.shelf.restock(goods, quantity, at - WAREHOUSE, rows)
        chosen[goods.id] = (goods, quantity)
    return list(chosen.values())


def _price(
    trade: Trade,
    chosen: list[tuple[Goods, int]],
    person: Person,
    at: datetime,
    is_fetched: bool,
    chance: Random,
) -> tuple[Quote, list[int | None]]:
    """The quote, and for each line the flash item that gives it its price."""
    priced = [trade.offers.price(goods, quantity, at, person.id) for goods, quantity in chosen]
    lines, flash = [line for line, _item_id in priced], [item_id for _line, item_id in priced]
    freight, reductions = None if is_fetched else trade.freight, trade.offers.reductions_at(at)
    before_coupon_fen = quote(lines, freight, reductions=reductions).before_coupon_fen
    coupon = trade.wallet.offer(person, before_coupon_fen, chance)
    return quote(lines, freight, reductions=reductions, coupon=coupon), flash


def _destination(trade: Trade, person: Person, is_fetched: bool) -> dict[str, str]:
    to = {"receiver": person.receiver, "phone": person.phone}
    if is_fetched and trade.point is not None:
        return to | {"region": "到店自提", "address": f"{trade.point[1]} {trade.point[2]}"}
    return to | {"region": person.region, "address": person.detail}


def _add_lines(
    trade: Trade,
    order_id: int,
    order_no: str,
    at: datetime,
    chosen: list[tuple[Goods, int]],
    price: Quote,
    flash: list[int | None],
    rows: Rows,
) -> list[tuple[int, Goods, int]]:
    lines = []
    for (goods, quantity), quoted, flash_item_id in zip(chosen, price.lines, flash, strict=True):
        number = rows.add(
            OrderLine,
            order_id=order_id,
            sku_id=goods.id,
            product_slug=goods.slug,
            title=goods.title,
            options_label=goods.options,
            picture=goods.picture,
            unit_price_fen=quoted.line.unit_price_fen,
            list_price_fen=quoted.line.list_price_fen,
            flash_item_id=flash_item_id,
            reduction_fen=quoted.reduction_fen,
            coupon_fen=quoted.coupon_fen,
            quantity=quantity,
            withdrawn=0,
        )
        trade.shelf.move(goods.id, -quantity, at, rows, cause="order", order_no=order_no)
        lines.append((number, goods, quantity))
    return lines


def _tell_history(order: Placed, rows: Rows) -> None:
    course, unpaid = order.course, OrderState.UNPAID
    who = f"follower:{order.person.id}"
    rows.event(Order, order.id, at=order.at, new=unpaid, cause="place", actor=who)
    if course.paid_at is not None:
        rows.event(Order, order.id, at=course.paid_at, old=unpaid, new=OrderState.PAID, cause="notification")
    elif course.cancelled_at is not None:
        actor = who if course.reason == "buyer" else ""
        moved = {"old": unpaid, "new": OrderState.CANCELLED, "cause": course.reason, "actor": actor}
        rows.event(Order, order.id, at=course.cancelled_at, **moved)


def _give_back(trade: Trade, order: Placed, rows: Rows) -> None:
    course = order.course
    if course.cancelled_at is None:
        return
    for _number, goods, quantity in order.lines:
        moved = {"cause": course.reason, "order_no": order.order_no}
        trade.shelf.move(goods.id, quantity, course.cancelled_at, rows, **moved)
