"""APIv3: who may call, what is signed, answers that break."""

from __future__ import annotations

import base64
import json
import time

import pytest
import requests

from simulator.crypto import keys, payments
from tests.simulator.box import JSAPI, Box

NUMBER = "SHOP20261121000017"


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
    missing = box.query("NEVER-ORDERED")
    closed = box.close()

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
    assert box.query().status_code == 404


@pytest.mark.parametrize(
    "header", ["", "Basic eDp5", "WECHATPAY2-SHA256-RSA2048 mchid=1", "WECHATPAY2-SM2-WITH-SM3 x"]
)
def test_no_or_another_authorization_is_refused(box: Box, header: str) -> None:
    answer = requests.post(box.base + JSAPI, json=box.order(), headers={"Authorization": header}, timeout=5)

    assert (answer.status_code, answer.json()["code"]) == (401, "SIGN_ERROR")


def test_the_signature_covers_the_target_as_it_was_sent(box: Box) -> None:
    target = box.address_of("a%7Cb%2A12")

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
    probe = box.query()
    assert probe.headers["Wechatpay-Signature"].startswith("WECHATPAY/SIGNTEST/")
    assert not is_signed(box, probe)
    assert is_signed(box, box.query())


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


def test_a_fault_can_wait_for_calls_of_one_kind(box: Box) -> None:
    box.post("faults", name="pay_500", value="after", once=True, only="/close")

    assert box.merchant("POST", JSAPI, box.order()).status_code == 200
    assert box.query().status_code == 200
    assert box.close().status_code == 500
    assert box.query().json()["trade_state"] == "CLOSED"
