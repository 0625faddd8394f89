"""The ledger as a file: the rows and columns that the page shows, made by the worker."""

from collections.abc import Iterator
from functools import cache

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from app.core.long_jobs.running import Run, register
from app.core.spreadsheets.writing import Row, Yuan
from app.entrances.models import Entrance
from app.ledger.export import export_entries
from app.ledger.listing import Entry, sum_up
from app.orders.models import OrderLine
from app.pricing.explained import CostKind, explain
from console.frame.cost_labels import cost_kind_label
from console.frame.entrance_labels import entrance_label
from console.frame.masks import mask_name, mask_phone, short_openid
from console.frame.sheets import write_away
from console.frame.state_labels import order_label
from console.orders.filters import mark_label, read_wanted
from console.orders.words import say_delivery

KIND = "orders_export"
WIDTHS = (20, 20, 22, 44, 8, *(12,) * 6, 12, 12, 12, 10, 16, 14, 26, 10, 10, 10)


@register(KIND)
def export_orders(run: Run) -> None:
    """Write every order that the filters leave. Buyers are masked as on the page."""
    wanted = read_wanted(MultiDict(run.args["filters"]))
    total = sum_up(wanted).wanted.orders
    entries = run.counted(export_entries(wanted, actor=run.owner), total=total)
    write_away(run, _rows(entries), widths=WIDTHS)


def _rows(entries: Iterator[Entry]) -> Iterator[Row]:
    yield [
        _("下单时间"),
        _("付款时间"),
        _("订单号"),
        _("商品"),
        _("件数"),
        *(_("%(kind)s（元）", kind=cost_kind_label(kind)) for kind in CostKind),
        _("合计（元）"),
        _("实收（元）"),
        _("退款（元）"),
        _("净收（元）"),
        _("收货人"),
        _("电话"),
        "openid",
        _("来源"),
        _("订单状态"),
        _("发货"),
        _("对账"),
    ]
    label = cache(_say_entrance)
    for entry in entries:
        order = entry.order
        costs = {line.kind: line.amount_fen for line in explain(order)}
        yield [
            order.created_at,
            order.paid_at,
            order.order_no,
            "；".join(_say_line(line) for line in order.lines),
            sum(line.quantity for line in order.lines),
            *(Yuan(costs.get(kind, 0)) for kind in CostKind),
            Yuan(order.total_fen),
            Yuan(entry.paid_fen),
            Yuan(entry.refund_fen),
            Yuan(entry.net_fen),
            mask_name(order.receiver),
            mask_phone(order.phone),
            short_openid(order.follower.openid),
            label(order.entrance),
            order_label(order),
            say_delivery(order),
            mark_label(entry.mark) if entry.mark else "",
        ]


def _say_line(line: OrderLine) -> str:
    options = f"（{line.options_label}）" if line.options_label else ""
    return f"{line.title}{options} × {line.quantity}"


def _say_entrance(entrance: Entrance | None) -> str:
    return entrance_label(entrance) if entrance else _("直接打开")
