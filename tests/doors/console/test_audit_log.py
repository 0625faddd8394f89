"""The audit log on its page: found by person, action, subject and day, told in words, proven, taken away."""

import csv
import re
from io import StringIO

import pytest
from flask import Flask
from sqlalchemy import text

from app.core import audit
from app.core.db import db, transaction
from app.staff import roles
from app.staff.rights import OPERATOR, SERVICE
from app.staff.sessions import StaffMember
from tests.staff import Console, make_staff, open_console


@pytest.fixture
def entries(app: Flask, console: Console) -> None:
    """A refund limit set by the owner, an address shown to somebody else, a price nobody has words for."""
    with app.app_context():
        owner = StaffMember(1, "owner", "owner", 1)
        roles.set_refund_limit(owner, OPERATOR, 30_050)
        other = make_staff("li", role=SERVICE)
        audit.record(actor=f"staff:{other}", action="order.address_shown", subject="order:202611210000000001")
        audit.record(actor="system", action="coupon.save", subject="coupon:7", after={"title": "<b>=1+1</b>"})


def listed(console: Console, query: str = "") -> str:
    return console.text(f"/people/log/{query}").split('class="audit-list"')[-1]


def test_an_entry_is_told_in_words_with_both_sides(console: Console, entries: None) -> None:
    page = listed(console)

    for words in ("修改了角色的退款上限", "角色 运营", "一次最多可退", "¥200.00", "¥300.50", "#1 · "):
        assert words in page


def test_each_entry_is_about_one_thing_in_english_too(app: Flask, console: Console) -> None:
    english = open_console(app, language="en")
    subjects = ("staff:1", "staff:5", "sku:7", "order:2026", "shop:settings", "words:faq", "menu", "menu:3")
    with app.app_context():
        for subject in subjects:
            audit.record(actor="command", action="person.role", subject=subject)

    said = re.findall(r"small\"><bdi>(.*?)</bdi>", listed(english))

    assert said == [
        "Menu 3",
        "Menu",
        "Words Help",
        "Shop Settings",
        "Order no. 2026",
        "Option no. 7",
        "Member 5",
        "Member owner",
    ]
    assert "Command line" in listed(english)


def test_a_parcel_is_told_in_words_of_the_reader(app: Flask, console: Console) -> None:
    parcel = {"state": "shipped", "left": 0, "carrier": "顺丰速运", "tracking_no": "SF100200300"}
    with app.app_context():
        audit.record(
            actor="staff:1",
            action="order.shipped",
            subject="order:2026",
            before={"state": "paid", "left": 2},
            after=parcel,
        )

    page = listed(open_console(app, language="en"))

    for words in ("Sent a parcel", "Pieces not sent yet", "To ship", "Shipped", "SF Express", "SF100200300"):
        assert words in page
    assert not re.search(r"[\u4e00-\u9fff]", page.split("</section>")[0])


def test_hostile_text_is_shown_as_text(console: Console, entries: None) -> None:
    assert "<b>=1" not in listed(console)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("?who=staff:2", "查看了完整收货信息"),
        ("?action=coupon.save", "保存了优惠券"),
        ("?kind=role", "修改了角色的退款上限"),
        ("?number=202611210000000001", "查看了完整收货信息"),
        ("?kind=coupon&number=7", "保存了优惠券"),
    ],
)
def test_the_filters_leave_what_fits(console: Console, entries: None, query: str, words: str) -> None:
    page = listed(console, query)

    assert words in page
    assert page.count("audit-head") == 1


def test_days_narrow_too(console: Console, entries: None) -> None:
    assert "没有这样的记录" in console.text("/people/log/?from=2020-01-01&to=2020-01-02")


@pytest.mark.parametrize("query", ["?before=x", "?number=%25", "?who=nobody", "?from=x&to=y"])
def test_nonsense_in_the_address_finds_something_or_nothing(
    console: Console, entries: None, query: str
) -> None:
    assert console.get(f"/people/log/{query}").status_code == 200


def test_older_entries_are_a_page_away(app: Flask, console: Console) -> None:
    with app.app_context():
        for number in range(60):
            audit.record(
                actor="system", action="coupon.save", subject=f"coupon:{number}", after={"pieces": number}
            )

    assert listed(console).count("audit-head") == 50
    assert listed(console, "?before=11").count("audit-head") == 10


def test_the_chain_is_checked_on_the_page(app: Flask, console: Console, entries: None) -> None:
    assert "3 条记录首尾相连" in console.text("/people/log/?check=1")

    with app.app_context(), transaction() as session:
        if db.engine.dialect.name == "postgresql":
            session.execute(text("SET LOCAL session_replication_role = replica"))
        else:
            session.execute(text("DROP TRIGGER audit_entries_kept_UPDATE"))
        session.execute(text("UPDATE audit_entries SET actor = 'staff:9' WHERE number = 2"))

    assert "第 2 条有问题" in console.text("/people/log/?check=1")


def test_the_file_holds_what_the_filters_leave_and_calculates_nothing(
    console: Console, entries: None
) -> None:
    whole = console.text("/people/log/export.csv").removeprefix("\ufeff")
    rows = list(csv.reader(StringIO(whole)))

    assert [row[0] for row in rows] == ["编号", "3", "2", "1"]
    assert rows[3][2:7] == [
        "owner",
        "修改了角色的退款上限",
        "角色 运营",
        "一次最多可退: ¥200.00",
        "一次最多可退: ¥300.50",
    ]
    only = console.text("/people/log/export.csv?kind=coupon")
    assert only.count("保存了优惠券") == 1
    assert "查看了完整收货信息" not in only
