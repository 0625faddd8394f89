"""wx.config: ticket, address, host, and the rules of the two platforms."""

from __future__ import annotations

import pytest

from simulator.platform.tickets import ticket_signature
from tests.simulator.box import Box

URL = "https://shop.example.cn/"


def _config(box: Box, url: str, signed: str | None = None, openid: str | None = None, **more: str) -> dict:
    ticket = box.api("GET", "/cgi-bin/ticket/getticket", type="jsapi")["ticket"]
    params = {
        "verifyAppId": box.settings.account.appid,
        "verifyTimestamp": "1795219200",
        "verifyNonceStr": "Wm3WZYTPz0wzccnW",
        "verifySignature": ticket_signature(ticket, "Wm3WZYTPz0wzccnW", "1795219200", signed or url),
        "verifyJsApiList": ["chooseWXPay"],
    }
    params.update({name: value for name, value in more.items() if name.startswith("verify")})
    entry = {"entry_url": more["entry_url"]} if "entry_url" in more else {}
    return box.post("bridge/config", openid=openid or box.somebody(), url=url, params=params, **entry)


def test_a_page_signed_with_ticket_and_address_is_accepted(box: Box) -> None:
    url = f"{box.settings.web_base}/shop/goods?id=88&from=menu"

    answer = _config(box, url + "#top", signed=url)

    assert (answer["err_msg"], answer["granted"]) == ("config:ok", ["chooseWXPay"])


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"verifySignature": "0" * 40}, "config:invalid signature"),
        ({"verifyNonceStr": "other"}, "config:invalid signature"),
        ({"verifyTimestamp": "1795219201"}, "config:invalid signature"),
        ({"verifyTimestamp": ""}, "config:invalid signature"),
        ({"verifyAppId": "wx0000000000000000"}, "config:invalid appid"),
    ],
)
def test_a_wrong_config_is_refused(box: Box, more: dict[str, str], message: str) -> None:
    answer = _config(box, f"{box.settings.web_base}/shop/", **more)

    assert (answer["err_msg"], answer["granted"]) == (message, [])
    assert [row for row in answer["verdicts"] if row["ok"] is False]


def test_a_page_of_another_host_is_refused(box: Box) -> None:
    assert _config(box, URL)["err_msg"] == "config:invalid url domain"


def test_without_a_ticket_nothing_is_signed(box: Box) -> None:
    url = f"{box.settings.web_base}/shop/"
    params = {
        "verifyAppId": box.settings.account.appid,
        "verifyTimestamp": "1795219200",
        "verifyNonceStr": "n",
        "verifySignature": "x",
    }

    answer = box.post("bridge/config", openid=box.somebody(), url=url, params=params)

    assert answer["err_msg"] == "config:invalid signature"
    assert answer["verdicts"][-2]["check"] == "jsapi_ticket"


def test_an_apple_keeps_the_entry_address_and_an_android_does_not(box: Box) -> None:
    people = {row["platform"]: row["openid"] for row in box.followers}
    entry, now = (f"{box.settings.web_base}/shop/{name}" for name in ("entry", "now"))

    results = {
        (platform, name): _config(box, now, signed=url, openid=openid, entry_url=entry)["err_msg"]
        for platform, openid in people.items()
        for name, url in (("entry", entry), ("now", now))
    }

    assert results == {
        ("ios", "entry"): "config:ok",
        ("ios", "now"): "config:invalid signature",
        ("android", "entry"): "config:invalid signature",
        ("android", "now"): "config:ok",
    }
