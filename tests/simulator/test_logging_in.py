"""Web authorisation: the page, codes, sns tokens, snapshot visitors, refusals."""

from __future__ import annotations

import dataclasses
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.simulator.box import Box


def open_page(box: Box, openid: str | None = None, **changes: Any) -> requests.Response:
    query = {
        "appid": box.settings.account.appid,
        "redirect_uri": f"{box.settings.web_base}/shop/login/callback",
        "response_type": "code",
        "scope": "snsapi_base",
        "state": "s7Kx92",
        **changes,
    }
    cookies = {"sim_openid": box.somebody() if openid is None else openid}
    url = f"{box.base}/connect/oauth2/authorize"
    return requests.get(url, params=query, cookies=cookies, allow_redirects=False, timeout=5)


def code_of(answer: requests.Response) -> str:
    return parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]


def exchange(box: Box, code: str, **changes: str) -> dict[str, Any]:
    account = box.settings.account
    query = {
        "appid": account.appid,
        "secret": account.appsecret,
        "code": code,
        "grant_type": "authorization_code",
        **changes,
    }
    return box.api("GET", "/sns/oauth2/access_token", token=None, **query)


def test_a_silent_login_comes_back_with_code_and_state(box: Box) -> None:
    answer = open_page(box, redirect_uri=f"{box.settings.web_base}/shop/login/callback?next=a%2Fb")

    assert answer.status_code == 302
    target = urlsplit(answer.headers["Location"])
    assert f"{target.scheme}://{target.netloc}{target.path}" == f"{box.settings.web_base}/shop/login/callback"
    query = parse_qs(target.query)
    assert query["state"] == ["s7Kx92"]
    assert query["next"] == ["a/b"]
    assert len(query["code"][0]) == 32
    token = exchange(box, query["code"][0])
    assert token["openid"] == box.somebody()
    assert (token["scope"], token["expires_in"]) == ("snsapi_base", 7200)
    assert "is_snapshotuser" not in token
    assert "unionid" not in token


def test_a_code_works_once(box: Box) -> None:
    code = code_of(open_page(box))

    assert "openid" in exchange(box, code)
    assert exchange(box, code)["errcode"] == 40163


def test_a_code_lives_five_minutes(box: Box) -> None:
    code = code_of(open_page(box))
    box.pass_time(301)

    assert exchange(box, code)["errcode"] == 42003


@pytest.mark.parametrize(("spoilt", "errcode"), [("used", 40163), ("expired", 42003), ("invalid", 40029)])
def test_a_spoilt_code_is_named(box: Box, spoilt: str, errcode: int) -> None:
    box.post("faults", name="oauth_code", value=spoilt, once=True)

    assert exchange(box, code_of(open_page(box)))["errcode"] == errcode
    assert "openid" in exchange(box, code_of(open_page(box)))


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"code": ""}, 41008),
        ({"code": "never"}, 40029),
        ({"secret": "0" * 32}, 40125),
        ({"appid": "wx0000000000000000"}, 40013),
        ({"grant_type": "refresh_token"}, 40002),
    ],
)
def test_a_wrong_exchange_is_named(box: Box, changes: dict[str, str], errcode: int) -> None:
    code = code_of(open_page(box))

    assert exchange(box, **{"code": code, **changes})["errcode"] == errcode


def test_a_snapshot_visitor_is_marked_and_nobody(box: Box) -> None:
    box.fault("oauth_snapshot")

    token = exchange(box, code_of(open_page(box, scope="snsapi_userinfo")))

    assert token["is_snapshotuser"] == 1
    assert token["openid"] not in {row["openid"] for row in box.followers}
    assert len(token["openid"]) == 28
    profile = box.api("GET", "/sns/userinfo", token=token["access_token"], openid=token["openid"])
    assert profile["errcode"] == 48001
    order = box.order(payer={"openid": token["openid"]})
    assert box.merchant("POST", "/v3/pay/transactions/jsapi", order).json()["code"] == "INVALID_REQUEST"


def test_a_profile_needs_the_scope_for_it(box: Box) -> None:
    base = exchange(box, code_of(open_page(box)))
    rich = exchange(box, code_of(open_page(box, scope="snsapi_userinfo")))

    refused = box.api("GET", "/sns/userinfo", token=base["access_token"], openid=base["openid"])
    profile = box.api("GET", "/sns/userinfo", token=rich["access_token"], openid=rich["openid"], lang="zh_CN")

    assert refused["errcode"] == 48001
    assert (profile["nickname"], profile["sex"], profile["city"]) == ("王小茶", 0, "")
    picture = requests.get(profile["headimgurl"], timeout=5)
    assert picture.headers["Content-Type"].startswith("image/svg+xml")


def test_sns_tokens_are_checked_and_refreshed(box: Box) -> None:
    token = exchange(box, code_of(open_page(box)))
    openid, value = token["openid"], token["access_token"]

    assert box.api("GET", "/sns/auth", token=value, openid=openid) == {"errcode": 0, "errmsg": "ok"}
    assert box.api("GET", "/sns/auth", token=value, openid=box.somebody(1))["errcode"] == 40003
    box.pass_time(7201)
    assert box.api("GET", "/sns/auth", token=value, openid=openid)["errcode"] == 42001
    query = {"appid": box.settings.account.appid, "grant_type": "refresh_token"}
    refreshed = box.api(
        "GET", "/sns/oauth2/refresh_token", token=None, refresh_token=token["refresh_token"], **query
    )
    assert refreshed["openid"] == openid
    assert box.api("GET", "/sns/auth", token=refreshed["access_token"], openid=openid)["errcode"] == 0
    box.pass_time(31 * 86_400)
    late = box.api(
        "GET", "/sns/oauth2/refresh_token", token=None, refresh_token=token["refresh_token"], **query
    )
    assert late["errcode"] == 42002


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"redirect_uri": "https://evil.example/callback"}, "10003"),
        ({"redirect_uri": "http://127.0.0.1/callback"}, "10003"),
        ({"redirect_uri": "javascript:alert(1)"}, "redirect_uri"),
        ({"scope": "snsapi_login"}, "10005"),
        ({"appid": "wx0000000000000000"}, "appid"),
        ({"response_type": "token"}, "response_type"),
        ({"state": "a-b"}, "state"),
        ({"state": "s" * 129}, "state"),
    ],
)
def test_a_wrong_authorisation_shows_a_page(box: Box, changes: dict[str, str], says: str) -> None:
    answer = open_page(box, **changes)

    assert answer.status_code == 200
    assert "Location" not in answer.headers
    assert says in answer.text


def test_outside_wechat_the_page_says_so(box: Box) -> None:
    answer = open_page(box, openid="")

    assert answer.status_code == 200
    assert "请在微信客户端打开链接" in answer.text


def test_a_stranger_is_asked_before_his_profile_is_given(box: Box) -> None:
    answer = open_page(box, openid=box.stranger(), scope="snsapi_userinfo")

    assert answer.status_code == 200
    assert "允许" in answer.text
    query = answer.text.split('href="/connect/oauth2/consented?')[1].split('"')[0].replace("&amp;", "&")
    consented = requests.get(
        f"{box.base}/connect/oauth2/consented?{query}",
        cookies={"sim_openid": box.stranger()},
        allow_redirects=False,
        timeout=5,
    )
    assert exchange(box, code_of(consented))["openid"] == box.stranger()


def test_the_consent_button_does_not_redirect_elsewhere(box: Box) -> None:
    answer = requests.get(
        f"{box.base}/connect/oauth2/consented",
        params={
            "appid": box.settings.account.appid,
            "response_type": "code",
            "scope": "snsapi_userinfo",
            "redirect_uri": "https://evil.example/",
        },
        cookies={"sim_openid": box.stranger()},
        allow_redirects=False,
        timeout=5,
    )

    assert answer.status_code == 200
    assert "Location" not in answer.headers


def test_a_hostile_nickname_is_only_text(box: Box) -> None:
    hostile = next(row["openid"] for row in box.followers if "<b>" in row["nickname"])

    answer = open_page(box, openid=hostile, scope="snsapi_userinfo", forcePopup="true")

    assert "<b>" not in answer.text
    assert "&lt;b&gt;" in answer.text


def test_the_double_callback_page_calls_twice(box: Box) -> None:
    box.fault("oauth_double")

    answer = open_page(box)

    assert answer.status_code == 200
    assert "fetch(target" in answer.text
    assert "location.replace(target)" in answer.text
    assert open_page(box).status_code == 302


def test_further_hosts_can_be_registered(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    hosts = ("shop.example.cn",)
    monkeypatch.setattr(box.engine, "settings", dataclasses.replace(box.settings, allowed_hosts=hosts))

    allowed = open_page(box, redirect_uri="https://shop.example.cn/callback")

    assert allowed.status_code == 302
    for other in (
        "https://www.shop.example.cn/",
        "https://shop.example.cn:8443/",
        "https://shop.example.cn@evil.cn/",
    ):
        assert "10003" in open_page(box, redirect_uri=other).text
