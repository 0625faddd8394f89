"""QR codes to pay with, and the cashier of outside browsers."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.simulator.box import H5, JSAPI, NATIVE, Box

SCENE = {"payer_client_ip": "127.0.0.1", "h5_info": {"type": "Wap"}}
REFUSALS = {
    "in WeChat": ({"User-Agent": "MicroMessenger/8"}, "请在微信外打开订单"),
    "no referer": ({"Referer": ""}, "商家参数格式有误"),
    "another site": ({"Referer": "https://elsewhere.cn/"}, "商家存在未配置的参数"),
}


def code_url(box: Box, **changes: Any) -> str:
    answer = box.merchant("POST", NATIVE, box.order(payer=None, **changes))
    assert answer.status_code == 200, answer.text
    return answer.json()["code_url"]


def h5_url(box: Box, **scene: Any) -> str:
    answer = box.merchant("POST", H5, box.order(payer=None, scene_info=SCENE | scene))
    assert answer.status_code == 200, answer.text
    return answer.json()["h5_url"]


def scan(box: Box, text: str, openid: str) -> dict[str, Any]:
    return box.post(f"followers/{openid}/scan", text=text)


def state(box: Box) -> tuple[str, str, str]:
    order = box.get("orders")["orders"][0]
    return order["state"], order["trade_type"], order["openid"]


def open_h5(box: Box, url: str, **headers: str) -> requests.Response:
    return requests.get(url, headers={"Referer": f"{box.settings.web_base}/shop/"} | headers, timeout=10)


def test_whoever_scans_the_code_first_pays_it(box: Box) -> None:
    url, first, second = code_url(box), box.somebody(0), box.somebody(1)
    shown = scan(box, url, first)["order"]

    paid = box.post("bridge/pay", openid=first, prepay_id=shown["prepay_id"], action="pay", password="123456")

    assert url.startswith("weixin://wxpay/bizpayurl?pr=")
    assert paid["err_msg"].endswith(":ok")
    assert state(box) == ("SUCCESS", "NATIVE", first)
    assert scan(box, url, second)["problem"] == "该订单已支付"


def test_a_code_is_over_after_two_hours_and_the_same_order_gives_another(box: Box) -> None:
    old = code_url(box)
    box.pass_time(7201)
    new = code_url(box)

    assert "过期" in scan(box, old, box.somebody())["problem"]
    assert scan(box, new, box.somebody())["order"]["amount_fen"] == 2590


def test_one_number_belongs_to_one_way(box: Box) -> None:
    code_url(box)

    answer = box.merchant("POST", JSAPI, box.order())

    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_REQUEST")


@pytest.mark.parametrize(
    "scene", [{"payer_client_ip": ""}, {"h5_info": {}}, {"h5_info": {"type": "Desktop"}}]
)
def test_h5_wants_the_buyers_address_and_kind_of_browser(box: Box, scene: dict[str, Any]) -> None:
    answer = box.merchant("POST", H5, box.order(payer=None, scene_info=SCENE | scene))

    assert (answer.status_code, answer.json()["code"]) == (400, "PARAM_ERROR")


def test_an_outside_browser_pays_and_comes_back(box: Box) -> None:
    back = f"{box.settings.web_base}/shop/back"
    url = f"{h5_url(box)}&redirect_url={back}"
    form = {"openid": box.somebody(), "password": "123456", "action": "pay"}

    assert "¥25.90" in open_h5(box, url).text
    answer = requests.post(url, data=form, allow_redirects=False, timeout=10)

    assert (answer.status_code, answer.headers["Location"]) == (303, back)
    assert state(box) == ("SUCCESS", "MWEB", box.somebody())


def test_a_wrong_password_leaves_the_page_open(box: Box) -> None:
    url = h5_url(box)

    answer = requests.post(url, data={"openid": box.somebody(), "password": "1"}, timeout=10)

    assert "支付密码错误" in answer.text
    assert state(box)[0] == "NOTPAY"


@pytest.mark.parametrize(("headers", "words"), REFUSALS.values(), ids=list(REFUSALS))
def test_the_cashier_says_why_it_does_not_open(box: Box, headers: dict[str, str], words: str) -> None:
    assert words in open_h5(box, h5_url(box), **headers).text


def test_the_cashier_opens_for_the_same_network_alone(box: Box) -> None:
    assert "网络环境" in open_h5(box, h5_url(box, payer_client_ip="203.0.113.9")).text


def test_an_h5_address_is_over_after_five_minutes(box: Box) -> None:
    url = h5_url(box)
    box.pass_time(301)

    assert "已失效" in open_h5(box, url).text
