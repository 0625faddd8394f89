"""The console's login over HTTP: cookie, session, forms, where it leads."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from app.staff import sessions
from tests.staff import PASSWORD, Console, make_staff, open_console


@pytest.fixture
def console(app: Flask) -> Console:
    with app.app_context():
        make_staff()
    return Console(app)


def cookie_of(console: Console) -> str:
    cookie = console.client.get_cookie("xiaopu_staff", path="/console")
    assert cookie is not None
    return cookie.value


def test_the_login_page_sends_to_the_overview(console: Console) -> None:
    answer = console.log_in()

    assert (answer.status_code, answer.location) == (302, "/console/")
    assert console.is_in()


def test_a_wrong_password_keeps_the_name_and_not_the_password(console: Console) -> None:
    answer = console.log_in(password="wrong-wrong")

    page = answer.get_data(as_text=True)
    assert answer.status_code == 401
    assert "用户名或密码不对" in page
    assert 'value="owner"' in page
    assert "wrong-wrong" not in page
    assert not console.is_in()


def test_a_locked_and_an_unknown_name_get_the_same_page(console: Console) -> None:
    for _number in range(5):
        console.log_in(password="wrong")

    def page(username: str) -> str:
        answer = console.log_in(username)
        assert answer.status_code == 401
        return re.sub(r'value="[^"]*"', "", answer.get_data(as_text=True))

    assert page("owner") == page("nobody")


def test_a_busy_address_is_told_to_wait(console: Console) -> None:
    for number in range(20):
        console.log_in(f"name-{number}", "wrong")

    answer = console.log_in()

    assert answer.status_code == 429
    assert "请 15 分钟后再试" in answer.get_data(as_text=True)


def test_empty_fields_are_named(console: Console) -> None:
    answer = console.log_in("", "")

    assert answer.status_code == 422
    assert "请填写用户名" in answer.get_data(as_text=True)


@pytest.mark.parametrize("username", ["own\0er", "o" * 41], ids=["zero byte", "too long"])
def test_a_name_that_cannot_be_is_refused_without_a_crash(console: Console, username: str) -> None:
    assert console.log_in(username).status_code in (400, 422)


def test_the_cookie_is_for_the_console_alone(console: Console) -> None:
    headers = console.log_in().headers.getlist("Set-Cookie")

    header = next(each for each in headers if each.startswith("xiaopu_staff="))
    for part in ("Secure", "HttpOnly", "Path=/console", "SameSite=Lax"):
        assert part in header
    assert "Expires" not in header  # it ends with the browser
    device = next(each for each in headers if each.startswith("xiaopu_device="))
    for part in ("Secure", "HttpOnly", "Path=/console/login", "SameSite=Lax"):
        assert part in device


def test_login_starts_a_new_session(console: Console) -> None:
    planted_token = console.token()
    planted_cookie = cookie_of(console)

    console.log_in()

    assert cookie_of(console) != planted_cookie
    stale = console.post("/language", csrf_token=planted_token, lang="en")
    assert stale.status_code == 400  # what was known before login is worth nothing after it


def test_a_planted_cookie_stays_outside(app: Flask, console: Console) -> None:
    console.token()
    planted = cookie_of(console)
    console.log_in()

    thief = Console(app)
    thief.client.set_cookie("xiaopu_staff", planted, path="/console")
    assert not thief.is_in()


def test_a_copied_cookie_is_worthless_after_logging_out(app: Flask, console: Console) -> None:
    console.log_in()
    thief = Console(app)
    thief.client.set_cookie("xiaopu_staff", cookie_of(console), path="/console")
    assert thief.is_in()

    answer = console.post("/logout")

    assert answer.location == "/console/login"
    assert not console.is_in()
    assert not thief.is_in()


def test_logging_in_again_ends_the_session_before(app: Flask, console: Console) -> None:
    console.log_in()
    before = cookie_of(console)
    console.post("/login", username="owner", password=PASSWORD)

    old = Console(app)
    old.client.set_cookie("xiaopu_staff", before, path="/console")
    assert console.is_in()
    assert not old.is_in()


def test_after_twelve_idle_hours_the_login_is_asked_for_again(
    console: Console, advance: Callable[[timedelta], None]
) -> None:
    console.log_in()
    advance(timedelta(hours=11, minutes=59))
    assert console.is_in()

    advance(timedelta(hours=12, minutes=1))

    assert console.get("/orders/").location == "/console/login?next=/console/orders/"


def test_the_page_wanted_is_opened_after_login(console: Console) -> None:
    wanted = console.get("/orders/?state=paid&page=2").location
    assert wanted == "/console/login?next=/console/orders/?state%3Dpaid%26page%3D2"

    page = console.client.get(wanted).get_data(as_text=True)
    assert 'name="next" value="/console/orders/?state=paid&amp;page=2"' in page
    assert console.log_in(next="/console/orders/?state=paid&page=2").location == (
        "/console/orders/?state=paid&page=2"
    )


def test_who_is_in_does_not_see_the_login_page(console: Console) -> None:
    console.log_in()

    assert console.get("/login?next=/console/alerts/").location == "/console/alerts/"


def test_the_followers_cookie_opens_nothing_here(app: Flask, console: Console) -> None:
    console.log_in()

    other = Console(app)
    other.client.set_cookie("xiaopu_follower", cookie_of(console), path="/")
    assert not other.is_in()


def test_a_changed_password_ends_the_other_device(app: Flask, console: Console) -> None:
    console.log_in()
    other = open_console(app)
    new = "winter-pu-erh-357"

    answer = console.post("/account/password", present=PASSWORD, new=new, again=new)

    assert answer.status_code == 302
    assert "密码已修改" in console.text("/account/")
    assert not other.is_in()
    assert Console(app).log_in(password=new).status_code == 302


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"present": "wrong", "new": "winter-pu-erh", "again": "winter-pu-erh"}, "现在的密码不对"),
        ({"present": PASSWORD, "new": "short", "again": "short"}, "密码至少 10 个字符"),
        ({"present": PASSWORD, "new": "ownerowner", "again": "ownerowner"}, "密码不能是用户名"),
        ({"present": PASSWORD, "new": "winter-pu-erh", "again": "winter"}, "两次写的新密码不一样"),
        ({"present": "", "new": "", "again": ""}, "请填写现在的密码"),
    ],
    ids=["present wrong", "short", "name", "typed differently", "empty"],
)
def test_a_refused_password_says_why(console: Console, fields: dict[str, str], words: str) -> None:
    console.log_in()

    answer = console.post("/account/password", **fields)

    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)
    assert console.is_in()


def test_other_devices_can_be_logged_out(app: Flask, console: Console) -> None:
    console.log_in()
    other = open_console(app)
    assert "2 台设备" in console.text("/account/")

    console.post("/account/end-others")

    assert console.is_in()
    assert not other.is_in()


def test_seen_is_not_written_on_every_page(
    app: Flask, console: Console, advance: Callable[[timedelta], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[int] = []
    monkeypatch.setattr(sessions, "_write_seen", written.append)
    console.log_in()

    for _number in range(5):
        console.get("/")
    assert written == []
    advance(timedelta(minutes=5))
    console.get("/")
    assert len(written) == 1
