"""`/pay/scan` with real signatures: what WeChat is answered when somebody scans a static code of goods."""

from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.core.db import db
from app.orders.models import Order
from app.payments.gateways import find_apiv2
from app.payments.gateways.apiv2_signing import SignType, verify
from app.payments.gateways.apiv2_values import read_flat
from app.payments.static_codes import product_id_of
from tests.apiv2 import KEY, OLD_KEY, Fields, Played, play, signed, use_apiv2, write, yes
from tests.factories import make_sku
from tests.offers import make_point
from tests.unit.test_wechat_xml import HOSTILE
from tests.wechatpay import APPID, MCHID


@pytest.fixture
def played(app: Flask, tmp_path: Path) -> Played:
    """A shop with APIv2, and who answers it."""
    use_apiv2(app, tmp_path)
    with app.app_context():
        return play(find_apiv2(), lambda *_: signed(yes(prepay_id="wx21")))  # type: ignore[arg-type]


@pytest.fixture
def code(app: Flask) -> str:
    """What a code of one kind of tea says."""
    with app.app_context():
        return product_id_of(make_sku().product, make_point())


def question(product: str, **differently: str) -> Fields:
    """What WeChat asks."""
    return {
        "appid": APPID,
        "mch_id": MCHID,
        "openid": "oTeaShop_0000000000000000001",
        "is_subscribe": "N",
        "nonce_str": "CbN0nce",
        "product_id": product,
        **differently,
    }


def ask(client: FlaskClient, body: bytes) -> Fields:
    answer = client.post("/pay/scan", data=body, content_type="text/xml", headers={"Accept-Language": "en"})
    assert (answer.status_code, answer.mimetype) == (200, "text/xml")
    return read_flat(answer.data)


def count(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Order)) or 0


def test_a_scan_is_answered_with_what_to_pay_once(
    app: Flask, client: FlaskClient, played: Played, code: str
) -> None:
    answers = [ask(client, signed(question(code), kind=SignType.MD5)) for _ in range(2)]

    for answer in answers:
        verify(answer, [KEY], SignType.MD5)
        assert (answer["return_code"], answer["result_code"], answer["prepay_id"]) == (
            "SUCCESS",
            "SUCCESS",
            "wx21",
        )
    ((path, order, _certificate),) = played.seen
    assert (path, order["trade_type"], order["product_id"]) == ("/pay/unifiedorder", "NATIVE", code)
    assert count(app) == 1


def test_a_no_is_signed_and_in_the_buyers_words(app: Flask, client: FlaskClient, played: Played) -> None:
    answer = ask(client, signed(question("99-1"), kind=SignType.MD5))

    verify(answer, [KEY], SignType.MD5)
    assert (answer["return_code"], answer["result_code"]) == ("SUCCESS", "FAIL")
    assert answer["err_code_des"] == "这个码不是本店现在的，请到店里买"
    assert "prepay_id" not in answer


def test_who_does_not_prove_himself_gets_nothing(
    app: Flask, client: FlaskClient, played: Played, code: str
) -> None:
    for body in (
        write(question(code)),
        signed(question(code), key=OLD_KEY),
        signed(question(code)).replace(b"oTeaShop", b"oThief00"),
        signed(question(code, mch_id="1999999999")),
        signed(question(code, appid="wx0000000000000000")),
        signed(question(code, openid="")),
        signed(question(code, product_id="9" * 33)),
        *(body for body in HOSTILE.values() if len(body) < 60_000),
    ):
        answer = ask(client, body)
        assert (answer["return_code"], "sign" in answer) == ("FAIL", False)

    assert (count(app), played.seen) == (0, [])


def test_without_mode_1_there_is_no_such_address(
    app: Flask, client: FlaskClient, tmp_path: Path, code: str
) -> None:
    body = signed(question(code))
    assert client.post("/pay/scan", data=body).status_code == 404
    use_apiv2(app, tmp_path, WXPAY_SCAN_CODES=False)

    assert client.post("/pay/scan", data=body).status_code == 404


def test_a_code_says_five_fields_and_is_signed(app: Flask, played: Played) -> None:
    with app.app_context():
        text = find_apiv2().scan_desk.write_code("15-2")  # type: ignore[union-attr]

    fields = dict(parse_qsl(urlsplit(text).query))
    assert text.startswith("weixin://wxpay/bizpayurl?sign=")
    assert set(fields) == {"sign", "appid", "mch_id", "product_id", "time_stamp", "nonce_str"}
    verify(fields, [KEY], SignType.MD5)
    assert fields["product_id"] == "15-2"
