"""The story: a word in the chat, a card, a product, an address, money, a paid order; and what may come between."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.journeys.phone import Phone
from tests.journeys.town import Town

OpenWindow = Callable[..., Page]


def test_two_followers_do_not_see_each_other(town: Town, phone: Phone, open_window: OpenWindow) -> None:
    phone.go_to_pay_sheet("50g", "袋装")
    phone.pay()
    phone.expect_text("支付成功")
    order_no = town.query("SELECT order_no FROM orders ORDER BY id DESC LIMIT 1")[0][0]

    other = open_window()
    openid = town.new_follower("别人")
    other.goto(f"{town.settings.web_url}/__wechat__/enter?openid={openid}&url=/shop/orders/{order_no}")

    expect(other.get_by_text("没有这笔订单").first).to_be_visible()


def test_pages_work_before_login_and_buying_asks_for_it(town: Town, open_window: OpenWindow) -> None:
    page = open_window(375, 812)

    page.goto(f"{town.settings.web_url}/shop/p/longjing")
    expect(page.get_by_text("西湖龙井").first).to_be_visible()
    page.goto(f"{town.settings.web_url}/shop/orders")

    expect(page.get_by_text("在微信里").or_(page.get_by_text("在微信中")).first).to_be_visible()


def test_a_snapshot_visitor_may_look_and_is_asked_for_the_full_service_when_buying(
    town: Town, phone: Phone
) -> None:
    town.fault("oauth_snapshot", "always")
    phone.say("茶")
    phone.open_card()
    phone.choose("50g", "罐装")
    phone.web.locator("[data-act=buy]").click()

    phone.expect_text("使用完整服务")
    assert town.query("SELECT count(*) FROM followers WHERE openid = ?", phone.openid)[0][0] <= 1
    assert (
        town.query(
            "SELECT count(*) FROM orders o JOIN followers f ON f.id=o.follower_id WHERE f.openid = ?",
            phone.openid,
        )[0][0]
        == 0
    )


def test_a_cancelled_address_and_a_cancelled_payment_are_no_errors(town: Town, phone: Phone) -> None:
    phone.say("茶")
    phone.open_card()
    phone.choose("50g", "罐装")
    phone.buy_now()
    phone.web.locator(".address").click()
    phone.part("address-cancel").click()
    expect(phone.web.get_by_role("button", name="提交订单")).to_be_visible()
    phone.pick_address()
    phone.submit()
    phone.part("pay-cancel").click()

    phone.expect_text("还没有付款")
    phone.web.get_by_role("link", name="继续支付").click()
    phone.web.locator("[data-pay-button]").or_(phone.web.get_by_text("确认付款")).first.wait_for()
    expect(phone.part("pay-sheet")).to_be_visible()
    phone.pay()
    phone.expect_text("支付成功")


def test_a_used_login_code_does_not_loop(town: Town, phone: Phone) -> None:
    town.fault("oauth_double", "once")

    phone.go_to_pay_sheet("50g", "罐装")

    expect(phone.part("pay-sheet")).to_be_visible()


def test_a_menu_button_answers_with_new_goods_and_the_order_remembers_it(town: Town, phone: Phone) -> None:
    phone.part("composer-toggle").click()
    phone.part("menu-1").click()
    phone.part("menu-1-1").click()
    phone.open_card()
    phone.expect_text("西湖龙井")
    phone.choose("50g", "罐装")
    phone.buy_now()
    phone.pick_address()
    phone.submit()
    phone.pay()
    phone.expect_text("支付成功")

    rows = town.query(
        "SELECT e.kind FROM orders o JOIN entrances e ON e.id = o.entrance_id ORDER BY o.id DESC LIMIT 1"
    )
    assert rows == [("menu",)]


def test_two_buyers_of_the_last_piece_end_with_one_order_and_one_plain_word(
    town: Town, take_phone: Callable[..., Phone], open_window: OpenWindow
) -> None:
    last = town.query(
        "SELECT s.id, p.slug FROM skus s JOIN products p ON p.id = s.product_id WHERE s.stock = 1 LIMIT 1"
    )
    sku, slug = last[0]
    first, second = take_phone(), take_phone(open_window())
    for phone in (first, second):
        phone.visit(f"/shop/p/{slug}")
        phone.choose_last_piece(sku)
        phone.pick_address()

    first.submit()
    second.web.get_by_role("button", name="提交订单").click()

    second.expect_text("库存不足")
    first.pay()
    first.expect_text("支付成功")
    assert town.query("SELECT stock FROM skus WHERE id = ?", sku) == [(0,)]
    assert town.query("SELECT count(*) FROM order_lines WHERE sku_id = ?", sku) == [(1,)]


def test_the_same_purchase_on_postgresql_and_redis(large_town: Town, open_window: OpenWindow) -> None:
    phone = Phone(open_window(), large_town.new_follower("老客"), large_town.settings.web_url)
    phone.open_chat(large_town.settings.phone_url, "老客")

    phone.go_to_pay_sheet("50g", "袋装")
    phone.pay()

    phone.expect_text("支付成功")
    phone.part("webview-close").click()
    expect(phone.part("messages")).to_contain_text("支付成功，我们已开始备货")
    assert "ERROR" not in large_town.logs
