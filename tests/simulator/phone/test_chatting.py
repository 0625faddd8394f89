"""The conversation and the lab: writing, the menu, following, switches, pushes, the clock."""

from playwright.sync_api import Route, expect

from simulator.qr.drawing import draw_qr
from tests.simulator.phone.conftest import Phone


def test_what_one_writes_reaches_the_shop_and_the_wire_log(phone: Phone) -> None:
    phone.part("chat-input").fill("有茶吗")
    phone.tap("chat-send")

    expect(phone.part("message-text").last).to_have_text("有茶吗")
    phone.tap("lab-tab-wire")
    phone.part("wire-row").first.click()
    expect(phone.part("wire-detail")).to_contain_text("有茶吗")
    assert phone.box.pushed("有茶吗")


def test_hostile_text_and_names_stay_text(phone: Phone) -> None:
    phone.tap("follower-3")
    phone.part("chat-input").fill('<img src=x onerror="document.title=1"> <a href="javascript:1">x</a>')
    phone.tap("chat-send")

    expect(phone.part("message-text").last).to_contain_text("<img src=x")
    assert phone.part("message-text").last.locator("img, a").count() == 0
    assert phone.page.locator("#people b").count() == 0


def test_the_menu_opens_its_page_and_tells_the_shop(phone: Phone) -> None:
    page = f"{phone.box.web_base}/shop/menu"
    children = [
        {"name": "我的订单", "type": "click", "key": "ORDERS"},
        {"name": "去逛逛", "type": "view", "url": page},
    ]
    phone.box.shop.publish_menu([{"name": "我的", "sub_button": children}])

    phone.tap("composer-toggle")
    phone.tap("menu-0")
    phone.tap("menu-0-1")

    expect(phone.web.locator("h1")).to_have_text("menu")
    assert phone.box.pushed("VIEW")


def test_leaving_and_following_again_is_two_events(phone: Phone) -> None:
    phone.tap("open-profile")
    phone.tap("unsubscribe")
    phone.tap("dialog-confirm")
    phone.tap("subscribe")

    expect(phone.part("message-system").last).to_contain_text("关注")
    expect(phone.part("chat-input")).to_be_visible()
    assert phone.box.pushed("[unsubscribe]")
    assert phone.box.pushed("[subscribe]")


def test_a_stranger_follows_by_scanning_a_scene_code(phone: Phone) -> None:
    phone.tap("follower-4")
    expect(phone.part("chat-input")).to_have_count(0)
    ticket = phone.box.shop.scene_code("shelf-07")

    phone.tap("stranger-scan")
    phone.part("scan-input").fill(ticket)
    phone.tap("scan-go")

    expect(phone.part("chat-input")).to_be_visible()
    assert phone.box.pushed("qrscene_shelf-07")


def test_a_picture_of_a_code_is_read(phone: Phone) -> None:
    picture = draw_qr(f"{phone.box.web_base}/shop/drawn")
    phone.tap("chat-plus")
    phone.tap("plus-scan")

    with phone.page.expect_file_chooser() as chooser:
        phone.tap("scan-picture")
    chooser.value.set_files({"name": "code.png", "mimeType": "image/png", "buffer": picture})
    expect(phone.part("scan-input")).to_have_value(f"{phone.box.web_base}/shop/drawn")
    phone.tap("scan-go")

    expect(phone.web.locator("h1")).to_have_text("drawn")


def test_each_follower_has_his_own_chat(phone: Phone) -> None:
    phone.part("chat-input").fill("我是第一位")
    phone.tap("chat-send")
    expect(phone.part("message-text")).to_have_count(1)

    phone.tap("follower-1")

    expect(phone.part("message-text")).to_have_count(0)
    expect(phone.part("follower-1")).to_have_attribute("aria-pressed", "true")


def test_whoever_is_chosen_while_the_page_asks_for_news_stays(phone: Phone) -> None:
    held: list[Route] = []
    phone.page.route("**/sim/api/state?*", lambda route: held.append(route), times=1)
    first, second = phone.box.openids[:2]
    with phone.page.expect_request("**/sim/api/state?*"):
        phone.box.post(f"followers/{first}", platform="android")

    phone.tap("follower-1")
    with phone.page.expect_response(f"**/{second}/menu"):
        held[0].continue_()

    phone.part("chat-input").fill("在吗")
    phone.tap("chat-send")
    assert second in phone.box.pushed("在吗")
    expect(phone.part("follower-1")).to_have_attribute("aria-pressed", "true")


def test_a_new_follower_can_be_added(phone: Phone) -> None:
    phone.tap("follower-add")
    phone.part("ask-input").fill("新朋友")
    phone.tap("ask-send")

    expect(phone.part("follower-5")).to_have_attribute("aria-pressed", "true")
    assert phone.box.get("state")["followers"][5]["nickname"] == "新朋友"


def test_a_switch_shows_as_a_badge_until_all_are_reset(phone: Phone) -> None:
    phone.tap("lab-tab-faults")
    phone.tap("fault-notify_lost")

    expect(phone.part("active-faults")).to_contain_text("通知丢失")
    expect(phone.part("fault-notify_lost")).to_have_attribute("aria-checked", "true")
    phone.tap("faults-reset")
    expect(phone.part("active-faults")).to_be_empty()


def test_the_lab_pushes_the_same_event_twice_at_once(phone: Phone) -> None:
    phone.tap("lab-tab-push")
    phone.part("push-kind").select_option("CLICK")
    phone.part("push-field-key").fill("ORDERS")
    phone.part("push-repeat").fill("2")
    phone.part("push-same").check()
    phone.tap("push-send")

    expect(phone.part("push-delivery")).to_have_count(2)
    first, second = phone.box.shop.pushes[-2:]
    assert first == second
    assert "ORDERS" in first


def test_the_lab_pushes_in_the_mode_one_chooses(phone: Phone) -> None:
    phone.tap("lab-tab-push")
    phone.part("push-field-content").fill("明码")
    phone.tap("push-send")
    expect(phone.part("push-delivery")).to_have_count(1)
    assert phone.box.pushed("明码")

    phone.part("push-field-content").fill("暗码")
    phone.part("push-mode").select_option("safe")
    with phone.page.expect_response("**/sim/api/push"):
        phone.tap("push-send")

    assert "<Encrypt>" in phone.box.shop.pushes[-1]
    assert "暗码" not in phone.box.shop.pushes[-1]


def test_the_clock_moves_forward(phone: Phone) -> None:
    phone.tap("lab-tab-clock")

    phone.tap("clock-advance-172800")

    expect(phone.part("clock-offset")).to_contain_text("2 天")
    assert phone.box.get("state")["clock"]["offset_seconds"] >= 172800


def test_starting_over_asks_first_and_empties_the_chat(phone: Phone) -> None:
    phone.part("chat-input").fill("有茶吗")
    phone.tap("chat-send")
    expect(phone.part("message-text")).to_have_count(1)

    phone.tap("reset-all")
    phone.tap("dialog-confirm")

    expect(phone.part("message-text")).to_have_count(0)


def test_the_first_step_for_a_newcomer_writes_the_word(phone: Phone) -> None:
    phone.tap("try-0")

    expect(phone.part("message-text").last).to_have_text("茶")
