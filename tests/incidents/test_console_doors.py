"""What let strangers into other shops' consoles: default passwords, open redirects, framing, guessed ids."""

import pytest
from flask import Flask

from app.staff.service import create_owner_if_missing
from console.frame.safe_paths import safe_next
from tests.staff import Console, make_hashes_quick, make_staff

WELL_KNOWN = ["admin", "admin123", "123456", "password", "root", "owner", "xiaopu", "", "admin/admin123"]
HOSTILE = [
    "https://evil.example/",
    "//evil.example/console/",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/console\\..\\..",
    "javascript:alert(1)",
    "/console/../shop/",
    "/console/%2e%2e/shop/",
    "/console/%252e%252e/shop/",
    "/console//evil.example",
    "/consolexyz",
    "/shop/",
    "console/orders",
    "http:/console/",
    "/console/\r\nLocation: https://evil.example",
    "/console/\t/evil.example",
    " /console/",
    "/console/" + "x" * 600,
    "https:evil.example/console/",
    "http://[::1/console/",
    "",
]


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    make_hashes_quick(monkeypatch)


def test_a_new_shop_has_no_user_at_all(app: Flask) -> None:
    for username in ("admin", "owner"):
        assert Console(app).log_in(username, "admin123").status_code == 401


def test_the_first_owner_has_no_well_known_password(app: Flask) -> None:
    with app.app_context():
        first_password = create_owner_if_missing()

    assert first_password not in WELL_KNOWN
    for number, password in enumerate(WELL_KNOWN[:4]):
        console = Console(app)
        console.client.environ_base["REMOTE_ADDR"] = f"203.0.113.{number}"
        assert console.log_in("owner", password).status_code == 401


@pytest.mark.parametrize("wanted", HOSTILE)
def test_login_never_leads_out_of_the_console(app: Flask, wanted: str) -> None:
    with app.app_context():
        make_staff()
    console = Console(app)

    by_form = console.log_in(next=wanted)
    by_address = console.client.get("/console/login", query_string={"next": wanted})
    by_language = console.post("/language", lang="en", next=wanted)

    assert [answer.location for answer in (by_form, by_address, by_language)] == ["/console/"] * 3


@pytest.mark.parametrize(
    "wanted", ["/console/", "/console/orders/?state=paid&page=2", "/console/orders/202611210000000001"]
)
def test_pages_of_the_console_are_led_to(app: Flask, wanted: str) -> None:
    with app.test_request_context():
        assert safe_next(wanted) == wanted


def test_a_session_cookie_signed_by_somebody_else_is_nothing(app: Flask) -> None:
    forged = Flask("forged")
    forged.secret_key = "another-key-another-key-another-key"
    with forged.test_client() as client, client.session_transaction() as session:
        session["staff_token"] = "x" * 43
    cookie = client.get_cookie("session")
    assert cookie is not None

    console = Console(app)
    console.client.set_cookie("xiaopu_staff", cookie.value, path="/console")
    assert not console.is_in()


@pytest.mark.parametrize("token", ["", "x" * 43, 7, None, ["a"], {"a": 1}])
def test_a_token_that_no_login_gave_is_nothing(app: Flask, token: object) -> None:
    console = Console(app)
    with console.client.session_transaction("/console/") as session:
        session["staff_token"] = token

    assert not console.is_in()
