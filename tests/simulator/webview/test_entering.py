"""Entering as a follower: whose phone it is, and where he may go."""

import pytest
from werkzeug.test import Client

WEB = "http://127.0.0.1:8002"


def enter(client: Client, **query: str) -> tuple[int, str, list[str]]:
    answer = client.get("/__wechat__/enter", query_string=query, base_url=WEB)
    return answer.status_code, answer.headers.get("Location", ""), answer.headers.getlist("Set-Cookie")


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("/shop/?a=1#top", "/shop/?a=1#top"),
        ("http://127.0.0.1:8002/shop/1?from=menu", "/shop/1?from=menu"),
        (
            "http://127.0.0.1:8001/connect/oauth2/authorize?x=1",
            "http://127.0.0.1:8001/connect/oauth2/authorize?x=1",
        ),
        ("https://example.com/a", "https://example.com/a"),
        ("shop", "/shop"),
        ("", "/"),
    ],
)
def test_the_follower_lands_where_he_wanted(outsider: Client, url: str, target: str) -> None:
    status, location, cookies = enter(outsider, openid="anna", url=url)

    assert (status, location) == (302, target)
    assert any(cookie.startswith("sim_openid=anna;") and "Path=/" in cookie for cookie in cookies)


def test_the_shops_own_port_becomes_the_public_address(outsider: Client, shop: object) -> None:
    status, location, _ = enter(outsider, openid="anna", url=f"{shop.base}/shop/1")  # type: ignore[attr-defined]

    assert (status, location) == (302, "/shop/1")


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "ftp://a/b"])
def test_other_schemes_are_refused(outsider: Client, url: str) -> None:
    status, location, cookies = enter(outsider, openid="anna", url=url)

    assert (status, location, cookies) == (400, "", [])


@pytest.mark.parametrize("url", ["//evil.example/a", "///evil.example"])
def test_an_address_without_a_scheme_stays_here_or_is_refused(outsider: Client, url: str) -> None:
    status, location, _ = enter(outsider, openid="anna", url=url)

    assert status == 400 or (location.startswith("/") and not location.startswith("//"))


def test_nobody_enters_as_a_stranger(outsider: Client) -> None:
    status, _, cookies = enter(outsider, openid="ghost", url="/")

    assert (status, cookies) == (404, [])


def test_unknown_addresses_of_our_own_do_not_reach_the_shop(anna: Client, shop: object) -> None:
    before = len(shop.seen)  # type: ignore[attr-defined]

    assert anna.get("/__wechat__/nothing", base_url=WEB).status_code == 404
    assert len(shop.seen) == before  # type: ignore[attr-defined]


def test_the_bridge_is_one_script_that_leaves_no_other_names(anna: Client) -> None:
    script = anna.get("/__wechat__/bridge.js", base_url=WEB)

    assert script.mimetype == "text/javascript"
    assert script.text.startswith("(function () {")
    assert "WeixinJSBridge" in script.text
