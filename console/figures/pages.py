"""The figures' page: each number with its meaning and a way to the very rows; tables to take away."""

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext as _

from app.core.spreadsheets.writing import Row, Yuan
from app.figures.moments import Comparison, compare_today
from console.figures.board import Board, read_board
from console.figures.words import standing_colour, standing_label
from console.frame.chosen_days import read_days
from console.frame.csv_files import csv_file
from console.frame.sheets import hand_out

blueprint = Blueprint("figures", __name__, url_prefix="/figures")

NAME_WIDTH, NUMBER_WIDTH = 24, 12


@blueprint.get("/")
def index() -> str:
    """Today beside the same weekday, and the chosen days."""
    chosen = read_days()
    compared = compare_today()
    return render_template(
        "console/figures/index.html",
        chosen=chosen,
        span={"from": chosen.days.first, "to": chosen.days.last},
        board=read_board(chosen.days),
        compared=compared,
        before_span=_span_before(compared),
        standing_label=standing_label,
        standing_colour=standing_colour,
    )


@blueprint.get("/export.csv", defaults={"suffix": ".csv"})
@blueprint.get("/export.xlsx", defaults={"suffix": ".xlsx"})
def export(suffix: str) -> Response:
    """One table of the page, all rows of it: `?table=days`, `hours`, `products` or `entrances`."""
    days = read_days().days
    name = request.args.get("table", "")
    table = _TABLES.get(name, _days_table)
    name = name if name in _TABLES else "days"
    rows, file_name = table(read_board(days)), f"figures-{name}-{days.first}-{days.last}"
    if suffix == ".csv":
        return csv_file(file_name, rows)
    widths = (NAME_WIDTH, *[NUMBER_WIDTH] * (len(rows[0]) - 1))
    return hand_out(rows, widths=widths, name=f"{file_name}{suffix}")


def _span_before(compared: Comparison) -> dict[str, str]:
    day = compared.before.day.isoformat()
    return {"from": day, "to": day, "until": compared.until.isoformat()}


def _days_table(board: Board) -> list[Row]:
    heading = [_("日期"), _("付款订单"), _("收款（元）"), _("退款（元）"), _("净收（元）")]
    heading += [_("新买家"), _("老买家"), _("对账")]
    rows: list[Row] = [
        (
            row.name,
            row.sums.orders,
            Yuan(row.sums.received_fen),
            Yuan(row.sums.refunded_fen),
            Yuan(row.sums.net_fen),
            row.sums.new_buyers,
            row.sums.returning_buyers,
            standing_label(row.standing),
        )
        for row in board.days
    ]
    return [heading, *rows]


def _hours_table(board: Board) -> list[Row]:
    heading = (_("时段"), _("付款订单"), _("金额（元）"))
    return [heading, *((hour, sums.orders, Yuan(sums.fen)) for hour, sums in board.hours)]


def _products_table(board: Board) -> list[Row]:
    heading = (_("商品"), _("件数"), _("付款订单"), _("金额（元）"))
    rows = ((row.title, row.sums.pieces, row.sums.orders, Yuan(row.sums.fen)) for row in board.products)
    return [heading, *rows]


def _entrances_table(board: Board) -> list[Row]:
    heading = (_("来源"), _("消息"), _("打开"), _("看商品"), _("下单"), _("付款"), _("金额（元）"))
    rows = (
        (
            row.name,
            row.messages,
            row.steps.opened,
            row.steps.looked,
            row.steps.ordered,
            row.steps.paid,
            Yuan(row.steps.fen),
        )
        for row in board.funnel.rows
    )
    return [heading, *rows]


_TABLES = {
    "days": _days_table,
    "hours": _hours_table,
    "products": _products_table,
    "entrances": _entrances_table,
}
