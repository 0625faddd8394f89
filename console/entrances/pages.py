"""Where visits and orders came from: by entrance, by day, down to the very orders."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext as _

from app.core.days import Days
from app.core.money import format_yuan
from app.entrances.models import Entrance, EntranceKind
from app.entrances.service import get_entrance, list_entrances
from app.orders.by_entrance import (
    DayFigures,
    Figures,
    figures_by_entrance,
    figures_of_entrance,
    total,
    visitors_by_entrance,
)
from console.frame.charts import bars, sparkline
from console.frame.chosen_days import read_days
from console.frame.csv_files import csv_file
from console.frame.entrance_labels import entrance_label, kind_label, names_of

blueprint = Blueprint("entrances", __name__, url_prefix="/entrances")


@dataclass(frozen=True, slots=True)
class EntranceRow:
    """One line of the table; without an entrance: whoever came by no link of ours."""

    entrance: Entrance | None
    name: str
    figures: Figures
    line: str  # visits day by day, as points

    @property
    def kind(self) -> str:
        """Empty for the line without an entrance."""
        return self.entrance.kind if self.entrance else ""


@blueprint.get("/")
def index() -> str:
    """The table; days and kind stand in the address."""
    chosen = read_days()
    rows = _rows(chosen.days)
    kinds = [kind for kind in EntranceKind if any(row.kind == kind for row in rows)]
    wanted = request.args.get("kind", "")
    shown = [row for row in rows if row.kind == wanted] if wanted in kinds else rows
    return render_template(
        "console/entrances/index.html",
        chosen=chosen,
        rows=shown,
        kinds=kinds,
        kind=wanted if wanted in kinds else "",
        sum=sum((row.figures for row in shown), Figures()),
    )


@blueprint.get("/export.csv")
def export() -> Response:
    """The whole table of these days, to take away."""
    days = read_days().days
    heading = (
        _("类型"), _("名称"), _("进店次数"), _("访客"), _("下单"), _("付款"), _("收入（元）"),
    )  # fmt: skip
    rows = [
        (
            kind_label(row.kind) if row.kind else "",
            row.name,
            row.figures.visits,
            row.figures.visitors,
            row.figures.orders,
            row.figures.paid,
            format_yuan(row.figures.revenue_fen).replace(",", ""),
        )
        for row in _rows(days)
    ]
    return csv_file(f"entrances-{days.first}-{days.last}", [heading, *rows])


@blueprint.get("/<int:entrance_id>")
def detail(entrance_id: int) -> str:
    """One entrance, day by day."""
    entrance, chosen = get_entrance(entrance_id), read_days()
    by_day = figures_of_entrance(entrance_id, chosen.days)
    each_day = [(day, by_day.get(day, Figures())) for day in chosen.days]
    words = [_("%(day)s：%(n)s 次", day=f"{day:%m-%d}", n=figures.visits) for day, figures in each_day]
    return render_template(
        "console/entrances/detail.html",
        entrance=entrance,
        title=entrance_label(entrance),
        chosen=chosen,
        sum=total(by_day, visitors_by_entrance(chosen.days).get(entrance_id, 0)),
        bars=bars([figures.visits for _day, figures in each_day], words),
        each_day=each_day[::-1],
    )


def _rows(days: Days) -> Sequence[EntranceRow]:
    """What brought most money first."""
    found = figures_by_entrance(days)
    entrances = list_entrances([number for number in found if number is not None])
    names = names_of(entrances)
    visitors = visitors_by_entrance(days)
    rows = [_row(each, names[each.id], found[each.id], days, visitors.get(each.id, 0)) for each in entrances]
    if None in found:
        rows.append(_row(None, _("直接打开"), found[None], days, 0))
    return sorted(rows, key=lambda row: (-row.figures.revenue_fen, -row.figures.orders, -row.figures.visits))


def _row(entrance: Entrance | None, name: str, by_day: DayFigures, days: Days, visitors: int) -> EntranceRow:
    visits = [by_day[day].visits if day in by_day else 0 for day in days]
    return EntranceRow(entrance, name, total(by_day, visitors), sparkline(visits) if entrance else "")
