"""A sheet of parcels, one order a row: read, and each row judged against its order as it stands."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from flask_babel import gettext as _

from app.core.spreadsheets.reading import Limits, TableRow, read_table
from app.core.spreadsheets.writing import Row
from app.orders.listing import list_by_no, list_to_ship
from app.orders.models import Order
from app.orders.shipping import Parcel, left_to_ship
from app.orders.states import OrderState
from console.frame.carriers import TRACKING_NO, carrier_label, find_carrier, tidy_tracking_no
from console.frame.state_labels import order_label

LIMITS = Limits(rows=1000, columns=20, file_bytes=2 * 1024 * 1024)
MOST_TEMPLATE_ROWS = 1000
HEADINGS = {
    "order_no": ("订单号", "order no"),
    "carrier": ("快递公司", "carrier"),
    "tracking_no": ("运单号", "tracking no"),
}


@dataclass(frozen=True, slots=True)
class Judged:
    """A row with what is to become of it; `parcel` is None where nothing leaves."""

    row: TableRow
    tone: str
    result: str
    words: str
    parcel: Parcel | None = None

    @property
    def report(self) -> Mapping[str, str]:
        """As the page of a long job shows it."""
        return {
            "place": self.row.place("order_no"),
            "tone": self.tone,
            "result": self.result,
            "words": self.words,
        }


def read_rows(path: Path) -> list[TableRow]:
    """The rows that say something. Raises: SheetInvalid."""
    return read_table(path, HEADINGS, needed=HEADINGS, limits=LIMITS)


def judge_rows(rows: Sequence[TableRow]) -> list[Judged]:
    """All of them, before anything is done."""
    orders, seen, judged = list_by_no({row["order_no"] for row in rows}), set[str](), []
    for row in rows:
        is_again = row["order_no"] in seen
        seen.add(row["order_no"])
        judged.append(_refuse(row, _("这个订单上面已有一行")) if is_again else judge(row, orders))
    return judged


def judge(row: TableRow, orders: Mapping[str, Order]) -> Judged:
    """One row against its order, which stands among `orders`."""
    number, carrier = tidy_tracking_no(row["tracking_no"]), find_carrier(row["carrier"])
    order = orders.get(row["order_no"])
    if order is None:
        return _refuse(row, _("没有订单「%(no)s」", no=row["order_no"]))
    if not number:
        return Judged(row, "secondary", _("跳过"), _("没有填运单号"))
    if carrier is None:
        return _refuse(row, _("不认识快递公司「%(name)s」", name=row["carrier"]))
    if not re.fullmatch(TRACKING_NO, number):
        return _refuse(row, _("运单号「%(no)s」不对：要 6 到 40 位字母、数字或短横线", no=number))
    if any(parcel.tracking_no == number for parcel in order.shipments):
        return Judged(row, "secondary", _("已经发过"), _("这个运单号已经登记，不会重复通知买家"))
    if order.is_fetched:
        return _refuse(row, _("这笔订单由买家到店自提，请核销提货码"))
    if order.state != OrderState.PAID:
        return _refuse(row, _("订单现在是「%(state)s」，不能发货。", state=order_label(order)))
    pieces = sum(left_to_ship(order).values())
    words = _("%(carrier)s %(no)s，%(n)s 件", carrier=carrier_label(carrier), no=number, n=pieces)
    return Judged(row, "green", _("可以发货"), words, Parcel(carrier, number))


def template_rows() -> list[Row]:
    """A sheet to fill in: what waits to be shipped, without anything personal."""
    rows: list[Row] = [[_("订单号"), _("快递公司"), _("运单号"), _("商品")]]
    for order in list_to_ship(MOST_TEMPLATE_ROWS):
        left = left_to_ship(order)
        goods = "；".join(
            f"{line.title} {line.options_label} × {left[line.id]}" for line in order.lines if line.id in left
        )
        rows.append([order.order_no, "", "", goods])
    return rows


def _refuse(row: TableRow, words: str) -> Judged:
    return Judged(row, "red", _("不能发货"), words)
