"""到货提醒: the button on the page of something sold out."""

import pytest
from flask import Flask
from sqlalchemy import select

from app.broadcasts.automatic.models import RuleKind, StockRequest
from app.broadcasts.automatic.rules import RuleValues, change_rule, list_rules
from app.core.db import db
from tests.factories import make_sku
from tests.follower_phone import Phone


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
