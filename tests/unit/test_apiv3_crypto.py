"""APIv3's cryptography against published vectors and against another implementation."""

import base64
import hashlib
import json

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from hypothesis import given
from hypothesis import strategies as st
from wechatpayv3.utils import aes_decrypt, rsa_sign, rsa_verify

from app.core.errors import SignatureInvalid
from app.payments.gateways import apiv3_crypto as crypto
from tests.keys import key_pair

SERIAL = "PUB_KEY_ID_0119000000012026112100000000000001"
TIMESTAMP, NONCE = "1795227301", "c9b8a7f6e5d4c3b2a1f0e9d8c7b6a594"
APIV3_KEY = "Shop2026ApiV3KeyForTests00000001"
BODY = b'{"prepay_id":"wx21101500a1b2c3d4e5f60718293a4b0000"}'
PUBLIC_KEY = """-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA8OK9C78VKioxsHidp7VL
JzE2+XtPM+eyvdLeQHwALD5Sjae6+uHIYtIGhklgQyRdrkaMQVOOZdJGTdRdGlFa
w5oiSQoMTj8Vpgbz6TgDXyp+nlryz1vYZptlkiKc/5YtVQwJw2dNts1N11CaX2pk
8j6eGBN8PTOhnE8A5y1b+tQ/G9ydLj5iLBW54EeJb/BBNdjwpRjOU/60bAaQaiOy
I2HvJbwoU9HrdWQlH7CG0QDHiVH13ypIGZ6AUGmD0BclctPXtPQSrmyVFsIDp9cZ
rOGFKv95offVMmv1+SIMDhmLbkiyZKae3THqmmuF/gZ6LtMdCPzKqRa5kFcdzV4e
FQIDAQAB
-----END PUBLIC KEY-----"""
SIGNATURE_OF_BODY = (
    "kvb3fKZkFrpwEuEyTGwM0lrIAuBkYnhiLzdvQBQhY6Dfrsbltx3BWVPiJTuQ4o08gz2rftxDGWODg/VYppkRb3f6iYaFfwucfVwZgvgQtmft"
    "Dh++N/1hUMik9zYDAEawUD4U6FcNxkM1hOvTeM81g+KqdEH3FiAN3yJyGRxPA8qq2DjbERKCdZBlrLAP467mzFqiymrMKCU8Q6yxhG73bV3n"
    "TSpSuKqNaaTXF1uaDstKfRExRWStI41fVpZMTpVFhYRwtCO1d+sji433wa3ME4sKKl+QOSfuda/gAJvj56ZG19JnK3rOH9DnJELbqflT5leP"
    "UPVkdYsiByjpw3YXlA=="
)
SIGNATURE_OF_NOTHING = (
    "Xoddwr3prf7WWgjIf7fLI9QevZ6Fk1FsYxn/3HMKVPMyd+49MjgaXJ+RFXbTf2mtK474zJ2sZdqBf5W4LPeKksxUvI553I7k4Ssi1OfaeoadZ"
    "OmCOVFEHslhO1kdgR681e3ndxL8DvR7DXCADSPCL24nMz1v1N+Y3k0l/Abb/xE8ZaI+QkUIduotrnP+nyCdDvPNOSlCD0gWRSv2U0R3xEVky"
    "nsCEy+mIyZ8U5qPjuTG9/fHwxnbkaXemRsMYQrq4SiAm3swAqFaoU/41yyahF1C7a05Tn2H6jrwcTodjMbzthcSlR/8YUd2Ta2HWB6R7sJOp"
    "6LNUBFhSChnCOuiuw=="
)
KEYS = {SERIAL: load_pem_public_key(PUBLIC_KEY.encode())}
HEADERS = {
    "Wechatpay-Timestamp": TIMESTAMP,
    "Wechatpay-Nonce": NONCE,
    "Wechatpay-Serial": SERIAL,
    "Wechatpay-Signature": SIGNATURE_OF_BODY,
    "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
}


def verify(headers: dict[str, str], body: bytes, now: float = 1795227301) -> None:
    crypto.verify(KEYS, crypto.SignedHeaders.read(headers), body, now=now)


@pytest.mark.parametrize(
    ("lines", "sha256"),
    [
        (
            (
                "POST",
                "/v3/pay/transactions/jsapi",
                "1795227300",
                "5F0A6C1E2B3D4E5F60718293A4B5C6D7",
                '{"appid":"wx5a7c3e1f90b2d468","mchid":"1900000001","description":"Tea set x1",'
                '"out_trade_no":"SHOP20261121000017","notify_url":"https://shop.example.com/pay/notify","amount":{"total":2590,'
                '"currency":"CNY"},"payer":{"openid":"oShop0Abc1Def2Ghi3Jkl4Mno5Pq"}}',
            ),
            "710a00469399c4143ea8bd1661728f77fcaa4312692fb1c56137c435b71a8206",
        ),
        (
            (
                "GET",
                "/v3/pay/transactions/out-trade-no/SHOP20261121000017?mchid=1900000001",
                "1795227300",
                "5F0A6C1E2B3D4E5F60718293A4B5C6D7",
                "",
            ),
            "62ad2de2e91d14664c4da5f82e02a9babf5fb6feb5041db08c71266af72d43d2",
        ),
        (
            (
                "wx5a7c3e1f90b2d468",
                "1795227302",
                "9d8c7b6a5948372615f0e1d2c3b4a596",
                "prepay_id=wx21101500a1b2c3d4e5f60718293a4b0000",
            ),
            "877049e019b883ddbe38d355ff96a79befdf0c1c27541150abd6fbb68aa3f88f",
        ),
    ],
    ids=["request with body", "request without body", "pay sheet"],
)
def test_the_signed_text_is_built_as_published(lines: tuple[str, ...], sha256: str) -> None:
    assert hashlib.sha256(crypto.message_of(*lines)).hexdigest() == sha256


@pytest.mark.parametrize(
    ("body", "signature"), [(BODY, SIGNATURE_OF_BODY), (b"", SIGNATURE_OF_NOTHING)], ids=["200", "204"]
)
def test_published_signatures_are_accepted(body: bytes, signature: str) -> None:
    verify(HEADERS | {"Wechatpay-Signature": signature}, body)


def test_headers_are_read_in_any_case() -> None:
    verify({name.lower(): value for name, value in HEADERS.items()}, BODY)
    verify({name.upper(): value for name, value in HEADERS.items()}, BODY)


@pytest.mark.parametrize("name", HEADERS)
def test_a_missing_or_empty_header_is_a_failure(name: str) -> None:
    without = {key: value for key, value in HEADERS.items() if key != name}

    with pytest.raises(SignatureInvalid):
        verify(without, BODY)
    with pytest.raises(SignatureInvalid):
        verify(without | {name: ""}, BODY)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Wechatpay-Signature", "WECHATPAY/SIGNTEST/" + SIGNATURE_OF_BODY),
        ("Wechatpay-Signature", SIGNATURE_OF_NOTHING),
        ("Wechatpay-Signature", "not base64!"),
        ("Wechatpay-Signature", SIGNATURE_OF_BODY.replace("kvb3", "kvb4")),
        ("Wechatpay-Serial", "5B6C7D8E9F0011223A5C7E90B1D2F4061827394A"),
        ("Wechatpay-Nonce", "another"),
        ("Wechatpay-Timestamp", "1795227302"),
        ("Wechatpay-Timestamp", "soon"),
        ("Wechatpay-Timestamp", "１７９５２２７３０１"),
        ("Wechatpay-Timestamp", "9" * 400),
        ("Wechatpay-Signature-Type", "WECHATPAY2-SM2-WITH-SM3"),
    ],
)
def test_anything_changed_is_refused(name: str, value: str) -> None:
    with pytest.raises(SignatureInvalid):
        verify(HEADERS | {name: value}, BODY)


@given(st.binary(max_size=200).filter(lambda body: body != BODY))
def test_no_other_body_passes_under_the_same_signature(body: bytes) -> None:
    with pytest.raises(SignatureInvalid):
        verify(HEADERS, body)


@pytest.mark.parametrize("seconds", [300, -300, 7200, -86400 * 365])
def test_what_is_five_minutes_old_or_more_is_refused_though_genuine(seconds: int) -> None:
    with pytest.raises(SignatureInvalid):
        verify(HEADERS, BODY, now=1795227301 + seconds)


@pytest.mark.parametrize("seconds", [0, 299, -299])
def test_what_is_younger_than_five_minutes_is_taken(seconds: int) -> None:
    verify(HEADERS, BODY, now=1795227301 + seconds)


@pytest.mark.parametrize(
    ("key", "nonce", "associated_data", "ciphertext", "plain"),
    [
        (APIV3_KEY, "n0nceShop001", "transaction", "OuDs8CDMWdRwZ6fIFnKbg9elZ8llOz8=", '{"a":1}'),
        (
            "a7cde1ZJB1kG2e7VfTs3jQzaWizur8Gb",
            "uluk4a9R25RW",
            "associatedData",
            "ulwSiIajGClcvcOYvOQ7+l+0PAbzzwI=",
            "message",
        ),
        (
            "testAPIv3Key0000",
            "wCq51qZv4Yfg",
            "Dl56FrqWQJF1t9LtC3vEUsniZKvbqdR8",
            "FsdXzxryWfKwvLJKf8LG/ToRPTRh8RN9wROC",
            "Hello World",
        ),
    ],
    ids=["ours", "official Java SDK", "official Go SDK"],
)
def test_published_ciphertexts_are_opened(
    key: str, nonce: str, associated_data: str, ciphertext: str, plain: str
) -> None:
    opened = crypto.decrypt((key,), nonce=nonce, associated_data=associated_data, ciphertext=ciphertext)

    assert opened.decode() == plain


@pytest.mark.parametrize(
    ("nonce", "ciphertext"),
    [
        ("n0nceShop002", "OuDs8CDMWdRwZ6fIFnKbg9elZ8llOz8="),
        ("", "OuDs8CDMWdRwZ6fIFnKbg9elZ8llOz8="),
        ("n0nceShop001", "OuDs8CDMWdRwZ6fIFnKbg9elZ8llOy8="),
        ("n0nceShop001", "***"),
        ("n0nceShop001", ""),
    ],
)
def test_a_ciphertext_that_does_not_fit_is_refused(nonce: str, ciphertext: str) -> None:
    with pytest.raises(SignatureInvalid):
        crypto.decrypt((APIV3_KEY,), nonce=nonce, associated_data="transaction", ciphertext=ciphertext)


def test_the_key_before_opens_what_was_closed_with_it() -> None:
    sealed = AESGCM(b"o" * 32).encrypt(b"n0nceShop001", b"tea", b"transaction")
    text = base64.b64encode(sealed).decode()

    opened = crypto.decrypt(
        (APIV3_KEY, "o" * 32), nonce="n0nceShop001", associated_data="transaction", ciphertext=text
    )

    assert opened == b"tea"


@given(st.text(max_size=60), st.text(max_size=60))
def test_another_implementation_accepts_what_we_sign(first: str, second: str) -> None:
    signature = crypto.sign(key_pair("merchant"), first, second)
    message = f"{first}\n{second}\n"

    assert signature == rsa_sign(key_pair("merchant"), message)
    ours, body = "1795227301", json.dumps([first, second])
    signed = crypto.sign(key_pair("merchant"), ours, NONCE, body)
    assert rsa_verify(ours, NONCE, body, signed, key_pair("merchant").public_key())


@given(st.binary(max_size=300), st.text(max_size=15))
def test_another_implementation_opens_what_we_can_open(plain: bytes, associated_data: str) -> None:
    sealed = AESGCM(APIV3_KEY.encode()).encrypt(b"n0nceShop001", plain, associated_data.encode())
    text = base64.b64encode(sealed).decode()

    ours = crypto.decrypt(
        (APIV3_KEY,), nonce="n0nceShop001", associated_data=associated_data, ciphertext=text
    )

    assert ours == plain
    if plain.isascii():
        assert aes_decrypt("n0nceShop001", text, associated_data, APIV3_KEY) == plain.decode()
