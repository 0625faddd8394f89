"""A steady hand on a slow phone: nothing vanishes, is drawn anew or slides away under the finger."""

import pytest
from playwright.sync_api import APIResponse, Route, expect

from tests.simulator.phone.conftest import Phone
from tests.simulator.phone.test_paying import open_sheet

SLOWLY = ":root { --quick: 1.5s linear }"


def say(phone: Phone, text: str) -> None:
    phone.part("chat-input").fill(text)
    phone.tap("chat-send")
    expect(phone.part("message-text").last).to_have_text(text)


@pytest.mark.parametrize("visits", [0, 1], ids=["the first time", "once more"])
def test_a_message_stays_when_an_older_answer_comes_after_it(phone: Phone, visits: int) -> None:
    for follower in [1, 0] * visits:
        with phone.page.expect_response("**/chat"):
            phone.tap(f"follower-{follower}")
    held: list[tuple[Route, APIResponse]] = []
    chat = f"**/{phone.box.openids[1]}/chat"
    phone.page.route(chat, lambda route: held.append((route, route.fetch())), times=1)
    with phone.page.expect_request(chat):
        phone.tap("follower-1")
    say(phone, "有茶吗")

    with phone.page.expect_response(chat):
        held[0][0].fulfill(response=held[0][1])

    say(phone, "还有茶吗")
    expect(phone.part("message-text")).to_have_text(["有茶吗", "还有茶吗"])


def test_what_is_seen_stays_as_it_is_when_more_comes(phone: Phone) -> None:
    say(phone, "有茶吗")
    expect(phone.page.locator(".bubble-state")).to_have_count(0)
    seen = [
        phone.part(name).first.element_handle() for name in ("message-text", "follower-1", "theme-toggle")
    ]

    say(phone, "还有茶吗")
    phone.box.post("followers", nickname="新来的")
    expect(phone.part("follower-5")).to_be_visible()

    assert [one.evaluate("element => element.isConnected") for one in seen] == [True, True, True]


def test_a_switch_stays_under_the_finger_while_another_moves(phone: Phone) -> None:
    phone.tap("lab-tab-faults")
    seen = phone.part("fault-notify_lost").element_handle()

    phone.box.post("faults", name="notify_twice", value="always")
    expect(phone.part("fault-notify_twice")).to_have_attribute("aria-checked", "true")

    assert seen.evaluate("element => element.isConnected")


def test_a_page_opens_where_it_stays(phone: Phone) -> None:
    phone.page.add_style_tag(content=SLOWLY)

    phone.browse("/shop/one")
    at_once = phone.part("webview").bounding_box()

    expect(phone.page.locator(".web.entering")).to_have_count(0)
    assert phone.part("webview").bounding_box() == at_once


def test_the_second_half_of_a_double_tap_does_not_close_what_the_first_opened(phone: Phone) -> None:
    phone.page.add_style_tag(content=SLOWLY)
    phone.tap("chat-plus")
    button = phone.part("plus-scan").bounding_box()
    assert button

    phone.page.mouse.dblclick(button["x"] + 20, button["y"] + 20)

    expect(phone.page.locator(".veil.entering")).to_have_count(0)
    expect(phone.part("scan-sheet")).to_be_visible()


def test_a_seventh_digit_pays_nothing_again(phone: Phone) -> None:
    paid: list[str] = []
    phone.page.on(
        "request", lambda request: paid.append(request.url) if "/bridge/pay" in request.url else None
    )
    open_sheet(phone, "#raw-pay")

    phone.page.keyboard.type("1234567")

    expect(phone.part("pay-success")).to_be_visible()
    assert len(paid) == 1
