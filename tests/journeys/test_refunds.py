"""Money goes back: a part of an order, then the rest; a lost notification on the way; its buyer sees each step."""

from playwright.sync_api import expect

from tests.journeys.console import Console
from tests.journeys.phone import Phone
from tests.journeys.town import Town


def number_of_order(town: Town, openid: str) -> str:
    rows = town.query(
        "SELECT o.order_no FROM orders o JOIN followers f ON f.id = o.follower_id WHERE f.openid = ?", openid
    )
    return str(rows[0][0])


def states(town: Town, order_no: str) -> list[str]:
    rows = town.query(
        "SELECT r.state FROM refunds r JOIN orders o ON o.id = r.order_id WHERE o.order_no = ? ORDER BY r.id",
        order_no,
    )
    return [row[0] for row in rows]


def look_at_order(phone: Phone, order_no: str) -> None:
    """Close the page that is open and open the order's own."""
    phone.part("webview-close").click()
    phone.visit(f"/shop/orders/{order_no}")


def refund(console: Console, order_no: str, way: str, reason: str, yuan: str = "") -> None:
    """From the order's page through both steps."""
    console.open(f"orders/{order_no}")
    console.page.get_by_role("link", name="退款…").click()
    console.page.get_by_label(way).check()
    if yuan:
        console.page.locator("[name=sum]").fill(yuan)
    console.page.locator("[name=reason]").last.fill(reason)
    console.press("算一下退多少")
    typed = console.page.locator("[name=typed]")
    sum_yuan = typed.get_attribute("placeholder") or ""
    typed.fill(sum_yuan)
    console.press(f"退款 ¥{sum_yuan}")
    console.expect_words("已提交退款")


def test_a_part_goes_back_and_then_the_rest_and_the_buyer_sees_it(
    town: Town, phone: Phone, console: Console
) -> None:
    phone.go_to_checkout(town.find_sku("50g", "袋装"))
    phone.pick_address()
    phone.submit()
    phone.pay()
    phone.expect_text("支付成功")
    order_no = number_of_order(town, phone.openid)
    town.wechat("faults", name="refund_notify", value="lost", once=True)

    refund(console, order_no, "只退一个金额", "少发了一包", "5")

    town.wait_for(lambda: states(town, order_no) == ["submitted"], "the refund taken")
    look_at_order(phone, order_no)
    phone.expect_text("退款处理中")
    town.wait_for(
        lambda: any(one["status"] == "SUCCESS" for one in town.look("refunds")["refunds"]), "WeChat's yes"
    )
    console.press("问一下微信支付")
    console.expect_words("已到账")
    town.wait_for(lambda: any("退款 ¥5.00" in text for text in town.chat(phone.openid)), "the notice")
    look_at_order(phone, order_no)
    phone.expect_text("已到账")

    town.let_a_minute_pass()
    town.wechat("clock", advance_seconds=61)
    refund(console, order_no, "全部", "买家不要了")

    town.wait_for(lambda: states(town, order_no) == ["done", "done"], "both done")
    assert town.order_state(phone.openid) == "refunded"
    look_at_order(phone, order_no)
    expect(phone.web.get_by_role("heading", name="已退款")).to_be_visible()
    total, back = town.query("SELECT total_fen, refunded_fen FROM orders WHERE order_no = ?", order_no)[0]
    assert total == back
