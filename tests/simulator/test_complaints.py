"""Complaints 2.0: what the buyer says, what the merchant may answer, who is told, how it can go wrong."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
import requests

from simulator.crypto import payments
from simulator.pay.complaint_notifier import ComplaintNotifier
from simulator.qr.drawing import draw_meadow
from tests.simulator.box import Box
from tests.simulator.careful_shop import until, verify
from tests.simulator.fake_shop import FakeShop

ORDER = "SHOP20261121000017"
BASE = "/v3/merchant-service"
NEWS = "/pay/notify/complaints"


@pytest.fixture
def paid(box: Box) -> Box:
    """Somebody has paid, and the shop wants to hear of complaints."""
    box.pay(box.place())
    assert box.merchant("POST", f"{BASE}/complaint-notifications", {"url": address(box)}).status_code == 200
    return box


def address(box: Box) -> str:
    return f"{box.settings.web_base}{NEWS}"


def complain(box: Box, **changes: Any) -> str:
    given = {"out_trade_no": ORDER, "text": "一只杯子碎了", "amount_fen": 590, "picture": True}
    return str(box.post("complaints", **(given | changes))["complaint_id"])


def call(box: Box, method: str, number: str, rest: str = "", body: Any = None) -> requests.Response:
    return box.merchant(method, f"{BASE}/complaints-v2/{number}{rest}", body)


def say(box: Box, number: str, text: str = "马上补寄", **more: Any) -> requests.Response:
    body = {"complainted_mchid": box.settings.merchant.mchid, "response_content": text} | more
    return call(box, "POST", number, "/response", body)


def finish(box: Box, number: str) -> requests.Response:
    return call(box, "POST", number, "/complete", {"complainted_mchid": box.settings.merchant.mchid})


def lines(box: Box, number: str) -> list[dict[str, Any]]:
    return call(box, "GET", number, "/negotiation-historys?limit=300").json()["data"]


def today(box: Box) -> str:
    return box.get("complaints")["complaints"][0]["created_at"][:10]


def test_a_complaint_is_told_listed_and_shown(paid: Box, shop: FakeShop) -> None:
    number = complain(paid)
    news = verify(paid, shop.wait_for(1, NEWS)[0])

    found = paid.merchant(
        "GET", f"{BASE}/complaints-v2?begin_date={today(paid)}&end_date={today(paid)}"
    ).json()
    whole = call(paid, "GET", number).json()

    assert (news["event_type"], news["resource"]["complaint_id"]) == ("COMPLAINT.CREATE", number)
    assert (found["total_count"], found["data"][0]["complaint_id"]) == (1, number)
    assert "payer_openid" not in found["data"][0]
    assert whole["payer_openid"] == paid.somebody()
    assert (whole["complaint_state"], whole["apply_refund_amount"]) == ("PENDING", 590)
    assert whole["complaint_order_info"][0]["out_trade_no"] == ORDER
    assert payments.decrypt_field(whole["payer_phone"], paid.merchant_key) == "13800001234"
    assert [line["operate_type"] for line in lines(paid, number)] == ["USER_CREATE_COMPLAINT"]


def test_a_picture_is_fetched_by_a_signed_request_alone(paid: Box) -> None:
    media = call(paid, "GET", complain(paid)).json()["complaint_media_list"][0]["media_url"][0]
    target = media.removeprefix(paid.base)

    answer = paid.merchant("GET", target)

    assert answer.content == draw_meadow()
    assert "Wechatpay-Signature" not in answer.headers
    assert requests.get(media, timeout=30).status_code == 401
    paid.fault("complaint_no_picture")
    assert paid.merchant("GET", target).status_code == 404


def test_it_goes_its_way_and_may_begin_again(paid: Box) -> None:
    number = complain(paid)

    def state() -> tuple[str, bool]:
        whole = call(paid, "GET", number).json()
        return whole["complaint_state"], whole["incoming_user_response"]

    assert say(paid, number).status_code == 204
    assert state() == ("PROCESSING", False)
    paid.post(f"complaints/{number}/say", text="还没有收到")
    assert state() == ("PROCESSING", True)
    assert finish(paid, number).status_code == 204
    assert state() == ("PROCESSED", False)
    assert finish(paid, number).json()["code"] == "INVALID_REQUEST"
    assert say(paid, number, "还有什么").status_code == 204
    paid.fault("complaint_continued", "PENDING")
    paid.post(f"complaints/{number}/say", text="补寄的也碎了", picture=True)
    assert state() == ("PENDING", True)
    assert [line["operate_type"] for line in lines(paid, number)] == [
        "USER_CREATE_COMPLAINT",
        "MERCHANT_RESPONSE",
        "USER_RESPONSE",
        "MERCHANT_CONFIRM_COMPLETE",
        "MERCHANT_RESPONSE",
        "USER_CONTINUE_COMPLAINT",
    ]


def test_a_refund_that_was_agreed_to_ends_it_when_the_money_arrives(paid: Box) -> None:
    number = complain(paid)
    decision = {"action": "APPROVE", "launch_refund_day": 0}
    assert call(paid, "POST", number, "/update-refund-progress", decision).status_code == 204
    assert call(paid, "GET", number).json()["complaint_state"] == "PROCESSING"

    paid.post(f"orders/{ORDER}/refund", amount_fen=590)
    paid.pass_time(2)

    until(lambda: call(paid, "GET", number).json()["complaint_state"] == "PROCESSED")
    assert lines(paid, number)[-1]["operate_type"] == "COMPLAINT_REFUND_RECEIVED_SYSTEM_MESSAGE"


def test_a_refund_that_is_refused_ends_it(paid: Box) -> None:
    number = complain(paid)
    bare = call(paid, "POST", number, "/update-refund-progress", {"action": "REJECT"})
    decision = {"action": "REJECT", "reject_reason": "已经签收"}

    assert bare.json()["code"] == "PARAM_ERROR"
    assert call(paid, "POST", number, "/update-refund-progress", decision).status_code == 204
    assert call(paid, "GET", number).json()["complaint_state"] == "PROCESSED"
    again = call(paid, "POST", number, "/update-refund-progress", decision)
    assert again.json()["code"] == "INVALID_REQUEST"


@pytest.mark.parametrize(
    "changes",
    [
        {"response_content": ""},
        {"response_content": "字" * 201},
        {"response_content": "好😀"},
        {"response_images": ["nobody uploaded it"]},
        {"response_images": ["a", "b", "c", "d", "e"]},
        {"complainted_mchid": "1999999999"},
    ],
)
def test_a_reply_that_wechat_would_not_take_is_refused(paid: Box, changes: dict[str, Any]) -> None:
    answer = say(paid, complain(paid), **changes)

    assert (answer.status_code, answer.json()["code"]) == (400, "PARAM_ERROR")


def test_the_length_of_a_reply_is_a_number_that_can_be_set(paid: Box) -> None:
    paid.post("limits", name="complaint_reply", value=500)

    assert say(paid, complain(paid), "字" * 500).status_code == 204


def upload(box: Box, data: bytes, name: str = "cup.png", sha: str = "") -> requests.Response:
    sha = sha or hashlib.sha256(data).hexdigest()
    meta = json.dumps({"filename": name, "sha256": sha}).encode()
    target = f"{BASE}/images/upload"
    headers = {
        "Accept": "application/json",
        "User-Agent": "test/1",
        "Wechatpay-Serial": box.settings.wechatpay.public_key_id,
        "Authorization": box.authorization("POST", target, meta),
    }
    files = {"meta": (None, meta, "application/json"), "file": (name, data, "image/png")}
    return requests.post(box.base + target, files=files, headers=headers, timeout=30)


def test_a_picture_is_handed_in_and_goes_with_a_reply(paid: Box) -> None:
    number, media_id = complain(paid), upload(paid, draw_meadow()).json()["media_id"]

    assert say(paid, number, response_images=[media_id]).status_code == 204

    address = lines(paid, number)[-1]["complaint_media_list"]["media_url"][0]
    assert paid.merchant("GET", address.removeprefix(paid.base)).content == draw_meadow()
    paid.fault("complaint_media", "array")
    assert isinstance(lines(paid, number)[-1]["complaint_media_list"], list)


@pytest.mark.parametrize(
    ("data", "name", "sha"),
    [
        (b"no picture", "cup.png", ""),
        (draw_meadow(), "cup.gif", ""),
        (draw_meadow(), "cup.png", "0" * 64),
        (b"\x89PNG" + bytes(2 * 2**20), "cup.png", ""),
    ],
    ids=["no picture", "another ending", "another hash", "too large"],
)
def test_a_picture_that_wechat_would_not_take_is_refused(box: Box, data: bytes, name: str, sha: str) -> None:
    assert upload(box, data, name, sha).json()["code"] == "PARAM_ERROR"


def test_the_address_for_news_is_made_once_changed_and_removed(box: Box) -> None:
    target = f"{BASE}/complaint-notifications"
    url = {"url": address(box)}
    assert box.merchant("GET", target).status_code == 404
    assert box.merchant("PUT", target, url).status_code == 404
    assert box.merchant("POST", target, {"url": "ftp://x"}).json()["code"] == "PARAM_ERROR"
    assert box.merchant("POST", target, url).json()["url"] == address(box)
    assert box.merchant("POST", target, url).json()["code"] == "INVALID_REQUEST"
    assert box.merchant("PUT", target, {"url": "https://other.example.com/n"}).status_code == 200
    assert box.merchant("GET", target).json()["url"] == "https://other.example.com/n"
    assert box.merchant("DELETE", target).status_code == 204
    box.fault("complaint_missing", "NOT_FOUND")
    assert box.merchant("DELETE", target).json()["code"] == "NOT_FOUND"


def test_without_an_address_nobody_is_told(box: Box, shop: FakeShop) -> None:
    box.pay(box.place())

    tries = box.post("complaints", out_trade_no=ORDER, text="碎了")["notifications"]

    assert [entry["verdict"] for entry in tries] == ["没有设置通知地址"]
    assert box.get("jobs")["jobs"] == [
        job for job in box.get("jobs")["jobs"] if job["kind"] != "complaint_notify"
    ]


@pytest.mark.parametrize(("way", "number"), [("twice", 2), ("twin", 2)])
def test_news_may_come_twice(paid: Box, shop: FakeShop, way: str, number: int) -> None:
    paid.fault("complaint_notify", way)
    complain(paid)

    got = shop.wait_for(number, NEWS)
    assert len({verify(paid, one)["id"] for one in got}) == 1


def test_news_that_were_lost_never_come(paid: Box) -> None:
    paid.fault("complaint_notify", "lost")
    number = complain(paid)

    assert paid.get(f"complaints/{number}")["notifications"][0]["verdict"] == "按开关丢弃"


def test_news_that_were_forged_come_properly_the_next_time(paid: Box, shop: FakeShop) -> None:
    shop.answer = lambda received: requests_status(401) if len(shop.to(NEWS)) == 1 else "success"
    paid.fault("complaint_notify", "forged")
    complain(paid)
    forged = shop.wait_for(1, NEWS)[0]
    until(lambda: any(job["kind"] == "complaint_notify" for job in paid.get("jobs")["jobs"]))
    paid.pass_time(ComplaintNotifier.distances[0])

    good = shop.wait_for(2, NEWS)[1]

    with pytest.raises(AssertionError):
        verify(paid, forged)
    assert verify(paid, good)["event_type"] == "COMPLAINT.CREATE"


def requests_status(status: int) -> Any:
    from werkzeug.wrappers import Response

    return Response("no", status=status)


@pytest.mark.parametrize(
    "query",
    [
        "begin_date=2026-11-01",
        "begin_date=x&end_date=2026-11-02",
        "begin_date=2026-11-01&end_date=2026-12-01",
        "begin_date=2026-11-02&end_date=2026-11-01",
        "begin_date=2026-11-01&end_date=2026-11-02&limit=51",
        "begin_date=2026-11-01&end_date=2026-11-02&offset=-1",
    ],
)
def test_a_list_asked_for_in_another_way_is_refused(box: Box, query: str) -> None:
    assert box.merchant("GET", f"{BASE}/complaints-v2?{query}").json()["code"] == "PARAM_ERROR"


def test_who_is_unknown_or_has_no_right_is_told_so(paid: Box) -> None:
    assert call(paid, "GET", "200").json()["code"] == "RESOURCE_NOT_EXISTS"
    paid.fault("complaint_no_auth")
    assert call(paid, "GET", "200").json()["code"] == "NO_AUTH"


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"out_trade_no": "nobody"}, 404),
        ({"text": " "}, 400),
        ({"amount_fen": 2591}, 400),
        ({"problem_type": "X"}, 400),
    ],
)
def test_a_complaint_that_makes_no_sense_is_refused(paid: Box, changes: dict[str, Any], status: int) -> None:
    given = {"out_trade_no": ORDER, "text": "碎了"} | changes

    assert requests.post(f"{paid.base}/sim/api/complaints", json=given, timeout=30).status_code == status


def test_one_payment_is_complained_about_once_at_a_time(paid: Box) -> None:
    number = complain(paid)
    given = {"out_trade_no": ORDER, "text": "碎了"}
    assert requests.post(f"{paid.base}/sim/api/complaints", json=given, timeout=30).status_code == 409

    finish(paid, number)

    again = complain(paid)
    assert call(paid, "GET", again).json()["user_complaint_times"] == 2
