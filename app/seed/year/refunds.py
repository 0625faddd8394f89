"""What buyers get back: a whole order before it is sent, a sum for what broke on the way, one that waits for a yes."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

from app.orders.models import Order, OrderLine
from app.orders.refunding import CAUSE
from app.orders.states import OrderState
from app.payments.models import PaymentAttempt
from app.payments.refunds.models import Refund, RefundLine
from app.payments.refunds.states import RefundSource
from app.payments.states import AttemptState
from app.seed.year.backs import Back, add_refund
from app.seed.year.money import gateway_at
from app.seed.year.orders import Placed, Trade
from app.seed.year.plan import start_of
from app.seed.year.rows import Rows

WHOLE, DAMAGE = 0.03, 0.04  # of the paid orders
CHANGED_MIND, BROKEN, ASKED = "买家不想要了", "运输途中破损，补偿一部分", "茶罐有压痕，买家要求补偿"
LARGEST_FEN = 2000  # of what is given for damage


def give_back_before_sending(trade: Trade, placed: list[Placed], chance: Random, rows: Rows) -> set[int]:
    """Orders whose buyer thought better of it at once: their goods stay here. Returns their numbers."""
    by_id = {row["id"]: row for row in rows.of(Order)}
    lines = {row["id"]: row for row in rows.of(OrderLine)}
    attempts = _paying(rows)
    kept: set[int] = set()
    for order in placed:
        row, paid_at = by_id[order.id], order.course.paid_at
        is_chosen = chance.random() < WHOLE
        at = (paid_at or order.at) + timedelta(minutes=chance.uniform(10, 17))
        if (
            not is_chosen
            or paid_at is None
            or order.is_fetched
            or row["coupon_fen"]
            or not _is_over(trade, at)
        ):
            continue
        kept.add(order.id)
        shipping_fen = row["shipping_fen"]
        back = _back(
            attempts[order.id], order, at, order.total_fen, trade.year.now, shipping_fen, other_fen=0
        )
        done_at = add_refund(back, RefundSource.CONSOLE, CHANGED_MIND, rows, actor=trade.actor)
        for number, goods, quantity in order.lines:
            _add_line(lines[number], rows.of(Refund)[-1]["id"], rows)
            trade.shelf.move(goods.id, quantity, done_at, rows, cause=CAUSE, order_no=order.order_no)
        row |= {"state": OrderState.REFUNDED, "refunded_fen": order.total_fen}
        moved = {"old": OrderState.PAID, "new": OrderState.REFUNDED, "cause": CAUSE}
        rows.event(Order, order.id, at=done_at, **moved)
    return kept


def give_back_after_sending(
    trade: Trade, placed: list[Placed], kept: set[int], chance: Random, rows: Rows, *, is_last: bool
) -> None:
    """A sum for damage, days after the goods left; `is_last`: of the last days, and one waits for a second person."""
    by_id = {row["id"]: row for row in rows.of(Order)}
    attempts = _paying(rows)
    last: Placed | None = None
    for order in placed:
        row, paid_at = by_id[order.id], order.course.paid_at
        is_chosen, fen = chance.random() < DAMAGE, chance.randrange(300, LARGEST_FEN, 100)
        at = (paid_at or order.at) + timedelta(days=chance.uniform(5, 9))
        if paid_at is None or order.id in kept or fen > order.total_fen // 2:
            continue
        if row["state"] == OrderState.SHIPPED and is_chosen and _is_over(trade, at):
            row["refunded_fen"] = fen
            back = _back(attempts[order.id], order, at, fen, trade.year.now)
            add_refund(back, RefundSource.CONSOLE, BROKEN, rows, actor=trade.actor)
        elif row["state"] == OrderState.SHIPPED and _is_over(trade, paid_at):
            last = order
    if last is not None and is_last:
        at = trade.year.now - timedelta(hours=2)
        back = _back(attempts[last.id], last, at, 300, trade.year.now)
        add_refund(back, RefundSource.CONSOLE, ASKED, rows, actor=trade.actor, is_waiting=True)


def _paying(rows: Rows) -> dict[int, dict[str, Any]]:
    return {row["order_id"]: row for row in rows.of(PaymentAttempt) if row["state"] == AttemptState.PAID}


def _is_over(trade: Trade, at: datetime) -> bool:
    """Whether that day's bill is among those that are written, too."""
    return at + timedelta(minutes=5) < start_of(trade.year.days[-1])


def _back(
    attempt: dict[str, Any],
    order: Placed,
    at: datetime,
    fen: int,
    now: datetime,
    shipping_fen: int = 0,
    other_fen: int | None = None,
) -> Back:
    return Back(
        order.id, attempt["id"], gateway_at(attempt["paid_at"], now), at, fen, shipping_fen, other_fen
    )


def _add_line(line: dict[str, Any], refund_id: int, rows: Rows) -> None:
    paid_fen = line["unit_price_fen"] * line["quantity"] - line["reduction_fen"] - line["coupon_fen"]
    line["withdrawn"] = line["quantity"]
    rows.add(
        RefundLine,
        parent_id=refund_id,
        order_line_id=line["id"],
        quantity=line["quantity"],
        unsent=line["quantity"],
        amount_fen=paid_fen,
        reduction_fen=line["reduction_fen"],
        coupon_fen=line["coupon_fen"],
        adjustment_fen=0,
    )
