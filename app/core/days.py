"""Beijing days inside SQL, and spans of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from app.core import clock


@dataclass(frozen=True, slots=True)
class Days:
    """Beijing days from `first` to `last`, both of them included."""

    first: date
    last: date

    @classmethod
    def until_today(cls, number: int) -> "Days":
        """The last `number` days, today among them."""
        today = clock.today()
        return cls(today - timedelta(days=number - 1), today)

    def __iter__(self) -> Iterator[date]:
        return (self.first + timedelta(days=number) for number in range(len(self)))

    def __len__(self) -> int:
        return (self.last - self.first).days + 1

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.first <= day <= self.last

    def hold(self, moment: Any) -> ColumnElement[bool]:
        """The condition that a column of moments falls into these days."""
        start = datetime.combine(self.first, time(), clock.BEIJING)
        end = datetime.combine(self.last + timedelta(days=1), time(), clock.BEIJING)
        return (moment >= start) & (moment < end)  # type: ignore[no-any-return]


class beijing_day(FunctionElement[date]):
    """`beijing_day(Order.created_at)`: the day a moment falls on."""

    type = Date()
    inherit_cache = True


@compiles(beijing_day, "sqlite")
def _on_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    # Moments are kept in UTC; Beijing has been eight hours ahead without a change since 1991.
    return f"date({compiler.process(element.clauses, **options)}, '+8 hours')"


@compiles(beijing_day, "postgresql")
def _on_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    return f"date(timezone('Asia/Shanghai', {compiler.process(element.clauses, **options)}))"


class beijing_hour(FunctionElement[int]):
    """`beijing_hour(Order.paid_at)`: the hour of the day a moment falls into, 0 to 23."""

    type = Integer()
    inherit_cache = True


@compiles(beijing_hour, "sqlite")
def _hour_on_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return f"CAST(strftime('%H', {compiler.process(element.clauses, **options)}, '+8 hours') AS INTEGER)"


@compiles(beijing_hour, "postgresql")
def _hour_on_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    moment = compiler.process(element.clauses, **options)
    return f"CAST(EXTRACT(HOUR FROM timezone('Asia/Shanghai', {moment})) AS INTEGER)"
