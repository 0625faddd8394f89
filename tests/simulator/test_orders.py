"""Orders at WeChat Pay: what they may contain, re-entry, expiry, query, close."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import requests

from simulator.clock import BEIJING
from tests.simulator.box import JSAPI, Box

NUMBER = "SHOP20261121000017"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"appid": None}, "/appid"),
        ({"description": ""}, "/description"),
        ({"description": "长" * 128}, "/description"),
        ({"description": "茶🍵"}, "/description"),
        ({"attach": "a" * 129}, "/attach"),
        ({"attach": 7}, "/attach"),
        ({"out_trade_no": "short"}, "/out_trade_no"),
        ({"out_trade_no": "n" * 33}, "/out_trade_no"),
        ({"out_trade_no": "SHOP 0001"}, "/out_trade_no"),
        ({"notify_url": "/pay/notify"}, "/notify_url"),
        ({"notify_url": "https://x.cn/pay?a=1"}, "/notify_url"),
        ({"amount": None}, "/amount"),
        ({"amount": {"total": 0}}, "/amount/total"),
        ({"amount": {"total": "2590"}}, "/amount/total"),
        ({"amount": {"total": 25.9}}, "/amount/total"),
        ({"amount": {"total": True}}, "/amount/total"),
        ({"amount": {"total": 1, "currency": "USD"}}, "/amount/currency"),
        ({"payer": None}, "/payer"),
        ({"payer": {}}, "/payer/openid"),
        ({"time_expire": "tomorrow"}, "/time_expire"),
        ({"time_expire": "2026-11-21T10:45:00"}, "/time_expire"),
        ({"support_fapiao": "yes"}, "/support_fapiao"),
        ({"scene_info": {"device_id": "1"}}, "/scene_info/payer_client_ip"),
        ({"detail": {"goods_detail": [{"quantity": 1}]}}, "/detail/goods_detail/0/merchant_goods_id"),
    ],
)
def test_a_wrong_field_is_pointed_at(box: Box, changes: dict[str, Any], field: str) -> None:
    answer = box.merchant("POST", JSAPI, box.order(**changes))

    assert (answer.status_code, answer.json()["code"]) == (400, "PARAM_ERROR")
    assert answer.json()["detail"]["field"] == field
    assert answer.json()["detail"]["location"] == "body"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"mchid": "1900000009"}, "PARAM_ERROR"),
        ({"appid": "wx0000000000000000"}, "APPID_MCHID_NOT_MATCH"),
        ({"payer": {"openid": "oOfAnotherAccount00000000000"}}, "INVALID_REQUEST"),
    ],
)
def test_identities_must_belong_together(box: Box, changes: dict[str, Any], code: str) -> None:
    answer = box.merchant("POST", JSAPI, box.order(**changes))

    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_a_body_that_is_no_json_is_refused(box: Box) -> None:
    headers = {"Authorization": box.authorization("POST", JSAPI, b"{")}

    answer = requests.post(box.base + JSAPI, data=b"{", headers=headers, timeout=5)

    assert (answer.status_code, answer.json()["code"]) == (400, "PARAM_ERROR")


def test_the_same_order_again_succeeds_with_another_prepay_id(box: Box) -> None:
    first = box.place()
    again = box.place(amount={"total": 2590})  # the currency's default is the same request

    assert again != first


@pytest.mark.parametrize(
    "changes",
    [{"amount": {"total": 2591}}, {"description": "别的"}, {"attach": "x"}, {"support_fapiao": True}],
    ids=["amount", "description", "attach", "fapiao"],
)
def test_a_changed_reorder_is_refused(box: Box, changes: dict[str, Any]) -> None:
    box.place()

    answer = box.merchant("POST", JSAPI, box.order(**changes))

    assert answer.status_code == 400
    assert answer.json() == {
        "code": "INVALID_REQUEST",
        "message": "请求重入时，参数与首次请求时不一致",
    }


def test_another_writing_of_the_same_expiry_is_the_same_order(box: Box) -> None:
    moment = datetime.now(BEIJING).replace(microsecond=0) + timedelta(minutes=30)
    utc = moment.astimezone(tz=None).isoformat()

    box.place(time_expire=moment.isoformat())
    box.place(time_expire=utc)

    later = (moment + timedelta(minutes=1)).isoformat()
    answer = box.merchant("POST", JSAPI, box.order(time_expire=later))
    assert answer.json()["code"] == "INVALID_REQUEST"


@pytest.mark.parametrize(
    ("ahead", "lives"),
    [
        pytest.param(None, 7 * 86_400, id="seven days without"),
        pytest.param(-3600, 60, id="raised to a minute"),
        pytest.param(1800, 1800, id="as asked"),
        pytest.param(200 * 86_400, 90 * 86_400, id="cut to ninety days"),
    ],
)
def test_the_buyer_has_so_long(box: Box, ahead: int | None, lives: int) -> None:
    box.pass_time(5000)  # the simulated clock runs ahead; the shop's time_expire is its own clock's
    expire = (
        {}
        if ahead is None
        else {"time_expire": (datetime.now(BEIJING) + timedelta(seconds=ahead)).isoformat()}
    )
    box.place(**expire)

    order = box.engine.orders.find(NUMBER)

    assert abs(order["expires_at"] - order["created_at"] - lives) < 2


def test_an_expired_order_stays_unpaid_and_cannot_be_ordered_again(box: Box) -> None:
    soon = (datetime.now(BEIJING) + timedelta(minutes=5)).isoformat()
    box.place(time_expire=soon)
    box.pass_time(301)

    answer = box.merchant("POST", JSAPI, box.order(time_expire=soon))

    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_REQUEST")
    assert box.query().json()["trade_state"] == "NOTPAY"


def test_an_unpaid_order_tells_little(box: Box) -> None:
    box.place()

    assert box.query().json() == {
        "mchid": box.settings.merchant.mchid,
        "appid": box.settings.account.appid,
        "out_trade_no": NUMBER,
        "trade_state": "NOTPAY",
        "trade_state_desc": "订单未支付",
        "promotion_detail": [],
        "amount": {"payer_currency": "CNY", "total": 2590},
        "scene_info": {"device_id": ""},
    }


def test_a_paid_order_tells_all(box: Box) -> None:
    box.pay(box.place(attach="cart=17"))

    told = box.query().json()

    assert (told["trade_state"], told["trade_type"], told["attach"]) == ("SUCCESS", "JSAPI", "cart=17")
    assert told["payer"] == {"openid": box.somebody()}
    assert len(told["transaction_id"]) == 28
    assert told["transaction_id"].startswith("42")
    assert told["transaction_id"].isdigit()
    assert told["success_time"].endswith("+08:00")
    by_theirs = f"/v3/pay/transactions/id/{told['transaction_id']}?mchid={told['mchid']}"
    assert box.merchant("GET", by_theirs).json() == told


def test_a_query_names_the_merchant(box: Box) -> None:
    box.place()

    answer = box.merchant("GET", f"/v3/pay/transactions/out-trade-no/{NUMBER}?mchid=1900000009")

    assert (answer.status_code, answer.json()["detail"]["location"]) == (400, "query")
    assert box.merchant("GET", f"/v3/pay/transactions/out-trade-no/{NUMBER}").status_code == 400


def test_closing_is_final_and_may_be_repeated(box: Box) -> None:
    prepay_id = box.place()

    assert [box.close().status_code, box.close().status_code] == [204, 204]

    assert box.query().json()["trade_state"] == "CLOSED"
    again = box.merchant("POST", JSAPI, box.order())
    assert (again.status_code, again.json()["code"]) == (400, "ORDER_CLOSED")
    assert box.pay(prepay_id)["err_desc"] == "该订单已关闭"


@pytest.mark.parametrize("code", ["ORDERPAID", "INVALID_REQUEST"])
def test_a_paid_order_is_neither_closed_nor_ordered_again(box: Box, code: str) -> None:
    box.fault("pay_paid_code", code)
    box.pay(box.place())

    for answer in (box.close(), box.merchant("POST", JSAPI, box.order())):
        assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_closing_a_number_never_ordered_burns_it(box: Box) -> None:
    assert box.close().status_code == 204

    assert box.merchant("POST", JSAPI, box.order()).json()["code"] == "INVALID_REQUEST"
    assert box.query().status_code == 404
    box.fault("pay_close_unknown", "404")
    assert box.close("NEVER-ORDERED-2").status_code == 404
