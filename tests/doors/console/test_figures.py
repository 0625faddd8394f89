"""The figures' page: every number leads to its rows, and a table can be taken away."""

import re
from datetime import timedelta
from html import unescape
from io import BytesIO

import openpyxl
import pytest
from flask import Flask

from app.core import clock
from app.core.db import transaction
from app.orders.service import mark_paid
from app.payments.gateways.contract import RefundStatus
from app.payments.refunds.quote import Wish
from app.payments.refunds.sending import go_on
from tests.factories import make_follower, make_order, make_sku
from tests.fakes import FakeGateway
from tests.refunds import ask, make_paid_order
from tests.staff import Console

_LINK = re.compile(r'<a href="/console(/orders/\?[^"]*)">(\d+)</a>')


def test_every_number_leads_to_so_many_orders(app: Flask, console: Console) -> None:
    with app.app_context():
        sku, buyer = make_sku(stock=9), make_follower()
        for days in (7, 0, 0):
            with transaction():
                order = make_order(sku=sku, follower=buyer if days else None)
                mark_paid(order, paid_at=clock.now() - timedelta(days=days), cause="notification")
        make_order(sku=sku, follower=buyer)

    links = _LINK.findall(console.text("/figures/"))

    assert {number for _link, number in links} >= {"1", "2", "3"}
    assert {
        part for link, _n in links for part in ("by=paid", "hour=", "buyers=new", "product=") if part in link
    }
    for link, number in set(links):
        assert f"共 {number} 笔" in console.text(unescape(link)), link


def test_an_empty_shop_is_told_what_will_be_here(console: Console) -> None:
    page = console.text("/figures/")

    assert "这几天还没有收款" in page
    assert "暂计" in page


@pytest.mark.parametrize(
    ("table", "cells"),
    [
        ("days", "1,76.00,0.00,76.00,1,0,暂计"),
        ("hours", ",1,76.00"),
        ("products", "西湖龙井,1,1,68.00"),
        ("entrances", "直接打开,—,0,0,1,1,76.00"),
    ],
)
def test_a_table_can_be_taken_away(app: Flask, console: Console, table: str, cells: str) -> None:
    with app.app_context(), transaction():
        mark_paid(make_order(), paid_at=clock.now(), cause="notification")

    file = console.get(f"/figures/export.csv?table={table}&days=7")

    assert cells in file.get_data(as_text=True)


def test_a_workbook_holds_the_same_as_the_page_with_money_that_adds_up(app: Flask, console: Console) -> None:
    with app.app_context(), transaction():
        mark_paid(make_order(), paid_at=clock.now(), cause="notification")

    file = console.get("/figures/export.xlsx?table=days&days=7")

    rows = list(openpyxl.load_workbook(BytesIO(file.data)).active.iter_rows(values_only=True))
    assert rows[0][:5] == ("日期", "付款订单", "收款（元）", "退款（元）", "净收（元）")
    assert (1, 76, 0, 76, 1, 0) in [row[1:7] for row in rows]


def test_what_went_back_counts_on_its_day_and_leads_to_its_refunds(
    app: Flask, console: Console, gateway: FakeGateway
) -> None:
    with app.app_context():
        refund = ask(make_paid_order(gateway, sku=make_sku(price_fen=6800)), Wish(other_fen=3000))
        number = refund.out_refund_no
        go_on(refund.id, gateway)
        gateway.turn_refund(number, RefundStatus.DONE)
        go_on(refund.id, gateway, is_due=False)

    links = re.findall(r'href="/console(/refunds/\?[^"]*)"', console.text("/figures/"))
    table = console.get("/figures/export.csv?table=days").get_data(as_text=True)

    assert "76.00,30.00,46.00" in table
    assert links
    assert all(number in console.text(unescape(link)) for link in links)
    assert number not in console.text("/refunds/?tab=back&from=2026-01-01&to=2026-01-31")


def test_many_days_are_shown_by_month(console: Console, app: Flask) -> None:
    with app.app_context(), transaction():
        mark_paid(make_order(), paid_at=clock.now(), cause="notification")
    month = f"{clock.today():%Y-%m}"

    page = console.text(f"/figures/?from=2026-01-05&to={clock.today()}")

    assert "每月收款" in page
    assert f'<td class="cell-name">{month}</td>' in page
