"""A follower asks for a person; a colleague answers from the desk without reloading, and gives back."""

import re
import time
from collections.abc import Callable
from io import BytesIO

import requests
from PIL import Image
from playwright.sync_api import Page, expect

from tests.journeys.phone import Phone
from tests.journeys.town import Town

OpenWindow = Callable[..., Page]


def log_in(town: Town, page: Page) -> Page:
    name, password = town.owner
    page.goto(f"{town.settings.shop_url}/console/desk/")
    page.locator("[name=username]").fill(name)
    page.locator("[name=password]").fill(password)
    page.locator("form[method=post] button[type=submit]").first.click()
    return page


def picture() -> bytes:
    target = BytesIO()
    Image.new("RGB", (60, 40), "green").save(target, "PNG")
    return target.getvalue()


def messages_left(town: Town, phone: Phone) -> int:
    """How many WeChat would still take now, in all windows that are open."""
    follower = requests.get(f"{town.settings.phone_url}/sim/api/followers/{phone.openid}", timeout=30).json()
    return sum(window["left"] for window in follower["windows"] if window["until"] > time.time())


def test_a_person_answers_from_the_desk_and_the_bot_goes_on(
    town: Town, phone: Phone, open_window: OpenWindow
) -> None:
    desk = log_in(town, open_window())
    phone.say("人工")
    waiting = desk.locator(".desk-rows a").filter(has_text="人工")
    expect(waiting).to_be_visible()  # without a reload
    expect(desk).to_have_title(re.compile(r"^\(1\) 接待台"))
    waiting.click()
    desk.get_by_role("button", name="接待", exact=True).click()

    box = desk.get_by_role("textbox", name="回复")
    box.fill("您好，我是店里的人")
    box.press("Enter")
    expect(phone.part("messages")).to_contain_text("您好，我是店里的人")
    phone.say("茶")  # the bot is silent now
    expect(desk.locator(".talk-in").last).to_contain_text("茶")
    expect(phone.part("messages").get_by_test_id("message-news-card")).to_have_count(0)

    desk.locator("#desk-picture").set_input_files(
        {"name": "tea.png", "mimeType": "image/png", "buffer": picture()}
    )
    expect(desk.locator(".talk-out .bubble-picture")).to_be_visible()
    desk.get_by_role("link", name="发商品或订单卡片").click()
    desk.get_by_role("dialog").locator("form[action$='/product'] button").first.click()
    expect(phone.part("message-news-card")).to_have_count(1)
    expect(desk.locator(".talk-out .bubble-card")).to_be_visible()
    expect(desk.locator(".talk-state")).to_have_count(0)  # everything has arrived
    chat = requests.get(f"{town.settings.phone_url}/sim/api/followers/{phone.openid}/chat", timeout=30).json()
    assert [row["kind"] for row in chat["messages"] if row.get("via") == "customer_service"] == [
        "text",
        "image",
        "news",
    ]
    left = messages_left(town, phone)
    expect(desk.locator(".talk-window")).to_contain_text(f"还可发 {left} 条")  # as WeChat counts

    requests.post(
        f"{town.settings.phone_url}/sim/api/followers/{phone.openid}/say",
        data={"type": "image"},
        files={"picture": ("cup.png", picture(), "image/png")},
        timeout=30,
    ).raise_for_status()
    shown = desk.locator(".talk-in .bubble-picture")
    expect(shown).to_have_js_property("naturalWidth", 60)

    town.fault("push_blocked", "once")
    box.fill("这一条到不了")
    box.press("Enter")
    expect(desk.locator(".talk-refusal")).to_contain_text("关闭了接收公众号的消息")
    desk.get_by_role("button", name="再发一次").click()
    expect(phone.part("messages")).to_contain_text("这一条到不了")

    desk.get_by_role("button", name="交还机器人").click()
    phone.say("茶")
    expect(phone.part("message-news-card")).to_have_count(2)
    assert "message refused" in town.logs
