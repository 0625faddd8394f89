"""Adding people, their first login, second factor and devices over HTTP."""

import re
from base64 import b32decode

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from flask import Flask

from app.core import clock
from app.staff import people
from app.staff.rights import SERVICE
from tests.staff import PASSWORD, Console, make_role, make_staff, open_console

NEW = "winter-pu-erh-357"


def number_of(app: Flask, username: str) -> int:
    with app.app_context():
        return next(row.id for row in people.list_people() if row.username == username)


def code_of(page: str, steps: int = 0) -> str:
    key = re.search(r"factor-key[^>]*>([A-Z2-7 ]+)<", page)
    assert key is not None
    seed = b32decode(key[1].replace(" ", ""))
    return TOTP(seed, 6, SHA1(), 30).generate(clock.now().timestamp() + 30 * steps).decode()  # noqa: S303


def test_a_new_member_changes_his_password_before_anything_else(app: Flask, console: Console) -> None:
    added = console.post("/people/new", username="wang", role=SERVICE).get_data(as_text=True)
    first = re.search(r"(?:\w{4}-){3}\w{4}", added)
    assert first is not None
    assert first[0] not in console.text(f"/people/{number_of(app, 'wang')}")

    wang = Console(app)
    wang.log_in("wang", first[0])
    assert wang.get("/orders/").location == "/console/account/"
    assert "您现在的密码是临时的" in wang.text("/account/")
    wang.post("/account/password", present=first[0], new=NEW, again=NEW)
    assert wang.get("/orders/").status_code == 200


def test_a_refused_name_stays_in_the_form(console: Console) -> None:
    answer = console.post("/people/new", username="<i>x</i>", role=SERVICE)

    assert answer.status_code == 422
    assert 'value="&lt;i&gt;x&lt;/i&gt;"' in answer.get_data(as_text=True)


def test_a_member_is_switched_off_on_the_page(app: Flask, console: Console) -> None:
    wang = open_console(app, "wang", role=SERVICE)
    path = f"/people/{number_of(app, 'wang')}"

    console.post(f"{path}/off")

    assert wang.get("/").location == "/console/login"
    assert "已停用" in console.text("/people/")


def test_who_may_only_look_sees_no_way_to_change(app: Flask, console: Console) -> None:
    with app.app_context():
        role = make_role("console.members.index")
    wang = open_console(app, "wang", role=role)
    with app.app_context():
        path = f"/people/{make_staff('li', role=role)}"

    page = wang.text(path)
    assert "重置密码" not in page
    assert "<form" not in page.split('id="content"')[1]
    assert wang.post(f"{path}/off").status_code == 403


@pytest.mark.usefixtures("advance")  # else half a minute may pass in between
def test_the_second_factor_is_turned_on_and_asked_for(app: Flask, console: Console) -> None:
    assert console.post("/account/second-factor/begin", password="wrong").status_code == 422
    console.post("/account/second-factor/begin", password=PASSWORD)
    page = console.text("/account/second-factor/")
    assert console.post("/account/second-factor/confirm", code="000000").status_code == 422
    on = console.post("/account/second-factor/confirm", code=code_of(page, -1)).get_data(as_text=True)
    assert len(set(re.findall(r"<li>(\w{5}-\w{5})</li>", on))) == 10

    phone = Console(app)
    assert phone.log_in(next="/console/orders/").location == "/console/login/code?next=/console/orders/"
    assert not phone.is_in()
    assert phone.post("/login/code", code="000000").status_code == 401
    let_in = phone.post("/login/code", code=code_of(page), next="/console/orders/")
    assert let_in.location == "/console/orders/"
    assert phone.is_in()


def test_the_code_page_sends_who_gave_no_password_back(app: Flask) -> None:
    assert Console(app).get("/login/code").location == "/console/login"
    assert Console(app).post("/login/code", code="123456").location == "/console/login"


def test_one_other_device_is_ended_from_the_list(app: Flask, console: Console) -> None:
    other = open_console(app)
    number = re.search(r"/console/account/end/(\d+)", console.text("/account/"))
    assert number is not None

    console.post(f"/account/end/{number[1]}")

    assert not other.is_in()
    assert console.is_in()


def test_a_browser_of_an_earlier_login_gets_in_while_somebody_guesses_beside_it(
    app: Flask, console: Console
) -> None:
    stranger = Console(app)
    for _number in range(5):
        stranger.log_in(password="wrong")

    assert Console(app).log_in().status_code == 401
    console.post("/logout")
    assert console.log_in().status_code == 302


def test_a_forged_device_is_none(app: Flask, console: Console) -> None:
    stranger = Console(app)
    stranger.client.set_cookie("xiaopu_device", "WzEsIkFBQUEiXQ.forged", path="/console/login")
    for _number in range(5):
        stranger.log_in(password="wrong")

    assert stranger.log_in().status_code == 401
    console.post("/logout")
    assert console.log_in().status_code == 302
