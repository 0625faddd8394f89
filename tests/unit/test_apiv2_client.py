"""APIv2 through wechatpy: what leaves the house, what is believed, and what an answer means."""

import base64
import hashlib
import logging
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import requests
import wechatpy.pay
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from app.core.errors import GatewayRefused, GatewayUnreachable, SignatureInvalid
from app.payments.gateways.apiv2_signing import SignType, verify
from app.payments.gateways.contract import (
    PaymentRequest,
    RefundNews,
    RefundRequest,
    RefundStatus,
    Trade,
    TradeState,
    Way,
)
from tests.apiv2 import APP_APPID, KEY, OLD_KEY, make_gateway, no, payment, play, signed, write, yes
from tests.unit.test_wechat_xml import HOSTILE
from tests.wechatpay import APPID

REQUEST = PaymentRequest(
    out_trade_no="XP1",
    description="西湖龙井 🍵 ]]> <b>&",
    amount_fen=7600,
    openid="oTeaShop_0000000000000000001",
    expires_at=datetime(2026, 11, 21, 2, 30, tzinfo=UTC),
)
REFUND = RefundRequest("RF1", "XP1", "42000026", 590, 7600, "碎了一只")
REFUNDED = yes(
    out_refund_no_0="RF1",
    refund_id_0="503",
    refund_fee_0="590",
    refund_status_0="CHANGE",
    refund_recv_accout_0="招商银行信用卡0403",
    total_fee="7600",
    out_trade_no="XP1",
    transaction_id="42000026",
)


@pytest.fixture(autouse=True)
def no_other_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever wechatpy would read itself fails the test."""

    def refuse(*_: object, **_more: object) -> None:
        raise AssertionError("wechatpy reads XML")

    monkeypatch.setattr(wechatpy.pay.xmltodict, "parse", refuse)


@pytest.mark.parametrize("kind", SignType)
def test_an_order_is_sent_signed_and_complete(kind: SignType) -> None:
    gateway = make_gateway(sign_type=kind)
    played = play(gateway, lambda *_: signed(yes(prepay_id="wx21"), kind=kind))

    assert [gateway.create(REQUEST), gateway.create(REQUEST)] == ["wx21", "wx21"]

    (path, first, certificate), (_path, second, _certificate) = played.seen
    verify(first, [KEY], kind)
    assert (path, certificate) == ("/pay/unifiedorder", None)
    del first["sign"], first["nonce_str"], second["sign"], second["nonce_str"]
    assert first == second  # the same order, whenever it is asked for
    assert first == {
        "appid": APPID,
        "mch_id": "1900000001",
        "body": "西湖龙井  ]] > <b>&",
        "out_trade_no": "XP1",
        "fee_type": "CNY",
        "total_fee": "7600",
        "spbill_create_ip": "127.0.0.1",
        "time_expire": "20261121103000",
        "notify_url": "https://shop.example.cn/n",
        "trade_type": "JSAPI",
        "openid": "oTeaShop_0000000000000000001",
        "sign_type": kind,
    }


def test_each_way_says_what_it_has_to() -> None:
    gateway = make_gateway()
    said = yes(prepay_id="wx21", code_url="weixin://", mweb_url="https://wx.tenpay.com/")
    played = play(gateway, lambda *_: signed(said))

    ways = {
        Way.APP: "wx21",
        Way.NATIVE: "weixin://",
        Way.SCAN: "wx21",
        Way.H5: "https://wx.tenpay.com/",
    }
    for way, paid_with in ways.items():
        request = replace(
            REQUEST, way=way, product_id="7-1" if way is Way.SCAN else "", client_ip="203.0.113.7"
        )
        assert gateway.create(request) == paid_with

    app, native, scan, h5 = (fields for _path, fields, _certificate in played.seen)
    assert (app["appid"], app["trade_type"]) == (APP_APPID, "APP")
    assert (native["trade_type"], native["product_id"]) == ("NATIVE", "XP1")
    assert (scan["trade_type"], scan["product_id"]) == ("NATIVE", "7-1")
    assert (h5["trade_type"], h5["spbill_create_ip"]) == ("MWEB", "203.0.113.7")
    assert '"wap_url": "https://shop.example.cn"' in h5["scene_info"]
    assert "openid" not in app | native | scan | h5
    with pytest.raises(GatewayRefused):
        gateway.create(replace(REQUEST, way=Way.PAGE))


@pytest.mark.parametrize("kind", SignType)
def test_the_sheet_is_opened_with_the_kind_of_signature_the_order_had(kind: SignType) -> None:
    gateway = make_gateway(sign_type=kind)
    page, app = gateway.client_parameters("wx21"), gateway.app_parameters("wx21")

    assert page["signType"] == kind
    signature = page.pop("paySign")
    verify(page | {"sign": signature}, [KEY], kind)
    verify(app, [KEY], kind)


def test_only_a_refund_shows_the_certificate() -> None:
    gateway = make_gateway()
    taken = yes(out_refund_no="RF1", refund_id="503", refund_fee="590", total_fee="7600")
    answers = {"/secapi/pay/refund": signed(taken), "/pay/refundquery": signed(no("REFUNDNOTEXIST"))}
    played = play(gateway, lambda path, _fields: answers[path])

    news = gateway.refund(REFUND)

    assert (news.status, news.refund_id, news.amount_fen) == (RefundStatus.UNDER_WAY, "503", 590)
    assert {path: certificate for path, _fields, certificate in played.seen} == {
        "/secapi/pay/refund": ("/keys/apiclient_cert.pem", "/keys/apiclient_key.pem"),
        "/pay/refundquery": None,
    }
    assert "refund_account" not in played.seen[0][1]


@pytest.mark.parametrize(
    ("code", "theirs"),
    [
        ("NOAUTH", "NO_AUTH"),
        ("NOTENOUGH", "NOT_ENOUGH"),
        ("ORDERPAID", "ORDERPAID"),
        ("APPID_MCHID_NOT_MATCH", "APPID_MCHID_NOT_MATCH"),
        ("CERT_ERROR", "CERT_ERROR"),
        ("USER_ACCOUNT_ABNORMAL", "USER_ACCOUNT_ABNORMAL"),
    ],
)
def test_a_no_is_told_in_the_words_the_shop_knows(code: str, theirs: str) -> None:
    gateway = make_gateway()
    play(gateway, lambda *_: signed(no(code)))

    with pytest.raises(GatewayRefused) as caught:
        gateway.create(REQUEST)

    assert caught.value.their_code == theirs


@pytest.mark.parametrize(
    ("code", "theirs"),
    [
        ("SYSTEMERROR", "SYSTEM_ERROR"),
        ("BIZERR_NEED_RETRY", "SYSTEM_ERROR"),
        ("FREQUENCY_LIMITED", "FREQUENCY_LIMITED"),
        ("", "UNKNOWN"),
    ],
)
def test_what_may_have_happened_is_left_open(code: str, theirs: str) -> None:
    gateway = make_gateway()
    play(gateway, lambda *_: signed(no(code)))

    with pytest.raises(GatewayUnreachable) as caught:
        gateway.refund(REFUND)

    assert caught.value.their_code == theirs


def test_a_wrong_signature_of_ours_is_named_and_other_words_leave_it_open() -> None:
    gateway = make_gateway()
    answers = iter([{"return_code": "FAIL", "return_msg": words} for words in ("签名错误", "稍后再来", "")])
    play(gateway, lambda *_: write(next(answers)))

    with pytest.raises(GatewayRefused) as caught:
        gateway.query("XP1")
    assert caught.value.their_code == "SIGN_ERROR"
    for _ in range(2):
        with pytest.raises(GatewayUnreachable):
            gateway.query("XP1")


UNPAID = yes(trade_state="NOTPAY", out_trade_no="XP1")


@pytest.mark.parametrize(
    "answer",
    [
        write(UNPAID),
        signed(UNPAID, key=OLD_KEY),
        signed(UNPAID, kind=SignType.MD5),
        signed(UNPAID | {"mch_id": "1999999999"}),
        signed(UNPAID | {"trade_state": "DANCING"}),
        signed(UNPAID).replace(b"NOTPAY", b"CLOSED"),
        write(no("ORDERNOTEXIST")),
        b'{"return_code":"SUCCESS"}',
        b"",
        requests.Timeout(),
        requests.ConnectionError(),
        *HOSTILE.values(),
    ],
)
def test_what_does_not_prove_itself_is_no_answer(answer: bytes | Exception) -> None:
    gateway = make_gateway()
    play(gateway, lambda *_: answer)

    with pytest.raises(GatewayUnreachable):
        gateway.query("XP1")


@pytest.mark.parametrize(("status", "body"), [(500, signed(UNPAID)), (302, b"moved")])
def test_a_status_of_its_own_is_no_answer(status: int, body: bytes) -> None:
    gateway = make_gateway()
    play(gateway, lambda *_: body).status = status

    with pytest.raises(GatewayUnreachable):
        gateway.query("XP1")


def test_during_a_change_both_keys_count() -> None:
    gateway = make_gateway(keys=(KEY, OLD_KEY))
    play(gateway, lambda *_: signed(UNPAID, key=OLD_KEY))

    assert gateway.query("XP1").state == TradeState.UNPAID
    for key in (KEY, OLD_KEY):
        for kind in SignType:
            news = gateway.read_notification({}, signed(payment("XP1"), key=key, kind=kind))
            assert isinstance(news, Trade)
            assert (news.amount_fen, news.out_trade_no) == (7600, "XP1")


def sealed(fields: dict[str, str], key: str = KEY) -> str:
    padder = PKCS7(128).padder()
    plain = padder.update(write(fields, root="root")) + padder.finalize()
    name = hashlib.md5(key.encode()).hexdigest().encode()
    cipher = Cipher(algorithms.AES(name), modes.ECB()).encryptor()  # noqa: S305 (WeChat's choice)
    return base64.b64encode(cipher.update(plain) + cipher.finalize()).decode()


@pytest.mark.parametrize("key", [KEY, OLD_KEY])
def test_news_of_a_refund_is_asked_about_and_not_believed(key: str) -> None:
    gateway = make_gateway(keys=(KEY, OLD_KEY))
    play(gateway, lambda *_: signed(REFUNDED))
    pushed = {"out_refund_no": "RF1", "refund_status": "SUCCESS", "refund_fee": "7600"}

    news = gateway.read_notification({}, write(yes(req_info=sealed(pushed, key))))

    assert isinstance(news, RefundNews)
    assert (news.status, news.amount_fen, news.total_fen) == (RefundStatus.ABNORMAL, 590, 7600)
    assert (news.mchid, news.received_account) == ("1900000001", "招商银行信用卡0403")


def test_a_refund_for_another_merchant_or_of_nobody_is_refused() -> None:
    gateway = make_gateway()
    play(gateway, lambda *_: signed(no("REFUNDNOTEXIST")))
    pushed = sealed({"out_refund_no": "RF1"})

    for fields in (
        yes(req_info=pushed, mch_id="1999999999"),
        yes(req_info=pushed, appid="wx0000000000000000"),
        yes(req_info=pushed),
        yes(req_info=sealed({"refund_id": "503"})),
        yes(req_info=sealed({"out_refund_no": "RF1"}, OLD_KEY)),
    ):
        with pytest.raises(SignatureInvalid):
            gateway.read_notification({}, write(fields))


def test_a_notification_of_no_success_says_nothing() -> None:
    assert make_gateway().read_notification({}, signed(payment("XP1", result_code="FAIL"))) is None


@pytest.mark.parametrize(
    "body",
    [
        write(payment("XP1")),
        signed(payment("XP1")).replace(b"7600", b"76"),
        signed(payment("XP1")).replace(b"<xml>", b"<xml><total_fee>1</total_fee>"),
        signed(payment("XP1"), key=OLD_KEY),
        *HOSTILE.values(),
    ],
)
def test_a_notification_that_does_not_prove_itself_is_refused(body: bytes) -> None:
    with pytest.raises(SignatureInvalid):
        make_gateway().read_notification({}, body)


def test_the_key_stands_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for kind in SignType:
        gateway = make_gateway(sign_type=kind)
        play(gateway, lambda *_, kind=kind: signed(UNPAID, kind=kind))
        gateway.query("XP1")

    assert "wechat pay answered" in caplog.text
    assert KEY not in caplog.text + repr(gateway.client.account)
