"""Where visits and orders came from, in the console: the table, one entrance, its orders, the download."""

import csv
from io import StringIO

import pytest
from flask import Flask

from app.core import clock
from app.core.db import transaction
from app.entrances.models import EntranceKind
from app.entrances.service import code_for, find_by_code
from app.entrances.visits import record_visit
from app.orders.models import Order
from tests.factories import make_order, make_sku
from tests.staff import Console

BAD = "<b>黑客</b>\"'&"


def make_entrance(app: Flask, ref: str = "7", label: str = "关键词：茶") -> int:
    """An entrance two visitors came by."""
    with app.app_context():
        entrance = find_by_code(code_for(EntranceKind.KEYWORD, ref, label))
        assert entrance is not None
        for mark in ("ann", "bob"):
            record_visit(entrance.id, mark, clock.today())
        return entrance.id


def buy_by(app: Flask, entrance_id: int | None) -> str:
    """A paid order of 76 yuan; returns its number."""
    with app.app_context():
        order = make_order(sku=make_sku())
        with transaction() as session:
            row = session.get_one(Order, order.id)
            row.entrance_id, row.paid_at = entrance_id, clock.now()
        return order.order_no


def test_the_table_goes_from_visits_to_money_and_down_to_the_orders(app: Flask, console: Console) -> None:
    entrance_id = make_entrance(app)
    wanted, other = buy_by(app, entrance_id), buy_by(app, None)

    page = console.text("/entrances/")

    for words in ("茶</a>", "关键词", "直接打开", "76.00", "152.00"):
        assert words in page
    link = page.partition('href="/console/orders/?entrance=')[2].partition('"')[0].replace("&amp;", "&")
    orders = console.text(f"/orders/?entrance={link}")
    assert wanted in orders
    assert other not in orders
    assert "只看来源：关键词：茶" in orders


def test_orders_by_no_link_of_ours_can_be_seen_apart(app: Flask, console: Console) -> None:
    by_link, direct = buy_by(app, make_entrance(app)), buy_by(app, None)

    page = console.text("/orders/?entrance=0")

    assert direct in page
    assert by_link not in page
    assert '待付款 <span class="tab-count">1</span>' in page


def test_orders_of_other_days_are_left_out(app: Flask, console: Console) -> None:
    entrance_id = make_entrance(app)
    buy_by(app, entrance_id)

    page = console.text(f"/orders/?entrance={entrance_id}&from=2020-01-01&to=2020-01-31")

    assert "没有找到订单" in page
    assert "2020-01-01" in page and "2020-01-31" in page


@pytest.mark.parametrize(
    "query",
    ["days=x", "from=2026-13-01&to=x", "from=0001-01-01&to=9999-12-31", "days=-1", "kind=x", "kind=menu"],
)
def test_nonsense_in_the_address_shows_the_last_month(app: Flask, console: Console, query: str) -> None:
    make_entrance(app)

    assert "近 30 天" in console.text(f"/entrances/?{query}")


@pytest.mark.parametrize("number", ["999", "x", "-1", "9" * 18, "9" * 40])
def test_an_entrance_nobody_made_does_no_harm(app: Flask, console: Console, number: str) -> None:
    buy_by(app, None)

    assert console.get(f"/orders/?entrance={number}").status_code == 200
    assert console.get(f"/entrances/{number}").status_code == 404


def test_one_entrance_is_shown_day_by_day(app: Flask, console: Console) -> None:
    entrance_id = make_entrance(app)
    buy_by(app, entrance_id)

    page = console.text(f"/entrances/{entrance_id}?days=7")

    assert "关键词：茶" in page
    assert page.count("次</title>") == 7
    assert f"<title>{clock.today():%m-%d}：2 次</title>" in page


def test_the_download_holds_the_same_and_no_formula(app: Flask, console: Console) -> None:
    buy_by(app, make_entrance(app))
    make_entrance(app, "8", '=HYPERLINK("http://evil.example")')
    make_entrance(app, "9", BAD)

    answer = console.get("/entrances/export.csv")

    assert answer.headers["Content-Disposition"].startswith("attachment")
    rows = list(csv.reader(StringIO(answer.get_data(as_text=True).lstrip("\ufeff"))))
    assert rows[:2] == [
        ["类型", "名称", "进店次数", "访客", "下单", "付款", "收入（元）"],
        ["关键词", "茶", "2", "2", "1", "1", "76.00"],
    ]
    assert {row[1] for row in rows[2:]} == {'\'=HYPERLINK("http://evil.example")', BAD}


def test_names_by_enemies_stay_text(app: Flask, console: Console) -> None:
    entrance_id = make_entrance(app, "8", BAD)
    buy_by(app, entrance_id)

    for path in ("/entrances/", f"/entrances/{entrance_id}", f"/orders/?entrance={entrance_id}"):
        page = console.text(path)
        assert "<b>黑客" not in page
        assert "&lt;b&gt;黑客" in page


def test_nothing_yet_teaches(console: Console) -> None:
    assert "这几天还没有人从链接进店" in console.text("/entrances/")
