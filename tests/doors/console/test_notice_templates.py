"""The console's page of notification templates: asked for, chosen, filled; and the composer that uses them."""

import pytest
from flask import Flask

from app.broadcasts.models import Broadcast
from app.core.db import db
from app.notice_templates.assigned import find_template
from app.notice_templates.models import NoticeTemplate
from app.notice_templates.purposes import Purpose
from tests.factories import make_follower, make_sku
from tests.fake_platform import FakePlatform
from tests.notices import CONTENTS, make_paid, use_template
from tests.staff import Console

PAGE = "/broadcasts/templates/"
TEMPLATES = [{"template_id": "T1", "title": "延迟发货", "content": CONTENTS[Purpose.DELAY]}]
SUBSCRIPTIONS = [
    {
        "priTmplId": "S1",
        "title": "预约提醒",
        "content": "内容:{{thing1.DATA}}\n电话:{{phone_number2.DATA}}\n",
        "type": 3,
    }
]


@pytest.fixture
def platform(platform: FakePlatform) -> FakePlatform:
    """It has templates of both kinds."""
    platform.answers["/cgi-bin/template/get_all_private_template"] = lambda _: {"template_list": TEMPLATES}
    platform.answers["/wxaapi/newtmpl/gettemplate"] = lambda _: {"errcode": 0, "data": SUBSCRIPTIONS}
    return platform


def kept(app: Flask, purpose: Purpose) -> NoticeTemplate:
    with app.app_context():
        row = find_template(purpose)
        assert row is not None
        return row


def test_the_empty_page_says_where_templates_come_from(console: Console) -> None:
    assert "微信公众平台添加" in console.text(PAGE)


def test_a_template_is_chosen_from_those_of_the_account(
    app: Flask, console: Console, platform: FakePlatform
) -> None:
    console.post(f"{PAGE}ask")
    page = console.text(PAGE)
    assert "预约提醒" in page
    assert (
        '<option value="">请选择' in page
    )  # none is proposed: a wrong one costs the account its notifications
    form = console.text(f"{PAGE}?purpose=sale_opening&template=S1")
    assert "固定内容：电话号码" in form

    fixed = {"source-thing1": "goods", "source-phone_number2": "fixed", "fixed-phone_number2": "0592-1234567"}
    console.post(f"{PAGE}sale_opening", template_id="S1", version="0", **fixed)

    row = kept(app, Purpose.OPENING)
    assert (row.template_id, row.is_lasting) == ("S1", True)
    assert row.fields == {"thing1": "goods", "phone_number2": "fixed:0592-1234567"}
    assert "0592-1234567" in console.text(PAGE)


def test_a_template_serves_the_notices_of_orders_and_is_no_broadcast(
    app: Flask, console: Console, platform: FakePlatform
) -> None:
    platform.answers["/cgi-bin/template/get_all_private_template"] = lambda _: {
        "template_list": [{"template_id": "T2", "title": "发货", "content": CONTENTS[Purpose.SHIPPED]}]
    }
    console.post(f"{PAGE}ask")
    form = console.text(f"{PAGE}?purpose=shipped&template=T2")
    assert '<option value="tracking" selected>运单号</option>' in form
    assert '<option value="now" selected>发货时间</option>' in form
    assert '<option value="words"' not in form

    chosen = {"thing1": "goods", "character_string2": "tracking", "thing3": "carrier"}
    chosen |= {"character_string4": "order", "time5": "now"}
    console.post(
        f"{PAGE}shipped", template_id="T2", version="0", **{f"source-{key}": chosen[key] for key in chosen}
    )

    assert kept(app, Purpose.SHIPPED).fields == chosen
    assert "SF1300000000001" in console.text(PAGE)
    assert "shipped" not in console.text("/broadcasts/new?way=notice")
    console.post(f"{PAGE}shipped/remove", version="1")
    assert "48 小时之外的买家就收不到了" in console.text(PAGE)


def test_what_wechat_would_not_take_is_said_and_stays_in_the_form(
    app: Flask, console: Console, platform: FakePlatform
) -> None:
    console.post(f"{PAGE}ask")
    wrong = {"source-thing1": "words", "source-phone_number2": "fixed", "fixed-phone_number2": "问客服"}

    refused = console.post(f"{PAGE}sale_opening", template_id="S1", version="0", **wrong)

    page = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert "电话号码" in page
    assert 'value="问客服"' in page
    assert '<option value="words" selected>' in page
    with app.app_context():
        assert find_template(Purpose.OPENING) is None


def test_a_template_that_the_account_lost_is_said_so(console: Console, platform: FakePlatform) -> None:
    answer = console.post(f"{PAGE}sale_opening", template_id="S9", version="0")
    assert answer.status_code == 302
    assert "没有这个模板" in console.text(PAGE)


def test_nobody_undoes_what_somebody_else_chose(app: Flask, console: Console, platform: FakePlatform) -> None:
    with app.app_context():
        use_template(Purpose.DELAY)
    console.post(f"{PAGE}delay/remove", version="7")
    assert kept(app, Purpose.DELAY).version == 1
    console.post(f"{PAGE}delay/remove", version="1")
    assert "不再用模板" in console.text(PAGE)


def test_a_wechat_that_says_no_is_said_so(console: Console, platform: FakePlatform) -> None:
    platform.answers["/wxaapi/newtmpl/gettemplate"] = lambda _: {
        "errcode": 48001,
        "errmsg": "api unauthorized",
    }
    console.post(f"{PAGE}ask")
    assert "没有这个接口的权限" in console.text(PAGE)


def test_a_notification_is_composed_looked_at_and_confirmed(app: Flask, console: Console) -> None:
    with app.app_context():
        use_template(Purpose.DELAY)
        sku = make_sku(title="大红袍")
        make_paid(sku=sku)
        make_follower()
        slug = sku.product.slug
    form = {"name": "晚发", "way": "notice", "purpose": "delay", "version": "0", "item-slug": slug}
    words = {"item-title": "", "item-summary": "周五前发出"}

    answer = console.post("/broadcasts/check", **form, **words).get_json()
    assert "1 人会收到" in answer["forecast"]
    assert "1 人没有相关的订单" in answer["forecast"]
    assert "周五前发出" in answer["preview"]

    console.post("/broadcasts/new", **form, **words)
    with app.app_context():
        row = db.session.query(Broadcast).one()
        assert row.purpose is Purpose.DELAY
    assert 'value="delay" checked' in console.text(f"/broadcasts/{row.id}/edit")
    assert "延迟发货通知" in console.text(f"/broadcasts/{row.id}/confirm")
    console.post(f"/broadcasts/{row.id}/confirm", version="1", when="now")
    assert "延迟发货通知" in console.text(f"/broadcasts/{row.id}")
