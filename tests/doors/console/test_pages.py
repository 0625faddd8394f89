"""The console's other pages: overview, products, alerts, pictures, languages, errors."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from app.alerts.service import raise_alert
from app.catalog.models import ProductState
from app.core import clock
from app.core.db import transaction
from app.orders.service import mark_paid
from console import overview
from tests.factories import make_order, make_sku
from tests.staff import Console, open_console


def pay_one(app: Flask) -> None:
    with app.app_context():
        order = make_order()
        with transaction():
            mark_paid(order, paid_at=clock.now(), cause="notification")


def counts(page: str) -> list[str]:
    """The overview's orders of today, parcels to ship and open alerts."""
    return [part.partition("<")[0] for part in page.split('<div class="figure-number">')[2:]]


def test_the_overview_counts_today_in_beijing(
    app: Flask, console: Console, advance: Callable[[timedelta], None]
) -> None:
    pay_one(app)
    pay_one(app)
    with app.app_context():
        make_order()
        raise_alert("refund_due", "7")

    page = console.text("/")
    assert "¥</span>152.00" in page
    assert counts(page) == ["3", "2", "1"]

    advance(timedelta(hours=13, minutes=59))  # 23:59 of the same day
    assert "¥</span>152.00" in console.text("/")
    advance(timedelta(minutes=2))  # the next day; the console's own idle limit is reached as well
    page = open_console(app).text("/")
    assert "¥</span>0.00" in page
    assert counts(page) == ["0", "2", "1"]


def test_an_empty_shop_teaches(console: Console) -> None:
    assert "还没有订单" in console.text("/")
    assert "还没有订单" in console.text("/orders/")
    assert "还没有商品" in console.text("/products/")
    assert "没有要处理的事" in console.text("/alerts/")


def test_products_show_price_stock_and_state(app: Flask, console: Console) -> None:
    with app.app_context():
        make_sku(price_fen=6800, stock=3, title="正山小种")
        make_sku(price_fen=19900, stock=70, title="青瓷盖碗")
        with transaction() as session:
            session.merge(make_sku(title="老茶头").product).state = ProductState.OFF_SALE

    page = console.text("/products/")

    for words in ("正山小种", "68.00", "快没货", "在售", "青瓷盖碗", "199.00", "70", "老茶头", "已下架"):
        assert words in page


def test_an_alert_is_done_once_and_the_second_learns_by_whom(app: Flask, console: Console) -> None:
    with app.app_context():
        raise_alert("refund_due", "7", order_no="20261121")
    other = open_console(app, "xiaolin")
    page = console.text("/alerts/")
    assert "收到一笔多余、过迟或旧价的付款" in page
    assert "/console/orders/20261121" in page

    console.post("/alerts/1/close")
    other.post("/alerts/1/close")

    page = other.text("/alerts/")
    assert "owner 已于" in page
    assert "没有要处理的事" in page
    assert "最近处理过的" in page
    for number in (99, 2**63 - 1, 2**70):
        assert console.post(f"/alerts/{number}/close").status_code == 404


def test_the_navigation_counts_open_alerts(app: Flask, console: Console) -> None:
    assert 'data-badge="alerts" hidden>0</span>' in console.text("/")
    with app.app_context():
        raise_alert("refund_due", "7")

    assert 'data-badge="alerts">1</span>' in console.text("/orders/")


def test_everything_in_the_navigation_opens(console: Console) -> None:
    page = console.text("/")

    paths = [part.partition('"')[0] for part in page.split('class="nav-link" href="/console')[1:]]
    assert len(paths) >= 5
    for path in paths:
        console.text(path)


def test_pictures_are_for_staff_and_come_from_the_media_folder_alone(app: Flask, console: Console) -> None:
    media = Path(app.config["MEDIA_DIR"])
    media.mkdir(parents=True)
    (media / "tea.jpg").write_bytes(b"a picture")
    (media.parent / "secret.txt").write_text("not for the web")

    assert console.get("/media/tea.jpg").data == b"a picture"
    assert console.get("/media/tea.jpg").headers["Cache-Control"].startswith("private")
    for path in ("/media/../secret.txt", "/media/..%2fsecret.txt", "/media//etc/passwd", "/media/none.jpg"):
        assert console.get(path).status_code in (302, 308, 404)
        assert (
            b"not for the web"
            not in console.client.get(f"/console{path}", follow_redirects=True, buffered=True).data
        )
    assert Console(app).get("/media/tea.jpg").status_code == 302


def test_the_language_is_kept_in_a_cookie(app: Flask, console: Console) -> None:
    answer = console.post("/language", lang="en", next="/console/orders/?state=paid")

    assert answer.location == "/console/orders/?state=paid"
    cookie = console.client.get_cookie("lang")
    assert cookie is not None
    assert cookie.value == "en"
    assert '<html lang="en">' in console.text("/")
    console.post("/language", lang="zh")
    assert '<html lang="zh-CN">' in console.text("/")


def test_a_language_we_do_not_speak_is_refused(console: Console) -> None:
    assert console.post("/language", lang="xx").status_code == 400


@pytest.mark.parametrize(
    "path", ["/", "/orders/", "/products/", "/alerts/", "/account/", "/orders/?q=1", "/x"]
)
def test_in_english_no_chinese_is_left(app: Flask, path: str) -> None:
    page = open_console(app, language="en").get(path).get_data(as_text=True)

    assert '<html lang="en">' in page
    assert set(re.findall(r"[\u4e00-\u9fff]+", page)) <= {"中文", "语言"}


def test_an_order_reads_in_english(app: Flask) -> None:
    pay_one(app)
    console = open_console(app, language="en")

    page = console.text(
        console.text("/orders/").partition('class="order-no" href="/console')[2].partition('"')[0]
    )

    for words in ("To ship", "Mark as shipped", "SF Express", "Order placed", "Opened directly"):
        assert words in page


def test_the_login_page_speaks_both_languages(app: Flask) -> None:
    assert '<html lang="en">' in Console(app, language="en").text("/login")
    assert "登录商家后台" in Console(app).text("/login")


def test_a_stale_form_is_explained_in_the_consoles_clothes(console: Console) -> None:
    answer = console.post("/alerts/1/close", csrf_token="stale")

    assert answer.status_code == 400
    assert "您填的内容还在" in answer.get_data(as_text=True)


def test_a_crash_shows_a_page_without_details(
    app: Flask, console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down() -> None:
        raise RuntimeError("password=hunter2")

    monkeypatch.setattr(overview, "compare_today", break_down)
    app.config["PROPAGATE_EXCEPTIONS"] = False

    answer = console.get("/")

    page = answer.get_data(as_text=True)
    assert answer.status_code == 500
    assert "出错了" in page
    assert "hunter2" not in page


def test_the_404_page_is_the_consoles_own_and_only_for_staff(app: Flask, console: Console) -> None:
    assert "回到总览" in console.get("/no/such/page").get_data(as_text=True)
    assert Console(app).get("/no/such/page").location.startswith("/console/login")


def test_a_static_file_of_an_older_version_is_not_kept_for_long(console: Console) -> None:
    answer = console.get("/static/console.css?v=old")

    assert answer.headers["Cache-Control"] == "public, max-age=300"


def test_a_static_file_that_is_not_there_is_not_kept(console: Console) -> None:
    assert console.get("/static/none.css?v=missing").headers["Cache-Control"] == "no-store"


def test_a_static_file_with_its_version_may_be_kept_for_a_year(console: Console) -> None:
    page = console.text("/")
    address = page.partition('href="/console/static/console.css?')[2].partition('"')[0]

    answer = console.get(f"/static/console.css?{address}")

    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "immutable" not in console.get("/static/console.css").headers["Cache-Control"]
    assert "Set-Cookie" not in answer.headers
