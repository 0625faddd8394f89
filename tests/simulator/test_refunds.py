"""WeChat Pay's refunds: checked as strictly, finished later, told with a signed notification."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.wrappers import Response

from simulator.crypto import keys, payments
from tests.simulator.box import Box
from tests.simulator.careful_shop import until, verify
from tests.simulator.fake_shop import FakeShop

PATH = "/v3/refund/domestic/refunds"
ORDER = "SHOP20261121000017"


@pytest.fixture
def paid(box: Box) -> Box:
    box.pay(box.place())
    until(lambda: len(box.shop.received) == 1)
    box.shop.forget()
    return box


def ask(box: Box, number: str = "RF20261121000003", refund: int = 590, **changes: Any) -> Any:
    body = {
        "out_trade_no": ORDER,
        "out_refund_no": number,
        "reason": "碎了一只",
        "notify_url": f"{box.settings.web_base}/pay/notify/wechatpay_v3",
        "amount": {"refund": refund, "total": 2590, "currency": "CNY"},
    }
    return box.merchant("POST", PATH, body | changes)


def refund(box: Box) -> dict[str, Any]:
    return box.get("refunds")["refunds"][0]


def test_a_refund_is_taken_finished_and_told(paid: Box, shop: FakeShop) -> None:
    taken = ask(paid).json()
    assert (taken["status"], taken["amount"]["refund"]) == ("PROCESSING", 590)
    assert len(taken["refund_id"]) == 29
    paid.pass_time(2)
    until(lambda: len(shop.received) == 1)

    news = verify(paid, shop.received[0])

    assert news["event_type"] == "REFUND.SUCCESS"
    assert news["resource"]["refund_status"] == "SUCCESS"
    assert "appid" not in news["resource"]
    assert paid.merchant("GET", f"{PATH}/RF20261121000003").json()["status"] == "SUCCESS"
    assert paid.query(ORDER).json()["trade_state"] == "REFUND"
    assert paid.chat()[-1]["amount_fen"] == 590


def test_the_same_number_is_the_same_refund(paid: Box) -> None:
    first, second, other = ask(paid), ask(paid), ask(paid, refund=600)

    assert first.json()["refund_id"] == second.json()["refund_id"]
    assert (other.status_code, other.json()["code"]) == (400, "INVALID_REQUEST")


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"out_trade_no": "SHOP-unknown"}, 404, "RESOURCE_NOT_EXISTS"),
        ({"out_trade_no": None}, 400, "PARAM_ERROR"),
        ({"out_refund_no": "a b"}, 400, "PARAM_ERROR"),
        ({"reason": "字" * 27}, 400, "PARAM_ERROR"),
        ({"reason": "\U0001f375"}, 400, "PARAM_ERROR"),
        ({"amount": {"refund": 2591, "total": 2590, "currency": "CNY"}}, 400, "INVALID_REQUEST"),
        ({"amount": {"refund": 1, "total": 2589, "currency": "CNY"}}, 400, "INVALID_REQUEST"),
        ({"amount": {"refund": 1.5, "total": 2590, "currency": "CNY"}}, 400, "PARAM_ERROR"),
        ({"amount": {"refund": 1, "total": 2590}}, 400, "PARAM_ERROR"),
    ],
)
def test_what_is_wrong_is_refused(paid: Box, changes: dict[str, Any], status: int, code: str) -> None:
    answer = ask(paid, **changes)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert paid.get("refunds")["refunds"] == []


def test_an_unpaid_order_does_not_exist_for_refunds(box: Box) -> None:
    box.place()

    assert ask(box).status_code == 404


def test_parts_are_a_minute_apart_and_never_more_than_was_paid(paid: Box) -> None:
    ask(paid, "RF1", 2000)
    assert ask(paid, "RF2", 500).status_code == 429
    paid.pass_time(61)
    assert ask(paid, "RF2", 591).status_code == 400
    assert ask(paid, "RF2", 590).status_code == 200
    paid.pass_time(61)
    assert ask(paid, "RF3", 1).json()["message"] == "订单已全额退款"


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ("refund_not_enough", 403, "NOT_ENOUGH"),
        ("refund_account", 403, "USER_ACCOUNT_ABNORMAL"),
        ("refund_no_auth", 403, "NO_AUTH"),
    ],
)
def test_a_switch_says_no_once(paid: Box, fault: str, status: int, code: str) -> None:
    paid.fault(fault)

    answer = ask(paid)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert ask(paid).status_code == 200


@pytest.mark.parametrize(("way", "event"), [("closed", "REFUND.CLOSED"), ("abnormal", "REFUND.ABNORMAL")])
def test_it_may_end_otherwise(paid: Box, shop: FakeShop, way: str, event: str) -> None:
    paid.post("faults", name="refund_outcome", value=way, once=True)
    ask(paid)
    paid.pass_time(2)
    until(lambda: len(shop.received) == 1)

    assert verify(paid, shop.received[0])["event_type"] == event


def test_it_may_never_end(paid: Box, shop: FakeShop) -> None:
    paid.post("faults", name="refund_outcome", value="processing", once=True)
    ask(paid)
    paid.pass_time(86_400)

    assert (refund(paid)["status"], shop.received) == ("PROCESSING", [])


def test_an_abnormal_one_goes_to_a_card(paid: Box) -> None:
    paid.post("faults", name="refund_outcome", value="abnormal", once=True)
    ask(paid)
    paid.pass_time(2)
    until(lambda: refund(paid)["status"] == "ABNORMAL")
    key = keys.read_public_key(paid.settings.wechatpay.public_key_file)
    card = {
        "out_refund_no": "RF20261121000003",
        "type": "USER_BANK_CARD",
        "bank_type": "CMB_DEBIT",
        "bank_account": payments.encrypt_field("6225880000000001", key),
        "real_name": payments.encrypt_field("王小茶", key),
    }
    target = f"{PATH}/{refund(paid)['refund_id']}/apply-abnormal-refund"

    assert paid.merchant("POST", target, card | {"bank_type": "CMB_CREDIT"}).status_code == 400
    assert paid.merchant("POST", target, card | {"bank_account": "6225"}).status_code == 400
    assert paid.merchant("POST", target, card).json()["user_received_account"] == "CMB借记卡0001"
    assert paid.merchant("POST", target, card).status_code == 400  # it is not abnormal any more


@pytest.mark.parametrize("way", ["forged", "wrong_amount", "wrong_mchid", "old"])
def test_a_spoilt_notification_is_followed_by_a_good_one(paid: Box, shop: FakeShop, way: str) -> None:
    paid.post("faults", name="refund_notify", value=way, once=True)
    shop.answer = lambda received: Response(status=500)
    ask(paid)
    paid.pass_time(2)
    until(lambda: len(refund(paid)["notifications"]) == 1)
    paid.pass_time(16)
    until(lambda: len(shop.received) == 2)

    assert verify(paid, shop.received[1])["resource"]["amount"]["refund"] == 590


def test_the_merchant_platform_refunds_behind_the_shops_back(paid: Box, shop: FakeShop) -> None:
    paid.post(f"orders/{ORDER}/refund", amount_fen=100)
    paid.pass_time(2)
    until(lambda: len(shop.received) == 1)

    assert verify(paid, shop.received[0])["resource"]["out_refund_no"].startswith("MP")
