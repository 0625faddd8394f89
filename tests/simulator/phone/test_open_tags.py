"""`<wx-open-subscribe>` in the phone's web view: drawn when granted, asked on the phone, told to page and shop."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.simulator.phone.conftest import Box, Phone


def template(box: Box, tid: int = 402) -> str:
    wanted = {"tid": str(tid), "kidList": [1, 2]}
    return str(box.shop.call("POST", "/wxaapi/newtmpl/addtemplate", wanted)["priTmplId"])


def tapped(phone: Phone, templates: str) -> None:
    phone.browse(f"/shop/one?templates={templates}")
    expect(phone.web.locator("#state")).to_have_text("ready")
    phone.web.locator("#tag b").click()


def statuses(result: dict[str, Any]) -> dict[str, str]:
    details = json.loads(result["subscribeDetails"])
    return {name: json.loads(words)["status"] for name, words in details.items()}


def test_what_was_allowed_and_refused_reaches_page_and_shop(phone: Phone) -> None:
    back, late, twin = template(phone.box), template(phone.box, 404), template(phone.box)

    tapped(phone, f"{back},{late},{twin}")
    expect(phone.part("subscribe-sheet")).to_contain_text("商品到货通知")
    expect(phone.part("subscribe-sheet")).to_contain_text("88.00元")
    phone.part("subscribe-choice-1").uncheck()
    phone.tap("subscribe-allow")

    result = phone.result()
    assert (result["name"], result["errMsg"]) == ("success", "subscribe:ok")
    assert statuses(result) == {back: "accept", late: "reject", twin: "filter"}
    event = phone.box.pushed("subscribe_msg_popup_event")
    rows = [f"<TemplateId><![CDATA[{name}]]></TemplateId>" for name in (back, late)]
    assert [row in event for row in rows] == [True, True]
    assert twin not in event
    assert [event.count(f"[{word}]") for word in ("accept", "reject")] == [1, 1]


def test_closing_the_dialog_is_a_cancel_the_shop_never_hears_of(phone: Phone) -> None:
    back = template(phone.box)

    tapped(phone, back)
    phone.tap("subscribe-cancel")
    assert statuses(phone.result()) == {back: "cancel"}
    phone.web.locator("#tag b").click()
    phone.tap("subscribe-refuse")

    expect(phone.web.locator("#result")).to_contain_text("reject")
    assert phone.box.pushed("subscribe_msg_popup_event").count("[reject]") == 1
    assert len(phone.box.shop.pushes) == 1


def test_a_tag_that_cannot_ask_says_why(phone: Phone) -> None:
    phone.box.post("faults", name="open_tag", value="fail", once=True)
    back = template(phone.box)

    tapped(phone, back)
    got = phone.result()
    phone.web.locator("#tag b").click()

    assert (got["name"], got["errMsg"], got["errCode"]) == (
        "error",
        "subscribe:fail can not show the dialog",
        10005,
    )
    expect(phone.part("subscribe-sheet")).to_be_visible()


def test_its_style_is_its_own_and_its_words_grow_and_darken_with_the_phone(phone: Phone) -> None:
    phone.browse("/shop/one?templates=any")
    words = phone.web.locator("#tag b")
    expect(words).to_have_css("font-size", "16px")
    expect(words).not_to_have_css("text-decoration-line", "line-through")  # the page's sheet wants it

    phone.page.evaluate("localStorage.setItem('sim.zoom', '1.55'); localStorage.setItem('sim.theme', 'dark')")
    phone.page.reload()
    phone.browse("/shop/one?templates=any")

    expect(words).to_have_css("font-size", "24.8px")
    expect(words).to_have_css("color", "rgb(1, 2, 3)")


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        ("undeclared", "the tag is not in openTagList"),
        ("shut out", "Content-Security-Policy"),
        ("unusable", "not supported"),
        ("unsigned", "config:invalid signature"),
        ("old", ""),
    ],
)
def test_where_tags_cannot_be_used_nothing_is_drawn(phone: Phone, trouble: str, said: str) -> None:
    shop = phone.box.shop
    shop.tags = [] if trouble == "undeclared" else shop.tags
    shop.lets_frames_in = trouble != "shut out"
    if trouble in {"old", "unusable"}:
        phone.box.post("faults", name="open_tag", value=trouble)
    if trouble == "unsigned":
        genuine = shop.config
        shop.config = lambda url: {**genuine(url), "signature": "0" * 40}  # type: ignore[method-assign]

    phone.browse("/shop/one?templates=any")

    expect(phone.web.locator("#state")).to_have_text(
        "ready" if trouble != "unsigned" else "config:invalid signature"
    )
    expect(phone.web.locator("#trouble")).to_contain_text(said) if said else None
    assert phone.web.locator("#tag").evaluate("tag => tag.shadowRoot") is None
    if trouble == "unsigned":
        del shop.config
    if trouble == "old":
        expect(phone.web.locator("#trouble")).to_be_empty()


def test_no_script_of_the_page_opens_the_dialog(phone: Phone) -> None:
    phone.browse(f"/shop/one?templates={template(phone.box)}")
    expect(phone.web.locator("#tag b")).to_be_visible()

    said = phone.web.locator("body").evaluate(
        "() => new Promise((done) => WeixinJSBridge.invoke('wx-open-subscribe', {}, done))"
    )
    phone.web.locator("#tag b").evaluate("words => words.click()")

    assert said["err_msg"].endswith("function not exist")
    expect(phone.part("subscribe-sheet")).to_have_count(0)


def test_outside_wechat_the_tag_stays_empty(box: Box, browser: Browser) -> None:
    page = browser.new_page()
    page.route("https://res.wx.qq.com/**", lambda route: route.abort())
    page.goto(f"{box.web_base}/shop/one?templates=any")

    assert page.locator("#tag").inner_text() == ""
    page.close()
