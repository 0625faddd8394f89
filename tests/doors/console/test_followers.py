"""The merchant's followers: list, card, tags, the walk, and the file."""

import csv
from datetime import timedelta
from io import BytesIO, StringIO

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import select, update

from app.core import clock, outbox
from app.core.audit import AuditEntry
from app.core.db import db, transaction
from app.followers import addresses, sync, tags
from app.followers.addresses import AddressInput
from app.followers.models import AutoTag, Follower, FollowerSync
from app.orders.service import mark_paid
from app.tasks import LONG_HANDLERS
from tests.factories import make_follower, make_order, make_sku
from tests.follower_phone import HOME
from tests.staff import Console

HOSTILE = {
    "markup": "<b>黑客</b>\"'&<script>alert(1)</script>",
    "template": "{{ 7*7 }}{% raise %}",
    "turned": "\u202etxt.exe\u2066",
    "unseen": "\u200b\u3164\u200d",
    "emoji": "🎉" * 100,
    "formula": '=HYPERLINK("http://evil.example","点我")',
    "long": "A" * 100,
}


def make(app: Flask, **columns: object) -> int:
    """A follower; returns his number."""
    with app.app_context():
        follower_id = make_follower().id
        if columns:
            with transaction() as session:
                session.execute(update(Follower).where(Follower.id == follower_id).values(**columns))
        return follower_id


def get(app: Flask, follower_id: int) -> Follower:
    with app.app_context():
        return db.session.get_one(Follower, follower_id)


def take_away(console: Console, query: str, suffix: str) -> bytes:
    answer = console.post(f"/followers/export{query}", format=suffix)
    with console.client.application.app_context():
        outbox.run_due(LONG_HANDLERS, lease=timedelta(seconds=60))
    return console.get(f"{answer.location.removeprefix('/console')}/file").get_data()


def sheet(console: Console, query: str = "") -> list[list[str]]:
    return list(csv.reader(StringIO(take_away(console, query, ".csv").decode("utf-8-sig"))))


def test_an_empty_list_says_what_to_do(console: Console) -> None:
    page = console.text("/followers/")

    assert "还没有粉丝" in page
    assert "从微信同步" in page


def test_the_list_shows_who_follows_with_tags_source_and_spending(app: Flask, console: Console) -> None:
    follower_id = make(app, nickname="王小茶", remark="老客户", source="ADD_SCENE_QR_CODE")
    with app.app_context():
        tags.put_on(follower_id, tags.create_tag("常客"), origin="scan")
        order = make_order(follower=db.session.get_one(Follower, follower_id), sku=make_sku())
        with transaction():
            mark_paid(order, paid_at=clock.now(), cause="notification")

    page = console.text("/followers/")

    for words in ("老客户", "王小茶", "常客", "扫描二维码", "76.00", "共 1 人"):
        assert words in page
    assert get(app, follower_id).openid not in page


@pytest.mark.both_databases
def test_filters_stand_in_the_address_and_stay_on_the_next_page(app: Flask, console: Console) -> None:
    for number in range(51):
        make(app, nickname=f"茶友{number}")
    make(app, nickname="别人")

    page = console.text("/followers/?q=茶友&sort=spent")

    assert "共 51 人" in page
    assert "别人" not in page
    assert "sort=spent" in page.partition('rel="next"')[2][:200]


@pytest.mark.parametrize(
    "query",
    ["?who=x", "?tag=x", "?tag=99999999999999999999", "?at=zzz", "?sort=1", "?q=%25", "?tag=-1&at=a1-1"],
)
def test_nonsense_in_the_address_shows_a_page(app: Flask, console: Console, query: str) -> None:
    make(app, nickname="王小茶")

    assert console.get(f"/followers/{query}").status_code == 200


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_names_written_by_enemies_stay_text_everywhere(app: Flask, console: Console, name: str) -> None:
    follower_id = make(app, nickname=name, remark=name[:60], scene=name[:64], source=name[:40])
    with app.app_context():
        order_no = make_order(follower=db.session.get_one(Follower, follower_id)).order_no

    pages = [
        console.text(path) for path in ("/followers/", f"/followers/{follower_id}", f"/orders/{order_no}")
    ]

    for page in pages:
        assert "<b>黑客" not in page
        assert "<script>alert" not in page
        assert "49" not in page.partition("person-name")[2][:60]
        assert not {"\u202e", "\u2066", "\u200b", "\u3164"} & set(page)


def test_the_file_is_harmless_in_a_spreadsheet_and_keeps_emoji(app: Flask, console: Console) -> None:
    family = "👨\u200d👩\u200d👧 王"
    for name in (*HOSTILE.values(), family, "@SUM(1)", "+1", "-1", "\t=1", "\r=1", "＝1+1", " =1"):
        make(app, nickname=name, remark="")

    rows = sheet(console)

    assert rows[0][:4] == ["编号", "备注", "昵称", "openid"]
    names = [row[2] for row in rows[1:]]
    assert family in names
    assert "🎉" * 100 in names
    assert not [cell for row in rows for cell in row if cell.lstrip()[:1] in ("=", "+", "-", "@", "＝", "\t")]
    assert '\'=HYPERLINK("http://evil.example","点我")' in names


def test_the_file_is_what_the_filters_leave(app: Flask, console: Console) -> None:
    make(app, nickname="甲")
    left = make(app, nickname="乙", is_subscribed=False)

    rows = sheet(console, "?who=left")
    book = openpyxl.load_workbook(BytesIO(take_away(console, "?who=left", ".xlsx"))).active

    assert [row[0] for row in rows[1:]] == [str(left)]
    assert [row[0] for row in book.iter_rows(values_only=True)] == ["编号", left]


def test_ticked_followers_get_a_tag_and_lose_it(app: Flask, console: Console) -> None:
    ids = [make(app) for _ in range(3)]
    with app.app_context():
        tag_id = tags.create_tag("常客")

    console.client.post(
        "/console/followers/tag",
        data={
            "csrf_token": console.token(),
            "follower": [str(each) for each in ids[:2]] + ["x", "-1", "9" * 30],
            "tag": tag_id,
            "do": "on",
            "back": "/console/followers/?who=following",
        },
    )
    page = console.text("/followers/")
    assert "已给 2 人打上标签" in page
    assert f'value="{tag_id}">常客（2）' in page

    answer = console.post(
        "/followers/tag", follower=str(ids[0]), tag=str(tag_id), do="off", back="//evil.example"
    )
    assert answer.location == "/console/"
    assert "从 1 人取下" in console.text("/followers/")


@pytest.mark.parametrize("fields", [{}, {"follower": "1"}, {"follower": "1", "tag": "999", "do": "on"}])
def test_tagging_nobody_or_with_nothing_is_said(console: Console, fields: dict[str, str]) -> None:
    assert console.post("/followers/tag", **fields).status_code == 302


def test_the_card_has_everything_about_one_person(app: Flask, console: Console) -> None:
    follower_id = make(app, nickname="王小茶", follows=2, source="ADD_SCENE_SEARCH", scene="shelf-07")
    with app.app_context():
        follower = db.session.get_one(Follower, follower_id)
        sku = make_sku(title="西湖龙井")
        orders = [make_order(follower=follower, sku=sku) for _ in range(2)]
        with transaction():
            mark_paid(orders[0], paid_at=clock.now(), cause="notification")
        numbers = [order.order_no for order in orders]
        addresses.add(follower_id, AddressInput(**HOME))

    page = console.text(f"/followers/{follower_id}")

    for words in (
        "王小茶",
        "第 2 次关注",
        "公众号搜索",
        "shelf-07",
        "76.00",
        "西湖龙井",
        *numbers,
        "王** 138****1234",
    ):
        assert words in page
    for secret in ("王小茶 1380", "13800001234", "湖滨南路"):
        assert secret not in page


def test_addresses_are_shown_on_demand_and_that_is_written_down(app: Flask, console: Console) -> None:
    follower_id = make(app)
    with app.app_context():
        addresses.add(follower_id, AddressInput(**HOME))

    shown = console.post(f"/followers/{follower_id}/addresses").get_data(as_text=True)

    assert "13800001234" in shown
    assert "湖滨南路" in shown
    after = console.text(f"/followers/{follower_id}")
    assert "13800001234" not in after
    assert "查看了完整收货地址" in after
    with app.app_context():
        entry = db.session.scalars(select(AuditEntry)).one()
        assert (entry.action, entry.subject, entry.actor) == (
            "follower.addresses_shown",
            f"follower:{follower_id}",
            "staff:1",
        )


def test_tag_remark_and_blacklist_are_changed_on_the_card(app: Flask, console: Console) -> None:
    follower_id = make(app)
    with app.app_context():
        tag_id = tags.create_tag("常客")

    console.post(f"/followers/{follower_id}/tags", tag=str(tag_id))
    console.post(f"/followers/{follower_id}/remark", remark="王姐")
    console.post(f"/followers/{follower_id}/blacklist", on="1")

    page = console.text(f"/followers/{follower_id}")
    for words in ("取下标签 常客", "王姐", "移出黑名单", "加入黑名单", "有改动正在告诉微信"):
        assert words in page
    console.post(f"/followers/{follower_id}/tags/{tag_id}/off")
    assert "取下标签 常客" not in console.text(f"/followers/{follower_id}")


def test_a_remark_that_is_too_long_is_refused_in_words(app: Flask, console: Console) -> None:
    follower_id = make(app)

    console.post(f"/followers/{follower_id}/remark", remark="很" * 10_000)

    assert "最多 9 个汉字" in console.text(f"/followers/{follower_id}")
    assert get(app, follower_id).remark == ""


def test_wechat_out_of_reach_is_said_on_the_card(app: Flask, console: Console) -> None:
    follower_id = make(app)

    console.post(f"/followers/{follower_id}/refresh")

    assert "连不上微信服务器" in console.text(f"/followers/{follower_id}")


def test_a_tag_that_cannot_be_is_refused(app: Flask, console: Console) -> None:
    assert console.post(f"/followers/{make(app)}/tags", tag="9" * 25).status_code in (302, 404)


@pytest.mark.parametrize("path", ["", "/addresses", "/remark", "/blacklist", "/tags", "/refresh"])
def test_somebody_who_is_not_there_is_not_found(console: Console, path: str) -> None:
    answer = console.post(f"/followers/999{path}") if path else console.get("/followers/999")

    assert answer.status_code == 404


def test_tags_are_made_changed_and_removed(app: Flask, console: Console) -> None:
    console.post("/followers/tags/", name="常客")
    with app.app_context():
        (tag,) = tags.list_tags()

    console.post(f"/followers/tags/{tag.id}", name="大客户", auto="spent_over", value="1000")
    page = console.text("/followers/tags/")
    assert "大客户" in page
    assert "消费超过 ¥1,000.00" in page
    console.post(f"/followers/tags/{tag.id}/remove")

    assert "还没有标签" in console.text("/followers/tags/")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": ""}, "请填写标签名"),
        ({"name": "长" * 31}, "标签名最多 30 个字"),
        ({"name": "常客"}, "已经有叫“常客”的标签"),
        ({"name": "x", "auto": "spent_over", "value": "-5"}, "金额须在"),
        ({"name": "x", "auto": "silent_for", "value": "1e3"}, "天数须在"),
    ],
)
def test_a_tag_that_cannot_be_is_refused_and_what_was_typed_stays(
    app: Flask, console: Console, fields: dict[str, str], words: str
) -> None:
    with app.app_context():
        tags.create_tag("常客")

    answer = console.post("/followers/tags/", **fields)

    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert words in page
    assert f'value="{fields["name"]}"' in page


def test_a_condition_is_counted_before_it_is_set(app: Flask, console: Console) -> None:
    make(app, spent_fen=50_000, paid_orders=2)
    make(app, spent_fen=5_000, paid_orders=1)

    counted = console.get("/followers/tags/fitting?auto=spent_over&value=100").get_json()

    assert counted == {"words": "现在有 1 人符合"}
    assert console.get("/followers/tags/fitting?auto=spent_over&value=x").status_code == 422
    assert console.get("/followers/tags/fitting?auto=x").get_json() == {"words": ""}


def test_an_automatic_tag_is_shown_with_its_number(app: Flask, console: Console) -> None:
    make(app, spent_fen=50_000, paid_orders=2)
    with app.app_context():
        tags.create_tag("买过", auto=AutoTag.BOUGHT)

    assert "1 人符合" in console.text("/followers/tags/")


def test_a_walk_is_started_watched_and_stopped(app: Flask, console: Console) -> None:
    assert "开始同步" in console.text("/followers/sync")
    console.post("/followers/sync")
    console.post("/followers/sync")
    with app.app_context():
        (sync_id,) = [row.id for row in sync.list_syncs()]
        with transaction() as session:
            values = {"step": "profiles", "total": 200, "listed": 200, "profiled": 50}
            session.execute(update(FollowerSync).values(**values))

    page = console.text("/followers/sync")
    assert '<progress class="sync-bar" data-sync-bar value="50" max="200"' in page
    assert '<meta http-equiv="refresh"' in page
    assert "owner" in page
    numbers = console.get("/followers/sync/progress").get_json()
    assert (numbers["done"], numbers["whole"], numbers["step"]) == (50, 200, "读取资料")

    console.post(f"/followers/sync/{sync_id}/stop")
    assert console.get("/followers/sync/progress").get_json() == {"is_running": False}
    assert "开始同步" in console.text("/followers/sync")


def test_why_it_stands_still_is_said(app: Flask, console: Console) -> None:
    console.post("/followers/sync")
    with app.app_context(), transaction() as session:
        values = {"error": "今天的接口调用次数已用完", "waits_until": clock.now()}
        session.execute(update(FollowerSync).values(**values))

    assert "今天的接口调用次数已用完。" in console.text("/followers/sync")
