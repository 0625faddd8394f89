"""The simulator's own cryptography against published and precomputed vectors."""

from __future__ import annotations

import base64
import hashlib
import json

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from simulator.crypto import payments
from simulator.crypto.messages import MessageCrypto, MessageCryptoError, is_signed, sign
from simulator.platform.tickets import ticket_signature

AES_KEY, APPID, TOKEN = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", "wx5a1b2c3d4e5f6a7b", "shopbot2026"
PUSH = (
    "<xml><ToUserName><![CDATA[gh_1a2b3c4d5e6f]]></ToUserName>"
    "<FromUserName><![CDATA[oTeaShop_0000000000000000001]]></FromUserName>"
    "<CreateTime>1795219200</CreateTime><MsgType><![CDATA[text]]></MsgType>"
    "<Content><![CDATA[你好]]></Content><MsgId>25140096871234567</MsgId></xml>"
)
PUSH_ENCRYPTED = (
    "4j/AuRx71kQlxVlzbpsMWHFMAsfhXznmO5TH0Yo/UB02y9sGLkxjkjDWP5a+Of+dQQv0n+jGKMy3JEUy1EgJhrqUcwj7ZoHqxpC7hX2Y1C7msw4v1U3V"
    "541ZAKoGdEzeSuGv39Z7XumUNarYCdbHbCGDM2YFU610Eon8Kcq2w5Jvx6l8jTXmFs8B0L+12UlrivinUu2xfZMEtxPBv3hUFBklw21iNwfS1k7/4lQV"
    "jTEnoxxT7LAUnNJct50/kkpiD4xvEBayp/O7l/cT5w4Mpb2ous/JrMS+56lnyxsl/4iHu9K4atCYVS+S2wmUaun+RLe7OZrRz6Zh/87kfAhch1XVr+Ww"
    "0nWDhTySk4DgbnIV8Ul/Oip7MTgu9UJHfkMoLZSAgJL5pzyxVFf77z6pTtEeXp1Mm3ElV77IQdjRwqQ="
)
REPLY = (
    "<xml><ToUserName><![CDATA[oTeaShop_0000000000000000001]]></ToUserName>"
    "<FromUserName><![CDATA[gh_1a2b3c4d5e6f]]></FromUserName><CreateTime>1795219201</CreateTime>"
    "<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[收到]]></Content></xml>"
)
REPLY_ENCRYPTED = (
    "wrNmYnsdngNwZHPRm4NnS3u4oFnRwDKl2iEEVleXslkjTj5f1HWlVkBsYsrmoKsrLSPu97oLa5DHk0gYBn1Ymt5e4u+SEVjYV1Kp256+bCqfIvSjWl99"
    "+EKeWo+Q30NRxBFKIjy5A5riLsnjEklhE86RcGQNSNOVKTpHYVy7BJMg4B+4n538/kuswWMgFFs9i8YMTL3ZaFC0r3HhvZGerqcv6IuD6Hn/PdLXJlhr"
    "yItveeqcjw6d4GzT5Thj9O/gw3l2vTct0rL/Yl9xqFJgYwt92jhSKdKfCd4/qjdm7bc4RvpIS+u0ah/w6E5qygd7N6pNMSKz5uYRcxBcJ+ggu/xmxQqo"
    "rDzSgcBSOFrlQ93AI0KE9C/4+Vt0MJrsKhZ3"
)
APIV3_KEY = "Shop2026ApiV3KeyForTests00000001"
WECHAT_PUBLIC_KEY = b"""-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA8OK9C78VKioxsHidp7VL
JzE2+XtPM+eyvdLeQHwALD5Sjae6+uHIYtIGhklgQyRdrkaMQVOOZdJGTdRdGlFa
w5oiSQoMTj8Vpgbz6TgDXyp+nlryz1vYZptlkiKc/5YtVQwJw2dNts1N11CaX2pk
8j6eGBN8PTOhnE8A5y1b+tQ/G9ydLj5iLBW54EeJb/BBNdjwpRjOU/60bAaQaiOy
I2HvJbwoU9HrdWQlH7CG0QDHiVH13ypIGZ6AUGmD0BclctPXtPQSrmyVFsIDp9cZ
rOGFKv95offVMmv1+SIMDhmLbkiyZKae3THqmmuF/gZ6LtMdCPzKqRa5kFcdzV4e
FQIDAQAB
-----END PUBLIC KEY-----
"""
ANSWER = '{"prepay_id":"wx21101500a1b2c3d4e5f60718293a4b0000"}'
ANSWER_SIGNATURE = (
    "kvb3fKZkFrpwEuEyTGwM0lrIAuBkYnhiLzdvQBQhY6Dfrsbltx3BWVPiJTuQ4o08gz2rftxDGWODg/VYppkRb3f6iYaFfwucfVwZgvgQtmftDh++N/1h"
    "UMik9zYDAEawUD4U6FcNxkM1hOvTeM81g+KqdEH3FiAN3yJyGRxPA8qq2DjbERKCdZBlrLAP467mzFqiymrMKCU8Q6yxhG73bV3nTSpSuKqNaaTXF1ua"
    "DstKfRExRWStI41fVpZMTpVFhYRwtCO1d+sji433wa3ME4sKKl+QOSfuda/gAJvj56ZG19JnK3rOH9DnJELbqflT5lePUPVkdYsiByjpw3YXlA=="
)
EMPTY_SIGNATURE = (
    "Xoddwr3prf7WWgjIf7fLI9QevZ6Fk1FsYxn/3HMKVPMyd+49MjgaXJ+RFXbTf2mtK474zJ2sZdqBf5W4LPeKksxUvI553I7k4Ssi1OfaeoadZOmCOVFE"
    "HslhO1kdgR681e3ndxL8DvR7DXCADSPCL24nMz1v1N+Y3k0l/Abb/xE8ZaI+QkUIduotrnP+nyCdDvPNOSlCD0gWRSv2U0R3xEVkynsCEy+mIyZ8U5qP"
    "juTG9/fHwxnbkaXemRsMYQrq4SiAm3swAqFaoU/41yyahF1C7a05Tn2H6jrwcTodjMbzthcSlR/8YUd2Ta2HWB6R7sJOp6LNUBFhSChnCOuiuw=="
)
NOTIFICATION_CIPHERTEXT = (
    "OuDgsXKUQIkzLg2PJBqlkNjh20Bwxfia+NOO+nHkCpJ3F2tBKsMt1zFu2kSEQs2FTNGXE4JPfq0LBiZyqDIAHLWJ19Vs2wixpTo0m15uNIPlwZfSSt9d"
    "vQejz/VJD8stppJJDWFHkvksQQkBtaTxvmaCCXOn0mMKNqIMAyHfElj5nv2jrnIeEyTsLg6gfQ/GzlSq9Nj22DO8AQ14YIr2X2rJSId6lMwQx5wPC/sX"
    "LqschJGwZdXslOjnRbKpsKXcHWswax2dwRLkVoEMagmPP9iK4wAidV4C1vbBt+5zUSHv7igccr99xrqb9HF8+c+QGFrmAB/l7nCuwyggx5HL6nuek/N5"
    "jh06GtbmuFBjWI42xPVPdiUPPwfZx0Le0w2VFkXroQApVyQgckfKJkqCvLrqNeizC6HM/1MjZ06DDcBd4Qf+cjpIwhWhJBICH4Od4nYwqxyD4JiV9C46"
    "7ym6aiNYmwbvXKpXwrzCICchjvII56Rxq9+Ls9pUxrjtZdQlJM/ZEF0YYDMo08jISZnJMv1V9mQoKNFwx9cm9DLTljU6D1xtdhN3hV/1oOe7U2dYRMLO"
    "XJYc/JsX3MdhQDU="
)


@pytest.fixture
def crypto() -> MessageCrypto:
    return MessageCrypto(AES_KEY, APPID)


def test_the_plain_signature_of_the_url_check() -> None:
    assert sign(TOKEN, "1795219200", "1320562132") == "1a3e7a1c86167b2aa188edd2065a399bb414618d"


def test_a_push_encrypts_to_the_known_text(crypto: MessageCrypto) -> None:
    assert crypto.encrypt(PUSH, random=b"0123456789abcdef") == PUSH_ENCRYPTED
    assert crypto.decrypt(PUSH_ENCRYPTED) == PUSH
    signature = "81a59ab28b7c53145b21a3f337217bce9e51f650"
    assert is_signed(signature, TOKEN, "1795219200", "1320562132", PUSH_ENCRYPTED)


def test_a_reply_encrypts_to_the_known_text(crypto: MessageCrypto) -> None:
    assert crypto.encrypt(REPLY, random=b"fedcba9876543210") == REPLY_ENCRYPTED
    signature = "dc5daaf8ef818eb253e3684a95646dca2b7165cb"
    assert is_signed(signature, TOKEN, "1795219201", "1320562132", REPLY_ENCRYPTED)


@pytest.mark.parametrize("length", range(0, 70))
def test_every_length_survives_the_padding(crypto: MessageCrypto, length: int) -> None:
    assert crypto.decrypt(crypto.encrypt("x" * length)) == "x" * length


@pytest.mark.parametrize(
    "encrypted",
    [
        pytest.param("not base64!", id="no base64"),
        pytest.param("", id="nothing"),
        pytest.param(base64.b64encode(b"x" * 15).decode(), id="half a block"),
        pytest.param(base64.b64encode(b"x" * 64).decode(), id="noise"),
        pytest.param(MessageCrypto(AES_KEY, "wx0000000000000000").encrypt(PUSH), id="another account"),
    ],
)
def test_what_cannot_be_decrypted_is_refused_in_words(crypto: MessageCrypto, encrypted: str) -> None:
    with pytest.raises(MessageCryptoError, match=r"\w"):
        crypto.decrypt(encrypted)


def test_the_signature_of_wx_config() -> None:
    signed = ticket_signature(
        "kgt8ON7yTeaShopJsapiTicket0001_own",
        "Wm3WZYTPz0wzccnW",
        "1795219200",
        "https://shop.example.cn/m/goods?id=88&from=menu",
    )

    assert signed == "4da9d94b4e32ff03d65fede92a761d69f3c04605"


ORDER_BODY = (
    '{"appid":"wx5a7c3e1f90b2d468","mchid":"1900000001","description":"Tea set x1","out_trade_no":"SHOP20261121000017",'
    '"notify_url":"https://shop.example.com/pay/notify","amount":{"total":2590,"currency":"CNY"},'
    '"payer":{"openid":"oShop0Abc1Def2Ghi3Jkl4Mno5Pq"}}'
)
NONCE = "5F0A6C1E2B3D4E5F60718293A4B5C6D7"


@pytest.mark.parametrize(
    ("parts", "digest"),
    [
        pytest.param(
            ("POST", "/v3/pay/transactions/jsapi", "1795227300", NONCE, ORDER_BODY),
            "710a00469399c4143ea8bd1661728f77fcaa4312692fb1c56137c435b71a8206",
            id="order",
        ),
        pytest.param(
            (
                "GET",
                "/v3/pay/transactions/out-trade-no/SHOP20261121000017?mchid=1900000001",
                "1795227300",
                NONCE,
                "",
            ),
            "62ad2de2e91d14664c4da5f82e02a9babf5fb6feb5041db08c71266af72d43d2",
            id="query",
        ),
        pytest.param(
            ("1795227301", "c9b8a7f6e5d4c3b2a1f0e9d8c7b6a594", ANSWER),
            "e790864ae9c4aa58eabfbc49db4bc77b1b2a37fdfaa729fa0d2f4923049a7321",
            id="answer",
        ),
        pytest.param(
            ("1795227301", "c9b8a7f6e5d4c3b2a1f0e9d8c7b6a594", ""),
            "d90a15d730d8bb93ecff2d828bb2a0ceae076c2903789d697d91863552c46985",
            id="empty answer",
        ),
        pytest.param(
            (
                "wx5a7c3e1f90b2d468",
                "1795227302",
                "9d8c7b6a5948372615f0e1d2c3b4a596",
                "prepay_id=wx21101500a1b2c3d4e5f60718293a4b0000",
            ),
            "877049e019b883ddbe38d355ff96a79befdf0c1c27541150abd6fbb68aa3f88f",
            id="page parameters",
        ),
    ],
)
def test_the_text_to_sign_is_known_to_the_byte(parts: tuple[str, ...], digest: str) -> None:
    assert hashlib.sha256(payments.lines(*parts)).hexdigest() == digest


@pytest.mark.parametrize(("body", "signature"), [(ANSWER, ANSWER_SIGNATURE), ("", EMPTY_SIGNATURE)])
def test_wechat_pays_signature_verifies(body: str, signature: str) -> None:
    key = load_pem_public_key(WECHAT_PUBLIC_KEY)
    message = payments.lines("1795227301", "c9b8a7f6e5d4c3b2a1f0e9d8c7b6a594", body)

    assert payments.is_signed(signature, message, key)
    assert not payments.is_signed(signature, message + b" ", key)
    assert not payments.is_signed("WECHATPAY/SIGNTEST/" + signature, message, key)


@pytest.mark.parametrize(
    ("key", "nonce", "data", "plain", "ciphertext"),
    [
        (APIV3_KEY, "n0nceShop001", "transaction", '{"a":1}', "OuDs8CDMWdRwZ6fIFnKbg9elZ8llOz8="),
        (
            "testAPIv3Key0000",
            "wCq51qZv4Yfg",
            "Dl56FrqWQJF1t9LtC3vEUsniZKvbqdR8",
            "Hello World",
            "FsdXzxryWfKwvLJKf8LG/ToRPTRh8RN9wROC",
        ),
        (
            "a7cde1ZJB1kG2e7VfTs3jQzaWizur8Gb",
            "uluk4a9R25RW",
            "associatedData",
            "message",
            "ulwSiIajGClcvcOYvOQ7+l+0PAbzzwI=",
        ),
    ],
    ids=["reference", "go sdk", "java sdk"],
)
def test_resources_encrypt_as_in_the_official_kits(
    key: str, nonce: str, data: str, plain: str, ciphertext: str
) -> None:
    sealed = payments.encrypt_resource(plain, key=key, associated_data=data, nonce=nonce)

    assert sealed["ciphertext"] == ciphertext
    assert payments.decrypt_resource(sealed, key) == plain


def test_a_whole_notification_decrypts() -> None:
    resource = {
        "nonce": "n0nceShop001",
        "associated_data": "transaction",
        "ciphertext": NOTIFICATION_CIPHERTEXT,
    }

    plain = payments.decrypt_resource(resource, APIV3_KEY)

    assert len(plain.encode()) == 430
    assert json.loads(plain)["transaction_id"] == "4200002611202611210000000017"
