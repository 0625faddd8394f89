"""The callback, as WeChat speaks with it."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.conversations.models import Message, UnsettledPush
from app.conversations.settling import settle_due
from app.core.db import db
from app.entrances.models import EntranceKind
from app.entrances.service import find_by_code
from app.followers.service import find
from app.keywords.matching import MatchMode
from app.keywords.replies import ReplyKind, ReplySpec
from app.wechat.callback.builders import BUILDERS
from app.wechat.callback.codec import Mode
from handlers.dispatch import TABLE
from tests.factories import make_rule, make_sku
from tests.pushes import (
    AES_KEY,
    NONCE,
    OPENID,
    TIMESTAMP,
    Wire,
    plain_query,
    post,
    push,
    read_answer,
    read_fields,
    sign,
    wrap,
    write_event,
    write_message,
    write_text,
)

MODES = ("plain", "compatible", "safe")
OLD_KEY = "ZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXp7fH1-f4CBgoM".replace("-", "+")


@pytest.fixture
def shop_with_tea(shop: Flask) -> Flask:
    sku = make_sku(price_fen=6800)
    make_rule("茶", replies=[ReplySpec(ReplyKind.PRODUCT, slugs=(sku.product.slug,))])
    return shop


def count_pushes() -> int:
    settle_due()
    return db.session.scalar(select(func.count(Message.id))) or 0


def strengthen(app: Flask, weakest: Mode) -> None:
    app.extensions["wechat"].callback._weakest = weakest


def test_the_check_of_the_address_is_answered_with_what_was_sent(client: FlaskClient) -> None:
    query = {
        "signature": "1a3e7a1c86167b2aa188edd2065a399bb414618d",
        "echostr": "7042358843519406137",
        "timestamp": "1795219200",
        "nonce": "1320562132",
    }

    answer = client.get("/wechat", query_string=query)

    assert (answer.status_code, answer.get_data()) == (200, b"7042358843519406137")
    assert answer.mimetype == "text/plain"


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"signature": "0" * 40, "timestamp": TIMESTAMP, "nonce": NONCE, "echostr": "1"},
        {"signature": "", "timestamp": TIMESTAMP, "nonce": NONCE, "echostr": "1"},
        {"signature": sign("", "", ""), "timestamp": "", "nonce": "", "echostr": "1"},
        plain_query("another-token") | {"echostr": "1"},
    ],
    ids=["nothing", "wrong", "empty", "empty parts", "another token"],
)
def test_a_check_that_is_not_wechats_is_refused(client: FlaskClient, query: dict[str, str]) -> None:
    answer = client.get("/wechat", query_string=query)

    assert (answer.status_code, answer.get_data()) == (403, b"")


@pytest.mark.parametrize("mode", MODES)
def test_a_text_with_a_keyword_gets_the_products_card(
    client: FlaskClient, shop_with_tea: Flask, mode: str
) -> None:
    fields = read_fields(push(client, write_text("有什么好茶推荐吗？"), mode))

    assert fields["MsgType"] == "news"
    assert fields["ToUserName"] == OPENID
    assert fields["Articles/item/Title"] == "西湖龙井 ¥68.00"
    assert fields["Articles/item/Description"] == "明前手采"
    assert fields["Articles/item/Url"].startswith("https://shop.example.cn/shop/p/tea-")


def test_the_cards_link_remembers_the_rule(client: FlaskClient, shop_with_tea: Flask) -> None:
    link = read_fields(push(client, write_text("茶")))["Articles/item/Url"]

    entrance = find_by_code(link.rpartition("?e=")[2])

    assert entrance is not None
    assert (entrance.kind, entrance.label) == (EntranceKind.KEYWORD, "关键词：茶")


@pytest.mark.parametrize("mode", ["compatible", "safe"])
def test_an_encrypted_push_gets_an_encrypted_answer(
    client: FlaskClient, shop_with_tea: Flask, mode: str
) -> None:
    answer = push(client, write_text("茶"), mode)

    assert b"<Encrypt>" in answer.get_data()
    assert "西湖龙井" not in answer.get_data(as_text=True)
    assert "西湖龙井" in read_answer(answer)


def test_the_plain_copy_of_a_compatible_push_is_not_believed(client: FlaskClient, shop: Flask) -> None:
    wire = wrap(write_text("加密的"), "compatible")
    forged = Wire(wire.query, wire.body.replace("加密的".encode(), "明文的".encode()))

    post(client, forged)

    assert "加密的" in db.session.scalars(select(UnsettledPush.payload)).one()


@pytest.mark.parametrize(
    ("mode", "weakest", "status"),
    [
        ("plain", Mode.PLAIN, 200),
        ("plain", Mode.COMPATIBLE, 403),
        ("plain", Mode.SAFE, 403),
        ("compatible", Mode.PLAIN, 200),
        ("compatible", Mode.COMPATIBLE, 200),
        ("compatible", Mode.SAFE, 403),
        ("safe", Mode.PLAIN, 200),
        ("safe", Mode.COMPATIBLE, 200),
        ("safe", Mode.SAFE, 200),
    ],
)
def test_a_mode_weaker_than_the_setting_is_refused(
    app: Flask, client: FlaskClient, mode: str, weakest: Mode, status: int
) -> None:
    strengthen(app, weakest)

    answer = push(client, write_text("你好"), mode)

    assert answer.status_code == status
    with app.app_context():
        assert count_pushes() == (1 if status == 200 else 0)


def changed(wire: Wire, **query: str | None) -> Wire:
    kept = {name: value for name, value in (wire.query | query).items() if value is not None}
    return Wire(kept, wire.body)


SAFE, PLAIN = wrap(write_text("你好")), wrap(write_text("你好"), "plain")


UNPROVEN = [
    changed(SAFE, signature="0" * 40),
    changed(SAFE, signature=None),
    changed(SAFE, msg_signature="0" * 40),
    changed(SAFE, msg_signature=None),
    changed(SAFE, msg_signature=""),
    changed(SAFE, timestamp="1795219201"),
    changed(SAFE, nonce=None),
    changed(PLAIN, encrypt_type="aes"),
    changed(PLAIN, msg_signature="0" * 40),
    changed(PLAIN, signature=None),
    changed(PLAIN, signature="ü"),
    wrap(write_text("你好"), appid="wx0000000000000000"),
    wrap(write_text("你好"), aes_key=OLD_KEY),
    Wire(
        SAFE.query | {"msg_signature": "0" * 40},
        SAFE.body.replace(b"<Encrypt><![CDATA[", b"<Encrypt><![CDATA[A"),
    ),
]


def test_a_push_that_does_not_prove_itself_is_refused(
    app: Flask, client: FlaskClient, subtests: pytest.Subtests
) -> None:
    for number, wire in enumerate(UNPROVEN):
        with subtests.test(number=number):
            answer = post(client, wire)

            assert (answer.status_code, answer.get_data()) == (403, b"")
    with app.app_context():
        assert count_pushes() == 0


def test_a_signature_given_twice_is_refused(client: FlaskClient) -> None:
    query = [*PLAIN.query.items(), ("signature", PLAIN.query["signature"])]

    answer = client.post("/wechat", query_string=query, data=PLAIN.body)

    assert answer.status_code == 403


def test_the_key_before_still_works_while_keys_are_changed(settings: dict[str, object]) -> None:
    from app import create_app

    app = create_app(settings | {"WECHAT_AES_KEY": OLD_KEY, "WECHAT_AES_KEY_OLD": AES_KEY})

    answer = push(app.test_client(), write_text("你好"))

    assert "<MsgType><![CDATA[text]]></MsgType>" in read_answer(answer)
    app.extensions["answering"].driver.close()
    with app.app_context():
        db.engine.dispose()


def test_a_text_without_a_rule_gets_the_fallback(client: FlaskClient, shop: Flask) -> None:
    fields = read_fields(push(client, write_text("今天天气真好")))

    assert fields["MsgType"] == "text"
    assert "https://shop.example.cn/shop/?e=" in fields["Content"]


def test_a_text_rule_answers_with_its_text(client: FlaskClient, shop: Flask) -> None:
    make_rule("时间", "营业时间", mode=MatchMode.EXACT, say="9 点到 21 点")

    assert read_fields(push(client, write_text("营业时间")))["Content"] == "9 点到 21 点"


def test_a_rule_for_a_product_no_longer_on_sale_says_so(client: FlaskClient, shop: Flask) -> None:
    make_rule("旧", replies=[ReplySpec(ReplyKind.PRODUCT, slugs=("gone",))])

    assert "暂时下架" in read_fields(push(client, write_text("旧")))["Content"]


def test_a_new_follower_is_welcomed_and_remembered(client: FlaskClient, shop: Flask) -> None:
    fields = read_fields(push(client, write_event("subscribe")))

    follower = find(OPENID)

    assert "欢迎" in fields["Content"]
    assert follower is not None
    assert follower.is_subscribed
    assert follower.subscribed_at is not None


def test_who_stops_following_gets_no_reply_and_is_marked(client: FlaskClient, shop: Flask) -> None:
    push(client, write_event("subscribe", CreateTime=1795219260))

    answer = push(client, write_event("unsubscribe", CreateTime=1795219261))

    follower = find(OPENID)
    assert answer.get_data() == b"success"
    assert follower is not None
    assert not follower.is_subscribed


def test_the_button_for_news_shows_what_is_new(client: FlaskClient, shop: Flask) -> None:
    titles = [make_sku(title=f"新茶{n}").product.title for n in range(3)]

    answer = push(client, write_event("CLICK", EventKey="NEWS_NEW"))

    assert read_fields(answer)["ArticleCount"] == "3"
    assert all(title in read_answer(answer) for title in titles)


def test_a_products_button_shows_the_product(client: FlaskClient, shop: Flask) -> None:
    slug = make_sku().product.slug

    fields = read_fields(push(client, write_event("CLICK", EventKey=f"PRODUCT_{slug}")))

    assert f"/shop/p/{slug}?e=" in fields["Articles/item/Url"]


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("CONTACT", "客服"),
        ("NOTHING", "没学会"),
        ("PRODUCT_gone", "下架"),
        ("NEWS_NEW", "下架"),
        ("", "没学会"),
    ],
)
def test_other_buttons_get_a_text(client: FlaskClient, shop: Flask, key: str, words: str) -> None:
    assert words in read_fields(push(client, write_event("CLICK", EventKey=key)))["Content"]


@pytest.mark.parametrize("kind", ["image", "voice", "video", "shortvideo", "location", "link"])
def test_a_message_that_is_no_text_gets_the_fallback(client: FlaskClient, shop: Flask, kind: str) -> None:
    assert "没学会" in read_fields(push(client, write_message(kind)))["Content"]


@pytest.mark.parametrize(
    "xml",
    [
        write_event("VIEW", EventKey="https://shop.example.cn/shop/"),
        write_event("LOCATION", Latitude="1", Longitude="2", Precision="3"),
        write_event("TEMPLATESENDJOBFINISH", MsgID=3301552871093456896, Status="success"),
        write_message("hologram", Title="页"),
    ],
    ids=["view", "location", "notice result", "unknown message"],
)
def test_everything_else_is_kept_and_answered_with_success(
    client: FlaskClient, shop: Flask, xml: str
) -> None:
    answer = push(client, xml)

    assert (answer.status_code, answer.get_data()) == (200, b"success")
    assert db.session.scalars(select(UnsettledPush.payload)).one() == xml


def test_a_push_needs_neither_session_nor_csrf_token(client: FlaskClient) -> None:
    answer = push(client, write_text("你好"))

    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert "Vary" not in answer.headers


@pytest.mark.parametrize(
    "xml", [write_text("你好"), write_event("CLICK", EventKey="CONTACT")], ids=["text", "click"]
)
def test_who_chats_is_known_as_a_follower(client: FlaskClient, shop: Flask, xml: str) -> None:
    push(client, xml)
    settle_due()

    follower = find(OPENID)

    assert follower is not None
    assert follower.is_subscribed


def test_every_handler_is_reached_by_the_kind_of_a_push_we_can_read() -> None:
    assert set(TABLE) <= set(BUILDERS)
