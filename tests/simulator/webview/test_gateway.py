"""The gateway carries an outsider's requests unchanged, and a follower's as WeChat's browser sends them."""

from types import SimpleNamespace

import pytest
from werkzeug.test import Client

from tests.simulator.webview.conftest import CSP, SDK, Shop

WEB = "http://127.0.0.1:8002"


def test_method_body_query_and_headers_arrive_unchanged(outsider: Client, shop: Shop) -> None:
    body = bytes(range(256))

    answer = outsider.put("/wechat?a=%E8%8C%B6&b=1+2&b=", data=body, headers={"X-Own": "1"}, base_url=WEB)

    assert answer.status_code == 200
    assert (shop.last.method, shop.last.body) == ("PUT", body)
    assert shop.last.target == "/wechat?a=%E8%8C%B6&b=1+2&b="
    assert shop.last.headers["X-Own"] == "1"
    assert shop.last.headers["Host"] == "127.0.0.1:8002"


def test_an_outside_browser_gets_the_page_as_the_shop_made_it(outsider: Client, shop: Shop) -> None:
    outsider.set_cookie("own", "1", domain="127.0.0.1")

    answer = outsider.get("/shop/page", headers={"User-Agent": "Firefox"}, base_url=WEB)

    assert SDK in answer.text
    assert "__wechat__" not in answer.text
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Content-Security-Policy"] == CSP
    assert shop.last.headers["User-Agent"] == "Firefox"
    assert shop.last.headers["Cookie"] == "own=1"


def test_several_cookies_of_an_outside_browser_stay_several(outsider: Client) -> None:
    answer = outsider.get("/shop/cookies", base_url=WEB)

    assert len(answer.headers.getlist("Set-Cookie")) == 2


def test_binary_answers_keep_their_bytes_and_status(anna: Client) -> None:
    answer = anna.get("/shop/bytes", base_url=WEB)

    assert answer.status_code == 206
    assert answer.data == bytes(range(256)) * 64


@pytest.mark.parametrize(("name", "words"), [("anna", "iPhone"), ("ben", "Android")])
def test_a_follower_comes_with_the_browser_of_his_phone(
    request: pytest.FixtureRequest, shop: Shop, name: str, words: str
) -> None:
    client: Client = request.getfixturevalue(name)

    client.get("/shop/page", headers={"User-Agent": "Chrome"}, base_url=WEB)

    agent = shop.last.headers["User-Agent"]
    assert words in agent
    assert "MicroMessenger/8.0.50" in agent
    assert agent.split("Language/")[1].startswith("zh_CN")
    assert shop.last.headers["Accept-Language"].startswith("zh-CN")


def test_the_shop_learns_the_public_address(anna: Client, shop: Shop) -> None:
    anna.get("/shop/page", base_url=WEB)

    assert shop.last.headers["X-Forwarded-Host"] == "127.0.0.1:8002"
    assert shop.last.headers["X-Forwarded-Proto"] == "http"
    assert shop.last.headers["X-Forwarded-For"] == "127.0.0.1"


def test_the_frame_around_the_page_stays_hidden_from_the_shop(anna: Client, shop: Shop) -> None:
    framed = {"Sec-Fetch-Dest": "iframe", "Sec-Fetch-Site": "same-site", "Referer": "http://127.0.0.1:8001/"}

    anna.get("/shop/page", headers=framed, base_url=WEB)

    assert shop.last.headers["Sec-Fetch-Dest"] == "document"
    assert shop.last.headers["Sec-Fetch-Site"] == "none"
    assert "Referer" not in shop.last.headers


def test_the_bridge_is_the_first_script_and_may_run(anna: Client) -> None:
    page = anna.get("/shop/page", base_url=WEB)

    first = page.text.index("<script")
    assert page.text[first:].startswith(
        '<script src="/__wechat__/bridge.js" data-phone="http://127.0.0.1:8001"'
    )
    assert 'nonce="a1B2"' in page.text[first : page.text.index(">", first)]
    assert page.text.index("<HEAD") < first < page.text.index("<title>")
    assert page.content_length == len(page.data)


def test_a_kept_page_is_not_shown_to_the_next_follower(anna: Client, outsider: Client) -> None:
    page = anna.get("/shop/page", base_url=WEB)

    assert "ETag" not in page.headers
    assert "Cookie" in page.headers["Vary"]
    assert outsider.get("/shop/page", base_url=WEB).headers["ETag"] == '"1"'


def test_the_js_sdk_is_loaded_from_here(anna: Client) -> None:
    page = anna.get("/shop/page", base_url=WEB)
    script = anna.get("/__wechat__/jweixin.js", base_url=WEB)

    assert "'/__wechat__/jweixin.js'" in page.text
    assert SDK not in page.text
    assert "preVerifyJSAPI" in script.text
    assert "window.wx = window.jWeixin = module.exports" in script.text


def test_only_framing_is_relaxed_in_the_policy(anna: Client) -> None:
    page = anna.get("/shop/page", base_url=WEB)

    assert "X-Frame-Options" not in page.headers
    assert page.headers["Content-Security-Policy"] == (
        "default-src 'self'; script-src 'nonce-a1B2' 'self'; frame-ancestors http://127.0.0.1:8001"
    )


def test_a_piece_of_a_page_is_left_alone(anna: Client) -> None:
    assert anna.get("/shop/piece", base_url=WEB).text == "<li>一行</li>"


def test_redirects_to_the_shops_own_port_lead_to_the_public_address(anna: Client) -> None:
    answer = anna.get("/shop/absolute", base_url=WEB)

    assert answer.status_code == 303
    assert answer.headers["Location"] == f"{WEB}/shop/page?a=1"


def test_other_redirects_pass_as_they_are(anna: Client) -> None:
    answer = anna.get("/shop/elsewhere", base_url=WEB)

    assert answer.headers["Location"] == "https://open.weixin.qq.com/connect?x=%2F#wechat_redirect"


@pytest.mark.parametrize("follower", ["anna", "outsider"])
def test_a_shop_that_is_down_is_said_in_words(
    request: pytest.FixtureRequest, engine: SimpleNamespace, follower: str
) -> None:
    client: Client = request.getfixturevalue(follower)
    engine.settings.upstream = "http://127.0.0.1:9"

    answer = client.get("/shop/page", base_url=WEB)

    assert answer.status_code == 502
    assert "店铺还没有开门" in answer.text
    assert ("bridge.js" in answer.text) == (follower == "anna")


def test_an_unknown_openid_in_the_cookie_is_nobody(outsider: Client, shop: Shop) -> None:
    outsider.set_cookie("sim_openid", "ghost", domain="127.0.0.1")

    page = outsider.get("/shop/page", headers={"User-Agent": "Firefox"}, base_url=WEB)

    assert shop.last.headers["User-Agent"] == "Firefox"
    assert "__wechat__" not in page.text
