"""What a mass message looks like on the phone, from the administrator's yes to the account's own page."""

import requests
from playwright.sync_api import expect

from tests.simulator.files import PNG
from tests.simulator.phone.conftest import Phone


def make_draft(phone: Phone, *titles: str) -> str:
    shop = phone.box.shop
    params = {"access_token": shop.call("POST", "/cgi-bin/stable_token", credentials(phone))["access_token"]}
    upload = requests.post(
        f"{phone.box.base}/cgi-bin/material/add_material",
        params={**params, "type": "image"},
        files={"media": ("a.png", PNG)},
        timeout=5,
    ).json()
    source = f"{phone.box.web_base}/"
    article = {"content": "<p>正文</p>", "thumb_media_id": upload["media_id"], "content_source_url": source}
    articles = [{**article, "title": title, "pic_crop_235_1": "0_0.2_1_0.6"} for title in titles]
    return shop.call("POST", "/cgi-bin/draft/add", {"articles": articles})["media_id"]


def credentials(phone: Phone) -> dict[str, str]:
    env = phone.box.shop.env
    return {
        "grant_type": "client_credential",
        "appid": env["WECHAT_APPID"],
        "secret": env["WECHAT_APPSECRET"],
    }


def test_articles_come_when_the_administrator_says_yes_and_lead_to_the_shop(phone: Phone) -> None:
    media_id, openids = make_draft(phone, "秋茶上新", "冬茶预告"), phone.box.openids
    phone.box.post("faults", name="mass_confirm", value="on", once=True)
    body = {"touser": openids[:2], "msgtype": "mpnews", "mpnews": {"media_id": media_id}}
    msg_id = phone.box.shop.call("POST", "/cgi-bin/message/mass/send", body)["msg_id"]
    phone.tap("lab-tab-mass")
    expect(phone.part(f"mass-{msg_id}")).to_contain_text("等管理员确认")
    expect(phone.part("message-news-card")).to_have_count(0)

    phone.tap(f"mass-confirm-{msg_id}")

    expect(phone.part("message-news-card")).to_contain_text("冬茶预告")
    phone.box.post("clock", advance_seconds=5)
    expect(phone.part(f"mass-{msg_id}")).to_contain_text("成功 2")
    phone.tap("news-open")
    expect(phone.web.locator("h1")).to_have_text("秋茶上新")
    phone.web.get_by_text("阅读原文").click()
    expect(phone.part("webview-title")).not_to_have_text("秋茶上新")


def test_a_preview_is_marked(phone: Phone) -> None:
    body = {
        "touser": phone.box.openids[0],
        "msgtype": "mpnews",
        "mpnews": {"media_id": make_draft(phone, "秋茶")},
    }

    phone.box.shop.call("POST", "/cgi-bin/message/mass/preview", body)

    expect(phone.part("message-news-card")).to_contain_text("群发预览")
