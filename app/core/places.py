"""Places in a long list: where one page ends and the next begins, so that the last page is as quick as the first.

A place names the sort value and the number of a row, and on which side of it the page lies.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, tuple_

from app.core import clock
from app.core.db import UtcDateTime, db

_EPOCH = clock.from_timestamp(0)
LARGEST_VALUE, LARGEST_ID = 10**17, 2**63 - 1

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class PlacedPage(Generic[Row]):
    """One page; `newer` and `older` are the places of the pages beside it, empty where there is none."""

    rows: Sequence[Row]
    newer: str
    older: str


def read_page(query: Select[Any], place: str, *, sort: Any, number: Any, per_page: int) -> PlacedPage[Any]:
    """The page of `query` at `place`, as another page named it; a place that cannot be read is the first page.

    `sort` is the column it is sorted by, highest first (whole numbers or moments), `number` its row's id.
    """
    goes_back, edge = read_place(place)
    is_moment = isinstance(sort.type, UtcDateTime)
    key = tuple_(sort, number)
    if edge is not None:
        at = (_moment(edge[0]) if is_moment else edge[0], edge[1])
        query = query.where(key > at) if goes_back else query.where(key < at)
    order = (sort, number) if goes_back else (sort.desc(), number.desc())
    found = list(db.session.scalars(query.order_by(*order).limit(per_page + 1)))
    has_more, rows = len(found) > per_page, found[:per_page]
    if goes_back:
        rows.reverse()
    has_newer = has_more if goes_back else edge is not None
    has_older = bool(rows) if goes_back else has_more
    return PlacedPage(
        rows,
        newer=_write("b", rows[0], sort.key) if has_newer and rows else "",
        older=_write("a", rows[-1], sort.key) if has_older and rows else "",
    )


def read_place(place: str) -> tuple[bool, tuple[int, int] | None]:
    """Whether the page lies before the edge, and the edge: sort value and number; None when it is no place."""
    direction, (value, dash, number) = place[:1], place[1:].partition("-")
    is_ours = direction in ("a", "b") and dash and len(place) < 40 and place.isascii()
    if not is_ours or not (value.isdecimal() and number.isdecimal()):
        return False, None
    if int(value) > LARGEST_VALUE or int(number) > LARGEST_ID:
        return False, None
    return direction == "b", (int(value), int(number))


def _write(direction: str, row: Any, name: str) -> str:
    value = getattr(row, name)
    if isinstance(value, datetime):
        value = (value - _EPOCH) // timedelta(microseconds=1)
    return f"{direction}{value}-{row.id}"


def _moment(value: int) -> datetime:
    return _EPOCH + timedelta(microseconds=value)
