"""The journal for the accountant: gross, fee, net and settlement of every row of the bills, by the worker."""

from collections.abc import Iterator
from datetime import date

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.core import clock
from app.core.days import Days
from app.core.long_jobs.running import Run, register
from app.core.spreadsheets.writing import Row, Yuan
from app.payments.gateways.names import name_gateway
from app.reconciliation.journal import JournalEntry, sum_journal
from app.reconciliation.journal import export_journal as every_entry
from app.reconciliation.models import RowKind
from app.reconciliation.words import say_rate
from console.bills.pages import blueprint
from console.frame.long_jobs import begin
from console.frame.sheets import wanted_suffix, write_away

KIND = "bills_journal"
LONGEST_DAYS = 366
WIDTHS = (12, 20, 10, 8, 22, 32, 32, 34, 12, 12, 12, 12, 8, 14)


@blueprint.post("/journal")
def export_journal() -> Response:
    """The rows of some days, by the worker."""
    days = _read_days()
    if days is None:
        flash(_("请选择开始和结束日期，最多一年。"), "danger")
        return redirect(url_for("console.bills.index"))
    suffix = wanted_suffix()
    name = f"{_('收款明细')}-{days.first:%Y%m%d}-{days.last:%Y%m%d}"
    title = _("导出收款明细")
    span = {"first": days.first.isoformat(), "last": days.last.isoformat()}
    return begin(KIND, title=title, file_name=f"{name}{suffix}", suffix=suffix, **span)


@register(KIND)
def write_journal(run: Run) -> None:
    """Write every row of the bills of these days."""
    days = Days(date.fromisoformat(str(run.args["first"])), date.fromisoformat(str(run.args["last"])))
    entries = run.counted(every_entry(days, actor=run.owner), total=sum_journal(days).rows)
    write_away(run, _rows(entries), widths=WIDTHS)


def _rows(entries: Iterator[JournalEntry]) -> Iterator[Row]:
    yield [
        _("账单日期"),
        _("交易时间"),
        _("支付方式"),
        _("类型"),
        _("订单号"),
        _("商户单号"),
        _("支付单号"),
        _("退款单号"),
        _("交易金额（元）"),
        _("结算金额（元）"),
        _("手续费（元）"),
        _("净额（元）"),
        _("费率"),
        _("账单状态"),
    ]
    for entry in entries:
        row = entry.row
        yield [
            entry.bill.day,
            row.at,
            name_gateway(entry.bill.gateway),
            _("退款") if row.kind == RowKind.REFUND else _("付款"),
            entry.order_no,
            row.out_trade_no,
            row.transaction_id,
            row.out_refund_no or "",
            Yuan(entry.gross_fen),
            Yuan(entry.settled_fen),
            Yuan(row.fee_fen),
            Yuan(entry.net_fen),
            say_rate(row.rate_ppm),
            row.status,
        ]


def _read_days() -> Days | None:
    try:
        first, last = (date.fromisoformat(request.form.get(name, "")) for name in ("from", "to"))
    except ValueError:
        return None
    days = Days(min(first, last), min(max(first, last), clock.today()))
    return days if 0 < len(days) <= LONGEST_DAYS else None
