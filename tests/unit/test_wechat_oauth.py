"""Web authorisation."""

from collections.abc import Iterator
from typing import Any

import pytest

from app.core.errors import PlatformError, PlatformUnreachable
from app.core.outgoing import open_session
from app.wechat.oauth import CodeInvalid, CodeUsed, OAuth
from tests.fake_platform import FakePlatform
from tests.pushes import OPENID

EXCHANGE = "/sns/oauth2/access_token"
CODE = "051TeaCode00000000000000000000001"
ANSWER = {
    "access_token": "89_TeaSnsToken0001",
    "expires_in": 7200,
    "refresh_token": "89_TeaSnsRefresh0001",
    "openid": OPENID,
    "scope": "snsapi_base",
}


@pytest.fixture
def platform() -> Iterator[FakePlatform]:
    with FakePlatform() as platform:
        yield platform


@pytest.fixture
def oauth(platform: FakePlatform) -> Iterator[OAuth]:
    with open_session() as session:
        yield OAuth(
            appid="wx5a1b2c3d4e5f6a7b",
            secret="0f1e2d3c4b5a69788796a5b4c3d2e1f0",
            api_base=platform.base,
            open_base="https://open.weixin.qq.com",
            session=session,
        )


def answer_with(platform: FakePlatform, answer: Any) -> None:
    platform.answers[EXCHANGE] = lambda _: answer


def test_the_visitor_is_sent_to_the_published_address(oauth: OAuth) -> None:
    url = oauth.authorize_url("https://shop.example.cn/m/oauth/callback", "snsapi_base", "s7Kx92")

    assert url == (
        "https://open.weixin.qq.com/connect/oauth2/authorize?appid=wx5a1b2c3d4e5f6a7b"
        "&redirect_uri=https%3A%2F%2Fshop.example.cn%2Fm%2Foauth%2Fcallback"
        "&response_type=code&scope=snsapi_base&state=s7Kx92#wechat_redirect"
    )


@pytest.mark.parametrize("state", ["", "a b", "a&b=c", "é", "x" * 129, "a-b"])
def test_a_state_wechat_would_spoil_is_refused(oauth: OAuth, state: str) -> None:
    with pytest.raises(ValueError, match="state"):
        oauth.authorize_url("https://shop.example.cn/", "snsapi_base", state)


def test_an_unknown_scope_is_refused(oauth: OAuth) -> None:
    with pytest.raises(ValueError, match="scope"):
        oauth.authorize_url("https://shop.example.cn/", "snsapi_login", "s")


def test_a_code_becomes_a_visitor(oauth: OAuth, platform: FakePlatform) -> None:
    answer_with(platform, ANSWER)

    visitor = oauth.exchange(CODE)

    assert (visitor.openid, visitor.scope, visitor.is_snapshot) == (OPENID, "snsapi_base", False)
    assert platform.asked[0].query == {
        "appid": "wx5a1b2c3d4e5f6a7b",
        "secret": "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
        "code": CODE,
        "grant_type": "authorization_code",
    }


@pytest.mark.parametrize(("flag", "is_snapshot"), [(1, True), ("1", True), (0, False), (None, False)])
def test_a_snapshot_visitor_is_told_from_a_real_one(
    oauth: OAuth, platform: FakePlatform, flag: object, is_snapshot: bool
) -> None:
    answer_with(platform, ANSWER | {"is_snapshotuser": flag})

    assert oauth.exchange(CODE).is_snapshot is is_snapshot


def test_a_unionid_is_told_when_there_is_one(oauth: OAuth, platform: FakePlatform) -> None:
    answer_with(platform, ANSWER | {"unionid": "oUnionTea_000000000000000001"})

    assert oauth.exchange(CODE).unionid == "oUnionTea_000000000000000001"


def test_an_answer_without_a_scope_is_enough(oauth: OAuth, platform: FakePlatform) -> None:
    answer_with(platform, {"openid": OPENID})

    assert oauth.exchange(CODE).openid == OPENID


@pytest.mark.parametrize(
    ("errcode", "error"),
    [
        (40163, CodeUsed),
        (40029, CodeInvalid),
        (42003, CodeInvalid),
        (41008, CodeInvalid),
        (40125, PlatformError),
        (-1, PlatformError),
    ],
)
def test_a_refusal_has_its_name(
    oauth: OAuth, platform: FakePlatform, errcode: int, error: type[PlatformError]
) -> None:
    answer_with(platform, {"errcode": errcode, "errmsg": "no rid: 1-2-3"})

    with pytest.raises(PlatformError) as refusal:
        oauth.exchange(CODE)

    assert type(refusal.value) is error
    assert refusal.value.errcode == errcode
    assert refusal.value.message


@pytest.mark.parametrize("code", ["", "a b", "x" * 600, "a/../b", "é"])
def test_what_cannot_be_a_code_is_not_even_asked_about(
    oauth: OAuth, platform: FakePlatform, code: str
) -> None:
    with pytest.raises(CodeInvalid):
        oauth.exchange(code)

    assert platform.asked == []


@pytest.mark.parametrize(
    "answer", [{}, {"openid": ""}, {"openid": 5}, {"openid": "a b"}, (502, b""), b"<html>"]
)
def test_an_answer_without_an_openid_is_unreadable(
    oauth: OAuth, platform: FakePlatform, answer: object
) -> None:
    answer_with(platform, answer)

    with pytest.raises(PlatformUnreachable):
        oauth.exchange(CODE)
