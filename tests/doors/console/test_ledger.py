"""The order ledger's page: totals that lead to their rows, and the export of exactly what is shown."""

import csv
from datetime import UTC, datetime, timedelta
from io import BytesIO, StringIO

import openpyxl
import pytest
from flask import Flask

from app.core import clock, outbox
from app.core.db import transaction
from app.orders.service import mark_paid
from app.tasks import LONG_HANDLERS
from tests.factories import make_order, make_sku
from tests.staff import Console

PAID_AT = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)  # on the 21st in Beijing


@pytest.fixture
def orders(app: Flask) -> dict[str, str]:
    """Numbers of one paid order, and of one that waits for money."""
    with app.app_context():
        sku = make_sku(stock=9, title="=HYPERLINK(1)")
        paid, unpaid = make_order(sku=sku), make_order(sku=sku)
        with transaction():
            mark_paid(paid, paid_at=PAID_AT, cause="notification")
        return {"paid": paid.order_no, "unpaid": unpaid.order_no}


def test_each_total_leads_to_its_rows(console: Console, orders: dict[str, str]) -> None:
    page = console.text("/orders/?q=13800001234")

    assert "money=came" in page
    assert "q=13800001234&amp;money=came" in page or "money=came&amp;q=13800001234" in page
    came, goes_back = console.text("/orders/?money=came"), console.text("/orders/?money=goes_back")
    assert orders["paid"] in came
    assert orders["unpaid"] not in came
    assert "没有找到订单" in goes_back


def test_what_the_page_shows_is_what_the_file_holds(
    app: Flask, console: Console, orders: dict[str, str]
) -> None:
    answer = console.post("/orders/export?state=paid", format=".xlsx")
    work_on(app)

    file = console.get(f"{answer.location.removeprefix('/console')}/file")
    rows = list(openpyxl.load_workbook(BytesIO(file.data)).active.iter_rows(values_only=True))
    assert [row[2] for row in rows] == ["订单号", orders["paid"]]
    line = rows[1]
    assert rows[0][:2] == ("下单时间", "付款时间")
    assert line[1] == PAID_AT.astimezone(clock.BEIJING).replace(tzinfo=None)
    assert line[3:11] == ("=HYPERLINK(1)（50g） × 1", 1, 68, 0, 0, 0, 8, 76)
    assert line[11:15] == (76, 0, 76, "王**")
    assert line[15:20] == ("138****1234", line[16], "直接打开", "待发货", "待发货")
    assert "…" in line[16]


def test_the_csv_calculates_nothing(app: Flask, console: Console, orders: dict[str, str]) -> None:
    answer = console.post("/orders/export", format=".csv")
    work_on(app)

    file = console.get(f"{answer.location.removeprefix('/console')}/file")
    rows = list(csv.reader(StringIO(file.data.decode("utf-8-sig"))))
    assert [row[2] for row in rows[1:]] == [orders["unpaid"], orders["paid"]]
    assert rows[1][3].startswith("'=HYPERLINK")


def work_on(app: Flask) -> None:
    with app.app_context():
        outbox.run_due(LONG_HANDLERS, lease=timedelta(seconds=60))
