"""A static code of goods from the scan to the goods, between the real shop and the simulator, without a browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.wrappers import Response

from app.core.db import db
from app.orders.models import Order
from app.orders.states import OrderState
from app.payments.gateways import find_apiv2, install
from app.payments.static_codes import product_id_of
from simulator.settings import write_shop_env
from tests.factories import make_sku
from tests.offers import make_point
from tests.simulator.box import Box
from tests.simulator.careful_shop import until
from tests.simulator.fake_shop import Received


@pytest.fixture
def code(app: Flask, box: Box) -> str:
    """What a code says that hangs in a shop which the simulator reaches."""
    lines = Path(write_shop_env(box.settings)).read_text("utf-8").splitlines()
    app.config.update(line.split("=", 1) for line in lines)
    install(app)

    def answer(received: Received) -> Response:
        came = app.test_client().post(received.path, data=received.body, headers=received.headers)
        return Response(came.data, came.status_code, content_type=came.content_type)

    box.shop.answer = answer
    with app.app_context():
        product_id = product_id_of(make_sku(stock=1).product, make_point())
        return find_apiv2().scan_desk.write_code(product_id)  # type: ignore[union-attr]


def scan(box: Box, code: str, number: int = 0) -> dict:
    return box.post(f"followers/{box.somebody(number)}/scan", text=code)


def orders(app: Flask) -> list[tuple[OrderState, bool]]:
    with app.app_context():
        return [
            (row.state, row.pickup is not None)
            for row in db.session.scalars(select(Order).order_by(Order.id))
        ]


def test_it_is_scanned_paid_and_waits_to_be_fetched(app: Flask, box: Box, code: str) -> None:
    box.fault("scan_twice")
    shown = scan(box, code)["order"]
    again = scan(box, code)["order"]
    assert (shown["amount_fen"], shown["out_trade_no"]) == (6800, again["out_trade_no"])
    assert orders(app) == [(OrderState.UNPAID, True)]

    paid = box.post(
        "bridge/pay", openid=box.somebody(), prepay_id=shown["prepay_id"], action="pay", password="123456"
    )

    assert paid["err_msg"].endswith(":ok")
    until(lambda: orders(app) == [(OrderState.PAID, True)])
    until(lambda: box.get("orders")["orders"][0]["notifications"] != [])
    assert box.get("orders")["orders"][0]["notifications"][0]["next_at"] is None  # the shop's XML was a yes
    assert scan(box, code, 1) | {"text": ""} == {
        "action": "pay",
        "text": "",
        "order": None,
        "problem": "这件商品卖完了",
    }


def test_a_code_that_was_changed_never_reaches_the_shop(box: Box, code: str) -> None:
    assert scan(box, code.replace("product_id=", "product_id=9"))["problem"] == "支付签名验证失败"
    assert scan(box, code + "&more=1")["problem"] == "商家参数格式有误，请联系商家解决"
    assert box.shop.to("/pay/scan") == []


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ("success", "商家暂时没有响应，请稍后再试"),
        ("<xml><return_code>FAIL</return_code><return_msg>不认识</return_msg></xml>", "不认识"),
        (
            "<xml><return_code>SUCCESS</return_code><prepay_id>wx1</prepay_id></xml>",
            "商家参数格式有误，请联系商家解决",
        ),
    ],
)
def test_an_answer_that_proves_nothing_opens_no_sheet(box: Box, code: str, said: str, problem: str) -> None:
    box.shop.answer = lambda _received: said

    found = scan(box, code)

    assert (found["order"], found["problem"]) == (None, problem)
