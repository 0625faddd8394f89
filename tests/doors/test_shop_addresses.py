"""Pages of a follower's own addresses, and WeChat's address book."""

import pytest
from flask import Flask
from sqlalchemy import select

from app.core.db import db
from app.followers.models import Address
from tests.follower_phone import HOME, Phone

CHECKOUT = "/shop/checkout?sku=3&quantity=2&t=a-token-that-is-long-enough"
FROM_WECHAT = {
    "userName": "王小茶",
    "postalCode": "361004",
    "provinceName": "福建省",
    "cityName": "厦门市",
    "countryName": "思明区",
    "detailInfo": "湖滨南路 88 号 3 栋 501",
    "nationalCode": "350203",
    "telNumber": "13800001234",
}


@pytest.fixture
def phone(app: Flask) -> Phone:
    return Phone(app).log_in()


def saved(app: Flask) -> list[Address]:
    with app.app_context():
        return list(db.session.scalars(select(Address).order_by(Address.id)))


def test_a_new_address_is_on_the_list(app: Flask, phone: Phone) -> None:
    answer = phone.post("/shop/addresses/new", **HOME)

    assert answer.location == "/shop/addresses"
    page = phone.get(answer.location).text
    assert "福建省 厦门市 思明区 湖滨南路 88 号" in page
    assert "默认" in page


def test_a_wrong_form_comes_back_as_it_was_with_a_sentence_at_the_field(app: Flask, phone: Phone) -> None:
    page = phone.post("/shop/addresses/new", **HOME | {"phone": "123", "receiver": "<王>"})

    assert page.status_code == 422
    assert "手机号应为 11 位数字" in page.text
    assert 'value="123"' in page.text
    assert 'value="&lt;王&gt;"' in page.text
    assert saved(app) == []


def test_from_a_checkout_the_new_address_is_chosen_there(app: Flask, phone: Phone) -> None:
    answer = phone.post("/shop/addresses/new", **HOME, to=CHECKOUT)

    assert answer.location == f"{CHECKOUT}&address={saved(app)[0].id}"


def test_choosing_another_address_replaces_the_first_choice(app: Flask, phone: Phone) -> None:
    phone.post("/shop/addresses/new", **HOME)
    number = saved(app)[0].id

    page = phone.get("/shop/addresses", to=f"{CHECKOUT}&address=999").text

    assert f"{CHECKOUT}&address={number}".replace("&", "&amp;") in page
    assert "address=999&amp;" not in page.replace("%26", "&amp;")


@pytest.mark.parametrize(
    "to", ["https://evil.example/", "//evil.example/shop/checkout?", "/console/", "/shop/orders"]
)
def test_an_address_leads_back_to_a_checkout_only(phone: Phone, to: str) -> None:
    assert phone.post("/shop/addresses/new", **HOME, to=to).location == "/shop/addresses"


def test_an_address_is_changed_deleted_and_made_the_default(app: Flask, phone: Phone) -> None:
    phone.post("/shop/addresses/new", **HOME)
    phone.post("/shop/addresses/new", **HOME | {"detail": "软件园二期 1 号"})
    home, office = (row.id for row in saved(app))

    phone.post(f"/shop/addresses/{home}", **HOME | {"receiver": "小茶"})
    phone.post(f"/shop/addresses/{office}/default")
    assert [(row.receiver, row.is_default) for row in saved(app)] == [("小茶", False), ("王小茶", True)]
    answer = phone.post(f"/shop/addresses/{home}/delete")
    assert "地址已删除" in phone.get(answer.location).text
    assert [row.id for row in saved(app)] == [office]


def test_wechats_country_is_the_district(app: Flask, phone: Phone) -> None:
    answer = phone.post("/shop/api/addresses", **FROM_WECHAT, to=CHECKOUT)

    (row,) = saved(app)
    assert answer.get_json() == {"id": row.id, "go": f"{CHECKOUT}&address={row.id}"}
    assert (row.province, row.city, row.district, row.detail) == (
        "福建省",
        "厦门市",
        "思明区",
        "湖滨南路 88 号 3 栋 501",
    )
    assert (row.national_code, row.postal_code, row.phone) == ("350203", "361004", "13800001234")


def test_wechats_address_taken_twice_is_one_address(app: Flask, phone: Phone) -> None:
    first = phone.post("/shop/api/addresses", **FROM_WECHAT).get_json()
    second = phone.post("/shop/api/addresses", **FROM_WECHAT).get_json()

    assert first["id"] == second["id"]
    assert len(saved(app)) == 1


def test_an_address_of_wechats_that_lacks_something_is_told_in_a_sentence(app: Flask, phone: Phone) -> None:
    answer = phone.post("/shop/api/addresses", **FROM_WECHAT | {"telNumber": ""})

    assert answer.status_code == 422
    assert answer.get_json()["message"] == "请填写手机号"
    assert saved(app) == []


def test_a_pasted_address_fills_the_form_and_is_not_kept(app: Flask, phone: Phone) -> None:
    answer = phone.post("/shop/api/addresses/read", text="王小茶 13800001234 福建省厦门市思明区湖滨南路88号")

    assert answer.get_json() == {
        "receiver": "王小茶",
        "phone": "13800001234",
        "province": "福建省",
        "city": "厦门市",
        "district": "思明区",
        "detail": "湖滨南路88号",
    }
    assert saved(app) == []
