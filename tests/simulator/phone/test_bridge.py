"""The untouched JS-SDK in the phone's web view: configuration, address, scanning, closing, sharing."""

import pytest
from playwright.sync_api import expect

from tests.simulator.phone.conftest import Phone


@pytest.mark.parametrize("platform", ["ios", "android"])
def test_the_js_sdk_gets_ready_when_the_signature_is_right(phone: Phone, platform: str) -> None:
    phone.box.post(f"followers/{phone.box.openids[0]}", platform=platform)

    phone.browse("/shop/one?from=menu")

    expect(phone.web.locator("#state")).to_have_text("ready")
    assert "MicroMessenger/8.0.50" in phone.box.shop.agents[-1]
    assert ("iPhone" in phone.box.shop.agents[-1]) == (platform == "ios")


def test_a_wrong_signature_ends_in_the_error_callback(phone: Phone) -> None:
    genuine = phone.box.shop.config
    phone.box.shop.config = lambda url: {**genuine(url), "signature": "0" * 40}  # type: ignore[method-assign]

    phone.browse("/shop/one")

    expect(phone.web.locator("#state")).to_have_text("config:invalid signature")
    phone.web.locator("#address").click()
    assert phone.result()["errMsg"] == "openAddress:the permission value is offline verifying"
    del phone.box.shop.config


def test_the_page_gets_the_address_the_follower_chose(phone: Phone) -> None:
    phone.browse("/shop/one")
    expect(phone.web.locator("#state")).to_have_text("ready")

    phone.web.locator("#address").click()
    phone.tap("address-1")

    got = phone.result()
    book = phone.box.get(f"followers/{phone.box.openids[0]}/addresses")["addresses"]
    assert got["errMsg"] == "openAddress:ok"
    assert got["userName"] == book[1]["userName"]
    assert got["provinceName"] == book[1]["proviceFirstStageName"]
    assert got["detailInfo"] == book[1]["addressDetailInfo"]


def test_closing_the_address_sheet_is_a_cancel(phone: Phone) -> None:
    phone.browse("/shop/one")
    expect(phone.web.locator("#state")).to_have_text("ready")

    phone.web.locator("#address").click()
    phone.tap("address-cancel")

    assert phone.result()["errMsg"] == "openAddress:cancel"


def test_a_new_address_is_kept_in_the_book(phone: Phone) -> None:
    phone.browse("/shop/one")
    expect(phone.web.locator("#state")).to_have_text("ready")
    phone.web.locator("#address").click()

    phone.tap("address-new")
    phone.part("address-field-userName").fill("周小叶")
    phone.part("address-field-addressDetailInfo").fill("中山路 1 号")
    phone.tap("address-save")
    phone.tap("address-2")

    assert phone.result()["userName"] == "周小叶"
    book = phone.box.get(f"followers/{phone.box.openids[0]}/addresses")["addresses"]
    assert [one["addressDetailInfo"] for one in book][2] == "中山路 1 号"


@pytest.mark.parametrize("platform", ["ios", "android"])
def test_the_scanned_text_reaches_the_page(phone: Phone, platform: str) -> None:
    phone.box.post(f"followers/{phone.box.openids[0]}", platform=platform)
    phone.browse("/shop/one")
    expect(phone.web.locator("#state")).to_have_text("ready")

    phone.web.locator("#scan").click()
    phone.part("scan-input").fill("EAN_13,6901234567892")
    phone.tap("scan-go")

    assert phone.result()["resultStr"] == "EAN_13,6901234567892"


def test_close_window_returns_to_the_chat(phone: Phone) -> None:
    phone.browse("/shop/one")
    expect(phone.web.locator("#state")).to_have_text("ready")

    phone.web.locator("#close").click()

    expect(phone.part("webview")).to_have_count(0)
    expect(phone.part("chat-input")).to_be_visible()


def test_a_link_to_a_new_window_opens_here_and_back_leads_back(phone: Phone) -> None:
    phone.browse("/shop/one")
    expect(phone.web.locator("#state")).to_have_text("ready")

    phone.web.locator("#next").click()
    expect(phone.web.locator("h1")).to_have_text("two")
    expect(phone.part("webview-title")).to_have_text("小茶铺 two")
    expect(phone.web.locator("#state")).to_have_text("ready")
    phone.tap("webview-back")

    expect(phone.web.locator("h1")).to_have_text("one")
    phone.tap("webview-back")
    expect(phone.part("webview")).to_have_count(0)


def test_a_shared_page_carries_the_data_the_page_set(phone: Phone) -> None:
    phone.browse("/shop/one")
    expect(phone.web.locator("#state")).to_have_text("ready")

    phone.tap("webview-menu")
    expect(phone.part("webmenu-copy")).to_have_count(0)
    phone.tap("webmenu-share")
    phone.tap("share-to-1")
    phone.tap("follower-1")
    phone.tap("screen-back")
    phone.tap("shared-0")

    expect(phone.part("shared-card")).to_contain_text("好茶")
    phone.tap("shared-card")
    expect(phone.web.locator("h1")).to_have_text("shared")


def test_a_snapshot_page_cannot_use_the_js_sdk_until_full_service(phone: Phone) -> None:
    phone.box.post("faults", name="oauth_snapshot", value="on")
    expect(phone.part("active-faults")).to_contain_text("快照")

    phone.browse("/shop/one")
    expect(phone.part("snapshot-bar")).to_be_visible()
    expect(phone.web.locator("#state")).to_have_text("config:permission denied")
    phone.tap("snapshot-full")

    expect(phone.part("snapshot-bar")).to_have_count(0)
    expect(phone.web.locator("#state")).to_have_text("ready")
