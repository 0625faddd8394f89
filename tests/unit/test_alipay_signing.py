"""Alipay's signatures and its answers' raw text, held to signatures that OpenSSL made, and its values."""

import base64
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_public_key,
)
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import SignatureInvalid
from app.payments.gateways import alipay_signing as signing
from app.payments.gateways.alipay_values import fen_of, read_moment, subject_of, write_moment, yuan_of
from tests.keys import key_pair

PUBLIC_KEY = load_pem_public_key(b"""-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA3DOsG+ohsnSwp6p+S98J
aA++lFpRggabFfuiimLVe30/BNXx8xLziFumB1JNcPvdlHNVL3KKXuQSAeIn97Gg
OTBraxaZxIl3ilTNMkT2iB3GAqG/LRhmJHneFPA+6xAMWVtvQjOcm02bE0GGpj3M
mYhBqDrmABE818qSlLA9N5kvoQ/zmZP/MI1RKX5IbQoTb4rc+fxhun1Gj9in5p50
4bVtr5gCgPic4c6FP//rfELH1yHNuX1EDSxJGWlegALCZ7byszwYlBU8Ds/pzWFc
hJ9gSglCVe5XbnmOeJJMVWEzMvaF7G4NAjt4kELgMQeDVl+VMI7IAJoHEJE+ONwm
JQIDAQAB
-----END PUBLIC KEY-----""")
NOTIFICATION = {
    "trade_status": "TRADE_SUCCESS",
    "version": "1.0",
    "total_amount": "25.90",
    "app_id": "2021000000000001",
    "charset": "utf-8",
    "subject": "Tea set x1 & 一只杯子",
    "passback_params": "",
    "trade_no": "2026112122001400000000000017",
    "notify_time": "2026-11-21 10:20:05",
    "notify_type": "trade_status_sync",
    "notify_id": "20261121001",
    "out_trade_no": "SHOP20261121000020",
    "receipt_amount": "25.90",
    "seller_id": "2088000000000017",
    "gmt_payment": "2026-11-21 10:20:04",
}
OF_NOTIFICATION = (
    "Y2Tqv7b8aCn59TXtrOAb9mCVXamUuF+DpudLrYgZrNZ64fuiRc52rAEp0G4Oz3Hyc3vXehfpcZWNBbCeWMLhNCzkFvYA9rWTpELcv0/w4jE+"
    "ICaa5KfEhs4X0MgFFENeOvD4AILiXTwjD61npS59YFcAaARniZG91LdSg5dwXFv08KkCU5sSEZrAfxRL1Q2BcAE4iJqGmGvIs3L9QrL10MFU"
    "hMBdX2Iy/HoJzeLMIWLj/Jbj96N2CcCDY/y7/irMDgBUp5oB+YLTE3OMOKoPzt3Qd8vu/dhPM+NXtfZKi1aK//kb+pyr5wMPTBBQihBGlTpa"
    "A9cLmtjV4IiLoeSg+g=="
)
ANSWER = (
    '{"code":"10000","msg":"Success","out_trade_no":"SHOP20261121000020","subject":"a } \\" 茶","total_amount":"25.90",'
    '"trade_no":"2026112122001400000000000017","trade_status":"TRADE_SUCCESS","send_pay_date":"2026-11-21 10:20:04"}'
)
OF_ANSWER = (
    "wb9ddHi79GpHNAK21TDkubVX1mu9TzxG28tuRWleKkY8gCcnvDI0aJN/ImH8Ug8obkGA+h5nVnpgXqCfDmyemwBZ6H7iZxetnaNlB1lqyOJC"
    "0rDM+Kb4n/yX36pp7hT2dcA7a02DfW56/LD5b/L2uToi6gNqO/vWmcfyLMzRSYpE6a4YKbWA5JcwpAlianC9OXssoTdAU6wdNAnGLA5Q3lAR"
    "H4Pz8Bzq4l29412mzG27FMZ8T5BGWWUm0qn7l6Rj8OuaeJ29FMrZbvBoSXRsUJfHo/MB5IL76pf72ZsPjIQeLPsEVUS38AfBBzlnEi4LxwiW"
    "9/4zCNc6w+eS+8FPOA=="
)


def test_a_signature_of_openssls_fits_the_fields_in_any_order() -> None:
    signing.verify(PUBLIC_KEY, signing.content_of(NOTIFICATION), OF_NOTIFICATION)


@pytest.mark.parametrize("name", [name for name in NOTIFICATION if name != "passback_params"])
def test_it_fits_no_other_value_of_any_field(name: str) -> None:
    with pytest.raises(SignatureInvalid):
        signing.verify(PUBLIC_KEY, signing.content_of(NOTIFICATION | {name: "2"}), OF_NOTIFICATION)


@pytest.mark.parametrize("signature", ["", "no base64!", "AAAA", OF_NOTIFICATION[:-4]])
def test_what_is_no_signature_is_refused(signature: str) -> None:
    with pytest.raises(SignatureInvalid):
        signing.verify(PUBLIC_KEY, signing.content_of(NOTIFICATION), signature)


@pytest.mark.parametrize(
    "text",
    [
        f'{{"alipay_trade_query_response":{ANSWER},"sign":"{OF_ANSWER}"}}',
        f' {{ "sign" : "{OF_ANSWER}" ,\n "alipay_cert_sn" : "1", "alipay_trade_query_response" : {ANSWER} }}\n',
    ],
    ids=["as usual", "another order"],
)
def test_an_answer_is_verified_exactly_as_it_was_written(text: str) -> None:
    members = signing.split_answer(text)
    written, answer = members["alipay_trade_query_response"]

    signing.verify(PUBLIC_KEY, written.encode(), members["sign"][1])
    assert answer["subject"] == 'a } " 茶'


@pytest.mark.parametrize(
    "text", ["", "[]", '{"a":1', '{"a":1}x', '{"a":1,"a":2}', '{"a" 1}', "{1:2}", '{"a":1 "b":2}', "{,}"]
)
def test_what_is_no_answer_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        signing.split_answer(text)


def test_what_we_sign_verifies() -> None:
    key = key_pair("merchant")

    signing.verify(key.public_key(), b"a=b", signing.sign(key, b"a=b"))


def test_keys_are_read_as_pem_and_as_alipays_tool_writes_them(tmp_path: Path) -> None:
    key = key_pair("merchant")
    der = key.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for name, content in {
        "pem": pem,
        "bare": base64.b64encode(der),
        "public": base64.b64encode(public),
    }.items():
        (tmp_path / name).write_bytes(content + b"\n")

    numbers = key.public_key().public_numbers()
    assert signing.load_public_key(str(tmp_path / "public")).public_numbers() == numbers
    for name in ("pem", "bare"):
        assert signing.load_private_key(str(tmp_path / name)).public_key().public_numbers() == numbers


@pytest.mark.parametrize("content", [b"", b"hunter2", b"-----BEGIN PRIVATE KEY-----\nhunter2"])
def test_what_is_no_key_is_named_without_its_content(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "key").write_bytes(content)

    for load in (signing.load_private_key, signing.load_public_key):
        with pytest.raises(ValueError, match="holds no") as caught:
            load(str(tmp_path / "key"))
        assert "hunter2" not in str(caught.value)


def test_two_keys_count_while_one_takes_the_others_place() -> None:
    keys = [key_pair(name).public_key() for name in ("alipay", "alipay before")]

    for name in ("alipay", "alipay before"):
        signing.verify_any(keys, b"content", signing.sign(key_pair(name), b"content"))
    with pytest.raises(SignatureInvalid):
        signing.verify_any(keys, b"content", signing.sign(key_pair("somebody"), b"content"))


@given(st.integers(min_value=1, max_value=10**11))
def test_yuan_and_fen_are_the_same_money(fen: int) -> None:
    assert fen_of(yuan_of(fen)) == fen


@pytest.mark.parametrize(
    ("text", "fen"), [("0.01", 1), ("25.9", 2590), ("25", 2500), ("0.29", 29), ("99999999.99", 9999999999)]
)
def test_yuan_are_read_exactly(text: str, fen: int) -> None:
    assert fen_of(text) == fen


@pytest.mark.parametrize("value", ["", "-1.00", "1e3", "1.234", "1,000.00", "NaN", "１.00", 25.9, None, True])
def test_nothing_else_is_an_amount(value: object) -> None:
    with pytest.raises(ValueError, match="amount"):
        fen_of(value)


def test_moments_are_beijings() -> None:
    moment = datetime(2026, 11, 21, 17, 0, 5, tzinfo=UTC)

    assert write_moment(moment) == "2026-11-22 01:00:05"
    assert read_moment("2026-11-22 01:00:05") == moment
    assert read_moment("") is None


def test_a_subject_is_what_alipay_takes() -> None:
    assert subject_of("茶/250g & 杯=1, 蓝 🍵") == "茶 250g   杯 1  蓝"
    assert subject_of("🍵") == "订单"
    assert len(subject_of("茶" * 500)) == 128
