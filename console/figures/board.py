"""What the page of figures shows of some days: rows for tables, and the same as drawings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from flask_babel import gettext as _

from app.catalog.models import Product
from app.catalog.service import list_all
from app.core.days import Days
from app.core.money import format_yuan
from app.figures.models import Share
from app.figures.reading import Figures
from app.figures.sums import MoneySums, ShareSums
from app.reconciliation.standing import Standing, Standings, read_standings
from console.figures.doors import Funnel, read_doors
from console.frame.charts import Bar, bars

HOURS = range(24)
BEST = 10
MOST_DAYS = 92  # that are shown day by day


@dataclass(frozen=True, slots=True)
class DayRow:
    """One day, or a month as far as it was chosen; `standing` says how far it can be trusted."""

    name: str  # `2026-11-30`, or `2026-11`
    days: Days
    sums: MoneySums
    standing: Standing


@dataclass(frozen=True, slots=True)
class ProductRow:
    """One product; None when it has been taken away since. `percent` of what the best one brought."""

    slug: str
    product: Product | None
    sums: ShareSums
    percent: int

    @property
    def title(self) -> str:
        """What it is called now."""
        return self.product.title if self.product else self.slug


@dataclass(frozen=True, slots=True)
class Board:
    """Days, hours, products and entrances of the same days, with their drawings."""

    total: MoneySums
    is_by_month: bool
    days: Sequence[DayRow]
    day_bars: Sequence[Bar]
    hours: Sequence[tuple[int, ShareSums]]
    hour_bars: Sequence[Bar]
    products: Sequence[ProductRow]  # the best first, all of them
    funnel: Funnel
    standings: Standings

    @property
    def best(self) -> Sequence[ProductRow]:
        """Those the page has room for."""
        return self.products[:BEST]


def read_board(days: Days) -> Board:
    """Everything about these days."""
    figures = Figures.of(days)
    money, by_hour = figures.money(), figures.shares(Share.HOUR)
    is_by_month = len(days) > MOST_DAYS
    spans = _months(days) if is_by_month else [(f"{day}", Days(day, day)) for day in days]
    standings = read_standings(days)
    day_rows = [
        DayRow(name, span, sum((money[day] for day in span if day in money), MoneySums()), standings.of(span))
        for name, span in spans
    ]
    hour_rows = [(hour, by_hour.get(str(hour), ShareSums())) for hour in HOURS]
    return Board(
        total=sum(money.values(), MoneySums()),
        is_by_month=is_by_month,
        days=day_rows[::-1],
        day_bars=bars([row.sums.received_fen for row in day_rows], [_say_day(row) for row in day_rows]),
        hours=hour_rows,
        hour_bars=bars([sums.orders for _hour, sums in hour_rows], [_say_hour(*row) for row in hour_rows]),
        products=_products(figures),
        funnel=read_doors(figures, days),
        standings=standings,
    )


def _months(days: Days) -> list[tuple[str, Days]]:
    months = ((name, list(of)) for name, of in groupby(days, key=_month_of))
    return [(name, Days(of[0], of[-1])) for name, of in months]


def _month_of(day: date) -> str:
    return f"{day:%Y-%m}"


def _products(figures: Figures) -> Sequence[ProductRow]:
    by_slug = figures.shares(Share.PRODUCT)
    known = {product.slug: product for product in list_all()}
    top = max((sums.fen for sums in by_slug.values()), default=0) or 1
    rows = [ProductRow(slug, known.get(slug), sums, sums.fen * 100 // top) for slug, sums in by_slug.items()]
    return sorted(rows, key=lambda row: (-row.sums.fen, -row.sums.pieces, row.slug))


def _say_day(row: DayRow) -> str:
    return str(_("%(day)s：¥%(yuan)s", day=row.name, yuan=format_yuan(row.sums.received_fen)))


def _say_hour(hour: int, sums: ShareSums) -> str:
    return str(_("%(hour)s 点：%(n)s 笔", hour=hour, n=sums.orders))
