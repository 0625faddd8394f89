"""The console's lab, sentences without an answer, and standing replies."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

from flask import Flask
from werkzeug.test import TestResponse

from app.conversations.models import Direction, Message
from app.core import clock
from app.core.db import transaction
from app.followers.models import Tag
from app.keywords.drafts import RuleDraft
from app.keywords.matching import Audience, Hours, Keyword, MatchMode
from app.keywords.models import Occasion
from app.keywords.replies import ReplyKind, ReplySpec
from app.keywords.service import add_rule, get_rule
from app.keywords.standing import Standing, change_standing, list_standing, load_cool_down
from tests.staff import Console, open_console

HOSTILE = "<b>黑客</b>\"'& 🍵"


def make_rule(app: Flask, name: str, word: str, **changed: object) -> int:
    fields = {
        "keywords": (Keyword(MatchMode.CONTAINS, word),),
        "replies": (ReplySpec(ReplyKind.TEXT, f"{name}的回答"),),
    }
    with app.app_context():
        return add_rule(RuleDraft(name=name, **fields | changed), actor="staff:1")


def make_messages(app: Flask, *sentences: str, by: str = "fallback", ago: timedelta = timedelta(0)) -> None:
    with app.app_context(), transaction() as session:
        for number, sentence in enumerate(sentences):
            row = Message(at=clock.now() - ago, openid="o1", direction=Direction.IN, kind="text")
            row.content, row.payload, row.answered_by = sentence, "", by
            row.dedupe_key = f"{by}-{ago}-{number}"
            session.add(row)


def words(page: str | TestResponse) -> str:
    text = page if isinstance(page, str) else page.get_data(as_text=True)
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", text)).split())


def test_the_lab_says_who_answers_and_why_and_who_does_not(app: Flask, console: Console) -> None:
    with app.app_context(), transaction() as session:
        session.add(Tag(name="老客"))
    make_rule(app, "问白茶", "白茶", priority=3)
    make_rule(app, "问茶", "茶")
    make_rule(app, "老客价", "茶", priority=9, audience=Audience(tag_ids=(1,)))
    make_rule(app, "夜里", "茶", hours=Hours.CLOSED)
    make_rule(app, "停了", "茶", is_active=False)

    told = words(console.text("/lab/?q=有沒有白茶"))

    assert "由这条规则回答 问白茶 为什么 这句话里有“白茶” （包含） 规则看到的 有没有白茶 优先级 3" in told
    assert "被它挡住的规则 1 问茶 这句话里有“茶” 被排在前面的规则挡住" in told
    assert "词对上了，但没有回答 3 老客价 这句话里有“茶” · 优先级 9 这个人不在它的适用人群里" in told
    assert "停了 这句话里有“茶” 已停用" in told
    assert "夜里 这句话里有“茶” 只在客服时间之外" in told
    assert "问白茶的回答" in told

    assert "由这条规则回答 老客价" in words(console.text("/lab/?q=白茶&tag=1&tag=x&tag=٣"))
    at_night = words(console.text("/lab/?q=茶叶&hours=closed"))
    assert "由这条规则回答 问茶" in at_night
    assert "被它挡住的规则 1 夜里" in at_night


def test_a_sentence_nobody_answers_leads_to_a_rule(app: Flask, console: Console) -> None:
    with app.app_context():
        change_standing(
            Occasion.FALLBACK, Standing((ReplySpec(ReplyKind.TEXT, "没听懂呢"),)), actor="staff:1"
        )

    page = console.text("/lab/?q=%3Cb%3E什么%3C/b%3E")

    assert "没有规则回答" in page
    assert "没听懂呢" in page
    assert "<b>什么" not in page
    link = re.search(r'href="(/console/rules/new\?keyword=[^"]+)"', page)
    assert link is not None
    made = console.text(unescape(link[1]).removeprefix("/console"))
    assert 'name="keyword-text" value="&lt;b&gt;什么&lt;/b&gt;"' in made
    assert 'name="test" value="&lt;b&gt;什么&lt;/b&gt;"' in made


def test_a_sentence_becomes_a_test_of_its_rule(app: Flask, console: Console) -> None:
    rule_id = make_rule(app, "问茶", "茶")

    for _ in range(2):
        assert console.post(f"/lab/{rule_id}/test", sentence="有茶吗").status_code == 302

    with app.app_context():
        assert get_rule(rule_id).tests == ["有茶吗"]
    assert "已经是它的测试句" in console.text("/lab/?q=有茶吗")
    assert console.post(f"/lab/{rule_id}/test", sentence="长" * 300).status_code == 302
    assert "每句最多 200 个字" in words(console.text("/lab/"))
    assert console.post("/lab/77/test", sentence="茶").status_code == 404


def test_unanswered_sentences_are_grouped_and_counted(
    app: Flask, console: Console, advance: Callable[[timedelta], None]
) -> None:
    make_messages(app, "有白茶吗", "有白茶吗", "有 白茶吗？", HOSTILE, "咖啡")
    make_messages(app, "有白茶嗎", by="quiet")
    make_messages(app, "有人答的", by="rule:1")
    make_messages(app, "很久以前", ago=timedelta(days=8))

    page = console.text("/unanswered/")
    told = words(page)

    assert "最近 7 天 3 有白茶吗 4 次" in told
    assert f"{HOSTILE} 1 次" in told
    assert "<b>黑客" not in page
    assert "有人答的" not in told
    assert "很久以前" not in told

    make_rule(app, "问茶", "茶")
    told = words(console.text("/unanswered/"))
    assert "最近 7 天 2" in told
    assert "后来有了规则 1 有白茶吗 4 次 · 现在由“问茶”回答" in told


def test_a_dismissed_sentence_stays_away_until_it_is_wanted_back(app: Flask, console: Console) -> None:
    make_messages(app, "咖啡", "咖啡", "咖 啡！", "奶茶", "", "？？？")

    for _ in range(2):
        assert console.post("/unanswered/dismiss", sentence="咖啡").status_code == 302
    told = words(console.text("/unanswered/"))
    assert "奶茶 1 次" in told
    assert "已忽略 1 咖啡 3 次" in told

    assert console.post("/unanswered/restore", sentence="咖啡！").status_code == 302
    assert "已忽略" not in words(console.text("/unanswered/"))


def test_an_empty_week_is_praised(console: Console) -> None:
    assert "这 7 天每句话都有人答" in console.text("/unanswered/")


def standing(app: Flask, occasion: Occasion) -> Standing | None:
    with app.app_context():
        return list_standing().get(occasion)


def test_standing_replies_are_kept_and_switched_off(app: Flask, console: Console) -> None:
    assert words(console.text("/standing/")).count("自带的话") == len(Occasion)
    fields = {
        "reply": ["0", "1"],
        "r0-kind": "text",
        "r0-text": HOSTILE,
        "r1-kind": "newest",
        "is_active": "yes",
    }

    assert console.post("/standing/welcome", do="save", **fields).status_code == 302  # type: ignore[arg-type]

    kept = standing(app, Occasion.WELCOME)
    assert kept is not None
    assert kept.replies == (ReplySpec(ReplyKind.TEXT, HOSTILE), ReplySpec(ReplyKind.NEWEST))
    assert f"文字 {HOSTILE}" in words(console.text("/standing/"))
    assert "&lt;b&gt;黑客&lt;/b&gt;" in console.text("/standing/welcome")

    del fields["is_active"]
    fields["seen_mark"] = _mark(console.text("/standing/welcome"))
    console.post("/standing/welcome", do="save", **fields)  # type: ignore[arg-type]
    assert "自带的话，已停用您写的" in words(console.text("/standing/"))


def test_the_words_built_in_are_shown_and_can_be_made_ones_own(app: Flask, console: Console) -> None:
    assert "欢迎来到" in words(console.text("/standing/"))
    for reader in (console, open_console(app, language="en")):  # followers read Chinese, whoever looks at it
        assert "现在不是客服时间（全天）" in words(reader.text("/standing/hand_over_closed"))

    page = console.text("/standing/welcome?start=own")

    started = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)
    assert started is not None
    text = unescape(started[1]).strip()
    assert text.startswith("欢迎来到")
    assert '<a href="https://shop.example.cn/shop/">' in text
    assert 'name="is_active" value="yes" checked' in page
    assert standing(app, Occasion.WELCOME) is None


def test_the_second_of_two_who_write_a_standing_reply_is_told_and_loses_nothing(
    app: Flask, console: Console
) -> None:
    page = console.text("/standing/welcome")
    fields = {"reply": "0", "r0-kind": "text", "is_active": "yes", "seen_mark": _mark(page)}
    assert console.post("/standing/welcome", do="save", **{"r0-text": "甲写的"}, **fields).status_code == 302

    late = console.post("/standing/welcome", do="save", **{"r0-text": "乙写的"}, **fields)

    assert late.status_code == 409
    page = late.get_data(as_text=True)
    assert "乙写的" in page
    assert "别人刚刚改过这里的回复" in page
    kept = standing(app, Occasion.WELCOME)
    assert kept is not None
    assert kept.replies[0].text == "甲写的"

    fields["seen_mark"] = _mark(page)
    assert console.post("/standing/welcome", do="save", **{"r0-text": "乙写的"}, **fields).status_code == 302


def _mark(page: str) -> str:
    found = re.search(r'name="seen_mark" value="([^"]*)"', page)
    assert found is not None
    return found[1]


def test_a_standing_reply_that_cannot_be_sent_is_shown_again(app: Flask, console: Console) -> None:
    answer = console.post(
        "/standing/media", do="save", reply="0", is_active="yes", **{"r0-kind": "voice", "r0-title": "问候"}
    )

    assert answer.status_code == 422
    assert words(answer).count("请选择素材") == 2
    assert standing(app, Occasion.MEDIA) is None
    assert console.post("/standing/media", do="save").status_code == 422


def test_handing_over_says_one_sentence_in_words(app: Flask, console: Console) -> None:
    page = console.text("/standing/hand_over")

    assert re.findall(r'value="reply-add:(\w+)"', page) == ["text"]
    fields = {"reply": "0", "r0-kind": "text", "r0-text": "马上来", "is_active": "yes"}
    assert console.post("/standing/hand_over", do="save", **fields).status_code == 302
    assert "reply-add:" not in console.text("/standing/hand_over")
    assert console.get("/standing/nonsense").status_code == 404
    assert console.post("/standing/nonsense").status_code == 404


def test_the_cool_down_is_minutes_within_a_week(app: Flask, console: Console) -> None:
    assert 'name="minutes"' in console.text("/standing/fallback")
    assert 'name="minutes"' not in console.text("/standing/welcome")

    assert console.post("/standing/cool-down", minutes="30").status_code == 302
    for wrong in ("", "-1", "很久", "99999", "1e9", "9" * 50):
        assert console.post("/standing/cool-down", minutes=wrong).status_code == 422, wrong

    with app.app_context():
        assert load_cool_down() == timedelta(minutes=30)


def test_any_form_with_replies_can_be_seen_on_the_phone(console: Console) -> None:
    answer = console.post("/replies/preview", reply="0", said=HOSTILE, **{"r0-kind": "text", "r0-text": "好"})

    assert answer.json is not None
    assert words(answer.json["preview"]) == f"{HOSTILE} 好"
    assert "<b>" not in answer.json["preview"]
