"""Complaints over APIv3: what is asked for and how, and what WeChat's JSON becomes."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.hashes import SHA1

from app.core.errors import GatewayRefused, GatewayUnreachable, SignatureInvalid
from app.payments.gateways.apiv3_complaint_facts import read_complaint, read_entry
from app.payments.gateways.apiv3_complaints import Apiv3Complaints
from app.payments.gateways.apiv3_crypto import decrypt_field
from app.payments.gateways.complaints import Jump, RefundAction, RefundDecision, TheirState, Words
from tests import wechatpay
from tests.complaints import NUMBER
from tests.keys import key_pair

PATH = f"/v3/merchant-service/complaints-v2/{NUMBER}"
ROW = {
    "complaint_id": NUMBER,
    "complaint_time": "2026-11-21T12:03:11.120+08:00",
    "complaint_detail": "One cup arrived broken",
    "complaint_state": "PENDING",
    "complainted_mchid": wechatpay.MCHID,
    "payer_phone": "c2VhbGVk",
    "payer_openid": "oTeaShop_0000000000000000001",
    "complaint_order_info": [{"transaction_id": "42", "out_trade_no": "XP1", "amount": 2590}],
    "complaint_media_list": [
        {"media_type": "USER_COMPLAINT_IMAGE", "media_url": ["https://x/1", "https://x/2"]}
    ],
    "complaint_full_refunded": False,
    "incoming_user_response": True,
    "problem_description": "商品破损",
    "problem_type": "REFUND",
    "apply_refund_amount": 590,
    "user_tag_list": ["TRUSTED"],
    "user_complaint_times": 2,
    "in_platform_service": False,
}
ENTRY = {
    "log_id": "3000",
    "operator": "投诉人",
    "operate_time": "2026-11-21T12:03:11+08:00",
    "operate_type": "USER_CREATE_COMPLAINT",
    "operate_details": "One cup",
    "image_list": [],
}


class Wire:
    """A transport that remembers what it was asked and answers what the test says."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {}
        self.asked: list[tuple[str, str, Any]] = []
        self.file = b""
        self.is_forged = False

    def call(self, method: str, path: str, body: Any = None) -> Any:
        self.asked.append((method, path, body))
        answer = self.answers.get(method, {})
        answer = answer.pop(0) if isinstance(answer, list) else answer
        if isinstance(answer, Exception):
            raise answer
        return answer

    def verify(self, headers: dict[str, str], body: bytes) -> None:
        if self.is_forged:
            raise SignatureInvalid("forged")

    def at_our_host(self, path: str) -> str:
        return f"https://ours{path}"

    @contextmanager
    def open_file(self, address: str) -> Iterator[Iterator[bytes]]:
        self.asked.append(("FILE", address, None))
        yield iter([self.file[:3], self.file[3:]])


class Keys:
    def current(self) -> dict[str, object]:
        return {"PUB_KEY_ID": object()}


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def desk(wire: Wire) -> Apiv3Complaints:
    return Apiv3Complaints(wechatpay.MCHID, (wechatpay.APIV3_KEY,), transport=wire, keys=Keys())  # type: ignore[arg-type]


def test_a_complaint_is_read() -> None:
    facts = read_complaint(ROW)

    assert facts.state == TheirState.PENDING
    assert facts.complained_at == datetime(2026, 11, 21, 4, 3, 11, 120_000, tzinfo=UTC)
    assert [(order.out_trade_no, order.amount_fen) for order in facts.orders] == [("XP1", 2590)]
    assert (facts.pictures, facts.wanted_fen, facts.times) == (("https://x/1", "https://x/2"), 590, 2)
    assert (facts.waits_for_us, facts.is_fully_refunded, facts.sealed_phone) == (True, False, "c2VhbGVk")


def test_a_list_leaves_things_out() -> None:
    needed = ("complaint_id", "complaint_time", "complaint_state")

    facts = read_complaint({name: ROW[name] for name in needed})

    assert (facts.openid, facts.orders, facts.pictures, facts.times) == ("", (), (), 1)


@pytest.mark.parametrize(
    "change",
    [
        {"complaint_state": "NEW"},
        {"complaint_time": "yesterday"},
        {"complaint_time": "2026-11-21T12:03:11"},
        {"complaint_id": 7},
        {"complaint_id": "x" * 65},
        {"apply_refund_amount": "590"},
        {"complaint_order_info": [{"amount": -1}]},
        {"complaint_media_list": ["x"]},
    ],
)
def test_what_makes_no_sense_is_no_answer(change: dict[str, Any]) -> None:
    with pytest.raises(GatewayUnreachable):
        read_complaint(ROW | change)


@pytest.mark.parametrize(
    "media", [{"media_url": ["https://x/1"]}, [{"media_url": ["https://x/1"]}]], ids=["object", "array"]
)
def test_an_entry_is_read_with_its_pictures_however_they_come(media: Any) -> None:
    entry = read_entry(ENTRY | {"complaint_media_list": media, "image_list": ["https://x/1", "https://x/9"]})

    assert entry.pictures == ("https://x/1", "https://x/9")
    assert (entry.kind, entry.text, entry.at.hour) == ("USER_CREATE_COMPLAINT", "One cup", 12)


def test_the_words_of_an_entry_made_of_blocks_are_read() -> None:
    blocks = [{"type": "TEXT", "text": {"text": "Which part?"}}, {"type": "BUTTON", "button": {}}]

    entry = read_entry(ENTRY | {"operate_details": None, "normal_message": {"blocks": blocks}})

    assert entry.text == "Which part?"


def test_a_page_is_asked_for_by_days(desk: Apiv3Complaints, wire: Wire) -> None:
    wire.answers["GET"] = {"data": [ROW], "total_count": 7}

    rows, total = desk.list_page(date(2026, 11, 1), date(2026, 11, 30), 50)

    assert (len(rows), total) == (1, 7)
    query = "limit=50&offset=50&begin_date=2026-11-01&end_date=2026-11-30&complainted_mchid=1900000001"
    assert wire.asked == [("GET", f"/v3/merchant-service/complaints-v2?{query}", None)]


def test_a_history_is_read_to_its_end(desk: Apiv3Complaints, wire: Wire) -> None:
    wire.answers["GET"] = [{"data": [ENTRY, ENTRY], "total_count": 3}, {"data": [ENTRY], "total_count": 3}]

    assert len(desk.history(NUMBER)) == 3
    assert [path.rpartition("?")[2] for _, path, _ in wire.asked] == [
        "limit=300&offset=0",
        "limit=300&offset=2",
    ]


def test_what_we_say_is_sent_as_wechat_wants_it(desk: Apiv3Complaints, wire: Wire) -> None:
    desk.reply(NUMBER, Words("抱歉", ("m1",)))
    desk.reply(NUMBER, Words("抱歉"))
    desk.complete(NUMBER)
    desk.decide_refund(NUMBER, RefundDecision(RefundAction.APPROVE, days=0, remark="今天"))
    desk.decide_refund(NUMBER, RefundDecision(RefundAction.REJECT, reason="已签收"))

    mine = {"complainted_mchid": wechatpay.MCHID}
    assert wire.asked == [
        ("POST", f"{PATH}/response", mine | {"response_content": "抱歉", "response_images": ["m1"]}),
        ("POST", f"{PATH}/response", mine | {"response_content": "抱歉"}),
        ("POST", f"{PATH}/complete", mine),
        (
            "POST",
            f"{PATH}/update-refund-progress",
            {"action": "APPROVE", "launch_refund_day": 0, "remark": "今天"},
        ),
        ("POST", f"{PATH}/update-refund-progress", {"action": "REJECT", "reject_reason": "已签收"}),
    ]


def test_buttons_and_messages_of_the_immediate_service_are_written_as_wechat_wants_them(
    desk: Apiv3Complaints, wire: Wire
) -> None:
    page = Jump("查看订单", url="https://shop.example.com/shop/orders/1")
    mini = Jump("去看看", appid="wx5a1b2c3d4e5f6a7b", path="pages/index/index")
    mini_body = {"appid": mini.appid, "path": mini.path, "text": mini.text}
    desk.reply(NUMBER, Words("抱歉", (), page))
    desk.reply(NUMBER, Words("抱歉", (), mini))
    desk.answer_at_once(NUMBER, Words("抱歉", ("m1",), page), once="t1")
    desk.answer_at_once(NUMBER, Words("抱歉", (), mini), once="t2")

    bodies = [body for _method, _path, body in wire.asked]
    assert {name: bodies[0][name] for name in ("jump_url", "jump_url_text")} == {
        "jump_url": page.url,
        "jump_url_text": "查看订单",
    }
    assert bodies[1]["mini_program_jump_info"] == mini_body
    assert wire.asked[2][1] == f"{PATH}/response-immediate-service"
    assert (bodies[2]["idempotent_id"], bodies[2]["complainted_mchid"]) == ("t1", wechatpay.MCHID)
    assert bodies[2]["message"]["sender_identity"] == "MANUAL"
    assert [block["type"] for block in bodies[2]["message"]["blocks"]] == ["TEXT", "IMAGE", "BUTTON"]
    assert bodies[2]["message"]["blocks"][2]["button"]["action"] == {
        "action_type": "ACTION_TYPE_JUMP_URL",
        "jump_url": page.url,
    }
    assert bodies[3]["message"]["blocks"][1]["button"]["action"]["mini_program_jump_info"] == mini_body


def test_a_picture_is_asked_for_at_our_own_host_alone(desk: Apiv3Complaints, wire: Wire) -> None:
    wire.file = b"abcdef"

    data = desk.download_picture("https://elsewhere.example.com/v3/merchant-service/images/Ch%2Bs", 6)

    assert data == b"abcdef"
    assert wire.asked == [("FILE", "https://ours/v3/merchant-service/images/Ch%2Bs", None)]


@pytest.mark.parametrize(
    ("address", "most"),
    [
        ("https://x/v3/merchant-service/images/a", 5),
        ("https://x/v3/merchant-service/images/a/../../certificates", 9),
        ("https://x/v3/certificates", 9),
        ("file:///etc/passwd", 9),
    ],
)
def test_a_picture_that_is_too_large_or_elsewhere_is_refused(
    desk: Apiv3Complaints, wire: Wire, address: str, most: int
) -> None:
    wire.file = b"abcdef"

    with pytest.raises(GatewayRefused):
        desk.download_picture(address, most)


def test_the_address_is_made_changed_and_removed(desk: Apiv3Complaints, wire: Wire) -> None:
    nothing = GatewayRefused("NOT_FOUND", "", http_status=404)
    wire.answers = {"GET": [nothing, {"url": "https://a"}, {"url": "https://b"}], "DELETE": nothing}

    for url in ("https://a", "https://b", "https://b"):
        desk.set_notify_address(url)
    desk.remove_notify_address()

    methods = [(method, body) for method, _, body in wire.asked if method != "GET"]
    assert methods == [("POST", {"url": "https://a"}), ("PUT", {"url": "https://b"}), ("DELETE", None)]


def notification(content: object, **envelope: Any) -> bytes:
    return wechatpay.notification(content, **({"event_type": "COMPLAINT.CREATE"} | envelope))  # type: ignore[arg-type]


def test_a_notification_is_read(desk: Apiv3Complaints) -> None:
    notice = desk.read_notification(
        {}, notification({"complaint_id": NUMBER, "action_type": "SOMETHING_NEW", "more": 1})
    )

    assert notice is not None
    assert (notice.complaint_id, notice.action) == (NUMBER, "SOMETHING_NEW")
    assert notice.notification_id == "7c0f0d2a-5f3e-5b1c-9d38-2f6f1d7a0017"


def test_another_event_is_none_of_ours(desk: Apiv3Complaints) -> None:
    assert desk.read_notification({}, notification({}, event_type="TRANSACTION.SUCCESS")) is None


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        notification({"action_type": "USER_RESPONSE"}),
        notification({"complaint_id": "x" * 65}),
        notification(["x"]),
        wechatpay.notification({"complaint_id": NUMBER}, apiv3_key="x" * 32, event_type="COMPLAINT.CREATE"),
        json.dumps({"event_type": "COMPLAINT.CREATE", "resource": {"algorithm": "NONE"}}).encode(),
    ],
)
def test_a_signed_one_that_cannot_be_read_is_refused(desk: Apiv3Complaints, body: bytes) -> None:
    with pytest.raises(SignatureInvalid):
        desk.read_notification({}, body)


def test_a_forged_one_is_refused(desk: Apiv3Complaints, wire: Wire) -> None:
    wire.is_forged = True

    with pytest.raises(SignatureInvalid):
        desk.read_notification({}, notification({"complaint_id": NUMBER}))


def test_a_phone_closed_for_our_certificate_is_opened_and_no_other() -> None:
    padding = OAEP(mgf=MGF1(SHA1()), algorithm=SHA1(), label=None)  # noqa: S303
    sealed = base64.b64encode(key_pair("merchant").public_key().encrypt(b"13812345678", padding)).decode()

    old, new = key_pair("merchant"), key_pair("somebody")
    assert decrypt_field([old], sealed) == decrypt_field([new, old], sealed) == "13812345678"
    for broken, keys in ((sealed, [new]), ("%", [old]), ("", [old]), (sealed, [])):
        with pytest.raises(SignatureInvalid):
            decrypt_field(keys, broken)
