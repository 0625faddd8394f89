"""Payment notifications: contents, schedule, every way to misbehave."""

from __future__ import annotations

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
from tests.simulator.careful_shop import NOTIFY, until, verify
from tests.simulator.fake_shop import FakeShop, Received

NUMBER = "SHOP20261121000017"


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
