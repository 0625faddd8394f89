"""Refunding in the console: explained, confirmed by typing, decided by a second person, mended."""

import re

import pytest
from flask import Flask
from sqlalchemy import select

from app.core.db import db
from app.payments.gateways.contract import RefundStatus
from app.payments.notifications import record_notification
from app.payments.refunds.models import Refund
from app.payments.refunds.sending import go_on
from app.payments.refunds.states import RefundState
from tests.factories import make_sku
from tests.fakes import FakeGateway
from tests.follower_phone import Phone
from tests.refunds import make_paid_order
from tests.staff import Console, open_console


@pytest.fixture
def order_no(app: Flask, gateway: FakeGateway) -> str:
    """A paid order of two at ¥30 and ¥8 freight."""
    with app.app_context():
        return make_paid_order(gateway, sku=make_sku(price_fen=3000, title="西湖龙井"), quantity=2).order_no


def request(console: Console, order_no: str, typed: str, **fields: str) -> int:
    """Both steps as a person takes them; answers the status of the second one."""
    form = {"way": "all", "reason": "买家不要了"} | fields
    page = console.post(f"/refunds/new/{order_no}", **form).get_data(as_text=True)
    seen, token = (re.search(rf'name="{name}" value="([^"]*)"', page)[1] for name in ("seen", "token"))
    return console.post(
        f"/refunds/new/{order_no}/send", **form, seen=seen, token=token, typed=typed
    ).status_code


def only(app: Flask) -> Refund:
    with app.app_context():
        return db.session.scalars(select(Refund)).one()


def test_a_refund_is_explained_and_confirmed_before_it_is_kept(app: Flask, order_no: str) -> None:
    console = open_console(app)
    page = console.post(
        f"/refunds/new/{order_no}", way="lines", reason="少发一包", **{"quantity-1": "1"}, shipping="8"
    ).get_data(as_text=True)

    assert "38.00" in page
    assert "还没有寄出" in page
    assert request(console, order_no, "67") == 422
    assert console.text(f"/orders/{order_no}").count("/refunds/RF") == 0
    assert request(console, order_no, "68") == 302
    refund = only(app)
    assert (refund.amount_fen, refund.state) == (6800, RefundState.REQUESTED)
    assert refund.out_refund_no in console.text("/refunds/")
    assert "买家不要了" in console.text(f"/orders/{order_no}")
    assert "没有可退的" in console.text(f"/refunds/new/{order_no}")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"way": "sum", "sum": "abc"}, "请写一个金额"),
        ({"way": "sum", "sum": "68.01"}, "最多还可以退"),
        ({"way": "lines", "quantity-1": "3"}, "还可以退 2 件"),
        ({"way": "lines", "quantity-1": "x"}, "请写数字"),
        ({"way": "lines"}, "请选择要退的商品"),
        ({"way": "all", "reason": ""}, "请填写退款原因"),
        ({"way": "all", "reason": "字" * 27}, "26 个汉字"),
    ],
)
def test_what_cannot_be_is_said_and_stays_typed(
    app: Flask, order_no: str, fields: dict[str, str], words: str
) -> None:
    answer = open_console(app).post(f"/refunds/new/{order_no}", **{"reason": "不要了"} | fields)
    page = answer.get_data(as_text=True)

    assert answer.status_code == 422
    assert words in page
    assert all(f'value="{value}"' in page for value in fields.values() if value)


def test_above_the_limit_somebody_else_decides(app: Flask, order_no: str) -> None:
    clerk = open_console(app, "clerk", role="service")
    assert request(clerk, order_no, "68") == 302
    path = f"/refunds/{only(app).out_refund_no}"

    assert only(app).state == RefundState.WAITING
    assert "撤回申请" in clerk.text(path)
    assert clerk.post(f"{path}/approve").status_code == 403
    assert open_console(app).post(f"{path}/approve").status_code == 302
    assert only(app).state == RefundState.REQUESTED


def test_one_may_take_his_own_back_and_nobody_elses(app: Flask, order_no: str) -> None:
    clerk = open_console(app, "clerk", role="service")
    request(clerk, order_no, "68")
    path = f"/refunds/{only(app).out_refund_no}"

    assert open_console(app, "other", role="service").post(f"{path}/withdraw").status_code == 403
    assert clerk.post(f"{path}/withdraw").status_code == 302
    assert only(app).state == RefundState.REFUSED


def abnormal(app: Flask, console: Console, gateway: FakeGateway, order_no: str) -> str:
    """A refund that the buyer's card did not take; answers its path."""
    request(console, order_no, "68")
    with app.app_context():
        refund = db.session.scalars(select(Refund)).one()
        go_on(refund.id, gateway)
        gateway.turn_refund(refund.out_refund_no, RefundStatus.ABNORMAL)
        record_notification(gateway, {}, refund.out_refund_no.encode())
        return f"/refunds/{refund.out_refund_no}"


def test_an_abnormal_one_goes_to_a_card_that_is_kept_nowhere(
    app: Flask, gateway: FakeGateway, order_no: str
) -> None:
    console = open_console(app)
    path = abnormal(app, console, gateway, order_no)
    card = {"bank": "CMB_DEBIT", "card": "6225 8800 0000 0001", "holder": "王小茶"}

    assert console.post(f"{path}/resend", **card | {"card": "6225"}).status_code == 422
    assert console.post(f"{path}/resend", **card).status_code == 302
    assert gateway.resent[0].number == "6225880000000001"
    assert only(app).state == RefundState.SUBMITTED
    assert "6225" not in console.text(path)
    assert "改退到银行卡" in console.text(path)


def test_what_a_coupon_had_paid_is_told_to_staff_and_to_the_buyer(
    app: Flask, gateway: FakeGateway, order_no: str
) -> None:
    gateway.coupon_fen = 500
    console = open_console(app)
    path = abnormal(app, console, gateway, order_no)

    words = console.text(path)
    openid = only(app).order.follower.openid
    shown = Phone(app, openid).log_in().get(f"/shop/orders/{order_no}").get_data(as_text=True)

    assert re.search(r"买家实收</dt><dd>¥63.00<", words)
    assert re.search(r"退回代金券</dt><dd>¥5.00<", words)
    assert "微信支付代金券抵的，不退现金" in shown


def test_an_abnormal_one_is_noted_as_settled_otherwise(
    app: Flask, gateway: FakeGateway, order_no: str
) -> None:
    console = open_console(app)
    path = abnormal(app, console, gateway, order_no)

    assert console.post(f"{path}/handled", how="").status_code == 422
    assert console.post(f"{path}/handled", how="银行转账").status_code == 302
    assert only(app).state == RefundState.HANDLED
    assert "已退款" in console.text(f"/orders/{order_no}")


def test_asking_now_finds_what_happened(app: Flask, gateway: FakeGateway, order_no: str) -> None:
    console = open_console(app)
    request(console, order_no, "68")
    path = f"/refunds/{only(app).out_refund_no}"
    console.post(f"{path}/ask")
    gateway.turn_refund(only(app).out_refund_no, RefundStatus.DONE)

    assert "已到账" in console.client.post(
        f"/console{path}/ask", data={"csrf_token": console.token()}, follow_redirects=True
    ).get_data(as_text=True)


def test_a_list_without_refunds_teaches(app: Flask) -> None:
    assert "还没有退款" in open_console(app).text("/refunds/")
