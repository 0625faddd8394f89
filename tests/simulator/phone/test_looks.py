"""What the phone does to a page without asking it: text size, dark mode; and the phone page at any width."""

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.simulator.phone.conftest import Box, Phone


def size_of(phone: Phone, selector: str) -> dict[str, Any]:
    script = """e => ({font: parseFloat(getComputedStyle(e).fontSize),
      line: parseFloat(getComputedStyle(e).lineHeight), width: e.getBoundingClientRect().width})"""
    return phone.web.locator(selector).evaluate(script)


def choose_font(phone: Phone, step: int) -> None:
    phone.tap("font-toggle")
    phone.tap(f"font-step-{step}")
    phone.tap("font-close")


def test_the_largest_text_grows_every_text_once_and_no_box(phone: Phone) -> None:
    phone.browse("/shop/one")
    expect(phone.web.locator("#state")).to_have_text("ready")
    words, box = size_of(phone, "#words"), size_of(phone, "#box")

    choose_font(phone, 6)

    expect(phone.web.locator("html")).to_have_attribute("data-wechat-zoom", "1.55")
    grown = size_of(phone, "#words")
    assert grown["font"] == pytest.approx(words["font"] * 1.55)
    assert grown["line"] == pytest.approx(words["line"] * 1.55)
    assert size_of(phone, "#box")["width"] == box["width"]


def test_text_that_appears_later_and_on_the_next_page_grows_as_well(phone: Phone) -> None:
    choose_font(phone, 6)
    phone.browse("/shop/one")
    expect(phone.web.locator("#state")).to_have_text("ready")

    phone.web.locator("#grow").click()

    expect(phone.web.locator("#grown")).to_have_css("font-size", "24.8px")
    expect(phone.web.locator("#state")).to_have_css("font-size", "24.8px")


def test_back_to_the_normal_size_leaves_no_trace(phone: Phone) -> None:
    phone.browse("/shop/one")
    expect(phone.web.locator("#state")).to_have_text("ready")

    choose_font(phone, 6)
    choose_font(phone, 1)

    expect(phone.web.locator("#words")).to_have_css("font-size", "20px")
    assert phone.web.locator("#words").evaluate("e => e.style.length") == 0


def test_dark_mode_reaches_the_page_and_goes_again(phone: Phone) -> None:
    phone.browse("/shop/one")
    expect(phone.web.locator("#state")).to_have_text("ready")

    phone.tap("theme-toggle")
    expect(phone.web.locator("body")).to_have_css("background-color", "rgb(16, 16, 16)")
    expect(phone.web.locator("body")).to_have_attribute("data-weui-theme", "dark")
    query = "() => matchMedia('(prefers-color-scheme: dark)').matches"
    assert phone.web.locator("body").evaluate(query) is True

    phone.tap("theme-toggle")
    expect(phone.web.locator("body")).to_have_css("background-color", "rgb(255, 255, 255)")


def test_on_a_phone_the_phone_fills_the_screen_and_the_lab_is_a_drawer(box: Box, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 375, "height": 720}, locale="zh-CN")
    page = context.new_page()
    page.goto(box.base)

    expect(page.get_by_test_id("chat-input")).to_be_visible()
    assert page.locator("#screen").bounding_box() == {"x": 0, "y": 0, "width": 375, "height": 720}
    expect(page.get_by_test_id("lab-tab-wire")).not_to_be_visible()
    page.get_by_test_id("lab-handle").click()
    page.get_by_test_id("lab-tab-wire").click()
    page.get_by_test_id("follower-1").click()
    page.get_by_test_id("lab-close").click()
    expect(page.get_by_test_id("lab-tab-wire")).not_to_be_visible()
    assert page.evaluate("() => document.documentElement.scrollWidth") == 375
    context.close()
