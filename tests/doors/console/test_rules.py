"""The console's rules: the list, the editor, what it says while one writes, two editors at once."""

import re
from html import unescape
from io import BytesIO

import pytest
from flask import Flask
from PIL import Image
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from app.conversations.models import Direction, Message
from app.core import clock
from app.core.db import transaction
from app.keywords.drafts import RuleDraft, draft_of
from app.keywords.matching import Audience, Hours, Keyword, MatchMode
from app.keywords.replies import ReplyKind, ReplyMode, ReplySpec
from app.keywords.service import add_rule, get_rule, list_all, set_active
from app.materials.service import list_materials
from tests.factories import make_sku
from tests.staff import Console, open_console

HOSTILE = "<b>黑客</b>\"'& 🍵"


def make_rule(app: Flask, name: str = "问茶", word: str = "茶", **changed: object) -> int:
    fields = {
        "keywords": (Keyword(MatchMode.CONTAINS, word),),
        "replies": (ReplySpec(ReplyKind.TEXT, "有茶"),),
    }
    with app.app_context():
        return add_rule(RuleDraft(name=name, **fields | changed), actor="staff:1")


def form(**changed: object) -> dict[str, object]:
    """What the browser sends for a rule with one keyword and one text."""
    fields: dict[str, object] = {
        "do": "save",
        "name": "问茶",
        "is_active": "yes",
        "keyword-mode": ["contains"],
        "keyword-text": ["茶"],
        "reply": ["0"],
        "r0-kind": "text",
        "r0-text": "有茶\r\n请进",
        "test": [""],
        "priority": "0",
    }
    return fields | changed


def send(console: Console, path: str, **changed: object) -> TestResponse:
    return console.post(path, **form(**changed))  # type: ignore[arg-type]


def rules(app: Flask) -> list[RuleDraft]:
    with app.app_context():
        return [draft_of(rule) for rule in list_all()]


def words(answer: TestResponse | str) -> str:
    page = answer if isinstance(answer, str) else answer.get_data(as_text=True)
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page)).split())


def test_an_empty_list_teaches(console: Console) -> None:
    page = console.text("/rules/")

    assert "还没有关键词规则" in page
    assert 'href="/console/rules/new"' in page


def test_the_list_tells_what_each_rule_does(app: Flask, console: Console) -> None:
    rule_id = make_rule(
        app,
        HOSTILE,
        "<i>茶</i>",
        replies=(
            ReplySpec(ReplyKind.TEXT, '<a href="https://x.cn">进店</a>看'),
            ReplySpec(ReplyKind.HAND_OVER),
        ),
        reply_mode=ReplyMode.ONE,
        priority=7,
        audience=Audience(has_bought=True, tag_ids=(99,)),
        hours=Hours.CLOSED,
    )
    make_rule(app, "另一条", "咖啡")
    with app.app_context(), transaction() as session:
        for number, by in enumerate([f"rule:{rule_id}", f"rule:{rule_id}", "fallback"]):
            row = Message(
                dedupe_key=str(number), at=clock.now(), openid="o1", direction=Direction.IN, kind="text"
            )
            row.content, row.payload, row.answered_by = "茶", "", by
            session.add(row)

    page = console.text("/rules/")
    told = words(page)

    assert "<b>黑客" not in page
    assert f"{HOSTILE} 优先级 7 买过的 标签：已删除的标签 只在客服时间之外 包含 <i>茶</i>" in told
    assert "文字 进店看" in told
    assert "随机一条 2" in told
    assert "咖啡" not in words(console.text("/rules/?q=黑客"))
    assert "没有找到规则" in console.text("/rules/?q=没有的")
    assert "这一页没有规则" in console.text("/rules/?page=9")


def test_failing_tests_stand_on_top_of_the_list(app: Flask, console: Console) -> None:
    make_rule(app, "问茶", "茶", tests=("白茶多少钱",))
    assert "测试句不再由" not in console.text("/rules/")

    make_rule(app, "问价", "多少钱", priority=3)

    assert "1 句测试句不再由它们的规则回答 问茶 ：“白茶多少钱”现在由“问价”回答" in words(
        console.text("/rules/")
    )


def test_a_rule_is_switched_to_what_the_button_said(app: Flask, console: Console) -> None:
    rule_id = make_rule(app)

    for to, is_active in (("off", False), ("off", False), ("on", True)):
        assert console.post(f"/rules/{rule_id}/switch", to=to).status_code == 302
        assert rules(app)[0].is_active is is_active


def test_a_removed_rule_is_gone_and_its_page_too(app: Flask, console: Console) -> None:
    rule_id = make_rule(app)

    assert console.post(f"/rules/{rule_id}/remove").status_code == 302

    assert rules(app) == []
    assert "已删除规则“问茶”" in words(console.text("/rules/"))
    assert console.get(f"/rules/{rule_id}").status_code == 404
    assert console.post(f"/rules/{rule_id}/switch", to="on").status_code == 404


def test_a_rule_is_kept_as_it_was_written(app: Flask, console: Console) -> None:
    with app.app_context():
        slug = make_sku().product.slug
    answer = send(
        console,
        "/rules/new",
        **{
            "keyword-mode": ["exact", "any", "regex", "contains"],
            "keyword-text": [" 茶 ", "忘了删", "新+茶", "  "],
            "reply": ["0", "1", "2"],
            "r1-kind": "product",
            "r1-slug": [slug, slug],
            "r2-kind": "hand_over",
            "reply-mode": "one",
            "priority": "-5",
            "hours": "open",
            "is_new": "yes",
            "has_bought": "no",
            "valid_from": "2026-11-21T08:00",
            "valid_until": "2030-01-01T00:00",
            "test": ["新新茶", "", "茶"],
        },
    )

    assert answer.status_code == 302
    (rule,) = rules(app)
    assert rule.keywords == (
        Keyword(MatchMode.EXACT, "茶"),
        Keyword(MatchMode.ANY),
        Keyword(MatchMode.REGEX, "新+茶"),
    )
    assert rule.replies == (
        ReplySpec(ReplyKind.TEXT, "有茶\n请进"),
        ReplySpec(ReplyKind.PRODUCT, slugs=(slug,)),
        ReplySpec(ReplyKind.HAND_OVER),
    )
    assert (rule.reply_mode, rule.priority, rule.hours) == (ReplyMode.ONE, -5, Hours.OPEN)
    assert rule.audience == Audience(is_new=True, has_bought=False)
    assert f"{rule.valid_from:%Y-%m-%d %H:%M}" == "2026-11-21 00:00"
    assert rule.tests == ("新新茶", "茶")
    page = console.text(answer.location.removeprefix("/console"))
    assert "已保存" in page
    assert 'value="2026-11-21T08:00"' in page


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"name": ""}, "规则要有名称"),
        ({"keyword-text": [""]}, "1 到 50 个关键词"),
        ({"keyword-mode": ["regex"], "keyword-text": ["(茶"]}, "圆括号没有配对"),
        ({"keyword-text": ["长" * 61]}, "关键词最多 60 个字"),
        ({"reply": []}, "1 到 5 条回复"),
        ({"r0-text": "长" * 683}, "2049 字节"),
        ({"r0-kind": "image"}, "请选择素材"),
        ({"priority": "很高"}, "优先级要在"),
        ({"priority": "9" * 5000}, "优先级要在"),
        ({"valid_from": "明天"}, "有效期的日期不对"),
        ({"valid_from": "2026-11-22T00:00", "valid_until": "2026-11-21T00:00"}, "结束要晚于开始"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else value,
)
def test_what_cannot_be_kept_is_said_and_nothing_is_lost(
    app: Flask, console: Console, changed: dict[str, object], sentence: str
) -> None:
    answer = send(console, "/rules/new", **{"test": [HOSTILE]} | changed)

    assert answer.status_code == 422
    assert sentence in words(answer)
    assert 'value="&lt;b&gt;黑客&lt;/b&gt;&#34;&#39;&amp; 🍵"' in answer.get_data(as_text=True)
    assert rules(app) == []


def test_forged_fields_harm_nobody(app: Flask, console: Console) -> None:
    answer = send(
        console,
        "/rules/new",
        **{
            "keyword-mode": ["telepathy"],
            "reply": ["0", "x", "-1", "7"],
            "hours": "never",
            "tag": ["1e9", "-4", "٣", "9" * 30],
            "seen_mark": "x",
            "reply-mode": "shout",
        },
    )

    assert answer.status_code == 302
    (rule,) = rules(app)
    assert (rule.keywords[0].mode, rule.hours, rule.audience.tag_ids) == (MatchMode.CONTAINS, Hours.ANY, ())
    for button in (
        "reply-add:bomb",
        "reply-up:99",
        f"reply-up:{'9' * 5000}",
        "reply-drop:",
        "reply-",
        "keyword-remove:x",
        "test-remove:-1",
    ):
        assert send(console, "/rules/new", name="另一条", do=button).status_code in (200, 302), button


def test_buttons_change_the_form_and_keep_nothing(app: Flask, console: Console) -> None:
    with app.app_context():
        slug = make_sku(title="白茶").product.slug
    base = {"reply": ["0", "1"], "r1-kind": "product", "r1-slug": [], "r1-product": slug}

    def press(button: str, **changed: object) -> str:
        answer = send(console, "/rules/new", do=button, **base | changed)
        assert answer.status_code == 200
        return answer.get_data(as_text=True)

    assert press("keyword-add").count('name="keyword-text"') == 2
    assert press("keyword-remove:0").count('name="keyword-text"') == 1
    assert press("test-add").count('name="test"') == 2
    assert press("reply-add:voice").count('name="reply"') == 3
    assert press("reply-remove:0").count('name="reply"') == 1
    assert f'name="r1-slug" value="{slug}"' in press("reply-product:1")
    assert "r1-slug" not in press(f"reply-drop:1:{slug}", **{"r1-slug": [slug]})
    assert '<input type="hidden" name="r0-kind" value="product">' in press("reply-up:1")
    assert "最多 5 条" in press("reply-add:text", reply=["0"] * 5)
    assert rules(app) == []


def test_a_picture_comes_with_the_form_and_stays_chosen(app: Flask, console: Console) -> None:
    def attach(data: bytes, **changed: object) -> TestResponse:
        fields = {"r0-kind": "image", "r0-file": (BytesIO(data), "茶 山.png"), "name": ""}
        return send(console, "/rules/new", **fields | changed)

    drawn = BytesIO()
    Image.new("RGB", (9, 9), "teal").save(drawn, "PNG")
    page = attach(drawn.getvalue()).get_data(as_text=True)
    with app.app_context():
        (material,) = list_materials()

    assert (material.title, material.created_by) == ("茶 山", "staff:1")
    assert f'<option value="{material.id}" selected>' in page
    as_voice = send(console, "/rules/new", **{"r0-kind": "voice", "r0-material": str(material.id)})
    assert "请选择素材" in words(as_voice)
    refused = attach(b"<script>", **{"r0-material": str(material.id), "name": "问茶"})
    assert refused.status_code == 200
    assert "无法识别这张图片" in refused.get_data(as_text=True)
    assert f'<option value="{material.id}" selected>' in refused.get_data(as_text=True)
    assert rules(app) == []


def test_a_file_may_be_larger_than_other_forms(console: Console) -> None:
    def attach(path: str) -> TestResponse:
        film = FileStorage(BytesIO(bytes(3 * 1024 * 1024)), "film.mp4")
        fields = form(**{"r0-kind": "video", "r0-file": film, "csrf_token": console.token()})
        boundary, body = encode_multipart(fields)
        kind = f"multipart/form-data; boundary={boundary}"
        return console.client.post(f"/console{path}", data=body, content_type=kind)

    assert "无法识别这个视频" in words(attach("/rules/new"))
    assert attach("/alerts/1/close").status_code == 413


def test_the_second_of_two_editors_is_told_and_loses_nothing(app: Flask, console: Console) -> None:
    rule_id = make_rule(app)
    with app.app_context():
        seen = str(get_rule(rule_id).change_mark)
    other = open_console(app, "linda")

    assert send(other, f"/rules/{rule_id}", name="琳达改的", seen_mark=seen).status_code == 302
    late = send(console, f"/rules/{rule_id}", name="我改的", seen_mark=seen)

    assert late.status_code == 409
    assert "linda 在" in words(late)
    assert 'value="我改的"' in late.get_data(as_text=True)
    assert rules(app)[0].name == "琳达改的"
    mark = re.search(r'name="seen_mark" value="(\d+)"', late.get_data(as_text=True))
    assert mark is not None
    assert send(console, f"/rules/{rule_id}", name="我改的", seen_mark=mark[1]).status_code == 302
    assert rules(app)[0].name == "我改的"
    assert "linda 修改了名称、回复" in words(console.text(f"/rules/{rule_id}"))


def test_who_edits_a_rule_that_was_removed_can_keep_it_as_a_new_one(app: Flask, console: Console) -> None:
    rule_id = make_rule(app)
    console.post(f"/rules/{rule_id}/remove")

    late = send(console, f"/rules/{rule_id}", name="我改的", seen_mark="1")

    assert late.status_code == 409
    assert "刚被删除" in words(late)
    assert 'action="/console/rules/new"' in late.get_data(as_text=True)
    assert 'value="我改的"' in late.get_data(as_text=True)


def test_conflicts_are_told_while_one_writes_and_after_saving(app: Flask, console: Console) -> None:
    make_rule(app, "老规则", "白茶", priority=9, tests=("白茶",))

    said = console.post("/rules/check", **form(name="", test=["白茶"])).json  # type: ignore[arg-type]
    assert said is not None
    assert "还不能保存：规则要有名称" in words(said["advice"])
    assert "老规则 ：说“白茶”会先由它回答" in words(said["advice"])
    assert "有茶" in said["preview"]
    said = console.post("/rules/check", **form(priority="50", test=["咖啡"])).json  # type: ignore[arg-type]
    assert said is not None
    assert "测试句“咖啡”没有规则回答 老规则 ：它的测试句“白茶”现在由“问茶”回答" in words(said["advice"])
    assert said["advice"].count("/console/rules/") == 2
    assert rules(app)[1:] == []

    made = send(console, "/rules/new", priority="50")
    assert "老规则 ：“白茶”现在由“问茶”回答" in words(console.text("/rules/"))
    page = console.text(made.location.removeprefix("/console"))
    assert "老规则 ：说“白茶”会由这条规则回答" in words(page)


def test_a_rule_without_rivals_is_called_calm(app: Flask, console: Console) -> None:
    rule_id = make_rule(app)

    said = console.post(f"/rules/{rule_id}/check", **form(**{"keyword-text": ["咖啡"]})).json  # type: ignore[arg-type]

    assert said is not None
    assert "没有冲突" in said["advice"]


def test_the_phone_shows_hostile_text_as_text(app: Flask, console: Console) -> None:
    text = f'{HOSTILE}<a href="https://x.cn">进店</a><a href="javascript:alert(1)">坏</a>'

    page = send(console, "/rules/new", do="test-add", **{"r0-text": text}).get_data(as_text=True)

    assert '<span class="say-link">进店</span>' in page
    assert "javascript:alert(1)&#34;&gt;坏" in page
    assert "<b>黑客" not in page


def test_switched_off_rules_can_be_edited(app: Flask, console: Console) -> None:
    rule_id = make_rule(app)
    with app.app_context():
        set_active(rule_id, False, actor="staff:1")

    page = console.text(f"/rules/{rule_id}")

    assert 'name="is_active" value="yes">' in page
    assert "停用了规则" in words(page)
