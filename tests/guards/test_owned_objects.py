"""Every address of the shop says who may open it, and nobody gets at what belongs to another follower."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule

from app.carts.models import CartLine
from app.core.db import db
from app.followers import addresses
from app.followers.addresses import AddressInput
from app.followers.models import Address, Follower
from app.orders.models import Order
from tests.factories import make_order, make_sku
from tests.fakes import FakeGateway
from tests.follower_phone import HOME, Phone

OPEN_WITH_ID = {  # nobody's own
    "shop.static",
    "shop.show_media",
    "shop.show_product",
    "shop.preview_product",  # its link is signed
    "shop.find_nothing",
    "shop.collect_coupon",
    "shop.tell_when_back",  # about who is logged in, whatever he sends
    "shop.show_words",
    "shop.show_colour",
    *(
        "shop.show_pay_link",
        "shop.make_code",
        "shop.open_alipay",
        "shop.open_wechat",
        "shop.tell_link_status",
    ),  # the link is signed
}
OWNED = {"order_no", "address_id", "line_id"}
SECRETS = ("湖滨南路", "13800001234", "王小茶", "西湖龙井")


def shop_rules(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("shop.")]


def requests_with_id(app: Flask, values: dict[str, object]) -> Iterator[tuple[str, str]]:
    """Every method and path below /shop that names an owned thing."""
    adapter = app.url_map.bind("shop.example.cn")
    for rule in shop_rules(app):
        if rule.arguments & OWNED:
            path = adapter.build(rule.endpoint, {name: values[name] for name in rule.arguments})
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                yield method, path


@pytest.fixture
def owned(app: Flask, gateway: FakeGateway) -> dict[str, object]:
    """An order, an address and a cart line of one follower."""
    phone = Phone(app, "oTeaShop_0000000000000000001").log_in()
    with app.app_context():
        follower = db.session.scalars(select(Follower)).one()
        sku_id = make_sku(title="西湖龙井").id
        order_no = make_order(follower=follower, sku=make_sku(title="西湖龙井")).order_no
        address_id = addresses.add(follower.id, AddressInput(**HOME)).id
    phone.post("/shop/cart/add", sku=sku_id, quantity=1)
    with app.app_context():
        line_id = db.session.scalars(select(CartLine.id)).one()
    return {"order_no": order_no, "address_id": address_id, "line_id": line_id}


def snapshot(app: Flask) -> list[object]:
    """Everything the first follower has, as plain values."""
    with app.app_context():
        return [
            [(row.state, row.note) for row in db.session.scalars(select(Order))],
            [(row.id, row.detail, row.is_default) for row in db.session.scalars(select(Address))],
            [(row.owner, row.quantity) for row in db.session.scalars(select(CartLine))],
        ]


def test_every_page_says_who_may_open_it(app: Flask) -> None:
    unguarded = {
        rule.endpoint
        for rule in shop_rules(app)
        if rule.endpoint != "shop.static"
        and getattr(app.view_functions[rule.endpoint], "guard", None) not in ("open", "follower")
    }

    assert unguarded == set()


def test_every_page_with_an_id_is_guarded_or_known_to_be_nobodys_own(app: Flask) -> None:
    with_id = {rule.endpoint for rule in shop_rules(app) if rule.arguments}
    owned = {rule.endpoint for rule in shop_rules(app) if rule.arguments & OWNED}

    assert with_id - owned == OPEN_WITH_ID
    for endpoint in owned - {"shop.change_line"}:  # a cart has an owner before the login, too
        assert app.view_functions[endpoint].guard == "follower", endpoint  # type: ignore[attr-defined]


def test_a_second_follower_gets_not_found_everywhere(app: Flask, owned: dict[str, object]) -> None:
    stranger = Phone(app, "oTeaShop_0000000000000000002").log_in()
    before, tried = snapshot(app), 0

    for method, path in requests_with_id(app, owned):
        fields = {**HOME, "quantity": "0"}
        answer = stranger.get(path) if method == "GET" else stranger.post(path, **fields)
        tried += 1
        assert answer.status_code == 404, f"{method} {path}: {answer.status}"
        assert not [secret for secret in SECRETS if secret in answer.text], path

    assert tried >= 10
    assert snapshot(app) == before


def test_who_is_not_logged_in_is_sent_to_the_login_everywhere(app: Flask, owned: dict[str, object]) -> None:
    nobody = Phone(app)
    before = snapshot(app)

    for method, path in requests_with_id(app, owned):
        answer = nobody.get(path) if method == "GET" else nobody.post(path, **HOME, quantity="0")
        assert answer.status_code in (303, 401, 404), f"{method} {path}: {answer.status}"
        assert not [secret for secret in SECRETS if secret in answer.text], path

    assert snapshot(app) == before


def test_the_owner_gets_at_all_of_it(app: Flask, owned: dict[str, object]) -> None:
    owner = Phone(app, "oTeaShop_0000000000000000001").log_in()

    for method, path in requests_with_id(app, owned):
        if method == "GET":
            assert owner.get(path).status_code == 200, path


def test_another_followers_address_cannot_be_named_in_a_parameter(
    app: Flask, owned: dict[str, object]
) -> None:
    stranger = Phone(app, "oTeaShop_0000000000000000002").log_in()
    with app.app_context():
        sku_id = make_sku().id

    query = {"sku": sku_id, "t": "a-token-that-is-long-enough", "address": owned["address_id"]}
    assert stranger.get("/shop/checkout", **query).status_code == 404
