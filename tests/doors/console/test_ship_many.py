"""Shipping many orders by a spreadsheet: looked at first, done by the worker, harmless twice."""

from datetime import timedelta
from io import BytesIO

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import func, select

from app.core import clock, outbox
from app.core.db import db, transaction
from app.core.outbox import OutboxJob
from app.orders.models import Shipment
from app.orders.service import mark_paid
from app.tasks import LONG_HANDLERS
from tests.factories import make_order, make_sku
from tests.staff import Console


@pytest.fixture
def paid(app: Flask) -> list[str]:
    """Numbers of three orders that wait to be shipped."""
    with app.app_context():
        sku = make_sku(stock=9)
        orders = [make_order(sku=sku) for _number in range(3)]
        with transaction():
            for order in orders:
                mark_paid(order, paid_at=clock.now(), cause="notification")
        return [order.order_no for order in orders]


def hand_in(console: Console, *lines: str) -> str:
    """Upload a CSV; returns where it leads."""
    text = "\n".join(["订单号,快递公司,运单号", *lines])
    answer = console.post("/orders/shipping/", sheet=(BytesIO(text.encode()), "a.csv"))
    return answer.location.removeprefix("/console")


def work_on(app: Flask) -> None:
    with app.app_context():
        outbox.run_due(LONG_HANDLERS, lease=timedelta(seconds=60))


def count_parcels(app: Flask) -> tuple[int, int]:
    """Parcels, and notices of them."""
    with app.app_context():
        jobs = db.session.scalars(select(OutboxJob.args).where(OutboxJob.kind == "send_notice")).all()
        told = sum(1 for args in jobs if args["notice"] == "shipped")
        return db.session.scalar(select(func.count()).select_from(Shipment)) or 0, told


def test_every_row_is_judged_before_anything_leaves(app: Flask, console: Console, paid: list[str]) -> None:
    path = hand_in(
        console,
        f"{paid[0]},顺丰,sf 111111",
        f"{paid[0]},顺丰,SF222222",
        f"{paid[1]},飞毛腿,FM111111",
        f"{paid[2]},中通,",
        "20260101,中通,ZT111111",
    )

    page = console.text(path)

    for words in (
        "顺丰速运 SF111111，1 件",
        "这个订单上面已有一行",
        "不认识快递公司「飞毛腿」",
        "没有填运单号",
        "没有订单「20260101」",
        "1 行可以发货，4 行不发",
    ):
        assert words in page
    assert count_parcels(app) == (0, 0)


def test_a_confirmed_sheet_ships_once_however_often(app: Flask, console: Console, paid: list[str]) -> None:
    path = hand_in(console, f"{paid[0]},顺丰,SF111111", f"{paid[1]},中通,ZT111111", f"{paid[2]},x,SF333333")

    jobs = []
    for _time in range(2):
        jobs.append(console.post(path).location.removeprefix("/console"))
        work_on(app)

    assert count_parcels(app) == (2, 2)
    first, second = (console.text(job) for job in jobs)
    assert first.count(">已发货<") == 2
    assert "A4" in first
    assert second.count(">已经发过<") == 2


def test_the_template_lists_what_waits_and_nothing_personal(console: Console, paid: list[str]) -> None:
    book = openpyxl.load_workbook(BytesIO(console.get("/orders/shipping/template.xlsx").data))

    rows = list(book.active.iter_rows(values_only=True))
    assert [row[0] for row in rows] == ["订单号", *paid]
    assert "王小茶" not in str(rows)


@pytest.mark.parametrize("sheet", [b"", b"\xd0\xcf\x11\xe0old", b"a,b\n1,2", b"PK\x03\x04nothing"])
def test_a_file_that_is_no_such_sheet_is_refused_in_a_sentence(console: Console, sheet: bytes) -> None:
    answer = console.post("/orders/shipping/", sheet=(BytesIO(sheet), "a.xlsx"))

    assert answer.location == "/console/orders/shipping/"
    assert "alert-danger" in console.text("/orders/shipping/")


@pytest.mark.parametrize("name", ["nothing", "A" * 43, "..%2f..%2fetc%2fpasswd"])
def test_a_sheet_that_is_not_there_is_not_found(console: Console, name: str) -> None:
    assert console.get(f"/orders/shipping/{name}").status_code == 404
    assert console.post(f"/orders/shipping/{name}").status_code == 404
