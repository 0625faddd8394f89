"""Complaints: the immediate service, buttons, and what goes when a buyer is erased."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from app.complaints import service
from app.complaints.acting import carry_out
from app.complaints.erasure import forget_complaints
from app.complaints.jumps import read_jump
from app.complaints.listing import list_entries
from app.complaints.models import Complaint, ComplaintAct, ComplaintPicture
from app.complaints.pictures import delete_orphans, fetch_picture
from app.complaints.states import ActState
from app.complaints.sync import sync
from app.core import clock
from app.core.db import db
from app.core.errors import GatewayUnreachable, InputInvalid, TransitionRefused
from app.payments.gateways.complaints import Jump, Words
from app.payments.service import start_payment
from tests.complaints import NUMBER, FakeComplaintDesk
from tests.factories import make_order
from tests.fakes import FakeGateway

BUYER = "oTeaShop_0000000000000000001"
PICTURE = "https://api.mch.weixin.qq.com/v3/merchant-service/images/ChsyMDAw"


@pytest.fixture
def desk(shop: Flask) -> FakeComplaintDesk:
    return FakeComplaintDesk()


def say(row: Complaint, desk: FakeComplaintDesk, folder: Path, **more: object) -> int:
    act_id = service.reply(
        row, text="马上补寄", pictures=(), token="t1", actor="staff:1", folder=folder, **more
    )  # type: ignore[arg-type]
    carry_out(act_id, desk, folder=folder)
    return act_id


def test_an_answer_at_once_that_got_lost_is_said_again_under_the_same_number(
    desk: FakeComplaintDesk, tmp_path: Path
) -> None:
    desk.complain(is_served_at_once=True)
    row = sync(NUMBER, desk)
    desk.is_lost = True
    with pytest.raises(GatewayUnreachable):
        say(row, desk, tmp_path, is_at_once=True)
    desk.is_lost = False
    act_id = db.session.scalars(select(ComplaintAct.id)).one()
    carry_out(act_id, desk, folder=tmp_path)

    assert list(desk.at_once.values()) == [Words("马上补寄")]
    assert db.session.get_one(ComplaintAct, act_id).state == ActState.DONE
    assert sync(NUMBER, desk).answer_due_at is None


def test_nobody_is_answered_at_once_who_does_not_wait(desk: FakeComplaintDesk, tmp_path: Path) -> None:
    desk.complain()

    with pytest.raises(TransitionRefused):
        say(sync(NUMBER, desk), desk, tmp_path, is_at_once=True)


def test_a_button_survives_until_it_is_sent(desk: FakeComplaintDesk, tmp_path: Path) -> None:
    desk.complain()
    jump = Jump("去看看", appid="wx5a1b2c3d4e5f6a7b", path="pages/index/index")
    say(sync(NUMBER, desk), desk, tmp_path, jump=jump)

    assert desk.replies == [Words("马上补寄", (), jump)]


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"jump": "page", "jump_url": "https://a.cn"}, "按钮上的字"),
        ({"jump": "page", "jump_text": "一二三四五六七八九十一", "jump_url": "https://a.cn"}, "按钮上的字"),
        ({"jump": "page", "jump_text": "看", "jump_url": "ftp://a.cn"}, "https://"),
        ({"jump": "page", "jump_text": "看", "jump_url": "https://a.cn/" + "a" * 500}, "https://"),
        ({"jump": "mini", "jump_text": "看", "jump_appid": "gh_1", "jump_path": "a"}, "AppID"),
        ({"jump": "mini", "jump_text": "看", "jump_appid": "wx5a1b2c3d4e5f6a7b"}, "页面路径"),
    ],
)
def test_a_button_that_wechat_would_not_take_is_refused_in_words(
    shop: Flask, form: dict[str, str], words: str
) -> None:
    with pytest.raises(InputInvalid) as refusal:
        read_jump(form)

    assert words in refusal.value.message
    assert read_jump({**form, "jump": ""}) is None


# -- erasure


@pytest.fixture
def row(desk: FakeComplaintDesk, gateway: FakeGateway, tmp_path: Path) -> Complaint:
    """A complaint with words of both sides, a phone and a picture that is here."""
    start_payment(make_order(), gateway=gateway)
    orders = desk.about(gateway.requests[-1].out_trade_no)
    desk.complain(orders=orders, sealed_phone="sealed:13812345678", pictures=(PICTURE,))
    row = sync(NUMBER, desk)
    say(row, desk, tmp_path)
    return row


def left_of(row: Complaint) -> list[str]:
    """Whatever could name somebody."""
    db.session.expire_all()
    entries = [entry.text for entry in list_entries(row.id)]
    acts = db.session.scalars(select(ComplaintAct.text)).all()
    addresses = db.session.scalars(select(ComplaintPicture.address)).all()
    return [text for text in (row.detail, row.sealed_phone, *entries, *acts, *addresses) if text]


def test_what_is_over_is_forgotten_at_once_and_stays_so_when_wechat_is_read_again(
    desk: FakeComplaintDesk, row: Complaint, tmp_path: Path
) -> None:
    desk.complete(NUMBER)
    sync(NUMBER, desk)
    assert left_of(row)
    assert forget_complaints(0, BUYER, until=clock.now()) == 1
    assert left_of(row) == []

    sync(NUMBER, desk)
    fetch_picture(desk, db.session.scalars(select(ComplaintPicture.id)).one(), folder=tmp_path)

    assert left_of(row) == []
    assert db.session.scalars(select(ComplaintPicture.file)).one() is None
    assert (row.complaint_id, row.wanted_fen) == (NUMBER, 590)
    assert row.payments[0]["transaction_id"]


def test_what_is_open_keeps_its_words_until_it_is_over(desk: FakeComplaintDesk, row: Complaint) -> None:
    assert forget_complaints(0, BUYER, until=clock.now()) == 1
    assert "一只杯子碎了" in left_of(row)

    desk.complete(NUMBER)
    sync(NUMBER, desk)

    assert left_of(row) == []


def test_his_are_known_by_openid_or_order_and_only_those_up_to_then(
    desk: FakeComplaintDesk, row: Complaint
) -> None:
    assert row.order is not None
    before, follower_id = row.complained_at - timedelta(seconds=1), row.order.follower_id

    assert forget_complaints(follower_id, "oSomebodyElse", until=before) == 0
    assert forget_complaints(follower_id + 1, "oSomebodyElse", until=clock.now()) == 0
    assert forget_complaints(follower_id, "oSomebodyElse", until=clock.now()) == 1


def test_files_of_forgotten_pictures_go(desk: FakeComplaintDesk, row: Complaint, tmp_path: Path) -> None:
    file = tmp_path / "old.jpg"
    file.write_bytes(b"x")
    picture = db.session.scalars(select(ComplaintPicture)).one()
    picture.file = file.name
    db.session.commit()
    assert delete_orphans(tmp_path) == 0
    desk.complete(NUMBER)
    sync(NUMBER, desk)
    forget_complaints(0, BUYER, until=clock.now())
    long_ago = (clock.now() - timedelta(hours=2)).timestamp()
    os.utime(file, (long_ago, long_ago))

    assert delete_orphans(tmp_path) == 1
