"""Silent login inside WeChat, and what people see outside of it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.core.db import db
from app.entrances.models import Entrance, EntranceKind
from app.entrances.service import code_for
from app.followers.models import Follower
from app.orders.service import find_by_token
from tests.factories import make_sku
from tests.follower_phone import HOME, SAFARI, Phone, hidden, state_of

ROBBERS = [
    "https://evil.example/",
    "//evil.example/shop/",
    "/\\evil.example",
    "/shop//evil.example",
    "/shop/../console/",
    "/shop/%2e%2e/console/",
    "/shop/./orders",
    "/console/orders",
    "/shopping",
    "javascript:alert(1)",
    "/shop/orders\r\nSet-Cookie: a=b",
    "/shop/login?to=/shop/login",
    "/shop/api/pay/1",
    "/shop/orders?x=" + "a" * 700,
]


@pytest.fixture
def phone(app: Flask) -> Phone:
    return Phone(app)


def followers(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Follower)) or 0


def test_the_first_personal_page_logs_in_silently_and_comes_back_to_it(phone: Phone) -> None:
    guarded = phone.get("/shop/orders?tab=paid")
    sent_off = phone.get(guarded.location)
    back = phone.come_back(sent_off)

    assert "scope=snsapi_base" in sent_off.location
    assert "redirect_uri=https%3A%2F%2Fshop.example.cn%2Fshop%2Flogin%2Fcallback" in sent_off.location
    assert back.location == "/shop/orders?tab=paid"
    assert phone.get(back.location).status_code == 200


def test_public_pages_are_read_without_a_login(app: Flask, phone: Phone) -> None:
    with app.app_context():
        slug = make_sku().product.slug

    for path in ("/shop/", f"/shop/p/{slug}", "/shop/cart"):
        assert phone.get(path).status_code == 200
    assert followers(app) == 0


def test_a_state_is_letters_and_digits_and_never_the_same(phone: Phone) -> None:
    states = {state_of(phone.get("/shop/login")) for _ in range(3)}

    assert len(states) == 3
    assert all(state.isalnum() and state.isascii() and len(state) <= 128 for state in states)


def test_a_state_of_another_phone_logs_nobody_in(app: Flask, phone: Phone) -> None:
    robber = Phone(app, "oTeaShop_robber")
    sent_off = robber.get("/shop/login", to="/shop/orders")

    answer = phone.come_back(sent_off, code=phone.oauth.issue("oTeaShop_robber"))

    assert answer.location.startswith("https://open.example/")
    assert "follower" not in phone.session()
    assert followers(app) == 0


def test_a_state_is_good_for_ten_minutes(phone: Phone, advance: Callable[[timedelta], None]) -> None:
    sent_off = phone.get("/shop/login", to="/shop/orders")
    advance(timedelta(minutes=11))

    answer = phone.come_back(sent_off)

    assert answer.location.startswith("https://open.example/")
    assert "follower" not in phone.session()


def test_two_pages_may_log_in_side_by_side(phone: Phone) -> None:
    first = phone.get("/shop/login", to="/shop/orders")
    second = phone.get("/shop/login", to="/shop/addresses")

    assert phone.come_back(first).location == "/shop/orders"
    assert phone.come_back(second).location == "/shop/addresses"


@pytest.mark.parametrize("to", ROBBERS, ids=range(len(ROBBERS)))
def test_a_login_leads_nowhere_but_to_our_pages(phone: Phone, to: str) -> None:
    assert phone.come_back(phone.get("/shop/login", to=to)).location == "/shop/"


def test_who_is_logged_in_already_is_sent_on_without_wechat(phone: Phone) -> None:
    phone.log_in()

    assert phone.get("/shop/login", to="/shop/addresses").location == "/shop/addresses"


def test_a_login_begins_a_new_session(app: Flask, phone: Phone) -> None:
    with app.app_context():
        sku_id = make_sku().id
    phone.post("/shop/cart/add", sku=sku_id, quantity=2)
    planted = phone.client.get_cookie("xiaopu_follower", domain="shop.example.cn", path="/shop")
    assert planted is not None
    before = phone.session()

    phone.log_in()
    after = phone.session()

    assert "visitor" in before
    assert {"visitor", "csrf_token"} & set(after) == set()
    thief = Phone(app)
    thief.client.set_cookie("xiaopu_follower", planted.value, domain="shop.example.cn", path="/shop")
    assert thief.get("/shop/orders").status_code == 303


def test_what_was_put_in_the_cart_before_the_login_is_in_it_afterwards(app: Flask, phone: Phone) -> None:
    with app.app_context():
        sku_id = make_sku(title="白毫银针").id
    phone.post("/shop/cart/add", sku=sku_id, quantity=2)

    phone.log_in()

    assert "白毫银针" in phone.get("/shop/cart").text


def test_a_follower_who_is_gone_from_the_books_logs_in_again(app: Flask, phone: Phone) -> None:
    phone.log_in()
    with app.app_context():
        db.session.delete(db.session.scalars(select(Follower)).one())
        db.session.commit()

    assert phone.get("/shop/orders").location.startswith("/shop/login?")


def test_a_snapshot_visitor_is_stored_nowhere_and_asked_when_buying(app: Flask, phone: Phone) -> None:
    with app.app_context():
        sku = make_sku()
        sku_id, slug = sku.id, sku.product.slug
    sent_off = phone.get("/shop/login", to=f"/shop/checkout?sku={sku_id}&quantity=1")

    back = phone.come_back(sent_off, is_snapshot=True)
    page = phone.get(back.location)

    assert page.status_code == 403
    assert "使用完整服务" in page.text
    assert phone.get(f"/shop/p/{slug}").status_code == 200
    assert phone.get("/shop/cart").status_code == 200
    assert followers(app) == 0


def test_a_snapshot_visitor_who_asked_for_the_full_service_can_buy(app: Flask, phone: Phone) -> None:
    phone.come_back(phone.get("/shop/login", to="/shop/orders"), is_snapshot=True)

    phone.log_in()

    assert phone.get("/shop/orders").status_code == 200
    assert followers(app) == 1


def test_outside_wechat_a_personal_page_says_what_to_do(app: Flask) -> None:
    with app.app_context():
        sku_id = make_sku().id
        code = code_for(EntranceKind.SHARE, "x", "分享")
    browser = Phone(app, agent=SAFARI)
    browser.get(f"/shop/?e={code}")

    page = browser.get(f"/shop/checkout?sku={sku_id}&quantity=1")

    assert page.status_code == 403
    assert f"https://shop.example.cn/shop/checkout?sku={sku_id}&amp;quantity=1&amp;e={code}" in page.text
    assert 'src="data:image/svg+xml;base64,' in page.text
    assert followers(app) == 0


def test_a_script_without_a_login_is_told_so(phone: Phone) -> None:
    answer = phone.post("/shop/api/addresses", userName="x")

    assert answer.status_code == 401
    assert answer.get_json()["login"].startswith("/shop/login")


def test_the_last_entrance_counts_for_seven_days(
    app: Flask, phone: Phone, advance: Callable[[timedelta], None]
) -> None:
    with app.app_context():
        sku_id = make_sku().id
        first = code_for(EntranceKind.MENU, "1", "菜单")
        last = code_for(EntranceKind.KEYWORD, "茶", "关键词：茶")
    for code in (first, last, "NOBODY", "<script>"):
        phone.get("/shop/", e=code)
    phone.log_in()

    assert entrance_of_next_order(app, phone, sku_id, "first") == "关键词：茶"
    advance(timedelta(days=8))
    assert entrance_of_next_order(app, phone, sku_id, "second") is None


def entrance_of_next_order(app: Flask, phone: Phone, sku_id: int, name: str) -> str | None:
    phone.post("/shop/addresses/new", **HOME)
    token = f"token-of-the-{name}-checkout"
    page = phone.get("/shop/checkout", sku=sku_id, quantity=1, t=token)
    answer = phone.post(
        "/shop/checkout",
        t=token,
        item=f"{sku_id}:1",
        address=hidden(page, "address"),
        seen_total_fen=hidden(page, "seen_total_fen"),
        terms=hidden(page, "terms"),
    )
    assert answer.status_code == 303
    with app.app_context():
        follower = db.session.scalars(select(Follower)).one()
        order = find_by_token(follower.id, token)
        assert order is not None
        entrance = db.session.get(Entrance, order.entrance_id) if order.entrance_id else None
        return entrance.label if entrance else None
