"""The console's pages about complaints: what is shown, what is sent, what happens when WeChat is silent."""

from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from app.complaints.models import Complaint
from app.complaints.pictures import FOLDER, fetch_picture, list_pictures
from app.complaints.sync import sync
from app.core.audit import AuditEntry
from app.core.db import db
from app.payments.gateways.complaints import Jump, Words
from app.payments.service import start_payment
from tests.complaints import NUMBER, FakeComplaintDesk
from tests.factories import make_order
from tests.fakes import FakeGateway
from tests.staff import Console

PICTURE = "https://api.mch.weixin.qq.com/v3/merchant-service/images/ChsyMDAw"


@pytest.fixture
def desk(app: Flask) -> FakeComplaintDesk:
    app.extensions["complaint_desk"] = FakeComplaintDesk()
    return app.extensions["complaint_desk"]  # type: ignore[no-any-return]


@pytest.fixture
def page(app: Flask, desk: FakeComplaintDesk, gateway: FakeGateway) -> str:
    """The page of a complaint about an order, with a phone and a picture."""
    with app.app_context():
        start_payment(make_order(), gateway=gateway)
        orders = desk.about(gateway.requests[-1].out_trade_no)
        desk.complain(orders=orders, sealed_phone="sealed:13812345678", pictures=(PICTURE,))
        return f"/complaints/{sync(NUMBER, desk).id}"


def order_no(app: Flask) -> str:
    with app.app_context():
        order = db.session.scalars(select(Complaint)).one().order
        assert order is not None
        return order.order_no


def draw() -> bytes:
    file = BytesIO()
    Image.new("RGB", (40, 30), "red").save(file, "PNG")
    return file.getvalue()


def test_the_list_shows_who_waits_and_for_how_long(console: Console, page: str) -> None:
    text = console.text("/complaints/")

    assert "一只杯子碎了" in text
    assert "还剩 23 小时" in text
    assert f'href="/console{page}"' in text


def test_an_empty_list_says_what_will_stand_there(console: Console, desk: FakeComplaintDesk) -> None:
    assert "没有要处理的投诉" in console.text("/complaints/")


def test_a_reply_is_sent_and_shown_here_and_on_the_orders_page(
    app: Flask, console: Console, desk: FakeComplaintDesk, page: str
) -> None:
    answer = console.client.post(
        f"/console{page}/reply",
        data={
            "csrf_token": console.token(),
            "token": "t1",
            "text": "马上补寄",
            "pictures": (BytesIO(draw()), "杯子.png"),
        },
        follow_redirects=True,
    )

    assert "已回复。" in answer.text
    assert "马上补寄" in answer.text
    assert desk.replies == [Words("马上补寄", ("media1",))]
    story = console.text(f"/orders/{order_no(app)}")
    assert "微信投诉：买家发起投诉" in story
    assert "马上补寄" in story


def test_a_button_goes_with_a_reply_and_a_wrong_one_stays_in_the_form(
    app: Flask, console: Console, desk: FakeComplaintDesk, page: str
) -> None:
    address = f"{app.config['BASE_URL']}/shop/orders/{order_no(app)}"
    assert f'value="{address}"' in console.text(page)
    given = {"text": "看订单", "jump": "page", "jump_text": "查看订单", "jump_url": address}

    wrong = console.post(f"{page}/reply", token="t1", **given | {"jump_url": "javascript:alert(1)"})
    console.post(f"{page}/reply", token="t1", **given)

    assert wrong.status_code == 422
    assert "网页地址要以 https:// 开头" in wrong.text
    assert 'value="javascript:alert(1)"' in wrong.text
    assert desk.replies == [Words("看订单", (), Jump("查看订单", url=address))]


def test_who_waits_in_a_chat_can_be_answered_there(
    app: Flask, console: Console, desk: FakeComplaintDesk, page: str
) -> None:
    assert "即时回复" not in console.text(page)
    desk.change(is_served_at_once=True)
    console.post(f"{page}/sync")
    assert "即时回复" in console.text(page)

    console.post(f"{page}/reply", token="t1", text="马上", channel="at_once")

    assert list(desk.at_once.values()) == [Words("马上")]
    assert desk.replies == []


@pytest.mark.parametrize(("words", "trouble"), [("  ", "写点什么再回复"), ("字" * 201, "现在有 201 个")])
def test_what_cannot_be_sent_stays_in_the_box(
    console: Console, desk: FakeComplaintDesk, page: str, words: str, trouble: str
) -> None:
    answer = console.post(f"{page}/reply", token="t1", text=words)

    assert answer.status_code == 422
    assert trouble in answer.text
    assert f">{words}</textarea>" in answer.text


def test_what_wechat_refuses_stays_in_the_box(console: Console, desk: FakeComplaintDesk, page: str) -> None:
    desk.refusal = "INVALID_REQUEST"

    answer = console.post(f"{page}/reply", token="t1", text="马上补寄")

    assert answer.status_code == 409
    assert "微信没有接受：INVALID_REQUEST 不行" in answer.text
    assert ">马上补寄</textarea>" in answer.text


def test_when_wechat_is_silent_the_page_says_that_it_will_be_looked_for(
    console: Console, desk: FakeComplaintDesk, page: str
) -> None:
    desk.is_lost = True

    console.post(f"{page}/reply", token="t1", text="马上补寄")

    assert "还不知道有没有送到微信" in console.text(page)


def test_it_can_be_completed_only_once_it_was_answered(
    app: Flask, console: Console, desk: FakeComplaintDesk, page: str
) -> None:
    assert 'type="submit" disabled' in console.text(page)
    console.post(f"{page}/complete", token="c1")
    assert desk.complaints[NUMBER].state == "pending"

    console.post(f"{page}/reply", token="t1", text="马上补寄")
    console.post(f"{page}/complete", token="c1")

    assert "已处理完成" in console.text(page)
    assert "没有要处理的投诉" in console.text("/complaints/")


def test_a_refund_is_decided_and_what_is_missing_is_asked_for(
    console: Console, desk: FakeComplaintDesk, page: str
) -> None:
    refused = console.post(f"{page}/decide", token="d1", action="reject", words="", days="x")
    assert refused.status_code == 422

    console.post(f"{page}/decide", token="d1", action="approve", words="今天退", days="1")

    assert "商家同意退款" in console.text(page)


def test_the_phone_is_shown_on_demand_and_that_is_written_down(
    app: Flask, console: Console, page: str
) -> None:
    assert "13812345678" not in console.text(page)

    assert "13812345678" in console.post(f"{page}/phone").text

    with app.app_context():
        assert db.session.scalars(select(AuditEntry.action)).all() == ["complaint.phone_shown"]


def test_a_phone_closed_for_another_key_says_what_to_do(
    app: Flask, console: Console, desk: FakeComplaintDesk, page: str
) -> None:
    desk.change(sealed_phone="broken")
    console.post(f"{page}/sync")

    assert (
        "解不开"
        in console.client.post(
            f"/console{page}/phone", data={"csrf_token": console.token()}, follow_redirects=True
        ).text
    )


def test_pictures_are_for_staff_alone(
    app: Flask, console: Console, desk: FakeComplaintDesk, page: str
) -> None:
    desk.files[PICTURE] = draw()
    with app.app_context():
        folder = Path(app.config["DATA_DIR"], FOLDER)
        (picture,) = list_pictures(db.session.scalars(select(Complaint.id)).one())
        address = f"/complaints/pictures/{picture.id}"
        assert console.get(address).status_code == 404
        fetch_picture(desk, picture.id, folder=folder)

    assert console.get(address).mimetype == "image/png"
    assert app.test_client().get(f"/console{address}").status_code == 302


def test_the_address_for_news_is_shown_set_and_removed(console: Console, desk: FakeComplaintDesk) -> None:
    assert "没有设置" in console.text("/complaints/address")

    console.post("/complaints/address")
    assert desk.address == "https://shop.example.cn/pay/notify/complaints"
    assert "删除通知地址" in console.text("/complaints/address")

    console.post("/complaints/address/remove")
    assert desk.address == ""


def test_the_address_page_says_so_when_wechat_is_silent(console: Console, desk: FakeComplaintDesk) -> None:
    desk.is_down = True

    assert "微信没有给出可信的回答" in console.text("/complaints/address")
