"""APIv3: who may call, what an order may contain, re-entry, query, close, answers that break."""

from __future__ import annotations

import base64
import json
import time
from datetime import datetime, timedelta
from typing import Any

import pytest
import requests

from simulator.clock import BEIJING
from simulator.crypto import keys, payments
from tests.simulator.box import JSAPI, Box

NUMBER = "SHOP20261121000017"
QUERY = "/v3/pay/transactions/out-trade-no/{number}?mchid={mchid}"


def query(box: Box, number: str = NUMBER) -> requests.Response:
    return box.merchant("GET", QUERY.format(number=number, mchid=box.settings.merchant.mchid))


def close(box: Box, number: str = NUMBER) -> requests.Response:
    path = f"/v3/pay/transactions/out-trade-no/{number}/close"
    return box.merchant("POST", path, {"mchid": box.settings.merchant.mchid})


def is_signed(box: Box, answer: requests.Response) -> bool:
    headers = answer.headers
    assert headers["Wechatpay-Signature-Type"] == payments.SCHEME
    assert headers["Wechatpay-Serial"] == box.settings.wechatpay.public_key_id
    assert abs(int(headers["Wechatpay-Timestamp"]) - time.time()) < 60
    message = payments.lines(headers["Wechatpay-Timestamp"], headers["Wechatpay-Nonce"], answer.content)
    key = keys.read_public_key(box.settings.wechatpay.public_key_file)
    return payments.is_signed(headers["Wechatpay-Signature"], message, key)


def test_every_answer_is_signed_and_numbered(box: Box) -> None:
    created = box.merchant("POST", JSAPI, box.order())
    missing = query(box, "NEVER-ORDERED")
    closed = close(box)

    assert [answer.status_code for answer in (created, missing, closed)] == [200, 404, 204]
    for answer in (created, missing, closed):
        assert is_signed(box, answer)
        assert answer.headers["Request-ID"]
    assert closed.content == b""
    assert created.headers["Content-Type"] == "application/json; charset=utf-8"
    assert "订单不存在" in missing.content.decode()


def test_a_prepay_id_looks_like_one(box: Box) -> None:
    prepay_id = box.place()

    assert len(prepay_id) == 36
    assert prepay_id.startswith("wx")


@pytest.mark.parametrize(
    ("changes", "check"),
    [
        ({"mchid": "1900000009"}, "mchid"),
        ({"serial_no": "0" * 40}, "serial_no"),
        ({"timestamp": str(int(time.time()) - 3600)}, "timestamp"),
        ({"timestamp": str(int(time.time()) + 3600)}, "timestamp"),
        ({"timestamp": "now"}, "timestamp"),
        ({"nonce_str": "n" * 33}, "nonce_str"),
        ({"signature": base64.b64encode(b"x" * 256).decode()}, "签名"),
        ({"signature": "no base64"}, "签名"),
        ({"signature": ""}, "signature"),
    ],
)
def test_a_wrong_authorization_is_refused_and_named(box: Box, changes: dict[str, str], check: str) -> None:
    answer = box.merchant("POST", JSAPI, box.order(), **changes)

    assert (answer.status_code, answer.json()["code"]) == (401, "SIGN_ERROR")
    assert check in answer.json()["message"]
    assert is_signed(box, answer)
    assert query(box).status_code == 404


@pytest.mark.parametrize(
    "header", ["", "Basic eDp5", "WECHATPAY2-SHA256-RSA2048 mchid=1", "WECHATPAY2-SM2-WITH-SM3 x"]
)
def test_no_or_another_authorization_is_refused(box: Box, header: str) -> None:
    answer = requests.post(box.base + JSAPI, json=box.order(), headers={"Authorization": header}, timeout=5)

    assert (answer.status_code, answer.json()["code"]) == (401, "SIGN_ERROR")


def test_the_signature_covers_the_target_as_it_was_sent(box: Box) -> None:
    target = QUERY.format(number="a%7Cb%2A12", mchid=box.settings.merchant.mchid)

    assert box.merchant("GET", target).status_code == 404
    headers = {"Authorization": box.authorization("GET", target.replace("%7C", "|"), b"")}
    assert requests.get(box.base + target, headers=headers, timeout=5).status_code == 401


def test_the_body_is_covered_to_the_byte(box: Box) -> None:
    data = json.dumps(box.order()).encode()
    headers = {"Authorization": box.authorization("POST", JSAPI, data)}

    changed = data.replace(b"2590", b"2591")

    assert requests.post(box.base + JSAPI, data=changed, headers=headers, timeout=5).status_code == 401
    assert requests.post(box.base + JSAPI, data=data, headers=headers, timeout=5).status_code == 200


def test_the_parameters_may_come_in_any_order(box: Box) -> None:
    data = json.dumps(box.order()).encode()
    scheme, _, rest = box.authorization("POST", JSAPI, data).partition(" ")
    headers = {"Authorization": f"{scheme} {', '.join(reversed(rest.split(',')))}"}

    assert requests.post(box.base + JSAPI, data=data, headers=headers, timeout=5).status_code == 200


def test_a_serial_of_nobody_is_refused(box: Box) -> None:
    data = json.dumps(box.order()).encode()
    headers = {"Authorization": box.authorization("POST", JSAPI, data), "Wechatpay-Serial": "PUB_KEY_ID_0"}

    answer = requests.post(box.base + JSAPI, data=data, headers=headers, timeout=5)

    assert (answer.status_code, answer.json()["code"]) == (400, "PARAM_ERROR")


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
    assert query(box).json()["trade_state"] == "NOTPAY"


def test_an_unpaid_order_tells_little(box: Box) -> None:
    box.place()

    assert query(box).json() == {
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

    told = query(box).json()

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

    assert [close(box).status_code, close(box).status_code] == [204, 204]

    assert query(box).json()["trade_state"] == "CLOSED"
    again = box.merchant("POST", JSAPI, box.order())
    assert (again.status_code, again.json()["code"]) == (400, "ORDER_CLOSED")
    assert box.pay(prepay_id)["err_desc"] == "该订单已关闭"


@pytest.mark.parametrize("code", ["ORDERPAID", "INVALID_REQUEST"])
def test_a_paid_order_is_neither_closed_nor_ordered_again(box: Box, code: str) -> None:
    box.fault("pay_paid_code", code)
    box.pay(box.place())

    for answer in (close(box), box.merchant("POST", JSAPI, box.order())):
        assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_closing_a_number_never_ordered_burns_it(box: Box) -> None:
    assert close(box).status_code == 204

    assert box.merchant("POST", JSAPI, box.order()).json()["code"] == "INVALID_REQUEST"
    assert query(box).status_code == 404
    box.fault("pay_close_unknown", "404")
    assert close(box, "NEVER-ORDERED-2").status_code == 404


@pytest.mark.parametrize("kind", ["pay_500", "pay_timeout", "pay_reset"])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_broken_answer_leaves_the_effect_or_not(box: Box, kind: str, moment: str) -> None:
    box.post("faults", name=kind, value=moment, once=True)
    data = json.dumps(box.order()).encode()
    headers = {"Authorization": box.authorization("POST", JSAPI, data)}

    if kind == "pay_500":
        answer = requests.post(box.base + JSAPI, data=data, headers=headers, timeout=5)
        assert (answer.status_code, answer.json()["code"]) == (500, "SYSTEM_ERROR")
    else:
        expected = requests.Timeout if kind == "pay_timeout" else requests.ConnectionError
        with pytest.raises(expected):
            requests.post(box.base + JSAPI, data=data, headers=headers, timeout=0.5)

    assert (box.engine.orders.find(NUMBER) is not None) == (moment == "after")
    assert box.place()  # the same request again simply works


def test_too_many_calls_and_unsigned_answers_can_be_played(box: Box) -> None:
    box.fault("pay_429")
    assert box.merchant("POST", JSAPI, box.order()).json()["code"] == "FREQUENCY_LIMITED"
    box.fault("pay_unsigned")
    unsigned = box.merchant("POST", JSAPI, box.order())
    assert unsigned.status_code == 200
    assert "Wechatpay-Signature" not in unsigned.headers
    box.fault("pay_probe")
    probe = query(box)
    assert probe.headers["Wechatpay-Signature"].startswith("WECHATPAY/SIGNTEST/")
    assert not is_signed(box, probe)
    assert is_signed(box, query(box))


def test_a_public_key_merchant_has_no_certificates_until_switched(box: Box) -> None:
    refused = box.merchant("GET", "/v3/certificates")
    box.fault("pay_certificates", "list")
    listed = box.merchant("GET", "/v3/certificates").json()["data"][0]

    assert (refused.status_code, refused.json()["code"]) == (404, "RESOURCE_NOT_EXISTS")
    assert len(listed["serial_no"]) == 40
    pem = payments.decrypt_resource(listed["encrypt_certificate"], box.settings.merchant.apiv3_key)
    assert pem.encode() == keys.certificate_pem(box.settings.wechatpay.platform_certificate)


def test_the_self_test_reads_and_writes_encrypted_fields(box: Box) -> None:
    ours = keys.read_public_key(box.settings.wechatpay.public_key_file)
    body = {
        "echo_message": "hello",
        "encrypted_echo_message": payments.encrypt_field("王小茶", ours),
        "notify_url": f"{box.settings.web_base}/pay/echo",
    }

    answer = box.merchant("POST", "/v3/security/echo", body).json()

    assert answer["echo_message"] == "hello"
    own = keys.read_private_key(box.settings.merchant.private_key_file)
    assert payments.decrypt_field(answer["encrypted_echo_message"], own) == "王小茶"
    told = json.loads(box.shop.wait_for(1, "/pay/echo")[0].body)
    assert told["event_type"] == "SECURITY_ECHO.SUCCESS"


def test_unknown_addresses_and_methods_are_refused(box: Box) -> None:
    assert box.merchant("GET", "/v3/nothing").status_code == 404
    assert box.merchant("GET", JSAPI).status_code == 405
