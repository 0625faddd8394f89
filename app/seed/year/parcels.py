"""What leaves the shop: parcels, orders split in two, goods fetched at the counter; and the notices that tell of it."""

from datetime import UTC, datetime, time, timedelta
from random import Random

from app.core import clock
from app.orders.models import Order, Pickup, Shipment, ShipmentLine
from app.orders.states import OrderState
from app.seed.year.notices import Teller
from app.seed.year.orders import Placed, Trade
from app.seed.year.rows import Rows

CARRIERS = {
    "顺丰速运": ("SF", 45),
    "中通": ("73", 22),
    "圆通": ("YT", 15),
    "京东": ("JD", 12),
    "邮政EMS": ("EM", 6),
}
OPENS, CLOSES = time(9, 30), time(18)
SPLIT = 0.08  # of the orders with more than one line leave in two parcels
CODE_STEP = 38_195_197  # shares no factor with 10**8: no code comes twice


def send_all(
    trade: Trade, placed: list[Placed], kept: set[int], teller: Teller, chance: Random, rows: Rows
) -> None:
    """Whatever of these orders was paid and has left by the last moment of the year; `kept` were given back before."""
    by_id = {row["id"]: row for row in rows.of(Order)}
    for order in placed:
        if trade.point is not None and order.is_fetched:
            is_done = _fetch(trade, order, trade.point[0], chance, rows)
        else:
            is_done = _may_leave(order, kept) and _send(trade, order, teller, chance, rows)
        if order.course.paid_at is not None:
            teller.tell(order, "paid", order.course.paid_at + timedelta(seconds=2), rows)
        if is_done:
            by_id[order.id]["state"] = OrderState.SHIPPED


def _may_leave(order: Placed, kept: set[int]) -> bool:
    return order.course.paid_at is not None and order.id not in kept


def _send(trade: Trade, order: Placed, teller: Teller, chance: Random, rows: Rows) -> bool:
    """True when everything has left."""
    lines, at = order.lines, _when(order, chance)
    is_split = len(lines) > 1 and chance.random() < SPLIT
    for goods in [lines[:1], lines[1:]] if is_split else [lines]:
        if at > trade.year.now:
            return False
        carrier = chance.choices(list(CARRIERS), [weight for _sign, weight in CARRIERS.values()])[0]
        tracking_no = f"{CARRIERS[carrier][0]}{chance.randrange(10**12):012d}"
        parcel = rows.add(
            Shipment,
            order_id=order.id,
            carrier=carrier,
            tracking_no=tracking_no,
            shipped_at=at,
            shipped_by=trade.actor,
        )
        for number, _goods, quantity in goods:
            rows.add(ShipmentLine, shipment_id=parcel, order_line_id=number, quantity=quantity)
        teller.tell(order, "shipped", at, rows, parcel_id=parcel, carrier=carrier, tracking_no=tracking_no)
        last, at = at, at + timedelta(days=1)
    moved = {"old": OrderState.PAID, "new": OrderState.SHIPPED, "cause": "ship", "actor": trade.actor}
    rows.event(Order, order.id, at=last, **moved)
    return True


def _fetch(trade: Trade, order: Placed, point_id: int, chance: Random, rows: Rows) -> bool:
    """The order's code, and whether the buyer has come with it."""
    at = _when(order, chance)
    is_done = order.course.paid_at is not None and at <= trade.year.now
    rows.add(
        Pickup,
        order_id=order.id,
        point_id=point_id,
        code=f"{(order.id * CODE_STEP + trade.year.seed) % 10**8:08d}",
        handed_at=at if is_done else None,
        handed_by=trade.actor if is_done else "",
    )
    if is_done:
        moved = {"old": OrderState.PAID, "new": OrderState.SHIPPED, "cause": "fetched", "actor": trade.actor}
        rows.event(Order, order.id, at=at, **moved)
    return is_done


def _when(order: Placed, chance: Random) -> datetime:
    """Between three hours and two days after it was paid, while the shop packs."""
    at = (order.course.paid_at or order.at) + timedelta(hours=chance.uniform(3, 40))
    local = at.astimezone(clock.BEIJING)
    if not OPENS <= local.time() <= CLOSES:
        day = local.date() + timedelta(days=1 if local.time() > CLOSES else 0)
        at = datetime.combine(day, OPENS, clock.BEIJING) + timedelta(minutes=chance.randrange(400))
    return max(at, (order.course.paid_at or order.at) + timedelta(minutes=20)).astimezone(UTC)
