"""`/pay/notify/wechatpay_v2` with real signatures: only XML that says SUCCESS keeps WeChat from coming again."""

from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.db import db
from app.core.errors import GatewayRefused
from app.orders.models import Order
from app.orders.states import OrderState
from app.payments.gateways import get_complaint_desk, get_gateway, install
from app.payments.gateways.books import books_of
from app.payments.gateways.contract import BillKind, Way
from app.payments.service import start_payment
from app.tasks_payments import refresh_certificates
from tests.apiv2 import OLD_KEY, Fields, payment, play, signed, use_apiv2, write, yes
from tests.factories import make_follower, make_order, make_order_to_pay, make_sku
from tests.keys import certificate_pem
from tests.unit.test_wechat_xml import HOSTILE

URL = "/pay/notify/wechatpay_v2"
NUMBER = "XP20261121100000AAAABBBBCCCC"
GOOD, BAD = "<![CDATA[SUCCESS]]>", "<![CDATA[FAIL]]>"


@pytest.fixture
def order_id(app: Flask, tmp_path: Path) -> int:
    """An unpaid order of ¥76.00 with an open attempt under NUMBER."""
    use_apiv2(app, tmp_path)
    with app.app_context():
        return make_order_to_pay("wechatpay_v2", Way.NATIVE, NUMBER).id


def post(client: FlaskClient, body: bytes) -> tuple[int, str]:
    answer = client.post(URL, data=body, content_type="text/xml")
    assert answer.mimetype == "text/xml"
    return answer.status_code, answer.text


def state(app: Flask, order_id: int) -> OrderState:
    with app.app_context():
        return db.session.get_one(Order, order_id).state


def test_a_payment_is_booked_once(app: Flask, client: FlaskClient, order_id: int) -> None:
    answers = [post(client, signed(payment(NUMBER))) for _ in range(2)]

    assert all(status == 200 and GOOD in text for status, text in answers)
    assert state(app, order_id) == OrderState.PAID


@pytest.mark.parametrize(
    "fields",
    [
        {"total_fee": "7601"},
        {"mch_id": "1999999999"},
        {"appid": "wx0000000000000000"},
        {"fee_type": "USD"},
    ],
)
def test_what_was_not_asked_for_pays_nothing(
    app: Flask, client: FlaskClient, order_id: int, fields: Fields
) -> None:
    status, text = post(client, signed(payment(NUMBER, **fields)))

    assert (status, GOOD in text) == (200, True)  # kept and alerted: repeating it tells nothing new
    assert state(app, order_id) == OrderState.UNPAID


def test_what_does_not_prove_itself_pays_nothing(app: Flask, client: FlaskClient, order_id: int) -> None:
    forged = [write(payment(NUMBER)), signed(payment(NUMBER), key=OLD_KEY), *HOSTILE.values()]

    answers = [post(client, body) for body in forged if len(body) < 60_000]

    assert all(status == 401 and BAD in text for status, text in answers)
    assert state(app, order_id) == OrderState.UNPAID


def test_a_number_that_may_not_be_written_yet_is_asked_for_again(client: FlaskClient, order_id: int) -> None:
    assert post(client, signed(payment("XP-OF-SOMEBODY")))[0] == 500


def test_a_certificate_of_another_key_stops_the_start(app: Flask, tmp_path: Path) -> None:
    use_apiv2(app, tmp_path)
    for content in (certificate_pem("another"), b"nothing"):
        (tmp_path / "apiclient_cert.pem").write_bytes(content)
        with pytest.raises(ValueError, match="apiclient_cert"):
            install(app)


def test_without_an_apiv3_key_only_bills_and_complaints_are_missing_and_say_so(
    app: Flask, tmp_path: Path
) -> None:
    use_apiv2(app, tmp_path, WXPAY_VERSION="v2", WXPAY_APIV3_KEY="", WXPAY_PUBLIC_KEY_ID="")
    with app.app_context():
        refresh_certificates()
        with pytest.raises(GatewayRefused, match="APIv3") as caught:
            get_gateway(books_of(get_gateway().name)).download_bill(
                BillKind.TRADE, date(2026, 11, 20), BytesIO()
            )
        with pytest.raises(GatewayRefused, match="APIv3"):
            get_complaint_desk().get("2002")

    assert caught.value.their_code == "NO_APIV3_KEY"


def test_a_shop_chooses_by_a_setting_and_what_is_older_keeps_its_gateway(app: Flask, tmp_path: Path) -> None:
    use_apiv2(app, tmp_path, WXPAY_VERSION="v2")
    with app.app_context():
        gateway = get_gateway()
        play(gateway, lambda *_: signed(yes(prepay_id="wx21")))  # type: ignore[arg-type]
        order = make_order(follower=make_follower(), sku=make_sku(price_fen=6800))

        assert start_payment(order, gateway=gateway)["signType"] == "HMAC-SHA256"
        assert [get_gateway(name).name for name in ("", "wechatpay_v3")] == ["wechatpay_v2", "wechatpay_v3"]
