"""What the account says to whom: replies of every kind, persons, welcomes, menus, cool-downs."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from app.conversations import desk
from app.conversations.kf_desk import PREFERENCE
from app.conversations.models import Direction, Message
from app.conversations.settling import settle_due
from app.core import clock
from app.core.db import db, transaction
from app.core.preferences import keep_preference
from app.entrances.models import EntranceKind
from app.entrances.service import find_by_code
from app.followers.service import find
from app.followers.tags import create_tag, put_on
from app.keywords.matching import Audience, MatchMode
from app.keywords.replies import ReplyKind, ReplyMode, ReplySpec
from app.keywords.standing import Occasion, Standing, change_standing
from app.materials.models import Material, MaterialKind
from app.orders.asker import Asker
from app.wechat.callback.messages import Push
from handlers.answers import Answer
from handlers.ready import Ready
from tests.factories import make_follower, make_order, make_rule, make_sku
from tests.offers import make_flash
from tests.pushes import OPENID, push, read_fields, write_event, write_message, write_text

HELLO = ReplySpec(ReplyKind.TEXT, text="你好")


@pytest.fixture
def say(client: FlaskClient, shop: Flask) -> Callable[[str], dict[str, str]]:
    """Write to the account; gives the answer's fields, empty for `success`."""
    numbers = iter(range(1, 1000))

    def write(words: str) -> dict[str, str]:
        answer = push(client, write_text(words, msg_id=next(numbers)))
        db.session.rollback()  # see what the door has written
        settle_due()
        return {} if answer.get_data() == b"success" else read_fields(answer)

    return write


def follows() -> list[dict[str, object]]:
    """What goes out as customer-service messages."""
    query = select(Message.reply).where(Message.direction == Direction.OUT).order_by(Message.id)
    return [reply for reply in db.session.scalars(query) if reply]


def add_picture(media_id: str) -> int:
    with transaction() as session:
        row = Material(
            kind=MaterialKind.IMAGE,
            title="茶席",
            file="tea.jpg",
            content_type="image/jpeg",
            size_bytes=10,
            sha256="0" * 64,
            is_permanent=True,
            media_id=media_id,
        )
        session.add(row)
        session.flush()
        return row.id


def test_a_picture_wechat_has_is_the_answer(say: Callable[[str], dict[str, str]]) -> None:
    make_rule("图", replies=[ReplySpec(ReplyKind.IMAGE, material_id=add_picture("media-7"))])

    assert say("图")["Image/MediaId"] == "media-7"


def test_a_picture_wechat_does_not_have_yet_follows(say: Callable[[str], dict[str, str]]) -> None:
    number = add_picture("")
    make_rule("图", replies=[ReplySpec(ReplyKind.IMAGE, material_id=number), HELLO])

    assert say("图") == {}
    assert [reply["type"] for reply in follows()] == ["media", "text"]
    assert follows()[0]["material_id"] == number


def test_an_article_always_follows(say: Callable[[str], dict[str, str]]) -> None:
    make_rule("文章", replies=[HELLO, ReplySpec(ReplyKind.ARTICLE, article_id="tEaArticle_0001")])

    assert say("文章")["Content"] == "你好"
    assert follows() == [{"type": "article", "article_id": "tEaArticle_0001", "title": ""}]


def test_one_at_random_is_one(say: Callable[[str], dict[str, str]]) -> None:
    other = ReplySpec(ReplyKind.TEXT, text="您好")
    make_rule("签", replies=[HELLO, other], reply_mode=ReplyMode.ONE)

    assert {say("签")["Content"] for _ in range(30)} == {"你好", "您好"}
    assert follows() == []


def test_links_to_our_shop_in_a_typed_text_know_their_rule(say: Callable[[str], dict[str, str]]) -> None:
    rule_id = make_rule(
        "店", say="去 https://shop.example.cn/shop/cart?a=1#b 看看，或者 https://else.example/"
    )

    words = say("店")["Content"]

    address = words.split()[1]
    code = address.partition("&e=")[2].partition("#")[0]
    entrance = find_by_code(code)
    assert entrance is not None
    assert (entrance.kind, entrance.ref) == (EntranceKind.KEYWORD, str(rule_id))
    assert address.startswith("https://shop.example.cn/shop/cart?a=1&e=")
    assert "https://else.example/" in words
    assert words.count("e=") == 1


def test_somebody_learns_how_his_own_orders_stand(say: Callable[[str], dict[str, str]]) -> None:
    make_rule("订单", replies=[ReplySpec(ReplyKind.ORDER_STATUS)])
    mine = make_order(follower=make_follower(openid=OPENID))
    other = make_order()

    words = say("订单")["Content"]

    assert mine.order_no in words
    assert "待付款" in words
    assert other.order_no not in words


def test_who_has_no_orders_is_invited(say: Callable[[str], dict[str, str]]) -> None:
    make_rule("订单", replies=[ReplySpec(ReplyKind.ORDER_STATUS)])

    assert "还没有订单" in say("订单")["Content"]


def test_a_waiting_follower_hears_rules_but_no_fallback(say: Callable[[str], dict[str, str]]) -> None:
    make_rule("人工", replies=[ReplySpec(ReplyKind.HAND_OVER)])
    make_rule("营业时间", say="9 点到 21 点")

    assert "客服" in say("人工")["Content"]
    assert say("在吗？我想问一下") == {}
    assert say("营业时间")["Content"] == "9 点到 21 点"


def test_the_bot_is_silent_while_a_person_answers(
    say: Callable[[str], dict[str, str]], client: FlaskClient, staff_id: int
) -> None:
    make_rule("人工", replies=[ReplySpec(ReplyKind.HAND_OVER, text="马上来")])
    make_rule("茶", say="有茶")
    assert say("人工")["Content"] == "马上来"
    conversation = desk.find_conversation(OPENID)
    assert conversation is not None
    desk.take(conversation.id, staff_id=staff_id)

    assert say("茶") == {}
    assert push(client, write_message("image", MediaId="m", msg_id=77)).get_data() == b"success"

    desk.give_back(OPENID, actor=f"staff:{staff_id}")
    assert say("茶")["Content"] == "有茶"


def test_who_is_taken_over_while_his_answer_is_found_hears_nothing_of_it(
    say: Callable[[str], dict[str, str]], app: Flask, staff_id: int
) -> None:
    make_rule("人工", replies=[ReplySpec(ReplyKind.HAND_OVER, text="马上来")])
    make_rule("茶", say="有茶")
    say("人工")
    answering, conversation = app.extensions["answering"], desk.find_conversation(OPENID)
    find = answering.dispatch

    def find_slowly(pushed: Push, ready: Ready) -> Answer:
        answer: Answer = find(pushed, ready)
        with app.app_context():
            desk.take(conversation.id, staff_id=staff_id)
        return answer

    answering.dispatch = find_slowly

    assert say("茶") == {}
    last = db.session.scalars(select(Message).order_by(Message.id.desc())).first()
    assert (last.content, last.answered_by, last.reply) == ("茶", "person", None)


@pytest.fixture
def staff_id(shop: Flask) -> int:
    from app.staff.models import StaffUser

    with transaction() as session:
        row = StaffUser(username="clerk", password_hash="-")
        session.add(row)
        session.flush()
        return row.id


def test_wechats_own_desk_takes_over_when_the_merchant_uses_it(say: Callable[[str], dict[str, str]]) -> None:
    keep_preference(PREFERENCE, {"is_on": True}, actor="staff:1")
    make_rule("人工", replies=[ReplySpec(ReplyKind.HAND_OVER, kf_account="a@shop")])

    fields = say("人工")

    assert fields["MsgType"] == "transfer_customer_service"
    assert fields["TransInfo/KfAccount"] == "a@shop"
    assert follows() == []


@pytest.mark.parametrize("who", ["tag", "bought", "new"])
def test_a_rule_for_some_answers_them_alone(say: Callable[[str], dict[str, str]], who: str) -> None:
    tag_id = create_tag("熟客")
    tag_id = getattr(tag_id, "id", tag_id)
    audience = {
        "tag": Audience(tag_ids=(tag_id,)),
        "bought": Audience(has_bought=True),
        "new": Audience(is_new=False),
    }[who]
    make_rule("暗号", say="自己人", priority=1, audience=audience)
    make_rule("暗号二", "暗号", say="您好")
    assert say("暗号")["Content"] == "您好"

    order = make_order(follower=find(OPENID))
    with transaction() as session:
        session.execute(text("UPDATE orders SET state = 'paid' WHERE id = :id"), {"id": order.id})
        session.execute(text("UPDATE followers SET subscribed_at = '2020-01-01 00:00:00+00:00'"))
    put_on(OPENID, tag_id, origin="staff:1")

    assert say("暗号")["Content"] == "自己人"


def test_the_fallback_does_not_nag(
    say: Callable[[str], dict[str, str]], advance: Callable[[timedelta], None]
) -> None:
    assert "没学会" in say("今天天气真好")["Content"]
    assert say("真的很好") == {}
    advance(timedelta(minutes=11))

    assert "没学会" in say("还是很好")["Content"]
    query = select(Message.answered_by).where(Message.direction == Direction.IN).order_by(Message.id)
    assert db.session.scalars(query).all() == ["fallback", "quiet", "fallback"]


@pytest.mark.both_databases
def test_of_messages_sent_at_one_instant_only_one_gets_the_fallback(
    client: FlaskClient, shop: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    # each of them looks before any of them is kept
    monkeypatch.setattr(Asker, "was_told_since", lambda *_: False)

    answers = [push(client, write_text("今天天气真好", msg_id=number)).get_data() for number in (1, 2, 3)]
    db.session.rollback()
    settle_due()

    assert [answer == b"success" for answer in answers] == [False, True, True]
    query = select(Message.answered_by).where(Message.direction == Direction.IN).order_by(Message.id)
    assert db.session.scalars(query).all() == ["fallback", "quiet", "quiet"]


def test_the_merchants_own_fallback_and_reply_to_pictures_count(
    say: Callable[[str], dict[str, str]], client: FlaskClient
) -> None:
    for occasion, words in ((Occasion.FALLBACK, "听不懂"), (Occasion.MEDIA, "图收到了")):
        spec = ReplySpec(ReplyKind.TEXT, text=words)
        change_standing(occasion, Standing((spec,), ReplyMode.ALL), actor="staff:1")

    assert say("今天天气真好")["Content"] == "听不懂"
    assert read_fields(push(client, write_message("image", MediaId="m", msg_id=77)))["Content"] == "图收到了"


def test_who_comes_back_is_welcomed_back(client: FlaskClient, shop: Flask) -> None:
    def follow(second: int) -> str:
        return read_fields(push(client, write_event("subscribe", CreateTime=1795219260 + second)))["Content"]

    assert "欢迎来到" in follow(0)
    push(client, write_event("unsubscribe", CreateTime=1795219261))
    assert "欢迎回到" in follow(2)


def test_a_button_says_what_a_rule_says(client: FlaskClient, shop: Flask) -> None:
    rule_id = make_rule("隐藏", say="按钮的回答", mode=MatchMode.EXACT)

    answer = push(client, write_event("CLICK", EventKey=f"RULE_{rule_id}"))

    assert read_fields(answer)["Content"] == "按钮的回答"


@pytest.mark.parametrize("key", ["RULE_999", "RULE_x", "RULE_", "RULE_" + "9" * 40])
def test_a_button_of_a_rule_that_is_gone_gets_the_fallback(
    client: FlaskClient, shop: Flask, key: str
) -> None:
    assert "没学会" in read_fields(push(client, write_event("CLICK", EventKey=key)))["Content"]


@pytest.mark.parametrize("scanned", ["EAN_13,{code}", "{code}", "https://shop.example.cn/shop/p/{slug}?e=x"])
def test_scanned_goods_answer_with_their_card(client: FlaskClient, shop: Flask, scanned: str) -> None:
    sku = make_sku()
    result = scanned.format(code=sku.code, slug=sku.product.slug)
    inner = f"<ScanCodeInfo><ScanType>qrcode</ScanType><ScanResult>{result}</ScanResult></ScanCodeInfo></xml>"
    xml = write_event("scancode_waitmsg", EventKey="SCAN").replace("</xml>", inner)

    assert f"/shop/p/{sku.product.slug}?e=" in read_fields(push(client, xml))["Articles/item/Url"]


def test_a_code_of_no_goods_ends_the_phones_waiting(client: FlaskClient, shop: Flask) -> None:
    inner = "<ScanCodeInfo><ScanType>barcode</ScanType><ScanResult>EAN_13,1</ScanResult></ScanCodeInfo></xml>"
    xml = write_event("scancode_waitmsg", EventKey="SCAN").replace("</xml>", inner)

    assert read_fields(push(client, xml))["MsgType"] == "text"


def test_a_change_by_another_process_counts_within_a_second(
    say: Callable[[str], dict[str, str]], app: Flask
) -> None:
    rule_id = make_rule("茶", say="旧")
    assert say("茶")["Content"] == "旧"
    with db.engine.begin() as connection:  # past the session: nothing in this process notices
        connection.execute(
            text("UPDATE keyword_rules SET replies = :replies WHERE id = :id"),
            {"replies": '[{"kind": "text", "text": "新"}]', "id": rule_id},
        )
        connection.execute(text("UPDATE marks SET number = number + 1 WHERE name = 'answers'"))
    ready = app.extensions["answering"].ready

    ready._checked_at -= 1.1

    assert say("茶")["Content"] == "新"


def test_a_price_that_changed_is_on_the_next_card(say: Callable[[str], dict[str, str]]) -> None:
    sku = make_sku(price_fen=6800)
    make_rule("茶", replies=[ReplySpec(ReplyKind.PRODUCT, slugs=(sku.product.slug,))])
    assert say("茶")["Articles/item/Title"].endswith("¥68.00")

    with transaction():
        sku.price_fen = 7200

    assert say("茶")["Articles/item/Title"].endswith("¥72.00")


def test_a_card_has_the_flash_price_while_the_sale_runs(
    say: Callable[[str], dict[str, str]], app: Flask, advance: Callable[[timedelta], None]
) -> None:
    sku = make_sku(price_fen=6800)
    make_rule("茶", replies=[ReplySpec(ReplyKind.PRODUCT, slugs=(sku.product.slug,))])
    hour, ready = timedelta(hours=1), app.extensions["answering"].ready
    make_flash(sku, price_fen=4800, starts_at=clock.now() + hour, ends_at=clock.now() + 2 * hour)
    titles = []

    for _ in range(3):  # before it, in it, after it
        titles.append(say("茶")["Articles/item/Title"])
        advance(hour)
        ready._checked_at -= 1.1

    assert titles == ["西湖龙井 ¥68.00", "西湖龙井 秒杀 ¥48.00", "西湖龙井 ¥68.00"]


def test_a_database_server_that_was_restarted_is_found_again(
    say: Callable[[str], dict[str, str]], app: Flask
) -> None:
    make_rule("茶", say="有")
    assert say("茶")["Content"] == "有"

    driver = app.extensions["answering"].driver
    if db.engine.dialect.name == "postgresql":
        pid = driver._here.connection.info.backend_pid
        with db.engine.connect() as connection:
            connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
    else:
        driver.close()

    assert say("茶")["Content"] == "有"
