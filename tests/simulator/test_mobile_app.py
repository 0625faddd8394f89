"""The merchant's mobile app: its logins and its PayReq."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from simulator.crypto import payments
from tests.simulator.box import JSAPI, Box
from tests.simulator.test_logging_in import exchange

APP = "/v3/pay/transactions/app"


def app_order(box: Box, **changes: Any) -> requests.Response:
    return box.merchant("POST", APP, box.order(payer=None, appid=box.settings.account.app_appid, **changes))


def pay_req(box: Box, prepay_id: str, **changes: str) -> dict[str, str]:
    account, stamp, nonce = box.settings.account, "1795227302", "9d8c7b6a"
    message = payments.lines(account.app_appid, stamp, nonce, prepay_id)
    return {
        "appid": account.app_appid,
        "partnerid": box.settings.merchant.mchid,
        "prepayid": prepay_id,
        "package": "Sign=WXPay",
        "noncestr": nonce,
        "timestamp": stamp,
        "sign": payments.sign(message, box.merchant_key),
    } | changes


def app_login(box: Box, openid: str) -> dict[str, Any]:
    account = box.settings.account
    code = box.post(f"followers/{openid}/app_login")["code"]
    return exchange(box, code, appid=account.app_appid, secret=account.app_secret)


def test_the_same_person_has_another_openid_in_the_app_and_the_same_unionid(box: Box) -> None:
    person = box.somebody()
    known = box.api("GET", "/cgi-bin/user/info", openid=person, lang="zh_CN")

    first, again, other = app_login(box, person), app_login(box, person), app_login(box, box.somebody(1))

    assert first["openid"] == again["openid"] != person
    assert len(first["openid"]) == 28
    assert first["unionid"] == known["unionid"] != other["unionid"]
    assert first["openid"] != other["openid"]


def test_a_code_of_the_app_is_nothing_to_the_account_and_works_once(box: Box) -> None:
    code = box.post(f"followers/{box.somebody()}/app_login")["code"]
    account = box.settings.account

    assert exchange(box, code)["errcode"] == 40029
    assert "openid" in exchange(box, code, appid=account.app_appid, secret=account.app_secret)
    assert exchange(box, code, appid=account.app_appid, secret=account.app_secret)["errcode"] == 40163
    assert exchange(box, code, appid=account.app_appid)["errcode"] == 40125


def test_a_pay_req_is_checked_and_pays(box: Box) -> None:
    person, prepay_id = box.somebody(), app_order(box).json()["prepay_id"]

    shown = box.post("bridge/app", openid=person, params=pay_req(box, prepay_id))
    box.post("bridge/pay", openid=person, prepay_id=prepay_id, password="123456")

    assert (shown["ok"], shown["order"]["amount_fen"]) == (True, 2590)
    order = box.get("orders")["orders"][0]
    assert (order["state"], order["trade_type"]) == ("SUCCESS", "APP")
    assert order["payer"] == app_login(box, person)["openid"]
    assert not box.post("bridge/app", openid=person, params=pay_req(box, prepay_id))["ok"]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"sign": ""}, "缺少 sign"),
        ({"sign": "AAAA"}, "签名失败"),
        ({"package": "prepay_id=wx1"}, "package"),
        ({"appid": "wx0000000000000000"}, "appid"),
        ({"partnerid": "1"}, "partnerid"),
        ({"timestamp": "1795227302000"}, "timestamp"),
        ({"noncestr": "another"}, "签名失败"),
    ],
)
def test_a_pay_req_that_is_wrong_opens_no_sheet(box: Box, changes: dict[str, str], says: str) -> None:
    prepay_id = app_order(box).json()["prepay_id"]

    answer = box.post("bridge/app", openid=box.somebody(), params=pay_req(box, prepay_id, **changes))

    assert (answer["ok"], answer["order"]) == (False, None)
    assert says in answer["err_desc"]


def test_each_way_wants_its_own_appid(box: Box) -> None:
    wrong = box.merchant("POST", APP, box.order(payer=None))
    other = box.merchant("POST", JSAPI, box.order(appid=box.settings.account.app_appid))

    assert wrong.json()["code"] == other.json()["code"] == "APPID_MCHID_NOT_MATCH"
