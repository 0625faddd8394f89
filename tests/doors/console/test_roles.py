"""Roles in the console: writing one, what a person of it sees, what refuses him."""

import pytest
from flask import Flask, g

from app.core.db import db
from app.staff import roles
from app.staff.rights import FINANCE, SERVICE
from console.frame.trimming import trim
from tests.factories import make_order
from tests.staff import make_role, make_staff, open_console


@pytest.fixture
def order_no(app: Flask) -> str:
    with app.app_context():
        return make_order().order_no


def test_an_owner_writes_a_role_and_changes_it(app: Flask) -> None:
    console = open_console(app)
    fields = {"name": "仓库", "limit": "12.50", "right": "console.orders.index"}

    assert console.post("/people/roles/new", **fields).status_code == 302
    assert "仓库" in console.text("/people/roles/")
    with app.app_context():
        role = roles.list_roles()[-1]
    assert (role.rights, role.refund_limit_fen) == ({"console.orders.index"}, 1250)

    changed = fields | {"right": "console.orders.mark_shipped", "mark": "1"}
    assert console.post(f"/people/roles/{role.id}", **changed).status_code == 302
    late = console.post(f"/people/roles/{role.id}", **changed | {"name": "打包"})
    assert late.status_code == 422
    assert "刚被别人改过" in late.text
    assert 'value="打包"' in late.text  # nothing of the entry is lost


def test_a_limit_that_is_no_number_loses_nothing(app: Flask) -> None:
    console = open_console(app)

    answer = console.post("/people/roles/new", name="仓库", limit="很多", right="console.orders.index")

    assert answer.status_code == 422
    assert "单位是元" in answer.text
    assert 'value="仓库"' in answer.text
    assert 'value="console.orders.index" checked' in answer.text


def test_the_limit_of_a_built_in_role_is_set_in_yuan(app: Flask) -> None:
    console = open_console(app)

    assert console.post("/people/roles/limit/service", limit="￥80").status_code == 302
    assert console.post("/people/roles/limit/service", limit="x").status_code == 422
    with app.app_context():
        assert roles.get_role(SERVICE).refund_limit_fen == 8000


def test_a_refusal_says_which_right_is_missing_and_who_can_give_it(app: Flask) -> None:
    with app.app_context():
        make_staff("lin")
    answer = open_console(app, "wang", role=FINANCE).get("/menus/")

    assert answer.status_code == 403
    assert "“编辑菜单草稿”" in answer.text
    assert "店主（lin）" in answer.text


def test_navigation_and_pages_show_no_way_to_what_is_refused(app: Flask, order_no: str) -> None:
    service = open_console(app, "wang", role=SERVICE).text(f"/orders/{order_no}")
    finance = open_console(app, "li", role=FINANCE).text(f"/orders/{order_no}")

    assert "/console/menus/" not in service + finance
    assert f"/console/orders/{order_no}/address" in service
    assert f"/console/orders/{order_no}/address" not in finance
    assert "/console/followers/" in service
    assert "/console/followers/" not in finance
    assert "/console/logout" in finance


def test_pieces_of_pages_inside_json_show_no_way_to_what_is_refused_either(app: Flask) -> None:
    order, menu = '<a href="/console/orders/">订单</a>', '<a class="btn" href="/console/menus/">菜单</a>'
    with app.test_request_context("/console/"):
        g.staff_role = roles.get_role(FINANCE)
        answer = app.json.response({"advice": order + menu, "more": [{"words": menu}], "n": 1})

        trim(answer)

    assert answer.get_json() == {"advice": order, "more": [{"words": ""}], "n": 1}


def test_who_may_not_see_the_overview_begins_at_what_he_may_see(app: Flask) -> None:
    with app.app_context():
        key = make_role("console.products.index")
        db.session.rollback()
    console = open_console(app, "wang", role=key)

    assert console.get("/").location.endswith("/console/products/")


def test_a_changed_role_counts_at_once(app: Flask) -> None:
    with app.app_context():
        key = make_role("console.products.index")
        role_id = roles.get_role(key).id
    console, owner = open_console(app, "wang", role=key), open_console(app)
    assert console.get("/products/").status_code == 200

    owner.post(f"/people/roles/{role_id}", name="仓库", limit="0", mark="1")

    assert console.get("/products/").status_code == 403
