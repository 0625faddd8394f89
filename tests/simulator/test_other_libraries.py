"""The simulator held against libraries that other people wrote: wechatpy and wechatpayv3."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
import requests
from wechatpayv3 import WeChatPay, WeChatPayType
from wechatpy import WeChatOAuth, parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.replies import ArticlesReply, TextReply

from simulator.crypto import keys
from simulator.pay.authorization import platform_serial
from tests.simulator.box import Box
from tests.simulator.fake_shop import FakeShop, Received


@pytest.fixture
def crypto(box: Box) -> WeChatCrypto:
    account = box.settings.account
    return WeChatCrypto(account.token, account.aes_key, account.appid)


@pytest.fixture
def merchant(box: Box) -> WeChatPay:
    """The client in public-key mode."""
    return _client(
        box,
        public_key=box.settings.wechatpay.public_key_file.read_text(),
        public_key_id=box.settings.wechatpay.public_key_id,
    )


def _client(box: Box, **mode: str) -> WeChatPay:
    given = box.settings.merchant
    assert given.private_key_file is not None
    client = WeChatPay(
        wechatpay_type=WeChatPayType.JSAPI,
        mchid=given.mchid,
        private_key=given.private_key_file.read_text(),
        cert_serial_no=given.cert_serial,
        appid=box.settings.account.appid,
        apiv3_key=given.apiv3_key,
        notify_url=f"{box.settings.web_base}/pay/notify/wechatpay_v3",
        timeout=(3, 10),
        **mode,
    )
    client._core._gate_way = box.base
    return client


def _decrypt(crypto: WeChatCrypto, received: Received) -> str:
    query = received.query
    return crypto.decrypt_message(received.body, query["msg_signature"], query["timestamp"], query["nonce"])


def test_wechatpy_decrypts_our_pushes(box: Box, shop: FakeShop, crypto: WeChatCrypto) -> None:
    box.say("茶 <b>&]]>")

    message = parse_message(_decrypt(crypto, shop.received[-1]))

    assert (message.type, message.content) == ("text", "茶 <b>&]]>")
    assert message.source == box.somebody()
    assert message.target == box.settings.account.original_id


def test_we_decrypt_wechatpys_replies(box: Box, shop: FakeShop, crypto: WeChatCrypto) -> None:
    def answer(received: Received) -> str:
        message = parse_message(_decrypt(crypto, received))
        reply = TextReply(content=f"你说了{message.content}", message=message)
        return crypto.encrypt_message(reply.render(), received.query["nonce"], received.query["timestamp"])

    shop.answer = answer

    delivery = box.say("茶")

    assert delivery["verdict"] == "replied", delivery["reason"]
    assert box.chat()[-1]["text"] == "你说了茶"


def test_a_news_reply_becomes_a_card(box: Box, shop: FakeShop, crypto: WeChatCrypto) -> None:
    def answer(received: Received) -> str:
        reply = ArticlesReply(message=parse_message(_decrypt(crypto, received)))
        for number in (1, 2):
            url = f"https://x.cn/{number}"
            reply.add_article({"title": f"茶{number}", "description": "", "image": "", "url": url})
        return crypto.encrypt_message(reply.render(), received.query["nonce"], received.query["timestamp"])

    shop.answer = answer

    box.say("茶")

    card = box.chat()[-1]
    assert (card["kind"], card["via"]) == ("news", "reply")
    assert [article["title"] for article in card["articles"]] == ["茶1"]  # a text gets one article, not two


def test_wechatpy_logs_a_follower_in(box: Box) -> None:
    account = box.settings.account
    oauth = WeChatOAuth(account.appid, account.appsecret, "", "snsapi_userinfo")
    oauth.API_BASE_URL = f"{box.base}/"
    code = box.engine.oauth.make_code(box.somebody(), "snsapi_userinfo")

    oauth.fetch_access_token(code)

    assert oauth.open_id == box.somebody()
    assert oauth.check_access_token()
    assert oauth.get_user_info()["nickname"] == "王小茶"


def test_the_merchant_client_orders_queries_and_closes(box: Box, merchant: WeChatPay) -> None:
    status, body = merchant.pay(
        description="铁观音",
        out_trade_no="SHOP-1_a*b",
        amount={"total": 100},
        payer={"openid": box.somebody()},
        time_expire="2099-01-01T00:00:00+08:00",
        scene_info={"payer_client_ip": "203.0.113.7"},
    )

    assert (status, list(json.loads(body))) == (200, ["prepay_id"])
    assert json.loads(merchant.query(out_trade_no="SHOP-1_a*b")[1])["trade_state"] == "NOTPAY"
    assert merchant.close("SHOP-1_a*b") == (204, "")
    assert json.loads(merchant.query(out_trade_no="SHOP-1_a*b")[1])["trade_state"] == "CLOSED"


def test_the_merchant_client_reads_our_notification(box: Box, shop: FakeShop, merchant: WeChatPay) -> None:
    box.pay(box.place(attach="cart=17"))

    received = shop.wait_for(1, "/pay/notify")[0]

    told = merchant.callback(received.headers, received.body)
    assert told["event_type"] == "TRANSACTION.SUCCESS"
    assert told["resource"]["amount"] == {
        "total": 2590,
        "payer_total": 2590,
        "currency": "CNY",
        "payer_currency": "CNY",
    }
    assert told["resource"]["attach"] == "cart=17"
    transaction_id = told["resource"]["transaction_id"]
    assert json.loads(merchant.query(transaction_id=transaction_id)[1])["trade_state"] == "SUCCESS"


def test_the_page_parameters_of_the_client_open_the_pay_sheet(box: Box, merchant: WeChatPay) -> None:
    prepay_id, stamp = box.place(), str(int(time.time()))
    package, appid = f"prepay_id={prepay_id}", box.settings.account.appid
    params = box.page_params(
        prepay_id, timeStamp=stamp, nonceStr="abc", paySign=merchant.sign([appid, stamp, "abc", package])
    )

    url = f"{box.settings.web_base}/shop/pay"
    answer = box.post("bridge/prepay", openid=box.somebody(), url=url, params=params)

    assert answer["ok"], answer["verdicts"]


@pytest.mark.parametrize("fault", ["notify_forged", "notify_probe", "notify_wrong_key"])
def test_the_client_refuses_what_is_spoilt(box: Box, shop: FakeShop, merchant: WeChatPay, fault: str) -> None:
    box.fault(fault)

    box.pay(box.place())

    received = shop.wait_for(1, "/pay/notify")[0]
    assert merchant.callback(received.headers, received.body) is None


def test_a_probe_signature_in_an_answer_is_refused(box: Box, merchant: WeChatPay) -> None:
    box.place()
    box.fault("pay_probe")

    with pytest.raises(Exception, match="failed to verify the signature"):
        merchant.query(out_trade_no="SHOP20261121000017")

    assert merchant.query(out_trade_no="SHOP20261121000017")[0] == 200


def test_certificate_mode_works_with_the_downloaded_certificate(box: Box, tmp_path: Path) -> None:
    box.fault("pay_certificates", "list")
    serial = platform_serial(box.settings)
    pem = keys.certificate_pem(box.settings.wechatpay.platform_certificate)
    (tmp_path / f"{serial}.pem").write_bytes(pem)
    client = _client(box, cert_dir=str(tmp_path))

    client._core._update_certificates()

    assert client.query(out_trade_no="NEVER-ORDERED")[0] == 404
    status, _ = client.pay(
        description="茶", out_trade_no="CERT-1", amount={"total": 1}, payer={"openid": box.somebody()}
    )
    assert status == 200


def test_wechatpy_cannot_be_fooled_by_a_forged_push(box: Box, shop: FakeShop, crypto: WeChatCrypto) -> None:
    box.fault("push_forged")

    box.say("茶")

    with pytest.raises(Exception, match="signature"):
        _decrypt(crypto, shop.received[-1])


def test_the_picture_of_a_scene_code_is_served(box: Box) -> None:
    body = {"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {"scene_str": "shelf-07"}}}
    code = box.api("POST", "/cgi-bin/qrcode/create", body=body)

    picture = requests.get(f"{box.base}/cgi-bin/showqrcode", params={"ticket": code["ticket"]}, timeout=5)

    assert picture.headers["Content-Type"] == "image/png"
    path = f"{box.base}/sim/api/followers/{box.somebody()}/scan?wait=1"
    answer = requests.post(path, files={"picture": ("qr.png", picture.content)}, timeout=5).json()
    assert (answer["action"], answer["text"]) == ("scanned", "shelf-07")
