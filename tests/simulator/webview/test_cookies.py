"""Each follower has his own cookies, by path and time, and never somebody else's."""

from types import SimpleNamespace

import pytest
from werkzeug.test import Client

from simulator.webview.cookie_jar import Cookie, CookieJars, parse_set_cookie
from tests.simulator.webview.conftest import MemoryStore, Shop, phone_of

WEB = "http://127.0.0.1:8002"
NOW = 1_795_219_200.0


def cookies_sent(client: Client, shop: Shop, path: str = "/shop/x") -> str:
    client.get(path, base_url=WEB)
    return shop.last.headers.get("Cookie", "")


def test_the_shops_cookies_stay_in_the_phone(anna: Client, shop: Shop) -> None:
    answer = anna.get("/shop/cookies", base_url=WEB)

    assert "Set-Cookie" not in answer.headers
    assert cookies_sent(anna, shop) == "session=s1"
    assert cookies_sent(anna, shop, "/shop/cart/1") == "cart=c1; session=s1"


def test_one_followers_cookies_never_reach_another(anna: Client, ben: Client, shop: Shop) -> None:
    anna.get("/shop/cookies", base_url=WEB)

    assert cookies_sent(ben, shop) == ""


def test_the_browsers_own_cookies_are_not_the_phones(anna: Client, shop: Shop) -> None:
    anna.set_cookie("console", "secret", domain="127.0.0.1")

    assert cookies_sent(anna, shop) == ""


def test_max_age_zero_forgets(anna: Client, shop: Shop) -> None:
    anna.get("/shop/cookies", base_url=WEB)
    anna.get("/shop/forget", base_url=WEB)

    assert cookies_sent(anna, shop) == ""


def test_cookies_survive_a_restart(anna: Client, engine: SimpleNamespace, shop: Shop) -> None:
    anna.get("/shop/cookies", base_url=WEB)

    assert cookies_sent(phone_of(engine, "anna"), shop) == "session=s1"


def test_entering_afresh_forgets(anna: Client, shop: Shop) -> None:
    anna.get("/shop/cookies", base_url=WEB)
    anna.get("/__wechat__/enter?openid=anna&url=/&fresh=1", base_url=WEB)

    assert cookies_sent(anna, shop) == ""


def test_a_snapshot_page_has_a_storage_of_its_own(anna: Client, shop: Shop) -> None:
    anna.get("/shop/cookies", base_url=WEB)

    anna.get("/__wechat__/enter?openid=anna&url=/&snapshot=1", base_url=WEB)
    assert cookies_sent(anna, shop) == ""
    anna.get("/__wechat__/enter?openid=anna&url=/", base_url=WEB)
    assert cookies_sent(anna, shop) == "session=s1"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("a=1", Cookie("a", "1", "/shop", None)),
        ("a=1; Path=/x; HttpOnly; SameSite=Lax", Cookie("a", "1", "/x", None)),
        ("a=b=c; path=x", Cookie("a", "b=c", "/shop", None)),
        ("a=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT", Cookie("a", "1", "/shop", NOW + 60)),
        ("a=1; Expires=Thu, 01 Jan 1970 00:00:10 GMT", Cookie("a", "1", "/shop", 10.0)),
        ("a=1; Expires=soon; Max-Age=later", Cookie("a", "1", "/shop", None)),
        ("nothing", None),
        ("=1", None),
    ],
    ids=str,
)
def test_a_set_cookie_header_is_read_as_a_browser_does(header: str, expected: Cookie | None) -> None:
    assert parse_set_cookie(header, "/shop/page", NOW) == expected


@pytest.mark.parametrize(
    ("path", "is_sent"),
    [("/shop", True), ("/shop/", True), ("/shop/1", True), ("/shopping", False), ("/", False)],
)
def test_a_cookie_goes_only_below_its_path(path: str, is_sent: bool) -> None:
    jars = CookieJars(MemoryStore())
    jars.keep("anna", ["a=1; Path=/shop"], "/shop")

    assert (jars.header_for("anna", path) == "a=1") is is_sent
