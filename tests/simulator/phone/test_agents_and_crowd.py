"""The agent desk of the lab, a crowd behind the strip of people, and everything a chat can show."""

from typing import Any

from playwright.sync_api import expect

from tests.simulator.phone.conftest import Phone


def chat_of(phone: Phone) -> list[dict[str, Any]]:
    return phone.box.get(f"followers/{phone.box.openids[0]}/chat")["messages"]


def test_an_agent_takes_over_in_the_lab_and_the_phone_says_so(phone: Phone) -> None:
    phone.tap("lab-tab-desk")
    phone.tap("agent-add")
    phone.part("ask-input").fill("小李")
    phone.tap("ask-send")
    expect(phone.part("agent-online-kf1@xiaopu")).to_have_attribute("aria-checked", "true")
    phone.box.post(f"desk/sessions/{phone.box.openids[0]}/accept")
    assert phone.box.pushed("kf_create_session")

    phone.part("chat-input").fill("有货吗")
    phone.tap("chat-send")
    expect(phone.page.locator("#toasts")).to_contain_text("没有推送")
    phone.part(f"desk-say-{phone.box.openids[0]}").fill("有的")
    phone.tap("desk-say")

    expect(phone.part("message-text").last).to_have_text("有的")
    expect(phone.part("messages")).to_contain_text("小李")
    phone.tap("desk-close")
    assert phone.box.pushed("kf_close_session")
    expect(phone.part("desk-session")).to_have_count(0)


def test_somebody_is_found_in_a_crowd(phone: Phone) -> None:
    phone.box.post("followers/bulk", count=3000, nickname="茶友")
    expect(phone.page.locator("#people .person")).to_have_count(
        12
    )  # the cast, five of the crowd, two buttons

    phone.tap("follower-find")
    phone.part("people-search").fill("茶友")
    phone.part("people-found").nth(20).click()

    phone.tap("lab-tab-person")
    expect(phone.part("person-facts")).to_contain_text("openid")
    chosen = phone.page.locator("#people [aria-pressed=true]")
    expect(chosen).to_contain_text("茶友")
    expect(chosen).to_be_in_viewport()


def test_windows_are_counted_down_beside_the_chat(phone: Phone) -> None:
    phone.tap("lab-tab-person")

    phone.part("chat-input").fill("茶")
    phone.tap("chat-send")

    expect(phone.part("window-message")).to_contain_text("可发 5 条")
    expect(phone.part("window-message")).to_contain_text("小时")


def test_voices_films_and_places_are_drawn(phone: Phone) -> None:
    for kind in ("voice", "video"):
        phone.tap("chat-plus")
        phone.tap(f"plus-{kind}")
        expect(phone.part(f"message-{kind}")).to_be_visible()

    assert [message["kind"] for message in chat_of(phone)] == ["voice", "video"]
    assert phone.box.pushed("MediaId16K")


def send(phone: Phone, path: str, **body: Any) -> None:
    phone.box.shop.call("POST", f"/cgi-bin/message/custom/{path}", {"touser": phone.box.openids[0], **body})


def test_the_account_is_seen_typing_and_a_tapped_answer_carries_its_id(phone: Phone) -> None:
    phone.part("chat-input").fill("茶")
    phone.tap("chat-send")
    expect(phone.part("message-text")).to_have_count(1)
    assert phone.box.pushed("茶")

    send(phone, "typing", command="Typing")
    expect(phone.part("chat").get_by_role("heading")).to_have_text("对方正在输入…")
    options = [{"id": "101", "content": "满意"}, {"id": "102", "content": "不满意"}]
    send(phone, "send", msgtype="msgmenu", msgmenu={"head_content": "满意吗？", "list": options})
    expect(phone.part("chat").get_by_role("heading")).not_to_have_text("对方正在输入…")

    phone.page.get_by_role("button", name="不满意").click()

    assert phone.box.pushed("<bizmsgmenuid>102</bizmsgmenuid>")
