"""The cashier and the notifications: checks of the page, the password, the schedule, every way to misbehave."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
import requests
from cryptography.exceptions import InvalidTag
from werkzeug.wrappers import Response

from simulator.crypto import keys, payments
from simulator.pay.notifier import DISTANCES
from tests.simulator.box import Box
from tests.simulator.fake_shop import FakeShop, Received

NUMBER = "SHOP20261121000017"
NOTIFY = "/pay/notify"


def open_sheet(box: Box, params: dict[str, Any], **changes: Any) -> dict[str, Any]:
    given = {"openid": box.somebody(), "url": f"{box.settings.web_base}/shop/pay/1?a=b", "params": params}
    return box.post("bridge/prepay", **{**given, **changes})


def verify(box: Box, received: Received) -> dict[str, Any]:
    """What a careful shop does with a notification; raises AssertionError or an error of the cipher."""
    headers = received.headers
    assert headers["Wechatpay-Signature-Type"] == payments.SCHEME
    assert abs(int(headers["Wechatpay-Timestamp"]) - time.time()) < 300
    assert headers["Wechatpay-Serial"] == box.settings.wechatpay.public_key_id
    message = payments.lines(headers["Wechatpay-Timestamp"], headers["Wechatpay-Nonce"], received.body)
    key = keys.read_public_key(box.settings.wechatpay.public_key_file)
    assert payments.is_signed(headers["Wechatpay-Signature"], message, key)
    envelope = json.loads(received.body)
    resource = envelope.pop("resource")
    plain = json.loads(payments.decrypt_resource(resource, box.settings.merchant.apiv3_key))
    return {**envelope, "resource": plain}


def until(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def test_a_right_request_opens_the_sheet(box: Box) -> None:
    answer = open_sheet(box, box.page_params(box.place()))

    assert answer["ok"], answer
    assert answer["order"]["amount_fen"] == 2590
    assert answer["order"]["merchant"] == "小铺"


@pytest.mark.parametrize(
    ("changes", "check"),
    [
        ({"paySign": ""}, "六个参数齐全"),
        ({"timeStamp": int(time.time())}, "都是字符串"),
        ({"appId": "wx0000000000000000"}, "appId"),
        ({"signType": "MD5"}, "signType"),
        ({"timeStamp": "1795227302000"}, "timeStamp 是秒"),
        ({"paySign": "AAAA"}, "paySign"),
        ({"package": "prepay_id=wx0"}, "prepay_id"),
        ({"package": "wx0"}, "prepay_id"),
    ],
)
def test_a_wrong_request_is_refused_and_named(box: Box, changes: dict[str, Any], check: str) -> None:
    answer = open_sheet(box, box.page_params(box.place(), **changes))

    assert not answer["ok"]
    assert answer["err_msg"] == "get_brand_wcpay_request:fail"
    assert answer["err_desc"]
    assert [row["check"] for row in answer["verdicts"] if row["ok"] is False] == [check]


def test_a_page_elsewhere_may_not_pay(box: Box) -> None:
    answer = open_sheet(box, box.page_params(box.place()), url="https://evil.example/shop/pay")

    assert answer["err_desc"].startswith("当前页面的URL未注册")


def test_only_who_ordered_may_pay(box: Box) -> None:
    params = box.page_params(box.place())

    answer = open_sheet(box, params, openid=box.somebody(1))

    assert "不一致" in answer["err_desc"]


def test_a_prepay_id_lives_two_hours(box: Box) -> None:
    params = box.page_params(box.place())
    box.pass_time(7201)

    assert "过期" in open_sheet(box, params)["err_desc"]
    assert open_sheet(box, box.page_params(box.place()))["ok"]


def test_the_password_decides_and_a_wrong_one_keeps_the_sheet(box: Box) -> None:
    prepay_id = box.place()

    wrong = box.pay(prepay_id, password="000000")
    right = box.pay(prepay_id)

    assert (wrong["retry"], wrong["error"]) == (True, "支付密码错误，请重试")
    assert right == {"err_msg": "get_brand_wcpay_request:ok"}
    assert "已支付" in box.pay(prepay_id)["err_desc"]


@pytest.mark.parametrize("action", ["cancel", "fail"])
def test_a_cancelled_or_failed_payment_moves_nothing(box: Box, shop: FakeShop, action: str) -> None:
    answer = box.pay(box.place(), action=action)

    assert answer["err_msg"] == f"get_brand_wcpay_request:{action}"
    assert box.order_state()["state"] == "NOTPAY"
    assert box.get("jobs")["jobs"] == []


def test_paying_leaves_a_card_in_the_chat(box: Box) -> None:
    box.pay(box.place())

    card = box.chat()[-1]
    assert (card["kind"], card["via"], card["amount_fen"]) == ("payment", "pay", 2590)
    assert card["transaction_id"] == box.order_state()["transaction_id"]


def test_a_notification_follows_and_is_kept(box: Box, shop: FakeShop) -> None:
    box.pay(box.place(attach="cart=17"))

    told = verify(box, shop.wait_for(1, NOTIFY)[0])

    assert (told["event_type"], told["resource_type"]) == ("TRANSACTION.SUCCESS", "encrypt-resource")
    assert told["resource"]["out_trade_no"] == NUMBER
    assert told["resource"]["amount"]["total"] == 2590
    assert told["resource"]["attach"] == "cart=17"
    until(lambda: len(box.order_state()["notifications"]) == 1)
    tried = box.order_state()["notifications"][0]
    assert (tried["status"], tried["verdict"], tried["try"], tried["next_at"]) == (200, "ok", 1, None)


def test_a_refused_notification_comes_again_on_the_schedule(box: Box, shop: FakeShop) -> None:
    shop.answer = lambda received: Response('{"code":"FAIL","message":"失败"}', status=500)
    box.pay(box.place())
    until(lambda: len(box.order_state()["notifications"]) == 1)

    for count, distance in enumerate(DISTANCES, start=2):
        job = box.engine.store.all("jobs")[0]
        waits = job["due_at"] - box.engine.clock.now()
        assert distance - 5 < waits <= distance
        box.pass_time(waits + 0.1)
        until(lambda count=count: len(box.order_state()["notifications"]) == count)

    assert len(shop.to(NOTIFY)) == 16
    assert sum(DISTANCES) == 24 * 3600 + 4 * 60
    assert box.get("jobs")["jobs"] == []
    assert len({verify(box, received)["id"] for received in shop.received}) == 1


def test_a_faster_clock_brings_the_repeats_sooner(box: Box, shop: FakeShop) -> None:
    shop.answer = lambda received: Response(status=500)
    box.post("clock", speed=1000)

    box.pay(box.place())

    assert len(shop.wait_for(4, NOTIFY)) >= 4


def test_a_redirect_and_silence_count_as_failures(box: Box, shop: FakeShop, quick: float) -> None:
    def answer(received: Received) -> Response:
        if len(shop.received) == 1:
            return Response(status=302, headers={"Location": "/elsewhere"})
        time.sleep(quick * 2)
        return Response(status=200)

    shop.answer = answer
    box.pay(box.place())
    until(lambda: len(box.order_state()["notifications"]) == 1)
    box.pass_time(16)
    until(lambda: len(box.order_state()["notifications"]) == 2)

    tries = box.order_state()["notifications"]
    assert [row["status"] for row in tries] == [302, None]
    assert all(row["next_at"] for row in tries)
    assert not shop.to("/elsewhere")


def test_any_2xx_is_success_even_if_it_says_fail(box: Box, shop: FakeShop) -> None:
    shop.answer = lambda received: Response('{"code":"FAIL"}', status=202)
    box.pay(box.place())
    until(lambda: len(box.order_state()["notifications"]) == 1)

    assert box.order_state()["notifications"][0]["next_at"] is None


def test_a_lost_notification_never_comes_but_the_order_is_paid(box: Box, shop: FakeShop) -> None:
    box.fault("notify_lost")

    box.pay(box.place())
    box.pass_time(90_000)

    assert box.order_state()["state"] == "SUCCESS"
    assert box.get("jobs")["jobs"] == []
    assert shop.to(NOTIFY) == []


def test_a_late_notification_waits_its_seconds(box: Box, shop: FakeShop) -> None:
    box.post("faults", name="notify_late", value="90", once=True)
    box.pay(box.place())
    box.pass_time(60)
    time.sleep(0.2)
    assert shop.to(NOTIFY) == []

    box.pass_time(31)

    verify(box, shop.wait_for(1, NOTIFY)[0])


def test_a_doubled_notification_comes_twice_with_one_id(box: Box, shop: FakeShop) -> None:
    box.fault("notify_twice")

    box.pay(box.place())

    first, second = (verify(box, received) for received in shop.wait_for(2, NOTIFY))
    assert first["id"] == second["id"]


def test_twins_are_under_way_at_the_same_time(box: Box, shop: FakeShop) -> None:
    present: list[int] = []
    inside = [0]

    def answer(received: Received) -> str:
        inside[0] += 1
        time.sleep(0.15)
        present.append(inside[0])
        inside[0] -= 1
        return ""

    shop.answer = answer
    box.fault("notify_twin")

    box.pay(box.place())

    shop.wait_for(2, NOTIFY)
    until(lambda: len(present) == 2)
    assert max(present) == 2


def test_a_notification_can_overtake_the_order_answer(box: Box, shop: FakeShop) -> None:
    box.post("faults", name="notify_early", value="order", once=True)

    box.place()

    assert verify(box, shop.to(NOTIFY)[0])["resource"]["out_trade_no"] == NUMBER
    assert box.order_state()["state"] == "SUCCESS"


def test_a_notification_can_overtake_the_browser(box: Box, shop: FakeShop) -> None:
    prepay_id = box.place()
    box.post("faults", name="notify_early", value="browser", once=True)

    assert box.pay(prepay_id)["err_msg"].endswith(":ok")

    assert len(shop.to(NOTIFY)) == 1


UNVERIFIABLE = [
    "notify_forged",
    "notify_probe",
    "notify_old",
    "notify_unknown_serial",
    "notify_wrong_key",
    "notify_no_type",
]


@pytest.mark.parametrize("fault", UNVERIFIABLE)
def test_what_cannot_be_verified_is_followed_by_the_genuine_one(box: Box, shop: FakeShop, fault: str) -> None:
    def careful(received: Received) -> Response:
        try:
            verify(box, received)
        except (AssertionError, KeyError, InvalidTag):
            return Response(status=401)
        return Response(status=204)

    shop.answer = careful
    box.fault(fault)
    box.pay(box.place())
    until(lambda: len(box.order_state()["notifications"]) == 1)
    assert box.order_state()["notifications"][0]["status"] == 401

    box.pass_time(16)

    until(lambda: len(box.order_state()["notifications"]) == 2)
    assert box.order_state()["notifications"][1]["status"] == 204
    assert verify(box, shop.to(NOTIFY)[1])["resource"]["trade_state"] == "SUCCESS"


def test_an_old_notification_is_genuine_but_for_its_age(box: Box, shop: FakeShop) -> None:
    box.fault("notify_old")
    box.pay(box.place())

    received = shop.wait_for(1, NOTIFY)[0]

    headers = received.headers
    assert time.time() - int(headers["Wechatpay-Timestamp"]) > 7000
    message = payments.lines(headers["Wechatpay-Timestamp"], headers["Wechatpay-Nonce"], received.body)
    key = keys.read_public_key(box.settings.wechatpay.public_key_file)
    assert payments.is_signed(headers["Wechatpay-Signature"], message, key)


@pytest.mark.parametrize(
    ("fault", "wrong"),
    [
        ("notify_wrong_amount", lambda told: told["amount"]["total"] == 2591),
        ("notify_wrong_mchid", lambda told: told["mchid"] == "1999999999"),
        ("notify_wrong_appid", lambda told: told["appid"] == "wx0000000000000000"),
        ("notify_wrong_openid", lambda told: told["payer"]["openid"].startswith("oStranger")),
    ],
)
def test_wrong_contents_are_signed_properly(
    box: Box, shop: FakeShop, fault: str, wrong: Callable[[dict[str, Any]], bool]
) -> None:
    box.fault(fault)

    box.pay(box.place())

    assert wrong(verify(box, shop.wait_for(1, NOTIFY)[0])["resource"])


def test_the_certificate_signs_while_a_merchant_switches(box: Box, shop: FakeShop) -> None:
    box.fault("pay_certificates", "switching")

    box.pay(box.place())

    received = shop.wait_for(1, NOTIFY)[0]
    certificate = box.settings.wechatpay.platform_certificate
    assert received.headers["Wechatpay-Serial"] == keys.serial_of(certificate)


def test_a_closed_order_is_paid_only_by_the_switch_or_from_outside(box: Box, shop: FakeShop) -> None:
    prepay_id = box.place()
    mchid = {"mchid": box.settings.merchant.mchid}
    assert box.merchant("POST", f"/v3/pay/transactions/out-trade-no/{NUMBER}/close", mchid).status_code == 204
    assert "已关闭" in box.pay(prepay_id)["err_desc"]

    box.fault("pay_late")

    assert box.pay(prepay_id)["err_msg"].endswith(":ok")
    assert verify(box, shop.wait_for(1, NOTIFY)[0])["resource"]["trade_state"] == "SUCCESS"


def test_an_order_can_be_paid_from_outside_even_when_expired(box: Box, shop: FakeShop) -> None:
    box.place()
    box.pass_time(8 * 86_400)

    answer = box.post(f"orders/{NUMBER}/pay")

    assert answer["state"] == "SUCCESS"
    shop.wait_for(1, NOTIFY)
    again = requests.post(f"{box.base}/sim/api/orders/{NUMBER}/pay", timeout=5)
    assert again.status_code == 409


def test_a_notification_can_be_sent_again_by_hand(box: Box, shop: FakeShop) -> None:
    box.pay(box.place())
    shop.wait_for(1, NOTIFY)

    answer = box.post(f"orders/{NUMBER}/notify", mode="wrong_amount")
    box.post(f"orders/{NUMBER}/notify")

    assert answer["outcome"]["status"] == 200
    assert [verify(box, received)["resource"]["amount"]["total"] for received in shop.to(NOTIFY)] == [
        2590,
        2591,
        2590,
    ]


def test_a_lie_about_an_unpaid_order_is_always_unverifiable(box: Box, shop: FakeShop) -> None:
    box.place()
    url = f"{box.base}/sim/api/orders/{NUMBER}/notify"

    assert requests.post(url, json={"mode": "genuine"}, timeout=5).status_code == 409
    assert requests.post(url, json={"mode": "wrong_amount"}, timeout=5).status_code == 409
    assert requests.post(url, json={"mode": "poem"}, timeout=5).status_code == 400
    box.post(f"orders/{NUMBER}/notify", mode="forged")
    with pytest.raises(AssertionError):
        verify(box, shop.wait_for(1, NOTIFY)[0])
    assert box.order_state()["state"] == "NOTPAY"


@pytest.mark.parametrize(
    ("amount", "paid", "notifications"), [(130, True, 0), (131, False, 0), (132, True, 2), (133, True, 1)]
)
def test_the_amount_can_choose_the_case(
    box: Box, shop: FakeShop, amount: int, paid: bool, notifications: int
) -> None:
    box.fault("pay_by_amount", "always")

    answer = box.pay(box.place(amount={"total": amount}))

    assert answer["err_msg"].endswith(":ok") == paid
    shop.wait_for(notifications, NOTIFY)
    time.sleep(0.6 if notifications == 0 else 0.1)
    assert len(shop.to(NOTIFY)) == notifications
