"""What goes when a follower leaves or takes a permission back, what stays, and who comes back."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from app import tasks_followers
from app.carts import service as carts
from app.conversations.models import ERASED, Direction, Message
from app.core import clock, outbox
from app.core.db import db, transaction
from app.core.states import StateEvent
from app.followers import addresses, card, consent, tags
from app.followers.addresses import AddressInput
from app.followers.auto_tags import apply_auto_tag
from app.followers.erasure import erase, what_is_revoked
from app.followers.models import Address, AutoTag, Follower, FollowerPush
from app.followers.service import find, get_or_create, record_follow, record_unfollow
from app.orders.models import Order
from app.orders.service import mark_paid
from tests.factories import make_follower, make_order, make_sku
from tests.fake_platform import FakePlatform
from tests.follower_phone import HOME
from tests.pushes import OPENID

Advance = Callable[[timedelta], None]


@pytest.fixture
def follower_id(shop: Flask) -> int:
    """Somebody of whom everything is known."""
    follower = make_follower(OPENID)
    with transaction() as session:
        row = session.get_one(Follower, follower.id)
        row.nickname, row.remark, row.unionid = "王小茶", "王姐", "oU"
        row.source, row.scene, row.follows = "ADD_SCENE_QR_CODE", "shelf-07", 1
        row.avatar_url, row.avatar_file = "https://thirdwx.qlogo.cn/a/132", "avatar-1.jpg"
        session.add(said("text", "我住湖滨南路"))
        session.add(said("location", "湖滨南路 88 号"))
    addresses.add(follower.id, AddressInput(**HOME))
    tags.put_on(follower.id, tags.create_tag("常客"), origin="staff:1")
    sku = make_sku()
    carts.add(f"follower:{follower.id}", sku.id, 1)
    order = make_order(follower=follower, sku=sku)
    with transaction():
        mark_paid(order, paid_at=clock.now(), cause="notification")
    return follower.id


def said(kind: str, content: str) -> Message:
    return Message(
        at=clock.now(),
        openid=OPENID,
        direction=Direction.IN,
        kind=kind,
        content=content,
        payload=f"<xml>{content}</xml>",
        answered_by="rule:1",
    )


def work() -> None:
    quiet = dict.fromkeys(("send_notice", "push_tag", "push_followers", "fetch_profile"), lambda **_: None)
    outbox.run_due({**tasks_followers.FOLLOWER_HANDLERS, **quiet}, lease=timedelta(minutes=1))
    db.session.rollback()


def get(follower_id: int) -> Follower:
    return db.session.get_one(Follower, follower_id, populate_existing=True)


def contents() -> list[str]:
    return list(db.session.scalars(select(Message.content).order_by(Message.id)))


def test_who_leaves_takes_everything_personal_with_him(shop: Flask, follower_id: int) -> None:
    file = Path(shop.config["MEDIA_DIR"], "avatar-1.jpg")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"x")
    record_unfollow(OPENID)

    assert erase(OPENID, cause="unsubscribe", what="everything")
    work()

    row = get(follower_id)
    assert (row.nickname, row.remark, row.unionid, row.avatar_url, row.avatar_file) == ("", "", "", "", "")
    assert addresses.list_own(follower_id) == []
    assert tags.tags_of([follower_id])[follower_id] == []
    assert carts.view(f"follower:{follower_id}") == []
    assert contents() == ["", ""]
    assert db.session.scalars(select(Message.payload)).all() == [ERASED, ERASED]
    assert not file.exists()
    assert db.session.scalars(select(FollowerPush)).all() == []


def test_the_order_and_where_it_went_stay_and_so_do_numbers(shop: Flask, follower_id: int) -> None:
    record_unfollow(OPENID)
    erase(OPENID, cause="unsubscribe", what="everything")
    work()

    order = db.session.scalars(select(Order)).one()
    assert (order.receiver, order.phone, order.address) == ("王小茶", "13800001234", "湖滨南路 88 号")
    row = get(follower_id)
    assert (row.source, row.scene, row.follows, row.paid_orders) == ("ADD_SCENE_QR_CODE", "shelf-07", 1, 1)


def test_the_history_says_when_and_why(shop: Flask, follower_id: int) -> None:
    record_unfollow(OPENID)
    for _time in range(2):
        erase(OPENID, cause="unsubscribe", what="everything")

    (event,) = card.history_of(follower_id)
    assert isinstance(event, StateEvent)
    assert (event.cause, event.details) == ("erased", {"reason": "unsubscribe", "what": "everything"})


@pytest.mark.parametrize(
    ("code", "what"),
    [
        ("201", "addresses"),
        ("205", "profile"),
        ("206", "location"),
        ("202", "everything"),
        ("1", "everything"),
        ("", "everything"),
        ("207,205", "everything"),
    ],
)
def test_what_a_code_takes_back(code: str, what: str) -> None:
    assert what_is_revoked(code) == what


def test_only_the_address_goes(shop: Flask, follower_id: int) -> None:
    erase(OPENID, cause="user_authorization_revoke", what="addresses")
    work()

    assert db.session.scalars(select(Address)).all() == []
    assert get(follower_id).nickname == "王小茶"
    assert contents() == ["我住湖滨南路", "湖滨南路 88 号"]


def test_only_the_name_and_picture_go(shop: Flask, follower_id: int) -> None:
    erase(OPENID, cause="user_authorization_revoke", what="profile")
    work()

    assert (get(follower_id).nickname, get(follower_id).avatar_url, get(follower_id).remark) == (
        "",
        "",
        "王姐",
    )
    assert len(addresses.list_own(follower_id)) == 1


def test_only_where_he_was_goes(shop: Flask, follower_id: int) -> None:
    erase(OPENID, cause="user_authorization_revoke", what="location")
    work()

    assert contents() == ["我住湖滨南路", ""]


def test_who_took_back_everything_and_still_follows_loses_his_tag_at_wechat_too(
    shop: Flask, follower_id: int
) -> None:
    erase(OPENID, cause="user_authorization_revoke", what="everything")

    kinds = sorted(str(push.kind) for push in db.session.scalars(select(FollowerPush)))
    assert kinds == ["remark", "tag"]


def test_who_has_come_back_meanwhile_loses_nothing(shop: Flask, follower_id: int) -> None:
    record_unfollow(OPENID, clock.now() - timedelta(minutes=2))
    record_follow(OPENID, clock.now() - timedelta(minutes=1))

    assert not erase(OPENID, cause="unsubscribe", what="everything")

    assert get(follower_id).nickname == "王小茶"


def test_what_he_does_after_coming_back_is_not_touched_by_a_late_job(shop: Flask, advance: Advance) -> None:
    get_or_create(OPENID)
    record_follow(OPENID, clock.now())
    record_unfollow(OPENID, clock.now() + timedelta(seconds=1))
    advance(timedelta(seconds=2))
    erase(OPENID, cause="unsubscribe", what="everything")
    advance(timedelta(minutes=1))
    record_follow(OPENID, clock.now())
    sku = make_sku()
    carts.add(f"follower:{find(OPENID).id}", sku.id, 1)  # type: ignore[union-attr]
    with transaction() as session:
        session.add(said("text", "我回来了"))

    work()

    assert contents() == ["我回来了"]
    assert len(carts.view(f"follower:{find(OPENID).id}")) == 1  # type: ignore[union-attr]


def test_who_comes_back_is_new_but_for_how_often_he_came(
    shop: Flask, follower_id: int, advance: Advance
) -> None:
    record_unfollow(OPENID, clock.now())
    erase(OPENID, cause="unsubscribe", what="everything")
    advance(timedelta(days=3))

    record_follow(OPENID, clock.now(), scene="door-2")

    row = get(follower_id)
    assert (row.erased_at, row.first_seen_at, row.follows, row.scene) == (None, clock.now(), 2, "door-2")


def test_an_erased_buyer_gets_no_tag_for_it(shop: Flask, follower_id: int) -> None:
    record_unfollow(OPENID)
    erase(OPENID, cause="unsubscribe", what="everything")

    assert apply_auto_tag(tags.create_tag("买过", auto=AutoTag.BOUGHT)) == (0, 0)


def test_nobody_is_erased_quietly(shop: Flask) -> None:
    assert not erase("oNobody", cause="unsubscribe", what="everything")


def picture(size: tuple[int, int] = (132, 132), kind: str = "PNG") -> bytes:
    drawn = BytesIO()
    Image.new("RGB", size, "green").save(drawn, kind)
    return drawn.getvalue()


def fetch(shop: Flask, follower_id: int, answer: object, *, address: str = "/head/132") -> Follower:
    """Consent, and the job after it, with a platform that answers so."""
    with FakePlatform() as platform:
        platform.answers["/head/132"] = lambda _: answer
        url = f"{platform.base}{address}" if address.startswith("/") else address
        consent.record_consent(follower_id, nickname="茶友小王", avatar_url=url)
        consent.fetch_avatar(follower_id, seams=(platform.base,))
    return get(follower_id)


def test_an_avatar_is_drawn_anew_and_kept_here(shop: Flask) -> None:
    row = fetch(shop, make_follower().id, picture())

    with Image.open(Path(shop.config["MEDIA_DIR"], row.avatar_file)) as kept:
        assert (kept.format, kept.size) == ("JPEG", (200, 200))
    assert row.nickname == "茶友小王"


@pytest.mark.parametrize(
    "answer",
    [
        b"<svg onload=alert(1)>",
        b"",
        (302, b""),
        (404, b"no"),
        picture()[:80],
        b"\x00" * 1_100_000,
        picture((8000, 8000)),
    ],
    ids=["script", "nothing", "redirect", "missing", "torn", "too large", "too many pixels"],
)
def test_what_is_no_picture_leaves_the_initial(shop: Flask, answer: object) -> None:
    assert fetch(shop, make_follower().id, answer).avatar_file == ""


@pytest.mark.parametrize(
    "address",
    [
        "http://169.254.169.254/latest",
        "https://evil.example/a.png",
        "https://qlogo.cn.evil.example/a",
        "https://evil.example/.qlogo.cn",
        "http://thirdwx.qlogo.cn/a",
        "https://user@thirdwx.qlogo.cn:8443/a",
        "file:///etc/passwd",
        "https://[bad",
        "x" * 400,
        "",
    ],
)
def test_nothing_is_fetched_from_anywhere_else(shop: Flask, address: str) -> None:
    assert fetch(shop, make_follower().id, picture(), address=address).avatar_file == ""


def test_a_name_taken_back_before_its_picture_came_leaves_no_file(shop: Flask) -> None:
    follower_id = make_follower(OPENID).id
    fetch(shop, follower_id, picture())
    erase(OPENID, cause="follower", what="profile")
    work()

    assert get(follower_id).avatar_file == ""
    assert list(Path(shop.config["MEDIA_DIR"]).glob("avatar-*")) == []
