"""到货提醒: the button on the page of something sold out."""

import re
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import select

from app.broadcasts.automatic.models import RuleKind, StockRequest
from app.broadcasts.automatic.rules import RuleValues, change_rule, list_rules
from app.broadcasts.notices.consents import record_accepted
from app.core import clock
from app.core.db import db, transaction
from app.notice_templates.models import NoticeTemplate
from app.notice_templates.purposes import Purpose
from tests.factories import make_sku
from tests.follower_phone import SAFARI, Phone
from tests.offers import make_flash


@pytest.fixture
def phone(app: Flask) -> Phone:
    return Phone(app).log_in()


def switch_on() -> None:
    rule = next(rule for rule in list_rules() if rule.kind is RuleKind.BACK_IN_STOCK)
    change_rule(rule.id, RuleValues(True), version=rule.version, actor="staff:1")


def asked(app: Flask) -> list[int]:
    with app.app_context():
        return list(db.session.scalars(select(StockRequest.sku_id)))


@pytest.fixture
def sold_out(app: Flask) -> tuple[str, int]:
    with app.app_context():
        switch_on()
        sku = make_sku(stock=0)
        return f"/shop/p/{sku.product.slug}", sku.id


def test_asking_and_taking_it_back(app: Flask, phone: Phone, sold_out: tuple[str, int]) -> None:
    path, sku_id = sold_out
    assert "现在缺货" in phone.get(path).text
    for _twice in range(2):
        phone.post(f"{path}/tell-me", sku=sku_id, on=1)
    assert asked(app) == [sku_id]
    assert "取消提醒" in phone.get(path).text

    phone.post(f"{path}/tell-me", sku=sku_id, on=0)
    assert asked(app) == []


def test_only_what_belongs_to_the_product_can_be_asked_for(
    app: Flask, phone: Phone, sold_out: tuple[str, int]
) -> None:
    with app.app_context():
        other = make_sku(stock=0).id

    assert phone.post(f"{sold_out[0]}/tell-me", sku=other, on=1).status_code == 404
    assert asked(app) == []


def test_it_takes_a_login_and_the_page_s_own_token(app: Flask, sold_out: tuple[str, int]) -> None:
    path, sku_id = sold_out
    stranger = Phone(app)
    assert "/shop/login" in stranger.post(f"{path}/tell-me", sku=sku_id, on=1).location
    assert Phone(app).log_in().post_bare(f"{path}/tell-me", sku=sku_id, on=1).status_code == 400
    assert asked(app) == []


def test_without_the_rule_there_is_no_button(app: Flask, phone: Phone) -> None:
    with app.app_context():
        sku = make_sku(stock=0)
        path, sku_id = f"/shop/p/{sku.product.slug}", sku.id
    assert "现在缺货" not in phone.get(path).text
    assert "不发到货提醒" in phone.get(phone.post(f"{path}/tell-me", sku=sku_id, on=1).location).text


def test_a_stranger_s_wish_outlasts_the_login(app: Flask, sold_out: tuple[str, int]) -> None:
    path, sku_id = sold_out
    stranger = Phone(app)
    stranger.get(path)
    login = stranger.post(f"{path}/tell-me", sku=sku_id, on=1)

    back = stranger.come_back(stranger.get(login.location))

    assert back.location == f"{path}#tell-me"
    assert "记下了" in stranger.get(path).text
    assert asked(app) == [sku_id]


def test_a_wish_is_for_the_login_that_follows_at_once(app: Flask, sold_out: tuple[str, int]) -> None:
    path, sku_id = sold_out
    late, forged, elsewhere = Phone(app), Phone(app), Phone(app, agent=SAFARI)
    with clock.frozen_at(clock.now()) as move:
        late.post(f"{path}/tell-me", sku=sku_id, on=1)
        move(timedelta(seconds=601))
        late.log_in()
    forged.post_bare(f"{path}/tell-me", sku=sku_id, on=1)
    forged.log_in()
    elsewhere.post(f"{path}/tell-me", sku=sku_id, on=1)

    assert [name for phone in (late, forged, elsewhere) for name in phone.session() if name == "wish"] == []
    assert asked(app) == []


def test_a_wish_for_what_is_gone_is_let_go(app: Flask, sold_out: tuple[str, int]) -> None:
    stranger = Phone(app)
    login = stranger.post(f"{sold_out[0]}/tell-me", sku=0, on=1)

    assert stranger.come_back(stranger.get(login.location)).location == "/shop/cart"
    assert asked(app) == []


def choose_template(purpose: Purpose = Purpose.BACK_IN_STOCK, *, is_lasting: bool = False) -> None:
    with transaction() as session:
        fields = {"title": "商品到货通知", "content": "", "is_lasting": is_lasting, "fields": {}}
        session.add(NoticeTemplate(purpose=purpose, template_id="back", **fields))


def agree(phone: Phone) -> None:
    with transaction():
        record_accepted(1, phone.openid, "back", clock.now())


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("accept", "到货时会告诉您，过了 48 小时也会收到订阅通知"),
        ("reject", "但没有订阅通知"),
        ("cancel", "但没有订阅通知"),
        ("error", "但没有订阅通知"),
        ("", "记下了。到货时如果您 48 小时内和公众号说过话"),
    ],
)
def test_what_is_promised_depends_on_the_answer_in_wechat_s_dialog(
    app: Flask, phone: Phone, sold_out: tuple[str, int], answer: str, words: str
) -> None:
    path, sku_id = sold_out
    with app.app_context():
        choose_template()
    assert 'data-notice="back"' in phone.get(path).text

    phone.post(f"{path}/tell-me", sku=sku_id, on=1, answer=answer)
    page = phone.get(path).text

    assert words in page
    assert asked(app) == [sku_id]
    # Who refused can still allow it, who allowed it can allow one more.
    assert ("再允许一条" if answer == "accept" else "允许通知") in page


def test_who_has_agreed_is_not_asked_again(app: Flask, phone: Phone, sold_out: tuple[str, int]) -> None:
    path, sku_id = sold_out
    with app.app_context():
        choose_template()
        agree(phone)
    page = phone.get(path).text
    assert "您允许过通知" in page
    assert "data-notice" not in page

    phone.post(f"{path}/tell-me", sku=sku_id, on=1)
    page = phone.get(path).text
    assert "就用您允许过的订阅通知" in page
    assert "再允许一条" in page


def test_who_agreed_for_good_is_never_asked_again(
    app: Flask, phone: Phone, sold_out: tuple[str, int]
) -> None:
    path, sku_id = sold_out
    with app.app_context():
        choose_template(is_lasting=True)
        agree(phone)
    phone.post(f"{path}/tell-me", sku=sku_id, on=1)

    page = phone.get(path).text
    assert "到货会告诉您，过了 48 小时也收得到" in page
    assert "data-notice" not in page


def test_outside_wechat_and_without_a_template_nobody_is_asked(
    app: Flask, phone: Phone, sold_out: tuple[str, int]
) -> None:
    path = sold_out[0]
    assert "data-notice" not in phone.get(path).text
    with app.app_context():
        choose_template()
    browser = Phone(app, agent=SAFARI).get(path)
    assert "到货提醒" in browser.text
    assert "data-notice" not in browser.text


@pytest.mark.parametrize(("hours", "is_asked"), [(1, True), (-1, False)])
def test_before_a_flash_sale_the_page_asks_about_its_notification(
    app: Flask, phone: Phone, hours: int, *, is_asked: bool
) -> None:
    with app.app_context():
        choose_template(Purpose.OPENING)
        sku, now = make_sku(), clock.now()
        make_flash(sku, starts_at=now + timedelta(hours=hours), ends_at=now + timedelta(hours=9))
        path = f"/shop/p/{sku.product.slug}"

    assert ('data-notice="back"' in phone.get(path).text) == is_asked
    with app.app_context():
        agree(phone)
    page = phone.get(path).text
    assert "data-notice" not in page
    assert ("商家发开售通知时，您会收到" in page) == is_asked


def test_a_stranger_is_not_asked_about_a_sale_he_may_have_agreed_to(app: Flask, phone: Phone) -> None:
    with app.app_context():
        choose_template(Purpose.OPENING)
        agree(phone)
        sku, now = make_sku(), clock.now()
        make_flash(sku, starts_at=now + timedelta(hours=1), ends_at=now + timedelta(hours=9))
        path = f"/shop/p/{sku.product.slug}"
    stranger = Phone(app)  # the same person, in a browser that was never logged in
    page = stranger.get(path).text
    assert "登录后才知道您允许过没有" in page
    assert "商家发开售通知时" not in page
    [login] = re.findall(r'<span class="ask ask_only-drawn"[^>]*><a [^>]*href="([^"]*)"', page)

    back = stranger.come_back(stranger.get(unescape(login)))

    assert back.location == path
    page = stranger.get(path).text
    assert "商家发开售通知时，您会收到" in page
    assert "data-notice" not in page


def test_the_page_lets_in_the_frames_of_wechat_s_tags(phone: Phone, sold_out: tuple[str, int]) -> None:
    policies = [phone.get(path).headers["Content-Security-Policy"] for path in (sold_out[0], "/shop/cart")]

    assert ["frame-src https://*.qq.com webcompt:;" in policy for policy in policies] == [True, False]
