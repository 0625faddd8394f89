"""The shop's own client reads and answers complaints at the simulator: once, whatever becomes of the answer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image

from app.complaints import service
from app.complaints.acting import carry_out
from app.complaints.address import set_address
from app.complaints.states import ActState
from app.complaints.sync import sync
from app.core.errors import GatewayRefused, GatewayUnreachable
from app.payments.gateways.apiv3_complaints import Apiv3Complaints
from app.payments.gateways.complaints import Jump, Words
from tests.simulator.box import Box
from tests.simulator.shop_transport import make_transport

ORDER = "SHOP20261121000017"
TOKEN = "t1"


@pytest.fixture
def desk(box: Box, app: Flask, tmp_path: Path) -> Iterator[Apiv3Complaints]:
    """The shop's, pointed at the simulator, with a shop around it."""
    settings, (transport, keys) = box.settings, make_transport(box, tmp_path)
    with app.app_context():
        yield Apiv3Complaints(
            settings.merchant.mchid, (settings.merchant.apiv3_key,), transport=transport, keys=keys
        )


@pytest.fixture
def number(box: Box) -> str:
    """A complaint about a paid order."""
    box.pay(box.place())
    given = {"out_trade_no": ORDER, "text": "一只杯子碎了", "amount_fen": 590, "picture": True}
    return str(box.post("complaints", **given)["complaint_id"])


def draw() -> bytes:
    file = BytesIO()
    Image.new("RGB", (40, 30), "red").save(file, "PNG")
    return file.getvalue()


def said(box: Box, number: str) -> list[str]:
    lines = box.get(f"complaints/{number}")["history"]
    return [line["text"] for line in lines if line["kind"] == "MERCHANT_RESPONSE"]


def test_what_the_simulator_says_is_understood(desk: Apiv3Complaints, box: Box, number: str) -> None:
    facts, entries = desk.get(number), desk.history(number)
    day = date.fromisoformat(box.get(f"complaints/{number}")["created_at"][:10])
    listed, total = desk.list_page(day, day, 0)

    assert (facts.complaint_id, facts.openid, facts.wanted_fen) == (number, box.somebody(), 590)
    assert desk.decrypt_phone(facts.sealed_phone) == "13800001234"
    assert ([each.complaint_id for each in listed], total) == ([number], 1)
    assert entries[0].pictures == facts.pictures
    assert Image.open(BytesIO(desk.download_picture(facts.pictures[0], 10**6))).format == "PNG"
    with pytest.raises(GatewayRefused):
        desk.download_picture(facts.pictures[0], 10)


def test_the_address_is_made_and_made_again(desk: Apiv3Complaints, box: Box) -> None:
    assert desk.notify_address() == ""
    for base in ("https://a.example.cn", "https://b.example.cn"):
        set_address(desk, base, actor="staff:1")
        assert desk.notify_address() == f"{base}/pay/notify/complaints"

    desk.remove_notify_address()
    desk.remove_notify_address()
    assert desk.notify_address() == ""


@pytest.mark.parametrize(
    ("fault", "value"),
    [
        ("pay_500", "before"),
        ("pay_500", "after"),
        ("pay_reset", "before"),
        ("pay_reset", "after"),
        ("pay_timeout", "after"),
        ("pay_429", "on"),
        ("pay_unsigned", "on"),
        ("pay_probe", "on"),
    ],
)
def test_a_reply_arrives_once_whatever_becomes_of_its_answer(
    desk: Apiv3Complaints, box: Box, number: str, tmp_path: Path, fault: str, value: str
) -> None:
    row = sync(number, desk)
    act_id = service.reply(
        row, text="马上补寄", pictures=[draw()], token=TOKEN, actor="staff:1", folder=tmp_path / "c"
    )
    box.post("faults", name=fault, value=value, once=True, only="/response")

    with pytest.raises(GatewayUnreachable):
        carry_out(act_id, desk, folder=tmp_path / "c")
    assert service.get_act(act_id).state == ActState.REQUESTED
    carry_out(act_id, desk, folder=tmp_path / "c")

    assert service.get_act(act_id).state == ActState.DONE
    assert said(box, number) == ["马上补寄"]
    assert sync(number, desk).answer_due_at is None


def test_a_complaint_without_the_right_to_it_is_refused(desk: Apiv3Complaints, box: Box, number: str) -> None:
    box.fault("complaint_no_auth")

    with pytest.raises(GatewayRefused) as caught:
        desk.get(number)
    assert caught.value.their_code == "NO_AUTH"


def test_who_waits_for_the_immediate_service_is_told_once_whatever_becomes_of_the_answer(
    desk: Apiv3Complaints, box: Box, tmp_path: Path
) -> None:
    box.pay(box.place())
    number = box.post("complaints", out_trade_no=ORDER, text="杯子碎了", at_once=True)["complaint_id"]
    row = sync(str(number), desk)
    jump = Jump("查看订单", url=f"{box.settings.web_base}/shop/orders/1")
    act_id = service.reply(
        row,
        text="马上补寄",
        pictures=(draw(),),
        token=TOKEN,
        actor="staff:1",
        folder=tmp_path,
        jump=jump,
        is_at_once=True,
    )
    box.post("faults", name="pay_reset", value="after", once=True, only="/response-immediate-service")
    with pytest.raises(GatewayUnreachable):
        carry_out(act_id, desk, folder=tmp_path)
    carry_out(act_id, desk, folder=tmp_path)

    assert row.is_served_at_once
    assert said(box, str(number)) == ["马上补寄"]
    line = box.get(f"complaints/{number}")["history"][-1]
    assert line["button"] == {"text": "查看订单", "url": jump.url}
    assert desk.history(str(number))[-1].text == "马上补寄"
    assert service.get_act(act_id).state == ActState.DONE


def test_the_immediate_service_is_for_who_waits_for_it(desk: Apiv3Complaints, number: str) -> None:
    with pytest.raises(GatewayRefused):
        desk.answer_at_once(number, Words("好"), once="t1")


@pytest.mark.parametrize(
    "jump",
    [
        Jump("一二三四五六七八九十一", url="https://a.cn/"),
        Jump("看", url="ftp://a.cn"),
        Jump("看", appid="wx1"),
    ],
)
def test_a_button_the_simulator_would_not_show_is_refused(
    desk: Apiv3Complaints, number: str, jump: Jump
) -> None:
    with pytest.raises(GatewayRefused):
        desk.reply(number, Words("好", (), jump))
