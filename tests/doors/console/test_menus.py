"""The menu pages of the console: writing, publishing, going back, personalised menus, who sees what."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from flask import Flask

from app.core.audit import entries_about
from app.core.db import transaction
from app.followers.models import FollowerTag, Tag
from app.wechat.account import get_account
from app.wechat.menus import drafts, personal, publishing
from app.wechat.menus.publishing import Wish
from app.wechat.menus.versions import find_shown, get_default, list_personal
from tests.factories import make_follower, make_sku
from tests.menu_platform import MenuPlatform, open_menu_platform
from tests.staff import Console, open_console

HOSTILE = "<b>黑客</b>\"'&🍵"
FIRST = {"button": [{"type": "click", "name": "新品", "key": "NEWS_NEW"}]}
SECOND = {"button": [{"type": "click", "name": "上新", "key": "NEWS_NEW"}]}


@pytest.fixture
def platform(app: Flask) -> Iterator[MenuPlatform]:
    with open_menu_platform(app) as platform:
        yield platform


class Editor:
    """One browser on the editor: presses carry the mark of the page it saw last."""

    def __init__(self, console: Console, menu_id: int) -> None:
        self.console, self.address = console, f"/menus/{menu_id}"
        self.status, self.page, self.at = 200, console.text(self.address), ""

    def press(self, action: str, **fields: str) -> str:
        """Press; returns the page shown then."""
        mark = re.search(r'name="mark" value="(\d+)"', self.page)
        assert mark is not None
        if self.at:
            fields = {"at": self.at, **fields}
        answer = self.console.post(self.address, do=action, mark=mark[1], **fields)
        self.status = answer.status_code
        if answer.status_code == 302:
            answer = self.console.client.get(answer.location)
            self.at = answer.request.args.get("at", "")
        self.page = answer.get_data(as_text=True)
        return self.page


def menu_id(app: Flask) -> int:
    with app.app_context():
        return get_default().id


def draft(app: Flask) -> list[dict[str, Any]]:
    with app.app_context():
        return list(drafts.definition_of(drafts.load_draft(get_default()))["button"])


def publish(app: Flask, definition: dict[str, Any], by: str = "staff:1", **wish: Any) -> None:
    with app.app_context():
        account = get_account()
        wanted = Wish(wish.pop("menu_id", get_default().id), definition, by, **wish)
        publishing.publish(account.client, wanted, account.make_link)


def number_shown(app: Flask) -> int:
    with app.app_context():
        shown = find_shown(get_default().id)
        return shown.number if shown else 0


# ---- writing


def test_a_menu_is_built_by_pressing_and_choosing(app: Flask, console: Console) -> None:
    with app.app_context():
        slug = make_sku(title="正山小种").product.slug
    editor = Editor(console, menu_id(app))
    assert "草稿里还没有按钮" in editor.page

    editor.press("column")
    editor.press("save", name="逛商城", type="view", page="cart")
    editor.press(f"child:{editor.at}", name="逛商城", type="view", page="cart")
    editor.press("save", name="红茶", type="click", answer="product", product=slug)
    editor.press("column", name="红茶", type="click", answer="product", product=slug)
    editor.press("save", name=" 扫一扫 ", type="scancode_waitmsg")

    assert draft(app) == [
        {
            "name": "逛商城",
            "sub_button": [{"name": "红茶", "type": "click", "key": f"PRODUCT_{slug}"}],
        },
        {"name": "扫一扫", "type": "scancode_waitmsg", "key": "SCAN_WAIT"},
    ]
    assert "正山小种" in editor.page


def test_what_breaks_a_limit_is_kept_told_and_not_published(app: Flask, console: Console) -> None:
    editor = Editor(console, menu_id(app))
    editor.press("column")

    page = editor.press("save", name=HOSTILE * 900, type="view", page="address", url="http://a.cn/")

    assert draft(app)[0]["name"] == HOSTILE * 900
    assert "最多 16 字节" in page
    assert "https:// 开头" in page
    assert "<b>黑客" not in page
    assert re.search(r'value="publish" disabled', page)
    console.post(f"{editor.address}/publish", mark="2")
    assert number_shown(app) == 0


def test_buttons_move_and_go(app: Flask, console: Console) -> None:
    editor = Editor(console, menu_id(app))
    for name in "甲乙丙":
        editor.press("column")
        editor.press("save", name=name, type="click", answer="newest")

    editor.press(f"earlier:{editor.at}", name="丙", type="click", answer="newest")
    editor.press(f"earlier:{editor.at}", name="丙", type="click", answer="newest")
    assert [button["name"] for button in draft(app)] == ["丙", "甲", "乙"]
    assert "最多 3 个按钮" in editor.press("column")
    editor.press(f"remove:{editor.at}")
    assert [button["name"] for button in draft(app)] == ["甲", "乙"]
    assert "已经不在菜单里" in editor.press("remove:nothing")


def test_a_sub_button_moves_to_another_column(app: Flask, console: Console) -> None:
    editor = Editor(console, menu_id(app))
    for name in ("甲", "乙"):
        editor.press("column")
        editor.press("save", name=name, type="click", answer="newest")
        editor.press(f"child:{editor.at}")
        editor.press("save", name=f"{name}一", type="click", answer="orders")

    assert "移到第 1 列" in editor.page
    editor.press(f"to:{editor.at}:1")

    assert [leaf["name"] for leaf in draft(app)[0]["sub_button"]] == ["甲一", "乙一"]
    assert "sub_button" not in draft(app)[1]


def test_the_second_of_two_editors_is_told_and_loses_nothing(app: Flask, console: Console) -> None:
    publish_free = Editor(console, menu_id(app))
    publish_free.press("column")
    other = Editor(open_console(app, "xiaolin"), menu_id(app))
    publish_free.press("save", name="甲", type="click", answer="newest")
    other.press("open:gone")
    other.page, stale = other.page, re.sub(r'(name="mark" value=")\d+', r"\g<1>1", other.page)
    other.at, other.page = publish_free.at, stale

    page = other.press("save", name=HOSTILE, type="view", page="address", url="https://mine.cn/")

    assert other.status == 409
    assert "owner 刚刚改过这份草稿" in page
    assert HOSTILE in unescape(page)
    assert "https://mine.cn/" in page
    assert draft(app)[0]["name"] == "甲"
    other.press("save", name=HOSTILE, type="view", page="address", url="https://mine.cn/")
    assert draft(app)[0]["url"] == "https://mine.cn/"


def test_what_was_typed_into_a_button_somebody_removed_can_be_put_back(app: Flask, console: Console) -> None:
    editor = Editor(console, menu_id(app))
    editor.press("column")
    other = Editor(open_console(app, "xiaolin"), menu_id(app))
    other.at = editor.at
    editor.press(f"remove:{editor.at}")

    page = other.press("save", name=HOSTILE, type="click", answer="orders")

    assert other.status == 409
    assert HOSTILE in unescape(page)
    other.press("rescue", name=HOSTILE, type="click", answer="orders")
    assert draft(app) == [{"name": HOSTILE, "type": "click", "key": "ORDERS"}]


def test_a_draft_is_thrown_away_only_as_it_was_seen(
    app: Flask, console: Console, platform: MenuPlatform
) -> None:
    publish(app, FIRST)
    Editor(console, menu_id(app)).press("column")

    console.post(f"/menus/{menu_id(app)}/discard", mark="0")
    assert len(draft(app)) == 2
    console.post(f"/menus/{menu_id(app)}/discard", mark=mark_of(app))
    assert draft(app) == FIRST["button"]


def mark_of(app: Flask) -> str:
    with app.app_context():
        return str(get_default().mark)


# ---- publishing, history, looking


def test_a_draft_is_published_after_it_was_looked_at(
    app: Flask, console: Console, platform: MenuPlatform
) -> None:
    editor = Editor(console, menu_id(app))
    editor.press("column")
    editor.press("save", name="新品", type="click", answer="newest")
    assert "第一次发布" in editor.press("publish")

    console.post(f"{editor.address}/publish", mark="0", note="旧页面")
    assert platform.menu is None
    console.post(f"{editor.address}/publish", mark=mark_of(app), note=HOSTILE)

    assert platform.menu == FIRST
    history = console.text(f"{editor.address}/history")
    assert HOSTILE in unescape(history)
    assert "已发布为第 1 版" in history
    assert "owner" in history


def test_what_wechat_refuses_is_told_with_its_button(
    app: Flask, console: Console, platform: MenuPlatform
) -> None:
    editor = Editor(console, menu_id(app))
    editor.press("column")
    editor.press("save", name="新品", type="click", answer="newest")
    platform.refuses["create"] = 40018

    console.post(f"{editor.address}/publish", mark=mark_of(app))

    assert "第 1 列“新品”" in console.text(editor.address)
    history = console.text(f"{editor.address}/history")
    assert "微信没有接受" in history
    assert "第 1 列" in history


def test_an_answer_that_never_came_is_told_and_settled_by_a_look(
    app: Flask, console: Console, platform: MenuPlatform
) -> None:
    editor = Editor(console, menu_id(app))
    editor.press("column")
    editor.press("save", name="新品", type="click", answer="newest")
    platform.breaks_after = "create"

    console.post(f"{editor.address}/publish", mark=mark_of(app))

    assert "没有等到结果" in console.text(editor.address)
    assert "微信显示的就是本店发布的第 1 版" in console.text("/menus/shown")
    assert "没有等到结果" not in console.text(editor.address)


def test_versions_are_compared_and_brought_back(app: Flask, console: Console, platform: MenuPlatform) -> None:
    publish(app, FIRST)
    publish(app, SECOND)
    address = f"/menus/{menu_id(app)}/history"

    page = console.text(f"{address}/2")
    assert "和第 1 版相比" in page
    assert "diff-changed" in page
    assert "新品" in page
    console.post(f"{address}/1/restore")

    assert platform.menu == FIRST
    assert "恢复自第 1 版" in console.text(address)
    assert "和第 2 版相比" in console.text(f"{address}/1?with=2")
    for wrong in (f"{address}/9", "/menus/99/history", "/menus/99", f"{address}/{2**63}"):
        assert console.get(wrong).status_code == 404


@pytest.mark.usefixtures("platform")
def test_a_menu_published_from_the_command_line_says_so(app: Flask, console: Console) -> None:
    publish(app, FIRST, by="command")
    address = f"/menus/{menu_id(app)}"

    for page in (
        console.text(address),
        console.text(f"{address}/history"),
        console.text(f"{address}/history/1"),
    ):
        assert "命令行 · " in page


def test_a_menu_changed_elsewhere_is_shown_and_put_right(
    app: Flask, console: Console, platform: MenuPlatform
) -> None:
    publish(app, FIRST)
    platform.menu = {"button": [{"type": "view", "name": HOSTILE, "url": "https://x.cn/"}]}

    page = console.text("/menus/shown")

    assert "有 1 处不同" in page
    assert HOSTILE in unescape(page)
    console.post(f"/menus/{menu_id(app)}/history/1/restore")
    assert platform.menu == FIRST
    assert number_shown(app) == 1


WEBSITE = {
    "button": [
        {"type": "view", "name": "进店", "url": "https://shop.example.cn/shop/cart?e=ABCDEFGHJKLMNP"},
        {
            "name": HOSTILE[:5],
            "sub_button": {
                "list": [
                    {"type": "text", "name": "营业时间", "value": "9:00-21:00"},
                    {
                        "type": "news",
                        "name": "秋茶",
                        "value": "tEaNews_0001",
                        "news_info": {
                            "list": [{"title": "秋茶", "content_url": "http://mp.weixin.qq.com/s?x"}]
                        },
                    },
                    {"type": "scancode_waitmsg", "name": "扫一扫", "key": "THEIRS"},
                ]
            },
        },
    ]
}


def test_what_wechat_shows_is_taken_over_into_the_draft(
    app: Flask, console: Console, platform: MenuPlatform
) -> None:
    platform.website_menu = WEBSITE
    assert "放进草稿" in console.text("/menus/")
    page = console.text("/menus/shown")
    assert "第 2 列第 1 个“营业时间”（原来是：公众平台网页上设置的内容 9:00-21:00）" in page

    answer = console.post("/menus/shown/take-over", mark="0")

    assert answer.location == "/console/menus/"
    assert "“营业时间”" in console.text("/menus/")
    assert draft(app) == [
        {"type": "view", "name": "进店", "url": "/shop/cart"},
        {
            "name": HOSTILE[:5],
            "sub_button": [
                {"type": "click", "name": "营业时间"},
                {"type": "view", "name": "秋茶", "url": "https://mp.weixin.qq.com/s?x"},
                {"type": "scancode_waitmsg", "name": "扫一扫", "key": "THEIRS"},
            ],
        },
    ]
    assert platform.calls("create") == 0


def test_taking_over_never_writes_over_a_draft_one_has_not_seen(
    app: Flask, console: Console, platform: MenuPlatform
) -> None:
    platform.website_menu = WEBSITE
    editor = Editor(console, menu_id(app))
    editor.press("column")

    console.post("/menus/shown/take-over", mark="0")

    assert "草稿没有改动" in console.text("/menus/shown")
    assert draft(app) == [{"type": "click"}]


def test_all_menus_are_taken_down_after_it_was_said_what_goes(
    app: Flask, console: Console, platform: MenuPlatform
) -> None:
    publish(app, FIRST)
    with app.app_context():
        vip = personal.add_menu("会员", {"tag_id": "101"}, SECOND, actor="staff:1")
    publish(app, SECOND, menu_id=vip)
    page = console.text("/menus/take-down")
    assert "默认菜单，第 1 版" in page
    assert "个性化菜单：会员" in page

    console.post("/menus/take-down")

    assert (platform.menu, platform.personal) == (None, {})
    assert draft(app) == FIRST["button"]
    with app.app_context():
        assert entries_about("menu")[0].action == "menu.taken_down"
    assert "已撤下" in console.text(f"/menus/{menu_id(app)}/history")
    assert "撤下全部菜单" not in console.text("/menus/shown")
    publish(app, FIRST)
    assert platform.menu == FIRST


def test_what_wechat_does_not_take_down_stays_as_it_was(
    app: Flask, console: Console, platform: MenuPlatform
) -> None:
    publish(app, FIRST)
    platform.refuses["delete"] = 45009

    console.post("/menus/take-down")

    assert "没能撤下" in console.text("/menus/shown")
    with app.app_context():
        assert find_shown(get_default().id) is not None


def test_without_an_answer_the_last_look_is_shown(
    app: Flask, console: Console, platform: MenuPlatform
) -> None:
    publish(app, FIRST)
    platform.refuses["get"] = 45009

    page = console.text("/menus/shown")

    assert "没能向微信核对" in page
    assert "新品" in page


# ---- personalised menus


def make_tag(app: Flask, wechat_id: int = 101, name: str = HOSTILE) -> int:
    with app.app_context(), transaction() as session:
        tag = Tag(wechat_id=wechat_id, name=name)
        session.add(tag)
        session.flush()
        return tag.id


def test_a_personalised_menu_from_draft_to_removal(
    app: Flask, console: Console, platform: MenuPlatform
) -> None:
    make_tag(app)
    publish(app, FIRST)
    assert console.post("/menus/personal", name="", tag="101").status_code == 422

    edit_page = console.post("/menus/personal", name=HOSTILE, tag="101", platform="2").location
    with app.app_context():
        [menu] = list_personal()
        own_id, mark = menu.id, str(menu.mark)
    assert edit_page.endswith(f"/menus/{own_id}")
    console.post(f"/menus/{own_id}/publish", mark=mark)

    [sent] = platform.personal.values()
    assert sent["matchrule"] == {"tag_id": "101", "client_platform_type": "2"}
    page = unescape(console.text("/menus/personal"))
    assert f"给标签“{HOSTILE}”、安卓手机看" in page
    console.post(f"/menus/{own_id}/audience", name="会员", tag="101", platform="", mark=mark)
    assert "草稿有没发布的改动" in console.text("/menus/personal")
    console.post(f"/menus/{own_id}/remove")
    assert platform.personal == {}
    assert console.get(f"/menus/{own_id}").status_code == 404
    assert "还没有个性化菜单" in console.text("/menus/personal")


def test_one_that_is_not_ours_can_be_deleted(app: Flask, console: Console, platform: MenuPlatform) -> None:
    publish(app, FIRST)
    platform.personal["460199999"] = {**SECOND, "matchrule": {"tag_id": "7"}}
    assert "不是本店发布的" in console.text("/menus/shown")

    console.post("/menus/strangers/460199999/delete")

    assert platform.personal == {}


def test_our_prediction_stands_beside_wechats_answer(
    app: Flask, console: Console, platform: MenuPlatform
) -> None:
    tag_id = make_tag(app, name="会员")
    with app.app_context():
        follower = make_follower("oTeaShop_0000000000000000042")
        with transaction() as session:
            session.merge(follower).nickname = HOSTILE
            session.add(FollowerTag(follower_id=follower.id, tag_id=tag_id))
    publish(app, FIRST)
    console.post("/menus/personal", name="会员菜单", tag="101")
    with app.app_context():
        own_id = list_personal()[0].id
    publish(app, SECOND, menu_id=own_id)

    assert HOSTILE in unescape(console.text("/menus/trial?q=黑客"))
    page = console.text("/menus/trial?openid=oTeaShop_0000000000000000042")
    assert "推算和微信的回答一致" in page
    assert "我们推算：会员菜单" in page

    platform.personal.clear()
    page = console.text("/menus/trial?openid=oTeaShop_0000000000000000042&platform=1")
    assert "推算和微信的回答不同" in page
    assert "diff-changed" in page


@pytest.mark.parametrize("query", ["", "q=%F0%9F%8D%B5", "openid=nobody", "q=" + "x" * 10000, "openid=&q="])
def test_a_search_that_finds_nobody_says_so(
    app: Flask, console: Console, platform: MenuPlatform, query: str
) -> None:
    page = console.text(f"/menus/trial?{query}")

    assert "谁看到什么" in page
    assert "trymatch" not in "".join(platform.count())
