"""The reply desk in the console: lists, talks, sending, and what happens when two press at once."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from app.conversations import desk
from app.conversations.models import Conversation, Direction, Holder, Message, Sending
from app.conversations.quick_replies import add_quick_reply
from app.core import clock
from app.core.db import db, transaction
from app.core.outbox import OutboxJob
from app.entrances.models import Entrance
from app.wechat.replies import TextReply, bring_back, keep
from tests.factories import make_follower, make_order, make_sku
from tests.messages import make_message
from tests.pushes import OPENID
from tests.staff import Console, open_console

HOSTILE = "<b>黑客</b>\"'&\U0001f600"
Advance = Callable[[timedelta], None]


@pytest.fixture
def talk(app: Flask, advance: Advance) -> int:
    """A follower waits; returns the conversation's id."""
    with app.app_context():
        with transaction() as session:
            session.merge(make_follower(OPENID)).nickname = HOSTILE
        push("人工", reply=keep(TextReply('马上来 <a href="https://shop.example.cn/shop/">进店</a>')))
        desk.ask_for_person(OPENID, clock.now())
        advance(timedelta(seconds=1))
        return db.session.scalars(select(Conversation.id)).one()


def push(words: str, **values: object) -> int:
    """What the follower sent."""
    with transaction():
        row = make_message(words, **{"answered_by": "rule:99", **values})
        desk.record_message(OPENID, clock.now(), words)
        return row.id


def sent(app: Flask) -> list[Message]:
    with app.app_context():
        rows = db.session.scalars(
            select(Message).where(Message.direction == Direction.OUT).order_by(Message.id)
        )
        return list(rows)


def holder(app: Flask) -> Holder:
    with app.app_context():
        return db.session.scalars(select(Conversation.state)).one()


def test_who_waits_stands_on_the_list_and_on_the_badge(console: Console, talk: int) -> None:
    page = console.text("/desk/")

    assert "等待接待" in page
    assert "&lt;b&gt;黑客&lt;/b&gt;" in page
    assert "<b>黑客" not in page
    assert 'data-badge="desk">1</span>' in console.text("/orders/")


def test_an_empty_desk_says_so(console: Console) -> None:
    assert "没有人在等" in console.text("/desk/")


def test_a_talk_is_taken_answered_and_given_back(app: Flask, console: Console, talk: int) -> None:
    page = console.text(f"/desk/{talk}")
    assert "接待" in page
    assert "还可发 5 条" in page
    assert "已删除的规则" in page
    assert "进店" in page
    assert 'name="text"' not in page  # first take it

    console.post(f"/desk/{talk}/take")
    assert 'name="text"' in console.text(f"/desk/{talk}")
    answer = console.post(f"/desk/{talk}/say", text=" 您好，在的\r\n请讲 ", token="t1")
    assert answer.status_code == 302
    page = console.text(f"/desk/{talk}")
    assert "您好，在的\n请讲" in page
    assert "还可发 4 条" in page
    assert "owner 开始接待" in page

    console.post(f"/desk/{talk}/give-back")
    assert holder(app) is Holder.BOT
    assert [row.content for row in sent(app)] == ["您好，在的\n请讲"]


def test_the_same_form_twice_is_one_message(app: Flask, console: Console, talk: int) -> None:
    console.post(f"/desk/{talk}/take")

    for _ in range(2):
        console.post(f"/desk/{talk}/say", text="在的", token="t1")

    assert len(sent(app)) == 1
    with app.app_context():
        assert len(db.session.scalars(select(OutboxJob).where(OutboxJob.kind == "send_message")).all()) == 1


def test_the_second_of_two_colleagues_is_told_who_was_first(app: Flask, console: Console, talk: int) -> None:
    other = open_console(app, "xiaolin")
    console.post(f"/desk/{talk}/take")

    other.post(f"/desk/{talk}/take")
    assert "已由 owner 接待" in other.text(f"/desk/{talk}")
    refused = other.post(f"/desk/{talk}/say", text="我来", token="t1")
    assert refused.status_code == 409
    assert sent(app) == []

    with app.app_context():
        seen = db.session.scalars(select(Conversation.staff_id)).one()
    other.post(f"/desk/{talk}/take-over", seen=str(seen))
    console.post(f"/desk/{talk}/take-over", seen=str(seen))  # too late: it is another's by now
    assert "已由 xiaolin 接待" in console.text(f"/desk/{talk}")


def test_a_script_is_answered_in_words_it_can_show(console: Console, talk: int) -> None:
    console.post(f"/desk/{talk}/take")
    fields = {"csrf_token": console.token(), "token": "t1"}
    script = {"X-Requested-With": "fetch"}

    good = console.client.post(f"/console/desk/{talk}/say", data=fields | {"text": "好"}, headers=script)
    empty = console.client.post(
        f"/console/desk/{talk}/say", data=fields | {"text": " ", "token": "t2"}, headers=script
    )

    assert good.status_code == 204
    assert empty.status_code == 422
    assert empty.json == {"message": "请先写点什么"}


@pytest.mark.parametrize(
    ("text", "token", "words"),
    [("长" * 700, "t1", "文字太长"), ("", "t1", "请先写点什么"), ("好", "", "页面已过期")],
    ids=["too long", "empty", "no token"],
)
def test_what_cannot_be_sent_stays_in_the_box(
    app: Flask, console: Console, talk: int, text: str, token: str, words: str
) -> None:
    console.post(f"/desk/{talk}/take")

    answer = console.post(f"/desk/{talk}/say", text=text, token=token)

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert words in page
    assert f">{text}</textarea>" in page
    assert sent(app) == []


def test_a_closed_window_says_what_can_be_done(
    app: Flask, console: Console, talk: int, advance: Advance
) -> None:
    console.post(f"/desk/{talk}/take")
    advance(timedelta(hours=48))
    console = open_console(app)

    page = console.text(f"/desk/{talk}")
    assert "48 小时已过" in page
    assert "对方再发来消息后就能回复" in page
    answer = console.post(f"/desk/{talk}/say", text="晚了", token="t1")
    assert answer.status_code == 409
    assert "晚了" not in [row.content for row in sent(app)]


BECAME = [
    (Sending.REFUSED, 45015, "超过 48 小时没有互动"),
    (Sending.REFUSED, 45047, "条数已用完"),
    (Sending.REFUSED, 48002, "关闭了接收公众号的消息"),
    (Sending.REFUSED, 43019, "移出黑名单"),
    (Sending.REFUSED, 12345, "12345"),
    (Sending.SENDING, -1001, "可能已送达"),
    (Sending.DUE, -1, "正在重试"),
    (Sending.DUE, None, "发送中"),
]


def test_what_became_of_a_message_stands_on_its_bubble(app: Flask, console: Console, talk: int) -> None:
    console.post(f"/desk/{talk}/take")
    console.post(f"/desk/{talk}/say", text="在吗", token="t1")

    for sending, errcode, words in BECAME:
        with app.app_context(), transaction() as session:
            row = session.scalars(select(Message).where(Message.direction == Direction.OUT)).one()
            row.sending, row.errcode, row.asked_at = sending, errcode, clock.now()
        assert words in console.text(f"/desk/{talk}"), (sending, errcode)


def test_what_was_refused_can_be_sent_again_once(app: Flask, console: Console, talk: int) -> None:
    console.post(f"/desk/{talk}/take")
    console.post(f"/desk/{talk}/say", text="在吗", token="t1")
    with app.app_context(), transaction() as session:
        row = session.scalars(select(Message).where(Message.direction == Direction.OUT)).one()
        row.sending, row.errcode, message_id = Sending.REFUSED, -1, row.id
    assert f"/again/{message_id}" in console.text(f"/desk/{talk}")

    for _ in range(2):
        console.post(f"/desk/{talk}/again/{message_id}")

    assert [row.content for row in sent(app)] == ["在吗", "在吗"]
    assert f"/again/{message_id}" not in console.text(f"/desk/{talk}")
    assert console.post(f"/desk/{talk}/again/{2**62}").status_code == 404


def test_asking_again_costs_nothing_until_something_changes(app: Flask, console: Console, talk: int) -> None:
    for path in ("/desk/list", f"/desk/{talk}/live"):
        first = console.get(path)
        same = console.client.get(f"/console{path}", headers={"If-None-Match": first.headers["ETag"]})
        assert (first.status_code, same.status_code, same.data) == (200, 304, b"")

        with app.app_context():
            push("还在吗")
        changed = console.client.get(f"/console{path}", headers={"If-None-Match": first.headers["ETag"]})
        assert changed.status_code == 200
        assert "还在吗" in changed.get_data(as_text=True)


def test_one_colleagues_copy_is_not_another_s(app: Flask, console: Console, talk: int) -> None:
    tag = console.get("/desk/list").headers["ETag"]
    other = open_console(app, "xiaolin")

    assert other.client.get("/console/desk/list", headers={"If-None-Match": tag}).status_code == 200


def test_reading_marks_as_read_for_who_answers_only(app: Flask, console: Console, talk: int) -> None:
    def unread() -> bool:
        return "条未读" in console.text("/desk/")

    console.text(f"/desk/{talk}")
    assert unread()
    console.post(f"/desk/{talk}/take")
    console.text(f"/desk/{talk}")
    assert not unread()


def picture_file(kind: str = "PNG") -> BytesIO:
    target = BytesIO()
    Image.new("RGB", (30, 20), "green").save(target, kind)
    target.seek(0)
    return target


def test_a_picture_is_sent_as_a_temporary_material(app: Flask, console: Console, talk: int) -> None:
    console.post(f"/desk/{talk}/take")
    fields = {"csrf_token": console.token(), "token": "t1", "picture": (picture_file(), "茶.png")}

    answer = console.client.post(f"/console/desk/{talk}/picture", data=fields)

    assert answer.status_code == 302
    reply = bring_back(sent(app)[0].reply or {})
    assert (reply.kind, sent(app)[0].kind) == ("image", "image")  # type: ignore[union-attr]
    assert 'class="bubble-picture"' in console.text(f"/desk/{talk}")


@pytest.mark.parametrize("data", [b"no picture", b""], ids=["no picture", "empty"])
def test_a_file_that_is_no_picture_is_refused(app: Flask, console: Console, talk: int, data: bytes) -> None:
    console.post(f"/desk/{talk}/take")
    fields = {"csrf_token": console.token(), "token": "t1", "picture": (BytesIO(data), "x.png")}

    answer = console.client.post(f"/console/desk/{talk}/picture", data=fields)

    assert answer.status_code == 422
    assert sent(app) == []


def test_a_product_card_remembers_who_sent_it(app: Flask, console: Console, talk: int) -> None:
    with app.app_context():
        slug = make_sku(title="正山小种").product.slug
    console.post(f"/desk/{talk}/take")
    assert "正山小种" in console.text(f"/desk/{talk}/cards?q=正山")
    assert "正山小种" not in console.text(f"/desk/{talk}/cards?q=没有的茶")

    console.post(f"/desk/{talk}/product", slug=slug, token="t1")
    assert console.post(f"/desk/{talk}/product", slug="no-such", token="t2").status_code == 422

    article = (sent(app)[0].reply or {})["articles"][0]
    assert f"/shop/p/{slug}?e=" in article["link"]
    with app.app_context():
        entrance = db.session.scalars(select(Entrance)).one()
        assert (entrance.kind, entrance.label) == ("desk", "客服：owner")


def test_an_order_card_is_for_its_buyer_alone(app: Flask, console: Console, talk: int) -> None:
    with app.app_context():
        from app.followers.service import find

        own = make_order(follower=find(OPENID)).order_no
        strange = make_order().order_no
    console.post(f"/desk/{talk}/take")
    assert own in console.text(f"/desk/{talk}/cards")

    console.post(f"/desk/{talk}/order", order_no=own, token="t1")
    assert console.post(f"/desk/{talk}/order", order_no=strange, token="t2").status_code == 404

    articles = [(row.reply or {})["articles"][0] for row in sent(app)]
    assert [article["title"] for article in articles] == [f"订单 {own} · 待付款"]
    assert f"/shop/orders/{own}?e=" in articles[0]["link"]


def test_a_followers_picture_is_shown_to_staff_alone(app: Flask, console: Console, talk: int) -> None:
    folder = Path(app.config["DATA_DIR"], "chat")
    folder.mkdir()
    (folder / "a.png").write_bytes(picture_file().read())
    with app.app_context():
        message_id = push("", kind="image", file="a.png")
        nothing = push("")

    assert f"/console/desk/pictures/{message_id}" in console.text(f"/desk/{talk}")
    assert console.get(f"/desk/pictures/{message_id}").mimetype == "image/png"
    assert console.get(f"/desk/pictures/{nothing}").status_code == 404
    assert Console(app).get(f"/desk/pictures/{message_id}").status_code == 302
    assert app.test_client().get("/shop/media/../chat/a.png").status_code == 404


def test_a_followers_voice_and_video_are_for_staff_to_play_or_keep(
    app: Flask, console: Console, talk: int
) -> None:
    folder = Path(app.config["DATA_DIR"], "chat")
    folder.mkdir()
    (folder / "a-3s.amr").write_bytes(b"#!AMR\n" + bytes(2000))
    (folder / "b.mp4").write_bytes(bytes(100))
    with app.app_context():
        voice = push("", kind="voice", file="a-3s.amr")
        film = push("", kind="video", file="b.mp4")
        coming = push("", kind="voice")

    page = console.text(f"/desk/{talk}")

    assert "AMR · 3 秒 · 2 KB" in page
    assert "浏览器不能直接播放 AMR" in page
    assert "正在取文件" in page
    assert (
        f'<video class="bubble-film" controls preload="metadata" src="/console/desk/recordings/{film}"'
        in page
    )
    answer = console.get(f"/desk/recordings/{voice}?download=")
    assert answer.mimetype == "audio/amr"
    assert answer.headers["Content-Disposition"] == f"attachment; filename=voice-{voice}.amr"
    assert console.get(f"/desk/recordings/{film}").mimetype == "video/mp4"
    assert console.get(f"/desk/recordings/{coming}").status_code == 404
    assert console.get(f"/desk/pictures/{voice}").status_code == 404
    assert Console(app).get(f"/desk/recordings/{voice}").status_code == 302


def test_a_note_is_kept_and_never_sent(app: Flask, console: Console, talk: int) -> None:
    console.post(f"/desk/{talk}/note", note=f" 喜欢红茶 {HOSTILE} ")

    page = console.text(f"/desk/{talk}")
    assert "喜欢红茶 &lt;b&gt;" in page
    assert sent(app) == []


def test_a_quick_reply_is_put_into_the_box(app: Flask, console: Console, talk: int) -> None:
    with app.app_context():
        add_quick_reply("发货", "今天发出 <b>")
    console.post(f"/desk/{talk}/take")

    page = console.text(f"/desk/{talk}?quick=1")

    assert ">今天发出 &lt;b&gt;</textarea>" in page
    assert console.get(f"/desk/{talk}?quick=99").status_code == 404


def test_typing_is_only_shown_for_who_answers(app: Flask, console: Console, talk: int) -> None:
    asked: list[str] = []
    client = app.extensions["wechat"].client
    client.post = lambda path, **_: asked.append(path)

    console.post(f"/desk/{talk}/typing")
    console.post(f"/desk/{talk}/take")
    answer = console.post(f"/desk/{talk}/typing")

    assert answer.status_code == 204
    assert asked == ["message/custom/typing"]


def test_typing_is_quiet_about_wechats_refusal_and_long_after(
    app: Flask, console: Console, talk: int, advance: Advance
) -> None:
    from app.wechat.platform_errors import make_error

    asked: list[str] = []

    def refuse(path: str, **_: object) -> None:
        asked.append(path)
        raise make_error(45080, "no interaction")

    app.extensions["wechat"].client.post = refuse
    console.post(f"/desk/{talk}/take")
    assert console.post(f"/desk/{talk}/typing").status_code == 204
    advance(timedelta(seconds=31))
    assert console.post(f"/desk/{talk}/typing").status_code == 204

    assert len(asked) == 1


def test_the_card_of_a_follower_leads_to_his_talk(app: Flask, console: Console, talk: int) -> None:
    with app.app_context():
        other = make_follower().id

    assert console.get("/desk/of/1").location.endswith(f"/desk/{talk}")
    assert console.get(f"/desk/of/{other}").location.endswith(f"/followers/{other}")
    assert console.get("/desk/of/999").status_code == 404


def test_talks_that_are_not_there(console: Console) -> None:
    for path in ("", "/live", "/cards", "?before=5", "?before=x", "?quick=x"):
        assert console.get(f"/desk/999{path}").status_code == 404, path


def test_everything_here_reads_in_english(app: Flask, talk: int) -> None:
    console = open_console(app, language="en")
    console.post(f"/desk/{talk}/take")

    for path in ("/desk/", f"/desk/{talk}", "/messages/", "/service-hours/", "/desk/quick-replies/"):
        assert '<html lang="en">' in console.text(path)


@pytest.mark.parametrize("path", ["/desk/{}?before={}", "/desk/list?here={}{}", "/messages/?before={}{}"])
def test_a_number_no_row_can_have_is_as_good_as_none(console: Console, talk: int, path: str) -> None:
    assert "人工" in console.text(path.format(talk, "9" * 25))
